package directory

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MostNear is the most near matches that are offered.
const MostNear = 6

// shortName is the most letters and digits of a name that is matched exactly
// only: one letter away from "DM" is every other abbreviation.
const shortName = 3

// likeness is the least share of trigrams (Dice's coefficient, 0 to 1) of a
// name that is offered though it is neither one error away nor a beginning.
const likeness = 0.5

// Options narrow a search. The zero Options look at everything.
type Options struct {
	// Kind keeps to requesters or to platforms.
	Kind TargetKind
	// Platform keeps to the requesters of one platform.
	Platform PlatformID
	// Most is the most near matches, 6 where it is 0 or more than 6.
	Most int
}

func (o Options) admits(e Entry) bool {
	return (o.Kind == "" || o.Kind == e.ID.Kind()) && (o.Platform.IsZero() || o.Platform == e.Platform)
}

// Reason says why an entry is offered.
type Reason string

// The reasons, the best first.
const (
	// Same: the folded forms are equal.
	Same Reason = "same"
	// LooksAlike: another name that can be mistaken for it by eye.
	LooksAlike Reason = "lookalike"
	// Misspelt: one typing error away.
	Misspelt Reason = "misspelt"
	// Begins: one of the two is the beginning of the other.
	Begins Reason = "begins"
	// Similar: they share many trigrams.
	Similar Reason = "similar"
)

// Match is an entry that was found.
type Match struct {
	Entry
	// Found is the name that matched, Field which of the entry's it is: where
	// it is a former one the card says so.
	Found  string
	Field  Field
	Reason Reason
	// Score ranks matches of one reason, 0 to 1.
	Score float64
}

// Found is the answer to a search. An entry is in one of the two at most.
type Found struct {
	// Exact are the entries with just that name, or platform's id. More than
	// one is an ambiguity: the caller asks.
	Exact []Match
	// Near may be offered, and is never acted on without a tap. Where there is
	// an exact match only look-alikes are here.
	Near []Match
}

// Find looks for a name or a platform's id as somebody typed it. A query of
// three letters or fewer, and a name of three letters or fewer, match exactly
// only; but a look-alike in another script is told at any length.
func (x *Index) Find(query string, o Options) Found {
	q := queryOf(query)
	if q.folded == "" {
		return Found{}
	}
	x.reading.RLock()
	defer x.reading.RUnlock()
	var found Found
	best := map[uint32]Match{}
	x.t.equal(q.folded, o, best)
	found.Exact = ranked(best)

	near := map[uint32]Match{}
	x.t.lookalikes(q, o, near)
	if len(best) == 0 && q.letters > shortName {
		x.t.begins(q, o, near)
		x.misspelt(q, o, near)
	}
	for slot := range best {
		delete(near, slot)
	}
	found.Near = ranked(near)
	if most := mostOf(o); len(found.Near) > most {
		found.Near = found.Near[:most]
	}
	return found
}

func mostOf(o Options) int {
	if o.Most <= 0 || o.Most > MostNear {
		return MostNear
	}
	return o.Most
}

// query is what was typed, taken apart once.
type query struct {
	folded   string
	skeleton string
	runes    []rune
	letters  int // without blanks
	ascii    bool
}

// longestQuery is where near matching ends, in code points of the folded
// form: no name is longer, and work should not grow with what is pasted.
const longestQuery = 2 * MaxName

func queryOf(s string) query {
	q := query{folded: Fold(s), skeleton: Skeleton(s)}
	q.runes = []rune(q.folded)
	q.letters, q.ascii = letters(q.folded)
	return q
}

// letters counts the letters and digits of a folded name.
func letters(folded string) (n int, ascii bool) {
	ascii = true
	for _, r := range folded {
		if r != ' ' {
			n++
		}
		ascii = ascii && r < utf8.RuneSelf
	}
	return n, ascii
}

// equal finds the terms of one folded form.
func (t *table) equal(folded string, o Options, into map[uint32]Match) {
	for n := t.exact[folded]; n != none; n = t.terms[n-1].next {
		t.offer(n-1, o, Same, 1, into)
	}
}

// lookalikes finds the terms with the query's skeleton and another folded
// form. Short ones count only where one of the two is written in another
// script: "0k" is no disguise of "ok".
func (t *table) lookalikes(q query, o Options, into map[uint32]Match) {
	for n := t.looks[hashOf(q.skeleton)]; n != none; n = t.terms[n-1].nextBy {
		have := &t.terms[n-1]
		if have.dead || have.folded == q.folded || Skeleton(have.name) != q.skeleton {
			continue
		}
		_, ascii := letters(have.folded)
		if (have.short || q.letters <= shortName) && ascii && q.ascii {
			continue
		}
		t.offer(n-1, o, LooksAlike, 1, into)
	}
}

// begins finds the names that begin with the query, and the names whose whole
// words begin it.
func (t *table) begins(q query, o Options, into map[uint32]Match) {
	const enough = 64 // more are too many to choose from
	seen := 0
	t.sorted.beginning(t.terms, q.folded, func(n uint32) bool {
		have := &t.terms[n]
		if have.field != ByExternalID {
			if t.offer(n, o, Begins, float64(len(q.folded))/float64(len(have.folded)), into) {
				seen++
			}
		}
		return seen < enough
	})
	if len(q.runes) > longestQuery {
		return
	}
	for at := strings.LastIndexByte(q.folded, ' '); at > 0; at = strings.LastIndexByte(q.folded[:at], ' ') {
		head := q.folded[:at]
		if n, _ := letters(head); n <= shortName {
			return
		}
		for n := t.exact[head]; n != none; n = t.terms[n-1].next {
			t.offer(n-1, o, Begins, float64(at)/float64(len(q.folded)), into)
		}
	}
}

// offer puts term n among the matches, unless its entry is there for a better
// reason, and tells whether the term may be offered at all.
func (t *table) offer(n uint32, o Options, why Reason, score float64, into map[uint32]Match) bool {
	have := &t.terms[n]
	if have.dead || !o.admits(t.entries[have.slot]) {
		return false
	}
	m := Match{Entry: t.entries[have.slot], Found: have.name, Field: have.field, Reason: why, Score: score}
	if old, ok := into[have.slot]; !ok || better(m, old) < 0 {
		into[have.slot] = m
	}
	return true
}

// rank orders the reasons.
var rank = map[Reason]int{Same: 0, LooksAlike: 1, Misspelt: 2, Begins: 3, Similar: 4}

// better orders matches: by reason, likeness, the kind of name, then by name
// and Ref, so that the same question always gets the same answer.
func better(a, b Match) int {
	return cmp.Or(
		cmp.Compare(rank[a.Reason], rank[b.Reason]),
		cmp.Compare(b.Score, a.Score),
		cmp.Compare(a.Field, b.Field),
		strings.Compare(a.Name, b.Name),
		strings.Compare(string(a.Ref), string(b.Ref)),
		strings.Compare(a.ID.String(), b.ID.String()),
	)
}

func ranked(found map[uint32]Match) []Match {
	if len(found) == 0 {
		return nil
	}
	all := make([]Match, 0, len(found))
	for _, m := range found {
		all = append(all, m)
	}
	slices.SortFunc(all, better)
	return all
}
