package webchat

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// catchUp is the most messages told at once, the newest ones: a page
	// loaded on prepaid data needs no more.
	catchUp = 100
	// workingPoll is how often the store is asked while an answer is under
	// way: another copy of the program may be the one that sends it.
	workingPoll = time.Second
	// writeTime bounds one write to a line; a reader that takes none is gone.
	writeTime = 20 * time.Second
)

// events tells the page what is shown in its session, from the event number
// in Last-Event-ID (or ?after=) on, for as long as the page listens.
//
// Events: unnamed, a message (its id is the event number); "live", all there
// was has been told; "working", an answer is under way; "beat", the line is
// alive; "left", "elsewhere" and "stopped", the line ends and why. Without a
// session the answer is 204, after which a browser does not ask again; where
// mostLines listen already, 503. A token by which nothing was said yet is
// listened to all the same: the page listens before the first message, and
// anyone is given such a token, so refusing others would keep nobody away.
func (c *Chat) events(w http.ResponseWriter, r *http.Request) {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		http.Error(w, "not from this page", http.StatusForbidden)
		return
	}
	_, s, open, err := c.openSession(r)
	if err != nil {
		c.fail(w, "events", err)
		return
	}
	if !open {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	l := c.hub.add(string(s))
	if l == nil {
		unavailable(w)
		return
	}
	defer c.hub.close(string(s), l)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would hold events back
	t := &telling{chat: c, lane: string(s), after: lastEvent(r), w: w, control: http.NewResponseController(w)}
	if err := t.run(r.Context(), l); err != nil && r.Context().Err() == nil {
		c.Log.Debug("a line of the web chat ended", "error", err)
	}
}

// lastEvent is the event number from which a page asks, 0 for everything.
func lastEvent(r *http.Request) int64 {
	for _, s := range []string{r.Header.Get("Last-Event-ID"), r.URL.Query().Get("after")} {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil && n > 0 {
			return n
		}
	}
	return 0
}

// telling is one line being told its events.
type telling struct {
	chat    *Chat
	lane    string
	after   int64
	working bool
	w       http.ResponseWriter
	control *http.ResponseController
	out     bytes.Buffer
}

func (t *telling) run(ctx context.Context, l *line) error {
	fmt.Fprintf(&t.out, "retry: 2000\n\n")
	if err := t.news(ctx); err != nil {
		return err
	}
	t.event("live", "{}")
	if err := t.flush(); err != nil {
		return err
	}
	beat := time.NewTicker(t.chat.Beat)
	defer beat.Stop()
	for {
		var poll <-chan time.Time
		if t.working {
			poll = time.After(workingPoll)
		}
		select {
		case <-ctx.Done():
			return nil
		case why := <-l.ended:
			t.event(string(why), "{}")
			return t.flush()
		case <-l.woken:
		case <-poll:
		case <-beat.C:
			t.event("beat", "")
		}
		if err := t.news(ctx); err != nil {
			return err
		}
		if err := t.flush(); err != nil {
			return err
		}
	}
}

// news writes what was shown since the last time, and whether an answer is
// under way.
func (t *telling) news(ctx context.Context) error {
	from := t.chat.Clock().Add(-Retention)
	err := t.chat.Store.Since(ctx, networkName, t.lane, t.after, from, catchUp, func(number, event int64, at time.Time, body []byte) error {
		var m struct {
			ID int64 `json:"id"`
			At int64 `json:"at"`
			shown
		}
		if err := json.Unmarshal(body, &m.shown); err != nil {
			return fmt.Errorf("a stored message cannot be read: %w", err)
		}
		m.ID, m.At = number, at.UnixMilli()
		data, err := json.Marshal(m)
		if err != nil {
			return err
		}
		fmt.Fprintf(&t.out, "id: %d\ndata: %s\n\n", event, data)
		t.after = event
		return nil
	})
	if err != nil {
		return err
	}
	working := t.chat.hub.isWorking(t.lane)
	if working && !t.working {
		t.event("working", "{}")
	}
	t.working = working
	return nil
}

func (t *telling) event(name, data string) {
	fmt.Fprintf(&t.out, "event: %s\ndata: %s\n\n", name, data)
}

func (t *telling) flush() error {
	if t.out.Len() == 0 {
		return nil
	}
	_ = t.control.SetWriteDeadline(time.Now().Add(writeTime)) // a recorder in a test has none
	if _, err := t.w.Write(t.out.Bytes()); err != nil {
		return err
	}
	t.out.Reset()
	return t.control.Flush()
}
