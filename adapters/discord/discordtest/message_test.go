package discordtest_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
)

func row(children ...o) o { return o{"type": 1, "components": children} }

func button(label, id string) o {
	return o{"type": 2, "style": 1, "label": label, "custom_id": id}
}

func many[T any](n int, one func(int) T) []T {
	var list []T
	for i := range n {
		list = append(list, one(i))
	}
	return list
}

func menu(options int, more o) o {
	m := o{"type": 3, "custom_id": "m", "options": many(options, func(i int) o {
		return o{"label": fmt.Sprint("label ", i), "value": fmt.Sprint(i)}
	})}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// a text of n characters, each two UTF-16 units long
func wide(n int) string { return strings.Repeat("\U0001F600", n) }

func TestMessagesAreRefused(t *testing.T) {
	w := newWorld(t)
	link := func(more o) o {
		b := o{"type": 2, "style": 5, "label": "l", "url": "https://example.org"}
		for k, v := range more {
			b[k] = v
		}
		return b
	}
	for _, c := range []struct {
		name, source string
		body         o
		code         int
		path, fault  string
	}{
		{"empty", "opcodes 50006", o{}, 50006, "", ""},
		{"spaces only", "message.mdx Create Message", o{"content": " \n"}, 50006, "", ""},
		{"empty embed", "opcodes 50006", o{"embeds": []o{{}}}, 50006, "", ""},
		{"2001 characters", "message.mdx content", o{"content": wide(2001)}, 50035, "content", "BASE_TYPE_MAX_LENGTH"},
		{"nonce", "message.mdx nonce", o{"content": "a", "nonce": strings.Repeat("a", 26)}, 50035, "nonce", "BASE_TYPE_MAX_LENGTH"},
		{"11 embeds", "message.mdx embeds", o{"embeds": many(11, func(int) o { return o{"title": "t"} })}, 50035, "embeds", "BASE_TYPE_BAD_LENGTH"},
		{"embed title", "Embed Limits", o{"embeds": []o{{"title": wide(257)}}}, 50035, "embeds/0/title", "BASE_TYPE_MAX_LENGTH"},
		{"embed description", "Embed Limits", o{"embeds": []o{{"description": wide(4097)}}}, 50035, "embeds/0/description", "BASE_TYPE_MAX_LENGTH"},
		{"26 fields", "Embed Limits", o{"embeds": []o{{"fields": many(26, func(int) o { return o{"name": "n", "value": "v"} })}}}, 50035, "embeds/0/fields", "BASE_TYPE_BAD_LENGTH"},
		{"field name", "Embed Limits", o{"embeds": []o{{"fields": []o{{"name": wide(257), "value": "v"}}}}}, 50035, "embeds/0/fields/0/name", "BASE_TYPE_BAD_LENGTH"},
		{"field without value", "Embed Field Structure", o{"embeds": []o{{"fields": []o{{"name": "n"}}}}}, 50035, "embeds/0/fields/0/value", "BASE_TYPE_REQUIRED"},
		{"field value", "Embed Limits", o{"embeds": []o{{"fields": []o{{"name": "n", "value": wide(1025)}}}}}, 50035, "embeds/0/fields/0/value", "BASE_TYPE_BAD_LENGTH"},
		{"footer", "Embed Limits", o{"embeds": []o{{"footer": o{"text": wide(2049)}}}}, 50035, "embeds/0/footer/text", "BASE_TYPE_BAD_LENGTH"},
		{"author", "Embed Limits", o{"embeds": []o{{"author": o{"name": wide(257)}}}}, 50035, "embeds/0/author/name", "BASE_TYPE_BAD_LENGTH"},
		{"6001 over all embeds", "Embed Limits", o{"embeds": []o{{"description": wide(3001)}, {"description": wide(3000)}}}, 50035, "embeds", "MAX_EMBED_SIZE_EXCEEDED"},
		{"embed address", "Embed Footer Structure: http(s)", o{"embeds": []o{{"title": "t", "url": "javascript:1"}}}, 50035, "embeds/0/url", "URL_TYPE_INVALID_URL"},
		{"mentions listed and whole", "Allowed Mentions Reference", o{"content": "a", "allowed_mentions": o{"parse": []string{"users"}, "users": []string{"1"}}}, 50035, "allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"},
		{"101 users", "Allowed Mentions Structure", o{"content": "a", "allowed_mentions": o{"users": many(101, func(i int) string { return fmt.Sprint(i) })}}, 50035, "allowed_mentions/users", "BASE_TYPE_BAD_LENGTH"},
		{"kind of mention", "Allowed Mention Types", o{"content": "a", "allowed_mentions": o{"parse": []string{"all"}}}, 50035, "allowed_mentions/parse/0", "BASE_TYPE_CHOICES"},
		{"reply to nothing", "message.mdx Create Message", o{"content": "a", "message_reference": o{"message_id": "1"}}, 50035, "message_reference", "REPLIES_UNKNOWN_MESSAGE"},

		{"6 rows", "components/reference.mdx Legacy", o{"components": many(6, func(i int) o { return row(button("b", fmt.Sprint(i))) })}, 50035, "components", "BASE_TYPE_BAD_LENGTH"},
		{"6 buttons", "Action Row", o{"components": []o{row(many(6, func(i int) o { return button("b", fmt.Sprint(i)) })...)}}, 50035, "components/0/components", "BASE_TYPE_BAD_LENGTH"},
		{"empty row", "Action Row", o{"components": []o{row()}}, 50035, "components/0/components", "BASE_TYPE_BAD_LENGTH"},
		{"button outside a row", "Button", o{"components": []o{button("b", "1")}}, 50035, "components/0/type", "UNION_TYPE_CHOICES"},
		{"text input in a message", "Text Input", o{"components": []o{row(o{"type": 4, "custom_id": "i", "style": 1, "label": "l"})}}, 50035, "components/0/components/0/type", "UNION_TYPE_CHOICES"},
		{"menu beside a button", "Action Row", o{"components": []o{row(button("b", "1"), menu(1, nil))}}, 50035, "components/0/components/1", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"},
		{"no custom_id", "Custom ID", o{"components": []o{row(button("b", ""))}}, 50035, "components/0/components/0/custom_id", "BASE_TYPE_REQUIRED"},
		{"long custom_id", "Custom ID", o{"components": []o{row(button("b", strings.Repeat("a", 101)))}}, 50035, "components/0/components/0/custom_id", "BASE_TYPE_BAD_LENGTH"},
		{"custom_id twice", "Custom ID", o{"components": []o{row(button("b", "1")), row(button("c", "1"))}}, 50035, "components/1/components/0/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"},
		{"long label", "Button Structure", o{"components": []o{row(button(wide(81), "1"))}}, 50035, "components/0/components/0/label", "BASE_TYPE_MAX_LENGTH"},
		{"no label", "Button Structure", o{"components": []o{row(button("", "1"))}}, 50035, "components/0/components/0/label", "BASE_TYPE_REQUIRED"},
		{"no style", "Button Styles", o{"components": []o{row(o{"type": 2, "label": "b", "custom_id": "1"})}}, 50035, "components/0/components/0/style", "BASE_TYPE_CHOICES"},
		{"link with custom_id", "Button Structure", o{"components": []o{row(link(o{"custom_id": "1"}))}}, 50035, "components/0/components/0", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"},
		{"link without address", "Button Structure", o{"components": []o{row(link(o{"url": ""}))}}, 50035, "components/0/components/0/url", "BASE_TYPE_REQUIRED"},
		{"long address", "Button Structure", o{"components": []o{row(link(o{"url": "https://" + strings.Repeat("a", 505)}))}}, 50035, "components/0/components/0/url", "BASE_TYPE_BAD_LENGTH"},
		{"26 options", "String Select Structure", o{"components": []o{row(menu(26, nil))}}, 50035, "components/0/components/0/options", "BASE_TYPE_BAD_LENGTH"},
		{"option twice", "Select Option Structure", o{"components": []o{row(menu(2, o{"options": []o{{"label": "a", "value": "1"}, {"label": "b", "value": "1"}}}))}}, 50035, "components/0/components/0/options/1/value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"},
		{"option label", "Select Option Structure", o{"components": []o{row(menu(1, o{"options": []o{{"label": wide(101), "value": "1"}}}))}}, 50035, "components/0/components/0/options/0/label", "BASE_TYPE_BAD_LENGTH"},
		{"option value", "Select Option Structure", o{"components": []o{row(menu(1, o{"options": []o{{"label": "a", "value": wide(101)}}}))}}, 50035, "components/0/components/0/options/0/value", "BASE_TYPE_BAD_LENGTH"},
		{"option description", "Select Option Structure", o{"components": []o{row(menu(1, o{"options": []o{{"label": "a", "value": "1", "description": wide(101)}}}))}}, 50035, "components/0/components/0/options/0/description", "BASE_TYPE_MAX_LENGTH"},
		{"placeholder", "String Select Structure", o{"components": []o{row(menu(1, o{"placeholder": wide(151)}))}}, 50035, "components/0/components/0/placeholder", "BASE_TYPE_MAX_LENGTH"},
		{"26 values", "String Select Structure", o{"components": []o{row(menu(1, o{"max_values": 26}))}}, 50035, "components/0/components/0/max_values", "NUMBER_TYPE_MAX"},

		{"new component without the flag", "components/reference.mdx Component Types", o{"components": []o{{"type": 10, "content": "a"}}}, 50035, "components/0/type", "UNION_TYPE_CHOICES"},
		{"text beside new components", "Create Message, second note", o{"flags": 1 << 15, "content": "a", "components": []o{{"type": 10, "content": "a"}}}, 50035, "content", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"embed beside new components", "Create Message, second note", o{"flags": 1 << 15, "embeds": []o{{"title": "a"}}, "components": []o{{"type": 10, "content": "a"}}}, 50035, "embeds", "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"},
		{"41 new components", "components/reference.mdx: 40 in total", o{"flags": 1 << 15, "components": many(41, func(int) o { return o{"type": 10, "content": "a"} })}, 50035, "components", "BASE_TYPE_BAD_LENGTH"},
		{"container in a container", "Container Child Components", o{"flags": 1 << 15, "components": []o{{"type": 17, "components": []o{{"type": 17}}}}}, 50035, "components/0/components/0/type", "UNION_TYPE_CHOICES"},
		{"section without accessory", "Section Structure", o{"flags": 1 << 15, "components": []o{{"type": 9, "components": []o{{"type": 10, "content": "a"}}}}}, 50035, "components/0/accessory", "BASE_TYPE_REQUIRED"},
	} {
		a := w.call("POST", "/channels/"+w.room.ID+"/messages", c.body)
		if a.status != 400 || a.code() != c.code || a.fault(c.path) != c.fault {
			t.Errorf("%s (%s): got %d %.300s, want 400, %d and %s at %s", c.name, c.source, a.status, a.raw, c.code, c.fault, c.path)
		}
	}
	if got := w.room.Messages(); len(got) != 0 {
		t.Errorf("refused, yet there: %v", got)
	}
}

// The limits themselves pass, counted in code points (dd#1315).
func TestMessagesAtTheirLimits(t *testing.T) {
	w := newWorld(t)
	for name, body := range map[string]o{
		"content":    {"content": wide(2000), "nonce": strings.Repeat("9", 25)},
		"embeds":     {"embeds": []o{{"description": " " + wide(4096) + " "}, {"title": wide(256), "footer": o{"text": wide(1648)}}}},
		"components": {"components": many(5, func(i int) o { return row(many(5, func(j int) o { return button(wide(80), fmt.Sprint(i, j)) })...) })},
		"menu":       {"components": []o{row(menu(25, o{"min_values": 0, "max_values": 25, "placeholder": wide(150)}))}},
		"new":        {"flags": 1 << 15, "components": []o{{"type": 17, "components": []o{{"type": 10, "content": "a"}, row(button("b", "1"))}}}},
		"nulls":      {"content": "a", "embeds": nil, "components": nil, "sticker_ids": nil, "allowed_mentions": nil, "nonce": 12},
	} {
		if a := w.call("POST", "/channels/"+w.room.ID+"/messages", body); a.status != 200 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
}

func TestPlacesRefuse(t *testing.T) {
	w := newWorld(t)
	text := o{"content": "hello"}
	blind, mute, gone, talk := w.guild.Text("blind"), w.guild.Text("mute"), w.guild.Text("gone"), w.guild.Voice("talk")
	thread := w.room.Thread("thread")
	blind.Permit(false, false)
	mute.Permit(true, false)
	gone.Delete()
	thread.Archive(true)
	shut, lone := w.User("shut"), w.User("lone")
	w.guild.Join(shut)
	shut.CloseDMs()
	other := w.GuildWithoutBot("other", "en-US").Text("general")
	said, err := w.ada.Say(w.room, "mine")
	if err != nil {
		t.Fatal(err)
	}
	direct, err := w.ada.Say(w.ada.DM(), "mine")
	if err != nil {
		t.Fatal(err)
	}
	at := func(c *discordtest.Channel) string { return "/channels/" + c.ID + "/messages" }
	for _, c := range []struct {
		name, method, path string
		body               any
		status, code       int
	}{
		{"unknown channel", "POST", "/channels/1/messages", text, 404, 10003},
		{"deleted channel", "POST", at(gone), text, 404, 10003},
		{"no sight", "POST", at(blind), text, 403, 50001},
		{"no sight, reading", "GET", at(blind), nil, 403, 50001},
		{"not a member", "GET", at(other), nil, 403, 50001},
		{"no leave to write", "POST", at(mute), text, 403, 50013},
		{"no leave to type", "POST", "/channels/" + mute.ID + "/typing", nil, 403, 50013},
		{"voice", "POST", at(talk), text, 400, 50008},
		{"locked thread", "POST", at(thread), text, 400, 50083},
		{"closed DM", "POST", at(shut.DM()), text, 403, 50007},
		{"no mutual guild", "POST", at(lone.DM()), text, 403, 50278},
		{"unknown message", "PATCH", at(w.room) + "/1", text, 404, 10008},
		{"another's message", "PATCH", at(w.room) + "/" + said.ID, text, 403, 50005},
		{"deleting another's", "DELETE", at(w.room) + "/" + said.ID, nil, 403, 50013},
		{"deleting another's in a DM", "DELETE", at(w.ada.DM()) + "/" + direct.ID, nil, 403, 50003},
		{"too many", "GET", at(w.room) + "?limit=101", nil, 400, 50035},
		{"before and after", "GET", at(w.room) + "?before=1&after=1", nil, 400, 50035},
		{"DM with nobody", "POST", "/users/@me/channels", o{"recipient_id": "1"}, 404, 10013},
		{"DM with itself", "POST", "/users/@me/channels", o{"recipient_id": w.ApplicationID()}, 400, 50033},
		{"DM without name", "POST", "/users/@me/channels", o{}, 400, 50035},
		{"unknown guild", "GET", "/guilds/1", nil, 404, 10004},
	} {
		if a := w.call(c.method, c.path, c.body); a.status != c.status || a.code() != c.code {
			t.Errorf("%s: got %d %s, want %d with %d", c.name, a.status, a.raw, c.status, c.code)
		}
	}
	shut.OpenDMs()
	if a := w.call("POST", at(shut.DM()), text); a.status != 200 {
		t.Errorf("open again: %s", a.raw)
	}
	thread.Archive(false)
	if a := w.call("POST", at(thread), text); a.status != 200 {
		t.Errorf("an unlocked thread does not reopen: %s", a.raw)
	}
	w.guild.Expel()
	w.want(w.call("POST", at(w.room), text), 403, 50001)
}

// dd:resources/message.mdx enforce_nonce.
func TestEnforcedNonce(t *testing.T) {
	w := newWorld(t)
	send := func() string {
		a := w.call("POST", "/channels/"+w.room.ID+"/messages", o{"content": "once", "nonce": "n", "enforce_nonce": true})
		return a.body["id"].(string)
	}
	first := send()
	if again := send(); again != first {
		t.Error("the same nonce made a second message")
	}
	w.clock.move(3 * time.Minute)
	if later := send(); later == first {
		t.Error("a nonce is kept for ever")
	}
	if n := len(w.room.Messages()); n != 2 {
		t.Errorf("%d messages", n)
	}
}

func TestPings(t *testing.T) {
	w := newWorld(t)
	ada := w.ada.Mention()
	none := o{"parse": []string{}}
	for _, c := range []struct {
		name, text string
		allowed    any
		want       []string
	}{
		{"all by default", "@here " + ada + " <@&5>", nil, []string{w.ada.ID, "role:5", "here"}},
		{"overrides are stripped first (dd#1189)", "@\u202eeveryone", nil, []string{"everyone"}},
		{"zero width space stays (dd#1248)", "@\u200beveryone", nil, nil},
		{"nobody", "@everyone " + ada, none, nil},
		{"only the one listed", "@everyone " + ada, o{"users": []string{w.ada.ID}}, []string{w.ada.ID}},
	} {
		a := w.call("POST", "/channels/"+w.room.ID+"/messages", o{"content": c.text, "allowed_mentions": c.allowed})
		if a.status != 200 {
			t.Fatal(a.raw)
		}
		list := w.room.Messages()
		if got := list[len(list)-1].Pings; !slices.Equal(got, c.want) {
			t.Errorf("%s: pings %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHistoryGoesOnAfterAnID(t *testing.T) {
	w := newWorld(t)
	w.AllowIntents(discordtest.IntentMessageContent)
	var ids []string
	for n := range 5 {
		m, err := w.ada.Say(w.room, fmt.Sprint(n))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, m.ID)
	}
	if err := w.ada.Delete(ids[2]); err != nil {
		t.Fatal(err)
	}
	read := func(query string) (texts string) {
		for _, m := range w.call("GET", "/channels/"+w.room.ID+"/messages"+query, nil).list {
			texts += m["content"].(string)
		}
		return texts
	}
	for query, want := range map[string]string{
		"":                            "4310",
		"?after=" + ids[0]:            "431",
		"?limit=2&after=" + ids[0]:    "31",
		"?limit=2":                    "43",
		"?limit=2&before=" + ids[4]:   "31",
		"?after=0&limit=1":            "0",
		"?limit=2&around=" + ids[3]:   "31",
		"?after=" + ids[len(ids)-1]:   "",
		"?limit=100&before=" + ids[0]: "",
		"?limit=100&around=" + ids[2]: "4310",
	} {
		if got := read(query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

func TestEditing(t *testing.T) {
	w := newWorld(t)
	at := "/channels/" + w.room.ID + "/messages"
	id := w.call("POST", at, o{"content": "a", "components": []o{row(button("b", "1"))}}).body["id"].(string)
	if a := w.call("PATCH", at+"/"+id, o{"content": "c"}); a.status != 200 || len(a.body["components"].([]any)) != 1 {
		t.Fatalf("what did not come is gone: %s", a.raw)
	}
	if a := w.call("PATCH", at+"/"+id, o{"components": nil}); a.status != 200 || len(a.body["components"].([]any)) != 0 {
		t.Fatalf("null does not clear: %s", a.raw)
	}
	w.want(w.call("PATCH", at+"/"+id, o{"content": ""}), 400, 50006)
	w.want(w.call("DELETE", at+"/"+id, nil), 204, 0)
	w.want(w.call("PATCH", at+"/"+id, o{"content": "d"}), 404, 10008)

	var kinds []discordtest.SightKind
	for _, s := range w.ada.Seen() {
		kinds = append(kinds, s.Kind)
	}
	want := []discordtest.SightKind{discordtest.SawNew, discordtest.SawEdit, discordtest.SawEdit, discordtest.SawDelete}
	if !slices.Equal(kinds, want) {
		t.Errorf("saw %v, want %v", kinds, want)
	}
}

// dd:reference.mdx "Uploading Files".
func TestFiles(t *testing.T) {
	w := newWorld(t)
	post := func(files ...[]byte) answered {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("payload_json", `{"attachments":[{"id":0,"description":"a picture"}]}`)
		for i, f := range files {
			part, err := form.CreateFormFile(fmt.Sprintf("files[%d]", i), "card.png")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = part.Write(f)
		}
		_ = form.Close()
		return w.send(w.request("POST", "/channels/"+w.room.ID+"/messages", form.FormDataContentType(), &body))
	}
	if a := post([]byte("bytes")); a.status != 200 {
		t.Fatal(a.raw)
	}
	file := w.room.Messages()[0].Attachments[0]
	if file.Description != "a picture" || file.Filename != "card.png" {
		t.Errorf("got %+v", file)
	}
	res, err := w.http.Get(file.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got bytes.Buffer
	_, _ = got.ReadFrom(res.Body)
	if got.String() != "bytes" {
		t.Errorf("%s gives %q", file.URL, &got)
	}
	w.want(post(make([]byte, 10<<20+1)), 413, 40005)
	w.want(post(many(11, func(int) []byte { return []byte("x") })...), 400, 30015)
}
