package discordtest_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"manyhands/adapters/discord/discordtest"
)

// line is a raw client of the gateway.
type line struct {
	w  *world
	ws *websocket.Conn
}

type packet struct {
	Op int             `json:"op"`
	T  string          `json:"t"`
	S  int             `json:"s"`
	D  json.RawMessage `json:"d"`
}

func (w *world) dial(query string) *line {
	w.t.Helper()
	ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(w.base, "http")+"/"+query, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = ws.Close() }) // often closed by the server before
	_ = ws.SetReadDeadline(time.Now().Add(10 * time.Second))
	return &line{w, ws}
}

func (l *line) send(op int, d any) {
	l.w.t.Helper()
	if err := l.ws.WriteJSON(o{"op": op, "d": d}); err != nil {
		l.w.t.Fatal(err)
	}
}

func (l *line) next() packet {
	l.w.t.Helper()
	var p packet
	if err := l.ws.ReadJSON(&p); err != nil {
		l.w.t.Fatal(err)
	}
	return p
}

// code reads on until the connection is closed, and gives the close code.
func (l *line) code() int {
	l.w.t.Helper()
	for {
		if _, _, err := l.ws.ReadMessage(); err != nil {
			var e *websocket.CloseError
			if errors.As(err, &e) {
				return e.Code
			}
			l.w.t.Fatal(err)
		}
	}
}

func identity(intents int) o { return o{"token": token, "intents": intents, "properties": o{}} }

// ready identifies and gives the session's id.
func (l *line) ready(intents int) string {
	l.w.t.Helper()
	if p := l.next(); p.Op != 10 {
		l.w.t.Fatalf("got op %d, want HELLO", p.Op)
	}
	l.send(2, identity(intents))
	p := l.next()
	var d struct {
		Session string `json:"session_id"`
		Resume  string `json:"resume_gateway_url"`
		Guilds  []struct {
			Unavailable bool `json:"unavailable"`
		} `json:"guilds"`
		Application struct{ ID string } `json:"application"`
	}
	_ = json.Unmarshal(p.D, &d)
	if p.T != "READY" || p.S != 1 || d.Session == "" || d.Resume == "" || d.Application.ID != l.w.ApplicationID() {
		l.w.t.Fatalf("got %+v", p)
	}
	if len(d.Guilds) != 1 || !d.Guilds[0].Unavailable {
		l.w.t.Fatalf("guilds: %s", p.D)
	}
	return d.Session
}

func TestGatewayCloses(t *testing.T) {
	for _, c := range []struct {
		name, source string
		query        string
		do           func(*line)
		code         int
	}{
		{"wrong token", "opcodes-and-status-codes.mdx 4004", "?v=10", func(l *line) { l.send(2, o{"token": "x", "intents": 0}) }, 4004},
		{"wrong token on resume", "ib. 4004", "?v=10", func(l *line) { l.send(6, o{"token": "x", "session_id": "s", "seq": 1}) }, 4004},
		{"no intents", "gateway.mdx Gateway Intents: required as of v8", "?v=9", func(l *line) { l.send(2, o{"token": token}) }, 4013},
		{"unknown intents", "ib. 4013", "?v=10", func(l *line) { l.send(2, identity(1<<30)) }, 4013},
		{"intents without leave", "ib. 4014", "?v=10", func(l *line) { l.send(2, identity(discordtest.IntentMessageContent)) }, 4014},
		{"wrong shard", "ib. 4010", "?v=10", func(l *line) { l.send(2, o{"token": token, "intents": 0, "shard": []int{2, 2}}) }, 4010},
		{"wrong version", "ib. 4012", "?v=3", func(*line) {}, 4012},
		{"unknown op", "ib. 4001", "?v=10", func(l *line) { l.send(99, nil) }, 4001},
		{"no JSON", "ib. 4002", "?v=10", func(l *line) { _ = l.ws.WriteMessage(websocket.TextMessage, []byte("{")) }, 4002},
		{"large payload", "gateway.mdx Sending Events", "?v=10", func(l *line) { l.send(1, strings.Repeat("a", 4097)) }, 4002},
		{"before identify", "ib. 4003", "?v=10", func(l *line) { l.send(3, o{}) }, 4003},
		{"identify twice", "ib. 4005", "?v=10", func(l *line) { l.send(2, identity(0)); l.send(2, identity(0)) }, 4005},
		{"121 sends in a minute", "gateway.mdx Rate Limiting", "?v=10", func(l *line) {
			for range 121 {
				l.send(1, nil)
			}
		}, 4008},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			l := w.dial(c.query)
			c.do(l)
			if got := l.code(); got != c.code {
				t.Errorf("closed with %d, want %d (%s)", got, c.code, c.source)
			}
		})
	}
}

func TestHeartbeats(t *testing.T) {
	w := newWorld(t)
	w.SetHeartbeat(300 * time.Millisecond)
	l := w.dial("?v=9&encoding=json")
	if p := l.next(); string(p.D) != `{"heartbeat_interval":300}` {
		t.Fatalf("HELLO: %s", p.D)
	}
	l.send(1, nil)
	if p := l.next(); p.Op != 11 {
		t.Fatalf("got op %d, want an ACK", p.Op)
	}
	w.MuteAcks(true)
	l.send(1, nil)
	w.wait("the heartbeat", func() bool { return w.Gateway().Heartbeats == 2 })
	l.send(2, identity(0))
	if p := l.next(); p.T != "READY" {
		t.Fatalf("a zombie answered with op %d", p.Op)
	}
	w.RequestHeartbeat()
	if p := l.next(); p.Op != 1 {
		t.Fatalf("got op %d, want a request", p.Op)
	}
}

func TestResumeReplaysInOrder(t *testing.T) {
	w := newWorld(t)
	l := w.dial("?v=10")
	session := l.ready(discordtest.IntentGuildMessages)
	say := func(text string) {
		if _, err := w.ada.Say(w.room, text); err != nil {
			t.Fatal(err)
		}
	}
	say("one")
	if p := l.next(); p.T != "MESSAGE_CREATE" || p.S != 2 {
		t.Fatalf("got %+v", p)
	}
	_ = l.ws.UnderlyingConn().Close()
	w.wait("the loss", func() bool { return w.Gateway().Connected == 0 })
	say("two")
	say("three")

	again := w.dial("?v=10")
	again.next()
	again.send(6, o{"token": "Bot " + token, "session_id": session, "seq": 2})
	for n, want := range []string{"MESSAGE_CREATE", "MESSAGE_CREATE", "RESUMED"} {
		if p := again.next(); p.T != want || p.S != 3+n {
			t.Fatalf("got %s %d, want %s", p.T, p.S, want)
		}
	}
}

// What ends a session: dd:events/gateway.mdx "Initiating a Disconnect" and
// "Preparing to Resume", dd:topics/opcodes-and-status-codes.mdx.
func TestSessionEnds(t *testing.T) {
	for name, end := range map[string]func(w *world, l *line){
		"client closes with 1000": func(_ *world, l *line) {
			_ = l.ws.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(1000, ""))
		},
		"too long away": func(w *world, _ *line) {
			w.CutGateway()
			w.clock.move(5 * time.Minute)
		},
		"timed out":     func(w *world, _ *line) { w.CloseGateway(4009) },
		"invalidated":   func(w *world, _ *line) { w.InvalidateSessions(false) },
		"never existed": func(w *world, l *line) { w.CloseGateway(4000) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			l := w.dial("?v=10")
			session := l.ready(0)
			if name == "never existed" {
				session = "none"
			}
			end(w, l)
			w.wait("the loss", func() bool { return w.Gateway().Connected == 0 })
			again := w.dial("?v=10")
			again.next()
			again.send(6, o{"token": token, "session_id": session, "seq": 1})
			if p := again.next(); p.Op != 9 || string(p.D) != "false" {
				t.Fatalf("got %+v, want op 9 with false", p)
			}
		})
	}
}

// dd:events/gateway.mdx "Resuming", the fourth case.
func TestInvalidSessionThatResumes(t *testing.T) {
	w := newWorld(t)
	l := w.dial("?v=10")
	session := l.ready(0)
	w.InvalidateSessions(true)
	if p := l.next(); p.Op != 9 || string(p.D) != "true" {
		t.Fatalf("got %+v", p)
	}
	l.send(6, o{"token": token, "session_id": session, "seq": 1})
	if p := l.next(); p.T != "RESUMED" {
		t.Fatalf("got %+v", p)
	}
}

func TestResumeWithWrongSequence(t *testing.T) {
	w := newWorld(t)
	l := w.dial("?v=10")
	session := l.ready(0)
	w.CutGateway()
	again := w.dial("?v=10")
	again.send(6, o{"token": token, "session_id": session, "seq": 99})
	if got := again.code(); got != 4007 {
		t.Fatalf("closed with %d, want 4007", got)
	}
}

// dd:events/gateway.mdx "Rate Limiting" and "Session Start Limit Object".
func TestIdentifyLimits(t *testing.T) {
	w := newWorld(t)
	w.SetIdentifyBudget(3)
	w.dial("?v=10").ready(0)
	l := w.dial("?v=10")
	l.next()
	l.send(2, identity(0))
	if p := l.next(); p.Op != 9 || string(p.D) != "false" {
		t.Fatalf("second identification in 5 s: %+v", p)
	}
	w.clock.move(5 * time.Second)
	l.send(2, identity(0))
	if p := l.next(); p.T != "READY" {
		t.Fatalf("after 5 s: %+v", p)
	}
	a := w.call("GET", "/gateway/bot", nil)
	limit := a.body["session_start_limit"].(o)
	if limit["total"] != 3.0 || limit["remaining"] != 0.0 || limit["max_concurrency"] != 1.0 {
		t.Fatalf("limit: %v", limit)
	}
	w.clock.move(5 * time.Second)
	last := w.dial("?v=10")
	last.send(2, identity(0))
	if got := last.code(); got != 4004 {
		t.Fatalf("over budget: closed with %d", got)
	}
	if got := l.code(); got != 4004 {
		t.Fatalf("the other session: closed with %d", got)
	}
	w.want(w.call("GET", "/users/@me", nil), 401, 0)
}

func TestReconnectBeforeAnything(t *testing.T) {
	w := newWorld(t)
	w.ReconnectEarly(discordtest.EarlyHello, 1)
	if p := w.dial("?v=10").next(); p.Op != 7 {
		t.Fatalf("got op %d", p.Op)
	}
	w.ReconnectEarly(discordtest.EarlyReady, 1)
	l := w.dial("?v=10")
	l.next()
	l.send(2, identity(0))
	if p := l.next(); p.Op != 7 {
		t.Fatalf("got op %d", p.Op)
	}
	w.CloseIdentifies(4004)
	w.clock.move(time.Minute)
	l = w.dial("?v=10")
	l.send(2, identity(0))
	if got := l.code(); got != 4004 {
		t.Fatalf("closed with %d", got)
	}
}

// dd:events/gateway.mdx "Message Content Intent".
func TestContentNeedsIntent(t *testing.T) {
	w := newWorld(t)
	w.SetConcurrency(0)
	w.AllowIntents(discordtest.IntentMessageContent)
	texts := discordtest.IntentGuildMessages | discordtest.IntentDirectMessages
	bare, full := w.dial("?v=10"), w.dial("?v=10")
	bare.ready(texts)
	full.ready(texts | discordtest.IntentMessageContent)
	for _, c := range []struct {
		where      *discordtest.Channel
		text, bare string
	}{
		{w.room, "hello", ""},
		{w.room, "hello " + w.Bot().Mention(), "hello " + w.Bot().Mention()},
		{w.ada.DM(), "hello", "hello"},
	} {
		if _, err := w.ada.Say(c.where, c.text); err != nil {
			t.Fatal(err)
		}
		for l, want := range map[*line]string{bare: c.bare, full: c.text} {
			var m struct{ Content string }
			p := l.next()
			_ = json.Unmarshal(p.D, &m)
			if p.T != "MESSAGE_CREATE" || m.Content != want {
				t.Errorf("%s %q, want %q", p.T, m.Content, want)
			}
		}
	}
	w.AllowIntents(0)
	a := w.call("GET", "/channels/"+w.room.ID+"/messages?limit=1", nil)
	if a.list[0]["content"] == "" {
		t.Error("a mention of the bot is empty by REST")
	}
	a = w.call("GET", "/channels/"+w.room.ID+"/messages", nil)
	if a.list[1]["content"] != "" {
		t.Error("REST gives text without leave")
	}
}

func TestRedeliverAndRawEvents(t *testing.T) {
	w := newWorld(t)
	if w.Redeliver() {
		t.Fatal("there was nothing to deliver again")
	}
	l := w.dial("?v=10")
	l.ready(discordtest.IntentGuildMessages)
	if _, err := w.ada.Say(w.room, "once"); err != nil {
		t.Fatal(err)
	}
	first := l.next()
	w.Redeliver()
	second := l.next()
	if string(first.D) != string(second.D) || second.S != first.S+1 {
		t.Fatalf("%s %d, then %s %d", first.D, first.S, second.D, second.S)
	}
	w.Dispatch("SOMETHING_NEW", o{"id": "1"})
	if p := l.next(); p.T != "SOMETHING_NEW" || string(p.D) != `{"id":"1"}` {
		t.Fatalf("got %+v", p)
	}
}

// dd:events/gateway.mdx "Sharding Formula": direct messages go to shard 0.
func TestShards(t *testing.T) {
	w := newWorld(t)
	w.SetConcurrency(0)
	for shard := range 2 {
		l := w.dial("?v=10")
		l.next()
		l.send(2, o{"token": token, "intents": discordtest.IntentDirectMessages, "shard": []int{shard, 2}})
		l.next()
		if _, err := w.ada.Say(w.ada.DM(), "hello"); err != nil {
			t.Fatal(err)
		}
		l.send(1, nil)
		if got := l.next().Op; (got == 0) != (shard == 0) {
			t.Errorf("shard %d got op %d first", shard, got)
		}
	}
}
