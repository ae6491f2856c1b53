package console

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"
	"time"

	"manyhands/bots"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// Stage is the world around the console: the people, the rooms, what was done
// that the bot has not taken yet, and what the bot has shown. It outlives the
// bot's restarts within a process, and is safe for use by many goroutines.
type Stage struct {
	clock core.Clock
	// prefix begins the keys of arrivals and the ids of messages, so that
	// those of two processes on one database never meet.
	prefix string

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, when anything changes
	number   int           // of the last arrival
	queue    []update      // not taken yet
	last     *update
	messages int
	people   map[string]*person
	rooms    map[string]*group
	shown    map[string]place // where each message stands
	// alone, where set, is the only person who is there.
	alone string
}

type update struct {
	number  int
	arrival bots.Arrival
}

type person struct {
	hint    string
	blocked bool
	// said is the id of the last text, by the place it was typed in.
	said   map[place]string
	unseen []transcript.Seen
}

type group struct {
	identity int
	admin    string
	members  []string
}

var _ transcript.Stage = (*Stage)(nil)

// NewStage makes an empty stage. chance must not repeat from one process to
// the next where they share a database: keys of arrivals are made from it.
func NewStage(clock core.Clock, chance core.Random) *Stage {
	var b [12]byte
	if _, err := io.ReadFull(chance, b[:]); err != nil {
		panic("console: no randomness: " + err.Error())
	}
	return &Stage{
		clock: clock, prefix: base64.RawURLEncoding.EncodeToString(b[:]), changed: make(chan struct{}),
		people: map[string]*person{}, rooms: map[string]*group{}, shown: map[string]place{},
	}
}

// change tells all who wait that something is different.
func (s *Stage) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Stage) person(who string) *person {
	p := s.people[who]
	if p == nil {
		p = &person{said: map[place]string{}}
		s.people[who] = p
	}
	return p
}

// waiting returns what the bot has not taken yet, in order, when there is
// something. upTo is for taken. It fails only where ctx ends.
func (s *Stage) waiting(ctx context.Context) (batch []bots.Arrival, upTo int, err error) {
	for {
		s.mu.Lock()
		for _, u := range s.queue {
			batch, upTo = append(batch, u.arrival), u.number
		}
		changed := s.changed
		s.mu.Unlock()
		if len(batch) > 0 {
			return batch, upTo, nil
		}
		select {
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		case <-changed:
		}
	}
}

// taken forgets what the bot has taken.
func (s *Stage) taken(upTo int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = slices.DeleteFunc(s.queue, func(u update) bool { return u.number <= upTo })
	s.change()
}

// Reached waits until the bot has taken all that was done.
func (s *Stage) Reached(ctx context.Context) error {
	for {
		s.mu.Lock()
		left, changed := len(s.queue), s.changed
		s.mu.Unlock()
		if left == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// do queues something that happened; the stage is locked.
func (s *Stage) do(r raw) error {
	s.number++
	r.Sent = s.clock()
	if p := s.people[r.Who]; p != nil {
		r.Lang = p.hint
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("console: %w", err)
	}
	u := update{s.number, bots.Arrival{
		Network: Name, Key: s.prefix + "." + strconv.Itoa(s.number), Lane: r.Chat.address().Lane, Raw: body,
	}}
	s.queue, s.last = append(s.queue, u), &u
	s.change()
	return nil
}

// noOneAway is how long a message waits for someone who is not there.
const noOneAway = time.Minute

// show lets whoever is at a place see a message, new or changed, and returns
// its id.
func (s *Stage) show(at place, edit string, o bots.Outgoing) (string, *bots.SendError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to, failure := s.audience(at)
	if failure != nil {
		return "", failure
	}
	id, inPlace := edit, edit != "" && s.shown[edit] == at
	if !inPlace {
		s.messages++
		id = s.prefix + "m" + strconv.Itoa(s.messages)
		s.shown[id] = at
	}
	room, _ := at.room()
	if !at.isRoom() {
		room = ""
	}
	m := transcript.Seen{Room: room, ID: id, Text: o.Plain(), InPlace: inPlace, Handle: drawing{at, o}}
	for _, b := range buttonsOf(o) {
		m.Buttons = append(m.Buttons, b.Label)
	}
	if o.Document != nil {
		m.Files = []transcript.File{{Name: o.Document.Name, Type: o.Document.Type}}
	}
	for _, who := range to {
		m.Who = who
		p := s.person(who)
		p.unseen = append(p.unseen, m)
	}
	s.change()
	return id, nil
}

// drawing is a message as it was drawn: a Seen's handle.
type drawing struct {
	at  place
	out bots.Outgoing
}

func buttonsOf(o bots.Outgoing) []bots.OutButton { return slices.Concat(o.Buttons...) }

// audience is who sees what is shown at a place.
func (s *Stage) audience(at place) ([]string, *bots.SendError) {
	if !at.isRoom() {
		who := at.person()
		switch {
		case who == "":
			return nil, &bots.SendError{Failure: bots.Refused, Reason: "not an address"}
		case s.alone != "" && s.alone != who:
			return nil, &bots.SendError{Failure: bots.Later, After: noOneAway, Reason: "not at the terminal"}
		case s.person(who).blocked:
			return nil, &bots.SendError{Failure: bots.Gone, Reason: "the chat was closed"}
		}
		return []string{who}, nil
	}
	name, identity := at.room()
	g := s.rooms[name]
	if g == nil {
		return nil, &bots.SendError{Failure: bots.Gone, Reason: "there is no such room"}
	}
	if g.identity != identity {
		to := roomAs(name, g.identity).address()
		return nil, &bots.SendError{Failure: bots.Moved, MovedTo: to, Reason: "the room has moved"}
	}
	return g.members, nil
}
