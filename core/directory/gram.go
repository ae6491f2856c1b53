package directory

import (
	"hash/fnv"
	"slices"
)

// gram is three code points in a row, 21 bits each.
type gram uint64

// gramsOf are the distinct trigrams of a folded name, ascending. Each word
// has two blanks before and one after, so that its beginning weighs more and
// the order of words less.
func gramsOf(folded string) []gram {
	grams := make([]gram, 0, len(folded)+4)
	const blank, mask = gram(' '), gram(1)<<63 - 1
	window := blank<<21 | blank
	inside := false
	for _, r := range folded {
		if r == ' ' {
			if inside {
				grams = append(grams, (window<<21|blank)&mask)
			}
			window, inside = blank<<21|blank, false
			continue
		}
		window = (window<<21 | gram(r)) & mask
		grams = append(grams, window)
		inside = true
	}
	if inside {
		grams = append(grams, (window<<21|blank)&mask)
	}
	slices.Sort(grams)
	return slices.Compact(grams)
}

// alikeness is the share of trigrams that two names have in common: Dice's
// coefficient, 0 to 1.
func alikeness(a, b []gram) float64 {
	if len(a)+len(b) == 0 {
		return 0
	}
	shared, j := 0, 0
	for _, g := range a {
		for j < len(b) && b[j] < g {
			j++
		}
		if j < len(b) && b[j] == g {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(a)+len(b))
}

// hashOf keys a skeleton; two that collide are told apart by comparing.
func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s)) // never fails, says package hash
	return h.Sum64()
}

// oneError tells whether a becomes b by one typing error: a letter left out,
// added, changed, or two neighbours that changed places (an optimal string
// alignment distance of one). Equal texts are none.
func oneError(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	from := 0
	for from < len(a) && a[from] == b[from] {
		from++
	}
	a, b = a[from:], b[from:]
	for len(a) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	switch {
	case len(b) == 1:
		return true // one added, or one changed
	case len(a) == 2 && len(b) == 2:
		return a[0] == b[1] && a[1] == b[0]
	}
	return false
}
