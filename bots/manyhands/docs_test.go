package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"manyhands/bots/locale"
)

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The table of settings is the settings.
func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()
	var cli CLI
	parser, err := kong.New(&cli, kong.Configuration(tomlSettings))
	if err != nil {
		t.Fatal(err)
	}
	text := document(t, "running.md")
	flags := 0
	for _, f := range parser.Model.Flags {
		if f.Name == "help" {
			continue
		}
		flags++
		if len(f.Envs) != 1 {
			t.Errorf("--%s has the variables %v", f.Name, f.Envs)
			continue
		}
		if row := fmt.Sprintf("| `--%s` | `%s` |", f.Name, f.Envs[0]); !strings.Contains(text, row) {
			t.Errorf("docs/running.md has no row %s", row)
		}
	}
	if rows := strings.Count(text, "\n| `--"); rows != flags {
		t.Errorf("docs/running.md has %d settings, the program %d", rows, flags)
	}
}

// held holds the table between a document's marks against what it should be;
// `make docs` writes it anew.
func held(t *testing.T, name, mark, want string) {
	t.Helper()
	text := document(t, name)
	open, shut := "<!-- "+mark+" -->\n", "<!-- /"+mark+" -->"
	before, rest, found := strings.Cut(text, open)
	table, after, ended := strings.Cut(rest, shut)
	switch {
	case !found || !ended:
		t.Fatalf("docs/%s has no table marked %q", name, mark)
	case table == want:
	case os.Getenv("UPDATE_DOCS") != "":
		path := filepath.Join("..", "..", "docs", name)
		if err := os.WriteFile(path, []byte(before+open+want+shut+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table %q of docs/%s is not what the program says; make docs writes it anew", mark, name)
	}
}

// Who reads the documents learns how many texts no speaker has checked.
func TestUncheckedTextsAreCountedInTheDocuments(t *testing.T) {
	t.Parallel()
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	table := "| code | language | texts | not checked |\n|---|---|---|---|\n"
	for _, l := range locale.Langs() {
		table += fmt.Sprintf("| `%s` | %s | %d | %d |\n", l, l.Name(), catalogue.Total(), catalogue.Unchecked(l))
	}
	held(t, "add-a-language.md", "unchecked", table)
}

// The index of conversations is the folder of conversations.
func TestTranscriptsAreIndexed(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(transcripts, "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	table := "| transcript | what it shows |\n|---|---|\n"
	for _, f := range files {
		script, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(f), ".txt")
		var what []string
		for line := range strings.Lines(string(script)) {
			comment, ok := strings.CutPrefix(line, "#")
			if !ok {
				break
			}
			what = append(what, strings.TrimSpace(comment))
		}
		if len(what) == 0 {
			t.Errorf("%s does not begin by saying what it shows", name)
		}
		table += fmt.Sprintf("| [%s](../bots/transcripts/%s.txt) | %s |\n", name, name, strings.Join(what, " "))
	}
	held(t, "transcripts.md", "transcripts", table)
}
