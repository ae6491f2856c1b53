package discordtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"manyhands/adapters/discord/discordtest"
)

const token = "the-token"

// hands is a clock that a test moves.
type hands struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hands) time() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hands) move(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// world is a server with a guild, a channel, a member and their DM.
type world struct {
	*discordtest.Server
	t     *testing.T
	clock *hands
	http  *http.Client
	base  string
	guild *discordtest.Guild
	room  *discordtest.Channel
	ada   *discordtest.User
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	clock := &hands{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	w := &world{Server: discordtest.New("Bot "+token, clock.time), t: t, clock: clock}
	w.base = w.Start()
	t.Cleanup(w.Close)
	w.http = &http.Client{Transport: discordtest.Transport(w.base)}
	t.Cleanup(w.http.CloseIdleConnections)
	w.guild = w.Guild("Riders", "en-GB")
	w.room = w.guild.Text("general")
	w.ada = w.User("ada")
	w.guild.Join(w.ada)
	return w
}

// answered is an answer of the API.
type answered struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
	list   []map[string]any
}

func (a answered) code() int {
	n, _ := a.body["code"].(float64)
	return int(n)
}

// fault is Discord's code at a path of the error tree.
func (a answered) fault(path string) string {
	node, _ := a.body["errors"].(map[string]any)
	for _, step := range strings.Split(path, "/") {
		if step != "" {
			node, _ = node[step].(map[string]any)
		}
	}
	list, _ := node["_errors"].([]any)
	if len(list) == 0 {
		return ""
	}
	first, _ := list[0].(map[string]any)
	code, _ := first["code"].(string)
	return code
}

// call makes one REST call as the bot, under version 10.
func (w *world) call(method, path string, body any) answered {
	w.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		r = bytes.NewReader(b)
	}
	return w.send(w.request(method, path, "application/json", r))
}

func (w *world) request(method, path, contentType string, body io.Reader) *http.Request {
	w.t.Helper()
	req, err := http.NewRequest(method, "https://discord.com/api/v10"+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bot "+token)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	return req
}

func (w *world) send(req *http.Request) answered {
	w.t.Helper()
	res, err := w.http.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := answered{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	_ = json.Unmarshal(raw, &a.list)
	return a
}

// want fails unless an answer has a status and code.
func (w *world) want(a answered, status, code int) {
	w.t.Helper()
	if a.status != status || a.code() != code {
		w.t.Fatalf("got %d %s, want %d with code %d", a.status, a.raw, status, code)
	}
}

// wait waits for a condition, at most ten seconds.
func (w *world) wait(what string, cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := w.Wait(ctx, cond); err != nil {
		w.t.Fatalf("waiting for %s: %v", what, err)
	}
}

// commands registers global commands.
func (w *world) commands(list ...map[string]any) {
	w.t.Helper()
	if a := w.call("PUT", "/applications/"+w.ApplicationID()+"/commands", list); a.status != 200 {
		w.t.Fatalf("commands: %s", a.raw)
	}
}

// client is the real library on this server, not yet open.
func (w *world) client() *discordgo.Session {
	w.t.Helper()
	s, err := discordgo.New("Bot " + token)
	if err != nil {
		w.t.Fatal(err)
	}
	s.Client = w.http
	s.ShouldReconnectOnError = false
	s.ShouldRetryOnRateLimit = false
	s.LogLevel = -1
	return s
}

// bot is the real library, open.
func (w *world) bot(handlers ...any) *discordgo.Session {
	w.t.Helper()
	s := w.client()
	for _, h := range handlers {
		s.AddHandler(h)
	}
	if err := s.Open(); err != nil {
		w.t.Fatal(err)
	}
	w.wait("a session", func() bool { return w.Gateway().Connected == 1 })
	return s
}

type o = map[string]any

func TestTransportReachesNothingElse(t *testing.T) {
	w := newWorld(t)
	for _, url := range []string{"https://example.org/", "https://notdiscord.com/", "https://discord.com.example.org/"} {
		if res, err := w.http.Get(url); err == nil {
			_ = res.Body.Close() // the test has failed already
			t.Errorf("%s answered", url)
		}
	}
	for _, url := range []string{"https://discord.com/api/v9/gateway", "https://canary.discord.com/api/v10/gateway", w.base + "/api/v9/gateway"} {
		res, err := w.http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close() // only the status counts
		if res.StatusCode != 200 {
			t.Errorf("%s: %s", url, res.Status)
		}
	}
}

func TestCloseEndsWaits(t *testing.T) {
	w := newWorld(t)
	held := make(chan struct{})
	w.Fail(discordtest.Fault{Path: "/users/@me", Hold: held})
	failed := make(chan error, 2)
	go func() {
		if res, err := w.http.Do(w.request("GET", "/users/@me", "", nil)); err == nil {
			_ = res.Body.Close() // whether it was cut or answered, it must end
		}
		failed <- discordtest.ErrClosed
	}()
	w.wait("the held call", func() bool { return len(w.Calls()) == 1 })
	go func() { failed <- w.Wait(context.Background(), func() bool { return false }) }()
	w.Close()
	w.Close()
	for range 2 {
		select {
		case err := <-failed:
			if err == nil {
				t.Error("a wait ended as if all were well")
			}
		case <-time.After(10 * time.Second):
			t.Fatal("something waits on")
		}
	}
}

func TestCallsAreRefused(t *testing.T) {
	w := newWorld(t)
	strange := w.request("GET", "/users/@me", "", nil)
	strange.Header.Set("Authorization", "Bot other")
	bare := w.request("GET", "/users/@me", "", nil)
	bare.Header.Set("Authorization", token)
	old := w.request("GET", "/users/@me", "", nil)
	old.URL.Path = "/api/v6/users/@me"
	for _, c := range []struct {
		name, source string
		req          *http.Request
		status, code int
	}{
		{"wrong token", "dd:reference.mdx Authentication", strange, 401, 0},
		{"no Bot before the token", "dd:reference.mdx Authentication", bare, 401, 0},
		{"old version", "dd:reference.mdx API Versions", old, 400, 50041},
		{"unknown path", "public reports", w.request("GET", "/nothing", "", nil), 404, 0},
		{"wrong method", "public reports", w.request("DELETE", "/gateway", "", nil), 405, 0},
		{"broken JSON", "dd:topics/opcodes-and-status-codes.mdx 50109", w.request("POST", "/users/@me/channels", "application/json", strings.NewReader("{")), 400, 50109},
		{"no JSON at all", "discordgo restapi.go: an empty body with a Content-Type gets 400", w.request("POST", "/users/@me/channels", "application/json", strings.NewReader("")), 400, 50109},
		{"other content type", "dd:reference.mdx Content Type", w.request("POST", "/users/@me/channels", "text/plain", strings.NewReader("x")), 400, 50035},
		{"wrong type of value", "dd:reference.mdx Error Messages", w.request("POST", "/users/@me/channels", "application/json", strings.NewReader(`{"recipient_id":{}}`)), 400, 50035},
		{"too large", "dd:resources/message.mdx Limitations", w.request("POST", "/users/@me/channels", "application/json", strings.NewReader(strings.Repeat("a", 25<<20+1))), 413, 40005},
	} {
		a := w.send(c.req)
		if a.status != c.status || a.code() != c.code {
			t.Errorf("%s (%s): got %d %.200s, want %d with %d", c.name, c.source, a.status, a.raw, c.status, c.code)
		}
	}
}
