// Package telegramstage puts the people of a transcript on Telegram: they have
// accounts on a test server of the Bot API, write, press and look there, and
// the bot under test meets them through its real network.
package telegramstage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots/transcript"
	"manyhands/core"
)

const (
	// Token is the bot's token on the test server.
	Token = "7000001:telegramstage-token"
	// accounts is how many people can be on a stage.
	accounts = 64
	// firstAccount is the first person's id, of a size that needs 64 bits.
	firstAccount = 7_100_000_001
	// firstUpdate is the number of the first update.
	firstUpdate = 500_000_001
)

// Stage is Telegram with a script's people. Make one with New.
type Stage struct {
	// Server is the test server, for what a Stage does not play.
	Server *telegramtest.Server

	listener net.Listener
	front    *http.Server

	mu     sync.Mutex
	people map[string]int64
	rooms  map[string]*room
	typed  map[spot]int // the last text of a person in a chat
	shown  map[string][]transcript.Seen
}

type room struct {
	chat    int64
	was     int64 // the group it was before it became a supergroup, or 0
	members []string
}

// spot is where somebody types.
type spot struct {
	who  string
	chat int64
}

var _ transcript.Stage = (*Stage)(nil)

// New makes a stage whose Telegram goes by a script's clock. Every person's
// chat with the bot is open from the start, as that of someone who once
// pressed Start before this bot was running: what they type in private first
// is the first that the bot hears of them, and a forged press can be answered.
// It panics where no port can be had.
func New(clock core.Clock) *Stage {
	s := &Stage{
		Server: telegramtest.New(Token, clock),
		people: map[string]int64{}, rooms: map[string]*room{}, typed: map[spot]int{}, shown: map[string][]transcript.Seen{},
	}
	for i := range int64(accounts) {
		s.Server.AddUser(telegramtest.User{ID: firstAccount + i, FirstName: "Nobody"})
		s.Server.PressStart(firstAccount+i, "")
	}
	s.Server.ResetIDs(firstUpdate)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("telegramstage: " + err.Error())
	}
	s.listener, s.front = l, &http.Server{Handler: http.HandlerFunc(s.serve), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.front.Serve(l) }()
	return s
}

// API is the base address of the Bot API server for the bot.
func (s *Stage) API() string { return "http://" + s.listener.Addr().String() }

// Close ends every request and stops listening.
func (s *Stage) Close() {
	_ = s.front.Close()
	s.Server.Close()
}

// UserID is the account of a person who was mentioned, or 0.
func (s *Stage) UserID(who string) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.people[who]
}

// Can is true: Telegram can do all that a script can ask.
func (s *Stage) Can(f transcript.Feature) bool { return slices.Contains(transcript.Features(), f) }

// Reached waits until the bot has confirmed every update and asks for more.
// What privacy mode keeps from the bot is no update.
func (s *Stage) Reached(ctx context.Context) error {
	if err := s.Server.Wait(ctx, s.Server.Idle); err != nil {
		return fmt.Errorf("the bot does not fetch its updates: %w", err)
	}
	return nil
}

// account returns a person's id, and makes them somebody where they are new.
func (s *Stage) account(who string) (int64, error) {
	if id := s.people[who]; id != 0 {
		return id, nil
	}
	if len(s.people) == accounts {
		return 0, fmt.Errorf("there is room for %d people only", accounts)
	}
	id := firstAccount + int64(len(s.people))
	s.people[who] = id
	s.Server.AddUser(telegramtest.User{ID: id, FirstName: who})
	return id, nil
}

// at returns who a person is and the chat that is meant.
func (s *Stage) at(who, in string) (user, chat int64, err error) {
	if user, err = s.account(who); err != nil || in == "" {
		return user, user, err
	}
	r := s.rooms[in]
	switch {
	case r == nil:
		return 0, 0, fmt.Errorf("there is no room %s", in)
	case !slices.Contains(r.members, who):
		return 0, 0, fmt.Errorf("%s is not in the room %s", who, in)
	}
	return user, r.chat, nil
}

// write sends something of a person's and remembers where it was.
func (s *Stage) write(who, in string, w telegramtest.Writing) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, chat, err := s.at(who, in)
	if err != nil {
		return err
	}
	if w.Document == nil && w.Photo == nil && telegramtest.Clean(w.Text) == "" {
		return errors.New("an empty text is not sent by Telegram")
	}
	w.From, w.Chat = user, chat
	s.typed[spot{who, chat}] = s.Server.Write(w)
	return nil
}

// Say lets a person type a text.
func (s *Stage) Say(_ context.Context, who, in, text string) error {
	return s.write(who, in, telegramtest.Writing{Text: text})
}

// Edit changes the last text that the person typed there.
func (s *Stage) Edit(_ context.Context, who, in, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, chat, err := s.at(who, in)
	if err != nil {
		return err
	}
	id, ok := s.typed[spot{who, chat}]
	if !ok || telegramtest.Clean(text) == "" {
		return fmt.Errorf("%s has nothing to edit there, or nothing to make of it", who)
	}
	s.Server.Edit(chat, id, text)
	return nil
}

// Attach sends a small file: pictures as photos, anything else as a document.
func (s *Stage) Attach(_ context.Context, who, in, name, words string) error {
	w := telegramtest.Writing{Text: words}
	u, photo := upload(name)
	if photo {
		w.Photo = &u
	} else {
		w.Document = &u
	}
	return s.write(who, in, w)
}

// Press lets a person press a button. One that stands where the person cannot
// see it is forged: the bot gets its data from the attacker's own chat, which
// is all that an altered app can send.
func (s *Stage) Press(_ context.Context, who string, m transcript.Seen, button int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, err := s.account(who)
	if err != nil {
		return err
	}
	h, ok := m.Handle.(handle)
	if !ok || button < 0 || button >= len(h.data) {
		return errors.New("that message was not seen on this stage")
	}
	if h.data[button] == "" {
		return errors.New("a link cannot be pressed")
	}
	p := telegramtest.Press{From: user, Chat: user, Message: h.message, Data: h.data[button]}
	if slices.Contains(s.watchers(h.chat), who) {
		p.Chat = h.chat
	}
	s.Server.Press(p)
	return nil
}

// Again delivers the last update once more.
func (s *Stage) Again(context.Context) error {
	s.Server.Redeliver()
	return nil
}

// Lang sets the language of a person's app.
func (s *Stage) Lang(_ context.Context, who, hint string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.account(who)
	if err != nil {
		return err
	}
	s.Server.AddUser(telegramtest.User{ID: id, FirstName: who, LanguageCode: hint})
	return nil
}

// Room makes a group that its first member owns, with the bot in it, which
// gets commands only, as privacy mode has it.
func (s *Stage) Room(_ context.Context, name string, members ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rooms[name] != nil || len(members) == 0 {
		return fmt.Errorf("there is a room %s already, or nobody in it", name)
	}
	c := telegramtest.Chat{Kind: telegramtest.Group, Title: name}
	for i, who := range members {
		id, err := s.account(who)
		if err != nil {
			return err
		}
		if i == 0 {
			c.Owner = id
		} else {
			c.Members = append(c.Members, id)
		}
	}
	chat := s.Server.AddChat(c)
	s.Server.AddBot(chat, c.Owner)
	s.rooms[name] = &room{chat: chat, members: slices.Clone(members)}
	return nil
}

// Leave takes a person out of a room.
func (s *Stage) Leave(_ context.Context, name, who string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	user, chat, err := s.at(who, name)
	if err != nil {
		return err
	}
	s.Server.Leave(chat, user)
	r := s.rooms[name]
	r.members = slices.DeleteFunc(r.members, func(m string) bool { return m == who })
	return nil
}

// Block lets a person close the chat with the bot.
func (s *Stage) Block(_ context.Context, who string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.account(who)
	if err != nil {
		return err
	}
	s.Server.Block(id)
	return nil
}

// Migrate makes a supergroup of a room, once.
func (s *Stage) Migrate(_ context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil || r.chat < -1_000_000_000_000 {
		return fmt.Errorf("%s is no group that could become a supergroup", name)
	}
	r.was, r.chat = r.chat, s.Server.Migrate(r.chat)
	return nil
}
