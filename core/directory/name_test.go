package directory_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"manyhands/core"
	"manyhands/core/directory"
)

// name makes a Name that must be good.
func name(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string,
) directory.Name {
	t.Helper()
	n, err := directory.NewName(s)
	if err != nil {
		t.Fatalf("NewName(%q): %v", s, err)
	}
	return n
}

func TestNewNameKeepsWhatCanBeRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"Acme Data", "Acme Data"},
		{"  Acme \t Data\n", "Acme Data"},
		{"Acme\u00A0\u202F\u3000Data", "Acme Data"},
		{"Acme\u200B", "Acme"},
		{"Ac\u200Bme", "Acme"},
		{"Ac\u200Dme", "Acme"},
		{"\u2068Acme\u2069", "Acme"},
		{"\u200FAcme\u200E", "Acme"},
		{"Ac\x00me\x1b[31m", "Acme[31m"},
		{"Cafe\u0301", "Café"},
		{"می\u200Cخواهم", "می\u200Cخواهم"},                 // Persian parts letters by hand
		{"\u200Cمی", "می"},                                 // but not at the beginning
		{"क्\u200Dष", "क्\u200Dष"},                         // an Indic half form
		{"ന്\u200D", "ന്\u200D"},                           // an old Malayalam chillu ends the word
		{"\U0001F469\u200D\U0001F4BB lab", "👩\u200D💻 lab"}, // a joined emoji
		{"❤\uFE0F", "❤\uFE0F"},
		{"1\uFE0F\u20E3", "1\uFE0F\u20E3"}, // a keycap
		{"A\uFE0Fcme", "Acme"},
		{"Acme\u2800\u3164", "Acme"},
		{"★★★", "★★★"},
		{"=HYPERLINK(\"http://x\",\"y\")", "=HYPERLINK(\"http://x\",\"y\")"},
		{strings.Repeat("ب", directory.MaxName), strings.Repeat("ب", directory.MaxName)},
	} {
		if got := name(t, c.in).String(); got != c.want {
			t.Errorf("NewName(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestNewNameRefusesWhatDeceives(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, key string }{
		{"", "error.name_empty"},
		{" \n\u00A0", "error.name_empty"},
		{strings.Repeat("\u200B", 15), "error.name_invisible"},
		{"\u3164", "error.name_invisible"},
		{"\u2800\u2800", "error.name_invisible"},
		{"\u00AD\u2060\uFEFF", "error.name_invisible"},
		{"\U000E0041\U000E0042", "error.name_invisible"},
		{"\u0301", "error.name_invisible"},
		{"\uE000", "error.name_invisible"},
		{"\u202Eemca", "error.name_direction"},
		{"Ac\u202Dme", "error.name_direction"},
		{"Z" + strings.Repeat("\u0335\u0321", 10) + "algo", "error.name_marks"},
		{strings.Repeat("a", directory.MaxName+1), "error.name_long"},
		{"Ac\xffme", "error.name_unreadable"},
	} {
		got, err := directory.NewName(c.in)
		if !errors.Is(err, core.Refuse(core.Invalid, c.key)) {
			t.Errorf("NewName(%q) = %q, %v; want %s", c.in, got, err, c.key)
		}
	}
}

func TestNewNameSaysHowLong(t *testing.T) {
	t.Parallel()
	_, err := directory.NewName(strings.Repeat("é", 121))
	var refusal *core.Error
	if !errors.As(err, &refusal) || refusal.Values["Count"] != 121 || refusal.Values["Max"] != 120 {
		t.Errorf("refusal = %+v", refusal)
	}
}

// checkName holds what is true of every name, whatever was typed.
func checkName(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string,
) {
	t.Helper()
	n, err := directory.NewName(s)
	if err != nil {
		if core.KindOf(err) != core.Invalid || !n.IsZero() {
			t.Fatalf("NewName(%q) = %q, %v", s, n, err)
		}
		return
	}
	text := n.String()
	if !utf8.ValidString(text) || !norm.NFC.IsNormalString(text) || text != strings.TrimSpace(text) {
		t.Fatalf("NewName(%q) = %q is not clean", s, text)
	}
	if count := utf8.RuneCountInString(text); count < 1 || count > directory.MaxName {
		t.Fatalf("NewName(%q) has %d characters", s, count)
	}
	for _, r := range text {
		if r < ' ' || r == 0x7F || r >= 0x80 && r < 0xA0 || r >= 0x202A && r <= 0x202E ||
			r >= 0x2066 && r <= 0x2069 || r == 0x200B || r == 0xFEFF {
			t.Fatalf("NewName(%q) let %U through", s, r)
		}
	}
	if again, err := directory.NewName(text); err != nil || again != n {
		t.Fatalf("NewName(%q) = %q, %v: not the same twice", text, again, err)
	}
	if directory.Fold(text) == "" {
		t.Fatalf("the name %q folds to nothing", text)
	}
}

// awkward draws texts in which what matters here is common.
func awkward() *rapid.Generator[string] {
	chars := rapid.OneOf(
		rapid.Rune(),
		rapid.SampledFrom([]rune("aAzIiİıßøłđæœþ éÅ09٠۹०０ＡАаοΟ'-.#\u200B\u200C\u200D\u202E\u2068\u0301\u0306и\u0640\u064B\uFE0F\u00AD\u034F\u3164\u2800 \n\x00ةىیکأیم्क가ᄀ\u1161か\u3099❤™ﬀﷺ")),
	)
	return rapid.OneOf(rapid.StringOf(chars), rapid.String())
}

func TestEveryNameIsClean(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkName(t, awkward().Draw(t, "s")) })
}

// The texts are long enough that work which grows with their square would
// not end within the time a test has.
func TestALongTextIsAnswered(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"\u200D", "ب\u200C", "\u0301", "a", "क्\u200D", "\u202E", "❤\uFE0F\u200D", "\u1161"} {
		s := "ب" + strings.Repeat(unit, 1<<16)
		if _, err := directory.NewName(s); err != nil && core.KindOf(err) != core.Invalid {
			t.Errorf("%q: %v", unit, err)
		}
		indexOf("Acme").Find(s, directory.Options{})
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"Acme", "\u202Eemca", "می\u200Cخواهم", "Ac\xffme", "ẛ̣", "İ", "ﬃ", "가", "ᾳ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkName(t, s)
		checkFold(t, s)
	})
}
