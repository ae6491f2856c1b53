package discordstage_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/discord"
	"manyhands/adapters/discord/discordstage"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/transcript"
)

// toy is a small bot on a stage: it repeats what it heard.
type toy struct {
	t         *testing.T
	clock     *transcript.Clock
	stage     *discordstage.Stage
	catalogue *locale.Catalogue
	d         *discord.Discord
	hush      func()

	mu      sync.Mutex
	keys    map[string]bool
	waiting []bots.Message
	sent    int
}

func newToy(t *testing.T) *toy {
	t.Helper()
	t.Parallel()
	clock := transcript.NewClock(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	y := &toy{t: t, clock: clock, stage: discordstage.New(clock.Now), catalogue: catalogue, keys: map[string]bool{}}
	t.Cleanup(y.stage.Close)
	if err := y.start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { y.hush() })
	return y
}

func (y *toy) start(ctx context.Context) (err error) {
	y.d, err = discord.New(discord.Config{
		Token: discordstage.Token, API: y.stage.API(), Catalogue: y.catalogue, Clock: y.clock.Now,
		Log: slog.New(slog.NewTextHandler(y.t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
	})
	if err != nil {
		return err
	}
	words := []bots.Param{{Name: "words", Kind: bots.Line{Max: 1000}, Optional: true}}
	err = y.d.PublishMenu(ctx, bots.Menu{Catalogue: y.catalogue, Commands: []*bots.Command{
		{Name: "say", Params: words},
		{Name: "shout", Params: words},
		{Name: "ask"},
		{Name: "rate", Params: []bots.Param{
			{Name: "requester", Kind: bots.Line{Max: 50}}, {Name: "pay", Kind: bots.Score{}}, {Name: "fair", Kind: bots.Score{}}, {Name: "comment", Kind: bots.Line{Max: 50}},
		}},
		{Name: "collective", Run: func(context.Context, *bots.Call) (*bots.Answer, error) { return nil, nil }, Subs: []*bots.Command{{Name: "collective_create", Params: words}}},
	}})
	if err != nil {
		return err
	}
	listening, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- y.d.Run(listening, y) }()
	y.hush = func() {
		cancel()
		if err := <-ended; err != nil {
			y.t.Error(err)
		}
	}
	return nil
}

func (y *toy) Receive(_ context.Context, batch ...bots.Arrival) error {
	y.mu.Lock()
	defer y.mu.Unlock()
	for _, a := range batch {
		m, err := y.d.Decode(a)
		if err != nil {
			return err
		}
		if !y.keys[a.Key] {
			y.keys[a.Key] = true
			y.waiting = append(y.waiting, m)
		}
	}
	return nil
}

func (y *toy) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

func (y *toy) Clock() *transcript.Clock { return y.clock }
func (y *toy) Stage() transcript.Stage  { return y.stage }

func (y *toy) Server(context.Context, []string) (string, error) { return "", errors.New("no server") }

func (y *toy) Restart(ctx context.Context, _ bool) error {
	y.hush()
	if err := y.stage.Stopped(ctx); err != nil {
		return err
	}
	return y.start(ctx)
}

func (y *toy) Settle(ctx context.Context) error {
	for {
		if err := y.stage.Reached(ctx); err != nil {
			return err
		}
		y.mu.Lock()
		waiting := y.waiting
		y.waiting = nil
		y.mu.Unlock()
		if len(waiting) == 0 {
			return nil
		}
		for _, m := range waiting {
			if err := y.send(ctx, m, answer(m)); err != nil && bots.FailureOf(err).Failure != bots.Gone {
				return err
			}
		}
	}
}

func (y *toy) send(ctx context.Context, m bots.Message, o bots.Outgoing) error {
	parts, err := y.d.Split(o)
	if err != nil {
		return err
	}
	for i, p := range parts {
		y.sent++
		parcel := bots.Parcel{ID: fmt.Sprint(y.sent), To: m.Here, Part: p, First: i == 0}
		if i == 0 {
			parcel.Edit = o.Edit
		}
		if _, err := y.d.Send(ctx, parcel); err != nil {
			return err
		}
	}
	return nil
}

// answer repeats a message in words, with a button that changes it.
func answer(m bots.Message) bots.Outgoing {
	o := bots.Outgoing{Lang: locale.English, Buttons: [][]bots.OutButton{{{Label: "More", Data: "say.more..0"}, {Label: "Web", URL: "https://example.org"}}}}
	text := m.Text
	switch {
	case m.Slash != nil:
		text = fmt.Sprint("/", m.Slash.Command, " ", m.Slash.Options, " in ", m.From.Language)
		o.Room = m.Slash.Command == "shout"
	case m.Press != nil:
		text, o.Edit = "more", m.Press.Message
	case m.Written != nil:
		text = "written: " + m.Written.Text
	case m.Edited:
		text = "now: " + m.Text
	}
	for _, f := range m.Files {
		text += fmt.Sprintf(" with %s of %d", f.Name, f.Size)
	}
	if m.Text == "file" {
		o.Document = &bots.Document{Name: "card.png", Type: "image/png", Content: []byte("png")}
	}
	if m.Text == "ask" || m.Slash != nil && m.Slash.Command == "ask" {
		o.Ask = &bots.OutAsk{Data: "say.write..0", Label: "Words"}
	}
	o.Blocks = []bots.OutBlock{{Kind: bots.Heading, Text: "Heard *" + text + "*"}, {Kind: bots.Quote, Text: text}}
	return o
}

func (y *toy) play(script string) {
	y.t.Helper()
	s, err := transcript.Parse(y.t.Name(), script)
	if err != nil {
		y.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(y.t.Context(), time.Minute)
	defer cancel()
	r, err := transcript.Play(ctx, s, y)
	if err = errors.Join(err, r.Err()); err != nil {
		y.t.Errorf("%v\n%s", err, r.Updated)
	}
}

func TestPrivateConversation(t *testing.T) {
	newToy(t).play(`
! only edit files again lang forge block
w1> /say a_b **c**
w1< Heard */say a_b **c***
  | » /say a_b **c**
w1< [More] [Web]
w1> [More]
w1<~ Heard *more*
  | » more
w1< [More] [Web]
w1> ~ /say d
w1< Heard *now: /say d*
  | » now: /say d
w1< [More] [Web]
! again
w1> + photo.jpg words
w1< Heard *words with photo.jpg of 9*
  | » words with photo.jpg of 9
w1< [More] [Web]
w1> file
w1< Heard *file*
  | » file
w1<+ card.png image/png
w1< [More] [Web]
# the form is Discord's own, and what is typed answers as well
w1> ask
w1< Heard *ask*
  | » ask
w1< [More] [Web]
w1> words
w1< Heard *words*
  | » words
w1< [More] [Web]
# only a slash command carries the language
! lang w2 pt-BR
w2> /say oi
w2< Heard */say map[words:oi] in pt-BR*
  | » /say map[words:oi] in pt-BR
w2< [More] [Web]
w2> [More]
w2<~ Heard *more*
  | » more
w2< [More] [Web]
w2> /say oi
w2< Heard */say oi*
  | » /say oi
w2< [More] [Web]
attacker> [More] of w1
attacker< Heard *more*
  | » more
attacker< [More] [Web]
! block w1
& w2> hello
w2< Heard *hello*
  | » hello
w2< [More] [Web]
w1< -
w1> here again
w1< Heard *here again*
  | » here again
w1< [More] [Web]
`)
}

func TestRoom(t *testing.T) {
	newToy(t).play(`
! only rooms
! room r w1 w2
w1@r> good morning
w1@r> /nothing of the sort
w1@r> /shout to all
w1@r< Heard */shout map[words:to all] in en-US*
  | » /shout map[words:to all] in en-US
w1@r< [More] [Web]
w2@r> [More]
w2< Heard *more*
  | » more
w2< [More] [Web]
w2> [More] in "more"
w1@r> /rate acme data pay 2 fair 9 nothing but silence fair 1
w1< Heard */rate map[comment:fair 9 nothing but silence fair:1 pay:2 requester:acme data] in en-US*
  | ...
w1< [More] [Web]
w1@r> /collective
w1< Heard */collective map[] in en-US*
  | ...
w1< [More] [Web]
w1@r> /collective create Evening hands
w1< Heard */collective create map[words:Evening hands] in en-US*
  | ...
w1< [More] [Web]
w1@r> /ask
w1< Heard */ask map[] in en-US*
  | ...
w1< [More] [Web]
w1@r> the words
w1< Heard *written: the words*
  | » written: the words
w1< [More] [Web]
! leave r w2
w1@r> /shout
w1@r< Heard */shout map[] in en-US*
  | ...
w1@r< [More] [Web]
w2< -
`)
}

func TestRestarts(t *testing.T) {
	newToy(t).play(`
w1> one
w1< ...
w1< [...]
! restart
w1> two
w1< ...
w1< [...]
! kill
w1> [More] in "one"
& w2> hello
w1<~ ...
  | » more
w1< [...]
w2< ...
w2< [...]
`)
}

// A clock that stands still would let Discord count all heartbeats as one
// minute's.
func TestManyStepsOfOneMoment(t *testing.T) {
	y := newToy(t)
	script := ""
	for i := range 130 {
		script += fmt.Sprintf("w1> %d\nw1< ...\n  | » %d\nw1< [More] [Web]\n", i, i)
	}
	y.play(script)
}
