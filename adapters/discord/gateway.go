package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"

	"manyhands/bots"
)

// Run is connected to the gateway until ctx ends, and brings what it hears to
// in. It is called once. It returns an error where going on is useless: the
// token is refused, the settings are, or so many sessions were begun today that
// one more could cost the token.
//
// What happened while no session stood is lost, but for what Discord keeps for
// a session that is resumed.
func (d *Discord) Run(ctx context.Context, in bots.Receiver) error {
	within, cancel := context.WithCancel(ctx)
	end := d.intake.begin(within, in)
	defer end()
	defer cancel()
	return d.stay(within)
}

const (
	// reserve is how many beginnings of a session are left alone. Once the
	// thousand of a day are spent, Discord ends all sessions and changes the
	// token (dd:events/gateway.mdx "Identifying").
	reserve = 20
	// closeZombie ends a connection without ending its session (dd:events/
	// gateway.mdx "Heartbeat Interval": any code but 1000 and 1001).
	closeZombie = 4000
	// usualInterval stands in for a HELLO that named none.
	usualInterval = 45 * time.Second
)

// line is one session of Discord's, over one connection after another.
type line struct {
	session *discordgo.Session
	dialer  *dialer
	gone    chan struct{} // the library let go of a connection
	ready   atomic.Bool   // the session stands, so it can be resumed
}

func (d *Discord) newLine() (*line, error) {
	s, err := d.session("Bot " + d.token)
	if err != nil {
		return nil, err
	}
	l := &line{session: s, dialer: &dialer{}, gone: make(chan struct{}, 1)}
	s.Dialer = l.dialer.websocket()
	// Interactions need no intent, and neither does a direct message's text
	// (dd:events/gateway.mdx "Message Content Intent").
	s.Identify.Intents = discordgo.IntentDirectMessages
	s.AddHandler(func(_ *discordgo.Session, e *discordgo.Event) {
		if e.Type == "READY" {
			l.ready.Store(true)
		}
		d.intake.take(e.Type, e.RawData)
	})
	s.AddHandler(func(*discordgo.Session, *discordgo.Disconnect) { l.over() })
	return l, nil
}

// over notes that the library let go of a connection.
func (l *line) over() {
	select {
	case l.gone <- struct{}{}:
	default:
	}
}

// stay keeps a connection for as long as ctx goes on.
func (d *Discord) stay(ctx context.Context) error {
	var l *line
	var identified time.Time
	for short := 0; ; short++ {
		wait := doubled(d.pace.resume, d.pace.resumeMost, short-1)
		if l == nil {
			wait = max(0, doubled(d.pace.identify, d.pace.identifyMost, short)-time.Since(identified))
		}
		if short == 0 && l != nil {
			wait = 0
		}
		if !pause(ctx, wait) {
			return nil
		}
		if l == nil {
			begun, err := d.begin(ctx)
			if err != nil {
				return err
			}
			if begun == nil {
				identified = time.Now()
				continue
			}
			l, identified = begun, time.Now()
		}
		since := time.Now()
		kept, err := d.hold(ctx, l)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		if !kept {
			l = nil
		}
		if time.Since(since) >= d.pace.steady {
			short = -1
		}
	}
}

// doubled is a wait after so many failures.
func doubled(first, most time.Duration, failures int) time.Duration {
	return min(most, first<<min(max(failures, 0), 16))
}

// begin makes a session ready to be opened, where the day's budget allows it.
// It returns nil for now where Discord does not answer.
//
// The budget is Discord's own count. One of ours that outlives the program, and
// reading up what was missed, belong here too when they come.
func (d *Discord) begin(ctx context.Context) (*line, error) {
	body, failed := d.call(ctx, d.pace.call, http.MethodGet, "gateway/bot", payload{})
	if failed != nil {
		if failed.status == http.StatusUnauthorized {
			return nil, errors.New(fatal(4004))
		}
		if ctx.Err() == nil {
			d.log.Warn("Discord cannot be reached and will be tried again", "reason", failed.Error())
		}
		return nil, nil
	}
	var gateway struct {
		Limit *struct {
			Remaining  int   `json:"remaining"`
			ResetAfter int64 `json:"reset_after"` // ms
		} `json:"session_start_limit"`
	}
	if err := json.Unmarshal(body, &gateway); err == nil && gateway.Limit != nil && gateway.Limit.Remaining <= reserve {
		after := (time.Duration(gateway.Limit.ResetAfter) * time.Millisecond).Round(time.Minute)
		return nil, fmt.Errorf("the bot connected to Discord so often today that one time more could cost its token. "+
			"Find out what ends its connections, and start it again in %s", after)
	}
	return d.newLine()
}

// hold opens a connection and stays on it until it ends. kept is false where
// its session is over; an error means that going on is useless.
func (d *Discord) hold(ctx context.Context, l *line) (kept bool, err error) {
	select {
	case <-l.gone:
	default:
	}
	failed := d.open(ctx, l)
	if ctx.Err() != nil {
		l.dialer.cut(true)
		return false, nil
	}
	if failed == nil {
		d.log.Info("Discord is connected")
		failed = d.live(ctx, l)
	}
	w := l.dialer.present()
	if w == nil || errors.Is(failed, errHung) {
		l.dialer.cut(errors.Is(failed, errHung))
		return w == nil && l.ready.Load(), nil
	}
	end := w.state()
	_ = w.Close()
	if sentence := fatal(end.code); sentence != "" {
		return false, errors.New(sentence)
	}
	if ctx.Err() == nil {
		d.log.Warn("the connection to Discord ended and will be taken up again", "code", end.code)
	}
	return l.ready.Load() && !errors.Is(end.stopped, errInvalidSession) && !endsSession(end.code), nil
}

// errHung is a connection that the library does not come back from: its Open
// has no deadline and holds its lock (dg:wsapi.go:57, 104, 171).
var errHung = errors.New("discord: the library hangs")

// open lets the library open a connection, but not for ever.
func (d *Discord) open(ctx context.Context, l *line) error {
	opened := make(chan error, 1)
	go func() { opened <- l.session.Open() }()
	late := time.NewTimer(d.pace.open)
	defer late.Stop()
	select {
	case err := <-opened:
		return err
	case <-late.C:
		return errHung
	case <-ctx.Done():
		return ctx.Err()
	}
}

// live stays on an open connection until it ends. It looks after the
// heartbeats: the library waits for five that were not answered and then ends
// the session with 1000 (dg:wsapi.go:266, 306).
func (d *Discord) live(ctx context.Context, l *line) error {
	w := l.dialer.present()
	interval := w.state().interval
	if interval <= 0 {
		interval = usualInterval
	}
	tick := time.NewTicker(max(interval/4, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			d.hangUp(l, w, websocket.CloseNormalClosure)
			l.dialer.cut(true)
			return nil
		case <-l.gone:
			return nil
		case <-tick.C:
			if time.Since(w.state().beat) > interval*3/2 {
				d.hangUp(l, w, closeZombie)
				return d.letGo(l)
			}
		}
	}
}

// hangUp sends a close frame. The library's own way sleeps a second afterwards
// (dg:wsapi.go:975); nobody waits for that here.
func (d *Discord) hangUp(l *line, w *wire, code int) {
	go func() { _ = l.session.CloseWithCode(code) }()
	late := time.NewTimer(d.pace.end)
	defer late.Stop()
	select {
	case <-w.closing:
	case <-l.gone:
		l.over() // for whoever waits for it
	case <-late.C:
	}
}

// letGo waits until the library is rid of a connection.
func (d *Discord) letGo(l *line) error {
	late := time.NewTimer(d.pace.end)
	defer late.Stop()
	select {
	case <-l.gone:
		return nil
	case <-late.C:
		return errHung
	}
}

// fatal is the sentence for a close code after which a reconnection is useless
// (dd:topics/opcodes-and-status-codes.mdx "Gateway Close Event Codes"), or "".
func fatal(code int) string {
	switch code {
	case 4004:
		return "the bot's token is refused. Give the present one in MANYHANDS_DISCORD_TOKEN and start again"
	case 4010:
		return "Discord cannot follow how the bot divides its servers among connections (invalid shard). This is a fault of the program: please report it"
	case 4011:
		return "the bot is in too many servers for one connection (sharding required). This program cannot serve so many"
	case 4012:
		return "Discord no longer takes this version of its gateway. A newer version of the program is needed"
	case 4013:
		return "Discord does not know what the bot asks to hear (invalid intents). This is a fault of the program: please report it"
	case 4014:
		return "Discord does not let the bot hear what it asks for (disallowed intents). This is a fault of the program: please report it"
	}
	return ""
}

// endsSession says whether a close code means that a new session is needed
// (ib.).
func endsSession(code int) bool { return code == 4003 || code == 4007 || code == 4009 }
