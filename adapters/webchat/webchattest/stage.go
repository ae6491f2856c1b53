package webchattest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"sync"
	"time"

	"manyhands/bots"
	"manyhands/bots/transcript"
)

// Stage lets people of a script speak on the web chat: each has a browser's
// cookies, posts as the page does, and reads server-sent events. It outlives
// the chat, as browsers do: Serve gives it the handler of each new start.
type Stage struct {
	server *httptest.Server

	mu      sync.Mutex
	handler http.Handler // nil while the program is stopped
	people  map[string]*person
	last    func(ctx context.Context) error // delivers the last update
	keys    int
}

// person is one browser.
type person struct {
	mu     sync.Mutex // one thing at a time
	stage  *Stage
	client *http.Client
	hint   string
	open   bool   // there is a session
	after  string // the last event number heard
	known  map[int64]bool
}

var _ transcript.Stage = (*Stage)(nil)

// NewStage makes a stage without anybody on it. Close ends it.
func NewStage() *Stage {
	s := &Stage{people: map[string]*person{}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		h := s.handler
		s.mu.Unlock()
		if h == nil {
			http.Error(w, "stopped", http.StatusServiceUnavailable)
			return
		}
		h.ServeHTTP(w, r)
	}))
	return s
}

// Serve lets h answer from now on; nil where the program has stopped.
func (s *Stage) Serve(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// Close ends the stage.
func (s *Stage) Close() { s.server.Close() }

// Can tells what a web chat can do. To block is to leave the computer: the
// session ends for good, and who speaks again is somebody new.
func (s *Stage) Can(f transcript.Feature) bool {
	switch f {
	case transcript.Block, transcript.Again, transcript.Lang, transcript.Forge:
		return true
	}
	return false
}

func (s *Stage) person(name string) *person {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.people[name]
	if p == nil {
		p = &person{stage: s}
		p.forget()
		s.people[name] = p
	}
	return p
}

// forget gives the person an empty browser.
func (p *person) forget() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // New has no way to fail
	}
	p.client = &http.Client{Jar: jar, Transport: p.stage.server.Client().Transport}
	p.open, p.after, p.known = false, "", map[int64]bool{}
}

// key makes a message's key.
func (s *Stage) key() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys++
	return fmt.Sprintf("stage-message-%010d", s.keys)
}

// Say posts a text.
func (s *Stage) Say(ctx context.Context, who, room, text string) error {
	if room != "" {
		return errCannot
	}
	return s.person(who).send(ctx, map[string]any{"text": text})
}

// handle is what a person needs to press a message's buttons.
type handle struct {
	message int64
	data    []string
}

// Press posts a press of a button as it was drawn in m.
func (s *Stage) Press(ctx context.Context, who string, m transcript.Seen, button int) error {
	h, ok := m.Handle.(handle)
	if !ok || button < 0 || button >= len(h.data) {
		return errors.New("webchattest: there is no such button")
	}
	if h.data[button] == "" {
		return errors.New("webchattest: a link cannot be pressed")
	}
	press := map[string]string{"data": h.data[button], "message": strconv.FormatInt(h.message, 10)}
	return s.person(who).send(ctx, map[string]any{"press": press})
}

// Again posts the last message once more, under the same key.
func (s *Stage) Again(ctx context.Context) error {
	s.mu.Lock()
	last := s.last
	s.mu.Unlock()
	if last == nil {
		return errors.New("webchattest: nothing was sent yet")
	}
	return last(ctx)
}

// Lang sets the languages that a person's browser asks for.
func (s *Stage) Lang(_ context.Context, who, hint string) error {
	p := s.person(who)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hint = hint
	return nil
}

// Block lets a person leave the computer.
func (s *Stage) Block(ctx context.Context, who string) error {
	p := s.person(who)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.insist(ctx, "/chat/leave", map[string]any{}); err != nil {
		return err
	}
	p.forget()
	return nil
}

var errCannot = errors.New("webchattest: a web chat cannot do that")

// Edit is not possible.
func (s *Stage) Edit(context.Context, string, string, string) error { return errCannot }

// Attach is not possible.
func (s *Stage) Attach(context.Context, string, string, string, string) error { return errCannot }

// Room is not possible.
func (s *Stage) Room(context.Context, string, ...string) error { return errCannot }

// Leave is not possible.
func (s *Stage) Leave(context.Context, string, string) error { return errCannot }

// Migrate is not possible.
func (s *Stage) Migrate(context.Context, string) error { return errCannot }

// Reached has nothing to wait for: a post is answered once the bot has it.
func (s *Stage) Reached(context.Context) error { return nil }

// send posts a message, after a session has begun.
func (p *person) send(ctx context.Context, body map[string]any) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	body["key"] = p.stage.key()
	if !p.open {
		if err := p.insist(ctx, "/chat/session", map[string]any{}); err != nil {
			return err
		}
		p.open = true
	}
	again := func(ctx context.Context) error { return p.insist(ctx, "/chat/messages", body) }
	p.stage.mu.Lock()
	p.stage.last = func(ctx context.Context) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		return again(ctx)
	}
	p.stage.mu.Unlock()
	return again(ctx)
}

// insistPause is the wait between two tries.
const insistPause = 5 * time.Millisecond

// insist posts until the server has taken it, as the page does while the
// program is being started again.
func (p *person) insist(ctx context.Context, path string, body map[string]any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for {
		status, err := p.post(ctx, path, raw)
		switch {
		case err == nil && status < 300:
			return nil
		case err == nil && status < 500:
			return fmt.Errorf("webchattest: %s: status %d", path, status)
		}
		pause := time.NewTimer(insistPause)
		select {
		case <-ctx.Done():
			pause.Stop()
			return fmt.Errorf("webchattest: %s: status %d: %w", path, status, errors.Join(err, ctx.Err()))
		case <-pause.C:
		}
	}
}

func (p *person) post(ctx context.Context, path string, raw []byte) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.stage.server.URL+path, bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", p.stage.server.URL)
	r.Header.Set("X-Manyhands", "1")
	if p.hint != "" {
		r.Header.Set("Accept-Language", p.hint)
	}
	res, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// Seen listens until all there is has been told.
func (s *Stage) Seen(ctx context.Context, who string) ([]transcript.Seen, error) {
	p := s.person(who)
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.open {
		return nil, nil
	}
	l, err := Listen(ctx, p.client, s.server.URL, p.after)
	if err != nil {
		return nil, fmt.Errorf("webchattest: %w", err)
	}
	defer func() { _ = l.Close() }()
	var all []transcript.Seen
	for {
		e, err := l.Next()
		if err != nil {
			return nil, fmt.Errorf("webchattest: listen: %w", err)
		}
		switch e.Name {
		case "live":
			return all, nil
		case "message":
			m, err := e.Shown()
			if err != nil {
				return nil, fmt.Errorf("webchattest: %w", err)
			}
			p.after = e.ID
			if !m.Me {
				all = append(all, p.seen(who, m))
			}
		}
	}
}

func (p *person) seen(who string, m Shown) transcript.Seen {
	h := handle{message: m.ID}
	out := transcript.Seen{Who: who, ID: strconv.FormatInt(m.ID, 10), Text: m.Plain(), InPlace: p.known[m.ID]}
	p.known[m.ID] = true
	for _, row := range m.Buttons {
		for _, b := range row {
			out.Buttons = append(out.Buttons, b.Label)
			h.data = append(h.data, b.Data)
		}
	}
	if m.File != nil {
		out.Files = []transcript.File{{Name: m.File.Name, Type: m.File.Type}}
	}
	out.Handle = h
	return out
}

// Plain is the message's words in their canonical form.
func (s Shown) Plain() string {
	var o bots.Outgoing
	for _, b := range s.Blocks {
		o.Blocks = append(o.Blocks, bots.OutBlock{Kind: bots.BlockKind(b.Kind), Label: b.Label, Text: b.Text})
	}
	return o.Plain()
}
