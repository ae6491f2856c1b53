package telegramtest

import (
	"encoding/json"
	"reflect"
)

// editMessageText follows srv Client.cpp:13503-13552 and
// td MessagesManager.cpp:23364-23418.
func (s *Server) editMessageText(c *Call) (any, error) {
	p := c.params
	if p["text"] == "" {
		return nil, refuse(TextEmpty)
	}
	body, err := format(p["text"], p["parse_mode"], p["entities"])
	if err != nil {
		return nil, err
	}
	where, m, keyboard, err := s.toBeEdited(p)
	if err != nil {
		return nil, err
	}
	if !m.hasText() {
		return nil, refuse(EditNoText)
	}
	if err := checkInline(keyboard); err != nil {
		return nil, err
	}
	if err := body.settle(maxText, MessageTooLong, false); err != nil {
		return nil, err
	}
	return s.change(where, m, body, keyboard)
}

func (s *Server) editMessageReplyMarkup(c *Call) (any, error) {
	where, m, keyboard, err := s.toBeEdited(c.params)
	if err != nil {
		return nil, err
	}
	if err := checkInline(keyboard); err != nil {
		return nil, err
	}
	return s.change(where, m, m.body, keyboard)
}

// toBeEdited finds the message of an edit and reads its new keyboard.
func (s *Server) toBeEdited(p parameters) (*chat, *message, *markup, error) {
	keyboard, err := readMarkup(p["reply_markup"])
	if err != nil {
		return nil, nil, nil, err
	}
	id := int(max(0, p.int("message_id")))
	if p["chat_id"] == "" && id == 0 {
		if p["inline_message_id"] == "" {
			return nil, nil, nil, refuse(EditUnidentified)
		}
		return nil, nil, nil, refuse(EditNotFound)
	}
	c, err := s.chatFor(p["chat_id"], toEdit)
	if err != nil {
		return nil, nil, nil, err
	}
	m := c.live(id)
	if m == nil {
		return nil, nil, nil, refuse(EditNotFound)
	}
	if !m.mine || m.service != nil || m.markup != nil && !m.markup.inline() {
		return nil, nil, nil, refuse(EditForbidden)
	}
	return c, m, keyboard, nil
}

func checkInline(m *markup) error {
	if m != nil && !m.inline() {
		return refuse(InlineExpected)
	}
	return m.settle()
}

// change is the backend's part of an edit. An edit without a keyboard takes the
// keyboard away.
func (s *Server) change(c *chat, m *message, body formatted, keyboard *markup) (any, error) {
	if err := keyboard.checkData(); err != nil {
		return nil, err
	}
	if err := s.reach(c); err != nil {
		return nil, err
	}
	if body.text == m.body.text && sameEntities(body.entities, m.body.entities) && sameButtons(keyboard, m.markup) {
		return nil, refuse(NotModified)
	}
	if err := s.allowRate(c); err != nil {
		return nil, err
	}
	m.body, m.markup = body, keyboard
	m.edits++
	m.edited = s.now()
	return s.messageShape(c, m, true), nil
}

func sameEntities(a, b []Entity) bool { return len(a) == 0 && len(b) == 0 || reflect.DeepEqual(a, b) }

func sameButtons(a, b *markup) bool {
	if !a.inline() || !b.inline() {
		return a.inline() == b.inline()
	}
	return reflect.DeepEqual(a.rows, b.rows)
}

// deleteMessage follows srv Client.cpp:13792-13810.
func (s *Server) deleteMessage(c *Call) (any, error) {
	id := int(max(0, c.params.int("message_id")))
	switch {
	case c.params["chat_id"] == "":
		return nil, refuse(DeleteNoChat)
	case id == 0:
		return nil, refuse(DeleteNoMessage)
	}
	where, err := s.chatFor(c.params["chat_id"], toWrite)
	if err != nil {
		return nil, err
	}
	m := where.live(id)
	if m == nil {
		return nil, refuse(DeleteNotFound)
	}
	if err := s.mayDelete(where, m); err != nil {
		return nil, err
	}
	m.deleted = true
	return true, nil
}

// deleteMessages skips what is not there (srv Client.cpp:13812-13824, spec).
func (s *Server) deleteMessages(c *Call) (any, error) {
	ids, err := readMessageIDs(c.params["message_ids"])
	if err != nil {
		return nil, err
	}
	where, err := s.chatFor(c.params["chat_id"], toWrite)
	if err != nil {
		return nil, err
	}
	var found []*message
	for _, id := range ids {
		m := where.live(id)
		if m == nil {
			continue
		}
		if err := s.mayDelete(where, m); err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	for _, m := range found {
		m.deleted = true
	}
	return true, nil
}

// mayDelete: within 48 hours, its own messages everywhere, everyone's in a
// private chat and where it is an administrator (spec deleteMessage;
// td MessagesManager.cpp:8376-8450).
func (s *Server) mayDelete(c *chat, m *message) error {
	if c.kind != Private && !m.mine && !c.members[s.bot.ID].rules() {
		if c.kind == Group {
			return refuse(DeleteTooOld)
		}
		return refuse(DeleteForbidden)
	}
	if s.clock().Sub(m.date) > s.knobs.DeleteWithin {
		return refuse(DeleteTooOld)
	}
	return nil
}

// readMessageIDs follows srv Client.cpp:12403-12441.
func readMessageIDs(raw string) ([]int, error) {
	if raw == "" {
		return nil, refuse(MessageIDsMissing)
	}
	if !json.Valid([]byte(raw)) {
		return nil, refuse(MessageIDsUnparsed)
	}
	var items []json.RawMessage
	if json.Unmarshal([]byte(raw), &items) != nil || items == nil {
		return nil, refuse(MessageIDsNoArray)
	}
	if len(items) > maxDeleted {
		return nil, refuse(MessageIDsTooMany)
	}
	if len(items) == 0 {
		return nil, refuse(MessageIDsMissing)
	}
	var ids []int
	for _, item := range items {
		values := map[string]string{}
		if !stringField(item, "id", values) || values["id"] == "" {
			return nil, refuse(MessageIDNotNumber)
		}
		id := toInt(values["id"])
		if id <= 0 || id > 1<<31-1 {
			return nil, refuse(MessageIDInvalid)
		}
		ids = append(ids, int(id))
	}
	return ids, nil
}
