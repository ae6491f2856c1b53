package webchat_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/webchat/webchattest"
	"manyhands/bots"
)

// browser is one visitor's cookies.
type browser struct {
	t      *testing.T
	w      *world
	client *http.Client
}

func (w *world) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, w, &http.Client{Jar: jar}}
}

// request sends a request as the page does; change makes it differ.
func (b *browser) request(method, path, body string, change func(*http.Request)) *http.Response {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.w.server.URL+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Manyhands", "1")
		r.Header.Set("Origin", b.w.server.URL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if change != nil {
		change(r)
	}
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = res.Body.Close() })
	return res
}

func (b *browser) post(path, body string, want int) *http.Response {
	b.t.Helper()
	res := b.request(http.MethodPost, path, body, nil)
	if res.StatusCode != want {
		b.t.Fatalf("%s %s: status %d, want %d", path, body, res.StatusCode, want)
	}
	return res
}

const keyA, keyB = "key-aaaaaaaaaaaaaaaa", "key-bbbbbbbbbbbbbbbb"

func (b *browser) say(key, text string) {
	b.t.Helper()
	body, err := json.Marshal(map[string]string{"key": key, "text": text})
	if err != nil {
		b.t.Fatal(err)
	}
	b.post("/chat/messages", string(body), http.StatusAccepted)
}

func (b *browser) begin() *browser {
	b.t.Helper()
	b.post("/chat/session", "{}", http.StatusNoContent)
	return b
}

func (b *browser) listen(after string) *webchattest.Line {
	b.t.Helper()
	l, err := webchattest.Listen(b.t.Context(), b.client, b.w.server.URL, after)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = l.Close() })
	return l
}

// until reads a line up to an event, and returns the messages before it.
func until(t *testing.T, l *webchattest.Line, name string) (shown []webchattest.Shown, last string) {
	t.Helper()
	for {
		e, err := l.Next()
		if err != nil {
			t.Fatalf("waiting for %q: %v", name, err)
		}
		if e.Name == "message" {
			m, err := e.Shown()
			if err != nil {
				t.Fatal(err)
			}
			shown, last = append(shown, m), e.ID
		}
		if e.Name == name {
			return shown, last
		}
	}
}

func words(ms []webchattest.Shown) (all []string) {
	for _, m := range ms {
		if m.Me {
			all = append(all, "> "+m.Text)
		} else {
			all = append(all, m.Plain())
		}
	}
	return all
}

func wantWords(t *testing.T, got []webchattest.Shown, want ...string) {
	t.Helper()
	if g := words(got); !slices.Equal(g, want) {
		t.Errorf("told %q, want %q", g, want)
	}
}

func TestConversationIsToldToWhoListens(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t).begin()
	l := b.listen("")
	until(t, l, "live")
	b.say(keyA, "hello")
	until(t, l, "message") // what was said
	answers, _ := until(t, l, "message")
	wantWords(t, answers, "echo: hello")
	if answers[0].Lang != "en" || answers[0].Dir != "ltr" {
		t.Errorf("language %q, direction %q", answers[0].Lang, answers[0].Dir)
	}
	until(t, l, "beat")
}

func TestNoSessionBeforeTheFirstMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t)
	res := b.request(http.MethodGet, "/", "", nil)
	if c := res.Cookies(); len(c) != 0 {
		t.Errorf("a visit alone set %v", c)
	}
	if _, err := webchattest.Listen(t.Context(), b.client, w.server.URL, ""); !errors.Is(err, webchattest.ErrNoLine) {
		t.Errorf("a line without a session: %v", err)
	}
	b.post("/chat/messages", `{"key":"`+keyA+`","text":"hello"}`, http.StatusUnauthorized)
	if len(w.echo.heard()) != 0 {
		t.Error("a message without a session reached the bot")
	}
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t)
	plain := b.post("/chat/session", "{}", http.StatusNoContent).Cookies()[0]
	if plain.Name != "manyhands" || !plain.HttpOnly || plain.SameSite != http.SameSiteStrictMode || plain.Secure || plain.Path != "/" {
		t.Errorf("cookie %v", plain)
	}
	secured := b.request(http.MethodPost, "/chat/session", "{}", func(r *http.Request) { r.Header.Set("X-Forwarded-Proto", "https") }).Cookies()[0]
	if secured.Name != "__Host-manyhands" || !secured.Secure || !secured.HttpOnly || secured.Domain != "" || secured.Path != "/" {
		t.Errorf("cookie over TLS %v", secured)
	}
	again := b.post("/chat/session", "{}", http.StatusNoContent).Cookies()[0]
	if again.Value != plain.Value {
		t.Error("a session was begun where there was one")
	}
}

func TestSessionCookieOfAnEncryptedPublicAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://hands.example", "HTTPS://hands.example/"} {
		b := newWorldAt(t, address).browser(t) // the proxy before it says nothing
		c := b.post("/chat/session", "{}", http.StatusNoContent).Cookies()[0]
		if c.Name != "__Host-manyhands" || !c.Secure || !c.HttpOnly || c.Domain != "" || c.Path != "/" {
			t.Errorf("%s: cookie %v", address, c)
		}
		res := b.request(http.MethodGet, "/chat/session", "", func(r *http.Request) { r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value}) })
		if body, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(body), "true") {
			t.Errorf("%s: the session is not known again: %s, %v", address, body, err)
		}
		if l := b.request(http.MethodGet, "/?lang=fr", "", nil).Cookies(); len(l) != 1 || !l[0].Secure {
			t.Errorf("%s: the language's cookie is %v", address, l)
		}
	}
}

func TestAccountIsAHashOfTheToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t)
	token := b.post("/chat/session", "{}", http.StatusNoContent).Cookies()[0].Value
	b.say(keyA, "hello")
	m := w.echo.heard()[0]
	if m.From.ID == "" || strings.Contains(m.From.ID, token) || m.Here.Lane == token || m.Here != m.Private {
		t.Errorf("message %+v", m)
	}
	other := w.browser(t).begin()
	other.say(keyA, "hello") // the same key from another session is another message
	if heard := w.echo.heard(); len(heard) != 2 || heard[1].From.ID == m.From.ID {
		t.Errorf("heard %+v", heard)
	}
}

func TestRequestsFromElsewhereAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	for name, change := range map[string]func(*http.Request){
		"without the page's header": func(r *http.Request) { r.Header.Del("X-Manyhands") },
		"from another site":         func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"from a neighbouring host":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"from another origin, by an old browser": func(r *http.Request) {
			r.Header.Del("Sec-Fetch-Site")
			r.Header.Set("Origin", "https://evil.example")
		},
	} {
		for _, path := range []string{"/chat/messages", "/chat/leave", "/chat/session"} {
			res := b.request(http.MethodPost, path, `{"key":"`+keyA+`","text":"/forget"}`, change)
			if res.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s: status %d", path, name, res.StatusCode)
			}
		}
	}
	form := b.request(http.MethodPost, "/chat/messages", "text=x", func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
	if form.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a form: status %d", form.StatusCode)
	}
	line := b.request(http.MethodGet, "/chat/events", "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") })
	if line.StatusCode != http.StatusForbidden {
		t.Errorf("a line from elsewhere: status %d", line.StatusCode)
	}
	if len(w.echo.heard()) != 0 {
		t.Error("something reached the bot")
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t).begin()
	for body, want := range map[string]int{
		`{"text":"no key"}`: 400, `{"key":"short","text":"x"}`: 400, `{"key":"` + keyA + `"}`: 400, `{"key":"` + keyA + `","text":""}`: 400,
		`{"key":"` + keyA + `","text":"x","press":{"data":"a.b..0"}}`:                           400,
		`{"key":"` + keyA + `","press":{"data":"` + strings.Repeat("x", bots.MaxData+1) + `"}}`: 400,
		`{"key":"` + keyA + `","press":{"data":""}}`:                                            400,
		`{"key":"` + strings.Repeat("k", 65) + `","text":"x"}`:                                  400,
		`not json`: 400, `{"key":"` + keyA + `","text":"` + strings.Repeat("x", 64<<10) + `"}`: 413,
	} {
		b.post("/chat/messages", body, want)
	}
	if res := b.request(http.MethodGet, "/chat/messages", "", nil); res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: status %d", res.StatusCode)
	}
}

func TestPressAndFormReachTheBot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	b.post("/chat/messages", `{"key":"`+keyA+`","press":{"data":"rate.set-pay-2..0","message":"7"}}`, 202)
	b.post("/chat/messages", `{"key":"`+keyB+`","written":{"data":"report.write..1","text":"in a form"}}`, 202)
	heard := w.echo.heard()
	if p := heard[0].Press; p == nil || p.Data != "rate.set-pay-2..0" || p.Message != "7" || heard[0].Text != "" {
		t.Errorf("press %+v", heard[0])
	}
	if f := heard[1].Written; f == nil || f.Data != "report.write..1" || f.Text != "in a form" {
		t.Errorf("form %+v", heard[1])
	}
}

func TestLanguageHintIsOneOfOursAndNoFingerprint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	for i, c := range []struct{ page, accept, want string }{
		{"", "pt-br,pt;q=0.9,en-GB;q=0.7", "pt"}, {"fr", "en", "fr"}, {"", "sw-KE", "sw"}, {"", "xx", "en"}, {"", "", ""}, {"ar-EG", "", "ar"},
	} {
		body := `{"key":"key-000000000000000` + string(rune('a'+i)) + `","text":"x","lang":"` + c.page + `"}`
		b.request(http.MethodPost, "/chat/messages", body, func(r *http.Request) { r.Header.Set("Accept-Language", c.accept) })
		if heard := w.echo.heard(); heard[i].From.Language != c.want {
			t.Errorf("%+v: hint %q", c, heard[i].From.Language)
		}
	}
}

func TestMessagePostedTwiceIsOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	b.say(keyA, "hello")
	b.say(keyA, "hello")
	got, _ := until(t, b.listen(""), "live")
	wantWords(t, got, "> hello", "echo: hello")
	if got[0].Key != keyA {
		t.Errorf("key %q", got[0].Key)
	}
	if n := len(w.echo.heard()); n != 1 {
		t.Errorf("the bot heard %d messages", n)
	}
}

func TestParcelSentTwiceIsShownOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	b.say(keyA, "hello")
	to := w.echo.heard()[0].Private
	parts, err := w.chat.Split(paragraphs("en", "news"))
	if err != nil {
		t.Fatal(err)
	}
	p := bots.Parcel{ID: "same", To: to, Part: parts[0]}
	one, err := w.chat.Send(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	if two, err := w.chat.Send(t.Context(), p); err != nil || two != one {
		t.Errorf("sent again: %q, %v; want %q", two, err, one)
	}
	got, _ := until(t, b.listen(""), "live")
	wantWords(t, got, "> hello", "echo: hello", "news")
}

func TestLostLineCatchesUp(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t).begin()
	l := b.listen("")
	b.say(keyA, "one")
	until(t, l, "message")
	_, last := until(t, l, "message")
	_ = l.Close()
	b.say(keyB, "two")
	got, _ := until(t, b.listen(last), "live")
	wantWords(t, got, "> two", "echo: two")
	res := b.request(http.MethodGet, "/chat/events?after="+last, "", nil)
	if res.Header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("type %q", res.Header.Get("Content-Type"))
	}
	_ = res.Body.Close()
}

func TestReplacedMessageKeepsItsNumber(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t).begin()
	b.say(keyA, "/rate")
	first, last := until(t, b.listen(""), "live")
	panel := first[1]
	press, err := json.Marshal(map[string]any{"key": keyB, "press": map[string]any{"data": panel.Buttons[0][1].Data, "message": strconv.FormatInt(panel.ID, 10)}})
	if err != nil {
		t.Fatal(err)
	}
	b.post("/chat/messages", string(press), 202)
	changed, _ := until(t, b.listen(last), "live")
	if len(changed) != 1 || changed[0].ID != panel.ID || changed[0].Buttons[0][1].Label != "✓ 2" {
		t.Errorf("changed %+v", changed)
	}
	all, _ := until(t, b.listen(""), "live")
	if len(all) != 2 {
		t.Errorf("%d messages, want the message and the panel", len(all))
	}
}

func TestAnswerUnderWayIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.echo.silent = true
	b := w.browser(t).begin()
	l := b.listen("")
	until(t, l, "live")
	b.say(keyA, "slow")
	until(t, l, "working")
	until(t, b.listen(""), "working") // also where the page is loaded meanwhile
	if _, err := w.echo.send(t.Context(), w.echo.heard()[0].Here, paragraphs("en", "at last"), ""); err != nil {
		t.Fatal(err)
	}
	until(t, l, "message")
}

func TestLeavingEndsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, stolen := w.browser(t).begin(), w.browser(t)
	b.say(keyA, "a secret")
	address, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	stolen.client.Jar.SetCookies(address, b.client.Jar.Cookies(address))
	l := b.listen("")
	until(t, l, "live")
	res := b.post("/chat/leave", "{}", http.StatusNoContent)
	for _, c := range res.Cookies() {
		if c.MaxAge >= 0 {
			t.Errorf("cookie kept: %v", c)
		}
	}
	until(t, l, "left")
	to := w.echo.heard()[0].Private
	if n := w.store.Count("web", to.Lane); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	if heard := w.echo.heard(); heard[len(heard)-1].Event != bots.Blocked {
		t.Errorf("the bot heard %+v", heard[len(heard)-1])
	}
	_, err = w.echo.send(t.Context(), to, paragraphs("en", "late"), "")
	if f := bots.FailureOf(err); err == nil || f.Failure != bots.Gone {
		t.Errorf("sent to a session that has ended: %v", err)
	}
	stolen.post("/chat/messages", `{"key":"`+keyB+`","text":"with the old token"}`, http.StatusUnauthorized)
	stolen.post("/chat/messages", `{"key":"`+keyB+`","press":{"data":"a.b..0"}}`, http.StatusUnauthorized)
	b.begin().say(keyB, "anew")
	if got, _ := until(t, b.listen(""), "live"); len(got) != 2 {
		t.Errorf("told %q", words(got))
	}
}

func TestTooManyPagesQuietTheOldest(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t).begin()
	b.say(keyA, "hello")
	oldest := b.listen("")
	until(t, oldest, "live")
	for range 4 {
		until(t, b.listen(""), "live")
	}
	until(t, oldest, "elsewhere")
	if _, err := oldest.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("the oldest line goes on: %v", err)
	}
}

func TestOnlySoManyLinesAreOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat.TakeLines(5)
	one, another, late := w.browser(t).begin(), w.browser(t).begin(), w.browser(t).begin()
	for range 4 {
		until(t, one.listen(""), "live")
	}
	l := another.listen("")
	until(t, l, "live")
	res := late.request(http.MethodGet, "/chat/events", "", nil)
	if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: status %d, Retry-After %q", res.StatusCode, res.Header.Get("Retry-After"))
	}
	late.say(keyA, "hello") // what is said is taken all the same
	another.post("/chat/leave", "{}", http.StatusNoContent)
	until(t, l, "left")
	if _, err := l.Next(); !errors.Is(err, io.EOF) { // its place is free now
		t.Errorf("the line goes on: %v", err)
	}
	got, _ := until(t, late.listen(""), "live")
	wantWords(t, got, "> hello", "echo: hello")
	if res := another.begin().request(http.MethodGet, "/chat/events", "", nil); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a place was counted free twice: status %d", res.StatusCode)
	}
}

func TestStoppingEndsLinesAndRefusesMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	l := b.listen("")
	until(t, l, "live")
	w.stop()
	until(t, l, "stopped")
	b.post("/chat/messages", `{"key":"`+keyA+`","text":"x"}`, http.StatusServiceUnavailable)
	if _, err := webchattest.Listen(t.Context(), b.client, w.server.URL, ""); err == nil {
		t.Error("a line to a program that stops")
	}
}

func TestFaultOfTheStoreIsNotTheMessagesEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	w.store.Fail(io.ErrUnexpectedEOF)
	b.post("/chat/messages", `{"key":"`+keyA+`","text":"hello"}`, http.StatusServiceUnavailable)
	if _, err := w.chat.Send(t.Context(), bots.Parcel{ID: "x", To: bots.Address{Lane: "x"}, Part: bots.Part{Body: []byte("{}")}}); bots.FailureOf(err).Failure != bots.Later {
		t.Errorf("send: %v", err)
	}
	w.store.Fail(nil)
	b.say(keyA, "hello")
	got, _ := until(t, b.listen(""), "live")
	wantWords(t, got, "> hello", "echo: hello")
}

func TestMessagesAreGoneAfterADay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	b.say(keyA, "yesterday")
	w.advance(25 * time.Hour)
	b.say(keyB, "today")
	got, _ := until(t, b.listen(""), "live")
	wantWords(t, got, "> today", "echo: today")
}

func TestWhatIsTypedIsNeverMarkup(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	const evil = `</script><img src=x onerror=alert(1)>` + "\n\nevent: left\ndata: {}\n\n"
	b.say(keyA, evil)
	l := b.listen("")
	got, _ := until(t, l, "live")
	wantWords(t, got, "> "+strings.TrimSpace(evil), "echo: "+evil)
	until(t, l, "beat") // and no event was forged on the way
}

func TestOnlyLinksOfTheWebAreShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser(t).begin()
	b.say(keyA, "hello")
	out := paragraphs("en", "links")
	out.Buttons = [][]bots.OutButton{{{Label: "bad", URL: "javascript:alert(1)"}}, {{Label: "bad", URL: "data:text/html,x"}, {Label: "good", URL: "https://example.org"}}}
	if _, err := w.echo.send(t.Context(), w.echo.heard()[0].Here, out, ""); err != nil {
		t.Fatal(err)
	}
	got, _ := until(t, b.listen(""), "live")
	if bs := got[2].Buttons; len(bs) != 1 || len(bs[0]) != 1 || bs[0][0].Label != "good" {
		t.Errorf("buttons %+v", bs)
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	if got := newWorldAt(t, "https://hands.example/").chat.Link("join_x"); got != "https://hands.example/?start=join_x" {
		t.Errorf("link %q", got)
	}
}
