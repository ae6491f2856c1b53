package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"

	"manyhands/bots/locale"
)

// message is a message as it stands in a file, in the order it is written.
type message struct {
	Description string `toml:"description,omitempty"`
	Zero        string `toml:"zero,omitempty"`
	One         string `toml:"one,omitempty"`
	Two         string `toml:"two,omitempty"`
	Few         string `toml:"few,omitempty"`
	Many        string `toml:"many,omitempty"`
	Other       string `toml:"other,omitempty"`
}

func (m *message) form(name string) *string {
	switch name {
	case "zero":
		return &m.Zero
	case "one":
		return &m.One
	case "two":
		return &m.Two
	case "few":
		return &m.Few
	case "many":
		return &m.Many
	case "other":
		return &m.Other
	}
	return nil
}

// file is one language's messages by key, and the comments at its head.
type file struct {
	head     string
	messages map[string]message
}

// catalogues are the files of all languages.
type catalogues map[locale.Lang]*file

func path(dir string, l locale.Lang) string { return filepath.Join(dir, string(l)+".toml") }

func read(dir string) (catalogues, error) {
	all := catalogues{}
	for _, l := range locale.Langs() {
		f := &file{messages: map[string]message{}}
		text, err := os.ReadFile(path(dir, l))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				break
			}
			f.head += line
		}
		var tree map[string]any
		if err := toml.Unmarshal(text, &tree); err != nil {
			return nil, fmt.Errorf("%s: %w", path(dir, l), err)
		}
		if err := f.gather("", tree); err != nil {
			return nil, fmt.Errorf("%s: %w", path(dir, l), err)
		}
		all[l] = f
	}
	return all, nil
}

// gather takes the messages out of tables: a table with texts is a message,
// and one with tables ([count.days]) is a part of their keys.
func (f *file) gather(key string, tree map[string]any) error {
	var m message
	texts := 0
	for name, v := range tree {
		switch v := v.(type) {
		case map[string]any:
			inner := name
			if key != "" {
				inner = key + "." + name
			}
			if err := f.gather(inner, v); err != nil {
				return err
			}
		case string:
			texts++
			switch form := m.form(name); {
			case form != nil:
				*form = v
			case name == "description":
				m.Description = v
			default:
				return fmt.Errorf("%s: %q is no plural form", key, name)
			}
		default:
			return fmt.Errorf("%s.%s is no text", key, name)
		}
	}
	if texts > 0 {
		f.messages[key] = m
	}
	return nil
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)

// add puts a message into every language.
func (c catalogues) add(key string, texts given, replace bool) error {
	if !keyForm.MatchString(key) {
		return errors.New("a key is small letters, figures and _, in parts with points between")
	}
	_, exists := c[locale.English].messages[key]
	if exists && !replace {
		return errors.New("exists; change it with -replace")
	}
	for name := range texts {
		if c[locale.Lang(name)] == nil {
			return fmt.Errorf("%q is none of the languages", name)
		}
	}
	english, ok := texts["en"]
	if !ok && exists {
		english, ok = c[locale.English].messages[key].given(), true
	}
	if !ok {
		return errors.New("give its English text")
	}
	_, plural := english.(map[string]any)
	for _, l := range locale.Langs() {
		text, ok := texts[string(l)]
		switch old, there := c[l].messages[key]; {
		case ok:
		case there && replace && (old.isPlural() == plural):
			text = old.given()
		default:
			text = english
		}
		m, err := made(l, text, plural)
		if err != nil {
			return fmt.Errorf("%s: %w", l, err)
		}
		switch {
		case l == locale.English:
			m.Description = c[l].messages[key].Description
		case m.hasWords():
			m.Description = locale.Unchecked
		}
		c[l].messages[key] = m
	}
	return nil
}

// given is a message as it would be given.
func (m message) given() any {
	if !m.isPlural() {
		return m.Other
	}
	table := map[string]any{}
	for _, name := range locale.Forms(locale.Arabic) { // Arabic has them all
		if s := *m.form(name); s != "" {
			table[name] = s
		}
	}
	return table
}

func (m message) isPlural() bool { return m.Zero+m.One+m.Two+m.Few+m.Many != "" }

var place = regexp.MustCompile(`{{[^}]*}}`)

// hasWords is false for a message of places only, such as {{.Text}}: there is
// nothing in it for a speaker to check.
func (m message) hasWords() bool {
	return strings.ContainsFunc(place.ReplaceAllString(m.Zero+m.One+m.Two+m.Few+m.Many+m.Other, ""), unicode.IsLetter)
}

// made is the message of what was given for l. Plural forms that a copy of
// another language lacks are that language's other; forms that l has not are
// left out of a copy.
func made(l locale.Lang, text any, plural bool) (message, error) {
	var m message
	switch text := text.(type) {
	case string:
		m.Other = text
		if plural {
			for _, name := range locale.Forms(l) {
				*m.form(name) = text
			}
		}
		return m, nil
	case map[string]any:
		if !plural {
			return m, errors.New("has plural forms, and the English text has none")
		}
		for name, v := range text {
			_, ok := v.(string)
			if !ok || m.form(name) == nil {
				return m, fmt.Errorf("%q is no plural form with a text", name)
			}
		}
		for _, name := range locale.Forms(l) {
			s, ok := text[name].(string)
			if !ok {
				s, _ = text["other"].(string)
			}
			*m.form(name) = s
		}
		return m, nil
	}
	return m, errors.New("is neither a text nor a table of plural forms")
}

func (f *file) bytes() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(f.head)
	if f.head != "" {
		b.WriteByte('\n')
	}
	e := toml.NewEncoder(&b)
	e.Indent = ""
	if err := e.Encode(f.messages); err != nil { // a map is written sorted
		return nil, err
	}
	return b.Bytes(), nil
}

// write replaces the files, each whole, once the new ones have been looked at
// together.
func (c catalogues) write(dir string, added map[string]given) error {
	fresh, err := os.MkdirTemp(dir, ".new-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	for l, f := range c {
		text, err := f.bytes()
		if err != nil {
			return err
		}
		if err := os.WriteFile(path(fresh, l), text, 0o644); err != nil {
			return err
		}
	}
	if err := look(fresh, added); err != nil {
		return err
	}
	for _, l := range slices.Backward(locale.Langs()) { // English last: a key is there when it is everywhere
		if err := os.Rename(path(fresh, l), path(dir, l)); err != nil {
			return err
		}
	}
	return nil
}

// look returns the problems of the added messages as an error.
func look(dir string, added map[string]given) error {
	c, err := locale.NewFrom(os.DirFS(dir))
	if err != nil {
		return err
	}
	var found []error
	for _, p := range c.Problems() {
		for key := range added {
			if strings.Contains(p, ": "+key+": ") {
				found = append(found, errors.New(p))
			}
		}
	}
	return errors.Join(found...)
}

const (
	// lockPatience is how long one run waits for another to end.
	lockPatience = 20 * time.Second
	// lockPause is how often it looks.
	lockPause = 100 * time.Millisecond
)

// lock keeps a second run out until unlock is called, so that neither loses
// what the other adds. It waits for one that is under way, until ctx ends.
func lock(ctx context.Context, dir string) (unlock func(), err error) {
	name := filepath.Join(dir, ".lock")
	waiting, done := context.WithTimeoutCause(ctx, lockPatience,
		fmt.Errorf("%s: another run is not ending; remove the file where there is none", name))
	defer done()
	again := time.NewTicker(lockPause)
	defer again.Stop()
	for {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL, 0o644)
		if err == nil {
			return func() { os.Remove(name) }, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		select {
		case <-waiting.Done():
			return nil, context.Cause(waiting)
		case <-again.C:
		}
	}
}
