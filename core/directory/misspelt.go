package directory

import (
	"cmp"
	"slices"
)

const (
	// mostLost is the most distinct trigrams of a query that one typing error
	// can change: two letters changing places touch four. So a name that is
	// one error away shares at least one of any five of them.
	mostLost = 4
	// enoughRead bounds the work: the rarest five trigrams are always looked
	// up, the commoner ones while no more than this many names were read. A
	// word that thousands of names share says little.
	enoughRead = 20_000
	// mostCompared is how many of the likeliest names are compared in full.
	mostCompared = 48
)

// misspelt finds, by shared trigrams, the names one error away and the merely
// similar ones.
func (x *Index) misspelt(q query, o Options, into map[uint32]Match) {
	if len(q.runes) > longestQuery {
		return
	}
	c, _ := x.scratch.Get().(*counter)
	if c == nil {
		c = &counter{}
	}
	defer func() {
		c.reset()
		x.scratch.Put(c)
	}()
	grams := gramsOf(q.folded)
	read := c.count(x.t, grams)
	narrow := o.Kind != "" || !o.Platform.IsZero()
	for _, n := range c.touched {
		have := &x.t.terms[n]
		if have.dead || have.short || narrow && !o.admits(x.t.entries[have.slot]) {
			c.counts[n] = 0 // no candidate
			continue
		}
		apart := int(have.runes) - len(q.runes)
		if apart < -1 || apart > 1 || int(c.counts[n]) < read-mostLost {
			continue
		}
		if oneError(q.runes, []rune(have.folded)) {
			x.t.offer(n, o, Misspelt, alikeness(grams, gramsOf(have.folded)), into)
		}
	}
	for _, n := range c.likeliest(mostCompared) {
		if score := alikeness(grams, gramsOf(x.t.terms[n].folded)); score >= likeness {
			x.t.offer(n, o, Similar, score, into)
		}
	}
}

// counter counts how many trigrams of a query each term shares. It is used
// again and again, since it is as long as the table.
type counter struct {
	counts  []uint8  // by term
	touched []uint32 // the terms counted
	lists   [][]uint32
}

// count reads the names that hold each trigram, the rarest first, and returns
// how many of the trigrams it looked up. reset must follow.
func (c *counter) count(t *table, grams []gram) (read int) {
	if len(c.counts) < len(t.terms) {
		c.counts = make([]uint8, len(t.terms)+len(t.terms)/8+64)
	}
	for _, g := range grams {
		c.lists = append(c.lists, t.grams[g])
	}
	slices.SortFunc(c.lists, func(a, b []uint32) int { return cmp.Compare(len(a), len(b)) })
	names := 0
	for _, list := range c.lists {
		if read > mostLost && names+len(list) > enoughRead || read == 255 {
			break
		}
		for _, n := range list {
			if c.counts[n] == 0 {
				c.touched = append(c.touched, n)
			}
			c.counts[n]++
		}
		names += len(list)
		read++
	}
	return read
}

// likeliest are the at most n terms that share most, those put in first where
// several share as many.
func (c *counter) likeliest(n int) []uint32 {
	var sharing [256]int
	for _, at := range c.touched {
		sharing[c.counts[at]]++
	}
	least, taken := 255, 0
	for least > 1 && taken+sharing[least] < n {
		taken += sharing[least]
		least--
	}
	best := make([]uint32, 0, n)
	rest := n - taken
	for _, at := range c.touched {
		switch count := int(c.counts[at]); {
		case count > least:
			best = append(best, at)
		case count == least && rest > 0:
			rest--
			best = append(best, at)
		}
	}
	return best
}

func (c *counter) reset() {
	for _, n := range c.touched {
		c.counts[n] = 0
	}
	c.touched, c.lists = c.touched[:0], c.lists[:0]
}
