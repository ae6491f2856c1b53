package discord

import (
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots"
)

func TestSlashCommandIsAnsweredToItsPersonAlone(t *testing.T) {
	w := newWorld(t)
	w.answers(told("first"), told("second"))
	w.menu(rate())
	w.run()
	w.ada.SetLocale("fr")
	i := must(w.ada.Run(w.room, "rate", discordtest.Opt("requester", "acme"), discordtest.Opt("pay", "2")))
	w.wait("both answers", func() bool { return len(texts(w.ada, w.room)) == 2 })
	if got := texts(w.ada, w.room); got[0] != "first" || got[1] != "second" {
		t.Errorf("got %q", got)
	}
	if got := w.bob.Sees(w.room); len(got) != 0 {
		t.Errorf("bob sees %+v", got)
	}
	if i.Answered() != discordtest.AnswerDefer {
		t.Errorf("acknowledged with %d", i.Answered())
	}
	m := w.message(0)
	if m.Slash.Command != "rate" || m.Slash.Options["requester"] != "acme" || m.Slash.Options["pay"] != "2" {
		t.Errorf("slash: %+v", m.Slash)
	}
	if m.From.ID != w.ada.ID || m.From.Language != "fr" || !m.Chat.Room || m.Chat.ID != w.room.ID || !m.PrivateSeen {
		t.Errorf("message: %+v", m)
	}
	if m.Private != (bots.Address{}) || m.Here.Lane != "user:"+w.ada.ID {
		t.Errorf("addresses: %+v %+v", m.Here, m.Private)
	}
	if m.Room.Lane != "channel:"+w.room.ID || strings.Contains(m.Room.Data, "token") {
		t.Errorf("room: %+v", m.Room)
	}
}

// texts are the contents before a person in a channel, but for what is still
// being thought about.
func texts(u *discordtest.User, c *discordtest.Channel) []string {
	var list []string
	for _, m := range u.Sees(c) {
		if m.FromBot && !m.Thinking {
			list = append(list, m.Content)
		}
	}
	return list
}

func TestDeferralLeavesInTimeWhileStoringBlocks(t *testing.T) {
	w := newWorld(t)
	w.answers(told("late"))
	w.toy.hold = make(chan struct{})
	w.d.pace.store = 20 * time.Millisecond
	w.menu(rate())
	w.run()
	begun := time.Now()
	var asked []*discordtest.Interaction
	for range 5 { // those behind the first wait no longer than it
		asked = append(asked, must(w.ada.Run(w.room, "rate")))
	}
	for _, i := range asked {
		w.wait("the deferral", func() bool { return i.Answered() == discordtest.AnswerDefer })
	}
	if took := time.Since(begun); took > 3*time.Second {
		t.Errorf("deferred after %v", took)
	}
	if got := texts(w.ada, w.room); len(got) != 0 {
		t.Errorf("content before anything was stored: %q", got)
	}
	close(w.toy.hold)
	w.wait("the answers", func() bool { return len(texts(w.ada, w.room)) == len(asked) })
}

func TestWhatCannotBeStoredIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.answers(told("done"))
	w.toy.fail = 1
	w.d.pace.store = 20 * time.Millisecond
	w.menu(rate())
	w.run()
	i := must(w.ada.Run(w.room, "rate"))
	w.wait("the deferral", func() bool { return i.Answered() == discordtest.AnswerDefer })
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 1 })
	if strings.Count(w.log.String(), "could not be stored") != 1 {
		t.Errorf("log: %s", w.log)
	}
}

func TestNothingIsDoneTwice(t *testing.T) {
	w := newWorld(t)
	w.answers(told("once"))
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 1 })
	if !w.Redeliver() {
		t.Fatal("nothing to deliver again")
	}
	must(w.ada.Say(w.ada.DM(), "hello"))
	w.message(1) // it came after the second delivery
	w.Redeliver()
	must(w.ada.Say(w.ada.DM(), "again"))
	w.message(2)
	w.wait("the answers", func() bool { return len(texts(w.ada, w.ada.DM())) == 2 })
	w.toy.mu.Lock()
	defer w.toy.mu.Unlock()
	if len(w.toy.messages) != 3 {
		t.Errorf("%d messages", len(w.toy.messages))
	}
	if got := texts(w.ada, w.room); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestDirectMessages(t *testing.T) {
	w := newWorld(t)
	w.answers(told("hello", bots.OutButton{Label: "Rate", Data: "rate.run..0", Weight: bots.Primary}))
	w.run()
	said := must(w.ada.Say(w.ada.DM(), "acme", discordtest.Upload{Name: "a.png", Type: "image/png", Data: []byte("png")}))
	m := w.message(0)
	if m.Text != "acme" || m.ID != said.ID || m.Chat.Room || m.Here != m.Private || m.Sent.IsZero() {
		t.Errorf("message: %+v", m)
	}
	if len(m.Files) != 1 || m.Files[0] != (bots.File{Name: "a.png", Size: 3}) {
		t.Errorf("files: %+v", m.Files)
	}
	w.wait("the answer", func() bool { return len(texts(w.ada, w.ada.DM())) == 1 })
	if err := w.ada.Edit(said.ID, "acme corp"); err != nil {
		t.Fatal(err)
	}
	if m = w.message(1); !m.Edited || m.Text != "acme corp" || m.ID != said.ID {
		t.Errorf("edit: %+v", m)
	}

	// A press in the conversation goes on there, in place of what was pressed.
	pressed, b, _ := w.ada.Newest("Rate")
	w.toy.mu.Lock()
	w.toy.answer = func(m bots.Message) []bots.Outgoing {
		o := told("panel")
		o.Edit = m.Press.Message
		return []bots.Outgoing{o, told("and more")}
	}
	w.toy.mu.Unlock()
	i := must(w.ada.Press(pressed.ID, b.CustomID))
	w.wait("the edit", func() bool { return newest(w, w.ada.DM()).Content == "and more" })
	if i.Answered() != discordtest.AnswerDeferUpdate {
		t.Errorf("acknowledged with %d", i.Answered())
	}
	if m = w.message(2); m.Press == nil || m.Press.Data != "rate.run..0" || m.Here.Data != m.Private.Data {
		t.Errorf("press: %+v", m)
	}
	for _, x := range w.ada.Sees(w.ada.DM()) {
		if x.ID == pressed.ID && (x.Content != "panel" || len(x.Buttons()) != 0) {
			t.Errorf("in place: %+v", x)
		}
		if x.Ephemeral {
			t.Errorf("the conversation does not last: %+v", x)
		}
	}
}

func newest(w *world, c *discordtest.Channel) discordtest.Message {
	all := c.Messages()
	if len(all) == 0 {
		return discordtest.Message{}
	}
	return all[len(all)-1]
}

func TestPressOfAnEphemeralMessageReplacesIt(t *testing.T) {
	w := newWorld(t)
	w.toy.answer = func(m bots.Message) []bots.Outgoing {
		o := told("panel", bots.OutButton{Label: "More", Data: "rate.more..0"})
		if m.Press != nil {
			o = told("more")
			o.Edit = m.Press.Message
		}
		return []bots.Outgoing{o}
	}
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the panel", func() bool { return len(texts(w.ada, w.room)) == 1 })
	m, b, _ := w.ada.Newest("More")
	must(w.ada.Press(m.ID, b.CustomID))
	w.wait("the change", func() bool { return texts(w.ada, w.room)[0] == "more" })
	if got := w.ada.Sees(w.room); len(got) != 1 || got[0].ID != m.ID || !got[0].Ephemeral {
		t.Errorf("got %+v", got)
	}
}

// What everyone sees is never replaced by what concerns who pressed it, and
// neither is what somebody else sees.
func TestForeignMessagesAreNotReplaced(t *testing.T) {
	w := newWorld(t)
	w.toy.answer = func(m bots.Message) []bots.Outgoing {
		o := told("about "+m.From.ID, bots.OutButton{Label: "Mine", Data: "mine.run..0"})
		if m.Press != nil {
			o.Edit = m.Press.Message
		}
		return []bots.Outgoing{o}
	}
	w.menu(rate())
	w.run()
	id := w.deliver(room(w.room.ID), told("figures", bots.OutButton{Label: "Look", Data: "mine.run..0"}))
	must(w.ada.Press(id, "mine.run..0"))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 2 })
	if got := texts(w.bob, w.room); len(got) != 1 || got[0] != "figures" {
		t.Errorf("bob sees %q", got)
	}

	must(w.ada.Run(w.room, "rate"))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 3 })
	hers := texts(w.ada, w.room)
	last := w.ada.Sees(w.room)[2]
	must(w.bob.Forge(last.ID, "mine.run..0"))
	w.wait("bob's answer", func() bool { return len(texts(w.bob, w.room)) == 2 })
	if got := texts(w.ada, w.room); strings.Join(got, "|") != strings.Join(hers, "|") {
		t.Errorf("ada sees %q", got)
	}
	if got := texts(w.bob, w.room)[1]; got != "about "+w.bob.ID {
		t.Errorf("bob sees %q", got)
	}
}

// deliver sends a reply in one part.
func (w *world) deliver(to bots.Address, o bots.Outgoing) string {
	w.t.Helper()
	parts := must(w.d.Split(o))
	if len(parts) != 1 {
		w.t.Fatalf("%d parts", len(parts))
	}
	return must(w.d.Send(w.ctx, bots.Parcel{ID: "x", To: to, Part: parts[0]}))
}

func TestForms(t *testing.T) {
	w := newWorld(t)
	w.toy.answer = func(m bots.Message) []bots.Outgoing {
		if m.Written != nil {
			return []bots.Outgoing{told("thanks")}
		}
		o := told("What happened?")
		o.Ask = &bots.OutAsk{Data: "report.write.AAAAAAAAAAAAAAAAAAAAAA.1", Label: "In your own words", Long: true}
		return []bots.Outgoing{o}
	}
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the question", func() bool { return len(texts(w.ada, w.room)) == 1 })
	m, b, ok := w.ada.Newest("Write…")
	if !ok {
		t.Fatalf("no form is offered: %+v", w.ada.Sees(w.room))
	}
	must(w.ada.Press(m.ID, b.CustomID))
	w.wait("the form", func() bool { return len(w.ada.Modals()) == 1 })
	form := w.ada.Modals()[0]
	if form.Title != "In your own words" || form.Fields[0].Label != form.Title || form.Fields[0].Style != 2 {
		t.Errorf("form: %+v", form)
	}
	must(w.ada.Submit(form, map[string]string{fieldID: "nothing but silence"}))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 2 })
	if m := w.message(1); m.Written == nil || m.Written.Text != "nothing but silence" || m.Written.Data != "report.write.AAAAAAAAAAAAAAAAAAAAAA.1" {
		t.Errorf("written: %+v", m.Written)
	}
	if len(w.toy.messages) != 2 {
		t.Errorf("opening a form was stored: %d messages", len(w.toy.messages))
	}
	if got := w.bob.Sees(w.room); len(got) != 0 {
		t.Errorf("bob sees %+v", got)
	}

	// In the conversation with the bot the answer lasts, and nothing hangs.
	must(w.ada.Say(w.ada.DM(), "report"))
	w.wait("the question", func() bool { return len(texts(w.ada, w.ada.DM())) == 1 })
	m, b, _ = w.ada.Newest("Write…")
	must(w.ada.Press(m.ID, b.CustomID))
	w.wait("the form", func() bool { return len(w.ada.Modals()) == 1 })
	i := must(w.ada.Submit(w.ada.Modals()[0], map[string]string{fieldID: "no answer"}))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.ada.DM())) == 2 })
	w.wait("the acknowledgement", func() bool { return i.Answered() == discordtest.AnswerDeferUpdate })
	if last := newest(w, w.ada.DM()); last.Ephemeral || last.Content != "thanks" {
		t.Errorf("got %+v", last)
	}
}

func TestUnknownComponentsLoseNothing(t *testing.T) {
	w := newWorld(t)
	w.run()
	w.Dispatch("MESSAGE_CREATE", map[string]any{
		"id": "1311111111111111111", "channel_id": w.ada.DM().ID, "type": 0, "author": map[string]any{"id": w.ada.ID},
		"content": "still here", "components": []any{map[string]any{"type": 999, "value": 7}},
	})
	if m := w.message(0); m.Text != "still here" || m.From.ID != w.ada.ID {
		t.Errorf("message: %+v", m)
	}
	w.Dispatch("INTERACTION_CREATE", map[string]any{
		"id": "1311111111111111112", "application_id": w.ApplicationID(), "type": 5, "token": "unknown-token", "context": 0, "channel_id": w.room.ID,
		"member": map[string]any{"user": map[string]any{"id": w.ada.ID}, "permissions": "32"},
		"data": map[string]any{"custom_id": "a.write..0", "components": []any{
			map[string]any{"type": 998, "value": true},
			map[string]any{"type": 18, "component": map[string]any{"type": 4, "custom_id": "text", "value": "kept"}},
		}},
	})
	if m := w.message(1); m.Written == nil || m.Written.Text != "kept" || !m.From.Manages {
		t.Errorf("message: %+v", m)
	}
}

func TestWhatIsNoPersonsIsNotHeard(t *testing.T) {
	w := newWorld(t)
	w.run()
	person, bot := map[string]any{"id": w.ada.ID}, map[string]any{"id": "7", "bot": true}
	for _, m := range []map[string]any{
		{"id": "1", "channel_id": "5", "author": bot, "content": "a bot's"},
		{"id": "2", "channel_id": "5", "author": person, "webhook_id": "9", "content": "a webhook's"},
		{"id": "3", "channel_id": "5", "author": person, "type": 6, "content": "a pin"},
		{"id": "4", "channel_id": "5", "author": person, "guild_id": "8", "content": "a room's"},
		{"id": "", "content": "nothing"},
	} {
		w.Dispatch("MESSAGE_CREATE", m)
	}
	// A preview was added to its link: nobody edited it.
	w.Dispatch("MESSAGE_UPDATE", map[string]any{"id": "5", "channel_id": "5", "author": person, "content": "x", "edited_timestamp": nil})
	w.Dispatch("SOMETHING_NEW", map[string]any{"id": 5})
	must(w.ada.Say(w.ada.DM(), "a person's"))
	if m := w.message(0); m.Text != "a person's" {
		t.Errorf("heard %q", m.Text)
	}
}

func TestCompletionUsesNoStore(t *testing.T) {
	w := newWorld(t)
	w.toy.complete = func(command, param, typed string, limit int) []bots.Completion {
		if command != "rate" || param != "requester" || typed != "ac" || limit != 25 {
			t.Errorf("asked for %q %q %q %d", command, param, typed, limit)
		}
		all := []bots.Completion{{Label: strings.Repeat("é", 200), Value: "a"}, {Label: "", Value: "b"}, {Label: "c", Value: strings.Repeat("c", 101)}}
		for range 40 {
			all = append(all, bots.Completion{Label: "Acme\u202e", Value: "AAAAAAAAAAAAAAAAAAAAAA"})
		}
		return all
	}
	w.menu(rate())
	w.run()
	got, err := w.ada.Complete(w.ctx, w.room, "rate", discordtest.Opt("requester", "ac"))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 25 || len([]rune(got[0].Name)) != 100 || got[1].Name != "Acme" || got[1].Value != "AAAAAAAAAAAAAAAAAAAAAA" {
		t.Errorf("got %d: %+v", len(got), got)
	}
	if w.toy.calls != 0 {
		t.Error("something was stored")
	}
}

func TestNobodyIsMentioned(t *testing.T) {
	w := newWorld(t)
	typed := "@everyone @here <@" + w.bob.ID + "> <@&" + w.guild.ID + "> @\u202eeveryone <#1> </rate:1> <t:0>"
	o := told(typed)
	o.Blocks = append(o.Blocks, bots.OutBlock{Kind: bots.Quote, Text: typed}, bots.OutBlock{Kind: bots.Field, Label: typed, Text: typed})
	w.answers(o)
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 1 })
	w.deliver(room(w.room.ID), o)
	for _, m := range w.ada.Sees(w.room) {
		if len(m.Pings) != 0 || strings.Contains(m.Content, "<@") || strings.Contains(m.Content, " @") {
			t.Errorf("mentions %v in %q", m.Pings, m.Content)
		}
	}
	for _, c := range w.Calls() {
		if strings.Contains(c.Path, "/messages") && c.Method != "DELETE" && !strings.Contains(string(c.Body), `"allowed_mentions":{"parse":[]}`) {
			t.Errorf("%s %s lets mentions be parsed", c.Method, c.Path)
		}
	}
}

func TestAnswerForEveryone(t *testing.T) {
	w := newWorld(t)
	o := told("for all")
	o.Room = true
	w.answers(o)
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the answer", func() bool { return len(texts(w.bob, w.room)) == 1 })
	for _, u := range []*discordtest.User{w.ada, w.bob} {
		if got := w.ada.Sees(w.room); len(got) != 1 || got[0].Content != "for all" || got[0].Thinking {
			t.Errorf("%s sees %+v", u.Name, got)
		}
	}
}

func TestStoppingLosesNothingStored(t *testing.T) {
	w := newWorld(t)
	w.toy.hold = make(chan struct{})
	w.menu(rate())
	w.run()
	i := must(w.ada.Run(w.room, "rate"))
	w.until("the store", func(t *toy) bool { return t.calls == 1 })
	close(w.toy.hold)
	w.stop()
	if err := w.stopped(); err != nil {
		t.Fatal(err)
	}
	if i.Answered() != discordtest.AnswerDefer || len(w.toy.messages) != 1 {
		t.Errorf("acknowledged with %d, %d messages", i.Answered(), len(w.toy.messages))
	}
	w.wait("the end", func() bool { return w.Gateway().Connections == 0 })
	if closes := w.Gateway().Closes; len(closes) != 1 || closes[0] != 1000 {
		t.Errorf("closed with %v", closes)
	}
}
