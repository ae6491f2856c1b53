package telegramtest

import (
	"slices"
	"strings"
	"time"
)

// Message is a message as a test sees it.
type Message struct {
	Chat int64
	ID   int
	// From is the writer's id, 0 for a channel's posts.
	From int64
	// FromBot is true for what the bot under test wrote.
	FromBot    bool
	SenderChat int64
	Date       time.Time
	Thread     int
	ReplyTo    int
	// Text is what people read: plain, after parsing and cleaning. Beside a
	// file it is the caption.
	Text string
	// Raw is the text as it was sent, ParseMode how it was to be read.
	Raw, ParseMode string
	Entities       []Entity
	// Buttons are the inline keyboard, row by row.
	Buttons [][]Button
	// Keyboard is a reply keyboard.
	Keyboard                   [][]string
	RemoveKeyboard, ForceReply bool
	Selective                  bool
	Placeholder                string
	// Photo and Document are the file, if there is one.
	Photo, Document *Upload
	// FileID names that file.
	FileID string
	// Service is true for what nobody wrote.
	Service         bool
	Edits           int
	Deleted         bool
	Silent, Protect bool
}

func (s *Server) view(c *chat, m *message) Message {
	v := Message{
		Chat: c.id, ID: m.id, From: m.from, FromBot: m.mine, SenderChat: m.senderChat,
		Date: m.date, Thread: m.thread, ReplyTo: m.replyTo, Text: m.body.text, Raw: m.body.raw,
		ParseMode: m.body.mode, Entities: slices.Clone(m.body.entities), Service: m.service != nil,
		Edits: m.edits, Deleted: m.deleted, Silent: m.silent, Protect: m.shield,
	}
	if k := m.markup; k != nil {
		for _, row := range k.rows {
			v.Buttons = append(v.Buttons, slices.Clone(row))
		}
		v.Keyboard, v.RemoveKeyboard, v.ForceReply = k.keyboard, k.remove, k.force
		v.Selective, v.Placeholder = k.selective, k.placeholder
	}
	if m.photo != nil {
		u := m.photo.upload
		v.Photo, v.FileID = &u, m.photo.id
	}
	if m.document != nil {
		u := m.document.upload
		v.Document, v.FileID = &u, m.document.id
	}
	return v
}

// History returns every message of a chat in order, deleted ones too. A private
// chat's id is the person's.
func (s *Server) History(chatID int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil {
		return nil
	}
	out := make([]Message, 0, len(c.order))
	for _, id := range c.order {
		out = append(out, s.view(c, c.messages[id]))
	}
	return out
}

// Messages returns what is visible in a chat, in order.
func (s *Server) Messages(chatID int64) []Message {
	return slices.DeleteFunc(s.History(chatID), func(m Message) bool { return m.Deleted })
}

// FromBot returns the bot's own visible messages in a chat, in order.
func (s *Server) FromBot(chatID int64) []Message {
	return slices.DeleteFunc(s.Messages(chatID), func(m Message) bool { return !m.FromBot })
}

// Message returns one message, deleted or not.
func (s *Server) Message(chatID int64, id int) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil || c.messages[id] == nil {
		return Message{}, false
	}
	return s.view(c, c.messages[id]), true
}

// FindButton returns the button of that text in the nth newest visible message
// that has one; 1 is the newest.
func (s *Server) FindButton(chatID int64, text string, nth int) (Message, Button, bool) {
	for _, m := range slices.Backward(s.Messages(chatID)) {
		for _, row := range m.Buttons {
			i := slices.IndexFunc(row, func(b Button) bool { return b.Text == text })
			if i < 0 {
				continue
			}
			if nth--; nth <= 0 {
				return m, row[i], true
			}
			break
		}
	}
	return Message{}, Button{}, false
}

// Calls returns the calls made so far in the order of their arrival, of those
// methods or of all.
func (s *Server) Calls(methods ...string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.ContainsFunc(methods, func(m string) bool { return strings.EqualFold(m, c.Method) }) {
			out = append(out, *c)
		}
	}
	return out
}

// Answers returns the answers to presses in order.
func (s *Server) Answers() []Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.answers)
}

// AnswerTo returns the last answer to one press.
func (s *Server) AnswerTo(query string) (Answer, bool) {
	for _, a := range slices.Backward(s.Answers()) {
		if a.Query == query {
			return a, true
		}
	}
	return Answer{}, false
}

// Actions returns the chat actions in order.
func (s *Server) Actions() []Action {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.actions)
}

// BotStatus is what the bot is in a chat: "member", "administrator", "left",
// "kicked", or "" where it never was.
func (s *Server) BotStatus(chatID int64) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chatID]; c != nil {
		return c.members[s.bot.ID].status
	}
	return ""
}
