package discordtest

import (
	"regexp"
	"slices"
	"strings"
)

// AllowedMentions says which mentions may notify (dd:resources/message.mdx
// "Allowed Mentions Object").
type AllowedMentions struct {
	Parse       []string `json:"parse"`
	Roles       []string `json:"roles"`
	Users       []string `json:"users"`
	RepliedUser bool     `json:"replied_user"`
}

var (
	userMention = regexp.MustCompile(`<@!?(\d+)>`)
	roleMention = regexp.MustCompile(`<@&(\d+)>`)
	// The overrides of writing direction are taken out of every text before it
	// is read for mentions, so that "@\u202eeveryone" notifies (dd#1189,
	// dd#1193). Which other characters go is not documented.
	overrides = strings.NewReplacer("\u202d", "", "\u202e", "")
)

// cleaned is a text as Discord keeps it: without overrides, trimmed.
func cleaned(text string) string { return strings.TrimSpace(overrides.Replace(text)) }

// check follows the limits of dd:resources/message.mdx: lists of at most 100,
// and a list of ids only where the same kind is not allowed whole.
func (a *AllowedMentions) check(f *form) {
	if a == nil {
		return
	}
	for i, kind := range a.Parse {
		if !slices.Contains([]string{"users", "roles", "everyone"}, kind) {
			f.choice(below("allowed_mentions/parse", i), "'users', 'roles', 'everyone'")
		}
	}
	for kind, ids := range map[string][]string{"users": a.Users, "roles": a.Roles} {
		if f.count("allowed_mentions/"+kind, len(ids), 0, 100) && len(ids) > 0 && slices.Contains(a.Parse, kind) {
			f.wrong("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
				`parse:["`+kind+`"] and `+kind+": [ids...] are mutually exclusive.")
		}
	}
}

// allows says whether a mention of one kind and id may notify. Without the
// object a plain message notifies all, an answer or webhook only users (ib.
// "Default Settings for Allowed Mentions").
func (a *AllowedMentions) allows(kind, id string, webhook bool) bool {
	if a == nil {
		return !webhook || kind == "users"
	}
	if slices.Contains(a.Parse, kind) {
		return true
	}
	switch kind {
	case "users":
		return slices.Contains(a.Users, id)
	case "roles":
		return slices.Contains(a.Roles, id)
	}
	return false
}

// mentions reads a message's text anew for mentions, and where it may notify
// notes whom. Mentions in embeds notify nobody; those in the text of
// components do.
func (s *Server) mentions(m *message, allowed *AllowedMentions, notify bool) {
	text := m.Content
	for _, t := range pick(m.Components, func(k int) bool { return k == typeText }) {
		text += "\n" + overrides.Replace(t.Content)
	}
	m.mentioned, m.roles, m.everyone = nil, nil, false
	var pings []string
	for _, hit := range userMention.FindAllStringSubmatch(text, -1) {
		u := s.user(hit[1])
		if u == nil || slices.Contains(m.mentioned, u.ID) {
			continue
		}
		m.mentioned = append(m.mentioned, u.ID)
		if allowed.allows("users", u.ID, m.webhook) && u != m.author && (u.bot || u.sees(m.channel)) {
			pings = append(pings, u.ID)
		}
	}
	for _, hit := range roleMention.FindAllStringSubmatch(text, -1) {
		m.roles = append(m.roles, hit[1])
		if allowed.allows("roles", hit[1], m.webhook) {
			pings = append(pings, "role:"+hit[1])
		}
	}
	for _, word := range []string{"everyone", "here"} {
		if m.channel.Guild != nil && strings.Contains(text, "@"+word) && allowed.allows("everyone", "", m.webhook) {
			m.everyone = true
			pings = append(pings, word)
		}
	}
	if r := m.channel.find(m.ReplyTo); r != nil && (allowed == nil || allowed.RepliedUser) &&
		r.author != m.author && !slices.Contains(pings, r.author.ID) {
		pings = append(pings, r.author.ID)
	}
	if notify {
		m.Pings = pings
	}
}
