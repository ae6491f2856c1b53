package transcript_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	"manyhands/bots/transcript"
)

func TestLinesThatCannotBeUnderstood(t *testing.T) {
	t.Parallel()
	for line, what := range map[string]string{
		"hello":                  "neither",
		" w1> hello":             "neither",
		"& w1< hello":            "neither",
		"& # hello":              "neither",
		"w1>":                    "nothing is said",
		"w1> ":                   "nothing is said",
		"w1>hello":               "neither",
		"w 1> hello":             "neither",
		"é> hello":               "neither",
		"w1> ~ ":                 "nothing is said",
		"w1> + ":                 "an attachment is written",
		`w1> + "a`:               "an attachment is written",
		`w1> + "a"b`:             "an attachment is written",
		"w1> [Yes":               "a press is written",
		"w1> [Yes\n  | x]":       "a press is written",
		"w1> [Yes] please":       "may stand",
		"w1> [Yes] of 1":         "may stand",
		"w1> [Yes] of server":    "may stand",
		`w1> [Yes] of c1 in "x"`: "may stand",
		`w1> [Yes] in "x`:        "a quote is open",
		`w1> a\b`:                "a backslash stands",
		`w1> a\`:                 "a backslash stands",
		`w1> \u{110000}`:         "is no character",
		`w1> \u{d800}`:           "is no character",
		"  | more":               "nothing above",
		"# x\n  | more":          "nothing above",
		"! again\n  | more":      "nothing above",
		"! only":                 "wants features",
		"! only telepathy":       `no network has the feature "telepathy"`,
		"! ":                     "wants a directive",
		"! dance":                `no directive "dance"`,
		"! clock":                "it is written: ! clock",
		"! clock noon":           "the clock is set like this",
		"! clock +":              "time passes like this",
		"! clock +7":             "time passes like this",
		"! clock +7y":            "time passes like this",
		"! clock +9999w9999w":    "a hundred years",
		"! lang w1":              "it is written: ! lang",
		"! room r":               "it is written: ! room",
		"! room r w1,w2":         "is no name",
		"! block server":         "is no name",
		"! leave r w1 w2":        "it is written: ! leave",
		"! restart now":          "it is written: ! restart",
		"server@r> x":            "in no room",
		`server> "x`:             "a quote is open",
		"w1> a\nw1< [x] y":       "buttons are written",
		"w1> a\nw1< [x":          "buttons are written",
		"w1> a\nw1< [x][y]":      "buttons are written",
		"w1> a\nw1<+ card.png":   "a file is written",
		"w1> a\nserver<~ x":      "the server only prints",
		"w1> a\nw1< -\nw1< b":    "nothing more was expected",
		"w1< hello":              "nothing has been done yet",
		"& w1> hello":            "& wants something",
		"w1> a\nw1< a\n& w1> b":  "& wants something",
		"! clock +1d\n& w1> b":   "& wants something",
		"w1> a\n& ! clock +1d":   "the clock cannot move",
		"w1> a\n& ! only rooms":  "no directive",
		"w1> a\n! only rooms":    "before everything",
	} {
		_, err := transcript.Parse("script", line+"\n")
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%q: error %v, expected %q", line, err, what)
			continue
		}
		if e := (*transcript.SyntaxError)(nil); !errors.As(err, &e) || e.Name != "script" || e.Line < 1 {
			t.Errorf("%q: %#v says no place", line, err)
		}
	}
}

func TestEveryFaultIsTold(t *testing.T) {
	t.Parallel()
	_, err := transcript.Parse("script", "! dance\n\n# fine\nw1> say a\nhello\n")
	if err == nil || err.Error() != "script:1: there is no directive \"dance\"\n"+
		`script:5: this is neither "# comment", "! directive", "who> said" nor "who< expected"` {
		t.Errorf("error:\n%v", err)
	}
}

func TestAScriptIsKeptAsItWasWritten(t *testing.T) {
	t.Parallel()
	const text = "# one\r\n! only rooms\n\nw1> a\r\n  | b\n& w2> c\nw1< ..."
	s, err := transcript.Parse("script", "\uFEFF"+text)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.ReplaceAll(text, "\r", "") + "\n"; s.String() != want {
		t.Errorf("%q", s)
	}
	if s.Steps() != 1 || len(s.Only) != 1 || s.Only[0] != transcript.Rooms {
		t.Errorf("%d steps, only %v", s.Steps(), s.Only)
	}
}

func FuzzParse(f *testing.F) {
	everything, err := os.ReadFile("testdata/everything.txt")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(everything))
	for _, line := range strings.SplitAfter(string(everything), "\n") {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := transcript.Parse("fuzz", text)
		if err != nil {
			return
		}
		again, err := transcript.Parse("fuzz", s.String())
		if err != nil {
			t.Fatalf("%q is understood, and not when written down: %v", text, err)
		}
		if again.String() != s.String() || again.Steps() != s.Steps() {
			t.Errorf("%q became %q", s, again)
		}
	})
}

// FuzzAnyTextCanBeWrittenDown sends any text through a world and back: what is
// printed of it is understood, expects exactly it, and prints the same again.
func FuzzAnyTextCanBeWrittenDown(f *testing.F) {
	for _, s := range []string{"a", "-", "[x]", "[x] [y]", "...", "....", "{code}", `\`, "a\nb\n\n c ", " a ", "\u2068x\u2069", "\u200f", "\r", "  | x", "~", "+ x"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, text, label string) {
		w := func() transcript.World { return parrot{newEcho(), text, label} }
		first := play(t, "fuzz", "w1> say it\n", w())
		second := play(t, "fuzz", first.Exchange, w())
		if err := second.Err(); err != nil {
			t.Fatalf("%q prints\n%s\nwhich it is not: %v", text, first.Exchange, err)
		}
		if second.Exchange != first.Exchange || second.Updated != first.Exchange {
			t.Errorf("%q became %q", first.Exchange, second.Exchange)
		}
	})
}

// parrot says a fixed text, with a fixed button, to whatever is said.
type parrot struct {
	*echo
	text, label string
}

func (p parrot) Stage() transcript.Stage { return p }

func (p parrot) Say(_ context.Context, who, _, _ string) error {
	p.send(who, "", p.text, p.label)
	return nil
}
