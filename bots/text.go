package bots

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// CleanText makes typed text fit to be kept and shown to others: Unicode's
// normal form, no control characters but line ends, no invisible marks that
// turn or hide text (overrides, embeddings, isolates, zero-width space,
// tags), no blanks at the ends.
func CleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n':
			return r
		case r == '\t':
			return ' '
		case r == '\u200c' || r == '\u200d': // joiners: needed in several scripts
			return r
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		case r == '\u2028' || r == '\u2029':
			return '\n'
		case r == '\u3164' || r == '\u115f' || r == '\u1160' || r == '\uffa0': // blank letters
			return -1
		}
		return r
	}, norm.NFC.String(s))
	return strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200c' || r == '\u200d'
	})
}

// foldWord makes a word of a command or keyword comparable: case and accents
// do not matter.
func foldWord(s string) string {
	s = cases.Fold().String(norm.NFKD.String(strings.TrimSpace(s)))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}
