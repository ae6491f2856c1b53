package locale

import (
	"fmt"
	"strings"
	"time"
)

// field is one piece of a CLDR date pattern (UTS #35, Date Field Symbol
// Table): a letter and how often it stands there, or literal text.
type field struct {
	letter  byte
	count   int
	literal string
}

// fields reads a pattern such as "d 'de' MMMM 'de' y".
func fields(pattern string) []field {
	var out []field
	quoted := false
	for _, r := range pattern {
		letter := r < 128 && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
		switch last := len(out) - 1; {
		case r == '\'':
			quoted = !quoted
		case letter && !quoted:
			if last >= 0 && out[last].letter == byte(r) {
				out[last].count++
			} else {
				out = append(out, field{letter: byte(r), count: 1})
			}
		case last >= 0 && out[last].letter == 0:
			out[last].literal += string(r)
		default:
			out = append(out, field{literal: string(r)})
		}
	}
	return out
}

// day writes a date with the month as a word.
func (f *format) day(t time.Time) string { return f.write(f.date, t) }

// moment writes a day and a time of day, joined as in the root of the CLDR.
func (f *format) moment(t time.Time) string { return f.write(f.date, t) + " " + f.write(f.clock, t) }

func (f *format) write(pattern []field, t time.Time) string {
	var b strings.Builder
	for _, p := range pattern {
		switch p.letter {
		case 0:
			b.WriteString(p.literal)
		case 'd':
			fmt.Fprintf(&b, "%0*d", p.count, t.Day())
		case 'M':
			if p.count >= 3 {
				b.WriteString(f.months[t.Month()-1])
			} else {
				fmt.Fprintf(&b, "%0*d", p.count, int(t.Month()))
			}
		case 'y':
			fmt.Fprintf(&b, "%0*d", p.count, t.Year())
		case 'H':
			fmt.Fprintf(&b, "%0*d", p.count, t.Hour())
		case 'h':
			fmt.Fprintf(&b, "%0*d", p.count, (t.Hour()+11)%12+1)
		case 'm':
			fmt.Fprintf(&b, "%0*d", p.count, t.Minute())
		case 'a':
			b.WriteString(f.halves[t.Hour()/12])
		}
	}
	return b.String()
}
