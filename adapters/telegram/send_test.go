package telegram_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots"
)

// send sends a text and returns what came of it.
func (w *world) send(to bots.Address, edit, text string) (string, *bots.SendError) {
	w.t.Helper()
	parts, err := w.tg.Split(bots.Outgoing{Blocks: []bots.OutBlock{{Kind: bots.Note, Text: text}}})
	if err != nil {
		w.t.Fatal(err)
	}
	id, err := w.tg.Send(w.t.Context(), bots.Parcel{ID: "0", To: to, Edit: edit, Part: parts[0]})
	var e *bots.SendError
	if err != nil && !errors.As(err, &e) {
		w.t.Fatalf("%T: %v", err, err)
	}
	return id, e
}

func (w *world) mustSend(to bots.Address, edit, text string) string {
	w.t.Helper()
	id, err := w.send(to, edit, text)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestEdits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.mustSend(chatOf(ann), "", "one")
	same(t, "edited", w.mustSend(chatOf(ann), id, "two"), id)
	same(t, "the same again", w.mustSend(chatOf(ann), id, "two"), id)
	same(t, "messages", len(w.FromBot(ann)), 1)
	same(t, "reads", w.FromBot(ann)[0].Text, "two")

	// What cannot be edited any more is followed by a new message.
	typed := w.Write(telegramtest.Writing{From: ann, Text: "hello"})
	parts, _ := w.tg.Split(bots.Outgoing{Document: &bots.Document{Name: "a.txt", Content: []byte("x")}})
	file, err := w.tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Part: parts[0]})
	if err != nil {
		t.Fatal(err)
	}
	for i, gone := range []string{
		"7100000001:99999", fmt.Sprintf("7100000001:%d", typed), file, "", "nonsense", "7100000002" + strings.TrimPrefix(id, "7100000001"),
	} {
		text := fmt.Sprint("instead ", i)
		if got := w.mustSend(chatOf(ann), gone, text); got == gone || got == id {
			t.Errorf("%q became %q", gone, got)
		}
		all := w.FromBot(ann)
		same(t, gone, all[len(all)-1].Text, text)
	}
	same(t, "untouched", w.FromBot(ann)[0].Text, "two")

	// A document takes nothing's place.
	if _, err := w.tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Edit: id, Part: parts[0]}); err != nil {
		t.Error(err)
	}
	same(t, "edits", w.FromBot(ann)[0].Edits, 1)
}

func TestAnEditThatFailsIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.mustSend(chatOf(ann), "", "one")
	w.Fail(telegramtest.Fault{Method: "editMessageText", RetryAfter: 3})
	_, err := w.send(chatOf(ann), id, "two")
	if err == nil || err.Failure != bots.Later || err.After != 3*time.Second {
		t.Fatal(err)
	}
	same(t, "messages", len(w.FromBot(ann)), 1)
	same(t, "then", w.mustSend(chatOf(ann), id, "two"), id)
}

func TestTopics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	topic := w.OpenTopic(super, ann, "pay")
	w.Write(telegramtest.Writing{From: ann, Chat: super, Thread: topic, Text: "/help"})
	var here bots.Address
	for _, m := range w.decode(w.received(2)...) {
		if m.Event == "" {
			here = m.Here
		}
	}
	same(t, "lane", here.Lane, fmt.Sprint(super))
	w.mustSend(here, "", "in the topic")
	same(t, "thread", w.FromBot(super)[0].Thread, topic)
	w.DeleteTopic(super, topic)
	w.mustSend(here, "", "beside it")
	same(t, "no thread", w.FromBot(super)[0].Thread, 0)
	w.Turn(func(k *telegramtest.Knobs) { k.ThreadNeedsTopics = true })
	w.SetForum(super, false)
	w.mustSend(here, "", "without topics")
	same(t, "messages", len(w.FromBot(super)), 2)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	f := func(r telegramtest.Reason) telegramtest.Fault { return telegramtest.Fault{Reason: r} }
	cases := map[string]struct {
		fault  telegramtest.Fault
		want   bots.Failure
		after  time.Duration
		reason string
	}{
		"blocked":          {f(telegramtest.Blocked), bots.Gone, 0, "bot was blocked by the user"},
		"deactivated":      {f(telegramtest.Deactivated), bots.Gone, 0, "user is deactivated"},
		"never started":    {f(telegramtest.NeverStarted), bots.Gone, 0, "bot can't initiate conversation with a user"},
		"kicked":           {f(telegramtest.KickedSupergroup), bots.Gone, 0, "bot was kicked from the supergroup chat"},
		"left":             {f(telegramtest.NotMemberChannel), bots.Gone, 0, "bot is not a member of the channel chat"},
		"group deleted":    {f(telegramtest.GroupDeleted), bots.Gone, 0, "the group chat was deleted"},
		"chat not found":   {f(telegramtest.ChatNotFound), bots.Gone, 0, "chat not found"},
		"no rights":        {f(telegramtest.NoRightsText), bots.Refused, 0, "not enough rights to send text messages to the chat"},
		"blank":            {f(telegramtest.TextBlank), bots.Refused, 0, "text must be non-empty"},
		"too long":         {f(telegramtest.MessageTooLong), bots.Refused, 0, "message is too long"},
		"bad data":         {f(telegramtest.ButtonDataInvalid), bots.Refused, 0, "BUTTON_DATA_INVALID"},
		"body too large":   {f(telegramtest.BodyTooLarge), bots.Refused, 0, "Request Entity Too Large"},
		"too many":         {telegramtest.Fault{RetryAfter: 7}, bots.Later, 7 * time.Second, "Too Many Requests"},
		"restart":          {f(telegramtest.ServerRestart), bots.Later, 0, "Internal Server Error"},
		"gateway":          {telegramtest.Fault{Status: 502, Body: telegramtest.BadGateway}, bots.Later, 0, "Telegram's server is not well"},
		"a page of 413":    {telegramtest.Fault{Status: 413, Body: "<html>"}, bots.Refused, 0, "the answer is not one of the Bot API"},
		"cut before":       {telegramtest.Fault{Cut: telegramtest.CutBefore}, bots.Later, 0, "the connection was cut"},
		"cut after":        {telegramtest.Fault{Cut: telegramtest.CutAfter}, bots.Later, 0, "the connection was cut"},
		"token":            {f(telegramtest.TokenRevoked), bots.Later, time.Minute, "Unauthorized"},
		"markup":           {telegramtest.Fault{Status: 400, Body: `{"ok":false,"error_code":400,"description":"Bad Request: can't parse entities: Unsupported start tag \"3</a\" at byte offset 52"}`}, bots.Refused, 0, "can't parse entities"},
		"a quoted address": {telegramtest.Fault{Status: 400, Body: `{"ok":false,"error_code":400,"description":"Bad Request: inline keyboard button URL 'https://x.example/join_CODE' is invalid: URL host is empty"}`}, bots.Refused, 0, "inline keyboard button URL"},
	}
	for name, c := range cases {
		for _, upload := range []bool{false, true} {
			w := newWorld(t)
			o := bots.Outgoing{Blocks: []bots.OutBlock{{Text: "x"}}}
			if upload {
				o.Document = &bots.Document{Name: "a.txt", Content: []byte("x")}
			}
			parts, _ := w.tg.Split(o)
			w.Fail(c.fault)
			_, err := w.tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Part: parts[0]})
			var e *bots.SendError
			if !errors.As(err, &e) {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if e.Failure != c.want || e.After != c.after || e.Reason != c.reason {
				t.Errorf("%s (a file: %t): %s after %v: %q; want %s after %v: %q",
					name, upload, e.Failure, e.After, e.Reason, c.want, c.after, c.reason)
			}
		}
	}
}

func TestAGroupThatMoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.mustSend(chatOf(group), "", "panel")
	w.mustSend(chatOf(group), "", "another")
	to := w.Migrate(group)
	for _, edit := range []string{"", old} {
		_, err := w.send(chatOf(group), edit, "x")
		if err == nil || err.Failure != bots.Moved || err.MovedTo != chatOf(to) {
			t.Fatalf("%+v", err)
		}
	}
	// The new chat counts from one again: a message of the same number there
	// is another one.
	for range 10 {
		w.mustSend(chatOf(to), "", "news")
	}
	w.mustSend(chatOf(to), old, "the panel, changed")
	all := w.FromBot(to)
	same(t, "messages", len(all), 11)
	same(t, "the last", all[10].Text, "the panel, changed")
}

func TestSendNeedsAnAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, data := range []string{"", "x", "1/x", "0"} {
		_, err := w.send(bots.Address{Lane: "1", Data: data}, "", "x")
		if err == nil || err.Failure != bots.Refused {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestSendEndsWithItsContext(t *testing.T) {
	t.Parallel()
	held := make(chan struct{})
	w := newWorldWith(t, answers(func(r *http.Request) (*http.Response, error) {
		close(held)
		<-r.Context().Done()
		return nil, r.Context().Err()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-held
		cancel()
	}()
	_, err := w.tg.Send(ctx, bots.Parcel{To: chatOf(ann), Part: bots.Part{Body: []byte("x")}})
	if e := bots.FailureOf(err); e.Failure != bots.Later || e.Reason != "stopped" {
		t.Error(err)
	}
}

func TestPlainIsTheFallback(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bots.Outgoing{
		Blocks:  []bots.OutBlock{{Kind: bots.Heading, Text: "a < b"}},
		Buttons: [][]bots.OutButton{{{Label: "Save", Data: "x.y..0"}, {Label: "Page", URL: "https://example.org"}}},
	}
	parts, _ := w.tg.Split(o)
	if _, err := w.tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Part: bots.Part{Body: parts[0].Plain}}); err != nil {
		t.Fatal(err)
	}
	m := w.FromBot(ann)[0]
	same(t, "text", m.Text, "a < b")
	same(t, "mode", m.ParseMode, "")
	same(t, "buttons", fmt.Sprint(m.Buttons), "[[{Save x.y..0   }]]")
	if _, err := w.tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Part: bots.Part{Body: []byte("{as it stands <b>}")}}); err != nil {
		t.Fatal(err)
	}
	same(t, "anything else", w.FromBot(ann)[1].Text, "{as it stands <b>}")
}
