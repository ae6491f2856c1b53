package telegramtest

import (
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Press is a press of an inline button, or what pretends to be one.
type Press struct {
	From int64
	// Chat is where the message is; 0 is the private chat with the bot.
	Chat    int64
	Message int
	// Data is the callback_data. It is not held against the message: apps can
	// send what they like (spec CallbackQuery.data).
	Data string
	// Inaccessible sends the message without its content, as when it is deleted
	// or too old (spec InaccessibleMessage).
	Inaccessible bool
}

// callback is a press that waits for its answer.
type callback struct {
	Press
	at       time.Time
	answered bool
}

// Press queues a callback_query and returns its id. The same press may come
// twice with two ids, since an app that got no answer sends it again
// (tdlib/telegram-bot-api#699): call Press twice. The update always carries the
// person's own id, for an anonymous administrator too.
func (s *Server) Press(p Press) string {
	s.mu.Lock()
	defer s.unlock()
	if p.Chat == 0 {
		p.Chat = p.From
	}
	c, who := s.chat(p.Chat), s.person(p.From)
	s.lastPress++
	id := strconv.FormatInt(s.lastPress, 10)
	s.callbacks[id] = &callback{Press: p, at: s.clock()}
	query := object{
		"id": id, "from": s.userShape(who), "data": p.Data,
		"chat_instance": strconv.FormatInt(c.id*7_919, 10),
	}
	m := c.live(p.Message)
	limit := s.knobs.InaccessibleAfter
	if m == nil || p.Inaccessible || limit > 0 && s.clock().Sub(m.date) >= limit {
		query["message"] = object{"message_id": p.Message, "chat": s.chatShape(c), "date": 0}
	} else {
		query["message"] = s.messageShape(c, m, true)
	}
	s.push("callback_query", query, s.knobs.PressExpiry)
	return id
}

// PressButton presses the button of that text in the nth newest visible message
// that has one (1 is the newest), and returns the query's id. It panics where
// there is none.
func (s *Server) PressButton(from, chatID int64, text string, nth int) string {
	if chatID == 0 {
		chatID = from
	}
	m, b, ok := s.FindButton(chatID, text, nth)
	if !ok {
		panic(fmt.Sprintf("telegramtest: no button %q number %d in %d", text, nth, chatID))
	}
	return s.Press(Press{From: from, Chat: chatID, Message: m.ID, Data: b.Data})
}

// Answer is one answer to a press.
type Answer struct {
	Query string
	// From, Chat and Message are those of the press.
	From, Chat int64
	Message    int
	Text       string
	Alert      bool
	URL        string
	At         time.Time
}

func (s *Server) answerCallbackQuery(c *Call) (any, error) {
	id := c.params["callback_query_id"]
	q := s.callbacks[id]
	switch {
	case q == nil, s.clock().Sub(q.at) > s.knobs.CallbackLife, q.answered && !s.knobs.AnswerTwice:
		return nil, refuse(QueryTooOld)
	case !utf8.ValidString(c.params["text"]):
		return nil, refuse(StringsNotUTF8)
	}
	text := Clean(c.params["text"])
	if utf8.RuneCountInString(text) > maxCallbackText {
		return nil, refuse(CallbackTextTooLong)
	}
	q.answered = true
	s.answers = append(s.answers, Answer{
		Query: id, From: q.From, Chat: q.Chat, Message: q.Message,
		Text: text, Alert: c.params.bool("show_alert"), URL: c.params["url"], At: s.clock(),
	})
	return true, nil
}
