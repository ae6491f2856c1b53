package locale

import (
	"fmt"
	"maps"
	"slices"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Forms are the plural forms that CLDR's rules ask of l, in CLDR's order:
// one and other in English, six in Arabic.
func Forms(l Lang) []string {
	var out []string
	covers := coverage(l)
	for _, f := range everyForm {
		if covers[f] > 0 || f == "other" {
			out = append(out, string(f))
		}
	}
	return out
}

// coverage says how many of the counts tried have each form. go-i18n keeps
// its rules to itself, so they are asked: every rule of these languages shows
// within two hundred or at a million.
func coverage(l Lang) map[form]int {
	bundle := i18n.NewBundle(language.Make(string(l)))
	probe := &i18n.Message{ID: "form", Zero: "zero", One: "one", Two: "two", Few: "few", Many: "many", Other: "other"}
	bundle.MustAddMessages(language.Make(string(l)), probe)
	localizer := i18n.NewLocalizer(bundle, string(l))
	out := map[form]int{}
	ask := func(n int) {
		said, _ := localizer.Localize(&i18n.LocalizeConfig{MessageID: "form", PluralCount: n})
		out[form(said)]++
	}
	for n := range 201 {
		ask(n)
	}
	ask(1_000_000)
	ask(2_000_000)
	return out
}

// Problems says what is missing or does not fit between the languages, each
// in a sentence for the translator; none where the catalogues are complete.
//
//   - Every key of English is in every language, and no other.
//   - A message that has plural forms in English has exactly those of CLDR in
//     each language; one that has none in English has none anywhere.
//   - Each form has the places of the English message. Count may be left out
//     where a form stands for one number only ("one vote", "عاملان").
func (c *Catalogue) Problems() []string {
	var out []string
	for _, twice := range c.twice {
		out = append(out, twice+": stands twice")
	}
	english := c.messages[English]
	for _, l := range Langs() {
		covers, asked := coverage(l), Forms(l)
		say := func(key, format string, args ...any) {
			out = append(out, fmt.Sprintf("%s: %s: ", l, key)+fmt.Sprintf(format, args...))
		}
		for _, key := range slices.Sorted(maps.Keys(english)) {
			m := c.messages[l][key]
			if m == nil {
				say(key, "missing")
				continue
			}
			want := []string{"other"}
			if isPlural(english[key]) {
				want = asked
			}
			has := forms(m)
			for _, f := range everyForm {
				wanted := slices.Contains(want, string(f))
				if _, ok := has[f]; ok != wanted {
					say(key, "form %s: wanted %t, there %t", f, wanted, ok)
				}
			}
			places := placesOf(forms(english[key])["other"])
			for _, f := range everyForm {
				if s, ok := has[f]; ok {
					if odd := oddPlaces(places, placesOf(s), f != "other" && covers[f] == 1); odd != "" {
						say(key, "form %s: %s", f, odd)
					}
				}
			}
		}
		for _, key := range slices.Sorted(maps.Keys(c.messages[l])) {
			if english[key] == nil {
				say(key, "not in English")
			}
		}
	}
	return out
}

// isPlural is true for a message with more than the one form.
func isPlural(m *i18n.Message) bool {
	has := forms(m)
	_, other := has["other"]
	return len(has) > 1 || !other
}

func placesOf(src string) []string {
	var out []string
	s, _ := parsePlaces(src) // looked at when it was loaded
	for _, p := range s {
		if p.place != "" && !slices.Contains(out, p.place) {
			out = append(out, p.place)
		}
	}
	return out
}

// oddPlaces names a place that one side has and the other has not.
func oddPlaces(want, has []string, mayOmitCount bool) string {
	for _, p := range want {
		if !slices.Contains(has, p) && (!mayOmitCount || p != "Count") {
			return "lacks {{." + p + "}}"
		}
	}
	for _, p := range has {
		if !slices.Contains(want, p) {
			return "{{." + p + "}} is not in English"
		}
	}
	return ""
}
