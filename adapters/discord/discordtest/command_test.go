package discordtest_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
)

func command(name string, options ...o) o {
	return o{"name": name, "description": "d", "options": options}
}

func option(kind int, name string, more ...o) o {
	opt := o{"type": kind, "name": name, "description": "d"}
	for _, m := range more {
		for k, v := range m {
			opt[k] = v
		}
	}
	return opt
}

func choices(n int) o {
	return o{"choices": many(n, func(i int) o { return o{"name": fmt.Sprint(i), "value": fmt.Sprint(i)} })}
}

// Sources are sections of dd:interactions/application-commands.mdx.
func TestCommandsAreRefused(t *testing.T) {
	w := newWorld(t)
	long := wide(101)
	for _, c := range []struct {
		name, source string
		command      o
		path, fault  string
	}{
		{"no name", "Command Structure", command(""), "name", "BASE_TYPE_REQUIRED"},
		{"upper case", "Command Naming", command("Rate"), "name", "APPLICATION_COMMAND_INVALID_NAME"},
		{"space", "Command Naming", command("rate it"), "name", "STRING_TYPE_REGEX"},
		{"33 characters", "Command Naming", command(strings.Repeat("a", 33)), "name", "BASE_TYPE_BAD_LENGTH"},
		{"no description", "Command Structure", o{"name": "a"}, "description", "BASE_TYPE_REQUIRED"},
		{"long description", "Command Structure", o{"name": "a", "description": long}, "description", "BASE_TYPE_BAD_LENGTH"},
		{"unknown language", "Localization", o{"name": "a", "description": "d", "name_localizations": o{"en": "a"}}, "name_localizations/en", "BASE_TYPE_CHOICES"},
		{"translated upper case", "Localization", o{"name": "a", "description": "d", "name_localizations": o{"de": "Ä"}}, "name_localizations/de", "APPLICATION_COMMAND_INVALID_NAME"},
		{"translated description", "Localization", o{"name": "a", "description": "d", "description_localizations": o{"de": long}}, "description_localizations/de", "BASE_TYPE_BAD_LENGTH"},
		{"unknown type", "Command Types", o{"name": "a", "description": "d", "type": 9}, "type", "BASE_TYPE_CHOICES"},
		{"unknown context", "Interaction Context Types", o{"name": "a", "description": "d", "contexts": []int{3}}, "contexts/0", "BASE_TYPE_CHOICES"},
		{"unknown installation", "Installation Context", o{"name": "a", "description": "d", "integration_types": []int{2}}, "integration_types/0", "BASE_TYPE_CHOICES"},
		{"user command with description", "User Commands", o{"name": "a", "description": "d", "type": 2}, "description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"},
		{"26 options", "Command Structure", command("a", many(26, func(i int) o { return option(3, fmt.Sprint(i)) })...), "options", "BASE_TYPE_BAD_LENGTH"},
		{"option name", "Command Naming", command("a", option(3, "B")), "options/0/name", "APPLICATION_COMMAND_INVALID_NAME"},
		{"option twice", "Option Structure", command("a", option(3, "b"), option(3, "b")), "options/1/name", "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE"},
		{"option twice in a language", "Localization", command("a", option(3, "b", o{"name_localizations": o{"de": "c"}}), option(3, "c")), "options/0/name_localizations/de", "APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE"},
		{"required last", "Option Structure", command("a", option(3, "b"), option(3, "c", o{"required": true})), "options/1", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"},
		{"unknown option type", "Option Type", command("a", option(12, "b")), "options/0/type", "BASE_TYPE_CHOICES"},
		{"26 choices", "Option Structure", command("a", option(3, "b", choices(26))), "options/0/choices", "BASE_TYPE_BAD_LENGTH"},
		{"choice name", "Option Choice Structure", command("a", option(3, "b", o{"choices": []o{{"name": long, "value": "v"}}})), "options/0/choices/0/name", "BASE_TYPE_BAD_LENGTH"},
		{"choice value", "Option Choice Structure", command("a", option(3, "b", o{"choices": []o{{"name": "n", "value": long}}})), "options/0/choices/0/value", "BASE_TYPE_BAD_LENGTH"},
		{"choice of another type", "Option Choice Structure", command("a", option(4, "b", o{"choices": []o{{"name": "n", "value": "v"}}})), "options/0/choices/0/value", "APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_INVALID"},
		{"choices and completion", "Option Structure", command("a", option(3, "b", choices(1), o{"autocomplete": true})), "options/0/autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID"},
		{"length 6001", "Option Structure", command("a", option(3, "b", o{"max_length": 6001})), "options/0/max_length", "NUMBER_TYPE_MAX"},
		{"length 0", "Option Structure", command("a", option(3, "b", o{"max_length": 0})), "options/0/max_length", "NUMBER_TYPE_MIN"},
		{"subcommand beside an option", "Subcommands and Subcommand Groups", command("a", option(1, "b"), option(3, "c")), "options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"subcommand in a subcommand", "Subcommands and Subcommand Groups", command("a", option(1, "b", o{"options": []o{option(1, "c")}})), "options/0/options/0/type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"group in a group", "Subcommands and Subcommand Groups", command("a", option(2, "b", o{"options": []o{option(2, "c")}})), "options/0/options/0/type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"},
		{"8001 characters", "Slash Commands", command("a", many(25, func(i int) o {
			return option(3, fmt.Sprint(i), o{"description_localizations": o{"de": wide(100)}, "choices": []o{{"name": wide(100), "value": strings.Repeat("v", 100)}, {"name": "b" + wide(20), "value": "w"}}})
		})...), "", "APPLICATION_COMMAND_TOO_LARGE"},
	} {
		one := w.call("POST", "/applications/"+w.ApplicationID()+"/commands", c.command)
		bulk := w.call("PUT", "/applications/"+w.ApplicationID()+"/guilds/"+w.guild.ID+"/commands", []o{command("fine"), c.command})
		for _, g := range []struct {
			answered
			path string
		}{{one, c.path}, {bulk, "1/" + c.path}} {
			if g.status != 400 || g.code() != 50035 || g.fault(g.path) != c.fault {
				t.Errorf("%s (%s): got %d %.400s, want %s at %s", c.name, c.source, g.status, g.raw, c.fault, g.path)
			}
		}
	}
	if got := w.Commands(nil); len(got) != 0 {
		t.Errorf("refused, yet registered: %v", got)
	}
	if got := w.Commands(w.guild); len(got) != 0 {
		t.Errorf("refused, yet registered: %v", got)
	}
}

func TestCommandsLive(t *testing.T) {
	w := newWorld(t)
	at := "/applications/" + w.ApplicationID() + "/commands"
	full := command("größe", option(3, "l'été", o{"min_length": 0, "max_length": 6000}, choices(25)))
	full["name_localizations"] = o{"hi": "आकार", "th": "ขนาด", "zh-CN": "大小", "no": "størrelse"}
	a := w.call("POST", at, full)
	if a.status != 201 {
		t.Fatalf("new: %d %s", a.status, a.raw)
	}
	id := a.body["id"].(string)
	if a = w.call("POST", at, full); a.status != 200 || a.body["id"] != id {
		t.Fatalf("same name: %d %s", a.status, a.raw)
	}
	if a = w.call("PATCH", at+"/"+id, o{"description": "other"}); a.status != 200 || a.body["description"] != "other" || a.body["name"] != "größe" {
		t.Fatalf("edit: %d %s", a.status, a.raw)
	}
	second := w.call("POST", at, command("second")).body["id"].(string)
	w.want(w.call("PATCH", at+"/"+second, o{"name": "größe"}), 400, 40041)
	if a = w.call("GET", at, nil); len(a.list) != 2 || a.list[0]["name_localizations"] != nil {
		t.Fatalf("list: %s", a.raw)
	}
	if a = w.call("GET", at+"?with_localizations=true", nil); a.list[0]["name_localizations"] == nil {
		t.Fatalf("list with translations: %s", a.raw)
	}
	w.want(w.call("DELETE", at+"/"+id, nil), 204, 0)
	w.want(w.call("GET", at+"/"+id, nil), 404, 10063)
	w.want(w.call("DELETE", at+"/"+id, nil), 404, 10063)
	w.want(w.call("GET", "/applications/1/commands", nil), 403, 20012)
	w.want(w.call("PUT", "/applications/"+w.ApplicationID()+"/guilds/1/commands", []o{}), 403, 50001)
	if a = w.call("PUT", at, []o{{"name": "A menu", "type": 2}, command("third")}); a.status != 200 || len(w.Commands(nil)) != 2 {
		t.Fatalf("bulk: %s", a.raw)
	}
	twice := w.call("PUT", at, []o{command("third"), command("third")})
	if twice.fault("1/name") != "APPLICATION_COMMANDS_DUPLICATE_NAME" {
		t.Fatalf("twice: %s", twice.raw)
	}
}

// dd:interactions/application-commands.mdx "Registering a Command".
func TestCommandNumbers(t *testing.T) {
	w := newWorld(t)
	at := "/applications/" + w.ApplicationID() + "/commands"
	set := func(prefix string, n, kind int) []o {
		return many(n, func(i int) o {
			c := command(fmt.Sprint(prefix, i))
			if kind != 1 {
				c = o{"name": fmt.Sprint(prefix, i), "type": kind}
			}
			return c
		})
	}
	w.want(w.call("PUT", at, set("a", 101, 1)), 400, 30032)
	w.want(w.call("PUT", at, set("a", 16, 2)), 400, 30032)
	w.want(w.call("PUT", at, set("a", 16, 3)), 400, 30032)
	w.want(w.call("PUT", at, append(set("a", 100, 1), set("a", 15, 2)...)), 200, 0)
	w.want(w.call("POST", at, command("more")), 400, 30032)
	w.want(w.call("PUT", at, append(set("a", 100, 1), set("a", 15, 2)...)), 200, 0) // none is new
	w.want(w.call("PUT", at, set("b", 86, 1)), 400, 30034)
	w.want(w.call("PUT", at, set("b", 85, 1)), 200, 0)
	w.want(w.call("POST", at, command("more")), 400, 30034)
	w.clock.move(24 * time.Hour)
	w.want(w.call("POST", at, command("more")), 201, 0)
}

func TestPeopleAreOfferedWhatIsRegistered(t *testing.T) {
	w := newWorld(t)
	w.commands(
		command("rate",
			option(3, "what", o{"required": true, "choices": []o{{"name": "Pay", "value": "pay"}}}),
			option(4, "score", o{"min_value": 1, "max_value": 5}),
			option(6, "who"), option(11, "photo")),
		command("team", option(2, "of", o{"options": []o{option(1, "join", o{"options": []o{option(5, "sure")}})}})),
		o{"name": "here", "description": "d", "contexts": []int{0}},
		o{"name": "mine", "description": "d", "integration_types": []int{1}, "contexts": []int{0, 1, 2}},
	)
	stranger := w.User("stranger")
	opt := discordtest.Opt
	for _, c := range []struct {
		what    string
		user    *discordtest.User
		where   *discordtest.Channel
		command string
		options []discordtest.Option
		fine    bool
	}{
		{"complete", w.ada, w.room, "rate", []discordtest.Option{opt("what", "pay"), opt("score", 5), opt("who", stranger), opt("photo", discordtest.Upload{Name: "a.png"})}, true},
		{"in the DM", w.ada, w.ada.DM(), "rate", []discordtest.Option{opt("what", "pay")}, true},
		{"subcommand", w.ada, w.room, "team of join", []discordtest.Option{opt("sure", true)}, true},
		{"unknown command", w.ada, w.room, "nothing", nil, false},
		{"base of subcommands", w.ada, w.room, "team of", nil, false},
		{"unknown subcommand", w.ada, w.room, "team of leave", nil, false},
		{"missing option", w.ada, w.room, "rate", nil, false},
		{"unknown option", w.ada, w.room, "rate", []discordtest.Option{opt("what", "pay"), opt("x", 1)}, false},
		{"not among the choices", w.ada, w.room, "rate", []discordtest.Option{opt("what", "fun")}, false},
		{"out of range", w.ada, w.room, "rate", []discordtest.Option{opt("what", "pay"), opt("score", 6)}, false},
		{"not whole", w.ada, w.room, "rate", []discordtest.Option{opt("what", "pay"), opt("score", 1.5)}, false},
		{"wrong type", w.ada, w.room, "rate", []discordtest.Option{opt("what", "pay"), opt("score", "one")}, false},
		{"not for DMs", w.ada, w.ada.DM(), "here", nil, false},
		{"not installed by them", w.ada, w.room, "mine", nil, false},
		{"not a member", stranger, w.room, "rate", []discordtest.Option{opt("what", "pay")}, false},
		{"no guild shared", stranger, stranger.DM(), "rate", []discordtest.Option{opt("what", "pay")}, false},
	} {
		if _, err := c.user.Run(c.where, c.command, c.options...); (err == nil) != c.fine {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	stranger.Install()
	if _, err := stranger.Run(stranger.DM(), "mine"); err != nil {
		t.Errorf("installed: %v", err)
	}
	if _, err := stranger.Run(w.Private(stranger, w.ada), "mine"); err != nil {
		t.Errorf("installed, among people: %v", err)
	}
}
