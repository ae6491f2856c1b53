package locale

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// number writes a plain number ("-1234.50") with the language's marks, and
// false where s is no such number.
func (f *format) number(s string) (string, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, ok := plainParts(digits)
	if !ok {
		return "", false
	}
	out := f.unsigned(whole, fraction)
	if negative {
		out = f.minus + out
	}
	return out, true
}

// plainParts splits digits at the point. Only ASCII digits are taken, on both
// sides of a point or alone.
func plainParts(s string) (whole, fraction string, ok bool) {
	whole, fraction, pointed := strings.Cut(s, ".")
	if !onlyDigits(whole) || pointed && !onlyDigits(fraction) {
		return "", "", false
	}
	return whole, fraction, true
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (f *format) unsigned(whole, fraction string) string {
	var b strings.Builder
	// CLDR's minimumGroupingDigits: Spanish writes 1000 but 10.000.
	grouped := len(whole) >= 3+f.minGrouping
	for i := range len(whole) {
		if grouped && i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(f.group)
		}
		b.WriteByte(whole[i])
	}
	if fraction != "" {
		b.WriteString(f.decimal)
		b.WriteString(fraction)
	}
	return b.String()
}

// amount writes money, and false where m is not in its plain form.
func (f *format) amount(m Money) (string, bool) {
	digits, negative := strings.CutPrefix(m.Amount, "-")
	whole, fraction, ok := plainParts(digits)
	if !ok || !isCode(m.Currency) {
		return "", false
	}
	if usual, known := f.fractions[m.Currency]; known {
		for len(fraction) > usual && strings.HasSuffix(fraction, "0") {
			fraction = fraction[:len(fraction)-1]
		}
		if fraction != "" || usual > 0 {
			fraction += strings.Repeat("0", max(0, usual-len(fraction)))
		}
	}
	symbol := f.symbols[m.Currency]
	if symbol == "" {
		symbol = m.Currency
	}
	pattern := f.money
	if negative {
		pattern = strings.Replace(f.moneyNegative, "-", f.minus, 1)
	}
	out := spaced(pattern, symbol)
	out = strings.Replace(out, "#", f.unsigned(whole, fraction), 1)
	return strings.Replace(out, "¤", symbol, 1), true
}

// spaced puts a no-break space between a number and a symbol that ends in a
// letter, as CLDR's currencySpacing asks: "$5" but "KES 5".
func spaced(pattern, symbol string) string {
	first, _ := utf8.DecodeRuneInString(symbol)
	last, _ := utf8.DecodeLastRuneInString(symbol)
	if !unicode.IsSymbol(last) {
		pattern = strings.Replace(pattern, "¤#", "¤\u00a0#", 1)
	}
	if !unicode.IsSymbol(first) {
		pattern = strings.Replace(pattern, "#¤", "#\u00a0¤", 1)
	}
	return pattern
}

func isCode(s string) bool {
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return false
		}
	}
	return len(s) == 3
}

// LatinDigits replaces the Arabic-Indic digits (U+0660) and the Persian ones
// (U+06F0) by those of ASCII, and leaves everything else.
func LatinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return r
	}, s)
}
