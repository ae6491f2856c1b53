package telegramtest

import (
	"fmt"
	"regexp"
)

// User is a person or a bot as Telegram shows them (spec User).
type User struct {
	ID                            int64
	FirstName, LastName, Username string
	LanguageCode                  string
	IsBot                         bool
}

// AnonymousAdminID is the id of GroupAnonymousBot, in whose name an anonymous
// administrator writes (spec Message.from, sender_chat).
const AnonymousAdminID = 1087968824

var anonymousAdmin = User{ID: AnonymousAdminID, FirstName: "Group", Username: "GroupAnonymousBot", IsBot: true}

// person is a user with what this bot knows of them.
type person struct {
	User
	// seen is true once the bot has met the person in an update.
	seen        bool
	deactivated bool
}

// AddUser adds a person, or changes one that is there.
func (s *Server) AddUser(u User) {
	s.mu.Lock()
	defer s.unlock()
	if u.ID <= 0 {
		panic("telegramtest: a user's id is positive")
	}
	if p := s.people[u.ID]; p != nil {
		p.User = u
		return
	}
	s.people[u.ID] = &person{User: u}
}

// person returns who has that id; the test must have added them.
func (s *Server) person(id int64) *person {
	p := s.people[id]
	if p == nil {
		panic(fmt.Sprintf("telegramtest: nobody has the id %d", id))
	}
	return p
}

// private is the chat of a person with the bot, made when first needed.
func (s *Server) private(id int64) *chat {
	if c := s.chats[id]; c != nil {
		return c
	}
	c := &chat{id: id, kind: Private, person: s.person(id), messages: map[int]*message{}}
	s.chats[id] = c
	return c
}

var startForm = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

// PressStart is the Start button of the private chat, or a link to the bot with
// a parameter. It returns the message's id. It panics where no app would open
// such a link: a parameter is at most 64 of A-Z, a-z, 0-9, _ and -
// (https://core.telegram.org/bots/features#deep-linking).
func (s *Server) PressStart(user int64, parameter string) int {
	if !startForm.MatchString(parameter) {
		panic("telegramtest: START_PARAM_INVALID: " + parameter)
	}
	text := "/start"
	if parameter != "" {
		text += " " + parameter
	}
	return s.Write(Writing{From: user, Text: text})
}

// Block makes a person block the bot: it learns of it by my_chat_member, and
// can no longer write to them.
func (s *Server) Block(user int64) { s.setBlocked(user, true) }

// Unblock takes a block back.
func (s *Server) Unblock(user int64) { s.setBlocked(user, false) }

func (s *Server) setBlocked(user int64, blocked bool) {
	s.mu.Lock()
	defer s.unlock()
	s.block(s.private(user), blocked)
}

func (s *Server) block(c *chat, blocked bool) {
	if c.blocked == blocked {
		return
	}
	c.blocked = blocked
	from, to := member, kicked
	if !blocked {
		from, to = to, from
	}
	s.tellBotMembership(c, c.person, from, to)
}

// Deactivate deletes a person's account.
func (s *Server) Deactivate(user int64) {
	s.mu.Lock()
	defer s.unlock()
	s.person(user).deactivated = true
}

// knows reports whether the bot may name the person at all: it has met them, or
// shares a chat with them.
func (s *Server) knows(p *person) bool {
	if p.seen || p == s.bot {
		return true
	}
	for _, c := range s.chats {
		if c.kind != Private && c.members[p.ID].present() && c.members[s.bot.ID].present() {
			return true
		}
	}
	return false
}
