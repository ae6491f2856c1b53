package locale_test

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"manyhands/bots/locale"
)

func TestShippedCataloguesAreComplete(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, p := range c.Problems() {
		t.Error(p)
	}
	if c.Total() == 0 || c.Unchecked(locale.English) != 0 {
		t.Errorf("%d messages, %d of them unchecked in English", c.Total(), c.Unchecked(locale.English))
	}
}

func TestFormsAreThoseOfTheCLDR(t *testing.T) {
	t.Parallel()
	for l, want := range map[locale.Lang]string{
		locale.English: "one other", locale.Malagasy: "one other", locale.Swahili: "one other",
		locale.French: "one many other", locale.Spanish: "one many other", locale.Portuguese: "one many other",
		locale.Arabic: "zero one two few many other",
	} {
		if got := strings.Join(locale.Forms(l), " "); got != want {
			t.Errorf("%s: %s, want %s", l, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	t.Parallel()
	const english = `
[plain]
other = "{{.Name}} and {{.Other}}"
[votes]
one = "one vote"
other = "{{.Count}} votes"
`
	for name, w := range map[string]struct {
		swahili string
		want    []string
	}{
		"complete": {`
[plain]
other = "{{.Other}}, {{.Name}}"
[votes]
one = "kura moja"
other = "kura {{.Count}}"`, nil},
		"nothing":          {``, []string{"sw: plain: missing", "sw: votes: missing"}},
		"a key of its own": {"[plain]\nother='{{.Name}}{{.Other}}'\n[votes]\none='a'\nother='{{.Count}}'\n[stray]\nother='x'", []string{"sw: stray: not in English"}},
		"empty text":       {"[plain]\nother=''\n[votes]\none='a'\nother='{{.Count}}'", []string{"sw: plain: form other: wanted true, there false"}},
		"other places":     {"[plain]\nother='{{.Name}} {{.Who}}'\n[votes]\none='a'\nother='{{.Count}}'", []string{"sw: plain: form other: lacks {{.Other}}"}},
		"a place too many": {"[plain]\nother='{{.Name}}{{.Other}}{{.Who}}'\n[votes]\none='a'\nother='{{.Count}}'", []string{"sw: plain: form other: {{.Who}} is not in English"}},
		"forms of another": {"[plain]\none='x'\nother='{{.Name}}{{.Other}}'\n[votes]\nfew='{{.Count}}'\nother='{{.Count}}'", []string{
			"sw: plain: form one: wanted false, there true", "sw: plain: form one: lacks {{.Name}}",
			"sw: votes: form one: wanted true, there false", "sw: votes: form few: wanted false, there true",
		}},
		"no number": {"[plain]\nother='{{.Name}}{{.Other}}'\n[votes]\none='a'\nother='many'", []string{"sw: votes: form other: lacks {{.Count}}"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := locale.NewFrom(fstest.MapFS{
				"en.toml": {Data: []byte(english)},
				"sw.toml": {Data: []byte(w.swahili)},
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range c.Problems() {
				if strings.HasPrefix(p, "sw: ") {
					got = append(got, p)
				}
			}
			if !slices.Equal(got, w.want) {
				t.Errorf("got  %q\nwant %q", got, w.want)
			}
		})
	}
}

// In Malagasy and French the form one stands for 0 too, so that it must show
// the number; in Arabic it stands for 1 alone.
func TestCountIsLeftOutOnlyWhereTheFormIsOneNumber(t *testing.T) {
	t.Parallel()
	numberless := "[votes]\none = 'x'\nother = '{{.Count}}'\nmany = '{{.Count}}'\n"
	c, err := locale.NewFrom(fstest.MapFS{
		"en.toml": {Data: []byte(numberless[:strings.Index(numberless, "many")])},
		"es.toml": {Data: []byte(numberless)},
		"fr.toml": {Data: []byte(numberless)},
		"pt.toml": {Data: []byte(numberless)},
		"mg.toml": {Data: []byte(numberless[:strings.Index(numberless, "many")])},
		"sw.toml": {Data: []byte(numberless[:strings.Index(numberless, "many")])},
		"ar.toml": {Data: []byte("[votes]\nzero='x'\none='x'\ntwo='x'\nfew='{{.Count}}'\nmany='{{.Count}}'\nother='{{.Count}}'")},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"fr: votes: form one: lacks {{.Count}}",
		"pt: votes: form one: lacks {{.Count}}",
		"mg: votes: form one: lacks {{.Count}}",
	}
	if got := c.Problems(); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestUncheckedIsCounted(t *testing.T) {
	t.Parallel()
	c, err := locale.NewFrom(fstest.MapFS{
		"en.toml": {Data: []byte("[a]\ndescription='unchecked'\nother='x'\n[b]\nother='x'")},
		"mg.toml": {Data: []byte("[a]\ndescription='unchecked'\nother='x'\n[b]\nother='x'")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Total() != 2 || c.Unchecked(locale.Malagasy) != 1 || c.Unchecked(locale.English) != 0 || !c.Has("a") || c.Has("c") {
		t.Errorf("total %d, unchecked mg %d, en %d", c.Total(), c.Unchecked(locale.Malagasy), c.Unchecked(locale.English))
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]fstest.MapFS{
		"no such language": {"xx.toml": {Data: []byte("[a]\nother='x'")}},
		"not TOML":         {"en.toml": {Data: []byte("[a")}},
		"a program":        {"en.toml": {Data: []byte("[a]\nother='{{if .A}}x{{end}}'")}},
		"a pipeline":       {"en.toml": {Data: []byte("[a]\nother='{{.A | printf}}'")}},
		"small letter":     {"en.toml": {Data: []byte("[a]\nother='{{.name}}'")}},
		"not closed":       {"en.toml": {Data: []byte("[a]\nother='{{.Name}'")}},
		"not opened":       {"en.toml": {Data: []byte("[a]\nother='.Name}}'")}},
	} {
		if _, err := locale.NewFrom(files); err == nil {
			t.Errorf("%s: was read", name)
		}
	}
}
