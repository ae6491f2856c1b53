// Package discordstage plays the people of a transcript on a discordtest
// server: they write to the bot, press what it shows, and see what they would
// see in Discord's client.
//
// What a script says is done like this:
//
//   - In private, everything is typed into the person's conversation with the
//     bot, commands too. Only the first command after "! lang" is run as a slash
//     command: nothing else that is said carries the language of the client.
//   - In a room, a line that begins with "/" is run as a slash command, if the
//     bot published one of that name; anything else is an ordinary message,
//     which the bot does not hear. See options for how a line becomes options.
//   - An open form is answered by the next line. In a room, where nothing can be
//     typed to the bot, a line that is no command opens the form that the newest
//     message offers.
//   - The button that opens a form is Discord's own and is not shown among the
//     message's buttons.
//   - "Thinking" is not seen: a deferred answer is seen when it comes, as a new
//     message.
//   - To close the chat, a person takes no direct messages any more. The bot
//     finds out when it writes.
package discordstage

import (
	"context"
	"errors"
	"mime"
	"path"
	"strings"
	"sync"
	"time"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// Token is the bot's token on the test server.
const Token = "discordstage-token"

// Stage is Discord with a script's people. Make one with New. It outlives
// restarts of the bot.
type Stage struct {
	// Server is the test server, for what a Stage does not play.
	Server *discordtest.Server

	api  string
	home *discordtest.Guild // shared by all, so that all can be written to

	mu     sync.Mutex
	people map[string]*person
	rooms  map[string]*room

	wire gauge
}

var _ transcript.Stage = (*Stage)(nil)

// person is one of them, under the stage's lock.
type person struct {
	*discordtest.User
	seen     int             // how much of User.Seen was handed out
	thinking map[string]bool // deferred answers still to come
	last     map[string]string
	// hint is set where the client's language changed and no interaction has
	// told the bot yet.
	hint bool
}

// room is a guild of its own with one text channel: in a guild of many channels
// everyone would see every room.
type room struct {
	name    string
	guild   *discordtest.Guild
	channel *discordtest.Channel
}

// New makes a stage whose Discord goes by a script's clock. Everybody shares a
// guild with the bot from the start, so that it can be written to and writes
// itself. It panics where no port can be had.
func New(clock core.Clock) *Stage {
	server := discordtest.New(Token, clock)
	api := server.Start()
	// A clock that stands still would never let a second session begin, and
	// heartbeats are to come when they are asked for.
	server.SetConcurrency(0)
	server.SetHeartbeat(time.Hour)
	return &Stage{
		Server: server, api: api,
		home:   server.Guild("home", "en-US"),
		people: map[string]*person{}, rooms: map[string]*room{},
		wire: gauge{server: server},
	}
}

// API is the base address of the API for the bot.
func (s *Stage) API() string { return s.api }

// Close ends every connection and stops listening.
func (s *Stage) Close() { s.Server.Close() }

// UserID is the account of a person who was mentioned, or "".
func (s *Stage) UserID(who string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[who]; p != nil {
		return p.ID
	}
	return ""
}

// Can tells what this network can do: all but to give a room a new identity.
func (s *Stage) Can(f transcript.Feature) bool { return f != transcript.Migrate }

// who finds a person, who exists from the first mention on.
func (s *Stage) who(name string) *person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[name]
	if p == nil {
		p = &person{User: s.Server.User(name), thinking: map[string]bool{}, last: map[string]string{}}
		s.home.Join(p.User)
		s.people[name] = p
	}
	return p
}

// place finds the channel of a room, "" being the conversation with the bot.
func (s *Stage) place(p *person, name string) (*discordtest.Channel, error) {
	if name == "" {
		return p.DM(), nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r := s.rooms[name]; r != nil {
		return r.channel, nil
	}
	return nil, errors.New("discordstage: there is no room " + name)
}

// Room makes a room with the bot in it.
func (s *Stage) Room(_ context.Context, name string, members ...string) error {
	guild := s.Server.Guild(name, "en-US")
	r := &room{name: name, guild: guild, channel: guild.Text(name)}
	for i, m := range members {
		guild.Join(s.who(m).User)
		if i == 0 {
			guild.Administer(s.who(m).User)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rooms[name] = r
	return nil
}

// Leave takes a person out of a room.
func (s *Stage) Leave(_ context.Context, name, who string) error {
	p := s.who(who)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		return errors.New("discordstage: there is no room " + name)
	}
	r.guild.Leave(p.User)
	return nil
}

// Block lets a person take no direct messages any more.
func (s *Stage) Block(_ context.Context, who string) error {
	s.who(who).CloseDMs()
	return nil
}

// Lang sets the language of a person's client.
func (s *Stage) Lang(_ context.Context, who, hint string) error {
	p := s.who(who)
	p.SetLocale(hint)
	s.mu.Lock()
	defer s.mu.Unlock()
	p.hint = true
	return nil
}

// Migrate is never called.
func (s *Stage) Migrate(context.Context, string) error {
	return errors.New("discordstage: a channel keeps its identity")
}

// Again delivers the last event that a person caused once more.
func (s *Stage) Again(ctx context.Context) error {
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	if !s.Server.Redeliver() {
		return errors.New("discordstage: nothing was delivered yet")
	}
	s.wire.told()
	return nil
}

// Edit changes the last text that the person typed there. A slash command is no
// text: it cannot be changed, and nothing happens.
func (s *Stage) Edit(ctx context.Context, who, room, text string) error {
	p := s.who(who)
	s.mu.Lock()
	id, found := p.last[room]
	s.mu.Unlock()
	if !found {
		return errors.New("discordstage: " + who + " said nothing there yet")
	}
	if id == "" {
		return nil
	}
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	if err := p.User.Edit(id, text); err != nil {
		return err
	}
	s.wire.told()
	return nil
}

// Attach sends a small file.
func (s *Stage) Attach(ctx context.Context, who, room, name, words string) error {
	kind := mime.TypeByExtension(path.Ext(name))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return s.write(ctx, s.who(who), room, words, discordtest.Upload{Name: name, Type: kind, Data: []byte(name)})
}

// write sends an ordinary message.
func (s *Stage) write(ctx context.Context, p *person, room, text string, files ...discordtest.Upload) error {
	where, err := s.place(p, room)
	if err != nil {
		return err
	}
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	if room == "" {
		p.OpenDMs() // who writes has opened the chat again
	}
	m, err := p.User.Say(where, text, files...)
	if err != nil {
		return err
	}
	s.note(p, room, m.ID)
	s.wire.told()
	return nil
}

func (s *Stage) note(p *person, room, id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.last[room] = id
}

// Say lets a person type a text; see the package's comment.
func (s *Stage) Say(ctx context.Context, who, room, text string) error {
	p := s.who(who)
	if forms := p.Modals(); len(forms) > 0 {
		return s.fill(ctx, p, forms[len(forms)-1], text)
	}
	where, err := s.place(p, room)
	if err != nil {
		return err
	}
	s.mu.Lock()
	hint := p.hint
	s.mu.Unlock()
	if strings.HasPrefix(text, "/") && (room != "" || hint) {
		if name, options, ok := s.command(text); ok {
			if err := s.wire.up(ctx); err != nil {
				return err
			}
			i, err := p.Run(where, name, options...)
			if err != nil {
				return err
			}
			s.note(p, room, "")
			s.asked(p, i)
			return nil
		}
	}
	if room != "" && !strings.HasPrefix(text, "/") {
		if m, id, ok := s.offered(p, where); ok {
			return s.openAndFill(ctx, p, m, id, text)
		}
	}
	return s.write(ctx, p, room, text)
}

// asked notes an interaction that has to be answered.
func (s *Stage) asked(p *person, i *discordtest.Interaction) {
	s.mu.Lock()
	p.hint = false
	s.mu.Unlock()
	s.wire.asked(i)
}

// fill answers an open form.
func (s *Stage) fill(ctx context.Context, p *person, form discordtest.Modal, text string) error {
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	if len(form.Fields) != 1 {
		return errors.New("discordstage: a form of other than one field")
	}
	i, err := p.Submit(form, map[string]string{form.Fields[0].CustomID: text})
	if err != nil {
		return err
	}
	s.asked(p, i)
	return nil
}

// opensForm says of a button's custom_id that it opens a form, as the bot marks
// them.
func opensForm(customID string) bool {
	return strings.HasPrefix(customID, "w:") || strings.HasPrefix(customID, "W:")
}

// offered finds the form that the newest message before the person in a channel
// offers.
func (s *Stage) offered(p *person, where *discordtest.Channel) (message, customID string, ok bool) {
	all := p.Sees(where)
	for n := len(all) - 1; n >= 0; n-- {
		if !all[n].FromBot {
			continue
		}
		for _, b := range all[n].Buttons() {
			if opensForm(b.CustomID) {
				return all[n].ID, b.CustomID, true
			}
		}
		break
	}
	return "", "", false
}

// openAndFill presses the button that opens a form, and answers the form.
func (s *Stage) openAndFill(ctx context.Context, p *person, message, customID, text string) error {
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	if _, err := p.User.Press(message, customID); err != nil {
		return err
	}
	if err := s.Server.Wait(ctx, func() bool { return len(p.Modals()) > 0 }); err != nil {
		return err
	}
	forms := p.Modals()
	return s.fill(ctx, p, forms[len(forms)-1], text)
}

// Press lets a person press a button. One of a message that is not before them
// is pressed as by someone who does not keep to their client, and who has the
// bot in their own account so that Discord delivers it at all.
func (s *Stage) Press(ctx context.Context, who string, m transcript.Seen, button int) error {
	p := s.who(who)
	h, ok := m.Handle.(handle)
	if !ok || button < 0 || button >= len(h.customIDs) {
		return errors.New("discordstage: that button was not seen here")
	}
	customID := h.customIDs[button]
	if customID == "" {
		return errors.New("discordstage: a link cannot be pressed")
	}
	if err := s.wire.up(ctx); err != nil {
		return err
	}
	i, err := p.User.Press(h.message, customID)
	if errors.Is(err, discordtest.ErrUnseen) {
		if m.Who != who {
			p.Install()
		}
		i, err = p.Forge(h.message, customID)
	}
	if err != nil {
		return err
	}
	s.asked(p, i)
	return nil
}

// Stopped waits until Discord has noticed that the bot is gone: what was told
// to a line that is dead would be lost, as it is on the real network.
func (s *Stage) Stopped(ctx context.Context) error { return s.wire.down(ctx) }

// Reached waits until all that was done has reached the bot.
func (s *Stage) Reached(ctx context.Context) error { return s.wire.reached(ctx) }
