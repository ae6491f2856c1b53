package discordtest

import "time"

// Early is a moment before a session stands, at which Discord may already ask
// to reconnect: "at any point in the gateway connection lifecycle, even
// before/in place of receiving a Hello event" (dd:events/gateway-events.mdx
// "Reconnect").
type Early int

// The moments of Early.
const (
	EarlyHello Early = iota // in place of HELLO
	EarlyReady              // in place of READY or RESUMED
)

// takes uses up one order for a moment.
func (g *gateway) takes(e Early) bool {
	if g.early[e] == 0 {
		return false
	}
	g.early[e]--
	return true
}

// AllowIntents gives the application leave for privileged intents, as its
// owner does in the developer portal. None is given at first; asking for one
// without leave ends in 4014.
func (s *Server) AllowIntents(intents int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.app.privileged = intents & privilegedIntents
}

// SetHeartbeat sets the interval that the next HELLO names; 45 s at first.
// Heartbeats are counted but never missed: the server has no timer.
func (s *Server) SetHeartbeat(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.heartbeat = d
}

// SetConcurrency sets max_concurrency, the identifications allowed in 5 s of
// the server's clock; 1 at first, as for every small application. More get op
// 9. 0 lifts the limit, which a clock that stands still needs.
func (s *Server) SetConcurrency(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.concurrency = n
}

// SetIdentifyBudget sets how many identifications a day are allowed; 1000 at
// first. One more ends all sessions and resets the token.
func (s *Server) SetIdentifyBudget(total int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.total = total
}

// MuteAcks makes every connection a zombie: heartbeats get no ACK until it is
// called with false.
func (s *Server) MuteAcks(mute bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.mute = mute
}

// ReconnectEarly sends op 7 at the given moment to the next n connections.
func (s *Server) ReconnectEarly(at Early, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.early[at] = n
}

// CloseIdentifies closes the next identifications with these codes, one each.
func (s *Server) CloseIdentifies(codes ...int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gateway.closeNext = append(s.gateway.closeNext, codes...)
}

// Reconnect sends op 7 to every session and leaves the connections open.
func (s *Server) Reconnect() { s.pushAll(object{"op": opReconnect, "d": nil}) }

// RequestHeartbeat sends op 1, which is to be answered at once.
func (s *Server) RequestHeartbeat() { s.pushAll(object{"op": opHeartbeat, "d": nil}) }

func (s *Server) pushAll(payload object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		if c.session != nil {
			s.push(c, payload)
		}
	}
	s.signal()
}

// InvalidateSessions sends op 9. Sessions that are not resumable are gone.
func (s *Server) InvalidateSessions(resumable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		if c.session == nil {
			continue
		}
		s.push(c, object{"op": opInvalidSession, "d": resumable})
		if !resumable {
			delete(s.gateway.sessions, c.session.id)
		}
		s.detach(c)
	}
	s.signal()
}

// CloseGateway closes every connection with a code. The sessions can be
// resumed, but after 4003, 4007, 4009 and the codes that forbid reconnection
// they are gone (dd:topics/opcodes-and-status-codes.mdx).
func (s *Server) CloseGateway(code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		if c.session != nil && endsSession(code) {
			delete(s.gateway.sessions, c.session.id)
		}
		s.hangUp(c, code)
	}
	s.signal()
}

func endsSession(code int) bool {
	switch code {
	case closeNotAuthenticated, closeInvalidSequence, closeTimedOut, closeAuthenticationFailed:
		return true
	}
	return code >= closeInvalidShard && code <= closeDisallowedIntents
}

// CutGateway breaks every connection off without a word.
func (s *Server) CutGateway() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.gateway.conns {
		s.cut(c)
	}
	s.signal()
}

func (s *Server) cut(c *connection) {
	s.queue(c, frame{cut: true})
	c.ending = true
	s.detach(c)
}

// GatewayState is what a test may ask of the gateway.
type GatewayState struct {
	Connections int   // open now
	Connected   int   // sessions that have a connection
	Opened      int   // connections so far
	Identifies  int   // identifications in the last day, also refused ones
	Resumes     int   // sessions resumed so far
	Heartbeats  int   // heartbeats so far
	Closes      []int // how each ended connection was closed by its client; 0 without a code
}

// Gateway tells how the gateway stands.
func (s *Server) Gateway() GatewayState {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := &s.gateway
	state := GatewayState{
		Connections: len(g.conns),
		Opened:      g.opened,
		Identifies:  len(within(g.identifies, s.clock(), identifyDay)),
		Resumes:     g.resumes,
		Heartbeats:  g.beats,
		Closes:      append([]int(nil), g.closes...),
	}
	for _, sess := range g.sessions {
		if sess.conn != nil {
			state.Connected++
		}
	}
	return state
}

// Redeliver sends the last event that a person caused once more, with a new
// number: events come "up to N times" (dd:reference.mdx "Consistency"). False
// where there was none.
func (s *Server) Redeliver() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gateway.last == nil {
		return false
	}
	s.tell(*s.gateway.last)
	return true
}

// Dispatch sends an event of any name and data to every session: one that
// this package does not know, or a message as a later Discord would send it.
func (s *Server) Dispatch(name string, data any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tellOf(event{name: name, full: mustJSON(data)})
}
