package directory

import "strings"

// LongestPrefix finds the longest known name that the words of a free text
// begin with: of "acme data pay 2" it is "acme data", and rest is "pay 2".
// Several matches are an ambiguity (one name on two platforms, or the former
// name of one that another now has): the caller asks. Where no name begins the
// text, matches is empty and rest is all the words. Only exact names count.
func (x *Index) LongestPrefix(words []string, o Options) (matches []Match, rest []string) {
	x.reading.RLock()
	defer x.reading.RUnlock()
	heads := headsOf(words)
	for n := len(heads); n > 0; n-- {
		best := map[uint32]Match{}
		x.t.equal(heads[n-1], o, best)
		if n > 1 && heads[n-1] == heads[n-2] {
			keepSigned(best, words[n-1])
		}
		if len(best) > 0 {
			return ranked(best), words[n:]
		}
	}
	return nil, words
}

// headsOf are the folded beginnings of a text: its first word, its first two.
func headsOf(words []string) []string {
	heads := make([]string, 0, len(words))
	for n := range words {
		head := strings.Join(words[:n+1], " ")
		if n >= MaxName || len(head) > 8*MaxName {
			break
		}
		heads = append(heads, Fold(head))
	}
	return heads
}

// keepSigned keeps the matches whose name really ends with sign, a word
// without letter or digit. Elsewhere it belongs to what follows: "acme $ 2".
func keepSigned(matches map[uint32]Match, sign string) {
	for slot, m := range matches {
		if !strings.HasSuffix(m.Found, sign) {
			delete(matches, slot)
		}
	}
}

// Complete gives at most n entries for what somebody has typed so far: those
// with a name or platform's id that begins with it, in the order of their
// names, then near matches. Nothing typed gives nothing.
func (x *Index) Complete(prefix string, n int, o Options) []Match {
	found := x.beginning(Fold(prefix), n, o)
	if len(found) >= n {
		return found
	}
	seen := map[TargetID]bool{}
	for _, m := range found {
		seen[m.ID] = true
	}
	for _, m := range x.Find(prefix, o).Near {
		if len(found) < n && !seen[m.ID] {
			found = append(found, m)
		}
	}
	return found
}

func (x *Index) beginning(folded string, n int, o Options) []Match {
	if folded == "" || n <= 0 {
		return nil
	}
	x.reading.RLock()
	defer x.reading.RUnlock()
	var found []Match
	seen := map[uint32]bool{}
	x.t.sorted.beginning(x.t.terms, folded, func(at uint32) bool {
		have := &x.t.terms[at]
		if have.dead || seen[have.slot] || !o.admits(x.t.entries[have.slot]) {
			return true
		}
		seen[have.slot] = true
		why, score := Begins, float64(len(folded))/float64(len(have.folded))
		if have.folded == folded {
			why = Same
		}
		found = append(found, Match{
			Entry: x.t.entries[have.slot], Found: have.name, Field: have.field, Reason: why, Score: score,
		})
		return len(found) < n
	})
	return found
}
