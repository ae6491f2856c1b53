// Package locale puts what the bot says into its reader's language: sentences
// and their plural forms, numbers, money and dates. It also reads dates as
// people of these languages write them.
//
// What is to be said travels as a Text, a key with values, and becomes words
// only in Catalogue.Say, so that one answer can reach readers of several
// languages. Marks, patterns and names of months are the Unicode CLDR's, see
// cldr/NOTICE.md.
package locale

import (
	"slices"
	"strings"

	"golang.org/x/text/language"
)

// Lang is a language the bot speaks, as its ISO 639-1 code. Any other value
// is spoken to in English.
type Lang string

// The languages that the bot speaks.
const (
	English    Lang = "en"
	French     Lang = "fr"
	Spanish    Lang = "es"
	Portuguese Lang = "pt"
	Arabic     Lang = "ar"
	Malagasy   Lang = "mg"
	Swahili    Lang = "sw"
)

// Langs are all languages, in the order in which they are offered.
func Langs() []Lang {
	return []Lang{English, French, Spanish, Portuguese, Arabic, Malagasy, Swahili}
}

// Names are the languages' names for themselves, as a reader looks for them
// in a list that is not yet in their language.
func Names() map[Lang]string {
	return map[Lang]string{
		English:    "English",
		French:     "Français",
		Spanish:    "Español",
		Portuguese: "Português",
		Arabic:     "العربية",
		Malagasy:   "Malagasy",
		Swahili:    "Kiswahili",
	}
}

// Name is the language's name for itself.
func (l Lang) Name() string { return Names()[l] }

// RTL is true for a language written from right to left.
func (l Lang) RTL() bool { return l == Arabic }

// Match finds the language that a hint asks for. A hint is what a network, a
// browser or a terminal gives: "pt-br", "pt_BR", "fr, en;q=0.8",
// "sw_KE.UTF-8", or nothing. The first language of the hint that the bot
// speaks wins, whatever its country; a hint that names none gets English,
// never a language that is merely near.
func Match(hint string) Lang {
	if i := strings.IndexAny(hint, ".@"); i >= 0 && !strings.Contains(hint, ";") {
		hint = hint[:i]
	}
	tags, _, err := language.ParseAcceptLanguage(strings.ReplaceAll(hint, "_", "-"))
	if err != nil {
		return English
	}
	for _, t := range tags {
		// The canonical form makes Malagasy of "plt" and Swahili of "swh".
		if canonical, err := language.All.Canonicalize(t); err == nil {
			t = canonical
		}
		// A base that the tag does not name is a guess ("und-BR").
		base, sure := t.Base()
		if l := Lang(base.String()); sure == language.Exact && slices.Contains(Langs(), l) {
			return l
		}
	}
	return English
}
