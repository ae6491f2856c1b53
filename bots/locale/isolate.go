package locale

import "strings"

// Isolates of the Unicode bidirectional algorithm (UAX #9): what lies between
// takes its direction from its own first letter and does not disturb what is
// around it.
const (
	firstStrongIsolate    = "\u2068"
	popDirectionalIsolate = "\u2069"
)

// Isolate puts s between U+2068 and U+2069, so that a Latin name in an Arabic
// sentence, or the reverse, leaves brackets and numbers around it in place.
// Marks within s that would reach beyond it are taken out first. An isolate
// ends with its line, so each line gets its own.
func Isolate(s string) string {
	s = Strip(s)
	if s == "" {
		return ""
	}
	if !strings.ContainsFunc(s, endsLine) {
		return firstStrongIsolate + s + popDirectionalIsolate
	}
	var b strings.Builder
	open := false
	for _, r := range s {
		if endsLine(r) == open {
			if open {
				b.WriteString(popDirectionalIsolate)
			} else {
				b.WriteString(firstStrongIsolate)
			}
			open = !open
		}
		b.WriteRune(r)
	}
	if open {
		b.WriteString(popDirectionalIsolate)
	}
	return b.String()
}

// endsLine is true for the characters of class B in UAX #9.
func endsLine(r rune) bool {
	switch r {
	case '\n', '\r', '\u0085', '\u2029', '\u001c', '\u001d', '\u001e':
		return true
	}
	return false
}

// Strip takes out the marks that open or close an isolate, an embedding or an
// override (U+202A to U+202E, U+2066 to U+2069). The marks of a single place
// (U+200E, U+200F, U+061C) stay: they reach no further.
func Strip(s string) string {
	if !strings.ContainsFunc(s, reaches) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if reaches(r) {
			return -1
		}
		return r
	}, s)
}

func reaches(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
