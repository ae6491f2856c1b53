package directory

import (
	"slices"
	"sort"
	"strings"
)

// blockSize is the most terms in one block: an insertion moves half of one at
// most, a search looks at one.
const blockSize = 512

// sortedTerms keeps the terms in the order of their folded forms, in blocks,
// so that adding one to a hundred thousand does not move them all.
type sortedTerms struct{ blocks [][]uint32 }

// before orders two terms; those of one folded form by their number.
func before(terms []term, a, b uint32) bool {
	if c := strings.Compare(terms[a].folded, terms[b].folded); c != 0 {
		return c < 0
	}
	return a < b
}

func (s *sortedTerms) insert(terms []term, n uint32) {
	if len(s.blocks) == 0 {
		s.blocks = [][]uint32{{n}}
		return
	}
	i := sort.Search(len(s.blocks), func(i int) bool { return before(terms, n, s.blocks[i][0]) })
	i = max(i-1, 0)
	block := s.blocks[i]
	at := sort.Search(len(block), func(j int) bool { return before(terms, n, block[j]) })
	block = slices.Insert(block, at, n)
	s.blocks[i] = block
	if len(block) > blockSize {
		half := slices.Clone(block[blockSize/2:])
		s.blocks[i] = slices.Clip(block[:blockSize/2])
		s.blocks = slices.Insert(s.blocks, i+1, half)
	}
}

// beginning calls yield for the terms that begin with prefix, in order, until
// it returns false.
func (s *sortedTerms) beginning(terms []term, prefix string, yield func(n uint32) bool) {
	i := sort.Search(len(s.blocks), func(i int) bool { return terms[s.blocks[i][0]].folded >= prefix })
	for i = max(i-1, 0); i < len(s.blocks); i++ {
		block := s.blocks[i]
		at := sort.Search(len(block), func(j int) bool { return terms[block[j]].folded >= prefix })
		for _, n := range block[at:] {
			if !strings.HasPrefix(terms[n].folded, prefix) {
				return
			}
			if !yield(n) {
				return
			}
		}
	}
}
