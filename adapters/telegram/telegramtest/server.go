// Package telegramtest is a test server of Telegram's Bot API: a small world of
// people and chats that a test drives, and an HTTP server that answers a bot as
// the real one does. It refuses what the real one refuses, in the same words;
// each refusal stands in one table with the public source it follows.
//
// Short names in the sources: "srv" is tdlib/telegram-bot-api (the official
// server) at commit 01a3679, "td" is tdlib/td (the library under it) at commit
// 022d602, "spec" is https://core.telegram.org/bots/api.
package telegramtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"manyhands/core"
)

// ErrClosed is what every wait ends with once the server is closed.
var ErrClosed = errors.New("telegramtest: closed")

// Server is one bot's view of Telegram. Make it with New. All its methods may
// be called from several goroutines; those that act for a person panic when
// the test asks for what cannot be (an unknown person, a chat that is gone).
type Server struct {
	clock core.Clock
	token string

	mu      sync.Mutex
	changed chan struct{}
	revoked bool
	knobs   Knobs

	bot     *person
	people  map[int64]*person
	chats   map[int64]*chat
	lastID  int   // message ids of private chats and groups are one sequence
	lastNew int64 // made-up ids of chats
	sent    map[int64][]time.Time

	queue     queue
	poll      *poll
	polls     pollHistory
	hook      webhook
	callbacks map[string]*callback
	lastPress int64
	files     map[string]*file
	paths     map[string]path
	profile   profile
	actions   []Action
	answers   []Answer

	faults  []*Fault
	calls   []*Call
	methods map[string]method

	closed   chan struct{}
	once     sync.Once
	serving  sync.WaitGroup
	listener net.Listener
	http     *http.Server
}

var tokenForm = regexp.MustCompile(`^[1-9][0-9]{0,15}:[^/]+$`)

// New makes a server for the bot of that token ("123456:secret"; the number is
// the bot's id). Dates, expiries and limits follow the clock; only how long an
// HTTP request is held follows real time. It panics where the token has not
// the form of one.
func New(token string, clock core.Clock) *Server {
	if !tokenForm.MatchString(token) || len(token) > 80 {
		panic("telegramtest: a token is the bot's number, a colon and a secret")
	}
	id, _ := strconv.ParseInt(token[:strings.IndexByte(token, ':')], 10, 64)
	bot := &person{User: User{ID: id, FirstName: "Test bot", Username: "manyhands_test_bot", IsBot: true}}
	s := &Server{
		clock: clock, token: token,
		changed: make(chan struct{}), closed: make(chan struct{}),
		knobs: defaultKnobs(), bot: bot,
		people: map[int64]*person{id: bot}, chats: map[int64]*chat{},
		lastNew: 1_700_000_000, sent: map[int64][]time.Time{},
		queue:     queue{next: 412_000_001, allowed: defaultKinds()},
		callbacks: map[string]*callback{}, lastPress: 4_100_000_000_000_000_000,
		files: map[string]*file{}, paths: map[string]path{},
		profile: newProfile(),
	}
	s.people[anonymousAdmin.ID] = &person{User: anonymousAdmin, seen: true}
	s.methods = methods()
	return s
}

// Start listens on a free port of 127.0.0.1 and returns the base URL, without a
// slash at its end. It panics where no port can be had.
func (s *Server) Start() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("telegramtest: " + err.Error())
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	s.mu.Lock()
	s.listener, s.http = l, server
	s.mu.Unlock()
	go func() { _ = server.Serve(l) }()
	return s.URL()
}

// URL is the base URL of a started server.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		panic("telegramtest: not started")
	}
	return "http://" + s.listener.Addr().String()
}

// Endpoint is the form with two places that client libraries take: the token's
// and the method's.
func (s *Server) Endpoint() string { return s.URL() + "/bot%s/%s" }

// FileEndpoint is the same for downloads: the token's place and the path's.
func (s *Server) FileEndpoint() string { return s.URL() + "/file/bot%s/%s" }

// Token is the bot's token.
func (s *Server) Token() string { return s.token }

// Close ends every wait and every request and stops listening. It may be called
// twice.
func (s *Server) Close() {
	s.mu.Lock()
	s.once.Do(func() { close(s.closed) })
	server := s.http
	s.mu.Unlock()
	if server != nil {
		_ = server.Close()
	}
	s.serving.Wait()
}

// Wait returns nil as soon as cond is true. It looks again at each change of
// the world, never by the clock; cond is called without any lock held and may
// ask the server whatever it likes. It ends with the context's error, or with
// ErrClosed.
func (s *Server) Wait(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("telegramtest: %w", ctx.Err())
		case <-s.closed:
			return ErrClosed
		}
	}
}

// enter counts a request that is being served; false means the server is
// closed.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return false
	default:
		s.serving.Add(1)
		return true
	}
}

// unlock ends a change: whoever waits looks again.
func (s *Server) unlock() {
	close(s.changed)
	s.changed = make(chan struct{})
	s.mu.Unlock()
}

func (s *Server) now() time.Time { return s.clock().UTC().Truncate(time.Second) }

// Revoke makes the token invalid: every call is refused with 401 from now on.
func (s *Server) Revoke() {
	s.mu.Lock()
	defer s.unlock()
	s.revoked = true
}
