// Package discordtest is Discord for tests: its REST API (versions 9 and 10),
// its gateway, and the people and servers behind them. A real client library
// runs on it end to end; a test speaks for the people and reads what they see.
//
// It refuses what Discord refuses, in the form in which Discord refuses it.
// Each refusal names the public page it follows. "dd:" stands for the pages
// under developers/ of github.com/discord/discord-api-docs, as of August 2026,
// and "dd#" for an issue there. Where Discord's behaviour is not documented,
// the comment says so.
//
// All time is told by the clock that is passed in, so a token dies when that
// clock says so and nothing sleeps.
package discordtest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gorilla/websocket"

	"manyhands/core"
)

// discordEpoch is the first millisecond of 2015, from which snowflakes count
// (dd:reference.mdx "Snowflakes").
const discordEpoch = 1420070400000

// ErrClosed is what waiting gives once the server is closed.
var ErrClosed = errors.New("discordtest: the server is closed")

// Server is one Discord with one application. Make it with New. All of its
// methods, and those of the users, guilds and channels made from it, may be
// called from many goroutines.
type Server struct {
	clock core.Clock

	base     string
	http     *http.Server
	upgrader websocket.Upgrader
	open     sync.WaitGroup
	done     chan struct{}

	mu      sync.Mutex // guards all below
	closed  bool
	changed chan struct{}
	token   string
	lastID  uint64
	serial  int

	app      application
	bot      *User
	users    []*User
	guilds   []*Guild
	channels map[string]*Channel
	files    map[string]Upload

	commands map[string][]*Command   // by guild id, "" for everywhere
	creates  map[string][]moment     // creations of commands in the last day, by guild id
	asked    map[string]*Interaction // by id
	tokens   map[string]*Interaction
	nonces   map[string]posted

	calls   []Call
	faults  []*Fault
	invalid []moment // answers 401, 403 and 429

	gateway gateway
}

// application is what the owner chose in the developer portal.
type application struct {
	id         string
	privileged int // intents that need leave and have it
}

// New makes a Discord with one application, whose bot logs in with token (the
// bare token: the "Bot " before it is taken off). It tells time by clock.
func New(token string, clock core.Clock) *Server {
	s := &Server{
		clock:    clock,
		token:    strings.TrimPrefix(token, "Bot "),
		done:     make(chan struct{}),
		changed:  make(chan struct{}),
		channels: map[string]*Channel{},
		files:    map[string]Upload{},
		commands: map[string][]*Command{},
		creates:  map[string][]moment{},
		asked:    map[string]*Interaction{},
		tokens:   map[string]*Interaction{},
		nonces:   map[string]posted{},
		gateway:  newGateway(),
	}
	s.app.id = s.newID()
	s.bot = &User{s: s, ID: s.app.id, Name: "bot", bot: true}
	return s
}

// Start listens on a free port of 127.0.0.1 and returns the base URL, such as
// http://127.0.0.1:40123, for Transport. It panics where no port can be had.
func (s *Server) Start() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic("discordtest: no port: " + err.Error())
	}
	s.base = "http://" + l.Addr().String()
	s.http = &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0)}
	s.open.Go(func() { _ = s.http.Serve(l) })
	return s.base
}

// Close ends every connection, held call and wait, and returns when nothing of
// the server runs any more. A second call does nothing.
func (s *Server) Close() {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return
	}
	s.closed = true
	close(s.done)
	for c := range s.gateway.conns {
		_ = c.ws.UnderlyingConn().Close()
	}
	s.signal()
	s.mu.Unlock()
	if s.http != nil {
		_ = s.http.Close()
	}
	s.open.Wait()
}

// ApplicationID is the id of the application, which is also the bot's user id.
func (s *Server) ApplicationID() string { return s.app.id }

// Wait returns when cond holds, and looks again at each change of the server.
// cond may call any method of the server. It gives ctx's error where ctx ends
// first, and ErrClosed where the server does.
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
			return ctx.Err()
		case <-s.done:
			return ErrClosed
		}
	}
}

// signal wakes whoever waits. Under the lock, like every unexported method
// that does not say otherwise.
func (s *Server) signal() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// newID draws the next snowflake: ids grow with time and never repeat, also
// where the clock stands still.
func (s *Server) newID() string {
	var id uint64
	if ms := s.clock().UnixMilli() - discordEpoch; ms > 0 {
		id = uint64(ms) << 22
	}
	s.lastID = max(id, s.lastID+1)
	return strconv.FormatUint(s.lastID, 10)
}

// older compares two snowflakes as the numbers they are.
func older(a, b string) bool {
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// ServeHTTP answers the API, the gateway and the file server. Takes the lock.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	s.open.Add(1)
	s.mu.Unlock()
	defer s.open.Done()

	switch {
	case websocket.IsWebSocketUpgrade(r):
		s.serveGateway(w, r)
	case strings.HasPrefix(r.URL.Path, "/api/"):
		s.serveREST(w, r)
	case strings.HasPrefix(r.URL.Path, "/attachments/"):
		s.serveFile(w, r)
	default:
		http.NotFound(w, r)
	}
}

// ResetToken changes the token, as its owner may at any time and as Discord
// does when the identify budget is spent (dd:events/gateway.mdx "Identifying").
// Every connection ends with 4004 and the old token gets 401.
func (s *Server) ResetToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.resetToken(token)
}

func (s *Server) resetToken(token string) {
	s.token = strings.TrimPrefix(token, "Bot ")
	for c := range s.gateway.conns {
		s.hangUp(c, closeAuthenticationFailed)
	}
	clear(s.gateway.sessions)
	s.signal()
}
