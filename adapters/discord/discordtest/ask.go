package discordtest

import (
	"encoding/base64"
	"errors"
	"fmt"
)

// errNotInstalled is what a person gets in a place where the application is
// neither a member nor installed in their own account.
var errNotInstalled = errors.New("discordtest: the application is not installed here")

// ask begins an interaction.
func (s *Server) ask(u *User, where *Channel, kind int) *Interaction {
	s.serial++
	i := &Interaction{s: s, ID: s.newID(), kind: kind, user: u, channel: where, at: s.clock()}
	i.Token = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "interaction:%s:%d", i.ID, s.serial))
	s.asked[i.ID], s.tokens[i.Token] = i, i
	return i
}

// used begins the interaction of a component.
func (s *Server) used(u *User, m *message, kind int, customID string, values []string) (*Interaction, error) {
	owners := s.owners(u, m.channel)
	if m.cause != nil {
		owners = m.cause.owners
	}
	if len(owners) == 0 {
		return nil, errNotInstalled
	}
	i := s.ask(u, m.channel, askComponent)
	i.source, i.owners = m, owners
	data := object{"custom_id": customID, "component_type": kind}
	if values != nil {
		data["values"] = values
		resolved := resolution{}
		for _, v := range values {
			if kind != typeSelect {
				resolved.add(s, m.channel.Guild, s.anyone(v))
			}
		}
		data["resolved"] = resolved
	}
	s.deliver(i, data)
	return i, nil
}

// anyone finds the user or channel of an id.
func (s *Server) anyone(id string) any {
	if c := s.channels[id]; c != nil {
		return c
	}
	if u := s.user(id); u != nil {
		return u
	}
	return nil
}

// owners tells by whose installation the application can be used in a place
// (dd:interactions/receiving-and-responding.mdx "Authorizing Integration
// Owners Object").
func (s *Server) owners(u *User, where *Channel) map[string]string {
	owners := map[string]string{}
	switch {
	case where.Guild != nil && where.Guild.bot:
		owners["0"] = where.Guild.ID
	case where == u.dm && u.reachable():
		owners["0"] = "0"
	}
	if u.installed {
		owners["1"] = u.ID
	}
	return owners
}

// The contexts of interactions (ib. "Interaction Context Types").
const (
	contextGuild   = 0
	contextDirect  = 1
	contextPrivate = 2
)

func (c *Channel) context() int {
	switch {
	case c.Guild != nil:
		return contextGuild
	case c.withBot:
		return contextDirect
	}
	return contextPrivate
}

// deliver sends INTERACTION_CREATE (ib. "Interaction Structure"), which needs no
// intent. Where no session is open it is lost, and the person reads that the
// application did not respond.
func (s *Server) deliver(i *Interaction, data object) {
	c := i.channel
	o := object{
		"id":                             i.ID,
		"application_id":                 s.app.id,
		"type":                           i.kind,
		"data":                           data,
		"channel_id":                     c.ID,
		"channel":                        s.channelObject(c),
		"token":                          i.Token,
		"version":                        1,
		"locale":                         i.user.locale,
		"entitlements":                   []object{},
		"authorizing_integration_owners": i.owners,
		"context":                        c.context(),
		"attachment_size_limit":          maxFile,
		"app_permissions":                botPermissions,
	}
	e := event{name: "INTERACTION_CREATE"}
	if g := c.Guild; g != nil {
		e.guild = g.ID
		o["guild_id"] = g.ID
		o["guild_locale"] = g.locale
		o["guild"] = object{"id": g.ID, "locale": g.locale, "features": []string{}}
		member := s.memberObject(g, i.user)
		member["permissions"] = g.permissions(i.user)
		o["member"] = member
		if !g.bot {
			o["app_permissions"] = privatePermissions
		}
	} else {
		o["user"] = s.userObject(i.user)
		o["app_permissions"] = privatePermissions
		if c.withBot {
			o["app_permissions"] = directPermissions
		}
	}
	if i.source != nil {
		o["message"] = s.messageObject(i.source)
	}
	e.full = mustJSON(o)
	s.tellOf(e)
}

// resolution is the things that ids in an interaction stand for (ib. "Resolved
// Data Structure").
type resolution map[string]object

func (r resolution) add(s *Server, g *Guild, thing any) {
	put := func(kind, id string, o any) {
		if r[kind] == nil {
			r[kind] = object{}
		}
		r[kind][id] = o
	}
	switch v := thing.(type) {
	case *User:
		put("users", v.ID, s.userObject(v))
		if g != nil && v.sees(&Channel{Guild: g}) {
			member := s.partialMember()
			member["permissions"] = memberPermissions
			put("members", v.ID, member)
		}
	case *Channel:
		o := s.channelObject(v)
		o["permissions"] = memberPermissions
		put("channels", v.ID, o)
	case Attachment:
		put("attachments", v.ID, v)
	}
}
