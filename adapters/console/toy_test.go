package console_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/console"
	"manyhands/bots"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// toy is a bot behind the console: it keeps what it receives by key, and
// answers when it settles.
type toy struct {
	clock *transcript.Clock
	stage *console.Stage

	mu       sync.Mutex
	network  *console.Network
	stop     func()
	stopped  chan error
	failing  int // so many Receives fail
	keys     []string
	inbox    []bots.Arrival
	seen     map[string]bool
	messages []bots.Message
	sent     []error
	panels   map[string]int
}

var (
	_ bots.Receiver    = (*toy)(nil)
	_ transcript.World = (*toy)(nil)
)

func newToy(t *testing.T) *toy {
	clock := transcript.NewClock(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	x := &toy{
		clock: clock, stage: console.NewStage(clock.Now, core.Random(bytes.NewReader(make([]byte, 64)))),
		seen: map[string]bool{}, panels: map[string]int{},
	}
	x.start()
	t.Cleanup(func() {
		if err := x.end(); err != nil {
			t.Errorf("run: %v", err)
		}
	})
	return x
}

// must ends a test that one of its steps failed.
func must(t *testing.T, steps ...error) {
	t.Helper()
	if err := errors.Join(steps...); err != nil {
		t.Fatal(err)
	}
}

func (x *toy) start() {
	ctx, stop := context.WithCancel(context.Background())
	n, stopped := console.New(x.stage), make(chan error, 1)
	x.network, x.stop, x.stopped = n, stop, stopped
	go func() { stopped <- n.Run(ctx, x) }()
}

func (x *toy) end() error {
	x.stop()
	return <-x.stopped
}

func (x *toy) Clock() *transcript.Clock { return x.clock }
func (x *toy) Stage() transcript.Stage  { return x.stage }

func (x *toy) Server(context.Context, []string) (string, error) { return "", nil }

func (x *toy) Restart(context.Context, bool) error {
	err := x.end()
	x.start()
	return err
}

func (x *toy) Receive(_ context.Context, batch ...bots.Arrival) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.failing > 0 {
		x.failing--
		return errors.New("the disk is full")
	}
	for _, a := range batch {
		x.keys = append(x.keys, a.Key)
		if !x.seen[a.Key] {
			x.seen[a.Key] = true
			x.inbox = append(x.inbox, a)
		}
	}
	return nil
}

func (x *toy) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

func (x *toy) Settle(ctx context.Context) error {
	if err := x.stage.Reached(ctx); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for len(x.inbox) > 0 {
		a := x.inbox[0]
		x.inbox = x.inbox[1:]
		m, err := x.network.Decode(a)
		if err != nil {
			return err
		}
		x.messages = append(x.messages, m)
		if m.Event == "" {
			x.answer(ctx, m)
		}
	}
	return nil
}

// send delivers a reply as the bot would.
func (x *toy) send(ctx context.Context, to bots.Address, o bots.Outgoing) string {
	parts, err := x.network.Split(o)
	if err != nil {
		panic(err)
	}
	id, err := x.network.Send(ctx, bots.Parcel{To: to, Edit: o.Edit, Part: parts[0]})
	x.sent = append(x.sent, err)
	return id
}

func say(text string, buttons ...string) bots.Outgoing {
	o := bots.Outgoing{Blocks: []bots.OutBlock{{Kind: bots.Paragraph, Text: text}}}
	for _, b := range buttons {
		o.Buttons = append(o.Buttons, []bots.OutButton{{Label: b, Data: "data-" + b}})
	}
	return o
}

// answer is the toy's conversation.
func (x *toy) answer(ctx context.Context, m bots.Message) {
	word, rest, _ := strings.Cut(m.Text, " ")
	switch {
	case m.Press != nil && m.Press.Data == "data-More":
		x.panels[m.Press.Message]++
		o := say(fmt.Sprint("Panel ", x.panels[m.Press.Message]), "More")
		o.Edit = m.Press.Message
		x.send(ctx, m.Here, o)
	case m.Press != nil:
		x.send(ctx, m.Here, say("pressed "+m.Press.Data))
	case m.Edited:
		x.send(ctx, m.Here, say("edited: "+m.Text))
	case len(m.Files) > 0:
		x.send(ctx, m.Here, say("file "+m.Files[0].Name+": "+m.Text))
	case word == "choose":
		x.send(ctx, m.Here, say("Choose.", strings.Fields(rest)...))
	case word == "panel":
		x.send(ctx, m.Here, say("Panel 0", "More"))
	case word == "amount":
		o := say("How much?", "Skip")
		o.Ask = &bots.OutAsk{Data: "x", Label: "Amount"}
		x.send(ctx, m.Here, o)
	case word == "link":
		o := say("See:")
		o.Buttons = [][]bots.OutButton{{{Label: "Page", URL: "https://example.org/"}, {Label: "Go", Data: "data-Go"}}}
		x.send(ctx, m.Here, o)
	case word == "private":
		x.send(ctx, m.Private, say(rest))
	case word == "tell":
		to, text, _ := strings.Cut(rest, " ")
		x.send(ctx, bots.Address{Lane: "@" + to, Data: "@" + to}, say(text))
	case word == "who":
		x.send(ctx, m.Here, say(fmt.Sprintf("%s, hint %q, manages %v, room %v", m.From.ID, m.From.Language, m.From.Manages, m.Chat.Room)))
	default:
		x.send(ctx, m.Here, say("\u2068"+m.Text+"\u2069"))
	}
}
