package locale_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"manyhands/bots/locale"
)

func shipped(t testing.TB) *locale.Catalogue {
	t.Helper()
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// fixture is a catalogue of one message, m, with the same text in English and
// Arabic, and none elsewhere.
func fixture(t testing.TB, text string) *locale.Catalogue {
	t.Helper()
	file := &fstest.MapFile{Data: fmt.Appendf(nil, "[m]\nother = %q\n", text)}
	c, err := locale.NewFrom(fstest.MapFS{"en.toml": file, "ar.toml": file})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCountsInArabicTakeAllSixForms(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for key, want := range map[string][]string{
		"count.workers": {"لا عمال", "عامل واحد", "عاملان", "3 عمال", "11 عاملًا", "100 عامل"},
		"count.days":    {"0 يوم", "يوم واحد", "يومان", "3 أيام", "11 يومًا", "100 يوم"},
		"count.votes":   {"لا أصوات", "صوت واحد", "صوتان", "3 أصوات", "11 صوتًا", "100 صوت"},
		"count.months":  {"0 شهر", "شهر واحد", "شهران", "3 أشهر", "11 شهرًا", "100 شهر"},
	} {
		for i, n := range []int{0, 1, 2, 3, 11, 100} {
			if got := c.Say(locale.Arabic, locale.T(key, "Count", n)); got != want[i] {
				t.Errorf("%s %d: %q, want %q", key, n, got, want[i])
			}
		}
	}
}

func TestCountsElsewhere(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	const million = 1_000_000
	for _, w := range []struct {
		lang locale.Lang
		key  string
		n    int
		want string
	}{
		{locale.English, "count.workers", 0, "0 workers"},
		{locale.English, "count.workers", 1, "1 worker"},
		{locale.English, "count.workers", million, "1,000,000 workers"},
		{locale.French, "count.workers", 0, "0 travailleur"},
		{locale.French, "count.workers", 1, "1 travailleur"},
		{locale.French, "count.workers", 2, "2 travailleurs"},
		{locale.French, "count.votes", million, "1\u202f000\u202f000 de votes"},
		{locale.Spanish, "count.days", 0, "0 días"},
		{locale.Spanish, "count.days", 1000, "1000 días"},
		{locale.Spanish, "count.days", 10_000, "10.000 días"},
		{locale.Spanish, "count.days", million, "1.000.000 de días"},
		{locale.Portuguese, "count.days", 0, "0 dia"},
		{locale.Portuguese, "count.workers", million, "1.000.000 de trabalhadores"},
		{locale.Malagasy, "count.workers", 1000, "mpiasa 1,000"},
		{locale.Swahili, "count.workers", 1, "mfanyakazi 1"},
		{locale.Swahili, "count.workers", 2, "wafanyakazi 2"},
		{locale.Arabic, "count.days", million, "1,000,000 يوم"},
		{locale.Lang("xx"), "count.days", 2, "2 days"},
	} {
		if got := c.Say(w.lang, locale.T(w.key, "Count", w.n)); got != w.want {
			t.Errorf("%s %s %d: %q, want %q", w.lang, w.key, w.n, got, w.want)
		}
	}
}

func TestPluralOfOtherNumbers(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	type headcount uint8
	for _, w := range []struct {
		lang  locale.Lang
		count any
		want  string
	}{
		{locale.English, int64(1), "1 day"},
		{locale.English, headcount(1), "1 day"},
		{locale.English, -1, "-1 day"},
		{locale.English, locale.Decimal("1.0"), "1.0 days"},
		{locale.French, locale.Decimal("1.5"), "1,5 jour"},
		{locale.English, nil, "[Count] days"},
		{locale.English, locale.Decimal("many"), "\u2068many\u2069 days"},
	} {
		if got := c.Say(w.lang, locale.T("count.days", "Count", w.count)); got != w.want {
			t.Errorf("%s %v: %q, want %q", w.lang, w.count, got, w.want)
		}
	}
}

func TestCardFromRightToLeft(t *testing.T) {
	t.Parallel()
	c := fixture(t, "{{.Name}} ({{.Score}}) {{.Paid}}: {{.Command}}")
	got := c.Say(locale.Arabic, locale.T("m",
		"Name", "Acme (Data) 2.0",
		"Score", locale.Decimal("3.4"),
		"Paid", locale.Money{Amount: "0.40", Currency: "EUR"},
		"Command", locale.Plain("/rate acme pay 2")))
	want := "\u2068Acme (Data) 2.0\u2069 (3.4) \u2068\u200f0.40\u00a0€\u2069: \u2068/rate acme pay 2\u2069"
	if got != want {
		t.Errorf("got  %+q\nwant %+q", got, want)
	}
}

func TestValuesByType(t *testing.T) {
	t.Parallel()
	c := fixture(t, "{{.V}}")
	type name string
	type score int
	day := time.Date(2026, 8, 16, 14, 5, 0, 0, time.UTC)
	for _, w := range []struct {
		lang  locale.Lang
		value any
		want  string
	}{
		{locale.English, locale.Typed("a"), "\u2068a\u2069"},
		{locale.English, name("a"), "\u2068a\u2069"},
		{locale.English, score(4), "4"},
		{locale.English, uint64(18446744073709551615), "18,446,744,073,709,551,615"},
		{locale.English, true, "\u2068true\u2069"},
		{locale.English, "", ""},
		{locale.English, nil, "[V]"},
		{locale.English, locale.Text{}, ""},
		{locale.English, locale.T("m", "V", locale.T("m", "V", 7)), "7"},
		{locale.French, locale.Decimal("-1234.50"), "-1\u202f234,50"},
		{locale.Arabic, locale.Decimal("-3.4"), "\u200e-3.4"},
		{locale.Spanish, locale.Decimal("1234"), "1234"},
		{locale.English, locale.Decimal("1e9"), "\u20681e9\u2069"},
		{locale.English, locale.Decimal("."), "\u2068.\u2069"},
		{locale.English, locale.Date(day), "August 16, 2026"},
		{locale.French, locale.Date(day), "16 août 2026"},
		{locale.Spanish, locale.Date(day), "16 de agosto de 2026"},
		{locale.Portuguese, locale.Date(day), "16 de agosto de 2026"},
		{locale.Arabic, locale.Date(day), "16 أغسطس 2026"},
		{locale.Malagasy, locale.Date(day), "16 Aogositra 2026"},
		{locale.Swahili, locale.Date(day), "16 Agosti 2026"},
		{locale.French, locale.Moment(day), "16 août 2026 14:05"},
		{locale.English, locale.Moment(day), "August 16, 2026 2:05\u202fPM"},
		{locale.English, day.Add(-14 * time.Hour), "August 16, 2026 12:05\u202fAM"},
		{locale.Arabic, locale.Moment(day), "16 أغسطس 2026 2:05 م"},
	} {
		if got := c.Say(w.lang, locale.T("m", "V", w.value)); got != w.want {
			t.Errorf("%s %T: %+q, want %+q", w.lang, w.value, got, w.want)
		}
	}
}

func TestMoney(t *testing.T) {
	t.Parallel()
	c := fixture(t, "{{.V}}")
	for _, w := range []struct {
		lang             locale.Lang
		amount, currency string
		want             string
	}{
		{locale.English, "0.40", "USD", "$0.40"},
		{locale.English, "1234.5", "USD", "$1,234.50"},
		{locale.English, "-0.40", "USD", "-$0.40"},
		{locale.English, "0.0125", "USD", "$0.0125"},
		{locale.English, "0.4000", "USD", "$0.40"},
		{locale.English, "5", "KES", "KES\u00a05.00"},
		{locale.English, "380000", "MGA", "MGA\u00a0380,000"},
		{locale.English, "380000.00", "MGA", "MGA\u00a0380,000"},
		{locale.French, "0.40", "EUR", "0,40\u00a0€"},
		{locale.French, "380000", "MGA", "380\u202f000\u00a0MGA"},
		{locale.French, "2.5", "TND", "2,500\u00a0TND"},
		{locale.Spanish, "1234", "USD", "1234,00\u00a0US$"},
		{locale.Portuguese, "1234", "BRL", "R$\u00a01.234,00"},
		{locale.Malagasy, "380000", "MGA", "Ar\u00a0380,000"},
		{locale.Swahili, "150.5", "KES", "Ksh\u00a0150.50"},
		{locale.Arabic, "0.40", "EUR", "\u2068\u200f0.40\u00a0€\u2069"},
		{locale.Arabic, "-2", "USD", "\u2068\u200f\u200e-2.00\u00a0US$\u2069"},
		{locale.English, "500", "JPY", "JPY\u00a0500"}, // not in the extract: as it is
		{locale.English, "1e9", "USD", "\u20681e9 USD\u2069"},
		{locale.English, "1", "dollars", "\u20681 dollars\u2069"},
	} {
		got := c.Say(w.lang, locale.T("m", "V", locale.Money{Amount: w.amount, Currency: w.currency}))
		if got != w.want {
			t.Errorf("%s %s %s: %+q, want %+q", w.lang, w.amount, w.currency, got, w.want)
		}
	}
}

func TestMissingIsSaidAndNeverFails(t *testing.T) {
	t.Parallel()
	c := fixture(t, "{{.V}}!")
	deep := locale.T("m", "V", "x")
	for range 20 {
		deep = locale.T("m", "V", deep)
	}
	for _, w := range []struct {
		lang locale.Lang
		text locale.Text
		want string
	}{
		{locale.Malagasy, locale.T("m", "V", 1234), "1,234!"}, // English words, not French, in the reader's figures
		{locale.Spanish, locale.T("m", "V", 12345), "12.345!"},
		{locale.English, locale.T("no.such"), "[no.such]"},
		{locale.Arabic, locale.T("no.such"), "[no.such]"},
		{locale.English, locale.T("m"), "[V]!"},
		{locale.English, locale.Text{}, ""},
		{locale.English, deep, "[m]" + strings.Repeat("!", 8)},
	} {
		if got := c.Say(w.lang, w.text); got != w.want {
			t.Errorf("%s %s: %q, want %q", w.lang, w.text.Key, got, w.want)
		}
	}
}

func TestShippedSentences(t *testing.T) {
	t.Parallel()
	c := shipped(t)
	for _, l := range locale.Langs() {
		if got := c.Say(l, locale.T("typed", "Text", "Acme")); got != "\u2068Acme\u2069" {
			t.Errorf("%s typed: %q", l, got)
		}
		if got := c.Say(l, locale.T("error.incident", "Reference", locale.Plain("a1b2"))); !strings.Contains(got, "\u2068a1b2\u2069") {
			t.Errorf("%s incident: %q", l, got)
		}
		// The example in the error works.
		_, example, _ := strings.Cut(c.Say(l, locale.T("error.date_unknown", "Typed", "x")), ": ")
		if example == "" {
			_, example, _ = strings.Cut(c.Say(l, locale.T("error.date_unknown", "Typed", "x")), "Andika hivi: ")
		}
		if d, err := locale.ParseDate(l, example, time.Now()); err != nil || d.Month() != time.August {
			t.Errorf("%s: the example %q is read as %v, %v", l, example, d, err)
		}
	}
}

func BenchmarkSay(b *testing.B) {
	c := shipped(b)
	for name, text := range map[string]locale.Text{
		"literal": locale.T("language.changed"),
		"count":   locale.T("count.votes", "Count", 1234),
		"typed":   locale.T("error.date_unknown", "Typed", "yesterdya"),
		"missing": locale.T("no.such"),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.Say(locale.Arabic, text)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		shipped(b)
	}
}
