package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/telegram"
	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots"
)

const (
	token  = "7000001:AAtest-secret_that-nobody-may-see"
	secret = "AAtest-secret_that-nobody-may-see"

	ann   = 7_100_000_001
	ben   = 7_100_000_002
	group = -2001
	super = -1001700000100
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// buffer is a log that can be read while it is written.
type buffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// world is a test server, a Telegram that talks to it, and a receiver.
type world struct {
	*telegramtest.Server
	*memory
	t     *testing.T
	tg    *telegram.Telegram
	clock *clock
	log   *buffer

	mu    sync.Mutex
	rests []time.Duration
}

func newWorld(t *testing.T) *world { return newWorldWith(t, nil) }

// newWorldWith lets a test put something between the library and the server.
func newWorldWith(t *testing.T, transport http.RoundTripper) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	s := telegramtest.New(token, c.Now)
	s.Start()
	t.Cleanup(s.Close)
	for id, name := range map[int64]string{ann: "ann", ben: "ben"} {
		s.AddUser(telegramtest.User{ID: id, FirstName: name, LanguageCode: "fr"})
		s.PressStart(id, "")
	}
	for id, kind := range map[int64]telegramtest.Kind{group: telegramtest.Group, super: telegramtest.Supergroup} {
		s.AddChat(telegramtest.Chat{ID: id, Kind: kind, Title: "room", Owner: ann, Members: []int64{ben}, Forum: id == super})
		s.AddBot(id, ann)
	}
	s.ResetIDs(1000)
	w := &world{Server: s, t: t, clock: c, log: &buffer{}, memory: &memory{changed: make(chan struct{})}}
	tg, err := telegram.New(telegram.Config{
		Token: token, API: s.URL(), Clock: c.Now, Poll: 20 * time.Second, Transport: transport,
		Log: slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	tg.Resting(func(ctx context.Context, d time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.rests = append(w.rests, d)
	})
	w.tg = tg
	return w
}

func (w *world) rested() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Duration(nil), w.rests...)
}

// run starts the network and returns what stops it and tells its error.
func (w *world) run() (stop func() error) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.tg.Run(ctx, w.memory) }()
	var once sync.Once
	var err error
	stop = func() error {
		once.Do(func() {
			cancel()
			select {
			case err = <-ended:
			case <-time.After(stopWithin):
				err = errors.New("it did not stop while a poll was open")
			}
		})
		return err
	}
	w.t.Cleanup(func() { _ = stop() })
	return stop
}

// stopWithin is far less than a poll's wait, and more than a busy machine needs.
const stopWithin = 3 * time.Second

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

// wait waits for something of the server's.
func (w *world) wait(cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	if err := w.Wait(ctx, cond); err != nil {
		w.t.Fatalf("%v\n%s", err, w.log)
	}
}

// memory is a receiver that keeps arrivals once, by their keys.
type memory struct {
	mem      sync.Mutex
	changed  chan struct{}
	refuse   func(batch []bots.Arrival) error
	batches  [][]bots.Arrival
	arrivals []bots.Arrival
	again    int
}

func (m *memory) Receive(_ context.Context, batch ...bots.Arrival) error {
	m.mem.Lock()
	refuse := m.refuse
	m.mem.Unlock()
	if refuse != nil {
		if err := refuse(batch); err != nil {
			return err
		}
	}
	m.mem.Lock()
	defer m.mem.Unlock()
	m.batches = append(m.batches, batch)
next:
	for _, a := range batch {
		for _, b := range m.arrivals {
			if a.Key == b.Key {
				m.again++
				continue next
			}
		}
		m.arrivals = append(m.arrivals, a)
	}
	close(m.changed)
	m.changed = make(chan struct{})
	return nil
}

func (m *memory) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

// refusing makes Receive ask first.
func (m *memory) refusing(refuse func([]bots.Arrival) error) {
	m.mem.Lock()
	defer m.mem.Unlock()
	m.refuse = refuse
}

// received waits for n arrivals and returns them.
func (w *world) received(n int) []bots.Arrival {
	w.t.Helper()
	late := time.After(patience)
	for {
		w.mem.Lock()
		have, changed := append([]bots.Arrival(nil), w.arrivals...), w.changed
		w.mem.Unlock()
		if len(have) >= n {
			return have
		}
		select {
		case <-changed:
		case <-late:
			w.t.Fatalf("%d of %d arrivals came\n%s", len(have), n, w.log)
		}
	}
}

func (w *world) repeated() int {
	w.mem.Lock()
	defer w.mem.Unlock()
	return w.again
}

// decode tells what arrivals mean.
func (w *world) decode(as ...bots.Arrival) []bots.Message {
	w.t.Helper()
	var out []bots.Message
	for _, a := range as {
		m, err := w.tg.Decode(a)
		if err != nil {
			w.t.Fatalf("%s: %v", a.Raw, err)
		}
		out = append(out, m)
	}
	return out
}

func lanes(as []bots.Arrival) string {
	var out []string
	for _, a := range as {
		out = append(out, a.Lane)
	}
	return strings.Join(out, " ")
}

func keys(as []bots.Arrival) string {
	var out []string
	for _, a := range as {
		out = append(out, a.Key)
	}
	return strings.Join(out, " ")
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func chatOf(id int64) bots.Address {
	s := fmt.Sprint(id)
	return bots.Address{Lane: s, Data: s}
}
