package discordtest

import (
	"time"
)

// stamp writes a time as Discord does (dd:reference.mdx "ISO8601 Date/Time").
func stamp(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.000000-07:00")
}

// The permissions that matter here (dd:topics/permissions.mdx). Bots are given
// all that this server knows of, people the plain ones.
const (
	botPermissions     = "2251799813685247"
	memberPermissions  = "277025770560" // view, write, history, commands
	managerPermissions = "277025770608" // the same, and managing the guild and its channels
	// ATTACH_FILES, EMBED_LINKS, MENTION_EVERYONE, and for the bot's own
	// conversations USE_EXTERNAL_EMOJIS (dd:interactions/
	// receiving-and-responding.mdx "Interaction Structure")
	privatePermissions = "180224"
	directPermissions  = "442368"
)

// userObject is dd:resources/user.mdx "User Structure".
func (s *Server) userObject(u *User) object {
	o := object{
		"id":            u.ID,
		"username":      u.Name,
		"discriminator": "0",
		"global_name":   u.Name,
		"avatar":        nil,
		"public_flags":  0,
	}
	if u.bot {
		o["bot"] = true
		o["global_name"] = nil
	}
	return o
}

// memberObject is dd:resources/guild.mdx "Guild Member Structure".
func (s *Server) memberObject(g *Guild, u *User) object {
	o := s.partialMember()
	o["user"] = s.userObject(u)
	return o
}

func (s *Server) partialMember() object {
	return object{
		"nick":      nil,
		"avatar":    nil,
		"roles":     []string{},
		"joined_at": stamp(time.UnixMilli(discordEpoch)),
		"deaf":      false,
		"mute":      false,
		"pending":   false,
		"flags":     0,
	}
}

// guildObject is dd:resources/guild.mdx "Guild Structure" with the extra fields
// of GUILD_CREATE.
func (s *Server) guildObject(g *Guild) object {
	channels, threads := []object{}, []object{}
	for _, c := range g.channels {
		switch {
		case c.deleted || !c.view:
		case c.thread():
			threads = append(threads, s.channelObject(c))
		default:
			channels = append(channels, s.channelObject(c))
		}
	}
	return object{
		"id":               g.ID,
		"name":             g.Name,
		"icon":             nil,
		"owner_id":         "0",
		"preferred_locale": g.locale,
		"features":         []string{},
		"roles": []object{{
			"id": g.ID, "name": "@everyone", "permissions": memberPermissions,
			"color": 0, "hoist": false, "position": 0, "managed": false, "mentionable": false,
		}},
		"emojis":       []object{},
		"stickers":     []object{},
		"joined_at":    stamp(time.UnixMilli(discordEpoch)),
		"large":        false,
		"unavailable":  false,
		"member_count": len(g.members) + 1,
		"members":      []object{s.memberObject(g, s.bot)},
		"voice_states": []object{},
		"presences":    []object{},
		"channels":     channels,
		"threads":      threads,
	}
}

// channelObject is dd:resources/channel.mdx "Channel Structure".
func (s *Server) channelObject(c *Channel) object {
	o := object{"id": c.ID, "type": c.kind, "flags": 0, "last_message_id": nil}
	if n := len(c.messages); n > 0 {
		o["last_message_id"] = c.messages[n-1].ID // may be deleted by now
	}
	if c.Guild == nil {
		people := []object{}
		for _, u := range c.people {
			people = append(people, s.userObject(u))
		}
		o["recipients"] = people
		return o
	}
	o["guild_id"], o["name"] = c.Guild.ID, c.Name
	o["position"], o["permission_overwrites"] = 0, []object{}
	o["parent_id"] = nil
	if c.thread() {
		o["parent_id"] = c.parent.ID
		o["owner_id"] = "0"
		o["thread_metadata"] = object{
			"archived": c.archived, "locked": c.locked, "auto_archive_duration": 1440,
			"archive_timestamp": stamp(s.clock()),
		}
	}
	return o
}

// messageObject is dd:resources/message.mdx "Message Structure".
func (s *Server) messageObject(m *message) object {
	mentions := []object{}
	for _, id := range m.mentioned {
		if u := s.user(id); u != nil {
			mentions = append(mentions, s.userObject(u))
		}
	}
	o := object{
		"id":               m.ID,
		"channel_id":       m.ChannelID,
		"author":           s.userObject(m.author),
		"content":          m.Content,
		"timestamp":        stamp(m.At),
		"edited_timestamp": nil,
		"tts":              false,
		"mention_everyone": m.everyone,
		"mentions":         mentions,
		"mention_roles":    orEmpty(m.roles),
		"attachments":      orEmpty(m.Attachments),
		"embeds":           embedObjects(m.Embeds),
		"components":       orEmpty(m.Components),
		"pinned":           false,
		"type":             m.kind,
		"flags":            m.flags(),
	}
	if m.edited != (moment{}) {
		o["edited_timestamp"] = stamp(m.edited)
	}
	if m.Nonce != "" {
		o["nonce"] = m.Nonce
	}
	if m.webhook {
		o["webhook_id"], o["application_id"] = s.app.id, s.app.id
	}
	if i := m.cause; i != nil {
		o["interaction_metadata"] = object{
			"id": i.ID, "type": i.kind, "user": s.userObject(i.user),
			"authorizing_integration_owners": i.owners,
		}
		if i.command != nil {
			o["interaction"] = object{
				"id": i.ID, "type": i.kind, "name": i.name, "user": s.userObject(i.user),
			}
		}
	}
	if m.ReplyTo != "" {
		o["message_reference"] = object{"type": 0, "channel_id": m.ChannelID, "message_id": m.ReplyTo}
	}
	return o
}

// bareObject is the message for an application that may not read what people
// wrote (dd:events/gateway.mdx "Message Content Intent").
func (s *Server) bareObject(m *message) object {
	o := s.messageObject(m)
	o["content"] = ""
	o["embeds"], o["attachments"], o["components"] = []object{}, []object{}, []object{}
	return o
}

// readable says whether the bot may read a message without the intent: its
// own, direct ones, and those that mention it.
func (s *Server) readable(m *message) bool {
	if m.author == s.bot || m.channel.Guild == nil {
		return true
	}
	for _, id := range m.mentioned {
		if id == s.bot.ID {
			return true
		}
	}
	return false
}

// restObject is the message as the REST API gives it, where it is the
// application's leave that counts, not what a session asked for.
func (s *Server) restObject(m *message) object {
	if s.app.privileged&IntentMessageContent == 0 && !s.readable(m) {
		return s.bareObject(m)
	}
	return s.messageObject(m)
}

// messageEvent tells of a message that was made or edited.
func (s *Server) messageEvent(name string, m *message) event {
	e := event{name: name, intent: IntentDirectMessages}
	dress := func(o object) object {
		if g := m.channel.Guild; g != nil {
			o["guild_id"] = g.ID
			o["member"] = s.partialMember()
		}
		return o
	}
	if g := m.channel.Guild; g != nil {
		e.guild, e.intent = g.ID, IntentGuildMessages
	}
	e.full = mustJSON(dress(s.messageObject(m)))
	if !s.readable(m) {
		e.bare = mustJSON(dress(s.bareObject(m)))
	}
	return e
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
