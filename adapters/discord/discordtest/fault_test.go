package discordtest_test

import (
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
)

// dd:topics/rate-limits.mdx "Header Format" and the examples under "Exceeding A
// Rate Limit".
func TestLimits(t *testing.T) {
	w := newWorld(t)
	at := "/channels/" + w.room.ID + "/messages"
	a := w.call("GET", at, nil)
	for _, name := range []string{"Limit", "Remaining", "Reset", "Reset-After", "Bucket"} {
		if a.header.Get("X-RateLimit-"+name) == "" {
			t.Errorf("a normal answer lacks X-RateLimit-%s", name)
		}
	}
	wait := 64*time.Second + 570*time.Millisecond
	for _, c := range []struct {
		answer        discordtest.Answer
		scope, global string
		bucket        bool
	}{
		{discordtest.Limited(wait), "user", "", true},
		{discordtest.LimitedShared(wait), "shared", "", true},
		{discordtest.LimitedGlobally(wait), "global", "true", false},
	} {
		w.Fail(discordtest.Fault{Path: "/channels/*/messages", Answer: c.answer})
		a = w.call("GET", at, nil)
		if a.status != 429 || a.header.Get("Retry-After") != "65" || a.body["retry_after"] != 64.57 ||
			a.body["global"] != (c.global == "true") || a.header.Get("X-RateLimit-Scope") != c.scope ||
			a.header.Get("X-RateLimit-Global") != c.global || (a.header.Get("X-RateLimit-Bucket") != "") != c.bucket {
			t.Errorf("%s: %d %s %v", c.scope, a.status, a.raw, a.header)
		}
	}
	if n := w.InvalidRequests(); n != 2 {
		t.Errorf("%d count towards the ban, want 2: shared ones do not", n)
	}
	w.Fail(discordtest.Fault{Exhausted: 2 * time.Second})
	a = w.call("GET", at, nil)
	if a.status != 200 || a.header.Get("X-RateLimit-Remaining") != "0" || a.header.Get("X-RateLimit-Reset-After") != "2.000" {
		t.Errorf("exhausted: %d %v", a.status, a.header)
	}
	w.Fail(discordtest.Fault{Answer: discordtest.CloudflareBan(time.Hour)})
	if a = w.call("GET", at, nil); a.status != 429 || !strings.HasPrefix(a.raw, "<!DOCTYPE html>") {
		t.Errorf("ban: %d %s", a.status, a.raw)
	}
	if a = w.call("GET", at, nil); a.status != 200 {
		t.Errorf("a fault went on: %d", a.status)
	}
}

// dd:topics/rate-limits.mdx "Invalid Request Limit aka Cloudflare bans".
func TestBan(t *testing.T) {
	w := newWorld(t)
	w.Fail(discordtest.Fault{Times: -1, Answer: discordtest.Refuse(403, 50001, "Missing Access")})
	for range 10_000 {
		w.call("GET", "/gateway", nil)
	}
	w.Heal()
	if a := w.call("GET", "/gateway", nil); a.status != 429 || a.body != nil {
		t.Fatalf("no ban: %d %s", a.status, a.raw)
	}
	w.clock.move(10 * time.Minute)
	if a := w.call("GET", "/gateway", nil); a.status != 200 {
		t.Fatalf("banned for ever: %d", a.status)
	}
}

func TestFaultsBeforeAndAfterTheEffect(t *testing.T) {
	w := newWorld(t)
	at := "/channels/" + w.room.ID + "/messages"
	body := strings.NewReader
	for _, c := range []struct {
		what  string
		after bool
		there int
	}{{"before", false, 0}, {"after", true, 1}} {
		w.Fail(discordtest.Fault{Method: "POST", Path: "/channels/*/messages", After: c.after, Answer: discordtest.Cut()})
		if res, err := w.http.Do(w.request("POST", at, "application/json", body(`{"content":"a"}`))); err == nil {
			_ = res.Body.Close() // the test has failed already
			t.Errorf("cut %s: answered", c.what)
		}
		if got := len(w.room.Messages()); got != c.there {
			t.Errorf("cut %s: %d messages, want %d", c.what, got, c.there)
		}
		w.Fail(discordtest.Fault{Method: "POST", After: c.after, Answer: discordtest.HTML(502)})
		if a := w.call("POST", at, o{"content": "a"}); a.status != 502 || a.body != nil {
			t.Errorf("502 %s: %d %s", c.what, a.status, a.raw)
		}
		if got := len(w.room.Messages()); got != 2*c.there {
			t.Errorf("502 %s: %d messages, want %d", c.what, got, 2*c.there)
		}
	}
	w.Fail(discordtest.Fault{Answer: discordtest.Refuse(400, 200000, "blocked")})
	w.want(w.call("POST", at, o{"content": "a"}), 400, 200000)

	calls := w.Calls()
	last := calls[len(calls)-1]
	if len(calls) != 5 || last.Path != at || last.Status != 400 || string(last.Body) != `{"content":"a"}` || calls[0].Status != 0 {
		t.Errorf("calls: %+v", calls)
	}
}

func TestHeldCall(t *testing.T) {
	w := newWorld(t)
	held := make(chan struct{})
	w.Fail(discordtest.Fault{Method: "POST", Hold: held})
	done := make(chan int, 1)
	req := w.request("POST", "/channels/"+w.room.ID+"/messages", "application/json", strings.NewReader(`{"content":"a"}`))
	go func() {
		res, err := w.http.Do(req)
		if err != nil {
			done <- 0
			return
		}
		_ = res.Body.Close() // only the status counts
		done <- res.StatusCode
	}()
	w.wait("the call", func() bool { return len(w.Calls()) == 1 })
	if n := len(w.room.Messages()); n != 0 {
		t.Errorf("a held call had its effect")
	}
	if a := w.call("GET", "/gateway", nil); a.status != 200 {
		t.Errorf("another call is held too")
	}
	close(held)
	if status := <-done; status != 200 || len(w.room.Messages()) != 1 {
		t.Errorf("released: %d", status)
	}
}
