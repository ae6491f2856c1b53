package telegramtest

import (
	"fmt"
	"strings"
	"time"
)

// Writing is what a person sends.
type Writing struct {
	From int64
	// Chat is where; 0 is the private chat with the bot.
	Chat int64
	// Text is plain, as typed; beside a file it is the caption.
	Text string
	// ReplyTo is the message answered.
	ReplyTo int
	// Thread is the topic of a forum.
	Thread int
	// Anonymous is for administrators who may be: the message comes from
	// GroupAnonymousBot with the group as sender_chat.
	Anonymous bool
	Photo     *Upload
	Document  *Upload
}

// Write makes a person send a message and returns its id. In a private chat it
// starts the chat, and takes back a block, as apps do.
func (s *Server) Write(w Writing) int {
	s.mu.Lock()
	defer s.unlock()
	if w.Chat == 0 {
		w.Chat = w.From
	}
	c, p := s.chat(w.Chat), s.person(w.From)
	s.mayWrite(c, p, w)
	if c.kind == Private {
		s.block(c, false)
		c.started = true
	}
	m := &message{from: p.ID, thread: w.Thread, replyTo: w.ReplyTo}
	switch {
	case c.kind == Channel:
		m.from, m.senderChat = 0, c.id
	case w.Anonymous:
		m.from, m.senderChat = AnonymousAdminID, c.id
	}
	m.body.raw = w.Text
	m.body.text, m.body.entities = cleanText(w.Text, typedEntities(w.Text))
	if w.Photo != nil {
		m.photo = s.keep("photo", *w.Photo)
	}
	if w.Document != nil {
		m.document = s.keep("document", *w.Document)
	}
	s.tell(c, s.store(c, m))
	return m.id
}

func (s *Server) mayWrite(c *chat, p *person, w Writing) {
	here := c.members[p.ID]
	switch {
	case p.deactivated:
		panic("telegramtest: a deleted account cannot write")
	case c.deleted || c.migratedTo != 0:
		panic(fmt.Sprintf("telegramtest: nobody can write to %d any more", c.id))
	case c.kind == Private && c.person != p:
		panic("telegramtest: a private chat is one person's")
	case c.kind != Private && !here.present():
		panic(fmt.Sprintf("telegramtest: %d is not a member of %d", p.ID, c.id))
	case c.kind == Channel && !here.rules():
		panic("telegramtest: only administrators post in a channel")
	case w.Anonymous && !here.anonymous:
		panic("telegramtest: only an anonymous administrator writes anonymously")
	case w.Text == "" && w.Photo == nil && w.Document == nil:
		panic("telegramtest: an empty message")
	}
}

// Edit makes the author change the text or the caption of a message.
func (s *Server) Edit(chatID int64, id int, text string) {
	s.mu.Lock()
	defer s.unlock()
	c := s.chat(chatID)
	m := c.live(id)
	if m == nil {
		panic(fmt.Sprintf("telegramtest: there is no message %d in %d", id, chatID))
	}
	m.body.raw = text
	m.body.text, m.body.entities = cleanText(text, typedEntities(text))
	m.edits++
	m.edited = s.now()
	s.tell(c, m)
}

// Erase deletes a message as people do. Telegram tells bots nothing of it.
func (s *Server) Erase(chatID int64, id int) {
	s.mu.Lock()
	defer s.unlock()
	if m := s.chat(chatID).live(id); m != nil {
		m.deleted = true
	}
}

// tell queues the update of a new or changed message, where the bot gets it.
func (s *Server) tell(c *chat, m *message) {
	if !s.hears(c, m) {
		return
	}
	kind, date := "message", m.date
	if c.kind == Channel {
		kind = "channel_post"
	}
	if m.edits > 0 {
		kind, date = "edited_"+kind, m.edited
	}
	life := s.knobs.MessageExpiry - s.clock().Sub(date).Truncate(time.Second)
	s.push(kind, s.messageShape(c, m, true), life)
}

// hears decides what reaches the bot
// (https://core.telegram.org/bots/features#privacy-mode): in a group, with
// privacy mode, only service messages, replies to it, commands that may be
// meant for it, and messages that mention it (the page does not list mentions;
// this server lets them through); administrators get all; no bot gets another
// bot's messages.
func (s *Server) hears(c *chat, m *message) bool {
	switch {
	case c.kind == Private:
		return true
	case !c.members[s.bot.ID].present():
		return false
	case m.service != nil || c.kind == Channel:
		return true
	}
	if p := s.people[m.from]; p != nil && p.IsBot && p.ID != AnonymousAdminID {
		return false
	}
	if s.knobs.ReadAll || c.members[s.bot.ID].rules() {
		return true
	}
	if r := c.messages[m.replyTo]; r != nil && r.mine {
		return true
	}
	me := "@" + strings.ToLower(s.bot.Username)
	for i, e := range m.body.entities {
		text := strings.ToLower(cutUnits(m.body.text, e.Offset, e.Length))
		name, of, named := strings.Cut(text, "@")
		switch {
		case e.Type == "mention" && text == me:
			return true
		case e.Type == "bot_command" && named && "@"+of == me:
			return true
		case e.Type == "bot_command" && !named && name != "" && i == 0 && e.Offset == 0:
			return c.lastBot == 0 || c.lastBot == s.bot.ID
		}
	}
	return false
}

// cutUnits returns a part of a text counted in UTF-16 units.
func cutUnits(text string, offset, length int) string {
	var b strings.Builder
	at := 0
	for _, r := range text {
		if at >= offset && at < offset+length {
			b.WriteRune(r)
		}
		at += unitsOf(r)
	}
	return b.String()
}
