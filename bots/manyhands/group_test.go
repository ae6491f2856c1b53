package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/telegram/telegramstage"
	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots/transcript"
)

// What a script cannot say of Telegram's groups and buttons, said to the test
// server itself.

// telegramTalk is a program on Telegram with the stage's own server.
type telegramTalk struct {
	*world
	*telegramtest.Server
	t     *testing.T
	stage *telegramstage.Stage
}

func onTelegram(t *testing.T, postgres bool) *telegramTalk {
	t.Helper()
	w := stages["telegram"](t, scriptSettings(t, postgres)).(*world)
	stage := w.stage.(*telegramstage.Stage)
	return &telegramTalk{world: w, Server: stage.Server, t: t, stage: stage}
}

// play plays a script, which must be kept to.
func (k *telegramTalk) play(script string) {
	k.t.Helper()
	playText(k.t, k.world, script)
}

func playText(t *testing.T, w transcript.World, script string) transcript.Result {
	t.Helper()
	s, err := transcript.Parse("script", script)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transcript.Play(t.Context(), s, w)
	if err == nil {
		err = r.Err()
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (k *telegramTalk) settle() {
	k.t.Helper()
	if err := k.Settle(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
}

// group makes a group with the bot in it.
func (k *telegramTalk) group(owner int64, members ...int64) int64 {
	chat := k.AddChat(telegramtest.Chat{Kind: telegramtest.Group, Title: "hall", Owner: owner, Members: members})
	k.AddBot(chat, owner)
	return chat
}

// texts are what the bot has said in a chat.
func (k *telegramTalk) texts(chat int64) []string {
	var all []string
	for _, m := range k.FromBot(chat) {
		all = append(all, plain(m.Text))
	}
	return all
}

// plain is a text without the isolates around what somebody typed.
func plain(s string) string { return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s) }

func (k *telegramTalk) last(chat int64) string {
	all := k.texts(chat)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

const founded = `
server> collective create "Evening hands"
server< ...: /start {link}
  | ...
c1> /start {link}
c1< ...
c1< [...]
`

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, k *telegramTalk)) {
	t.Helper()
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, onTelegram(t, postgres))
		})
	}
}

// A group that becomes a supergroup may be told of by a refusal first: the
// digest for the room is answered with the new identity
// (https://core.telegram.org/bots/api#responseparameters). The room follows,
// gets that digest once, and the service messages that come later change
// nothing.
func TestRoomFollowsARefusal(t *testing.T) {
	onBoth(t, func(t *testing.T, k *telegramTalk) {
		k.play(founded)
		c1 := k.stage.UserID("c1")
		old := k.group(c1)
		k.Write(telegramtest.Writing{From: c1, Chat: old, Text: "/collective bind"})
		k.settle()

		held := make(chan struct{})
		k.Fail(telegramtest.Fault{Method: "getUpdates", Until: held, Times: -1})
		polls := len(k.Calls("getUpdates"))
		k.Write(telegramtest.Writing{From: c1, Chat: old, Text: "/help"}) // ends the poll that is open
		if err := k.Wait(t.Context(), func() bool { return len(k.Calls("getUpdates")) > polls }); err != nil {
			t.Fatal(err)
		}
		if _, err := k.program.Bot.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		room := k.Migrate(old)
		k.clock.Set(time.Date(2026, 11, 24, 18, 0, 0, 0, time.UTC))
		if _, err := k.program.Bot.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := k.texts(room); len(got) != 1 || !strings.Contains(got[0], "have their digest") {
			t.Fatalf("the new group got %q, want the digest once", got)
		}
		if !slices.ContainsFunc(k.Calls("sendMessage"), func(c telegramtest.Call) bool { return c.Status == http.StatusBadRequest }) {
			t.Fatal("nothing was refused before")
		}
		close(held)
		k.settle()
		k.clock.Set(k.clock.Now().Add(24 * time.Hour))
		k.settle()
		if got := k.texts(room); len(got) != 2 {
			t.Errorf("after another day the new group has %q, want two digests", got)
		}
		if got := k.texts(old); len(got) != 2 {
			t.Errorf("the old group has %q, want what was said before it moved", got)
		}
		k.Write(telegramtest.Writing{From: c1, Chat: room, Text: "/collective unbind"})
		k.settle()
		if got := k.last(room); !strings.Contains(got, "does not belong to Evening hands any more") {
			t.Errorf("the new group is answered %q: its room was not kept", got)
		}
	})
}

// An administrator who writes as the group itself is nobody the bot could know
// (https://core.telegram.org/bots/api#message, sender_chat): they are asked to
// go on in private, and nothing is done in anyone's name. Their presses carry
// their own account.
func TestAnonymousAdministrator(t *testing.T) {
	onBoth(t, func(t *testing.T, k *telegramTalk) {
		k.play(founded + "w1> /start\nw1< ...\nw1< [...]\n")
		c1, w1 := k.stage.UserID("c1"), k.stage.UserID("w1")
		hall := k.group(w1, c1)
		k.Promote(hall, c1, true)
		for _, said := range []string{"/collective", "/collective bind", "/rate toloka fair 1", "/start join_0000"} {
			before := len(k.FromBot(hall))
			k.Write(telegramtest.Writing{From: c1, Chat: hall, Text: said, Anonymous: true})
			k.settle()
			all := k.FromBot(hall)
			if len(all) != before+1 {
				t.Fatalf("%s: the group has %q", said, k.texts(hall))
			}
			m := all[before]
			if !strings.Contains(m.Text, "go on in private") || len(m.Buttons) != 1 || !strings.HasPrefix(m.Buttons[0][0].URL, "https://t.me/") {
				t.Errorf("%s: answered %q %+v", said, m.Text, m.Buttons)
			}
		}
		quiet := len(k.FromBot(hall))
		id := k.Write(telegramtest.Writing{From: c1, Chat: hall, Text: "/rate toloka fair 1", Anonymous: true})
		k.settle()
		k.Edit(hall, id, "/rate toloka fair 5")
		k.settle()
		if got := len(k.FromBot(hall)) - quiet; got != 1 {
			t.Errorf("a command and its edit were answered %d times, want once", got)
		}
		k.Write(telegramtest.Writing{From: w1, Chat: hall, Text: "/collective unbind"})
		k.settle()
		if got := k.last(w1); !strings.Contains(got, "belongs to no collective") {
			t.Errorf("the group was bound by nobody, and yet: %q", got)
		}

		k.Write(telegramtest.Writing{From: w1, Chat: hall, Text: "/requester toloka"})
		k.settle()
		k.PressButton(c1, hall, "Rate", 1)
		k.settle()
		if got := k.last(c1); !strings.Contains(got, "Your rating of Toloka") {
			t.Errorf("the press of the administrator is answered %q in private", got)
		}
		if got := k.last(w1); strings.Contains(got, "Your rating of Toloka") {
			t.Errorf("the other one sees the administrator's panel: %q", got)
		}
	})
}

// A press that the bot meets after Telegram has given up waiting for its answer
// ("query is too old and response timeout expired or query ID is invalid") is
// done all the same, and the conversation goes on.
func TestTooOldPressGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, k *telegramTalk) {
		k.play("w1> /rate toloka\nw1< ...\nw1< [...]\n")
		w1 := k.stage.UserID("w1")
		if err := k.world.Close(); err != nil {
			t.Fatal(err)
		}
		k.PressButton(w1, 0, "Fair 2", 1)
		k.clock.Set(k.clock.Now().Add(time.Minute))
		if err := k.start(t.Context()); err != nil {
			t.Fatal(err)
		}
		k.settle()
		answers := k.Calls("answerCallbackQuery")
		if len(answers) != 1 || !strings.Contains(answers[0].Description, "query is too old") {
			t.Fatalf("the press was not too old: %+v", answers)
		}
		if got := k.last(w1); !strings.Contains(got, "Fairness: 2 of 5") {
			t.Errorf("the press did %q", got)
		}
		k.PressButton(w1, 0, "Save", 1)
		k.settle()
		if got := k.last(w1); !strings.Contains(got, "Saved: your rating of Toloka") {
			t.Errorf("after it, Save does %q", got)
		}
	})
}

// A button of a message that is weeks old comes without the message
// (https://core.telegram.org/bots/api#inaccessiblemessage).
func TestOldButtonsWithoutTheirMessage(t *testing.T) {
	onBoth(t, func(t *testing.T, k *telegramTalk) {
		k.Turn(func(n *telegramtest.Knobs) { n.InaccessibleAfter = 48 * time.Hour })
		playOne(t, transcripts+"/buttons_old.txt", k.world)
	})
}

// A notice that had to wait is judged again when it is sent: who was removed
// meanwhile gets nothing of the collective.
func TestNoticeIsNotSentToWhoLeft(t *testing.T) {
	onBoth(t, func(t *testing.T, k *telegramTalk) {
		k.play(founded + `
c1> /collective invite 5
c1< ...
  | Code: {code}
  | ...
c1< [...]
server> collective invite "Evening hands"
server< ...: /start {seat}
  | ...
c2> /start {seat}
c2< ...
c2< [...]
w1> /collective join {code}
w1< ...
w1< [...]
`)
		w1 := k.stage.UserID("w1")
		k.Fail(telegramtest.Fault{Method: "sendMessage", Chat: w1, RetryAfter: 60})
		press := func(who, label string) {
			t.Helper()
			k.PressButton(k.stage.UserID(who), 0, label, 1)
			k.settle()
		}
		say := func(who, text string) {
			t.Helper()
			k.Write(telegramtest.Writing{From: k.stage.UserID(who), Text: text})
			k.settle()
		}
		say("c1", "/collective coordinators")
		m := k.FromBot(k.stage.UserID("c1"))
		name := plain(m[len(m)-1].Buttons[0][0].Text)
		press("c1", m[len(m)-1].Buttons[0][0].Text)
		press("c1", "Make coordinator")
		say("c1", "/collective remove "+name)
		press("c1", "Remove")
		press("c2", "Remove") // tells who it is about
		press("c2", "Remove")
		before := len(k.FromBot(w1))
		k.clock.Set(k.clock.Now().Add(2 * time.Minute))
		k.settle()
		got := k.texts(w1)[before:]
		if len(got) != 1 || !strings.Contains(got[0], "ended your membership") {
			t.Errorf("who was removed got %q, want only that", got)
		}
	})
}
