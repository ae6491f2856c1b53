package bots

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"manyhands/core/directory"
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

// foldWord makes a word of a command or keyword comparable: case, accents and
// the letters that Arabic writes in two ways do not matter.
func foldWord(s string) string {
	if folded := directory.Fold(s); folded != "" {
		return folded
	}
	return strings.TrimSpace(s) // a mark, such as "?"
}
