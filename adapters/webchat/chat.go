// Package webchat is the web chat: one page, served by the program itself, on
// which a person writes to the bot without any account elsewhere.
//
// A session is a random token in a cookie; the account behind it is a hash of
// the token, and the token itself is kept nowhere. What a session is shown is
// stored, sealed, for a day, so that a lost line or a reloaded page loses
// nothing; the page hears of it by server-sent events.
package webchat

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

// Config is what a Chat is made of.
type Config struct {
	Store     Store
	Catalogue *locale.Catalogue
	Clock     core.Clock
	Random    core.Random
	Log       *slog.Logger
	// Name is the server's name in the page's header; "ManyHands" where it
	// is empty.
	Name string
	// URL is the public address of the page ("https://hands.example"), for
	// links such as invitations; without it Link returns "".
	URL string
	// Beat is how often a quiet line is proved alive; DefaultBeat where it
	// is zero.
	Beat time.Duration
}

// DefaultBeat keeps a line alive through proxies that cut one after 30 s of
// silence; the page takes a line as lost after two and a half of these.
const DefaultBeat = 20 * time.Second

// Retention is how long what a session was shown is kept.
const Retention = 24 * time.Hour

// sweepEvery is how often what is older than Retention is erased.
const sweepEvery = time.Hour

// Chat is the web chat as a network. Make one with New, serve its Handler, and
// let the bot Run it: where it does not run, messages are refused with 503 and
// the page keeps them and tries again.
type Chat struct {
	Config
	pages *pages
	hub   *hub

	begun    chan struct{} // closed when Run has begun
	mu       sync.Mutex
	receiver bots.Receiver
}

var (
	_ bots.Network = (*Chat)(nil)
	_ bots.Linker  = (*Chat)(nil)
)

// New makes a chat. It fails only where the program was built from a page
// that cannot be read, or where the configured address is none.
func New(c Config) (*Chat, error) {
	if c.Name == "" {
		c.Name = "ManyHands"
	}
	if c.Beat == 0 {
		c.Beat = DefaultBeat
	}
	c.URL = strings.TrimSuffix(c.URL, "/")
	if u, err := url.Parse(c.URL); err != nil || (c.URL != "" && (u.Host == "" || u.Scheme != "http" && u.Scheme != "https")) {
		return nil, fmt.Errorf("webchat: the public address must be like https://hands.example")
	}
	p, err := newPages(c.Catalogue, c.Name)
	if err != nil {
		return nil, fmt.Errorf("webchat: %w", err)
	}
	return &Chat{Config: c, pages: p, hub: newHub(), begun: make(chan struct{})}, nil
}

// networkName tells this network's accounts apart. It never changes.
const networkName = "web"

// Name is the word by which accounts of this network are told apart.
func (c *Chat) Name() string { return networkName }

// Readers is the honest sentence on who can read what is said here.
func (c *Chat) Readers() locale.Text { return locale.T("readers.web") }

// Link returns the page's address with a word that the page offers to send
// ("join_CODE"), or "" where the public address is not known.
func (c *Chat) Link(word string) string {
	if c.URL == "" {
		return ""
	}
	return c.URL + "/?start=" + url.QueryEscape(word)
}

// Run lets messages in until ctx ends, then ends every line. It erases what
// is older than Retention now and every hour. It is called once.
func (c *Chat) Run(ctx context.Context, in bots.Receiver) error {
	c.receive(in)
	close(c.begun)
	defer func() {
		c.receive(nil)
		c.hub.stop()
	}()
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := c.Store.Sweep(ctx, c.Clock().Add(-Retention)); err != nil && ctx.Err() == nil {
			c.Log.Warn("old messages of the web chat were not erased", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (c *Chat) receive(in bots.Receiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.receiver = in
}

// startWait is how long a message waits for a program that is just starting.
const startWait = 5 * time.Second

// bring hands an arrival to the bot; false where nobody receives just now.
func (c *Chat) bring(ctx context.Context, a bots.Arrival) (bool, error) {
	starting, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	select {
	case <-c.begun:
	case <-starting.Done():
		return false, nil
	}
	c.mu.Lock()
	in := c.receiver
	c.mu.Unlock()
	if in == nil {
		return false, nil
	}
	return true, in.Receive(ctx, a)
}

// Split makes one part of a reply: a page has no limit that matters.
func (c *Chat) Split(o bots.Outgoing) ([]bots.Part, error) {
	body, err := json.Marshal(shownOf(o))
	if err != nil {
		return nil, fmt.Errorf("webchat: render: %w", err)
	}
	return []bots.Part{{Body: body, Plain: []byte(o.Plain())}}, nil
}

// Send stores a part for its session and tells the session's open pages.
// A parcel sent twice is shown once.
func (c *Chat) Send(ctx context.Context, p bots.Parcel) (string, error) {
	lane := p.To.Lane
	if !json.Valid(p.Part.Body) {
		return "", &bots.SendError{Failure: bots.Refused, Reason: "not a reply"}
	}
	replaces, err := strconv.ParseInt(p.Edit, 10, 64)
	if err != nil || replaces < 0 {
		replaces = 0
	}
	number, err := c.Store.Show(ctx, networkName, lane, replaces, parcelID(p.ID), p.Part.Body)
	if err != nil {
		return "", &bots.SendError{Failure: bots.Later, Reason: "not stored"}
	}
	if number == 0 {
		return "", &bots.SendError{Failure: bots.Gone, Reason: "the session has ended"}
	}
	c.hub.shown(lane, p.First)
	return strconv.FormatInt(number, 10), nil
}

// Handler serves the page and its conversation.
func (c *Chat) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.page)
	mux.HandleFunc("GET "+assetPath+"{file}", c.pages.asset)
	mux.HandleFunc("GET /chat/session", c.askSession)
	mux.HandleFunc("GET /chat/events", c.events)
	mux.Handle("POST /chat/session", c.guarded(c.beginSession))
	mux.Handle("POST /chat/messages", c.guarded(c.message))
	mux.Handle("POST /chat/leave", c.guarded(c.leave))
	return c.headed(mux)
}
