package console

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"manyhands/bots"
	"manyhands/bots/transcript"
)

// Can is true for everything: a console has whatever it is given.
func (*Stage) Can(transcript.Feature) bool { return true }

// here is the chat that a person speaks in. Speaking opens a closed chat.
func (s *Stage) here(who, room string) (raw, error) {
	r := raw{Who: who, Chat: privateOf(who)}
	if room == "" {
		s.person(who).blocked = false
		return r, nil
	}
	g := s.rooms[room]
	if g == nil || !slices.Contains(g.members, who) {
		return r, fmt.Errorf("console: %s is in no room %s", who, room)
	}
	r.Chat, r.Manages = roomAs(room, g.identity), g.admin == who
	return r, nil
}

func (s *Stage) say(who, room, text string, file *bots.File) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.here(who, room)
	if err != nil {
		return err
	}
	r.Text, r.File = text, file
	r.ID = s.prefix + "s" + strconv.Itoa(s.number+1)
	s.person(who).said[r.Chat] = r.ID
	return s.do(r)
}

// Say lets a person type a text.
func (s *Stage) Say(_ context.Context, who, room, text string) error {
	return s.say(who, room, text, nil)
}

// Attach lets a person send a small file with words.
func (s *Stage) Attach(_ context.Context, who, room, name, words string) error {
	return s.say(who, room, words, &bots.File{Name: name, Size: 1024})
}

// Edit changes the last text that the person typed there.
func (s *Stage) Edit(_ context.Context, who, room, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.here(who, room)
	if err != nil {
		return err
	}
	if r.ID = s.person(who).said[r.Chat]; r.ID == "" {
		return fmt.Errorf("console: %s has typed nothing there that could be edited", who)
	}
	r.Text, r.Edited = text, true
	return s.do(r)
}

// Press lets a person press a button. A press of what somebody else sees in
// private comes from the presser's own private chat.
func (s *Stage) Press(_ context.Context, who string, m transcript.Seen, button int) error {
	d, ok := m.Handle.(drawing)
	buttons := buttonsOf(d.out)
	if !ok || button < 0 || button >= len(buttons) {
		return fmt.Errorf("console: there is no such button")
	}
	b := buttons[button]
	if b.Data == "" {
		return fmt.Errorf("console: the button %q is a link", b.Label)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := raw{Who: who, Chat: privateOf(who), Press: &bots.Press{Data: b.Data, Message: m.ID}}
	if d.at.isRoom() {
		r.Chat = d.at
		name, _ := d.at.room()
		if g := s.rooms[name]; g != nil {
			r.Chat, r.Manages = roomAs(name, g.identity), g.admin == who
		}
	}
	s.person(who).blocked = false
	return s.do(r)
}

// Again delivers the last arrival once more, with its key.
func (s *Stage) Again(context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil {
		return fmt.Errorf("console: nothing has happened yet that could happen again")
	}
	s.number++
	s.queue = append(s.queue, update{s.number, s.last.arrival})
	s.change()
	return nil
}

// Lang sets the hint of a person's language.
func (s *Stage) Lang(_ context.Context, who, hint string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(who).hint = hint
	return nil
}

// Room makes a room, or gives it other members. The first administers it.
func (s *Stage) Room(_ context.Context, room string, members ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.rooms[room]
	if g == nil {
		g = &group{identity: 1}
		s.rooms[room] = g
	}
	g.members, g.admin = slices.Clone(members), ""
	if len(members) > 0 {
		g.admin = members[0]
	}
	return nil
}

// Leave takes a person out of a room.
func (s *Stage) Leave(_ context.Context, room, who string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.here(who, room); err != nil {
		return err
	}
	g := s.rooms[room]
	g.members = slices.DeleteFunc(slices.Clone(g.members), func(m string) bool { return m == who })
	return nil
}

// Block lets a person close the chat with the bot. The bot learns of it when
// it writes there.
func (s *Stage) Block(_ context.Context, who string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(who).blocked = true
	return nil
}

// Migrate gives a room a new identity, and tells the bot.
func (s *Stage) Migrate(_ context.Context, room string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.rooms[room]
	if g == nil {
		return fmt.Errorf("console: there is no room %s", room)
	}
	from := roomAs(room, g.identity)
	g.identity++
	to := roomAs(room, g.identity)
	for id, at := range s.shown { // what stands there moves along
		if at == from {
			s.shown[id] = to
		}
	}
	return s.do(raw{Chat: from, MovedTo: &to})
}

// Seen returns what the bot showed to a person since the last call.
func (s *Stage) Seen(_ context.Context, who string) ([]transcript.Seen, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(who)
	seen := p.unseen
	p.unseen = nil
	return seen, nil
}
