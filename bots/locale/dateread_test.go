package locale_test

import (
	"errors"
	"testing"
	"time"

	"manyhands/bots/locale"
	"manyhands/core"
)

// today is a Wednesday in November.
var today = time.Date(2026, 11, 25, 22, 30, 0, 0, time.FixedZone("EAT", 3*60*60))

func TestParseDate(t *testing.T) {
	t.Parallel()
	for _, w := range []struct {
		lang  locale.Lang
		typed string
		want  string
	}{
		{locale.English, "today", "2026-11-25"},
		{locale.English, " Yesterday ", "2026-11-24"},
		{locale.English, "tomorrow", "2026-11-26"},
		{locale.French, "aujourd’hui", "2026-11-25"},
		{locale.French, "aujourd'hui", "2026-11-25"},
		{locale.French, "HIER", "2026-11-24"},
		{locale.Spanish, "hoy", "2026-11-25"},
		{locale.Spanish, "ayer", "2026-11-24"},
		{locale.Spanish, "manana", "2026-11-26"},
		{locale.Portuguese, "hoje", "2026-11-25"},
		{locale.Portuguese, "ontem", "2026-11-24"},
		{locale.Arabic, "اليوم", "2026-11-25"},
		{locale.Arabic, "أمس", "2026-11-24"},
		{locale.Arabic, "امس", "2026-11-24"},
		{locale.Malagasy, "anio", "2026-11-25"},
		{locale.Malagasy, "omaly", "2026-11-24"},
		{locale.Swahili, "leo", "2026-11-25"},
		{locale.Swahili, "jana", "2026-11-24"},
		{locale.Malagasy, "hier", "2026-11-24"}, // another of the languages

		{locale.English, "2026-08-16", "2026-08-16"},
		{locale.Arabic, "٢٠٢٦-٠٨-١٦", "2026-08-16"},
		{locale.French, "2026/8/6", "2026-08-06"},
		{locale.English, "2027-01-01", "2027-01-01"}, // callers judge what is to come
		{locale.English, "2024-02-29", "2024-02-29"},

		{locale.French, "03/04/2026", "2026-04-03"},
		{locale.Spanish, "3/4/2026", "2026-04-03"},
		{locale.Portuguese, "03-04-2026", "2026-04-03"},
		{locale.Malagasy, "03/04/2026", "2026-04-03"},
		{locale.Swahili, "3.4.2026", "2026-04-03"},
		{locale.Arabic, "٣/٤/٢٠٢٦", "2026-04-03"},
		{locale.Arabic, "۳‏/۴‏/۲۰۲۶", "2026-04-03"}, // Persian digits, CLDR's marks of direction
		{locale.French, "03/04/26", "2026-04-03"},
		{locale.French, "03 / 04 / 2026", "2026-04-03"},
		{locale.French, "12/31/2025", "2025-12-31"}, // the only day it can be
		{locale.English, "16/08/2026", "2026-08-16"},
		{locale.English, "8/16/2026", "2026-08-16"},
		{locale.English, "4/4/2026", "2026-04-04"},

		{locale.French, "16/08", "2026-08-16"},
		{locale.French, "25/11", "2026-11-25"},
		{locale.French, "26/11", "2025-11-26"}, // the latest that is not to come
		{locale.French, "29/02", "2024-02-29"},

		{locale.French, "16 août 2026", "2026-08-16"},
		{locale.French, "16 aout 2026", "2026-08-16"},
		{locale.French, "1er septembre", "2026-09-01"},
		{locale.French, "16 sept. 2026", "2026-09-16"},
		{locale.French, "le 31 déc. 2025", "2025-12-31"},
		{locale.English, "August 16", "2026-08-16"},
		{locale.English, "Aug 16th, 2026", "2026-08-16"},
		{locale.English, "the 1st of December", "2025-12-01"},
		{locale.English, "16-Aug-26", "2026-08-16"},
		{locale.Spanish, "16 de agosto de 2026", "2026-08-16"},
		{locale.Portuguese, "16 de março de 2026", "2026-03-16"},
		{locale.Portuguese, "1º de maio", "2026-05-01"},
		{locale.Arabic, "16 أغسطس 2026", "2026-08-16"},
		{locale.Arabic, "١٦ اغسطس ٢٠٢٦", "2026-08-16"},
		{locale.Arabic, "16 غشت 2026", "2026-08-16"}, // Morocco
		{locale.Arabic, "16 أغسطس، 2026", "2026-08-16"},
		{locale.Malagasy, "16 Aogositra 2026", "2026-08-16"},
		{locale.Malagasy, "2026 Aogositra 16", "2026-08-16"},
		{locale.Malagasy, "16 août 2026", "2026-08-16"},
		{locale.Swahili, "16 Agosti 2026", "2026-08-16"},
		{locale.Swahili, "tarehe 2 Machi", "2026-03-02"},
		{locale.Swahili, "16\u2068 Agosti\u2069 2026", "2026-08-16"},
	} {
		got, err := locale.ParseDate(w.lang, w.typed, today)
		if err != nil || got.Format(time.DateOnly) != w.want {
			t.Errorf("%s %q: %v, %v, want %s", w.lang, w.typed, got, err, w.want)
			continue
		}
		if h, m, s := got.Clock(); h+m+s != 0 || got.Location() != today.Location() {
			t.Errorf("%s %q: %v is not the beginning of a day in today's zone", w.lang, w.typed, got)
		}
	}
}

func TestParseDateGuessesNothing(t *testing.T) {
	t.Parallel()
	for _, w := range []struct {
		lang       locale.Lang
		typed      string
		wantA, two string
	}{
		{locale.English, "03/04/2026", "2026-03-04", "2026-04-03"},
		{locale.English, "3/4", "2026-03-04", "2026-04-03"},
		{locale.English, "12/11", "2025-12-11", "2026-11-12"},
		{locale.Lang("xx"), "03/04/2026", "2026-03-04", "2026-04-03"},
		{locale.French, "16 jui 2026", "2026-06-16", "2026-07-16"},
	} {
		_, err := locale.ParseDate(w.lang, w.typed, today)
		var both *locale.Ambiguous
		if !errors.As(err, &both) {
			t.Errorf("%s %q: %v, want two readings", w.lang, w.typed, err)
			continue
		}
		if a, b := both.A.Format(time.DateOnly), both.B.Format(time.DateOnly); a != w.wantA || b != w.two {
			t.Errorf("%s %q: %s or %s, want %s or %s", w.lang, w.typed, a, b, w.wantA, w.two)
		}
	}
}

func TestParseDateRefuses(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", " ", "x", "soon", "16", "2026", "august", "August 2026", "16 08 2026", "3.4", "0/1", "1/0", "30/02/2026",
		"2026-02-30", "2023-02-29", "32 août 2026", "2026-13-01", "16/08-2026", "16/08/226", "0040-01-01", "9999-01-01",
		"16 août 17 2026", "16 août août", "16 j 2026", "-16/08/2026", "16/08/2026!", "1e3 août", "16 août #2026",
		"yesterday today", "\x00", "\xff", string(make([]byte, 1000)),
	} {
		for _, l := range locale.Langs() {
			_, err := locale.ParseDate(l, typed, today)
			var refusal *core.Error
			if !errors.As(err, &refusal) || refusal.Key != "error.date_unknown" || refusal.Values["Typed"] != typed {
				t.Errorf("%s %q: %v", l, typed, err)
			}
		}
	}
}

func TestParseComingDate(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"26/11": "2026-11-26", "25/11": "2026-11-25", "16 août": "2027-08-16", "29/02": "2028-02-29", "2026-08-16": "2026-08-16",
	} {
		got, err := locale.ParseComingDate(locale.French, typed, today)
		if err != nil || got.Format(time.DateOnly) != want {
			t.Errorf("%q: %v, %v, want %s", typed, got, err, want)
		}
	}
}

// What the bot writes as a date, it reads.
func TestWrittenDatesAreRead(t *testing.T) {
	t.Parallel()
	c := fixture(t, "{{.V}}")
	for _, l := range locale.Langs() {
		for d := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC); d.Year() < 2025; d = d.AddDate(0, 0, 1) {
			said := c.Say(l, locale.T("m", "V", locale.Date(d)))
			if got, err := locale.ParseDate(l, said, d); err != nil || !got.Equal(d) {
				t.Fatalf("%s: wrote %q, read %v, %v", l, said, got, err)
			}
		}
	}
}

func FuzzParseDate(f *testing.F) {
	for _, typed := range []string{"16/08/2026", "16 août 2026", "٢٠٢٦-٠٨-١٦", "hier", "29/02", "1er mai", "3.4.26", "Aug 16th, 2026", "\u202e1/2"} {
		f.Add("fr", typed)
		f.Add("en", typed)
		f.Add("ar", typed)
	}
	f.Fuzz(func(t *testing.T, lang, typed string) {
		got, err := locale.ParseDate(locale.Lang(lang), typed, today)
		var both *locale.Ambiguous
		switch {
		case errors.As(err, &both):
			if both.A.Equal(both.B) {
				t.Errorf("%q: twice the same day %v", typed, both.A)
			}
		case err != nil:
			if core.KindOf(err) != core.Invalid {
				t.Errorf("%q: %v", typed, err)
			}
		default:
			again, err := locale.ParseDate(locale.Lang(lang), got.Format(time.DateOnly), today)
			if err != nil || !again.Equal(got) {
				t.Errorf("%q: %v, then %v, %v", typed, got, again, err)
			}
		}
	})
}

func BenchmarkParseDate(b *testing.B) {
	for name, typed := range map[string]string{"figures": "16/08/2026", "words": "16 août 2026", "none": "acme 0,40 €"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = locale.ParseDate(locale.French, typed, today)
			}
		})
	}
}
