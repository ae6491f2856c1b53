package telegramtest

import (
	"encoding/json"
	"time"
)

// reply is what a message answers.
type reply struct {
	message    int
	elsewhere  string
	orWithout  bool
	hasMessage bool
}

// readReply reads reply_parameters or its older parameters
// (srv Client.cpp:9386-9420).
func readReply(p parameters) (reply, error) {
	raw := p["reply_parameters"]
	if raw == "" {
		id := int(max(0, p.int("reply_to_message_id")))
		return reply{message: id, orWithout: p.bool("allow_sending_without_reply"), hasMessage: id > 0}, nil
	}
	var v struct {
		Message   int             `json:"message_id"`
		Chat      json.RawMessage `json:"chat_id"`
		OrWithout bool            `json:"allow_sending_without_reply"`
	}
	if json.Unmarshal([]byte(raw), &v) != nil {
		return reply{}, refuse(ReplyUnparsed)
	}
	r := reply{message: v.Message, orWithout: v.OrWithout, hasMessage: v.Message > 0}
	if values := map[string]string{}; stringField(v.Chat, "chat_id", values) {
		r.elsewhere = values["chat_id"]
	}
	return r, nil
}

// place is where a message may go, once all was checked that comes before its
// content reaches the backend.
type place struct {
	chat    *chat
	thread  int
	replyTo int
	markup  *markup
}

// findPlace checks a send's reply, keyboard, chat and topic in the server's own
// order (srv Client.cpp:16117-16180).
func (s *Server) findPlace(p parameters) (place, error) {
	to, err := readReply(p)
	if err != nil {
		return place{}, err
	}
	m, err := readMarkup(p["reply_markup"])
	if err != nil {
		return place{}, err
	}
	c, err := s.chatFor(p["chat_id"], toWrite)
	if err != nil {
		return place{}, err
	}
	thread, err := s.threadFor(c, p)
	if err != nil {
		return place{}, err
	}
	out := place{chat: c, thread: thread, markup: m}
	if !to.hasMessage {
		return out, nil
	}
	where := c
	if to.elsewhere != "" && to.elsewhere != p["chat_id"] {
		if where, err = s.chatFor(to.elsewhere, toRead); err != nil {
			return place{}, err
		}
	}
	switch {
	case where.live(to.message) == nil && !to.orWithout:
		return place{}, refuse(ReplyNotFound)
	case where == c && where.live(to.message) != nil:
		out.replyTo = to.message
		if thread == 0 && c.forum {
			out.thread = c.live(to.message).thread
		}
	}
	return out, nil
}

// settlePlace is findPlace with what comes next, whatever is sent: a chat where
// the bot may not send it, and the keyboard.
func (s *Server) settlePlace(p parameters, muted Reason) (place, error) {
	at, err := s.findPlace(p)
	if err != nil {
		return place{}, err
	}
	if at.chat.muted {
		return place{}, refuse(muted)
	}
	return at, at.markup.settle()
}

// deliver is the last step: what the backend refuses, the rate, and the message.
func (s *Server) deliver(p parameters, at place, m *message) (any, error) {
	if err := at.markup.checkData(); err != nil {
		return nil, err
	}
	if err := s.reach(at.chat); err != nil {
		return nil, err
	}
	if err := s.allowRate(at.chat); err != nil {
		return nil, err
	}
	m.from, m.thread, m.replyTo, m.markup = s.bot.ID, at.thread, at.replyTo, at.markup
	m.mine = true
	m.silent, m.shield = p.bool("disable_notification"), p.bool("protect_content")
	if at.chat.kind == Channel {
		m.from, m.senderChat = 0, at.chat.id
	}
	s.store(at.chat, m)
	return s.messageShape(at.chat, m, true), nil
}

func (s *Server) sendMessage(c *Call) (any, error) {
	p := c.params
	if p["text"] == "" {
		return nil, refuse(TextEmpty)
	}
	body, err := format(p["text"], p["parse_mode"], p["entities"])
	if err != nil {
		return nil, err
	}
	at, err := s.settlePlace(p, NoRightsText)
	if err != nil {
		return nil, err
	}
	if err := body.settle(maxText, MessageTooLong, false); err != nil {
		return nil, err
	}
	return s.deliver(p, at, &message{body: body})
}

// sendFile is sendPhoto and sendDocument.
func (s *Server) sendFile(c *Call, kind string, missing, muted Reason) (any, error) {
	p := c.params
	f, err := s.fileFor(c, kind, missing)
	if err != nil {
		return nil, err
	}
	caption, err := format(p["caption"], p["parse_mode"], p["caption_entities"])
	if err != nil {
		return nil, err
	}
	at, err := s.settlePlace(p, muted)
	if err != nil {
		return nil, err
	}
	if err := caption.settle(maxCaption, CaptionTooLong, true); err != nil {
		return nil, err
	}
	if f, err = s.checkFile(kind, f); err != nil {
		return nil, err
	}
	m := &message{body: caption}
	if kind == "photo" {
		m.photo = f
	} else {
		m.document = f
	}
	return s.deliver(p, at, m)
}

func (s *Server) sendPhoto(c *Call) (any, error) {
	return s.sendFile(c, "photo", PhotoMissing, NoRightsPhotos)
}

func (s *Server) sendDocument(c *Call) (any, error) {
	return s.sendFile(c, "document", DocumentMissing, NoRightsDocuments)
}

// Action is a sendChatAction: shown for at most five seconds (spec).
type Action struct {
	Chat   int64
	Thread int
	Action string
	At     time.Time
}

func (s *Server) sendChatAction(c *Call) (any, error) {
	if !knownAction(c.params["action"]) {
		return nil, refuse(ActionWrong)
	}
	to, err := s.chatFor(c.params["chat_id"], toWrite)
	if err != nil {
		return nil, err
	}
	if err := s.reach(to); err != nil {
		return nil, err
	}
	s.actions = append(s.actions, Action{
		Chat: to.id, Thread: int(c.params.int("message_thread_id")),
		Action: asciiLower(c.params["action"]), At: s.clock(),
	})
	return true, nil
}
