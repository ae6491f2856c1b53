package discordtest

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// The gateway's operations (dd:topics/opcodes-and-status-codes.mdx "Gateway
// Opcodes").
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opPresence       = 3
	opVoice          = 4
	opResume         = 6
	opReconnect      = 7
	opMembers        = 8
	opInvalidSession = 9
	opHello          = 10
	opAck            = 11
)

// The close codes this server gives (dd:topics/opcodes-and-status-codes.mdx
// "Gateway Close Event Codes").
const (
	closeUnknownOperation     = 4001
	closeDecodeError          = 4002
	closeNotAuthenticated     = 4003
	closeAuthenticationFailed = 4004
	closeAlreadyAuthenticated = 4005
	closeInvalidSequence      = 4007
	closeRateLimited          = 4008
	closeTimedOut             = 4009
	closeInvalidShard         = 4010
	closeInvalidVersion       = 4012
	closeInvalidIntents       = 4013
	closeDisallowedIntents    = 4014
)

// What a client may send (dd:events/gateway.mdx "Sending Events" and "Rate
// Limiting").
const (
	maxPayload  = 4096 // bytes of one payload
	maxSends    = 120  // payloads in sendsWithin
	sendsWithin = time.Minute
)

// closeWait is how long a client may take over the end of a connection, in
// real time; it only bounds how long a dead connection lingers.
const closeWait = 5 * time.Second

// connection is one websocket. Its reader is the handler's own goroutine, its
// writer a second one, so that nothing is written under the lock.
type connection struct {
	ws      *websocket.Conn
	version int
	wake    chan struct{}
	gone    chan struct{}

	// under the server's lock
	queue    []frame
	ending   bool // a close or a cut is queued: nothing more follows
	session  *session
	compress bool
	sends    []moment
}

// frame is what the writer has to do next.
type frame struct {
	payload  []byte
	compress bool
	code     int // not 0: close with it
	cut      bool
}

// serveGateway runs one connection until it ends. Takes the lock.
func (s *Server) serveGateway(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if e := q.Get("encoding"); e != "" && e != "json" || q.Get("compress") != "" {
		http.Error(w, "this server speaks uncompressed JSON only", http.StatusBadRequest)
		return
	}
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &connection{ws: ws, wake: make(chan struct{}, 1), gone: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		_ = ws.Close()
		return
	}
	s.gateway.conns[c] = true
	s.gateway.opened++
	s.greet(c, q.Get("v"))
	s.signal()
	s.mu.Unlock()

	s.open.Go(func() { s.write(c) })
	s.read(c)
	close(c.gone)
	_ = ws.Close()
}

// greet says HELLO, or what a test ordered in its place.
func (s *Server) greet(c *connection, version string) {
	switch version {
	case "9":
		c.version = 9
	case "", "10":
		c.version = 10
	default:
		s.hangUp(c, closeInvalidVersion)
		return
	}
	if s.gateway.takes(EarlyHello) {
		s.push(c, object{"op": opReconnect, "d": nil})
		return
	}
	s.push(c, object{"op": opHello, "d": object{"heartbeat_interval": s.gateway.heartbeat.Milliseconds()}})
}

// read takes what the client sends, until the connection ends. Takes the lock
// for each payload.
func (s *Server) read(c *connection) {
	for {
		_, data, err := c.ws.ReadMessage()
		s.mu.Lock()
		if err != nil {
			s.lost(c, err)
			s.signal()
			s.mu.Unlock()
			return
		}
		if !c.ending {
			s.receive(c, data)
			s.signal()
		}
		s.mu.Unlock()
	}
}

// write sends what is queued, in order. Takes the lock for each look.
func (s *Server) write(c *connection) {
	for {
		s.mu.Lock()
		queue := c.queue
		c.queue = nil
		s.mu.Unlock()
		for _, f := range queue {
			if !f.send(c.ws) {
				return
			}
		}
		select {
		case <-c.wake:
		case <-c.gone:
			return
		}
	}
}

// send writes one frame; false where the connection is over for the writer.
func (f frame) send(ws *websocket.Conn) bool {
	switch {
	case f.cut:
		_ = ws.UnderlyingConn().Close()
		return false
	case f.code != 0:
		until := time.Now().Add(closeWait)
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(f.code, ""), until)
		_ = ws.SetReadDeadline(until) // the reader hears the client out
		return false
	case f.compress:
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write(f.payload)
		_ = z.Close()
		return ws.WriteMessage(websocket.BinaryMessage, b.Bytes()) == nil
	default:
		return ws.WriteMessage(websocket.TextMessage, f.payload) == nil
	}
}

// push queues a payload.
func (s *Server) push(c *connection, payload object) { s.pushRaw(c, mustJSON(payload)) }

func (s *Server) pushRaw(c *connection, payload []byte) {
	// Large payloads only (dd:events/gateway.mdx "Payload Compression": some
	// packets); a client has to tell by the frame's type.
	s.queue(c, frame{payload: payload, compress: c.compress && len(payload) > 1024})
}

// hangUp closes a connection with a code; its session may be resumed later
// where the code allows it.
func (s *Server) hangUp(c *connection, code int) {
	s.queue(c, frame{code: code})
	c.ending = true
	s.detach(c)
}

func (s *Server) queue(c *connection, f frame) {
	if c.ending {
		return
	}
	c.queue = append(c.queue, f)
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// lost forgets a connection that ended with err. A client that closed with
// 1000 or 1001 gave its session up (dd:events/gateway.mdx "Initiating a
// Disconnect"); after any other end it may be resumed.
func (s *Server) lost(c *connection, err error) {
	delete(s.gateway.conns, c)
	code := 0
	if e, ok := err.(*websocket.CloseError); ok {
		code = e.Code
	}
	s.gateway.closes = append(s.gateway.closes, code)
	if c.session == nil {
		return
	}
	if code == websocket.CloseNormalClosure || code == websocket.CloseGoingAway {
		delete(s.gateway.sessions, c.session.id)
	}
	s.detach(c)
}

// detach parts a session from its connection and notes when, because it lives
// for a few minutes only.
func (s *Server) detach(c *connection) {
	if c.session == nil {
		return
	}
	if c.session.conn == c {
		c.session.conn = nil
		c.session.left = s.clock()
	}
	c.session = nil
}

// payload is what a client sends.
type payload struct {
	Op int             `json:"op"`
	D  json.RawMessage `json:"d"`
}

// receive answers one payload of the client.
func (s *Server) receive(c *connection, data []byte) {
	now := s.clock()
	c.sends = append(within(c.sends, now, sendsWithin), now)
	if len(c.sends) > maxSends {
		s.hangUp(c, closeRateLimited) // dd:events/gateway.mdx "Rate Limiting"
		return
	}
	var p payload
	if len(data) > maxPayload || json.Unmarshal(data, &p) != nil {
		s.hangUp(c, closeDecodeError)
		return
	}
	switch p.Op {
	case opHeartbeat:
		s.gateway.beats++
		if !s.gateway.mute {
			s.push(c, object{"op": opAck})
		}
	case opIdentify:
		s.identify(c, p.D)
	case opResume:
		s.resume(c, p.D)
	case opPresence, opVoice, opMembers:
		if c.session == nil {
			s.hangUp(c, closeNotAuthenticated)
		}
	default:
		s.hangUp(c, closeUnknownOperation)
	}
}

// rightToken compares a token of the gateway, which clients send with or
// without the "Bot " of the REST header.
func (s *Server) rightToken(token string) bool {
	return strings.TrimPrefix(token, "Bot ") == s.token
}
