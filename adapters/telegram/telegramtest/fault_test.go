package telegramtest_test

import (
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	. "manyhands/adapters/telegram/telegramtest"
)

// try sends a text and reports only whether an answer came.
func (w *world) try(what string) (string, bool) {
	resp, err := http.PostForm(w.URL()+"/bot"+token+"/sendMessage", url.Values{"chat_id": {annString}, "text": {what}})
	if err != nil {
		return "", false
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	return string(raw), err == nil
}

func TestCutConnections(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(Fault{Method: "sendMessage", Cut: CutBefore})
	_, answered := w.try("lost")
	same(t, "before", answered, false)
	same(t, "no effect", len(w.FromBot(ann)), 0)
	w.Fail(Fault{Method: "sendMessage", Cut: CutAfter})
	_, answered = w.try("sent")
	same(t, "after", answered, false)
	same(t, "effect", w.FromBot(ann)[0].Text, "sent")
	calls := w.Calls("sendMessage")
	same(t, "log", calls[0].Cut && calls[1].Cut && calls[1].Status == 0, true)
}

func TestFaultsCountAndChoose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(Fault{Skip: 1, Times: 2, Status: 502, Body: BadGateway})
	w.Fail(Fault{Chat: group, Times: -1, Status: 500, Body: `{"ok":false,"error_code":500,"description":"Internal Server Error"}`})
	var got []string
	for range 4 {
		raw, _ := w.try("x")
		got = append(got, raw[:1])
	}
	same(t, "one through, two pages, then well", got[0]+got[1]+got[2]+got[3], "{<<{")
	same(t, "only there", w.call("sendMessage", text(group, "x")).Status, 500)
	same(t, "for ever", w.call("sendMessage", text(group, "x")).Status, 500)
	same(t, "polls are spared", w.call("getUpdates", nil).OK, true)
	w.Heal()
	same(t, "healed", w.call("sendMessage", text(group, "x")).OK, true)
}

func TestHeldCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := make(chan struct{})
	w.Fail(Fault{Method: "sendMessage", Until: gate})
	done := make(chan bool, 1)
	go func() {
		_, ok := w.try("late")
		done <- ok
	}()
	w.wait(func() bool { return len(w.Calls("sendMessage")) == 1 })
	same(t, "held", len(w.FromBot(ann)), 0)
	close(gate)
	same(t, "answered", <-done, true)
	same(t, "sent", len(w.FromBot(ann)), 1)
	w.Fail(Fault{Method: "sendMessage", Delay: time.Millisecond})
	_, ok := w.try("a little late")
	same(t, "delayed", ok, true)
}

func TestRates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Turn(func(k *Knobs) { k.PrivateRate = Rate{Count: 2, Per: 3 * time.Second} })
	n := w.send(ann, "1")
	w.clock.Move(time.Second)
	w.send(ann, "2")
	r := w.call("editMessageText", text(ann, "3", "message_id", strconv.Itoa(n)))
	same(t, "an edit counts too", r.Parameters.RetryAfter, 2)
	same(t, "other chats do not", w.call("sendMessage", text(group, "x")).OK, true)
	w.clock.Move(2 * time.Second)
	w.send(ann, "4")
	same(t, "full again", w.call("sendMessage", text(ann, "5")).Code, http.StatusTooManyRequests)
}

func TestCallLog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.upload = map[string]string{"document": "x"}
	w.call("SENDDOCUMENT", params{"chat_id": annString})
	w.call("sendChatAction", params{"chat_id": annString, "action": "Typing"})
	w.call("sendMessage", text(ben, "x"))
	calls := w.Calls("sendDocument", "sendChatAction", "sendMessage")
	same(t, "calls", len(calls), 3)
	same(t, "name", calls[0].Method, "sendDocument")
	same(t, "file", string(calls[0].Files["document"].Data), "x")
	same(t, "parameter", calls[2].Params["text"], "x")
	same(t, "refused", calls[2].Status, http.StatusForbidden)
	same(t, "action", w.Actions()[0].Action, "typing")
}
