package locale_test

import (
	"testing"

	"manyhands/bots/locale"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for hint, want := range map[string]locale.Lang{
		"pt-br": locale.Portuguese, "pt_BR": locale.Portuguese, "pt-PT": locale.Portuguese, "pt": locale.Portuguese,
		"ar-EG": locale.Arabic, "ar": locale.Arabic,
		"sw-KE": locale.Swahili, "swh": locale.Swahili,
		"mg": locale.Malagasy, "mg-MG": locale.Malagasy, "plt": locale.Malagasy,
		"es-419": locale.Spanish, "fr-CA": locale.French, "FR": locale.French, "en-GB": locale.English,

		// Never a language that is merely near, nor one guessed from a country.
		"zh-hans": locale.English, "xx": locale.English, "": locale.English, "und-BR": locale.English,
		"gl": locale.English, "oc": locale.English, "fa": locale.English, "und": locale.English, "*": locale.English,
		"x-arabic": locale.English, "français": locale.English, "C": locale.English, "\x00": locale.English,

		// What browsers and terminals say.
		"fr-FR,fr;q=0.9,en;q=0.8": locale.French, "en;q=0.1, ar;q=0.9": locale.Arabic,
		"zh-hans, sw;q=0.5": locale.Swahili, "fr_FR.UTF-8": locale.French, "sw_KE@latin": locale.Swahili,
	} {
		if got := locale.Match(hint); got != want {
			t.Errorf("Match(%q) = %s, want %s", hint, got, want)
		}
	}
}

func TestEveryLanguageMatchesItselfAndHasAName(t *testing.T) {
	t.Parallel()
	if n := len(locale.Langs()); n != 7 || n != len(locale.Names()) {
		t.Fatalf("%d languages, %d names", n, len(locale.Names()))
	}
	for _, l := range locale.Langs() {
		if locale.Match(string(l)) != l || l.Name() == "" {
			t.Errorf("%s: matches %s, named %q", l, locale.Match(string(l)), l.Name())
		}
		if l.RTL() != (l == locale.Arabic) {
			t.Errorf("%s: RTL = %t", l, l.RTL())
		}
	}
}
