// Package money is amounts in the currency they were paid in: decimals, never
// floating-point numbers, always with their currency.
package money

import (
	"strings"

	"github.com/govalues/decimal"
	"golang.org/x/text/currency"

	"manyhands/core"
)

// Amount is a sum in one currency. The zero Amount is no amount at all; it is
// made by Parse, New and Read only, so that one that exists is sound.
type Amount struct {
	number decimal.Decimal
	code   string
}

const (
	// MostWhole is the most digits before the decimal mark: a year's pay in
	// the smallest currency has fewer.
	MostWhole = 12
	// MostFraction is the most digits after it: tasks pay tenths of a cent.
	MostFraction = 6
)

// New makes an amount of a plain number ("12.50", with a point) and the code
// of a currency. Refusals: those of Parse.
func New(number, code string) (Amount, error) {
	code, err := Currency(code)
	if err != nil {
		return Amount{}, err
	}
	return amount(number, code, number)
}

// Read undoes String; where s was not made by it, Parse's refusals.
func Read(s string) (Amount, error) {
	number, code, _ := strings.Cut(s, " ")
	return New(number, code)
}

// amount checks a number in plain notation; typed is what to quote.
func amount(number, code, typed string) (Amount, error) {
	whole, fraction, pointed := strings.Cut(number, ".")
	switch {
	case strings.HasPrefix(number, "-") && onlyDigits(strings.TrimPrefix(whole, "-")):
		return Amount{}, core.Refuse(core.Invalid, "error.amount_negative", "Typed", short(typed))
	case !onlyDigits(whole) || pointed && !onlyDigits(fraction):
		return Amount{}, core.Refuse(core.Invalid, "error.amount_unknown", "Typed", short(typed))
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if len(whole) > MostWhole || len(fraction) > MostFraction {
		return Amount{}, core.Refuse(core.Limited, "error.amount_long", "Typed", short(typed))
	}
	if fraction != "" {
		whole += "." + fraction
	}
	d, err := decimal.Parse(whole)
	if err != nil {
		return Amount{}, core.Refuse(core.Invalid, "error.amount_unknown", "Typed", short(typed))
	}
	return Amount{number: d, code: code}, nil
}

// IsZero is true for no amount. An amount of nothing is an amount.
func (a Amount) IsZero() bool { return a.code == "" }

// IsNothing is true for an amount of nothing.
func (a Amount) IsNothing() bool { return a.number.IsZero() }

// Number is the amount in plain notation, with as many digits after the point
// as were given: "12.50".
func (a Amount) Number() string { return a.number.String() }

// Currency is the ISO 4217 code, or "" for no amount.
func (a Amount) Currency() string { return a.code }

// String is the number and the code, "12.50 EUR", or "" for no amount.
func (a Amount) String() string {
	if a.IsZero() {
		return ""
	}
	return a.Number() + " " + a.code
}

// newer are currencies that golang.org/x/text does not know yet, from ISO
// 4217's List One (https://www.six-group.com/en/products-services/financial-information/data-standards.html):
// MRU and VES since 2018, UYW since 2018, VED since 2021, SLE since 2022, ZWG
// since 2024, XCG since 2025.
const newer = "MRU VES UYW VED SLE ZWG XCG"

// shared are the codes beginning with X that people are paid in; the others
// are metals, funds, tests and "no currency".
const shared = "XAF XCD XCG XOF XPF"

// Currency reads the code of a currency in either case. Refusal: Invalid
// "error.currency_unknown" (Typed).
func Currency(typed string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(typed))
	unknown := core.Refuse(core.Invalid, "error.currency_unknown", "Typed", short(typed))
	if len(code) != 3 {
		return "", unknown
	}
	if code[0] == 'X' && !holds(shared, code) {
		return "", unknown
	}
	if holds(newer, code) {
		return code, nil
	}
	u, err := currency.ParseISO(code)
	if err != nil {
		return "", unknown
	}
	return u.String(), nil
}

func holds(list, code string) bool {
	for _, c := range strings.Fields(list) {
		if c == code {
			return true
		}
	}
	return false
}

// digits is how many digits after the point are usual in a currency.
func digits(code string) int {
	u, err := currency.ParseISO(code)
	if err != nil {
		return 2 // the newer ones all have two or, as UYW with four, more
	}
	scale, _ := currency.Standard.Rounding(u)
	return scale
}

// short keeps what is quoted in a refusal from filling the screen.
func short(s string) string {
	const most = 40
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
