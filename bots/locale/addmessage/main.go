// Command addmessage adds messages to every catalogue at once, so that none
// is forgotten. What is not English is marked as unchecked until a speaker
// has read it, and what is not given is copied from English. The files stay
// sorted by key; comments at their head are kept.
//
//	addmessage KEY TEXT          one message without plural forms
//	addmessage KEY ONE OTHER     one with them, chosen by {{.Count}}
//	addmessage -from FILE        many, with as many languages as there are
//	addmessage                   only sorts the files
//
// A FILE is TOML: a table per key, in it a text per language, or a table of
// its plural forms. A text given where there are plural forms stands for all.
//
//	["case.taken"]
//	en = "{{.Name}} took the case."
//	fr = "{{.Name}} a pris le dossier en charge."
//
//	["count.cases"]
//	en = {one = "{{.Count}} case", other = "{{.Count}} cases"}
//
// Nothing is written where the result would have a problem in those messages.
// A key that exists is refused without -replace; with it, languages that are
// not given keep their text and are marked unchecked.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/BurntSushi/toml"
)

func main() {
	// An interrupted run ends tidily: the files whole, the lock removed.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "addmessage:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("addmessage", flag.ContinueOnError)
	dir := flags.String("dir", "bots/locale/messages", "where en.toml and the others are")
	from := flags.String("from", "", "a TOML file with the messages to add")
	replace := flags.Bool("replace", false, "change messages that exist")
	if err := flags.Parse(args); err != nil {
		return err
	}
	added, err := wanted(*from, flags.Args())
	if err != nil {
		return err
	}
	unlock, err := lock(ctx, *dir)
	if err != nil {
		return err
	}
	defer unlock()
	files, err := read(*dir)
	if err != nil {
		return err
	}
	for key, texts := range added {
		if err := files.add(key, texts, *replace); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if err := files.write(*dir, added); err != nil {
		return err
	}
	fmt.Fprintf(out, "%d messages added\n", len(added))
	return nil
}

// given is what is given of one message: by language, a string or a table of
// plural forms.
type given map[string]any

// wanted gathers the messages to be added, by key.
func wanted(from string, args []string) (map[string]given, error) {
	added := map[string]given{}
	if from != "" {
		if _, err := toml.DecodeFile(from, &added); err != nil {
			return nil, fmt.Errorf("%s: %w", from, err)
		}
	}
	switch len(args) {
	case 0:
	case 2:
		added[args[0]] = given{"en": args[1]}
	case 3:
		added[args[0]] = given{"en": map[string]any{"one": args[1], "other": args[2]}}
	default:
		return nil, fmt.Errorf("give a key and its English text, or a key with the texts for one and for other")
	}
	return added, nil
}
