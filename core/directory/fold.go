package directory

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which names are compared: two names with the same
// folded form are the same name to whoever types one. It makes one of letter
// case, width (NFKC), accents, the letters that no accent explains (ø ł ß œ ı
// đ æ þ), the forms of one Arabic letter and its vowel marks, and the digits
// of all scripts; whatever is neither letter, digit nor mark becomes one
// space. Zero-width characters do not count.
//
// Fold(Fold(s)) == Fold(s) for every s. A name of symbols only keeps them, so
// that only an invisible text folds to "". A store that keeps folded forms
// must make them anew when this function changes.
func Fold(s string) string {
	if folded, ok := foldASCII(s); ok {
		return folded
	}
	s = strings.ToValidUTF8(s, "\uFFFD")
	folded := foldLetters(s)
	if folded == "" {
		return foldSymbols(s)
	}
	return folded
}

// foldASCII is Fold for the commonest names, several times faster.
func foldASCII(s string) (string, bool) {
	out := make([]byte, 0, len(s))
	gap := false
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 0x80 || c < 0x20:
			return "", false
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		default:
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		gap = false
		out = append(out, c)
	}
	return string(out), len(out) > 0
}

// foldLetters is Fold but for names without a letter or digit, which it makes
// empty.
func foldLetters(s string) string {
	s = norm.NFKD.String(strings.Map(unmark, s))
	s = norm.NFKD.String(cases.Fold().String(s))
	var out strings.Builder
	gap, base := false, rune(0)
	for _, r := range s {
		if ignored(r) {
			continue
		}
		if unicode.Is(unicode.M, r) {
			if !accent(r, base) && base != 0 && !gap {
				out.WriteRune(r)
			}
			continue
		}
		letter := letterForm(r)
		if letter == "" {
			gap = true
			continue
		}
		if gap && out.Len() > 0 {
			out.WriteByte(' ')
		}
		gap, base = false, r
		out.WriteString(letter)
	}
	return norm.NFKC.String(out.String())
}

// foldSymbols keeps what can be seen of a name without letters.
func foldSymbols(s string) string {
	return norm.NFC.String(strings.Map(func(r rune) rune {
		if blank(r) || invisible(r) {
			return -1
		}
		return r
	}, s))
}

// unmark takes away the signs that compatibility would spell out as letters
// of the name: "Acme™" is not "acmetm".
func unmark(r rune) rune {
	switch r {
	case '™', '℠':
		return ' '
	}
	return r
}

// ignored are the characters that do not part the letters around them.
func ignored(r rune) bool {
	return r == tatweel || invisible(r) && !blank(r)
}

// accent tells whether the mark r is put over base for sound or stress only,
// so that people leave it out when they type: accents of Latin, Greek and
// Cyrillic, vowel marks of Arabic and Hebrew. Marks of other scripts are
// vowels and stay. The breve of й and ў makes another letter.
func accent(r, base rune) bool {
	switch {
	case r == 0x0306 && (base == 'и' || base == 'у'):
		return false
	case r >= 0x0300 && r <= 0x036F, r >= 0x1AB0 && r <= 0x1AFF,
		r >= 0x1DC0 && r <= 0x1DFF, r >= 0x20D0 && r <= 0x20FF, r >= 0xFE20 && r <= 0xFE2F:
		return true
	case r >= 0x0591 && r <= 0x05C7:
		return true
	case r >= 0x0610 && r <= 0x061A, r >= 0x064B && r <= 0x065F, r == 0x0670,
		r >= 0x06D6 && r <= 0x06ED, r >= 0x08CA && r <= 0x08FF:
		return true
	}
	return false
}

const tatweel = '\u0640'

// letterForm is the plain form of one letter or digit, "" for anything else.
// r is decomposed and case-folded.
func letterForm(r rune) string {
	if r < 0x80 {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return string(r)
		}
		return ""
	}
	if d, ok := digit(r); ok {
		return d
	}
	if a, ok := arabicForm(r); ok {
		return string(a)
	}
	if !unicode.In(r, unicode.L, unicode.N) || blank(r) {
		return ""
	}
	if unicode.Is(unicode.Cherokee, r) {
		// Unicode folds Cherokee to its capitals; x/text's cases.Fold swaps
		// the two cases instead.
		return string(unicode.ToUpper(r))
	}
	if unicode.Is(unicode.Latin, r) {
		return latinForm(r)
	}
	return string(r)
}

// digit is the Latin digit of a decimal digit of any script. Unicode assigns
// decimal digits in runs of ten from zero to nine.
func digit(r rune) (string, bool) {
	if !unicode.Is(unicode.Nd, r) {
		return "", false
	}
	zero := r
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			zero = rune(t.Lo)
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			zero = rune(t.Lo)
		}
	}
	return string('0' + (r-zero)%10), true
}

// latinForm spells a Latin letter that has no decomposition (ø, ł, đ, æ, œ,
// þ, ı) in plain letters, and leaves it where no spelling is known.
func latinForm(r rune) string {
	plain := strings.ToLower(unidecode.Unidecode(string(r)))
	for _, c := range plain {
		if c < 'a' || c > 'z' {
			return string(r)
		}
	}
	if plain == "" {
		return string(r)
	}
	return plain
}

// arabicForm is the one form kept of an Arabic letter that is written in
// several: alef with and without hamza, madda or wasla; ta marbuta as ha;
// alef maqsura and Persian yeh as yeh; Persian kaf as kaf; the carriers of
// hamza lose it. Persian and Urdu letters with a sound of their own stay.
func arabicForm(r rune) (rune, bool) {
	switch r {
	case 'آ', 'أ', 'إ', 'ٱ', 'ٲ', 'ٳ', 'ٵ':
		return 'ا', true
	case 'ؤ', 'ٶ':
		return 'و', true
	case 'ئ', 'ى', 'ی', 'ې', 'ے', 'ۓ', 'ٸ':
		return 'ي', true
	case 'ة', 'ۃ', 'ه', 'ہ', 'ھ', 'ە', 'ۀ', 'ۂ':
		return 'ه', true
	case 'ک', 'ڪ':
		return 'ك', true
	}
	return 0, false
}
