package locale

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"manyhands/core"
)

// Ambiguous is the error for a date that can be read in two ways, such as
// 03/04/2026 in English, where some write the month first and most the day.
// The person picks.
type Ambiguous struct {
	A, B time.Time
}

// Error names neither date: it may end in a log.
func (*Ambiguous) Error() string { return "locale: a date with two readings" }

// ParseDate reads a day as people write it in l: today, yesterday, tomorrow;
// 2026-08-16; 16/08/2026 in the order of the language; 16 août 2026, August
// 16; with Arabic-Indic and Persian digits. Words of all the languages are
// taken in each of them. A day without a year is the latest such day that is
// not after today. The result is that day's beginning in today's zone; it can
// lie in the future, which callers judge.
//
// What has two readings returns *Ambiguous, and what has none a core.Invalid
// refusal, error.date_unknown, with what was typed as Typed.
func ParseDate(l Lang, s string, today time.Time) (time.Time, error) {
	return readDate(l, s, today, -1)
}

// ParseComingDate is ParseDate for a day that is to come: without a year it
// is the first such day that is not before today.
func ParseComingDate(l Lang, s string, today time.Time) (time.Time, error) {
	return readDate(l, s, today, +1)
}

// longestDate is the most bytes of a text that is looked at as a date.
const longestDate = 100

func readDate(l Lang, s string, today time.Time, direction int) (time.Time, error) {
	t, err := cldr()
	if err != nil {
		return time.Time{}, err
	}
	var found []time.Time
	if len(s) <= longestDate {
		r := dateReading{words: t.words, lang: Match(string(l)), today: today, direction: direction}
		found = r.read(foldDate(s))
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 2:
		return time.Time{}, &Ambiguous{A: found[0], B: found[1]}
	}
	return time.Time{}, core.Refuse(core.Invalid, "error.date_unknown", "Typed", s)
}

// dateWords is what the CLDR says about reading dates.
type dateWords struct {
	months   map[Lang]map[string]time.Month
	relative map[string]int
	orders   map[Lang][]order
}

// order is the order in which a day and its month are written.
type order byte

const (
	dayFirst   order = 'd'
	monthFirst order = 'M'
)

func newDateWords() dateWords {
	return dateWords{months: map[Lang]map[string]time.Month{}, relative: map[string]int{}, orders: map[Lang][]order{}}
}

func (w dateWords) addMonths(l Lang, months []string) {
	if w.months[l] == nil {
		w.months[l] = map[string]time.Month{}
	}
	for i, m := range months {
		w.months[l][foldDate(m)] = time.Month(i + 1)
	}
}

// addOrder learns from a pattern that ends with the year. A language whose
// regions differ has both orders, its own first.
func (w dateWords) addOrder(l Lang, pattern string) {
	d, m := strings.IndexByte(pattern, 'd'), strings.IndexByte(pattern, 'M')
	if !strings.HasSuffix(pattern, "y") || d < 0 || m < 0 {
		return
	}
	o := dayFirst
	if m < d {
		o = monthFirst
	}
	if !slices.Contains(w.orders[l], o) {
		w.orders[l] = append(w.orders[l], o)
	}
}

func (w dateWords) addRelative(yesterday, today, tomorrow string) {
	w.relative[foldDate(yesterday)], w.relative[foldDate(today)], w.relative[foldDate(tomorrow)] = -1, 0, 1
}

// monthsLike are the months a word can mean: those it names, else those whose
// name it begins, in l before the other languages.
func (w dateWords) monthsLike(l Lang, word string) []time.Month {
	others := func(yield func(Lang) bool) {
		for _, o := range Langs() {
			if o != l && !yield(o) {
				return
			}
		}
	}
	exact := func(name string) bool { return name == word }
	begins := func(name string) bool { return len([]rune(word)) >= 3 && strings.HasPrefix(name, word) }
	for _, matches := range []func(string) bool{exact, begins} {
		for _, langs := range []func(func(Lang) bool){func(yield func(Lang) bool) { yield(l) }, others} {
			var found []time.Month
			for o := range langs {
				for name, m := range w.months[o] {
					if matches(name) && !slices.Contains(found, m) {
						found = append(found, m)
					}
				}
			}
			if len(found) > 0 {
				slices.Sort(found)
				return found
			}
		}
	}
	return nil
}

// foldDate makes spellings of one date equal: case, accents, apostrophes,
// marks of direction, and digits of other scripts.
func foldDate(s string) string {
	s = cases.Fold().String(norm.NFKD.String(s))
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Cf), r == '\'', r == '’', r == 'ʼ', r == 'ـ':
			return -1
		case unicode.IsSpace(r), r == ',', r == '،':
			return ' '
		case r >= '‐' && r <= '―', r == '−':
			return '-'
		}
		return r
	}, s)
	return strings.Join(strings.Fields(LatinDigits(s)), " ")
}

// dateReading is one text being read as a date.
type dateReading struct {
	words     dateWords
	lang      Lang
	today     time.Time
	direction int // where a year is sought: -1 up to today, +1 from today on
}

// read returns every day that s can mean.
func (r dateReading) read(s string) []time.Time {
	if shift, ok := r.words.relative[s]; ok {
		y, m, d := r.today.Date()
		return []time.Time{time.Date(y, m, d+shift, 0, 0, 0, 0, r.today.Location())}
	}
	if m := inFigures.FindStringSubmatch(s); m != nil {
		return r.figures(m[1], m[2], m[3], m[4], m[5])
	}
	return r.inWords(s)
}

var inFigures = regexp.MustCompile(`^([0-9]{1,4}) ?([-/.]) ?([0-9]{1,2})(?: ?([-/.]) ?([0-9]{1,4}))?$`)

// figures reads 2026-08-16, 16/08/2026, 16.08.26 and 16/08.
func (r dateReading) figures(a, mark, b, mark2, c string) []time.Time {
	switch {
	case mark2 == "":
		// "3.4" is more often a number than a day.
		if len(a) > 2 || mark == "." {
			return nil
		}
		return r.inOrder(0, number(a), number(b))
	case mark != mark2:
		return nil
	case len(a) == 4 && len(c) <= 2:
		return r.day(number(a), number(b), number(c))
	case len(a) <= 2 && len(c) == 4:
		return r.inOrder(number(c), number(a), number(b))
	case len(a) <= 2 && len(c) == 2:
		return r.inOrder(century+number(c), number(a), number(b))
	}
	return nil
}

// century is what a year of two figures lacks.
const century = 2000

// inOrder reads two figures in the orders of the language; where none of them
// gives a day, the other order is the only reading left.
func (r dateReading) inOrder(year, a, b int) []time.Time {
	var found []time.Time
	for _, o := range append(slices.Clone(r.words.orders[r.lang]), dayFirst, monthFirst) {
		if len(found) > 0 && !slices.Contains(r.words.orders[r.lang], o) {
			break
		}
		day, month := a, b
		if o == monthFirst {
			day, month = b, a
		}
		for _, t := range r.day(year, month, day) {
			if !slices.ContainsFunc(found, t.Equal) {
				found = append(found, t)
			}
		}
	}
	return found
}

// passedOver are the words that stand between the parts of a date, and what
// follows a figure ("1er", "16th").
var passedOver = strings.Fields("de del d le el a o the of on er st nd rd th ya wa tarehe mwezi dia ny taminny faha يوم في")

// inWords reads a day, the word for a month and perhaps a year.
func (r dateReading) inWords(s string) []time.Time {
	var figures []string
	var months []time.Month
	for _, p := range pieces(s) {
		switch {
		case onlyDigits(p):
			figures = append(figures, p)
		case slices.Contains(passedOver, p):
		case months != nil:
			return nil
		default:
			if months = r.words.monthsLike(r.lang, p); months == nil {
				return nil
			}
		}
	}
	if months == nil || len(figures) == 0 || len(figures) > 2 {
		return nil
	}
	year, day := 0, figures[0]
	if len(figures) == 2 {
		written := figures[1]
		if len(day) == 4 { // 2026 Aogositra 16
			day, written = written, day
		}
		switch len(written) {
		case 4:
			year = number(written)
		case 2:
			year = century + number(written)
		default:
			return nil
		}
	}
	if len(day) > 2 {
		return nil
	}
	var found []time.Time
	for _, m := range months {
		found = append(found, r.day(year, int(m), number(day))...)
	}
	return found
}

// pieces cuts s into runs of figures and runs of letters. Anything but a
// space, a point, a dash or a stroke between them is a piece of its own, and
// means nothing.
func pieces(s string) []string {
	var out []string
	kind := func(r rune) int {
		switch {
		case r >= '0' && r <= '9':
			return 1
		case unicode.IsLetter(r):
			return 2
		case strings.ContainsRune(" .-/", r):
			return 0
		}
		return 3
	}
	last := 0
	for _, r := range s {
		k := kind(r)
		switch {
		case k == 0:
		case k == last:
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
		}
		last = k
	}
	return out
}

// The years that a date here can have.
const (
	firstYear = 1900
	lastYear  = 2199
)

// day is that day, or nothing where the calendar has none. A year of 0 is
// sought from today in the reading's direction.
func (r dateReading) day(year, month, day int) []time.Time {
	y, m, d := r.today.Date()
	from := time.Date(y, m, d, 0, 0, 0, 0, r.today.Location())
	if year != 0 {
		if t, ok := r.calendar(year, month, day); ok {
			return []time.Time{t}
		}
		return nil
	}
	const mostBetweenLeapDays = 8
	for i := range mostBetweenLeapDays + 1 {
		t, ok := r.calendar(y+i*r.direction, month, day)
		if ok && t.Compare(from)*r.direction >= 0 {
			return []time.Time{t}
		}
	}
	return nil
}

func (r dateReading) calendar(year, month, day int) (time.Time, bool) {
	if year < firstYear || year > lastYear || month < 1 || month > 12 || day < 1 || day > 31 {
		return time.Time{}, false
	}
	// Judged in UTC: a zone may have no midnight, and once had no such day.
	u := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if u.Day() != day {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, r.today.Location()), true
}

// number is a run of at most four ASCII digits as an int.
func number(digits string) int {
	n, _ := strconv.Atoi(digits) // the callers have looked at the digits
	return n
}
