package money

import (
	"regexp"
	"strings"
	"unicode"

	"manyhands/core"
)

// Parse reads a plain number and the code of a currency, or a sign or name that
// means one currency only, in either order and with or without a blank between:
// "12.50 EUR", "0,40 €", "Ar 380 000". A bare "$" is no such sign. The
// decimal mark is a point or a comma; only blanks may group the digits, in
// threes. Digits may be Arabic-Indic or Persian.
//
// Refusals, each with what was typed as Typed: Invalid "error.amount_unknown";
// "error.amount_currency" where there is a number but no code;
// "error.currency_unknown"; "error.amount_negative"; "error.amount_ambiguous"
// (Whole, Fraction: the two readings) for "1,234 EUR", which some write for a
// thousand and some for a little more than one; Limited "error.amount_long".
func Parse(typed string) (Amount, error) {
	text := strings.Join(strings.Fields(signs.Replace(latin(typed))), " ")
	unknown := core.Refuse(core.Invalid, "error.amount_unknown", "Typed", short(typed))
	if len(text) > 200 {
		return Amount{}, core.Refuse(core.Limited, "error.amount_long", "Typed", short(typed))
	}
	m := form.FindStringSubmatch(text)
	if m == nil {
		if bare.MatchString(text) {
			return Amount{}, core.Refuse(core.Invalid, "error.amount_currency", "Typed", short(typed))
		}
		return Amount{}, unknown
	}
	number, code := m[2], m[1]+m[3]
	if m[1] != "" && m[3] != "" {
		return Amount{}, unknown
	}
	if code == "" {
		return Amount{}, core.Refuse(core.Invalid, "error.amount_currency", "Typed", short(typed))
	}
	if known := words[strings.ToLower(code)]; known != "" {
		code = known
	}
	code, err := Currency(code)
	if err != nil {
		return Amount{}, err
	}
	plain, ok := ungroup(number)
	if !ok {
		return Amount{}, unknown
	}
	if mark := strings.IndexAny(plain, ".,"); mark >= 0 {
		whole, fraction := plain[:mark], plain[mark+1:]
		if len(fraction) == 3 && len(whole) <= 3 && strings.Trim(whole, "-0") != "" && digits(code) != 3 {
			return Amount{}, core.Refuse(core.Invalid, "error.amount_ambiguous", "Typed", short(typed),
				"Whole", whole+fraction+" "+code, "Fraction", whole+"."+fraction+"0 "+code)
		}
		plain = whole + "." + fraction
	}
	return amount(plain, code, typed)
}

// signs are the signs that stand for one currency wherever they are written,
// and words the names; what our own answers print is among them.
var (
	signs = strings.NewReplacer("US$", " USD ", "R$", " BRL ", "€", " EUR ", "₦", " NGN ", "₹", " INR ", "₱", " PHP ")
	words = map[string]string{"ar": "MGA", "ariary": "MGA", "euro": "EUR", "euros": "EUR", "ksh": "KES"}
)

var (
	// number is digits, perhaps in groups, with at most one decimal mark.
	number = `-?[0-9][0-9 ]*(?:[.,][0-9]+)?`
	form   = regexp.MustCompile(`^(?:(\p{L}+) ?)?(` + number + `)(?: ?(\p{L}+))?$`)
	bare   = regexp.MustCompile(`^` + number + `$`)
)

var grouped = regexp.MustCompile(`^-?[0-9]{1,3}(?: [0-9]{3})+$`)

// ungroup takes the blanks out of a number, and false where they do not stand
// between threes.
func ungroup(n string) (string, bool) {
	whole, rest := n, ""
	if i := strings.IndexAny(n, ".,"); i >= 0 {
		whole, rest = n[:i], n[i:]
	}
	whole = strings.TrimSpace(whole)
	if strings.Contains(whole, " ") && !grouped.MatchString(whole) {
		return "", false
	}
	return strings.ReplaceAll(whole, " ", "") + rest, true
}

// latin writes digits and marks of other scripts as those of ASCII, and every
// kind of blank as one.
func latin(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		case r == '٫': // Arabic decimal separator
			return '.'
		case r == '−': // minus sign
			return '-'
		case unicode.IsSpace(r), r == '\u202f', r == '٬': // Arabic thousands separator
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
