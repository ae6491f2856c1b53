package transcript

import (
	"slices"
	"strings"
	"time"
)

// Script is a transcript, read and understood.
type Script struct {
	// Name is the file's name, for messages.
	Name string
	// Only are the features without which it is not played.
	Only  []Feature
	items []item
	// people and rooms are all names, in the order of their first mention.
	people, rooms []string
}

// String is the script as it was written, with plain line ends.
func (s *Script) String() string {
	var b strings.Builder
	for _, it := range s.items {
		for _, line := range it.raw {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// Steps is the number of steps.
func (s *Script) Steps() int { return len(s.steps()) }

// item is a line with those that continue it: something done (act), something
// expected, or neither (a comment, a blank line, "! only").
type item struct {
	line int // counted from 1
	raw  []string
	act  *act
	want *want
}

// step is something done, with all that is done at the same time, and what is
// expected of it: a run of items.
type step struct{ from, to int }

// steps cuts the script; what stands before the first step belongs to none.
func (s *Script) steps() []step {
	var steps []step
	for i, it := range s.items {
		if it.act == nil || it.act.beside {
			continue
		}
		if n := len(steps); n > 0 {
			steps[n-1].to = i
		}
		steps = append(steps, step{i, len(s.items)})
	}
	return steps
}

type actKind int

const (
	say actKind = iota
	press
	edit
	attach
	server
	clock
	restart
	kill
	lang
	room
	leave
	block
	migrate
	again
)

// act is something that is done.
type act struct {
	kind   actKind
	line   int
	beside bool // at the same time as the one before

	who, room string
	text      pattern // what is said, the words of an attachment
	name      pattern // of an attachment
	button    *buttonRef
	args      []pattern // of a server's command
	members   []string
	hint      string
	at        time.Time     // set the clock to this,
	by        time.Duration // or let so much pass
}

// needs are the features that the network must have for it.
func (a *act) needs() []Feature {
	var fs []Feature
	if a.room != "" {
		fs = append(fs, Rooms)
	}
	switch a.kind {
	case press:
		if a.button.of != a.who {
			fs = append(fs, Forge)
		}
	case edit:
		fs = append(fs, Edit)
	case attach:
		fs = append(fs, Files)
	case lang:
		fs = append(fs, Lang)
	case block:
		fs = append(fs, Block)
	case migrate:
		fs = append(fs, Migrate)
	case again:
		fs = append(fs, Again)
	}
	return fs
}

// buttonRef says which button is meant.
type buttonRef struct {
	label pattern
	back  int     // 1 is the newest
	in    pattern // what its message contains, or nil
	of    string  // who sees it
}

type wantKind int

const (
	wantText wantKind = iota
	wantFile
	wantButtons
	wantNothing
)

// want is something expected.
type want struct {
	kind      wantKind
	line      int
	who, room string
	inPlace   bool
	text      pattern   // of a message; the name of a file
	fileType  pattern   // of a file
	buttons   []pattern // labels; one that is nothing but "..." is any number
}

// serverName is the speaker who is no person.
const serverName = "server"

// meet notes the names that an item mentions.
func (s *Script) meet(it item) {
	var people, rooms []string
	if a := it.act; a != nil {
		people = append([]string{a.who}, a.members...)
		rooms = append(rooms, a.room)
		if a.button != nil {
			people = append(people, a.button.of)
		}
	}
	if w := it.want; w != nil {
		people, rooms = append(people, w.who), append(rooms, w.room)
	}
	for _, p := range people {
		if p != "" && p != serverName && !slices.Contains(s.people, p) {
			s.people = append(s.people, p)
		}
	}
	for _, r := range rooms {
		if r != "" && !slices.Contains(s.rooms, r) {
			s.rooms = append(s.rooms, r)
		}
	}
}
