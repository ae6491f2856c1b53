package locale_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manyhands/bots/locale"
)

func TestIsolate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                         "",
		"Acme (Data) 2.0":          "\u2068Acme (Data) 2.0\u2069",
		"شركة":                     "\u2068شركة\u2069",
		"a\u202eb":                 "\u2068ab\u2069", // an override would turn what follows
		"\u2069\u2069a":            "\u2068a\u2069",  // closes what it did not open
		"\u2067\u2066\u202aa":      "\u2068a\u2069",  // never closed
		"\u202e":                   "",
		"a\u200eb\u200fc\u061cd":   "\u2068a\u200eb\u200fc\u061cd\u2069",
		"one\ntwo":                 "\u2068one\u2069\n\u2068two\u2069", // an isolate ends with its line
		"\none\r\n\n two\u2029end": "\n\u2068one\u2069\r\n\n\u2068 two\u2069\u2029\u2068end\u2069",
		"\n":                       "\n",
		"👩‍👩‍👧 \u200d":             "\u2068👩‍👩‍👧 \u200d\u2069",
	} {
		if got := locale.Isolate(in); got != want {
			t.Errorf("Isolate(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func TestIsolatesAreBalancedOnEveryLine(t *testing.T) {
	t.Parallel()
	alphabet := []rune("aش1( \n\r\u2029\u200e\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringOfN(rapid.SampledFrom(alphabet), 0, 20, -1).Draw(t, "typed")
		out := locale.Isolate(in)
		for _, line := range strings.FieldsFunc(out, func(r rune) bool { return strings.ContainsRune("\n\r\u2029", r) }) {
			inner, opened := strings.CutPrefix(line, "\u2068")
			inner, closed := strings.CutSuffix(inner, "\u2069")
			if !opened || !closed || inner != locale.Strip(inner) {
				t.Fatalf("%+q became %+q", in, out)
			}
		}
		if locale.Strip(out) != locale.Strip(in) {
			t.Fatalf("%+q lost something: %+q", in, out)
		}
		if locale.Isolate(out) != out {
			t.Fatalf("%+q changed the second time", in)
		}
	})
}

func TestLatinDigits(t *testing.T) {
	t.Parallel()
	if got := locale.LatinDigits("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 12٫5 १ é"); got != "0123456789 0123456789 12٫5 १ é" {
		t.Errorf("got %q", got)
	}
}
