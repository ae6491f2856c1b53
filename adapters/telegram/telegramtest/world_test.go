package telegramtest_test

import (
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"manyhands/adapters/telegram/telegramtest"
)

const token = "700001:test-secret"

// The people and chats of every test's world: ann has started the bot, ben is
// only a member of the chats, and the bot is in all three chats.
const (
	ann       = 1001
	ben       = 1002
	stranger  = 1003
	group     = -2001
	super     = -1001700000100
	channel   = -1001700000200
	annString = "1001"
)

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type world struct {
	*telegramtest.Server
	t     *testing.T
	clock *clock
	// upload is what the next call carries: a field and a file's content.
	upload map[string]string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c := &clock{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	s := telegramtest.New(token, c.Now)
	s.Start()
	t.Cleanup(s.Close)
	for id, name := range map[int64]string{ann: "Ann", ben: "Ben", stranger: "Stranger"} {
		s.AddUser(telegramtest.User{ID: id, FirstName: name, LanguageCode: "en"})
	}
	for id, kind := range map[int64]telegramtest.Kind{
		group: telegramtest.Group, super: telegramtest.Supergroup,
		channel: telegramtest.Channel,
	} {
		s.AddChat(telegramtest.Chat{
			ID: id, Kind: kind, Title: "Room", Owner: ann, Members: []int64{ben},
			Forum: id == super,
		})
		s.AddBot(id, ann)
	}
	s.PressStart(ann, "")
	w := &world{Server: s, t: t, clock: c}
	w.drain()
	return w
}

// reply is what a call came to.
type reply struct {
	Status      int
	Header      http.Header
	OK          bool            `json:"ok"`
	Code        int             `json:"error_code"`
	Description string          `json:"description"`
	Result      json.RawMessage `json:"result"`
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	} `json:"parameters"`
}

type params map[string]string

func (w *world) call(method string, p params) reply {
	w.t.Helper()
	if w.upload != nil {
		return w.callWithFile(method, p)
	}
	form := url.Values{}
	for k, v := range p {
		form.Set(k, v)
	}
	return w.post(w.URL()+"/bot"+token+"/"+method, "application/x-www-form-urlencoded", form.Encode())
}

func (w *world) callWithFile(method string, p params) reply {
	w.t.Helper()
	var body strings.Builder
	form := multipart.NewWriter(&body)
	for k, v := range p {
		_ = form.WriteField(k, v)
	}
	for field, content := range w.upload {
		part, _ := form.CreateFormFile(field, field+".bin")
		_, _ = io.WriteString(part, content)
	}
	w.upload = nil
	_ = form.Close()
	return w.post(w.URL()+"/bot"+token+"/"+method, form.FormDataContentType(), body.String())
}

// picture is a PNG of that size.
func picture(width, height int) string {
	var b strings.Builder
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height)))
	return b.String()
}

func (w *world) post(address, kind, body string) reply {
	w.t.Helper()
	resp, err := http.Post(address, kind, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.read(resp)
}

func (w *world) read(resp *http.Response) reply {
	w.t.Helper()
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := reply{Status: resp.StatusCode, Header: resp.Header}
	if err := json.Unmarshal(raw, &r); err != nil {
		w.t.Fatalf("%s: %s", err, raw)
	}
	return r
}

// send makes the bot write a text and returns the message's id.
func (w *world) send(chat int64, text string, more ...string) int {
	w.t.Helper()
	p := params{"chat_id": strconv.FormatInt(chat, 10), "text": text}
	for i := 0; i+1 < len(more); i += 2 {
		p[more[i]] = more[i+1]
	}
	r := w.call("sendMessage", p)
	if !r.OK {
		w.t.Fatalf("sendMessage: %d %s", r.Code, r.Description)
	}
	var m struct {
		ID int `json:"message_id"`
	}
	w.decode(r.Result, &m)
	return m.ID
}

func (w *world) decode(raw json.RawMessage, to any) {
	w.t.Helper()
	if err := json.Unmarshal(raw, to); err != nil {
		w.t.Fatalf("%s: %s", err, raw)
	}
}

// updates fetches with an offset, without waiting and without an opinion on
// what is allowed.
func (w *world) updates(offset int) []map[string]any {
	w.t.Helper()
	r := w.call("getUpdates", params{"offset": strconv.Itoa(offset)})
	if !r.OK {
		w.t.Fatalf("getUpdates: %d %s", r.Code, r.Description)
	}
	var out []map[string]any
	w.decode(r.Result, &out)
	return out
}

// drain confirms everything and returns it.
func (w *world) drain() []map[string]any {
	w.t.Helper()
	out := w.updates(0)
	if len(out) > 0 {
		w.updates(id(out[len(out)-1]) + 1)
	}
	return out
}

func id(u map[string]any) int { return int(u["update_id"].(float64)) }

// kinds names the updates' kinds in order.
func kinds(updates []map[string]any) string {
	var out []string
	for _, u := range updates {
		for k := range u {
			if k != "update_id" {
				out = append(out, k)
			}
		}
	}
	return strings.Join(out, " ")
}

// at walks into nested JSON objects.
func at(v any, path ...string) any {
	for _, p := range path {
		m, _ := v.(map[string]any)
		v = m[p]
	}
	return v
}

func (w *world) wait(cond func() bool) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), 20*time.Second)
	defer cancel()
	if err := w.Wait(ctx, cond); err != nil {
		w.t.Fatal(err)
	}
}

// library is the real client library against the server.
func (w *world) library() *tgbotapi.BotAPI {
	w.t.Helper()
	bot, err := tgbotapi.NewBotAPIWithAPIEndpoint(token, w.Endpoint())
	if err != nil {
		w.t.Fatal(err)
	}
	return bot
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
