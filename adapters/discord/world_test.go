package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots"
	"manyhands/bots/locale"
)

// secret is the planted token: it may be found nowhere.
const secret = "planted-token-of-the-bot"

// hands is a clock that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// logged is a log that a test reads.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// world is a Discord with a guild, a channel and two members, and our network
// with a toy bot behind it.
type world struct {
	*discordtest.Server
	t         *testing.T
	ctx       context.Context
	clock     *hands
	log       *logged
	base      string
	catalogue *locale.Catalogue

	guild    *discordtest.Guild
	room     *discordtest.Channel
	ada, bob *discordtest.User

	d    *Discord
	toy  *toy
	ran  chan error // what Run returned
	stop context.CancelFunc
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	clock := &hands{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	w := &world{Server: discordtest.New(secret, clock.time), t: t, ctx: ctx, clock: clock, log: &logged{}}
	w.base = w.Start()
	w.SetConcurrency(0)
	t.Cleanup(w.Close)
	w.guild = w.Guild("Riders", "en-GB")
	w.room = w.guild.Text("general")
	w.ada, w.bob = w.User("ada"), w.User("bob")
	w.guild.Join(w.ada, w.bob)
	var err error
	if w.catalogue, err = locale.New(); err != nil {
		t.Fatal(err)
	}
	w.d = w.network(nil)
	w.toy = &toy{t: t, d: w.d, keys: map[string]bool{}, changed: make(chan struct{})}
	t.Cleanup(func() { w.secretless("the log", w.log.String()) })
	return w
}

// network makes one more of our networks, in a hurry.
func (w *world) network(state State) *Discord {
	w.t.Helper()
	d, err := New(Config{
		Token: secret, API: w.base, Catalogue: w.catalogue, Clock: w.clock.time, State: state,
		Log: slog.New(slog.NewTextHandler(w.log, nil)),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	d.pace.open, d.pace.end = 10*time.Second, 5*time.Second
	d.pace.identify, d.pace.resume = time.Millisecond, time.Millisecond
	return d
}

// run starts the network and waits until it is connected.
func (w *world) run() {
	w.t.Helper()
	w.start()
	w.wait("the connection", func() bool { return w.Gateway().Connected == 1 })
}

func (w *world) start() {
	ctx, stop := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	w.stop, w.ran = stop, ran
	go func() { ran <- w.d.Run(ctx, w.toy) }()
	w.t.Cleanup(func() {
		stop()
		select {
		case err := <-ran:
			if err != nil {
				w.t.Errorf("Run: %v", err)
			}
		case <-w.ctx.Done():
			w.t.Error("Run does not end")
		}
		w.toy.tasks.Wait()
	})
}

// stopped waits for Run to end by itself, and gives its error.
func (w *world) stopped() error {
	w.t.Helper()
	select {
	case err := <-w.ran:
		w.ran <- nil // for the cleanup
		return err
	case <-w.ctx.Done():
		w.t.Fatal("Run does not end")
		return nil
	}
}

// wait waits for a condition of the server.
func (w *world) wait(what string, cond func() bool) {
	w.t.Helper()
	if err := w.Wait(w.ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v\n%s", what, err, w.log)
	}
}

// secretless holds that a text shows no token, neither the bot's nor one of an
// interaction's.
func (w *world) secretless(what, text string) {
	w.t.Helper()
	for _, s := range append(w.tokens(), secret) {
		if strings.Contains(text, s) {
			w.t.Errorf("%s shows a token: %s", what, text)
		}
	}
}

// tokens are the interaction tokens in all calls so far.
func (w *world) tokens() []string {
	found := map[string]bool{}
	for _, c := range w.Calls() {
		steps := strings.Split(c.Path, "/")
		if len(steps) > 3 && (steps[1] == "interactions" || steps[1] == "webhooks") {
			found[steps[3]] = true
		}
	}
	return slices.Collect(maps.Keys(found))
}

// menu publishes commands.
func (w *world) menu(commands ...*bots.Command) {
	w.t.Helper()
	if err := w.d.PublishMenu(w.ctx, bots.Menu{Commands: commands, Catalogue: w.catalogue}); err != nil {
		w.t.Fatal(err)
	}
}

// must is for what people do and no test is about.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// toy is a bot that stores in memory and answers what a test says.
type toy struct {
	t *testing.T
	d *Discord

	mu       sync.Mutex
	changed  chan struct{}
	keys     map[string]bool
	messages []bots.Message
	arrivals []bots.Arrival
	calls    int
	sent     []string // ids
	failures []error
	tasks    sync.WaitGroup

	// hold keeps Receive waiting until it is closed; fail lets it fail so
	// often; answer says what is answered.
	hold     chan struct{}
	fail     int
	answer   func(m bots.Message) []bots.Outgoing
	complete func(command, param, typed string, limit int) []bots.Completion
}

func (t *toy) Receive(ctx context.Context, batch ...bots.Arrival) error {
	t.mu.Lock()
	hold := t.hold
	t.calls++
	t.signal()
	if t.fail != 0 {
		t.fail--
		t.mu.Unlock()
		return errors.New("the store is away")
	}
	t.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range batch {
		if t.keys[a.Key] {
			continue
		}
		t.keys[a.Key] = true
		m, err := t.d.Decode(a)
		if err != nil {
			t.t.Errorf("decode: %v", err)
			continue
		}
		t.arrivals, t.messages = append(t.arrivals, a), append(t.messages, m)
		if t.answer != nil {
			outs := t.answer(m)
			t.tasks.Go(func() { t.send(m, outs) })
		}
	}
	t.signal()
	return nil
}

func (t *toy) signal() {
	close(t.changed)
	t.changed = make(chan struct{})
}

func (t *toy) Complete(_ context.Context, command, param, typed string, limit int) []bots.Completion {
	if t.complete == nil {
		return nil
	}
	return t.complete(command, param, typed, limit)
}

// send delivers answers as the bot would, once.
func (t *toy) send(m bots.Message, outs []bots.Outgoing) {
	for n, o := range outs {
		parts, err := t.d.Split(o)
		if err != nil {
			t.t.Errorf("split: %v", err)
			return
		}
		for i, part := range parts {
			p := bots.Parcel{ID: fmt.Sprintf("%s.%d.%d", m.ID, n, i), To: m.Here, Part: part, First: n == 0 && i == 0}
			if i == 0 {
				p.Edit = o.Edit
			}
			id, err := t.d.Send(context.Background(), p)
			t.mu.Lock()
			if err != nil {
				t.failures = append(t.failures, err)
			} else {
				t.sent = append(t.sent, id)
			}
			t.signal()
			t.mu.Unlock()
		}
	}
}

// until waits for a condition of the toy.
func (w *world) until(what string, cond func(t *toy) bool) {
	w.t.Helper()
	for {
		w.toy.mu.Lock()
		ok, changed := cond(w.toy), w.toy.changed
		w.toy.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-w.ctx.Done():
			w.t.Fatalf("waiting for %s\n%s", what, w.log)
		}
	}
}

// message waits for the n-th message, from 0.
func (w *world) message(n int) bots.Message {
	w.t.Helper()
	w.until("a message", func(t *toy) bool { return len(t.messages) > n })
	w.toy.mu.Lock()
	defer w.toy.mu.Unlock()
	return w.toy.messages[n]
}

// answers lets the toy say the same to everything.
func (w *world) answers(outs ...bots.Outgoing) {
	w.toy.answer = func(bots.Message) []bots.Outgoing { return outs }
}

// told is a reply of one paragraph.
func told(text string, buttons ...bots.OutButton) bots.Outgoing {
	o := bots.Outgoing{Lang: locale.English, Blocks: []bots.OutBlock{{Kind: bots.Paragraph, Text: text}}}
	if len(buttons) > 0 {
		o.Buttons = [][]bots.OutButton{buttons}
	}
	return o
}

// rate is a command with a completing, a scored and a plain parameter.
func rate() *bots.Command {
	return &bots.Command{Name: "rate", Params: []bots.Param{
		{Name: "requester", Kind: names{}},
		{Name: "pay", Kind: bots.Score{}, Optional: true, Keyword: true},
		{Name: "comment", Kind: bots.Line{Max: 1000}, Optional: true, Rest: true},
		{Name: "more", Kind: bots.Line{Max: 10}, Hidden: true},
	}}
}

type names struct{ bots.Line }

func (names) Complete(context.Context, string, int) ([]bots.Completion, error) { return nil, nil }
