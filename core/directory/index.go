package directory

import (
	"slices"
	"sync"
	"unicode/utf8"

	"manyhands/core"
)

// Entry is one requester or platform as the index holds it.
type Entry struct {
	ID  TargetID
	Ref core.Ref
	// Platform is where a requester posts; zero for a platform.
	Platform PlatformID
	// Name is the name of now; Former the names given up; Other the names a
	// platform goes by beside its own.
	Name   string
	Former []string
	Other  []string
	// ExternalID is the platform's own id of a requester.
	ExternalID string
}

// Index finds requesters and platforms by what people type. It lives in the
// process and holds committed names only: [Service.Refresh] fills it.
//
// Any number may read while one writes. Reading is by map for exact names, by
// a sorted list for beginnings, and by trigrams for misspelt ones, in the
// manner of PostgreSQL's pg_trgm: the words of a folded name are padded, cut
// into threes, and each three lists the names that hold it.
type Index struct {
	writing sync.Mutex   // held by the one who changes
	reading sync.RWMutex // guards t
	t       *table
	scratch sync.Pool // of *counter
}

// NewIndex makes an empty index.
func NewIndex() *Index { return &Index{t: newTable()} }

// Put adds entries, or replaces those of the same ID.
func (x *Index) Put(entries ...Entry) {
	x.writing.Lock()
	defer x.writing.Unlock()
	for _, e := range entries {
		prepared := prepare(e)
		x.reading.Lock()
		x.t.put(prepared)
		x.reading.Unlock()
	}
	x.tidy()
}

// Remove takes out what has that ID; nothing happens where there is none.
func (x *Index) Remove(id TargetID) {
	x.writing.Lock()
	defer x.writing.Unlock()
	x.reading.Lock()
	x.t.remove(id)
	x.reading.Unlock()
	x.tidy()
}

// Len is the number of entries.
func (x *Index) Len() int {
	x.reading.RLock()
	defer x.reading.RUnlock()
	return len(x.t.slots)
}

// tidy builds the table anew once more than half of it is dead. Readers go on
// in the old one meanwhile.
func (x *Index) tidy() {
	if x.t.dead < 4096 || x.t.dead < len(x.t.terms)/2 {
		return
	}
	fresh := newTable()
	for _, slot := range x.t.slots {
		fresh.put(prepare(x.t.entries[slot]))
	}
	x.reading.Lock()
	x.t = fresh
	x.reading.Unlock()
}

// Field says which of an entry's names was found.
type Field uint8

// The fields, the more telling first.
const (
	ByName Field = iota
	ByExternalID
	ByOtherName
	ByFormerName
)

// term is one findable name.
type term struct {
	folded string
	name   string // as it is shown
	slot   uint32 // its entry
	next   uint32 // the next term of the same folded form, plus one
	nextBy uint32 // the next term of the same skeleton, plus one
	field  Field
	dead   bool
	short  bool  // so few letters that it matches exactly only
	runes  uint8 // how long folded is, at most 255
}

// none ends a chain of terms, whose links are stored plus one.
const none = 0

// table is the data of an index, without its locks.
type table struct {
	entries []Entry
	slots   map[TargetID]uint32
	terms   []term
	exact   map[string]uint32 // folded form: head of a chain through next
	looks   map[uint64]uint32 // hash of skeleton: head of a chain through nextBy
	grams   map[gram][]uint32 // ascending
	sorted  sortedTerms
	dead    int
}

func newTable() *table {
	return &table{
		slots: map[TargetID]uint32{}, exact: map[string]uint32{},
		looks: map[uint64]uint32{}, grams: map[gram][]uint32{},
	}
}

// prepared is an entry with the costly part of adding it done, so that
// readers wait less.
type prepared struct {
	entry Entry
	terms []preparedTerm
}

type preparedTerm struct {
	term
	look  uint64
	grams []gram
}

func prepare(e Entry) prepared {
	e.Former, e.Other = slices.Clone(e.Former), slices.Clone(e.Other)
	p := prepared{entry: e}
	p.add(e.Name, ByName)
	p.add(e.ExternalID, ByExternalID)
	for _, n := range e.Other {
		p.add(n, ByOtherName)
	}
	for _, n := range e.Former {
		p.add(n, ByFormerName)
	}
	return p
}

// add makes a term of name, unless an earlier one has its folded form.
func (p *prepared) add(name string, field Field) {
	folded := Fold(name)
	if folded == "" || slices.ContainsFunc(p.terms, func(t preparedTerm) bool { return t.folded == folded }) {
		return
	}
	count, _ := letters(folded)
	t := preparedTerm{term: term{
		folded: folded, name: name, field: field, short: count <= shortName,
		runes: uint8(min(utf8.RuneCountInString(folded), 255)),
	}}
	if field != ByExternalID {
		t.look = hashOf(Skeleton(name))
		t.grams = gramsOf(folded)
	}
	p.terms = append(p.terms, t)
}

func (t *table) put(p prepared) {
	if slot, ok := t.slots[p.entry.ID]; ok {
		if same(t.entries[slot], p.entry) {
			return
		}
		t.remove(p.entry.ID)
	}
	slot := uint32(len(t.entries))
	t.entries = append(t.entries, p.entry)
	t.slots[p.entry.ID] = slot
	for _, add := range p.terms {
		add.slot = slot
		t.addTerm(add)
	}
}

func (t *table) addTerm(add preparedTerm) {
	n := uint32(len(t.terms))
	add.next = t.exact[add.folded]
	t.exact[add.folded] = n + 1
	if add.field != ByExternalID {
		add.nextBy = t.looks[add.look]
		t.looks[add.look] = n + 1
		for _, g := range add.grams {
			t.grams[g] = append(t.grams[g], n)
		}
	}
	t.terms = append(t.terms, add.term)
	t.sorted.insert(t.terms, n)
}

// remove marks the entry's terms dead; their places are freed by tidy.
func (t *table) remove(id TargetID) {
	slot, ok := t.slots[id]
	if !ok {
		return
	}
	delete(t.slots, id)
	p := prepare(t.entries[slot])
	for _, gone := range p.terms {
		for n := t.exact[gone.folded]; n != none; n = t.terms[n-1].next {
			if have := &t.terms[n-1]; have.slot == slot && !have.dead {
				have.dead = true
				t.dead++
			}
		}
	}
	t.entries[slot] = Entry{}
}

// same tells whether two entries are equal, so that a change seen twice costs
// nothing.
func same(a, b Entry) bool {
	return a.ID == b.ID && a.Ref == b.Ref && a.Platform == b.Platform && a.Name == b.Name &&
		a.ExternalID == b.ExternalID && slices.Equal(a.Former, b.Former) && slices.Equal(a.Other, b.Other)
}
