package directory_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"manyhands/core/directory"
)

func TestFoldMakesOneOfLetterForms(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ what, in, want string }{
		{"case", "ACME Data", "acme data"},
		{"accents", "Crème Brûlée Ångström Việt", "creme brulee angstrom viet"},
		{"slashed o", "Søren", "soren"},
		{"barred l", "Łódź", "lodz"},
		{"sharp s", "Straße", "strasse"},
		{"capital sharp s", "STRAẞE", "strasse"},
		{"oe", "Œuvre", "oeuvre"},
		{"dotted capital i", "İstanbul", "istanbul"},
		{"dotless i", "Isparta ısparta", "isparta isparta"},
		{"barred d", "Đorđe", "dorde"},
		{"ae", "Æther", "aether"},
		{"thorn", "Þór", "thor"},
		{"width", "ＡＣＭＥ　２", "acme 2"},
		{"ligature", "oﬃce", "office"},
		{"mathematical letters", "𝔸𝕔𝕞𝕖", "acme"},
		{"circled letters", "Ⓐⓒⓜⓔ", "acme"},
		{"trade mark", "Acme™ ®", "acme"},
		{"punctuation", "Acme (Data), Inc.", "acme data inc"},
		{"dash and underscore", "a_b-c–d", "a b c d"},
		{"zero width", "Ac\u200Bm\u00ADe", "acme"},
		{"alef with hamza", "أحمد إحسان آدم ٱلله", "احمد احسان ادم الله"},
		{"ta marbuta", "شركة", "شركه"},
		{"alef maqsura", "مصطفى", "مصطفي"},
		{"hamza on its carrier", "مسؤول مسائل", "مسوول مسايل"},
		{"tatweel", "شـــركـة", "شركه"},
		{"vowel marks", "مُحَمَّدٌ", "محمد"},
		{"Persian yeh and kaf", "یک", "يك"},
		{"Persian letters that stay", "گچ پژ", "گچ پژ"},
		{"presentation forms", "ﺷﺮﻛﺔ", "شركه"},
		{"Arabic digits", "شركة ١٢٣", "شركه 123"},
		{"Persian digits", "۴۵۶", "456"},
		{"Devanagari digits", "०९", "09"},
		{"zero-width non-joiner", "می\u200Cخواهم", "ميخواهم"},
		{"Greek", "ΆΘΉΝΑΣ", "αθηνασ"},
		{"Greek final sigma", "αθηνας", "αθηνασ"},
		{"yo", "Ёлка", "елка"},
		{"short i is a letter", "Йод", "йод"},
		{"Devanagari vowels stay", "हिंदी", "हिंदी"},
		{"kana voice marks stay", "が", "が"},
		{"Hangul", "한국", "한국"},
		{"Chinese", "数据 标注", "数据 标注"},
		{"signs only", "★ ★", "★★"},
		{"nothing to see", "\u200B \u2800", ""},
	} {
		if got := directory.Fold(c.in); got != c.want {
			t.Errorf("%s: Fold(%q) = %q (%+q), want %q", c.what, c.in, got, got, c.want)
		}
	}
}

func TestFoldKeepsVowelsApart(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{{"कि", "के"}, {"か", "が"}, {"и", "й"}, {"چ", "ج"}, {"ka", "ko"}} {
		if directory.Fold(pair[0]) == directory.Fold(pair[1]) {
			t.Errorf("%q and %q fold to the same", pair[0], pair[1])
		}
	}
}

func checkFold(t interface {
	Helper()
	Fatalf(string, ...any)
}, s string,
) {
	t.Helper()
	folded := directory.Fold(s)
	if again := directory.Fold(folded); again != folded {
		t.Fatalf("Fold(%+q) = %+q, folded again %+q", s, folded, again)
	}
	if !utf8.ValidString(folded) || strings.Contains(folded, "  ") || folded != strings.TrimSpace(folded) {
		t.Fatalf("Fold(%+q) = %+q is not clean", s, folded)
	}
	directory.Skeleton(s)
	directory.MixedScripts(s)
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) { checkFold(t, awkward().Draw(t, "s")) })
}

func TestFoldTwiceIsFoldOnceForEveryCharacter(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		switch {
		case !unicode.IsGraphic(r) && !unicode.In(r, unicode.Cc, unicode.Cf):
		case unicode.In(r, unicode.Han, unicode.Hangul) && r%16 != 0:
		default:
			checkFold(t, "a"+string(r)+"b")
			checkFold(t, string(r))
		}
	}
}

func TestFoldDoesNotMindCase(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[A-Za-zÀ-ÖØ-öø-ÿĀ-ňŊ-žА-Яа-я0-9 .'-]{0,40}`).Draw(t, "s")
		if a, b := directory.Fold(strings.ToUpper(s)), directory.Fold(s); a != b {
			t.Fatalf("upper case folds to %q, as typed to %q", a, b)
		}
	})
}

func TestLookalike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, existing string
		want           bool
	}{
		{"Аcme", "Acme", true},   // Cyrillic А
		{"АСМЕ", "Acme", true},   // all Cyrillic
		{"асме", "ACME", true},   // in small letters too
		{"Αcme", "Acme", true},   // Greek Α
		{"Acrne", "Acme", true},  // r and n
		{"AppIe", "Apple", true}, // a capital I
		{"G00gle Lab", "Google Lab", true},
		{"Ꭺcme", "Acme", true}, // Cherokee
		{"Аcmé", "Acme", true}, // Cyrillic А and an accent
		{"Acme", "Acme", false},
		{"ＡＣＭＥ", "Acme", false},       // the same name in full width
		{"Acme\u200B", "Acme", false}, // the same name
		{"Acme", "Acne", false},
		{"Mary Roman Lab", "Mark Roman Lab", false},
		{"Рост", "Post", false},
	} {
		if got := directory.Lookalike(c.name, c.existing); got != c.want {
			t.Errorf("Lookalike(%q, %q) = %v: skeletons %q and %q", c.name, c.existing, got,
				directory.Skeleton(c.name), directory.Skeleton(c.existing))
		}
		if directory.Lookalike(c.name, c.existing) != directory.Lookalike(c.existing, c.name) {
			t.Errorf("Lookalike(%q, %q) depends on the order", c.name, c.existing)
		}
	}
}

func TestMixedScripts(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"Аcme":        true,
		"Acmе Data":   true,
		"Acme":        false,
		"Толока Data": false, // two words, two scripts
		"شركةAcme":    false, // nobody mistakes these
		"データLabel":    false,
		"Ac\u200Bmе":  true,
		"Acme 2":      false,
		"µTask":       false, // the sign of micro belongs to no script
	} {
		if got := directory.MixedScripts(s); got != want {
			t.Errorf("MixedScripts(%q) = %v", s, got)
		}
	}
}
