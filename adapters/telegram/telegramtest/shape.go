package telegramtest

import "slices"

// The shapes are what the bot gets to read (srv Client.cpp:459-500, 1188-1475,
// 4101-4330, 4876-4945, 5135-5285).

// userShape also remembers that the bot has met the user.
func (s *Server) userShape(p *person) object {
	p.seen = true
	o := object{"id": p.ID, "is_bot": p.IsBot, "first_name": p.FirstName}
	if p.deactivated {
		o["first_name"] = ""
		return o
	}
	setUnlessEmpty(o, "last_name", p.LastName)
	setUnlessEmpty(o, "username", p.Username)
	setUnlessEmpty(o, "language_code", p.LanguageCode)
	return o
}

func setUnlessEmpty(o object, name, value string) {
	if value != "" {
		o[name] = value
	}
}

func (s *Server) chatShape(c *chat) object {
	o := object{"id": c.id, "type": string(c.kind)}
	switch c.kind {
	case Private:
		o["first_name"] = c.person.FirstName
		setUnlessEmpty(o, "last_name", c.person.LastName)
		setUnlessEmpty(o, "username", c.person.Username)
	case Group:
		o["title"], o["all_members_are_administrators"] = c.title, false
	default:
		o["title"] = c.title
		setUnlessEmpty(o, "username", c.username)
		if c.forum {
			o["is_forum"] = true
		}
	}
	return o
}

func (s *Server) messageShape(c *chat, m *message, withReply bool) object {
	o := object{"message_id": m.id, "chat": s.chatShape(c), "date": m.date.Unix()}
	if p := s.people[m.from]; p != nil {
		o["from"] = s.userShape(p)
	}
	if m.senderChat != 0 {
		o["sender_chat"] = s.chatShape(s.chats[m.senderChat])
	}
	if !m.edited.IsZero() {
		o["edit_date"] = m.edited.Unix()
	}
	if m.thread != 0 {
		o["message_thread_id"], o["is_topic_message"] = m.thread, true
	}
	if r := c.live(m.replyTo); r != nil && withReply {
		o["reply_to_message"] = s.messageShape(c, r, false)
	}
	if m.shield {
		o["has_protected_content"] = true
	}
	s.contentShape(o, m)
	if m.markup != nil && m.markup.inline() {
		o["reply_markup"] = m.markup.shape()
	}
	return o
}

func (s *Server) contentShape(o object, m *message) {
	text, entities := "text", "entities"
	switch {
	case m.service != nil:
		for k, v := range m.service {
			o[k] = v
		}
		return
	case m.photo != nil:
		o["photo"], text, entities = m.photo.photoShape(), "caption", "caption_entities"
	case m.document != nil:
		o["document"], text, entities = m.document.documentShape(), "caption", "caption_entities"
	}
	setUnlessEmpty(o, text, m.body.text)
	if len(m.body.entities) > 0 {
		o[entities] = s.entitiesShape(m.body.entities)
	}
}

func (s *Server) entitiesShape(entities []Entity) []any {
	out := make([]any, 0, len(entities))
	for _, e := range entities {
		if p := s.people[e.User]; e.Type == "text_mention" && p != nil {
			out = append(out, object{"type": e.Type, "offset": e.Offset, "length": e.Length, "user": s.userShape(p)})
			continue
		}
		out = append(out, e)
	}
	return out
}

func (s *Server) memberShape(p *person, m membership) object {
	o := object{"user": s.userShape(p), "status": m.status}
	switch m.status {
	case creator:
		o["is_anonymous"] = m.anonymous
	case administrator:
		for _, right := range []string{
			"can_manage_chat", "can_delete_messages", "can_restrict_members",
			"can_change_info", "can_invite_users", "can_pin_messages", "can_manage_video_chats",
		} {
			o[right] = true
		}
		o["can_be_edited"], o["can_promote_members"], o["is_anonymous"] = false, false, m.anonymous
	case kicked:
		o["until_date"] = 0
	}
	return o
}

func (s *Server) getMe(*Call) (any, error) {
	o := s.userShape(s.bot)
	o["can_join_groups"], o["can_read_all_group_messages"] = true, s.knobs.ReadAll
	o["supports_inline_queries"], o["can_connect_to_business"], o["has_main_web_app"] = false, false, false
	return o, nil
}

func (s *Server) getChat(c *Call) (any, error) {
	target, err := s.chatFor(c.params["chat_id"], toRead)
	if err != nil {
		return nil, err
	}
	o := s.chatShape(target)
	o["accent_color_id"], o["max_reaction_count"] = 0, 11
	o["accepted_gift_types"] = object{
		"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
		"premium_subscription": false, "gifts_from_channels": false,
	}
	if target.kind == Group || target.kind == Supergroup {
		o["permissions"] = object{
			"can_send_messages": !target.muted, "can_send_photos": !target.muted,
			"can_send_documents": !target.muted,
		}
	}
	return o, nil
}

func (s *Server) getChatMember(c *Call) (any, error) {
	id := c.params.int("user_id")
	if id <= 0 {
		return nil, refuse(UserIDInvalid)
	}
	need := toReadMembers
	if id == s.bot.ID {
		need = toRead
	}
	target, err := s.chatFor(c.params["chat_id"], need)
	if err != nil {
		return nil, err
	}
	p := s.people[id]
	if p == nil || !s.knows(p) {
		return nil, refuse(ParticipantUnknown)
	}
	m := target.members[id]
	if target.kind == Private && (p == target.person || p == s.bot) {
		m.status = member
	}
	if m.status == "" {
		m.status = left
	}
	return s.memberShape(p, m), nil
}

func (s *Server) getChatAdministrators(c *Call) (any, error) {
	target, err := s.chatFor(c.params["chat_id"], toReadMembers)
	if err != nil {
		return nil, err
	}
	if target.kind == Private {
		return nil, refuse(NoAdministratorsHere)
	}
	out := []object{}
	for _, id := range target.people() {
		if m, p := target.members[id], s.people[id]; m.rules() && (!p.IsBot || p == s.bot) {
			out = append(out, s.memberShape(p, m))
		}
	}
	return out, nil
}

func (s *Server) getChatMemberCount(c *Call) (any, error) {
	target, err := s.chatFor(c.params["chat_id"], toReadMembers)
	if err != nil {
		return nil, err
	}
	if target.kind == Private {
		return 2, nil
	}
	return len(target.people()), nil
}

func (s *Server) leaveChat(c *Call) (any, error) {
	target, err := s.chatFor(c.params["chat_id"], toRead)
	if err != nil {
		return nil, err
	}
	if target.members[s.bot.ID].present() {
		s.changeBot(target, s.bot, left)
	}
	return true, nil
}

// chatActions are what sendChatAction takes (srv Client.cpp:9969).
func chatActions() []string {
	return []string{
		"cancel", "typing", "record_video", "upload_video", "record_audio", "record_voice",
		"upload_audio", "upload_voice", "upload_photo", "upload_document", "choose_sticker", "pick_up_location",
		"find_location", "record_video_note", "upload_video_note",
	}
}

func knownAction(action string) bool { return slices.Contains(chatActions(), asciiLower(action)) }
