package money

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manyhands/core"
)

func TestAmountsAreReadAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"12.50 EUR":              "12.50 EUR",
		"0,40 EUR":               "0.40 EUR",
		"0,40eur":                "0.40 EUR",
		"EUR 12,5":               "12.5 EUR",
		"  7 kes ":               "7 KES",
		"380 000 MGA":            "380000 MGA",
		"1\u202f234,50 EUR":      "1234.50 EUR",
		"1\u00a0234\u00a0567KES": "1234567 KES",
		"0.005 USD":              "0.005 USD",
		"0,400 EUR":              "0.400 EUR",
		"1234.567 EUR":           "1234.567 EUR",
		"1,234 TND":              "1.234 TND",
		"٣٫٥٠ EGP":               "3.50 EGP",
		"۱۲ IRR":                 "12 IRR",
		"45 VES":                 "45 VES",
		"45 mru":                 "45 MRU",
		"5000 XOF":               "5000 XOF",
		"007.10 GBP":             "7.10 GBP",
		"0 EUR":                  "0 EUR",
		"999999999999 VND":       "999999999999 VND",
		"\u20680,40 EUR\u2069":   "0.40 EUR",
	} {
		a, err := Parse(typed)
		if err != nil || a.String() != want {
			t.Errorf("%q is read as %q, %v; want %q", typed, a, err, want)
		}
	}
}

func TestWhatIsNoAmountIsRefused(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"":                               "error.amount_unknown",
		"EUR":                            "error.amount_unknown",
		"NaN EUR":                        "error.amount_unknown",
		"Infinity USD":                   "error.amount_unknown",
		"1e99 EUR":                       "error.amount_unknown",
		"0x10 EUR":                       "error.amount_unknown",
		"12.50":                          "error.amount_currency",
		"-3":                             "error.amount_currency",
		"-3 EUR":                         "error.amount_negative",
		"−3,20 EUR":                      "error.amount_negative",
		"-1,234 EUR":                     "error.amount_ambiguous",
		"12.50 ZZZ":                      "error.currency_unknown",
		"12.50 XXX":                      "error.currency_unknown",
		"12.50 XTS":                      "error.currency_unknown",
		"1 XAU":                          "error.currency_unknown",
		"1,234 EUR":                      "error.amount_ambiguous",
		"12.345 USD":                     "error.amount_ambiguous",
		"1.234.567 EUR":                  "error.amount_unknown",
		"1,234.50 USD":                   "error.amount_unknown",
		"12 34 EUR":                      "error.amount_unknown",
		"12. EUR":                        "error.amount_unknown",
		".5 EUR":                         "error.amount_unknown",
		"1/2 EUR":                        "error.amount_unknown",
		"EUR 5 USD":                      "error.amount_unknown",
		"0.0000001 EUR":                  "error.amount_long",
		"1000000000000 EUR":              "error.amount_long",
		strings.Repeat("9", 300):         "error.amount_long",
		strings.Repeat("9", 90) + " EUR": "error.amount_long",
	} {
		a, err := Parse(typed)
		var e *core.Error
		if !errors.As(err, &e) || e.Key != want || !a.IsZero() {
			t.Errorf("%q gives %q, %v; want %s", typed, a, err, want)
		}
	}
}

// A number that is short enough comes back as it was written, whatever it is:
// nothing is rounded on the way.
func TestNothingIsRounded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := strconv.FormatInt(rapid.Int64Range(0, 999_999_999_999).Draw(t, "whole"), 10)
		number := whole
		if fraction := rapid.StringMatching(`[0-9]{0,6}`).Draw(t, "fraction"); fraction != "" {
			number += "." + fraction
		}
		code := rapid.SampledFrom([]string{"EUR", "MGA", "TND", "VES"}).Draw(t, "code")
		a, err := New(number, code)
		if err != nil || a.String() != number+" "+code {
			t.Fatalf("%s %s became %q, %v", number, code, a, err)
		}
		back, err := Read(a.String())
		if err != nil || back != a {
			t.Fatalf("%q came back as %q, %v", a, back, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"12.50 EUR", "0,40 EUR", "1e99", "MGA 380 000", "-1,234 EUR"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		a, err := Parse(typed)
		if err != nil {
			if core.KindOf(err) == "" {
				t.Fatalf("%q fails: %v", typed, err)
			}
			return
		}
		if back, err := Read(a.String()); err != nil || back != a {
			t.Fatalf("%q came back as %q, %v", a, back, err)
		}
	})
}

func TestSignsThatMeanOneCurrencyAreRead(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"€12.50": "12.50 EUR", "12,50 €": "12.50 EUR", "Ar 380 000": "380000 MGA", "380 000 Ar": "380000 MGA", "40 euros": "40 EUR",
		"KSh150": "150 KES", "US$3": "3 USD",
	} {
		if a, err := Parse(typed); err != nil || a.String() != want {
			t.Errorf("%s is read as %v, %v; want %s", typed, a, err, want)
		}
	}
	if a, err := Parse("$3"); err == nil {
		t.Errorf("a bare $ is read as %v", a)
	}
}
