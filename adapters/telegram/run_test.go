package telegram_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots"
)

func TestUpdatesAreStoredBeforeTheyAreConfirmed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.refusing(func(batch []bots.Arrival) error {
		if w.Pending() < len(batch) {
			t.Error("an update was confirmed before it was stored")
		}
		return nil
	})
	w.run()
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.Write(telegramtest.Writing{From: ben, Text: "two"})
	w.Write(telegramtest.Writing{From: ben, Chat: group, Text: "/three"})
	as := w.received(3)
	w.wait(w.Idle)
	same(t, "keys", keys(as), "1000 1001 1002")
	same(t, "lanes", lanes(as), "7100000001 7100000002 -2001")
	ms := w.decode(as...)
	same(t, "text", ms[0].Text, "one")
	same(t, "hint", ms[0].From.Language, "fr")
	same(t, "sent", ms[0].Sent, w.clock.Now())
	for _, c := range w.Calls("getUpdates") {
		same(t, "kinds", c.Params["allowed_updates"], `["message","edited_message","channel_post","callback_query","my_chat_member"]`)
	}
}

func TestUpdatesComeAgainWhereTheyAreNotStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var tries atomic.Int32
	w.refusing(func([]bots.Arrival) error {
		if tries.Add(1) <= 3 {
			return errors.New("the disk is full")
		}
		return nil
	})
	w.run()
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	same(t, "key", keys(w.received(1)), "1000")
	w.wait(w.Idle)
	same(t, "tries", tries.Load(), 4)
	same(t, "told once", strings.Count(w.log.String(), "the disk is full"), 1)
	rests := w.rested()
	if len(rests) != 3 || !slices.IsSorted(rests) || rests[0] < time.Second/2 || rests[2] > 4*time.Second {
		t.Errorf("pauses: %v", rests)
	}
}

func TestAnUpdateThatComesTwiceHasOneKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.received(1)
	w.wait(w.Idle)
	w.Redeliver()
	w.wait(w.Idle)
	same(t, "again", w.repeated(), 1)
	same(t, "arrivals", len(w.received(1)), 1)
}

func TestNumbersMayStartAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.ResetIDs(900_000_000)
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.received(1)
	w.wait(w.Idle)
	w.ResetIDs(2_000_001)
	w.Write(telegramtest.Writing{From: ann, Text: "two"})
	same(t, "keys", keys(w.received(2)), "900000000 2000001")
	w.wait(w.Idle)
}

func TestWhatCannotBeReadBlocksNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(`"no object"`)
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.Inject(`{"message":{"chat":"no chat"}}`)
	w.Inject(`{"shining_new_kind":{"chat":{"id":7}}}`)
	w.Inject(`[1,2]`)
	w.run()
	w.received(5)
	w.wait(w.Idle)
	w.Inject(`17`)
	w.wait(w.Idle)
	w.Write(telegramtest.Writing{From: ben, Text: "two"})
	as := w.received(7)
	w.wait(w.Idle)
	same(t, "lanes", lanes(as), "unread 7100000001 unread other unread unread 7100000002")
	for i, bad := range []bool{true, false, true, false, true, true, false} {
		if _, err := w.tg.Decode(as[i]); (err != nil) != bad {
			t.Errorf("arrival %d: %v", i, err)
		}
		if numbered := !strings.HasPrefix(as[i].Key, "bytes:"); bad == numbered && i != 2 {
			t.Errorf("arrival %d has the key %s", i, as[i].Key)
		}
	}
	same(t, "unknown kind", w.decode(as[3])[0].Event, bots.Ignored)
}

func TestStopsWhileAPollIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stop := w.run()
	w.wait(w.Polling)
	if err := stop(); err != nil {
		t.Error(err)
	}
	w.wait(func() bool { return !w.Polling() })
	same(t, "log", w.log.String(), "")
}

func TestPressesAreAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	query := w.Press(telegramtest.Press{From: ann, Message: 9, Data: "rate.save..0"})
	w.wait(func() bool { _, ok := w.AnswerTo(query); return ok })
	a, _ := w.AnswerTo(query)
	same(t, "text", a.Text, "")
	// The app sends a press again where it got no answer: another update.
	w.Press(telegramtest.Press{From: ann, Message: 9, Data: "rate.save..0"})
	w.wait(func() bool { return len(w.Answers()) == 2 })
	same(t, "arrivals", len(w.received(2)), 2)
}

func TestPressesAreAcknowledgedWhileTheStoreIsSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stored := make(chan struct{})
	w.refusing(func([]bots.Arrival) error { <-stored; return nil })
	w.run()
	before := time.Now()
	query := w.Press(telegramtest.Press{From: ann, Message: 9, Data: "rate.save..0"})
	w.wait(func() bool { _, ok := w.AnswerTo(query); return ok })
	if d := time.Since(before); d < time.Second {
		t.Errorf("acknowledged after %v", d)
	}
	close(stored)
	w.received(1)
}

func TestATooOldPressIsNoTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(telegramtest.Fault{Method: "answerCallbackQuery", Reason: telegramtest.QueryTooOld, Times: -1})
	w.run()
	w.Press(telegramtest.Press{From: ann, Message: 9, Data: "rate.save..0"})
	w.wait(func() bool { return len(w.Calls("answerCallbackQuery")) == 1 })
	w.wait(w.Idle)
	same(t, "pauses", len(w.rested()), 0)
}

func TestAnotherPollerIsNamedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(telegramtest.Fault{Method: "getUpdates", Reason: telegramtest.OtherPoll, Times: 3})
	w.run()
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.received(1)
	w.wait(w.Idle)
	same(t, "told", strings.Count(w.log.String(), "another program fetches this bot's messages"), 1)
	same(t, "pauses", len(w.rested()), 3)
	same(t, "over", strings.Count(w.log.String(), "it works again"), 1)
}

func TestAWebhookIsTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bot := &tgbotapi.BotAPI{Token: token, Client: http.DefaultClient}
	bot.SetAPIEndpoint(w.Endpoint())
	set := func() {
		t.Helper()
		if _, err := bot.MakeRequest("setWebhook", tgbotapi.Params{"url": "https://example.org/hook"}); err != nil {
			t.Fatal(err)
		}
	}
	w.Write(telegramtest.Writing{From: ann, Text: "waits"})
	set()
	w.run()
	w.received(1)
	w.wait(w.Idle)
	same(t, "told", strings.Count(w.log.String(), "a webhook was set for the bot and has been taken away"), 1)
	same(t, "address", strings.Contains(w.log.String(), "example.org"), false)
	w.clock.Move(time.Minute)
	set() // ends the poll
	w.Write(telegramtest.Writing{From: ann, Text: "too"})
	w.received(2)
}

func TestABadTokenEndsIt(t *testing.T) {
	t.Parallel()
	for _, reason := range []telegramtest.Reason{telegramtest.TokenRevoked, telegramtest.PathUnknown} {
		for _, method := range []string{"getMe", "getUpdates"} {
			w := newWorld(t)
			w.Fail(telegramtest.Fault{Method: method, Reason: reason})
			err := w.tg.Run(t.Context(), w.memory)
			if err == nil || !strings.Contains(err.Error(), "BotFather") {
				t.Errorf("%s, %s: %v", reason, method, err)
			}
		}
	}
}

func TestItComesBackFromEveryTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, method := range []string{"getMe", "getUpdates"} {
		for _, f := range troubles() {
			f.Method = method
			w.Fail(f)
		}
	}
	w.Write(telegramtest.Writing{From: ann, Text: "one"})
	w.run()
	w.received(1)
	w.wait(w.Idle)
	rests := w.rested()
	same(t, "pauses", len(rests), 2*len(troubles()))
	if !slices.ContainsFunc(rests, func(d time.Duration) bool { return d >= 7*time.Second }) {
		t.Errorf("retry_after was not kept to: %v", rests)
	}
}

// troubles are failures that pass.
func troubles() []telegramtest.Fault {
	return []telegramtest.Fault{
		{RetryAfter: 7},
		{Cut: telegramtest.CutBefore},
		{Reason: telegramtest.ServerRestart},
		{Status: 502, Body: telegramtest.BadGateway},
		{Status: 302, Body: "elsewhere"},
		{Status: 200, Body: "null"},
		{Status: 200, Body: `{"ok":true,"result":"what"}`},
	}
}

func TestRightsAreAskedForInGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run()
	w.Write(telegramtest.Writing{From: ann, Chat: group, Text: "/collective"})
	w.Write(telegramtest.Writing{From: ben, Chat: group, Text: "/collective"})
	w.Write(telegramtest.Writing{From: ann, Text: "/collective"})
	w.wait(w.Idle)
	w.Write(telegramtest.Writing{From: ann, Chat: group, Text: "/collective"})
	w.Press(telegramtest.Press{From: ann, Chat: group, Message: 1, Data: "collective.bind..0"})
	ms := w.decode(w.received(5)...)
	for i, want := range []bool{true, false, false, true, true} {
		same(t, "manages", ms[i].From.Manages, want)
	}
	same(t, "asked", len(w.Calls("getChatMember")), 2)
	w.wait(w.Idle)
	w.Demote(group, ann)
	w.clock.Move(2 * time.Minute)
	w.Write(telegramtest.Writing{From: ann, Chat: group, Text: "/collective"})
	same(t, "no more", w.decode(w.received(6)...)[5].From.Manages, false)
}

func TestRightsAreNotWaitedForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	never := make(chan struct{})
	defer close(never)
	w.Fail(telegramtest.Fault{Method: "getChatMember", Until: never, Times: -1})
	w.run()
	w.Write(telegramtest.Writing{From: ann, Chat: group, Text: "/collective"})
	same(t, "manages", w.decode(w.received(1)...)[0].From.Manages, false)
}
