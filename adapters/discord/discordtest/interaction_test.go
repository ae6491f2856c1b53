package discordtest_test

import (
	"fmt"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
)

// asked runs /rate in the room and gives its interaction and the path of its
// answer.
func (w *world) asked() (*discordtest.Interaction, string) {
	w.t.Helper()
	if len(w.Commands(nil)) == 0 {
		w.commands(command("rate", option(3, "what", o{"autocomplete": true})))
	}
	i, err := w.ada.Run(w.room, "rate")
	if err != nil {
		w.t.Fatal(err)
	}
	return i, callback(i)
}

func callback(i *discordtest.Interaction) string {
	return "/interactions/" + i.ID + "/" + i.Token + "/callback"
}

func (w *world) webhook(i *discordtest.Interaction) string {
	return "/webhooks/" + w.ApplicationID() + "/" + i.Token
}

func (w *world) original(i *discordtest.Interaction) string {
	return w.webhook(i) + "/messages/@original"
}

func modal(children ...o) o {
	return o{"type": 9, "data": o{"custom_id": "m", "title": "t", "components": children}}
}

func input(more o) o {
	i := o{"type": 4, "custom_id": "i", "label": "l", "style": 1}
	for k, v := range more {
		i[k] = v
	}
	return i
}

// Sources are sections of dd:interactions/receiving-and-responding.mdx, of
// dd:components/reference.mdx, and issues.
func TestAnswersAreRefused(t *testing.T) {
	w := newWorld(t)
	say := o{"type": 4, "data": o{"content": "hello"}}
	for _, c := range []struct {
		name, source string
		body         o
		code         int
		path, fault  string
	}{
		{"pong", "Interaction Callback Type", o{"type": 1}, 50035, "type", "BASE_TYPE_CHOICES"},
		{"deferred update of nothing", "Interaction Callback Type *", o{"type": 6}, 50035, "type", "BASE_TYPE_CHOICES"},
		{"update of nothing", "Interaction Callback Type *", o{"type": 7, "data": o{"content": "a"}}, 50035, "type", "BASE_TYPE_CHOICES"},
		{"choices for a command", "Interaction Callback Type", o{"type": 8, "data": o{"choices": []o{}}}, 50035, "type", "BASE_TYPE_CHOICES"},
		{"empty", "opcodes 50006", o{"type": 4}, 50006, "", ""},
		{"long", "Messages", o{"type": 4, "data": o{"content": wide(2001)}}, 50035, "data/content", "BASE_TYPE_MAX_LENGTH"},
		{"11 embeds", "Messages", o{"type": 4, "data": o{"embeds": many(11, func(int) o { return o{"title": "t"} })}}, 50035, "data/embeds", "BASE_TYPE_BAD_LENGTH"},
		{"deferred with other flags", "Messages, first note", o{"type": 5, "data": o{"flags": 1 << 15}}, 50035, "data/flags", "BASE_TYPE_CHOICES"},
		{"modal without id", "Modal", o{"type": 9, "data": o{"title": "t", "components": []o{row(input(nil))}}}, 50035, "data/custom_id", "BASE_TYPE_REQUIRED"},
		{"modal title", "Modal", o{"type": 9, "data": o{"custom_id": "m", "title": wide(46), "components": []o{row(input(nil))}}}, 50035, "data/title", "BASE_TYPE_BAD_LENGTH"},
		{"empty modal", "Modal", modal(), 50035, "data/components", "BASE_TYPE_BAD_LENGTH"},
		{"6 in a modal", "Modal", modal(many(6, func(i int) o { return row(input(o{"custom_id": fmt.Sprint(i)})) })...), 50035, "data/components", "BASE_TYPE_BAD_LENGTH"},
		{"button in a modal", "Button", modal(row(button("b", "1"))), 50035, "data/components/0/components/0/type", "UNION_TYPE_CHOICES"},
		{"two inputs in a row", "Text Input", modal(row(input(nil), input(o{"custom_id": "j"}))), 50035, "data/components/0/components", "BASE_TYPE_BAD_LENGTH"},
		{"input without label", "Text Input", modal(row(input(o{"label": ""}))), 50035, "data/components/0/components/0/label", "BASE_TYPE_REQUIRED"},
		{"input label", "Label Structure", modal(row(input(o{"label": wide(46)}))), 50035, "data/components/0/components/0/label", "BASE_TYPE_BAD_LENGTH"},
		{"input twice", "Custom ID", modal(row(input(nil)), row(input(nil))), 50035, "data/components/1/components/0/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"input style", "Text Input Styles", modal(row(input(o{"style": 3}))), 50035, "data/components/0/components/0/style", "BASE_TYPE_CHOICES"},
		{"input length", "Text Input Structure", modal(row(input(o{"max_length": 4001}))), 50035, "data/components/0/components/0/max_length", "NUMBER_TYPE_MAX"},
		{"input value", "Text Input Structure", modal(row(input(o{"value": wide(4001)}))), 50035, "data/components/0/components/0/value", "BASE_TYPE_MAX_LENGTH"},
		{"input placeholder", "Text Input Structure", modal(row(input(o{"placeholder": wide(101)}))), 50035, "data/components/0/components/0/placeholder", "BASE_TYPE_MAX_LENGTH"},
		{"label of nothing", "Label Structure", modal(o{"type": 18, "label": "l"}), 50035, "data/components/0/component", "BASE_TYPE_REQUIRED"},
		{"disabled menu", "String Select Structure ***", modal(o{"type": 18, "label": "l", "component": menu(1, o{"disabled": true})}), 50035, "data/components/0/component/disabled", "COMPONENT_DISABLED_IN_MODAL"},
	} {
		i, path := w.asked()
		if a := w.call("POST", path, c.body); a.status != 400 || a.code() != c.code || a.fault(c.path) != c.fault {
			t.Errorf("%s (%s): got %d %.300s, want 400, %d and %s at %s", c.name, c.source, a.status, a.raw, c.code, c.fault, c.path)
		}
		if a := w.call("POST", path, say); a.status != 204 || i.Answered() != 4 {
			t.Errorf("%s: a refused answer used up the interaction: %s", c.name, a.raw)
		}
	}
}

// dd:interactions/receiving-and-responding.mdx "Interaction Callback", dd#2352,
// dd#6851.
func TestAnswersHaveTheirTime(t *testing.T) {
	w := newWorld(t)
	say := o{"type": 4, "data": o{"content": "hello"}}
	w.want(w.call("POST", "/interactions/1/x/callback", say), 404, 10062)

	i, path := w.asked()
	w.want(w.call("PATCH", w.original(i), o{"content": "too early"}), 404, 10015)
	w.clock.move(3 * time.Second)
	w.want(w.call("POST", path, say), 204, 0)
	w.want(w.call("POST", path, say), 400, 40060)

	late, path := w.asked()
	w.clock.move(3*time.Second + time.Millisecond)
	w.want(w.call("POST", path, say), 404, 10062)
	w.want(w.call("POST", w.webhook(late), o{"content": "a"}), 404, 10015)
	if !late.Failed() || i.Failed() {
		t.Error("the wrong one failed")
	}

	w.clock.move(15*time.Minute - 6*time.Second - 2*time.Millisecond)
	w.want(w.call("PATCH", w.original(i), o{"content": "in time"}), 200, 0)
	w.clock.move(4 * time.Second)
	w.want(w.call("PATCH", w.original(i), o{"content": "late"}), 401, 50027)
	w.want(w.call("POST", w.webhook(i), o{"content": "late"}), 401, 50027)
	w.want(w.call("GET", "/webhooks/1/"+i.Token+"/messages/@original", nil), 404, 10015)
}

func TestDeferredAnswers(t *testing.T) {
	w := newWorld(t)
	i, path := w.asked()
	w.want(w.call("POST", path, o{"type": 5, "data": o{"flags": 64}}), 204, 0)
	seen := w.ada.Sees(w.room)
	if len(seen) != 1 || !seen[0].Thinking || !seen[0].Ephemeral {
		t.Fatalf("sees %+v", seen)
	}
	// The first follow-up edits the loading message, which stays secret.
	w.want(w.call("POST", w.webhook(i), o{"content": "done"}), 200, 0)
	second := w.call("POST", w.webhook(i), o{"content": "more"})
	other := w.User("other")
	w.guild.Join(other)
	seen = w.ada.Sees(w.room)
	if len(seen) != 2 || seen[0].Thinking || seen[0].Content != "done" || !seen[0].Ephemeral || seen[1].Ephemeral {
		t.Fatalf("sees %+v", seen)
	}
	if seen = other.Sees(w.room); len(seen) != 1 || seen[0].Content != "more" {
		t.Fatalf("the other sees %+v", seen)
	}
	// What only one person sees is not among the channel's messages.
	if a := w.call("GET", "/channels/"+w.room.ID+"/messages", nil); len(a.list) != 1 {
		t.Fatalf("listed: %s", a.raw)
	}
	id := second.body["id"].(string)
	w.want(w.call("PATCH", w.webhook(i)+"/messages/"+id, o{"content": "less"}), 200, 0)
	w.want(w.call("DELETE", w.webhook(i)+"/messages/"+id, nil), 204, 0)
	w.want(w.call("DELETE", w.original(i), nil), 204, 0)
	w.want(w.call("GET", w.original(i), nil), 404, 10008)
	if seen = w.ada.Sees(w.room); len(seen) != 0 {
		t.Fatalf("sees %+v", seen)
	}
}

func TestWithResponse(t *testing.T) {
	w := newWorld(t)
	_, path := w.asked()
	a := w.call("POST", path+"?with_response=true", o{"type": 4, "data": o{"content": "hello"}})
	if a.status != 200 || a.body["resource"].(o)["message"].(o)["content"] != "hello" {
		t.Fatal(a.raw)
	}
}

func TestComponentsAndModals(t *testing.T) {
	w := newWorld(t)
	_, path := w.asked()
	w.want(w.call("POST", path, o{"type": 4, "data": o{"content": "a", "components": []o{
		row(button("Take", "take"), o{"type": 2, "style": 1, "label": "No", "custom_id": "no", "disabled": true}),
		row(menu(3, o{"max_values": 2})),
	}}}), 204, 0)
	m, b, ok := w.ada.Newest("Take")
	if !ok || b.CustomID != "take" {
		t.Fatal("the button is not there")
	}
	stranger := w.User("stranger")
	for what, err := range map[string]error{
		"disabled":     second(w.ada.Press(m.ID, "no")),
		"unknown":      second(w.ada.Press(m.ID, "x")),
		"unseen":       second(stranger.Press(m.ID, "take")),
		"not a menu":   second(w.ada.Select(m.ID, "take", "1")),
		"not offered":  second(w.ada.Select(m.ID, "m", "7")),
		"too many":     second(w.ada.Select(m.ID, "m", "0", "1", "2")),
		"nothing told": second(w.ada.Select(m.ID, "m")),
	} {
		if err == nil {
			t.Errorf("%s: passed", what)
		}
	}
	if _, err := stranger.Forge(m.ID, "anything"); err != nil {
		t.Errorf("forged: %v", err)
	}
	if _, err := w.ada.Select(m.ID, "m", "0", "1"); err != nil {
		t.Errorf("two values: %v", err)
	}

	press, err := w.ada.Press(m.ID, "take")
	if err != nil {
		t.Fatal(err)
	}
	w.want(w.call("POST", callback(press), modal(row(input(o{"min_length": 2})),
		o{"type": 18, "label": "Why", "component": o{"type": 4, "custom_id": "why", "style": 2, "required": false}})), 204, 0)
	w.want(w.call("PATCH", w.original(press), o{"content": "a"}), 404, 10008)
	open := w.ada.Modals()
	if len(open) != 1 || open[0].Fields[1].Label != "Why" {
		t.Fatalf("open: %+v", open)
	}
	if _, err = w.ada.Submit(open[0], map[string]string{"i": "a"}); err == nil {
		t.Error("too short, yet sent")
	}
	sent, err := w.ada.Submit(open[0], map[string]string{"i": "ab"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err = w.ada.Submit(open[0], map[string]string{"i": "ab"}); err == nil {
		t.Error("sent twice")
	}
	w.want(w.call("POST", callback(sent), modal(row(input(nil)))), 400, 50035) // no modal after a modal
	w.want(w.call("POST", callback(sent), o{"type": 7, "data": o{"content": "b", "components": []o{}, "embeds": nil}}), 204, 0)
	if now := w.ada.Sees(w.room)[0]; now.Content != "b" || len(now.Buttons()) != 0 || now.Edits != 1 {
		t.Errorf("updated to %+v", now)
	}
}

func second[A any](_ A, err error) error { return err }

// dd:interactions/receiving-and-responding.mdx "Autocomplete".
func TestChoices(t *testing.T) {
	w := newWorld(t)
	w.asked()
	for _, c := range []struct {
		data        o
		status      int
		path, fault string
	}{
		{choices(26), 400, "data/choices", "BASE_TYPE_BAD_LENGTH"},
		{o{"choices": []o{{"name": wide(101), "value": "v"}}}, 400, "data/choices/0/name", "BASE_TYPE_BAD_LENGTH"},
		{o{"choices": []o{{"name": "n", "value": 1}}}, 400, "data/choices/0/value", "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_INVALID"},
		{choices(25), 204, "", ""},
		{choices(0), 204, "", ""},
	} {
		i, err := w.ada.Type(w.room, "rate", discordtest.Opt("what", "pa"))
		if err != nil {
			t.Fatal(err)
		}
		if a := w.call("POST", callback(i), o{"type": 4, "data": o{"content": "a"}}); a.fault("type") != "BASE_TYPE_CHOICES" {
			t.Errorf("a message for a completion: %s", a.raw)
		}
		if a := w.call("POST", callback(i), o{"type": 8, "data": c.data}); a.status != c.status || a.fault(c.path) != c.fault {
			t.Errorf("%v: got %d %s", c.data, a.status, a.raw)
		}
	}
}

// dd:interactions/receiving-and-responding.mdx "Create Followup Message".
func TestFollowUpsOfUserInstallation(t *testing.T) {
	w := newWorld(t)
	w.commands(command("rate"))
	elsewhere := w.GuildWithoutBot("elsewhere", "fr")
	elsewhere.Join(w.ada)
	room := elsewhere.Text("general")
	if _, err := w.ada.Run(room, "rate"); err == nil {
		t.Fatal("not installed, yet there")
	}
	w.ada.Install()
	i, err := w.ada.Run(room, "rate")
	if err != nil {
		t.Fatal(err)
	}
	w.want(w.call("POST", callback(i), o{"type": 4, "data": o{"content": "a"}}), 204, 0)
	for range 5 {
		w.want(w.call("POST", w.webhook(i), o{"content": "a"}), 200, 0)
	}
	w.want(w.call("POST", w.webhook(i), o{"content": "a"}), 400, 40094)
}

// Only users are notified by default (dd:resources/message.mdx "Default
// Settings for Allowed Mentions").
func TestAnswersPing(t *testing.T) {
	w := newWorld(t)
	i, path := w.asked()
	w.want(w.call("POST", path, o{"type": 4, "data": o{"content": "@everyone <@&7> <@" + w.ada.ID + ">"}}), 204, 0)
	if m, _ := i.Reply(); len(m.Pings) != 1 || m.Pings[0] != w.ada.ID {
		t.Errorf("pings %v", m.Pings)
	}
}
