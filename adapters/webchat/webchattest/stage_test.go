package webchattest_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/webchat"
	"manyhands/adapters/webchat/webchattest"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

// parrot answers every message with its words and a button, a press in place.
type parrot struct {
	chat *webchat.Chat
	mu   sync.Mutex
	seen map[string]bool
}

func (p *parrot) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

func (p *parrot) Receive(ctx context.Context, batch ...bots.Arrival) error {
	for _, a := range batch {
		p.mu.Lock()
		again := p.seen[a.Key]
		p.seen[a.Key] = true
		p.mu.Unlock()
		m, err := p.chat.Decode(a)
		if err != nil || again || m.Event != "" {
			return err
		}
		out := bots.Outgoing{Lang: locale.Match(m.From.Language)}
		parcel := bots.Parcel{ID: a.Key, To: m.Here}
		if m.Press != nil {
			parcel.Edit = m.Press.Message
			out.Blocks = []bots.OutBlock{{Kind: bots.Paragraph, Text: "pressed " + m.Press.Data}}
		} else {
			out.Blocks = []bots.OutBlock{{Kind: bots.Field, Label: string(out.Lang), Text: m.Text}}
			out.Buttons = [][]bots.OutButton{{{Label: "Press", Data: "x.y..1"}, {Label: "Link", URL: "https://example.org"}}}
		}
		parts, err := p.chat.Split(out)
		if err != nil {
			return err
		}
		parcel.Part = parts[0]
		if _, err := p.chat.Send(ctx, parcel); err != nil {
			return err
		}
	}
	return nil
}

// start runs a chat and lets the stage's people reach it.
func start(t *testing.T, s *webchattest.Stage, store webchat.Store) (stop func()) {
	t.Helper()
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	chat, err := webchat.New(webchat.Config{Store: store, Catalogue: catalogue, Clock: time.Now, Random: core.CryptoRandom, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- chat.Run(ctx, &parrot{chat: chat, seen: map[string]bool{}}) }()
	s.Serve(chat.Handler())
	return func() {
		s.Serve(nil)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

func TestStage(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := webchattest.NewStage()
	t.Cleanup(s.Close)
	store := webchattest.NewMemory(time.Now)
	stop := start(t, s, store)
	do := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	look := func(who string, want int) []string {
		t.Helper()
		seen, err := s.Seen(ctx, who)
		do(err)
		if len(seen) != want {
			t.Fatalf("%s saw %+v, want %d messages", who, seen, want)
		}
		var texts []string
		for _, m := range seen {
			texts = append(texts, m.Text)
		}
		return texts
	}

	do(s.Lang(ctx, "w1", "fr-CA"))
	do(s.Say(ctx, "w1", "", "bonjour"))
	do(s.Again(ctx))
	seen, err := s.Seen(ctx, "w1")
	do(err)
	if len(seen) != 1 || seen[0].Text != "fr: bonjour" || seen[0].InPlace || len(seen[0].Buttons) != 2 {
		t.Fatalf("seen %+v", seen)
	}
	do(s.Press(ctx, "w1", seen[0], 0))
	pressed, err := s.Seen(ctx, "w1")
	do(err)
	if len(pressed) != 1 || !pressed[0].InPlace || pressed[0].ID != seen[0].ID || pressed[0].Text != "pressed x.y..1" {
		t.Fatalf("after the press %+v", pressed)
	}
	if s.Press(ctx, "w1", seen[0], 1) == nil {
		t.Error("a link was pressed")
	}

	do(s.Press(ctx, "attacker", seen[0], 0)) // forged: answered to the attacker alone
	look("attacker", 1)
	look("w1", 0)
	look("nobody", 0)

	stop()
	said := make(chan error, 1)
	go func() { said <- s.Say(ctx, "w1", "", "meanwhile") }()
	stop = start(t, s, store)
	do(<-said)
	if got := look("w1", 1); got[0] != "fr: meanwhile" {
		t.Errorf("after a restart %q", got)
	}
	do(s.Block(ctx, "w1"))
	look("w1", 0)
	do(s.Say(ctx, "w1", "", "anew"))
	look("w1", 1)
	stop()
}
