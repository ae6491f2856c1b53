package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"manyhands/bots/locale"
)

// folder is a folder with the messages that are shipped.
func folder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../messages")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func add(t *testing.T, dir string, args ...string) error {
	t.Helper()
	return run(t.Context(), append([]string{"-dir", dir}, args...), io.Discard)
}

func catalogue(t *testing.T, dir string) *locale.Catalogue {
	t.Helper()
	c, err := locale.NewFrom(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Problems(); len(p) > 0 {
		t.Fatalf("problems: %q", p)
	}
	return c
}

func textOf(t *testing.T, dir string, l locale.Lang) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, string(l)+".toml"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestOneMessageGoesIntoEveryLanguageUnchecked(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	before := catalogue(t, dir)
	if err := add(t, dir, "count.cases", "{{.Count}} case", "{{.Count}} cases"); err != nil {
		t.Fatal(err)
	}
	if err := add(t, dir, "menu.news", "News: {{.Command}}"); err != nil {
		t.Fatal(err)
	}
	c := catalogue(t, dir)
	for _, l := range locale.Langs() {
		if got := c.Say(l, locale.T("count.cases", "Count", 3)); got != "3 cases" {
			t.Errorf("%s: %q", l, got)
		}
		if n := c.Unchecked(l) - before.Unchecked(l); n != 2 && l != locale.English || l == locale.English && n != 0 {
			t.Errorf("%s: %d more unchecked", l, n)
		}
	}
	if c.Total() != before.Total()+2 {
		t.Errorf("%d messages after %d", c.Total(), before.Total())
	}
}

func TestFilesStaySortedAndKeepTheirHeads(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	if err := add(t, dir, "a.first", "x"); err != nil {
		t.Fatal(err)
	}
	once := textOf(t, dir, locale.French)
	if !strings.HasPrefix(once, "# French") {
		t.Errorf("the head is gone:\n%s", once)
	}
	last := ""
	for line := range strings.Lines(once) {
		if key, ok := strings.CutPrefix(line, "["); ok {
			if key = strings.Trim(key, "\"]\n"); key < last {
				t.Errorf("%s comes after %s", key, last)
			} else {
				last = key
			}
		}
	}
	if err := add(t, dir); err != nil {
		t.Fatal(err)
	}
	if again := textOf(t, dir, locale.French); again != once {
		t.Errorf("sorting again changed the file:\n%s", again)
	}
}

func TestMessagesFromAFileWithSomeLanguages(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	from := filepath.Join(t.TempDir(), "new.toml")
	if err := os.WriteFile(from, []byte(`
["count.cases"]
en = {one = "{{.Count}} case", other = "{{.Count}} cases"}
sw = "kesi {{.Count}}"
ar = {one = "حالة واحدة", two = "حالتان", other = "{{.Count}} حالة"}
["sample.taken"]
en = "Taken."
fr = "Pris."
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := add(t, dir, "-from", from); err != nil {
		t.Fatal(err)
	}
	c := catalogue(t, dir)
	for _, w := range []struct {
		lang locale.Lang
		text locale.Text
		want string
	}{
		{locale.Swahili, locale.T("count.cases", "Count", 1), "kesi 1"},
		{locale.Arabic, locale.T("count.cases", "Count", 2), "حالتان"},
		{locale.Arabic, locale.T("count.cases", "Count", 3), "3 حالة"},
		{locale.French, locale.T("sample.taken"), "Pris."},
		{locale.Malagasy, locale.T("sample.taken"), "Taken."},
	} {
		if got := c.Say(w.lang, w.text); got != w.want {
			t.Errorf("%s: %q, want %q", w.lang, got, w.want)
		}
	}

	if err := add(t, dir, "sample.taken", "Taken up."); err == nil {
		t.Error("an existing key was changed without being asked")
	}
	if err := add(t, dir, "-replace", "sample.taken", "Taken up."); err != nil {
		t.Fatal(err)
	}
	c = catalogue(t, dir)
	if en, fr := c.Say(locale.English, locale.T("sample.taken")), c.Say(locale.French, locale.T("sample.taken")); en != "Taken up." || fr != "Pris." {
		t.Errorf("after the change: %q, %q", en, fr)
	}
}

func TestWhatWouldBeAProblemIsNotWritten(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	before := textOf(t, dir, locale.English)
	from := filepath.Join(t.TempDir(), "new.toml")
	for name, w := range map[string]struct {
		file string
		args []string
	}{
		"a bad key":         {"", []string{"Case Taken", "x"}},
		"no English":        {"[a.b]\nfr='x'", nil},
		"no such language":  {"[a.b]\nen='x'\nde='x'", nil},
		"no such form":      {"[a.b]\nen={one='x',other='x'}\nfr={dual='x'}", nil},
		"forms in one only": {"[a.b]\nen='x'\nfr={one='x',other='x'}", nil},
		"other places":      {"[a.b]\nen='{{.Name}}'\nfr='{{.Nom}}'", nil},
		"a program":         {"", []string{"a.b", "{{if .A}}{{end}}"}},
		"too many texts":    {"", []string{"a.b", "x", "y", "z"}},
		"not a text":        {"[a.b]\nen=3", nil},
	} {
		args := w.args
		if w.file != "" {
			if err := os.WriteFile(from, []byte(w.file), 0o600); err != nil {
				t.Fatal(err)
			}
			args = []string{"-from", from}
		}
		if err := add(t, dir, args...); err == nil {
			t.Errorf("%s: was taken", name)
		}
		if textOf(t, dir, locale.English) != before {
			t.Fatalf("%s: was written", name)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != len(locale.Langs()) {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAnInterruptedRunWaitsForNoOther(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	unlock, err := lock(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	interrupted, interrupt := context.WithCancel(t.Context())
	interrupt()
	if _, err := lock(interrupted, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("the second run got %v", err)
	}
	unlock()
	unlock, err = lock(interrupted, dir)
	if err != nil {
		t.Fatalf("a lock that is free was not taken: %v", err)
	}
	unlock()
}

func TestRunsAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	before := catalogue(t, dir).Total()
	var all sync.WaitGroup
	for _, key := range []string{"a.a", "a.b", "a.c", "a.d"} {
		all.Go(func() {
			if err := add(t, dir, key, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := catalogue(t, dir).Total(); n != before+4 {
		t.Errorf("%d messages, want %d", n, before+4)
	}
}
