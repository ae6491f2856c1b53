package discordtest

import (
	"slices"
	"time"
)

// SightKind says what a person saw.
type SightKind int

// What a person can see happen.
const (
	SawNew    SightKind = iota // a message, perhaps a deferred answer (Thinking)
	SawEdit                    // a message in its new form
	SawDelete                  // a message that went away, in its last form
	SawModal                   // a modal that opened
)

// Sight is one thing that a person saw happen.
type Sight struct {
	At      time.Time
	Kind    SightKind
	Message Message
	Modal   *Modal
}

// Seen is all that the person saw happen so far, everywhere, in order: also
// what they wrote themselves. It only grows, so that its length is a place to
// go on from.
func (u *User) Seen() []Sight {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return slices.Clip(u.seen)
}

// Sees lists the messages before the person in a channel, in order, as they
// are now: with those that only they can see, without deleted ones. It is empty
// where the person may not look.
func (u *User) Sees(c *Channel) []Message {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	if !u.sees(c) {
		return nil
	}
	var list []Message
	for _, m := range c.messages {
		if u.reads(m) {
			list = append(list, m.Message)
		}
	}
	return list
}

// reads says whether a message stands before a person who sees its channel.
func (u *User) reads(m *message) bool {
	return !m.Deleted && (!m.Ephemeral || m.For == u.ID)
}

// Modals are the modals open before the person, the newest last.
func (u *User) Modals() []Modal {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return append([]Modal(nil), u.modals...)
}

// Dismiss closes a modal; the application hears nothing of it.
func (u *User) Dismiss(m Modal) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.close(m)
}

func (u *User) close(m Modal) {
	u.modals = slices.DeleteFunc(u.modals, func(o Modal) bool { return o.id == m.id })
}

// Newest finds the newest message before the person, anywhere, with a button
// of that label; false where there is none.
func (u *User) Newest(label string) (Message, Component, bool) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	var found *message
	for _, c := range u.s.channels {
		if !u.sees(c) {
			continue
		}
		for _, m := range slices.Backward(c.messages) {
			if found != nil && older(m.ID, found.ID) {
				break
			}
			if _, ok := m.Button(label); ok && u.reads(m) {
				found = m
				break
			}
		}
	}
	if found == nil {
		return Message{}, Component{}, false
	}
	b, _ := found.Button(label)
	return found.Message, b, true
}

// Messages lists all that stands in a channel, in order, with what only one
// person sees.
func (c *Channel) Messages() []Message {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	var list []Message
	for _, m := range c.messages {
		if !m.Deleted {
			list = append(list, m.Message)
		}
	}
	return list
}

// show lets everyone who sees a message see what became of it.
func (s *Server) show(kind SightKind, m *message) {
	sight := Sight{At: s.clock(), Kind: kind, Message: m.Message}
	for _, u := range s.audience(m.channel) {
		if !m.Ephemeral || m.For == u.ID {
			u.seen = append(u.seen, sight)
		}
	}
	s.signal()
}
