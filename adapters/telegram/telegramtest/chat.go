package telegramtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is a chat's kind, as Telegram names it.
type Kind string

// The kinds of chats.
const (
	Private    Kind = "private"
	Group      Kind = "group"
	Supergroup Kind = "supergroup"
	Channel    Kind = "channel"
)

// Chat declares a group, a supergroup or a channel.
type Chat struct {
	// ID is negative, -100 and more digits for supergroups and channels; 0 lets
	// the server choose.
	ID    int64
	Kind  Kind
	Title string
	// Username makes a supergroup or a channel public.
	Username string
	// Forum gives a supergroup topics.
	Forum bool
	// Owner and Members are people already added. The bot joins by AddBot.
	Owner   int64
	Members []int64
}

// The statuses of a member (spec ChatMember).
const (
	creator       = "creator"
	administrator = "administrator"
	member        = "member"
	left          = "left"
	kicked        = "kicked"
)

type membership struct {
	status    string
	anonymous bool
}

func (m membership) present() bool {
	return m.status == creator || m.status == administrator || m.status == member
}

func (m membership) rules() bool { return m.status == creator || m.status == administrator }

// chat is a chat with its messages.
type chat struct {
	id              int64
	kind            Kind
	title, username string
	person          *person // of a private chat
	started         bool    // the person has written
	blocked         bool
	members         map[int64]membership
	forum, muted    bool
	deleted         bool
	migratedTo      int64
	topics          map[int]bool
	lastBot         int64 // the bot that wrote last
	messages        map[int]*message
	order           []int
	lastID          int
}

// message is one message of a chat.
type message struct {
	id             int
	date, edited   time.Time
	from           int64 // 0 in a channel
	senderChat     int64
	thread         int
	replyTo        int
	body           formatted
	photo          *file
	document       *file
	markup         *markup
	service        object
	edits          int
	deleted        bool
	silent, shield bool
	mine           bool // the bot under test wrote it
}

// hasText reports whether the message is a text, and not a file or a service
// message.
func (m *message) hasText() bool { return m.photo == nil && m.document == nil && m.service == nil }

// AddChat adds a chat and returns its id.
func (s *Server) AddChat(d Chat) int64 {
	s.mu.Lock()
	defer s.unlock()
	if d.ID == 0 {
		s.lastNew++
		d.ID = -s.lastNew
		if d.Kind != Group {
			d.ID -= 1_000_000_000_000
		}
	}
	super := d.ID < -1_000_000_000_000
	if d.Kind == Private || d.ID > 0 || super == (d.Kind == Group) || s.chats[d.ID] != nil {
		panic(fmt.Sprintf("telegramtest: %d cannot be a new %s", d.ID, d.Kind))
	}
	c := &chat{
		id: d.ID, kind: d.Kind, title: d.Title, username: d.Username, forum: d.Forum,
		members: map[int64]membership{}, topics: map[int]bool{}, messages: map[int]*message{},
	}
	for _, id := range d.Members {
		c.members[s.person(id).ID] = membership{status: member}
	}
	if d.Owner != 0 {
		c.members[s.person(d.Owner).ID] = membership{status: creator}
	}
	s.chats[d.ID] = c
	return d.ID
}

// chat returns a chat that the test means; the private one of a user's id.
func (s *Server) chat(id int64) *chat {
	if id > 0 {
		return s.private(id)
	}
	c := s.chats[id]
	if c == nil {
		panic(fmt.Sprintf("telegramtest: there is no chat %d", id))
	}
	return c
}

// store gives a message its id and date. Private chats and groups share one
// sequence of ids, supergroups and channels have their own.
func (s *Server) store(c *chat, m *message) *message {
	if c.kind == Private || c.kind == Group {
		s.lastID++
		m.id = s.lastID
	} else {
		c.lastID++
		m.id = c.lastID
	}
	m.date = s.now()
	c.messages[m.id] = m
	c.order = append(c.order, m.id)
	if p := s.people[m.from]; p != nil && p.IsBot && p.ID != AnonymousAdminID {
		c.lastBot = m.from
	}
	return m
}

// live returns a message that is there.
func (c *chat) live(id int) *message {
	if m := c.messages[id]; m != nil && !m.deleted {
		return m
	}
	return nil
}

// access is how much of a chat a method needs (srv Client.cpp:8122-8195).
type access int

const (
	toRead access = iota
	toReadMembers
	toEdit
	toWrite
)

// chatFor returns the chat that a chat_id means, or the refusal that the server
// itself gives before it asks Telegram's backend.
func (s *Server) chatFor(id string, need access) (*chat, error) {
	if id == "" {
		return nil, refuse(ChatIDEmpty)
	}
	var c *chat
	if name, ok := strings.CutPrefix(id, "@"); ok {
		c = s.named(name)
	} else {
		c = s.chats[toInt(id)]
		if p := s.people[toInt(id)]; p != nil && s.knows(p) {
			c = s.private(p.ID)
		} else if c != nil && c.kind == Private {
			c = nil
		}
	}
	if c == nil || c.deleted && c.kind != Group {
		return nil, refuse(ChatNotFound)
	}
	return c, s.checkAccess(c, need)
}

func (s *Server) named(name string) *chat {
	for _, c := range s.chats {
		if c.username != "" && strings.EqualFold(c.username, name) {
			return c
		}
	}
	return nil
}

func (s *Server) checkAccess(c *chat, need access) error {
	status := c.members[s.bot.ID].status
	switch c.kind {
	case Private:
		if c.person.deactivated && need >= toEdit {
			return refuse(Deactivated)
		}
		return nil
	case Group:
		if need == toReadMembers {
			need = toWrite
		}
		switch {
		case c.migratedTo != 0 && need >= toEdit:
			return upgraded(c.migratedTo)
		case c.deleted && need >= toEdit:
			return refuse(GroupDeleted)
		case status == kicked && need >= toEdit:
			return refuse(KickedGroup)
		case !c.members[s.bot.ID].present() && need >= toEdit:
			return refuse(NotMemberGroup)
		}
		return nil
	}
	if status == kicked {
		return refuse(byKind(c, KickedSupergroup, KickedChannel))
	}
	if !c.members[s.bot.ID].present() && (c.username == "" || need >= toEdit) {
		return refuse(byKind(c, NotMemberSupergroup, NotMemberChannel))
	}
	return nil
}

func byKind(c *chat, ofSupergroup, ofChannel Reason) Reason {
	if c.kind == Channel {
		return ofChannel
	}
	return ofSupergroup
}

// reach is what the backend says of writing to a person.
func (s *Server) reach(c *chat) error {
	switch {
	case c.kind != Private:
		return nil
	case c.person.IsBot:
		return refuse(BotToBot)
	case c.blocked:
		return refuse(Blocked)
	case !c.started:
		return refuse(NeverStarted)
	}
	return nil
}

// threadFor returns the topic that a call names, 0 for none
// (srv Client.cpp:8243-8300).
func (s *Server) threadFor(c *chat, p parameters) (int, error) {
	thread := int(max(0, p.int("message_thread_id")))
	switch {
	case thread == 0 || c.kind == Group || c.kind == Channel:
		return 0, nil
	case c.kind == Supergroup && !c.forum:
		if s.knobs.ThreadNeedsTopics {
			return 0, refuse(ThreadNotFound)
		}
		return 0, nil
	case !c.topics[thread]:
		return 0, refuse(ThreadNotFound)
	}
	return thread, nil
}

// people returns the members that are there, by id.
func (c *chat) people() []int64 {
	var ids []int64
	for id, m := range c.members {
		if m.present() {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
