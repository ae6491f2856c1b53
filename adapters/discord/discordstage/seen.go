package discordstage

import (
	"context"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots/transcript"
)

// handle is what is needed to press a message's buttons as they were drawn.
type handle struct {
	message   string
	customIDs []string // of the buttons shown; "" for a link
}

// Seen returns what the bot showed to the person since the last call.
func (s *Stage) Seen(_ context.Context, who string) ([]transcript.Seen, error) {
	p := s.who(who)
	sights := p.User.Seen()
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []transcript.Seen
	for _, sight := range sights[p.seen:] {
		if m, ok := s.show(p, sight); ok {
			m.Who = who
			list = append(list, m)
		}
	}
	p.seen = len(sights)
	return list, nil
}

// show is one sight as a transcript tells it; false for what it does not tell.
// Under the lock.
func (s *Stage) show(p *person, sight discordtest.Sight) (transcript.Seen, bool) {
	m := sight.Message
	if sight.Kind != discordtest.SawNew && sight.Kind != discordtest.SawEdit || !m.FromBot {
		return transcript.Seen{}, false
	}
	if m.Thinking {
		p.thinking[m.ID] = true
		return transcript.Seen{}, false
	}
	out := transcript.Seen{
		Room: s.roomOf(m), ID: m.ID, Text: Plain(m.Content),
		InPlace: sight.Kind == discordtest.SawEdit && !p.thinking[m.ID],
	}
	delete(p.thinking, m.ID)
	h := handle{message: m.ID}
	for _, b := range m.Buttons() {
		if opensForm(b.CustomID) {
			continue
		}
		out.Buttons = append(out.Buttons, b.Label)
		h.customIDs = append(h.customIDs, b.CustomID)
	}
	out.Handle = h
	for _, f := range m.Attachments {
		out.Files = append(out.Files, transcript.File{Name: f.Filename, Type: f.ContentType})
	}
	return out, true
}

// roomOf is the room whose members all see a message, or "".
func (s *Stage) roomOf(m discordtest.Message) string {
	if m.Ephemeral {
		return ""
	}
	for _, r := range s.rooms {
		if r.channel.ID == m.ChannelID {
			return r.name
		}
	}
	return ""
}
