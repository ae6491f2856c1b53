package telegramtest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	. "manyhands/adapters/telegram/telegramtest"
)

// heard tells which texts reached the bot.
func (w *world) heard() string {
	var out []string
	for _, u := range w.drain() {
		if s, ok := at(u, "message", "text").(string); ok {
			out = append(out, s)
		}
	}
	return strings.Join(out, "|")
}

func TestPrivacyMode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine := w.send(group, "hello")
	say := func(texts ...string) {
		for _, text := range texts {
			w.Write(Writing{From: ben, Chat: group, Text: text})
		}
	}
	all := []string{
		"just talk", "/rate acme", "/rate@manyhands_test_bot acme", "/rate@other_bot acme", "hi @manyhands_test_bot",
		"look at /rate",
	}
	say(all...)
	w.Write(Writing{From: ben, Chat: group, Text: "a reply", ReplyTo: mine})
	same(t, "with privacy", w.heard(), "/rate acme|/rate@manyhands_test_bot acme|hi @manyhands_test_bot|a reply")

	w.AddUser(User{ID: 9, FirstName: "Other", Username: "other_bot", IsBot: true})
	w.Join(group, 9)
	w.Write(Writing{From: 9, Chat: group, Text: "@manyhands_test_bot says a bot"})
	say("/rate acme", "/rate@manyhands_test_bot acme")
	same(t, "after another bot spoke", w.heard(), "/rate@manyhands_test_bot acme")

	w.PromoteBot(group, ann, true)
	w.drain()
	say(all...)
	same(t, "as administrator", w.heard(), strings.Join(all, "|"))
	w.PromoteBot(group, ann, false)
	w.Turn(func(k *Knobs) { k.ReadAll = true })
	w.drain()
	say(all...)
	same(t, "without privacy", w.heard(), strings.Join(all, "|"))
}

func TestBlocking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Block(ann)
	w.Block(ann)
	got := w.drain()
	same(t, "told once", kinds(got), "my_chat_member")
	same(t, "status", at(got[0], "my_chat_member", "new_chat_member", "status").(string), "kicked")
	same(t, "who", at(got[0], "my_chat_member", "from", "id").(float64), ann)
	w.Write(Writing{From: ann, Text: "back"})
	same(t, "writing unblocks", kinds(w.drain()), "my_chat_member message")
	w.send(ann, "welcome back")
}

func TestComingAndGoing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.KickBot(group, ann)
	w.Write(Writing{From: ann, Chat: group, Text: "/rate x"})
	w.AddBot(group, ben)
	got := w.drain()
	same(t, "kinds", kinds(got), "my_chat_member my_chat_member message")
	same(t, "who added", at(got[1], "my_chat_member", "from", "id").(float64), ben)
	w.call("leaveChat", params{"chat_id": strconv.Itoa(super)})
	same(t, "left", w.BotStatus(super), "left")
	w.PromoteBot(group, ann, true)
	w.call("getUpdates", params{"allowed_updates": `["chat_member","message"]`})
	w.drain()
	w.Join(group, stranger)
	w.Leave(group, stranger)
	same(t, "members", kinds(w.drain()), "chat_member message chat_member message")
}

func TestMigration(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.send(group, "panel", "reply_markup", `{"inline_keyboard":[[{"text":"a","callback_data":"b"}]]}`)
	to := w.Migrate(group)
	got := w.drain()
	same(t, "kinds", kinds(got), "message message")
	same(t, "in the old chat", int64(at(got[0], "message", "migrate_to_chat_id").(float64)), to)
	same(t, "in the new chat", int64(at(got[1], "message", "migrate_from_chat_id").(float64)), group)
	r := w.call("sendMessage", text(group, "x"))
	same(t, "the new id", r.Parameters.MigrateTo, to)
	w.send(to, "first")
	r = w.call("editMessageText", text(to, "y", "message_id", strconv.Itoa(old)))
	same(t, "old message", r.Description, "Bad Request: message to edit not found")
	w.Write(Writing{From: ben, Chat: to, Text: "/rate acme"})
	same(t, "members moved", w.heard(), "/rate acme")
}

func TestTopics(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	thread := w.OpenTopic(super, ann, "Pay")
	w.Write(Writing{From: ben, Chat: super, Text: "/rate acme", Thread: thread})
	got := w.drain()
	same(t, "thread", at(got[1], "message", "message_thread_id").(float64), float64(thread))
	same(t, "topic", at(got[1], "message", "is_topic_message").(bool), true)
	m, _ := w.Message(super, w.send(super, "here", "message_thread_id", strconv.Itoa(thread)))
	same(t, "answered there", m.Thread, thread)
	w.SetForum(super, false)
	m, _ = w.Message(super, w.send(super, "plain", "message_thread_id", strconv.Itoa(thread)))
	same(t, "ignored where topics are off", m.Thread, 0)
}

func TestAnonymousAdministrator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Promote(super, ben, true)
	w.Write(Writing{From: ben, Chat: super, Text: "/settings", Anonymous: true})
	panel := w.send(super, "panel", "reply_markup", `{"inline_keyboard":[[{"text":"Save","callback_data":"s"}]]}`)
	w.PressButton(ben, super, "Save", 1)
	got := w.drain()
	same(t, "from", at(got[0], "message", "from", "id").(float64), AnonymousAdminID)
	same(t, "sender chat", int64(at(got[0], "message", "sender_chat", "id").(float64)), super)
	same(t, "press", at(got[1], "callback_query", "from", "id").(float64), ben)
	same(t, "of", at(got[1], "callback_query", "message", "message_id").(float64), float64(panel))
}

func TestChannelPosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.Write(Writing{From: ann, Chat: channel, Text: "news"})
	w.Edit(channel, n, "better news")
	same(t, "kinds", kinds(w.drain()), "channel_post edited_channel_post")
	w.send(channel, "mine")
	same(t, "mine", w.FromBot(channel)[0].Text, "mine")
}

func TestEditing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	n := w.Write(Writing{From: ann, Text: "acme 3"})
	w.clock.Move(time.Minute)
	w.Edit(ann, n, "acme 4")
	got := w.drain()
	same(t, "kinds", kinds(got), "message edited_message")
	same(t, "text", at(got[1], "edited_message", "text").(string), "acme 4")
	date, edited := at(got[1], "edited_message", "date").(float64), at(got[1], "edited_message", "edit_date").(float64)
	same(t, "later", edited-date, 60)
}

func TestPresses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	keyboard := `{"inline_keyboard":[[{"text":"Take","callback_data":"t1"}],[{"text":"","callback_data":"never"}]]}`
	first := w.send(ann, "one", "reply_markup", keyboard)
	w.send(ann, "two", "reply_markup", strings.Replace(keyboard, "t1", "t2", 1))
	m, b, _ := w.FindButton(ann, "Take", 2)
	same(t, "older", fmt.Sprint(m.ID, b.Data, len(m.Buttons)), fmt.Sprint(first, "t1", 1))
	one, two := w.PressButton(ann, 0, "Take", 1), w.PressButton(ann, 0, "Take", 1)
	if one == two {
		t.Error("two presses have one id")
	}
	forged := w.Press(Press{From: ben, Chat: ann, Message: first, Data: "forged"})
	w.call("deleteMessage", params{"chat_id": annString, "message_id": strconv.Itoa(first)})
	w.Press(Press{From: ann, Message: first, Data: "t1"})
	got := w.drain()
	same(t, "all came", len(got), 4)
	same(t, "forged", at(got[2], "callback_query", "data").(string), "forged")
	same(t, "inaccessible", at(got[3], "callback_query", "message", "date").(float64), 0)
	same(t, "nothing more", len(at(got[3], "callback_query", "message").(map[string]any)), 3)
	same(t, "answered", w.call("answerCallbackQuery", params{"callback_query_id": forged, "text": strings.Repeat("я", 200)}).OK, true)
	w.Turn(func(k *Knobs) { k.InaccessibleAfter = time.Hour })
	w.clock.Move(time.Hour)
	w.PressButton(ann, 0, "Take", 1)
	same(t, "too old", at(w.drain()[0], "callback_query", "message", "date").(float64), 0)
}

func TestFilesFromPeople(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Write(Writing{From: ann, Text: "proof", Photo: &Upload{Name: "a.png", Data: []byte(picture(4, 3))}})
	w.document()
	got := w.drain()
	photo := at(got[0], "message", "photo").([]any)[0].(map[string]any)
	same(t, "width", photo["width"].(float64), 4)
	same(t, "caption", at(got[0], "message", "caption").(string), "proof")
	same(t, "name", at(got[1], "message", "document", "file_name").(string), "notes.txt")
}

func TestDeleteMessagesSkipsWhatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.send(ann, "a"), w.send(ann, "b")
	r := w.call("deleteMessages", params{"chat_id": annString, "message_ids": fmt.Sprintf("[%d,%d,99999]", a, b)})
	same(t, "answer", r.OK, true)
	same(t, "visible", len(w.FromBot(ann)), 0)
	same(t, "kept for the test", w.History(ann)[len(w.History(ann))-1].Deleted, true)
}
