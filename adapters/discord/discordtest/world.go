package discordtest

import (
	"net/http"
	"slices"
)

// The kinds of channels this server has (dd:resources/channel.mdx "Channel
// Types").
const (
	kindText   = 0
	kindDirect = 1
	kindVoice  = 2
	kindGroup  = 3
	kindThread = 11
)

// User is a person, or the bot. Its ID and Name never change.
type User struct {
	s    *Server
	ID   string
	Name string

	bot       bool
	locale    string
	closed    bool // takes no direct messages from the bot
	installed bool // has the application in their own account
	dm        *Channel
	seen      []Sight
	modals    []Modal
}

// Guild is a Discord server: channels and members.
type Guild struct {
	s    *Server
	ID   string
	Name string

	locale   string
	bot      bool // the bot is a member
	members  []*User
	managers []*User // members who may manage the guild
	channels []*Channel
}

// Channel is a place for messages: a guild's text channel or thread, or a
// direct conversation. Its ID, Name and Guild never change.
type Channel struct {
	s     *Server
	ID    string
	Name  string
	Guild *Guild // nil outside guilds

	kind     int
	parent   *Channel // of a thread
	people   []*User  // of a direct conversation, without the bot
	withBot  bool     // of a direct conversation
	view     bool     // the bot may see it
	send     bool     // the bot may write in it
	archived bool
	locked   bool
	deleted  bool
	messages []*message
}

// User adds a person. Their locale is en-US until SetLocale.
func (s *Server) User(name string) *User {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := &User{s: s, ID: s.newID(), Name: name, locale: "en-US"}
	s.users = append(s.users, u)
	return u
}

// Bot is the bot's own user.
func (s *Server) Bot() *User { return s.bot }

// Guild adds a guild in a locale such as "en-GB", with the bot as a member.
func (s *Server) Guild(name, locale string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{s: s, ID: s.newID(), Name: name, locale: locale, bot: true}
	s.guilds = append(s.guilds, g)
	s.tell(event{name: "GUILD_CREATE", guild: g.ID, intent: IntentGuilds, full: mustJSON(s.guildObject(g))})
	return g
}

// GuildWithoutBot adds a guild that the bot is not in: only people who have
// the application installed can use it there.
func (s *Server) GuildWithoutBot(name, locale string) *Guild {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &Guild{s: s, ID: s.newID(), Name: name, locale: locale}
	s.guilds = append(s.guilds, g)
	return g
}

// Text adds a text channel in which the bot may read and write.
func (g *Guild) Text(name string) *Channel { return g.channel(name, kindText, nil) }

// Voice adds a voice channel, which takes no messages here.
func (g *Guild) Voice(name string) *Channel { return g.channel(name, kindVoice, nil) }

// Thread adds a public thread under a text channel.
func (c *Channel) Thread(name string) *Channel { return c.Guild.channel(name, kindThread, c) }

func (g *Guild) channel(name string, kind int, parent *Channel) *Channel {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	c := &Channel{
		s: g.s, ID: g.s.newID(), Name: name, Guild: g,
		kind: kind, parent: parent, view: g.bot, send: g.bot,
	}
	g.s.channels[c.ID] = c
	g.channels = append(g.channels, c)
	g.s.tellChannel(c, "CREATE")
	return c
}

// tellChannel tells of a channel or thread that was made, changed or deleted.
func (s *Server) tellChannel(c *Channel, what string) {
	name := "CHANNEL_" + what
	if c.thread() {
		name = "THREAD_" + what
	}
	if c.Guild.bot && c.view {
		s.tell(event{name: name, guild: c.Guild.ID, intent: IntentGuilds, full: mustJSON(s.channelObject(c))})
	}
	s.signal()
}

func (c *Channel) thread() bool { return c.kind == kindThread }

// Permit sets whether the bot may see the channel and write in it. Without
// sight it gets 50001, without the other 50013.
func (c *Channel) Permit(view, send bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.view, c.send = view, send
	c.s.signal()
}

// Archive closes a thread. A message reopens it, but in a locked one it gets
// 50083; so does any edit in an archived one.
func (c *Channel) Archive(locked bool) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.archived, c.locked = true, locked
	c.s.tellChannel(c, "UPDATE")
}

// Delete deletes a guild's channel.
func (c *Channel) Delete() {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.tellChannel(c, "DELETE")
	c.deleted = true
	c.s.signal()
}

// Join makes people members.
func (g *Guild) Join(people ...*User) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	for _, u := range people {
		if slices.Contains(g.members, u) {
			continue
		}
		g.members = append(g.members, u)
		member := g.s.memberObject(g, u)
		member["guild_id"] = g.ID
		g.s.tell(event{name: "GUILD_MEMBER_ADD", guild: g.ID, intent: IntentGuildMembers, full: mustJSON(member)})
	}
}

// Administer lets members manage the guild and its channels.
func (g *Guild) Administer(people ...*User) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.managers = append(g.managers, people...)
}

// permissions are a member's.
func (g *Guild) permissions(u *User) string {
	if slices.Contains(g.managers, u) {
		return managerPermissions
	}
	return memberPermissions
}

// Leave takes a person out of the guild. A bot hears of it only with the
// privileged intent for members.
func (g *Guild) Leave(u *User) {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.members = slices.DeleteFunc(g.members, func(m *User) bool { return m == u })
	g.s.tell(event{
		name: "GUILD_MEMBER_REMOVE", guild: g.ID, intent: IntentGuildMembers,
		full: mustJSON(object{"guild_id": g.ID, "user": g.s.userObject(u)}),
	})
}

// Expel takes the bot out of the guild: it gets GUILD_DELETE, and may do
// nothing there any more.
func (g *Guild) Expel() {
	g.s.mu.Lock()
	defer g.s.mu.Unlock()
	g.bot = false
	for _, c := range g.channels {
		c.view, c.send = false, false
	}
	g.s.tell(event{name: "GUILD_DELETE", guild: g.ID, intent: IntentGuilds, full: mustJSON(object{"id": g.ID})})
}

// SetLocale changes the language of a person's client; interactions carry it.
func (u *User) SetLocale(locale string) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.locale = locale
}

// Install adds the application to the person's own account.
func (u *User) Install() {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.installed = true
}

// CloseDMs makes the person unreachable by direct message, by their settings
// or because they blocked the bot: sending gives 403 with 50007. OpenDMs undoes
// it.
func (u *User) CloseDMs() { u.setClosed(true) }

// OpenDMs lets the bot write to the person again.
func (u *User) OpenDMs() { u.setClosed(false) }

func (u *User) setClosed(closed bool) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	u.closed = closed
	u.s.signal()
}

// DM is the person's conversation with the bot.
func (u *User) DM() *Channel {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	return u.direct()
}

func (u *User) direct() *Channel {
	if u.dm == nil {
		u.dm = &Channel{
			s: u.s, ID: u.s.newID(), kind: kindDirect,
			people: []*User{u}, withBot: true, view: true, send: true,
		}
		u.s.channels[u.dm.ID] = u.dm
	}
	return u.dm
}

// Private is a conversation among people, without the bot: the interaction
// context PRIVATE_CHANNEL.
func (s *Server) Private(people ...*User) *Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := kindDirect
	if len(people) > 2 {
		kind = kindGroup
	}
	c := &Channel{s: s, ID: s.newID(), kind: kind, people: people}
	s.channels[c.ID] = c
	return c
}

func (s *Server) user(id string) *User {
	if id == s.bot.ID || id == "@me" {
		return s.bot
	}
	for _, u := range s.users {
		if u.ID == id {
			return u
		}
	}
	return nil
}

func (s *Server) guild(id string) *Guild {
	for _, g := range s.guilds {
		if g.ID == id {
			return g
		}
	}
	return nil
}

// sees says whether a person can read in a channel.
func (u *User) sees(c *Channel) bool {
	switch {
	case c.deleted:
		return false
	case c.Guild != nil:
		return slices.Contains(c.Guild.members, u)
	default:
		return slices.Contains(c.people, u)
	}
}

// reachable says whether the bot may write to the person at all: they share a
// guild, or the person has the application installed.
func (u *User) reachable() bool {
	return u.installed || slices.ContainsFunc(u.s.guilds, func(g *Guild) bool {
		return g.bot && slices.Contains(g.members, u)
	})
}

// audience is who sees what is said in a channel.
func (s *Server) audience(c *Channel) []*User {
	if c.Guild != nil {
		return c.Guild.members
	}
	return c.people
}

// botChannel finds a channel for the bot to read in.
func (s *Server) botChannel(id string) (*Channel, *Refusal) {
	c := s.channels[id]
	switch {
	case c == nil || c.deleted:
		return nil, errUnknownChannel
	case !c.view:
		return nil, errMissingAccess
	}
	return c, nil
}

// mayWrite says why the bot may not write in a channel it sees.
func (c *Channel) mayWrite() *Refusal {
	switch {
	case c.kind == kindVoice:
		return errNotText
	case !c.send:
		return errMissingPermission
	case c.archived && c.locked:
		return errArchived
	case c.kind == kindDirect && c.people[0].closed:
		return errDirectClosed
	case c.kind == kindDirect && !c.people[0].reachable():
		return errNoMutualGuild
	}
	return nil
}

// getChannel is dd:resources/channel.mdx "Get Channel".
func getChannel(s *Server, q *query) (int, any, *Refusal) {
	c, refusal := s.botChannel(q.args["channel"])
	if refusal != nil {
		return 0, nil, refusal
	}
	return http.StatusOK, s.channelObject(c), nil
}

// typing is dd:resources/channel.mdx "Trigger Typing Indicator".
func typing(s *Server, q *query) (int, any, *Refusal) {
	c, refusal := s.botChannel(q.args["channel"])
	if refusal == nil {
		refusal = c.mayWrite()
	}
	return http.StatusNoContent, nil, refusal
}

// openDirect is dd:resources/user.mdx "Create DM". Opening works also for
// someone who takes no messages; only sending fails.
func openDirect(s *Server, q *query) (int, any, *Refusal) {
	body, refusal := decode[struct {
		Recipient string `json:"recipient_id"`
	}](q)
	if refusal != nil {
		return 0, nil, refusal
	}
	if body.Recipient == "" {
		var f form
		f.required("recipient_id")
		return 0, nil, f.refusal()
	}
	u := s.user(body.Recipient)
	switch {
	case u == nil:
		return 0, nil, errUnknownUser
	case u.bot:
		return 0, nil, errRecipient
	}
	return http.StatusOK, s.channelObject(u.direct()), nil
}
