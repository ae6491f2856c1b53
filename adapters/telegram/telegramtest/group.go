package telegramtest

// Join makes a person a member of a chat.
func (s *Server) Join(chatID, user int64) {
	s.mu.Lock()
	defer s.unlock()
	c, p := s.chat(chatID), s.person(user)
	s.changeMember(c, p, p, membership{status: member})
	s.serve(c, p, object{
		"new_chat_participant": s.userShape(p), "new_chat_member": s.userShape(p),
		"new_chat_members": []object{s.userShape(p)},
	})
}

// Leave makes a person leave a chat.
func (s *Server) Leave(chatID, user int64) {
	s.mu.Lock()
	defer s.unlock()
	c, p := s.chat(chatID), s.person(user)
	s.changeMember(c, p, p, membership{status: left})
	s.serve(c, p, object{"left_chat_participant": s.userShape(p), "left_chat_member": s.userShape(p)})
}

// Promote makes a member an administrator, who may write anonymously.
func (s *Server) Promote(chatID, user int64, anonymous bool) {
	s.mu.Lock()
	defer s.unlock()
	c, p := s.chat(chatID), s.person(user)
	s.changeMember(c, p, p, membership{status: administrator, anonymous: anonymous})
}

// Demote makes an administrator a plain member.
func (s *Server) Demote(chatID, user int64) {
	s.mu.Lock()
	defer s.unlock()
	c, p := s.chat(chatID), s.person(user)
	s.changeMember(c, p, p, membership{status: member})
}

// AddBot makes someone add the bot to a chat; to a channel as administrator,
// since a bot can be nothing else there.
func (s *Server) AddBot(chatID, by int64) {
	s.mu.Lock()
	defer s.unlock()
	c, p := s.chat(chatID), s.person(by)
	status := member
	if c.kind == Channel {
		status = administrator
	}
	s.changeBot(c, p, status)
	if c.kind != Channel {
		bot := s.userShape(s.bot)
		s.serve(c, p, object{"new_chat_participant": bot, "new_chat_member": bot, "new_chat_members": []object{bot}})
	}
}

// PromoteBot makes the bot an administrator, or a plain member again.
func (s *Server) PromoteBot(chatID, by int64, admin bool) {
	s.mu.Lock()
	defer s.unlock()
	status := member
	if admin {
		status = administrator
	}
	s.changeBot(s.chat(chatID), s.person(by), status)
}

// KickBot makes someone remove the bot from a chat.
func (s *Server) KickBot(chatID, by int64) {
	s.mu.Lock()
	defer s.unlock()
	s.changeBot(s.chat(chatID), s.person(by), kicked)
}

// MuteBot takes from the bot the right to send to a chat, or gives it back.
func (s *Server) MuteBot(chatID int64, muted bool) {
	s.mu.Lock()
	defer s.unlock()
	s.chat(chatID).muted = muted
}

// DeleteGroup deletes a chat for everyone.
func (s *Server) DeleteGroup(chatID int64) {
	s.mu.Lock()
	defer s.unlock()
	s.chat(chatID).deleted = true
}

// Migrate makes a supergroup of a group and returns its id. Both chats get
// their service message; the old one refuses everything with the new id, and
// its message ids mean nothing in the new one (spec Message.migrate_to_chat_id).
func (s *Server) Migrate(chatID int64) int64 {
	s.mu.Lock()
	defer s.unlock()
	old := s.chat(chatID)
	if old.kind != Group || old.migratedTo != 0 {
		panic("telegramtest: only a group can be migrated, and once")
	}
	s.lastNew++
	c := &chat{
		id: -1_000_000_000_000 - s.lastNew, kind: Supergroup, title: old.title,
		members: old.members, topics: map[int]bool{}, messages: map[int]*message{},
	}
	s.chats[c.id] = c
	by := s.people[AnonymousAdminID]
	for id, m := range old.members {
		if m.status == creator {
			by = s.person(id)
		}
	}
	old.members = map[int64]membership{s.bot.ID: c.members[s.bot.ID]}
	s.serve(old, by, object{"migrate_to_chat_id": c.id})
	s.serve(c, by, object{"migrate_from_chat_id": old.id})
	old.migratedTo = c.id
	return c.id
}

// OpenTopic makes a topic in a forum and returns its message_thread_id.
func (s *Server) OpenTopic(chatID, by int64, name string) int {
	s.mu.Lock()
	defer s.unlock()
	c := s.chat(chatID)
	if !c.forum {
		panic("telegramtest: topics are for forums")
	}
	m := s.store(c, &message{from: by, service: object{"forum_topic_created": object{"name": name, "icon_color": 7322096}}})
	m.thread = m.id
	c.topics[m.id] = true
	s.tell(c, m)
	return m.id
}

// DeleteTopic deletes a topic with its messages.
func (s *Server) DeleteTopic(chatID int64, thread int) {
	s.mu.Lock()
	defer s.unlock()
	c := s.chat(chatID)
	delete(c.topics, thread)
	for _, m := range c.messages {
		m.deleted = m.deleted || m.thread == thread
	}
}

// SetForum switches a supergroup's topics on or off; off, they are gone.
func (s *Server) SetForum(chatID int64, on bool) {
	s.mu.Lock()
	defer s.unlock()
	c := s.chat(chatID)
	c.forum, c.topics = on, map[int]bool{}
}

// serve stores a service message and tells the bot of it.
func (s *Server) serve(c *chat, by *person, what object) {
	s.tell(c, s.store(c, &message{from: by.ID, service: what}))
}

// changeBot changes what the bot is in a chat and tells it.
func (s *Server) changeBot(c *chat, by *person, status string) {
	was := c.members[s.bot.ID].status
	if was == "" {
		was = left
	}
	c.members[s.bot.ID] = membership{status: status}
	s.tellBotMembership(c, by, was, status)
}

func (s *Server) tellBotMembership(c *chat, by *person, was, now string) {
	s.push("my_chat_member", s.memberUpdate(c, by, s.bot, membership{status: was}, membership{status: now}),
		s.knobs.MessageExpiry)
}

// changeMember changes what a person is in a chat. The bot is told where it is
// an administrator and asked for chat_member updates (spec Update.chat_member).
func (s *Server) changeMember(c *chat, by, p *person, now membership) {
	was := c.members[p.ID]
	if was.status == "" {
		was.status = left
	}
	c.members[p.ID] = now
	if c.members[s.bot.ID].rules() {
		s.push("chat_member", s.memberUpdate(c, by, p, was, now), s.knobs.MessageExpiry)
	}
}

func (s *Server) memberUpdate(c *chat, by, p *person, was, now membership) object {
	return object{
		"chat": s.chatShape(c), "from": s.userShape(by), "date": s.now().Unix(),
		"old_chat_member": s.memberShape(p, was), "new_chat_member": s.memberShape(p, now),
	}
}
