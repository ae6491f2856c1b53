package discordtest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
)

// The intents this server knows by name (dd:events/gateway.mdx "List of
// Intents").
const (
	IntentGuilds         = 1 << 0
	IntentGuildMembers   = 1 << 1 // needs leave
	IntentPresences      = 1 << 8 // needs leave
	IntentGuildMessages  = 1 << 9
	IntentDirectMessages = 1 << 12
	IntentMessageContent = 1 << 15 // needs leave

	privilegedIntents = IntentGuildMembers | IntentPresences | IntentMessageContent
	// bits 0 to 16, 20, 21, 24 and 25
	knownIntents = 1<<17 - 1 | 1<<20 | 1<<21 | 1<<24 | 1<<25
)

const (
	// sessionKept is how long a session waits for its client. Documented as
	// "a few minutes" (dd:events/gateway.mdx "Initiating a Disconnect").
	sessionKept = 5 * time.Minute
	// identifyWithin is the span max_concurrency counts over, and identifyDay
	// that of the budget (dd:events/gateway.mdx "Session Start Limit Object"
	// and "Identifying").
	identifyWithin = 5 * time.Second
	identifyDay    = 24 * time.Hour
)

// gateway is the server's side of all connections, under its lock.
type gateway struct {
	conns     map[*connection]bool
	sessions  map[string]*session
	heartbeat time.Duration
	mute      bool // no ACKs
	early     map[Early]int
	closeNext []int // close codes for the next identifications
	opened    int   // connections so far
	beats     int   // heartbeats so far
	resumes   int
	closes    []int // how clients closed, 0 without a code

	concurrency int
	total       int
	identifies  []moment

	last *event // the last event that a person caused
}

func newGateway() gateway {
	return gateway{
		conns:       map[*connection]bool{},
		sessions:    map[string]*session{},
		heartbeat:   45 * time.Second, // dd:events/gateway.mdx "Hello Event"
		early:       map[Early]int{},
		concurrency: 1,
		total:       1000,
	}
}

// session is what survives a lost connection: its past events by number.
type session struct {
	id      string
	intents int
	shard   int
	shards  int
	seq     int
	log     []dispatched
	conn    *connection
	left    moment // when conn was lost
}

type dispatched struct {
	seq     int
	payload json.RawMessage
}

// event is one thing that happened, before it is told to the sessions.
type event struct {
	name   string
	guild  string // "" outside guilds
	intent int    // 0: told to all
	full   json.RawMessage
	// bare replaces full for a session that may not read what people wrote;
	// nil where all may read.
	bare json.RawMessage
}

// tell sends an event to every session it concerns.
func (s *Server) tell(e event) {
	for id, sess := range s.gateway.sessions {
		if s.stale(sess) {
			delete(s.gateway.sessions, id)
			continue
		}
		if e.intent != 0 && sess.intents&e.intent == 0 || !sess.serves(e.guild) {
			continue
		}
		d := e.full
		if e.bare != nil && sess.intents&IntentMessageContent == 0 {
			d = e.bare
		}
		s.dispatch(sess, e.name, d)
	}
	s.signal()
}

// stale says whether nobody came back for a session in time.
func (s *Server) stale(sess *session) bool {
	return sess.conn == nil && s.clock().Sub(sess.left) >= sessionKept
}

// tellOf is tell for what a person did, which Redeliver repeats.
func (s *Server) tellOf(e event) {
	s.gateway.last = &e
	s.tell(e)
}

// serves says whether the guild's events come to this shard: (guild_id >> 22)
// % num_shards, and direct messages to shard 0 (dd:events/gateway.mdx
// "Sharding Formula").
func (s *session) serves(guild string) bool {
	if guild == "" {
		return s.shard == 0
	}
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int(id>>22%uint64(s.shards)) == s.shard
}

// dispatch numbers an event for one session, keeps it for a resumption, and
// sends it where the session is connected.
func (s *Server) dispatch(sess *session, name string, d json.RawMessage) {
	sess.seq++
	p := mustJSON(object{"op": opDispatch, "t": name, "s": sess.seq, "d": d})
	sess.log = append(sess.log, dispatched{sess.seq, p})
	if sess.conn != nil {
		s.pushRaw(sess.conn, p)
	}
}

// identification is op 2 (dd:events/gateway-events.mdx "Identify"). Its
// properties are read by nobody, so that the old names with a dollar pass, and
// so is its presence.
type identification struct {
	Token    string  `json:"token"`
	Compress bool    `json:"compress"`
	Shard    *[2]int `json:"shard"`
	Intents  *int    `json:"intents"`
}

// identify begins a session, or says why not.
func (s *Server) identify(c *connection, d json.RawMessage) {
	var id identification
	switch {
	case c.session != nil:
		s.hangUp(c, closeAlreadyAuthenticated)
		return
	case json.Unmarshal(d, &id) != nil:
		s.hangUp(c, closeDecodeError)
		return
	}
	now := s.clock()
	s.gateway.identifies = append(within(s.gateway.identifies, now, identifyDay), now)
	if len(s.gateway.identifies) > s.gateway.total {
		s.serial++
		s.resetToken(fmt.Sprintf("reset-%d-%s", s.serial, s.newID()))
		return
	}
	if code := s.refusedIdentity(id); code != 0 {
		s.hangUp(c, code)
		return
	}
	recent := within(s.gateway.identifies, now, identifyWithin)
	if s.gateway.concurrency > 0 && len(recent) > s.gateway.concurrency {
		s.push(c, object{"op": opInvalidSession, "d": false})
		return
	}
	if s.gateway.takes(EarlyReady) {
		s.push(c, object{"op": opReconnect, "d": nil})
		return
	}
	s.begin(c, id)
}

// refusedIdentity is the close code an identification earns, or 0.
func (s *Server) refusedIdentity(id identification) int {
	if len(s.gateway.closeNext) > 0 {
		code := s.gateway.closeNext[0]
		s.gateway.closeNext = s.gateway.closeNext[1:]
		return code
	}
	switch {
	case !s.rightToken(id.Token):
		return closeAuthenticationFailed
	case id.Shard != nil && (id.Shard[1] < 1 || id.Shard[0] < 0 || id.Shard[0] >= id.Shard[1]):
		return closeInvalidShard
	case id.Intents == nil, *id.Intents&^knownIntents != 0:
		return closeInvalidIntents // required since version 8
	case *id.Intents&privilegedIntents&^s.app.privileged != 0:
		return closeDisallowedIntents
	}
	return 0
}

// begin makes the session: READY with unavailable guilds, then each guild.
func (s *Server) begin(c *connection, id identification) {
	s.serial++
	sess := &session{
		id:      fmt.Sprintf("session-%d-%s", s.serial, s.newID()),
		intents: *id.Intents,
		shards:  1,
		conn:    c,
	}
	if id.Shard != nil {
		sess.shard, sess.shards = id.Shard[0], id.Shard[1]
	}
	c.session, c.compress = sess, id.Compress
	s.gateway.sessions[sess.id] = sess

	var mine []*Guild
	unavailable := []object{}
	for _, g := range s.guilds {
		if g.bot && sess.serves(g.ID) {
			mine = append(mine, g)
			unavailable = append(unavailable, object{"id": g.ID, "unavailable": true})
		}
	}
	s.dispatch(sess, "READY", mustJSON(object{
		"v":                  c.version,
		"user":               s.userObject(s.bot),
		"guilds":             unavailable,
		"session_id":         sess.id,
		"resume_gateway_url": s.gatewayURL(),
		"shard":              []int{sess.shard, sess.shards},
		"application":        object{"id": s.app.id, "flags": 0},
		"private_channels":   []object{},
	}))
	if sess.intents&IntentGuilds != 0 {
		for _, g := range mine {
			s.dispatch(sess, "GUILD_CREATE", mustJSON(s.guildObject(g)))
		}
	}
}

// resume goes on with a session: the missed events in order, then RESUMED
// (dd:events/gateway.mdx "Preparing to Resume"). One that is gone gives op 9.
func (s *Server) resume(c *connection, d json.RawMessage) {
	var r struct {
		Token   string `json:"token"`
		Session string `json:"session_id"`
		Seq     int    `json:"seq"`
	}
	switch {
	case c.session != nil:
		s.hangUp(c, closeAlreadyAuthenticated)
		return
	case json.Unmarshal(d, &r) != nil:
		s.hangUp(c, closeDecodeError)
		return
	case !s.rightToken(r.Token):
		s.hangUp(c, closeAuthenticationFailed)
		return
	}
	sess := s.gateway.sessions[r.Session]
	if sess != nil && s.stale(sess) {
		delete(s.gateway.sessions, sess.id)
		sess = nil
	}
	if sess == nil {
		s.push(c, object{"op": opInvalidSession, "d": false})
		return
	}
	if r.Seq > sess.seq {
		delete(s.gateway.sessions, sess.id)
		s.hangUp(c, closeInvalidSequence)
		return
	}
	if s.gateway.takes(EarlyReady) {
		s.push(c, object{"op": opReconnect, "d": nil})
		return
	}
	if old := sess.conn; old != nil {
		s.cut(old)
	}
	sess.conn, c.session = c, sess
	s.gateway.resumes++
	for _, e := range sess.log {
		if e.seq > r.Seq {
			s.pushRaw(c, e.payload)
		}
	}
	s.dispatch(sess, "RESUMED", mustJSON(object{}))
}

// gatewayURL is where the gateway answers.
func (s *Server) gatewayURL() string { return "ws" + s.base[len("http"):] }
