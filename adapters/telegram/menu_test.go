package telegram_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots"
	"manyhands/bots/locale"
)

// newCatalogue is a small one: English whole, French in part, Arabic long.
func newCatalogue(t *testing.T) *locale.Catalogue {
	t.Helper()
	var english, arabic strings.Builder
	for _, name := range []string{"rate", "digest", "room", "help", "collective"} {
		fmt.Fprintf(&english, "[\"command.%s.summary\"]\nother = \"About %s\"\n", name, name)
	}
	for i := range 40 {
		fmt.Fprintf(&english, "[\"command.many%d.summary\"]\nother = \"One of many\"\n", i)
		fmt.Fprintf(&arabic, "[\"command.many%d.summary\"]\nother = \"%s\"\n", i, strings.Repeat("عمل كثير ", 30))
	}
	english.WriteString("[\"telegram.description\"]\nother = \"What this is\"\n[\"telegram.short\"]\nother = \"In short\"\n")
	c, err := locale.NewFrom(fstest.MapFS{
		"en.toml": {Data: []byte(english.String())},
		"fr.toml": {Data: []byte("[\"command.rate.summary\"]\nother = \"Noter\"\n[\"telegram.short\"]\nother = \"En bref\"\n")},
		"ar.toml": {Data: []byte(arabic.String())},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func menu(t *testing.T) bots.Menu {
	return bots.Menu{Catalogue: newCatalogue(t), Commands: []*bots.Command{
		{Name: "rate"},
		{Name: "help", Public: true},
		{Name: "digest", May: bots.Coordinators},
		{Name: "secret", Hidden: true},
		{Name: "room", RoomOnly: true},
		{Name: "Ünfit"},
		{Name: "collective", Subs: []*bots.Command{{Name: "collective_bind", RoomOnly: true}}},
	}}
}

func lines(cs []telegramtest.Command) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.Command+"="+c.Description)
	}
	return strings.Join(out, ", ")
}

func TestMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if err := w.tg.PublishMenu(t.Context(), menu(t)); err != nil {
		t.Fatal(err)
	}
	same(t, "in private", lines(w.Menu("all_private_chats", "")), "rate=About rate, help=About help, collective=About collective")
	same(t, "in groups", lines(w.Menu("all_group_chats", "")), "help=About help, room=About room, collective=About collective")
	same(t, "in French", lines(w.Menu("all_private_chats", "fr")), "rate=Noter, help=About help, collective=About collective")
	same(t, "for all", lines(w.Menu("default", "")), "")
	set := len(w.Calls("setMyCommands", "setMyDescription", "setMyShortDescription"))
	if err := w.tg.PublishMenu(t.Context(), menu(t)); err != nil {
		t.Fatal(err)
	}
	same(t, "set again", len(w.Calls("setMyCommands", "setMyDescription", "setMyShortDescription")), set)
	changed := menu(t)
	changed.Commands = changed.Commands[:2]
	if err := w.tg.PublishMenu(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	same(t, "changed", lines(w.Menu("all_private_chats", "")), "rate=About rate, help=About help")
	last := w.Calls("setMyShortDescription")
	texts := map[string]string{}
	for _, c := range last {
		texts[c.Params["language_code"]] = c.Params["short_description"]
	}
	same(t, "short", texts[""], "In short")
	same(t, "short in French", texts["fr"], "En bref")
}

func TestALongMenuFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := bots.Menu{Catalogue: newCatalogue(t)}
	for i := range 40 {
		m.Commands = append(m.Commands, &bots.Command{Name: fmt.Sprint("many", i)})
	}
	if err := w.tg.PublishMenu(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := w.Menu("all_private_chats", "ar")
	same(t, "commands", len(got), 40)
	for _, c := range got {
		if !utf8.ValidString(c.Description) || !strings.HasSuffix(c.Description, "…") || len(c.Description) < 60 {
			t.Errorf("%q", c.Description)
		}
	}
}

func TestARefusedMenuKeepsNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Fail(telegramtest.Fault{Method: "setMyCommands", Reason: telegramtest.CommandsTooMany, Times: -1})
	err := w.tg.PublishMenu(t.Context(), menu(t))
	if err == nil || err.Error() != "BOT_COMMANDS_TOO_MUCH" {
		t.Errorf("%v", err)
	}
	if len(w.Calls("setMyShortDescription")) == 0 {
		t.Error("the description was not set")
	}
	w.Heal()
	w.Fail(telegramtest.Fault{Status: 502, Body: telegramtest.BadGateway, Times: -1})
	if err := w.tg.PublishMenu(t.Context(), menu(t)); err == nil {
		t.Error("no error without a network")
	}
}

func TestLink(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	same(t, "before the start", w.tg.Link("hello"), "")
	w.run()
	w.wait(w.Polling)
	same(t, "link", w.tg.Link("join_AbC-9"), "https://t.me/manyhands_test_bot?start=join_AbC-9")
	for _, word := range []string{"", "a b", "é", "a&b", strings.Repeat("x", 65)} {
		same(t, word, w.tg.Link(word), "")
	}
}

func TestOurTextsAreThere(t *testing.T) {
	t.Parallel()
	c, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	for key, most := range map[string]int{"readers.telegram": 1000, "telegram.description": 512, "telegram.short": 120} {
		for _, l := range locale.Langs() {
			text := c.Say(l, locale.T(key))
			if !c.Has(key) || utf8.RuneCountInString(text) > most {
				t.Errorf("%s in %s: %q", key, l, text)
			}
		}
	}
	same(t, "readers", newWorld(t).tg.Readers().Key, "readers.telegram")
}
