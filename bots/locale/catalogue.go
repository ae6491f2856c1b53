package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed messages/*.toml
var messageFiles embed.FS

// Unchecked is the description of a message that no speaker of its language
// has checked yet. English needs none.
const Unchecked = "unchecked"

// Catalogue holds every sentence in every language. It never changes and is
// safe for use by many goroutines.
type Catalogue struct {
	bundle     *i18n.Bundle
	localizers map[Lang]*i18n.Localizer
	formats    map[Lang]*format
	messages   map[Lang]map[string]*i18n.Message
	twice      []string // keys that stand twice, for Problems
}

// New reads the catalogues that are built in. It fails only where the
// program was built from files that cannot be read.
func New() (*Catalogue, error) {
	files, err := fs.Sub(messageFiles, "messages")
	if err != nil {
		return nil, fmt.Errorf("locale: %w", err)
	}
	return NewFrom(files)
}

// NewFrom reads catalogues from the top of files: TOML files named for their
// language, en.toml to sw.toml, or for a subject and the language, rating.en.toml,
// in go-i18n's form. A language may be without a file. It
// fails on a file that cannot be read, or a place that is not written
// {{.Name}}; what is merely incomplete is told by Problems.
func NewFrom(files fs.FS) (*Catalogue, error) {
	t, err := cldr()
	if err != nil {
		return nil, err
	}
	c := &Catalogue{
		bundle:     i18n.NewBundle(language.English),
		localizers: map[Lang]*i18n.Localizer{},
		formats:    t.formats,
		messages:   map[Lang]map[string]*i18n.Message{},
	}
	c.bundle.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	for _, l := range Langs() {
		// A language without messages must be known too, or its readers
		// would get a language that go-i18n finds near: French for Malagasy.
		if err := c.bundle.AddMessages(language.Make(string(l))); err != nil {
			return nil, fmt.Errorf("locale: %w", err)
		}
		c.messages[l] = map[string]*i18n.Message{}
		c.localizers[l] = i18n.NewLocalizer(c.bundle, string(l))
	}
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("locale: %w", err)
	}
	for _, name := range names {
		if err := c.load(files, name); err != nil {
			return nil, fmt.Errorf("locale: %s: %w", name, err)
		}
	}
	return c, nil
}

func (c *Catalogue) load(files fs.FS, name string) error {
	stem := strings.TrimSuffix(name, ".toml")
	l := Lang(stem[strings.LastIndexByte(stem, '.')+1:])
	if c.messages[l] == nil {
		return fmt.Errorf("%q is none of the languages", string(l))
	}
	text, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	file, err := c.bundle.ParseMessageFileBytes(text, name)
	if err != nil {
		return err
	}
	for _, m := range file.Messages {
		for form, sentence := range forms(m) {
			if _, err := parsePlaces(sentence); err != nil {
				return fmt.Errorf("%s, %s: %w", m.ID, form, err)
			}
		}
		if c.messages[l][m.ID] != nil {
			c.twice = append(c.twice, string(l)+": "+m.ID)
		}
		c.messages[l][m.ID] = m
	}
	return nil
}

// Has tells whether the key has a sentence in English.
func (c *Catalogue) Has(key string) bool { return c.messages[English][key] != nil }

// Total is the number of messages in English.
func (c *Catalogue) Total() int { return len(c.messages[English]) }

// Unchecked is the number of messages in l that no speaker has checked.
func (c *Catalogue) Unchecked(l Lang) int {
	n := 0
	for _, m := range c.messages[l] {
		if l != English && m.Description == Unchecked {
			n++
		}
	}
	return n
}

// form is a CLDR plural category, written as in the message files.
type form string

// everyForm are the plural categories in CLDR's order.
var everyForm = [...]form{"zero", "one", "two", "few", "many", "other"}

// forms are the sentences of a message by plural form, those it has.
func forms(m *i18n.Message) map[form]string {
	out := map[form]string{}
	for i, s := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
		if s != "" {
			out[everyForm[i]] = s
		}
	}
	return out
}
