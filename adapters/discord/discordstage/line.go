package discordstage

import (
	"fmt"
	"slices"
	"strings"

	"manyhands/adapters/discord/discordtest"
)

// bareName is the subcommand by which the bot lets a command that has others be
// run alone.
const bareName = "overview"

// optionSub is the type of a subcommand (dd:interactions/
// application-commands.mdx "Application Command Option Type").
const (
	optionSub = 1
)

// command reads a line as a slash command, "/name sub rest"; false where the
// bot published none of that name.
func (s *Stage) command(text string) (name string, options []discordtest.Option, ok bool) {
	words := strings.Fields(strings.TrimPrefix(text, "/"))
	if len(words) == 0 {
		return "", nil, false
	}
	commands := s.Server.Commands(nil)
	i := slices.IndexFunc(commands, func(c discordtest.Command) bool { return c.Name == strings.ToLower(words[0]) })
	if i < 0 {
		return "", nil, false
	}
	name, takes := commands[i].Name, commands[i].Options
	rest := after(text, words[0])
	if len(takes) > 0 && takes[0].Type == optionSub {
		sub := -1
		if len(words) > 1 {
			sub = named(takes, words[1])
		}
		if sub >= 0 {
			rest = after(rest, words[1])
		} else if sub = named(takes, bareName); sub < 0 {
			return "", nil, false
		}
		name, takes = name+" "+takes[sub].Name, takes[sub].Options
	}
	return name, split(takes, rest), true
}

func named(options []discordtest.CommandOption, name string) int {
	return slices.IndexFunc(options, func(o discordtest.CommandOption) bool { return o.Name == strings.ToLower(name) })
}

// after is what follows a word in a text.
func after(text, word string) string {
	_, rest, _ := strings.Cut(text, word)
	return strings.TrimSpace(rest)
}

// split makes options of the rest of a line:
//
//   - a single option takes all of it;
//   - otherwise an option's name with a word after it gives that option the
//     word, if it can be the option's value;
//   - the words before the first of these are for the first option;
//   - all other words are for the last option that offers no choices.
func split(takes []discordtest.CommandOption, rest string) []discordtest.Option {
	if rest == "" || len(takes) == 0 {
		return nil
	}
	if len(takes) == 1 {
		return []discordtest.Option{option(takes[0], rest)}
	}
	given := map[string]string{}
	var first, last []string
	words := strings.Fields(rest)
	for i := 0; i < len(words); i++ {
		n := named(takes, words[i])
		if n > 0 && i+1 < len(words) && given[takes[n].Name] == "" && fits(takes[n], words[i+1]) {
			given[takes[n].Name] = words[i+1]
			i++
		} else if len(given) == 0 {
			first = append(first, words[i])
		} else {
			last = append(last, words[i])
		}
	}
	if len(first) > 0 {
		given[takes[0].Name] = strings.Join(first, " ")
	}
	for _, o := range slices.Backward(takes) {
		if len(last) > 0 && given[o.Name] == "" && len(o.Choices) == 0 {
			given[o.Name] = strings.Join(last, " ")
			break
		}
	}
	var options []discordtest.Option
	for _, o := range takes {
		if given[o.Name] != "" {
			options = append(options, option(o, given[o.Name]))
		}
	}
	return options
}

// fits says whether a word can be an option's value.
func fits(o discordtest.CommandOption, word string) bool {
	return len(o.Choices) == 0 || choice(o, word) != nil
}

// choice finds the choice of an option by its value or name; nil for none.
func choice(o discordtest.CommandOption, word string) any {
	for _, c := range o.Choices {
		if strings.EqualFold(fmt.Sprint(c.Value), word) || strings.EqualFold(c.Name, word) {
			return c.Value
		}
	}
	return nil
}

// option is a value as the client sends it.
func option(o discordtest.CommandOption, text string) discordtest.Option {
	if v := choice(o, text); v != nil {
		return discordtest.Opt(o.Name, v)
	}
	return discordtest.Opt(o.Name, text)
}
