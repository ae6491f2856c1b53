package telegramtest_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	. "manyhands/adapters/telegram/telegramtest"
)

func TestOffsets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.Write(Writing{From: ann, Text: strconv.Itoa(i)})
	}
	all := w.updates(0)
	first := id(all[0])
	same(t, "all", len(all), 5)
	same(t, "in a row", id(all[4]), first+4)
	same(t, "again without a confirmation", len(w.updates(0)), 5)
	same(t, "confirmed up to the offset", len(w.updates(first+2)), 3)
	same(t, "forgotten", len(w.updates(0)), 3)
	same(t, "far future counts as none", len(w.updates(first+500)), 3)
	same(t, "far past counts as none", len(w.updates(1)), 3)
	same(t, "only the last", id(w.updates(-1)[0]), first+4)
	same(t, "others forgotten", len(w.updates(0)), 1)
	same(t, "all confirmed", len(w.updates(first+5)), 0)
	same(t, "pending", w.Pending(), 0)
}

func TestLimitIsClamped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 102 {
		w.Write(Writing{From: ann, Text: "x"})
	}
	for limit, want := range map[string]int{"0": 1, "2": 2, "1000": 100, "": 100} {
		r := w.call("getUpdates", params{"limit": limit})
		var got []any
		w.decode(r.Result, &got)
		same(t, "limit "+limit, len(got), want)
	}
}

// pollInTheBackground starts a long poll and waits until it waits.
func (w *world) pollInTheBackground() <-chan reply {
	out := make(chan reply, 1)
	before := len(w.Calls("getUpdates"))
	go func() { out <- w.call("getUpdates", params{"timeout": "50"}) }()
	w.wait(func() bool { return w.Polling() && len(w.Calls("getUpdates")) > before })
	return out
}

func TestLongPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(t, "idle before", w.Idle(), false)
	answer := w.pollInTheBackground()
	same(t, "idle", w.Idle(), true)
	w.Write(Writing{From: ann, Text: "now"})
	if r := <-answer; !strings.Contains(string(r.Result), `"text":"now"`) {
		t.Errorf("got %s", r.Result)
	}
	same(t, "unconfirmed", w.Pending(), 1)
}

func TestTwoPolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older := w.pollInTheBackground()
	newer := w.pollInTheBackground()
	r := <-older
	same(t, "older", r.Code, http.StatusConflict)
	same(t, "why", r.Description, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
	w.Write(Writing{From: ann, Text: "x"})
	if r := <-newer; !r.OK || string(r.Result) == "[]" {
		t.Errorf("newer got %+v", r)
	}
}

// A poll that finds something, or does not wait, ends nobody else's.
func TestPollThatDoesNotWaitEndsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older := w.pollInTheBackground()
	w.updates(0)
	same(t, "still waiting", w.Polling(), true)
	w.Write(Writing{From: ann, Text: "x"})
	same(t, "older", (<-older).OK, true)
}

func TestWebhookEndsPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	older := w.pollInTheBackground()
	w.Turn(func(k *Knobs) { k.WebhookPause = 0 })
	same(t, "set", w.call("setWebhook", params{"url": "https://example.org/x", "secret_token": "s_-1"}).OK, true)
	same(t, "poll", (<-older).Description, "Conflict: terminated by setWebhook request")
	address, secret := w.Webhook()
	same(t, "stored", address+" "+secret, "https://example.org/x s_-1")
	same(t, "info", strings.Contains(string(w.call("getWebhookInfo", nil).Result), `"max_connections":40`), true)
	same(t, "deleted", w.call("deleteWebhook", params{"drop_pending_updates": "true"}).OK, true)
	same(t, "polls again", len(w.updates(0)), 0)
}

func TestAllowedUpdatesAreAskedWhenMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(Writing{From: ann, Text: "before"})
	w.call("getUpdates", params{"allowed_updates": `["callback_query"]`})
	w.Write(Writing{From: ann, Text: "not wanted"})
	w.Press(Press{From: ann, Message: 1, Data: "a"})
	same(t, "kinds", kinds(w.drain()), "message callback_query")
	w.call("getUpdates", params{"allowed_updates": "null"})
	w.Write(Writing{From: ann, Text: "still not wanted"})
	same(t, "kept", kinds(w.drain()), "")
	w.call("getUpdates", params{"allowed_updates": "[]"})
	w.Write(Writing{From: ann, Text: "wanted again"})
	same(t, "reset", kinds(w.drain()), "message")
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(Writing{From: ann, Text: "x"})
	w.Press(Press{From: ann, Message: 1, Data: "a"})
	w.clock.Move(151 * time.Second)
	same(t, "press gone", kinds(w.updates(0)), "message")
	w.clock.Move(24 * time.Hour)
	same(t, "message gone", kinds(w.updates(0)), "")
}

func TestRedeliver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(Writing{From: ann, Text: "once"})
	first := w.drain()
	w.Redeliver()
	again := w.updates(id(first[0]) + 1)
	same(t, "same id, though confirmed", id(again[0]), id(first[0]))
	same(t, "only once more", len(w.updates(id(first[0])+1)), 0)
}

func TestInject(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(`{"pigeon":{"feathers":7}}`)
	w.Inject(`{"message":{"message_id":"not a number"}}`)
	w.Inject(`{}`)
	got := w.drain()
	same(t, "updates", len(got), 3)
	same(t, "unknown kind", at(got[0], "pigeon", "feathers").(float64), 7)
	same(t, "empty", len(got[2]), 1)
}

func TestResetIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(Writing{From: ann, Text: "before"})
	last := id(w.drain()[0])
	w.ResetIDs(3_000_000)
	w.Write(Writing{From: ann, Text: "after"})
	got := w.updates(last + 1)
	same(t, "a lower id comes though the offset is high", id(got[0]), 3_000_000)
}

func TestCloseEndsEveryWait(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	done := make(chan error, 1)
	go func() { done <- w.Wait(context.Background(), func() bool { return false }) }()
	polled := make(chan struct{})
	go func() {
		defer close(polled)
		resp, err := http.Get(w.URL() + "/bot" + token + "/getUpdates?timeout=50")
		if err == nil {
			_ = resp.Body.Close() // that it was answered is enough
		}
	}()
	w.wait(w.Polling)
	w.Close()
	<-polled
	if err := <-done; !errors.Is(err, ErrClosed) {
		t.Error(err)
	}
	w.Close()
}

func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := w.Wait(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
