package telegramstage_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/telegram"
	"manyhands/adapters/telegram/telegramstage"
	"manyhands/bots"
	"manyhands/bots/transcript"
)

// toy is a bot that answers at once, while it receives: what was said, with a
// button that replaces the message and one that is a link.
type toy struct {
	*telegram.Telegram
	mu    sync.Mutex
	known map[string]bool
	log   []string
}

func (b *toy) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

func (b *toy) Receive(ctx context.Context, batch ...bots.Arrival) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range batch {
		if b.known[a.Key] {
			b.log = append(b.log, "again")
			continue
		}
		b.known[a.Key] = true
		m, err := b.Decode(a)
		if err != nil {
			return err
		}
		if err := b.handle(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (b *toy) handle(ctx context.Context, m bots.Message) error {
	o := bots.Outgoing{Buttons: [][]bots.OutButton{{{Label: "Do it", Data: "toy.do..0"}, {Label: "Page", URL: "https://example.org"}}}}
	say := func(text string) { o.Blocks = []bots.OutBlock{{Kind: bots.Quote, Text: text}} }
	switch {
	case m.Event == bots.Ignored:
		return nil
	case m.Event != "":
		b.log = append(b.log, string(m.Event))
		return nil
	case m.Press != nil:
		say("pressed " + m.Press.Data)
		o.Edit, o.Buttons = m.Press.Message, nil
	case len(m.Files) > 0:
		say(fmt.Sprintf("%s with %q", m.Files[0].Name, m.Text))
		o.Document = &bots.Document{Name: "thanks.json", Type: "application/json", Content: []byte("{}")}
	case m.Edited:
		say("not " + m.Text)
	default:
		say(m.From.Language + ": " + m.Text)
	}
	parts, err := b.Split(o)
	if err != nil {
		return err
	}
	for i, p := range parts {
		parcel := bots.Parcel{To: m.Here, Part: p}
		if i == 0 {
			parcel.Edit = o.Edit
		}
		_, err := b.Send(ctx, parcel)
		if f := (*bots.SendError)(nil); errors.As(err, &f) && f.Failure == bots.Moved {
			parcel.To = f.MovedTo
			_, err = b.Send(ctx, parcel)
		}
		if err != nil {
			b.log = append(b.log, err.Error())
		}
	}
	return nil
}

// play is a stage with a toy on it.
type play struct {
	*telegramstage.Stage
	t    *testing.T
	toy  *toy
	stop func()
}

func newPlay(t *testing.T) *play {
	t.Helper()
	clock := transcript.NewClock(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))
	p := &play{Stage: telegramstage.New(clock.Now), t: t}
	t.Cleanup(p.Close)
	tg, err := telegram.New(telegram.Config{Token: telegramstage.Token, API: p.API(), Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	p.toy = &toy{Telegram: tg, known: map[string]bool{}}
	p.start()
	t.Cleanup(func() { p.stop() })
	return p
}

func (p *play) start() {
	ctx, cancel := context.WithCancel(p.t.Context())
	done := make(chan error, 1)
	go func() { done <- p.toy.Run(ctx, p.toy) }()
	p.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			p.t.Error(err)
		}
	})
}

func (p *play) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// settle waits until all has reached the bot, and returns what people see.
func (p *play) settle(people ...string) map[string][]transcript.Seen {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	p.must(p.Reached(ctx))
	out := map[string][]transcript.Seen{}
	for _, who := range people {
		seen, err := p.Seen(ctx, who)
		p.must(err)
		out[who] = seen
	}
	return out
}

// told is what people see, on a line each.
func told(seen []transcript.Seen) string {
	var out []string
	for _, m := range seen {
		s := m.Who
		if m.Room != "" {
			s += "@" + m.Room
		}
		if m.InPlace {
			s += "~"
		}
		s += " " + m.Text
		for _, f := range m.Files {
			s += " (" + f.Name + " " + f.Type + ")"
		}
		for _, b := range m.Buttons {
			s += " [" + b + "]"
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func (p *play) sees(who, want string) []transcript.Seen {
	p.t.Helper()
	seen := p.settle(who)[who]
	if got := told(seen); got != want {
		p.t.Errorf("%s sees\n%s\nwant\n%s", who, got, want)
	}
	return seen
}

func (p *play) log() string {
	p.toy.mu.Lock()
	defer p.toy.mu.Unlock()
	s := strings.Join(p.toy.log, ", ")
	p.toy.log = nil
	return s
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestInPrivate(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	ctx := t.Context()
	for _, f := range transcript.Features() {
		same(t, string(f), p.Can(f), true)
	}
	p.must(p.Say(ctx, "w1", "", "hello <3"))
	seen := p.sees("w1", "w1 » : hello <3 [Do it] [Page]")
	same(t, "w2", len(p.settle("w2")["w2"]), 0)
	p.must(p.Press(ctx, "w1", seen[0], 0))
	edited := p.sees("w1", "w1~ » pressed toy.do..0")
	same(t, "the same message", edited[0].ID, seen[0].ID)
	if p.Press(ctx, "w1", seen[0], 1) == nil || p.Press(ctx, "w1", seen[0], 2) == nil || p.Press(ctx, "w1", transcript.Seen{}, 0) == nil {
		t.Error("pressed what cannot be pressed")
	}
	// The button as it was drawn, pressed once more by an app that is behind.
	p.must(p.Press(ctx, "w1", seen[0], 0))
	p.sees("w1", "")
	p.must(p.Lang(ctx, "w1", "sw-KE"))
	p.must(p.Say(ctx, "w1", "", "jambo"))
	p.sees("w1", "w1 » sw-KE: jambo [Do it] [Page]")
	p.must(p.Edit(ctx, "w1", "", "jambo sana"))
	p.sees("w1", "w1 » not jambo sana [Do it] [Page]")
	p.must(p.Attach(ctx, "w1", "", "photo.jpg", "my screenshot"))
	p.sees("w1", `w1 » photo.jpg with "my screenshot" (thanks.json application/json) [Do it] [Page]`)
	p.must(p.Attach(ctx, "w1", "", "slip.pdf", ""))
	p.sees("w1", `w1 » slip.pdf with "" (thanks.json application/json) [Do it] [Page]`)
	p.must(p.Again(ctx))
	p.sees("w1", "")
	same(t, "log", p.log(), "again")
	if p.Say(ctx, "w1", "", " ") == nil || p.Edit(ctx, "w2", "", "x") == nil {
		t.Error("said or edited nothing")
	}
}

func TestALongReplyIsSeveralMessages(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.must(p.Say(t.Context(), "w1", "", strings.TrimSpace(strings.Repeat("word ", 810))))
	p.must(p.Edit(t.Context(), "w1", "", strings.TrimSpace(strings.Repeat("word ", 819))))
	seen := p.settle("w1")["w1"]
	same(t, "messages", len(seen), 3)
	same(t, "buttons of the first part", len(seen[1].Buttons), 0)
	same(t, "buttons of the last part", len(seen[2].Buttons), 2)
	same(t, "whole", seen[1].Text+" "+seen[2].Text, "» not "+strings.TrimSpace(strings.Repeat("word ", 819)))
}

func TestBlocking(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	p.must(p.Say(t.Context(), "w1", "", "hi"))
	p.sees("w1", "w1 » : hi [Do it] [Page]")
	p.must(p.Block(t.Context(), "w1"))
	p.settle()
	same(t, "log", p.log(), "blocked")
	p.must(p.Say(t.Context(), "w1", "", "back"))
	p.sees("w1", "w1 » : back [Do it] [Page]")
	same(t, "log", p.log(), "unblocked")
}

func TestRooms(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	ctx := t.Context()
	p.must(p.Room(ctx, "r", "w1", "w2"))
	if p.Room(ctx, "r", "w1") == nil || p.Say(ctx, "w3", "r", "/x") == nil || p.Say(ctx, "w1", "other", "/x") == nil {
		t.Error("a room twice, or said where nobody is")
	}
	p.must(p.Say(ctx, "w1", "r", "just talk")) // privacy mode keeps it from the bot
	p.must(p.Say(ctx, "w1", "r", "/help"))
	seen := p.settle("w1", "w2", "w3")
	same(t, "w1", told(seen["w1"]), "w1@r » : /help [Do it] [Page]")
	same(t, "w2", told(seen["w2"]), "w2@r » : /help [Do it] [Page]")
	same(t, "one message", seen["w1"][0].ID, seen["w2"][0].ID)
	same(t, "w3", told(seen["w3"]), "")

	p.must(p.Press(ctx, "w2", seen["w1"][0], 0))
	p.sees("w1", "w1@r~ » pressed toy.do..0")

	p.must(p.Leave(ctx, "r", "w2"))
	p.must(p.Say(ctx, "w1", "r", "/again"))
	p.sees("w1", "w1@r » : /again [Do it] [Page]")
	p.sees("w2", "w2@r~ » pressed toy.do..0")
	if p.Say(ctx, "w2", "r", "/x") == nil {
		t.Error("w2 is not there any more")
	}

	p.must(p.Migrate(ctx, "r"))
	p.settle()
	same(t, "log", p.log(), "chat_moved, chat_moved")
	p.must(p.Press(ctx, "w1", seen["w1"][0], 0))
	p.sees("w1", "w1@r » pressed toy.do..0")
	p.must(p.Say(ctx, "w1", "r", "/there"))
	p.sees("w1", "w1@r » : /there [Do it] [Page]")
	if p.Migrate(ctx, "r") == nil {
		t.Error("a supergroup became another")
	}
}

func TestAForgedPressComesFromTheAttackersOwnChat(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	ctx := t.Context()
	p.must(p.Say(ctx, "w1", "", "hi"))
	seen := p.sees("w1", "w1 » : hi [Do it] [Page]")
	p.must(p.Press(ctx, "attacker", seen[0], 0))
	p.sees("attacker", "attacker » pressed toy.do..0")
	p.sees("w1", "")
	same(t, "log", p.log(), "")
}

func TestTheStageOutlivesTheProgram(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	ctx := t.Context()
	p.must(p.Say(ctx, "w1", "", "hi"))
	seen := p.sees("w1", "w1 » : hi [Do it] [Page]")
	p.stop()
	p.must(p.Press(ctx, "w1", seen[0], 0))
	short, cancel := context.WithCancel(ctx)
	cancel()
	if p.Reached(short) == nil {
		t.Error("reached without a program")
	}
	p.start()
	p.sees("w1", "w1~ » pressed toy.do..0")
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	p := newPlay(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			if err := p.Say(t.Context(), fmt.Sprint("w", i), "", "hi"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	p.settle()
	for i := range 50 {
		who := fmt.Sprint("w", i)
		p.sees(who, who+" » : hi [Do it] [Page]")
	}
	for i := range 20 {
		err := p.Say(t.Context(), fmt.Sprint("more", i), "", "hi")
		if (err == nil) != (i < 14) {
			t.Errorf("person %d: %v", 51+i, err)
		}
	}
}
