package locale

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
)

// deepest is how far Texts may lie within Texts; beyond it they are not said.
const deepest = 8

// Say puts t into words for a reader of l. A key that l lacks is said in
// English, and one that English lacks too as the key in brackets, as is the
// name of a place without a value. It never fails.
func (c *Catalogue) Say(l Lang, t Text) string {
	if c.localizers[l] == nil {
		l = English
	}
	return saying{c: c, lang: l}.text(t)
}

// saying is the rendering of one Text: it hands itself to go-i18n as the data
// of the sentence's places.
type saying struct {
	c      *Catalogue
	lang   Lang
	values map[string]any
	depth  int
}

func (s saying) text(t Text) string {
	if t.Key == "" {
		return ""
	}
	if s.depth++; s.depth > deepest {
		return bracketed(t.Key)
	}
	s.values = t.Values
	said, err := s.c.localizers[s.lang].Localize(&i18n.LocalizeConfig{
		MessageID:      t.Key,
		TemplateData:   s,
		PluralCount:    count(t.Values["Count"]),
		TemplateParser: places{},
	})
	if said == "" && err != nil {
		return bracketed(t.Key)
	}
	return said
}

func bracketed(s string) string { return "[" + s + "]" }

// count is v as go-i18n takes it for choosing a plural form: an int64, a text
// in plain notation, or nil where v is no number.
func count(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case int:
		return v
	case Decimal:
		if _, _, ok := plainParts(strings.TrimPrefix(string(v), "-")); ok {
			return string(v)
		}
		return nil
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return r.Int()
	case r.CanUint():
		return int64(r.Uint())
	}
	return nil
}

func (s saying) value(name string) string {
	v, ok := s.values[name]
	if !ok {
		return bracketed(name)
	}
	f := s.c.formats[s.lang]
	switch v := v.(type) {
	case nil:
		return bracketed(name)
	case string:
		return Isolate(v)
	case Typed:
		return Isolate(string(v))
	case Plain:
		return Isolate(string(v))
	case Text:
		return s.text(v)
	case int:
		return s.number(strconv.Itoa(v))
	case Decimal:
		return s.number(string(v))
	case Money:
		return s.money(v)
	case Date:
		return f.day(time.Time(v))
	case Moment:
		return f.moment(time.Time(v))
	case time.Time:
		return f.moment(v)
	case fmt.Stringer, error:
		return Isolate(fmt.Sprint(v))
	}
	switch r := reflect.ValueOf(v); {
	case r.CanInt():
		return s.number(strconv.FormatInt(r.Int(), 10))
	case r.CanUint():
		return s.number(strconv.FormatUint(r.Uint(), 10))
	}
	return Isolate(fmt.Sprint(v))
}

func (s saying) number(plain string) string {
	if n, ok := s.c.formats[s.lang].number(plain); ok {
		return n
	}
	return Isolate(plain)
}

// money isolates an amount in a language from right to left: its symbol may
// be Latin letters, which would join a Latin neighbour.
func (s saying) money(m Money) string {
	n, ok := s.c.formats[s.lang].amount(m)
	switch {
	case !ok:
		return Isolate(m.Amount + " " + m.Currency)
	case s.lang.RTL():
		return Isolate(n)
	}
	return n
}

// places is the parser that go-i18n is given for our sentences. A place is
// {{.Name}} and nothing more, so that a translator cannot write a program and
// a sentence is said without reflection; go-i18n keeps what was parsed.
type places struct{}

var _ template.Parser = places{}

// Cacheable is true: a parsed sentence never changes.
func (places) Cacheable() bool { return true }

// Parse reads a sentence. Delimiters cannot be chosen.
func (places) Parse(src, _, _ string) (template.ParsedTemplate, error) { return parsePlaces(src) }

// sentence is a sentence cut at its places.
type sentence []piece

// piece is a literal text, or the name of a place.
type piece struct {
	literal string
	place   string
}

func parsePlaces(src string) (sentence, error) {
	var out sentence
	for src != "" {
		literal, rest, found := strings.Cut(src, "{{")
		if strings.Contains(literal, "}}") {
			return nil, fmt.Errorf("locale: }} without {{")
		}
		if literal != "" {
			out = append(out, piece{literal: literal})
		}
		if !found {
			break
		}
		inside, after, closed := strings.Cut(rest, "}}")
		name, dotted := strings.CutPrefix(strings.TrimSpace(inside), ".")
		if !closed || !dotted || !isName(name) {
			return nil, fmt.Errorf("locale: a place is written {{.Name}}, not {{%s", inside)
		}
		out, src = append(out, piece{place: name}), after
	}
	return out, nil
}

// isName is true for letters and digits of ASCII that begin with a capital.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'A' && r <= 'Z' || i > 0 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9')
		if !letter {
			return false
		}
	}
	return s != ""
}

// Execute says the sentence with the values of a saying.
func (s sentence) Execute(data any) (string, error) {
	d, ok := data.(saying)
	if !ok {
		return "", fmt.Errorf("locale: sentences are said by a Catalogue only")
	}
	if len(s) == 1 && s[0].place == "" {
		return s[0].literal, nil
	}
	var b strings.Builder
	for _, p := range s {
		if p.place == "" {
			b.WriteString(p.literal)
		} else {
			b.WriteString(d.value(p.place))
		}
	}
	return b.String(), nil
}
