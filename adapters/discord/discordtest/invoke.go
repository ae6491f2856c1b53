package discordtest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// Option is a value given to a command's option: text, a whole number, a
// float64, a bool, a *User, a *Channel, or an Upload.
type Option struct {
	Name  string
	Value any
}

// Opt makes an Option.
func Opt(name string, value any) Option { return Option{name, value} }

// Run runs a slash command by its default name, with subcommands after it
// ("team join"), in a channel or in the person's DM. It gives an error where
// the person's client would not offer that: an unknown command or option, a
// place it is not for, a value of the wrong kind, out of range, or missing.
func (u *User) Run(where *Channel, name string, options ...Option) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	call, err := u.s.invocation(u, where, name)
	if err != nil {
		return nil, err
	}
	for _, o := range call.options {
		given := slices.ContainsFunc(options, func(g Option) bool { return g.Name == o.Name })
		if o.Required && !given {
			return nil, fmt.Errorf("discordtest: /%s needs %q", name, o.Name)
		}
	}
	if err = call.give(options); err != nil {
		return nil, err
	}
	return call.deliver(askCommand), nil
}

// Complete types into an option that completes, with the options filled in so
// far, and waits for the choices offered, named in the person's language. A
// refused or missing answer ends with ctx.
func (u *User) Complete(ctx context.Context, where *Channel, name string, typed Option, others ...Option) ([]Choice, error) {
	i, err := u.Type(where, name, typed, others...)
	if err != nil {
		return nil, err
	}
	if err = u.s.Wait(ctx, func() bool { return i.Answered() != 0 }); err != nil {
		return nil, err
	}
	return i.Choices(), nil
}

// Type is Complete without the wait.
func (u *User) Type(where *Channel, name string, typed Option, others ...Option) (*Interaction, error) {
	u.s.mu.Lock()
	defer u.s.mu.Unlock()
	call, err := u.s.invocation(u, where, name)
	if err != nil {
		return nil, err
	}
	if err = call.give(others); err != nil {
		return nil, err
	}
	focus := call.option(typed.Name)
	if focus == nil || !focus.Autocomplete {
		return nil, fmt.Errorf("discordtest: /%s does not complete %q", name, typed.Name)
	}
	call.given = append(call.given, object{
		"name": focus.Name, "type": focus.Type, "value": typed.Value, "focused": true,
	})
	call.focus = focus
	return call.deliver(askComplete), nil
}

// Choices are those offered so far, named in the person's language.
func (i *Interaction) Choices() []Choice {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	list := append([]Choice(nil), i.choices...)
	for n := range list {
		list[n].Name = localized(i.user.locale, list[n].Name, list[n].NameLocalizations)
	}
	return list
}

// invocation is a command on its way to be run.
type invocation struct {
	s        *Server
	user     *User
	where    *Channel
	name     string
	command  *Command
	path     []CommandOption // the subcommand and its group
	options  []CommandOption // what the command takes
	owners   map[string]string
	given    []object
	resolved resolution
	focus    *CommandOption
}

// invocation finds a command in a place; a guild's own goes before a global
// one of that name.
func (s *Server) invocation(u *User, where *Channel, name string) (*invocation, error) {
	if !u.sees(where) {
		return nil, ErrUnseen
	}
	words := strings.Fields(name)
	if len(words) == 0 {
		return nil, errors.New("discordtest: no command named")
	}
	call := &invocation{s: s, user: u, where: where, name: strings.Join(words, " "), resolved: resolution{}}
	owners := s.owners(u, where)
	if len(owners) == 0 {
		return nil, errNotInstalled
	}
	if where.Guild != nil && where.Guild.bot {
		call.command = find(s.commands[where.Guild.ID], words[0])
		call.owners = map[string]string{"0": where.Guild.ID}
	}
	if call.command == nil {
		call.command = find(s.commands[""], words[0])
		if call.command == nil {
			return nil, fmt.Errorf("discordtest: no command /%s here", words[0])
		}
		call.owners = call.command.allowed(owners, where.context())
		if len(call.owners) == 0 {
			return nil, fmt.Errorf("discordtest: /%s is not for this place", words[0])
		}
	}
	return call, call.descend(words[1:])
}

func find(list []*Command, name string) *Command {
	for _, c := range list {
		if c.Type == commandChat && c.Name == name {
			return c
		}
	}
	return nil
}

// allowed keeps those installations by which a command can be used in a
// context (dd:interactions/application-commands.mdx "Contexts").
func (c *Command) allowed(owners map[string]string, context int) map[string]string {
	kept := map[string]string{}
	if c.Contexts != nil && !slices.Contains(*c.Contexts, context) {
		return kept
	}
	if c.Contexts == nil && c.DMPermission != nil && !*c.DMPermission && context != contextGuild {
		return kept
	}
	for key, owner := range owners {
		if slices.Contains(c.IntegrationTypes, int(key[0]-'0')) {
			kept[key] = owner
		}
	}
	return kept
}

// descend follows the words after the command's name to its subcommand.
func (v *invocation) descend(words []string) error {
	v.options = v.command.Options
	for len(v.options) > 0 && v.options[0].Type <= optionGroup {
		if len(words) == 0 {
			return fmt.Errorf("discordtest: /%s needs a subcommand", v.name)
		}
		next := v.option(words[0])
		if next == nil {
			return fmt.Errorf("discordtest: /%s does not exist", v.name)
		}
		v.path = append(v.path, *next)
		v.options, words = next.Options, words[1:]
	}
	if len(words) > 0 {
		return fmt.Errorf("discordtest: /%s does not exist", v.name)
	}
	return nil
}

func (v *invocation) option(name string) *CommandOption {
	for i := range v.options {
		if v.options[i].Name == name {
			return &v.options[i]
		}
	}
	return nil
}

// give fills in options.
func (v *invocation) give(options []Option) error {
	for _, g := range options {
		o := v.option(g.Name)
		if o == nil {
			return fmt.Errorf("discordtest: /%s has no option %q", v.name, g.Name)
		}
		value, thing, err := o.accepts(v, g.Value)
		if err != nil {
			return fmt.Errorf("discordtest: /%s %s: %w", v.name, g.Name, err)
		}
		v.resolved.add(v.s, v.where.Guild, thing)
		v.given = append(v.given, object{"name": o.Name, "type": o.Type, "value": value})
	}
	return nil
}

// accepts turns a value into what is sent, and the thing it stands for.
func (o *CommandOption) accepts(v *invocation, value any) (sent, thing any, err error) {
	switch x := value.(type) {
	case string:
		n := utf8.RuneCountInString(x)
		if o.Type != optionString || o.MinLength != nil && n < *o.MinLength || n > 6000 || o.MaxLength != nil && n > *o.MaxLength {
			return nil, nil, fmt.Errorf("does not take %q", x)
		}
		return x, nil, o.offers(x)
	case bool:
		if o.Type != optionBoolean {
			return nil, nil, errors.New("is not a yes or no")
		}
		return x, nil, nil
	case *User:
		if o.Type != optionUser && o.Type != optionMentionable {
			return nil, nil, errors.New("takes no user")
		}
		return x.ID, x, nil
	case *Channel:
		if o.Type != optionChannel || len(o.ChannelTypes) > 0 && !slices.Contains(o.ChannelTypes, x.kind) {
			return nil, nil, errors.New("does not take this channel")
		}
		return x.ID, x, nil
	case Upload:
		if o.Type != optionAttachment || len(x.Data) > maxFile {
			return nil, nil, errors.New("does not take this file")
		}
		a := v.s.store("ephemeral-"+v.where.ID, x)
		return a.ID, a, nil
	}
	return o.acceptsNumber(value)
}

func (o *CommandOption) acceptsNumber(value any) (sent, thing any, err error) {
	var x float64
	switch n := value.(type) {
	case int:
		x = float64(n)
	case float64:
		x = n
	default:
		return nil, nil, fmt.Errorf("takes no %T", value)
	}
	whole := x == math.Trunc(x)
	switch {
	case o.Type != optionNumber && (o.Type != optionInteger || !whole),
		math.Abs(x) > 1<<53-1,
		o.MinValue != nil && x < *o.MinValue,
		o.MaxValue != nil && x > *o.MaxValue:
		return nil, nil, fmt.Errorf("does not take %v", x)
	}
	return value, nil, o.offers(x)
}

// offers holds a value against the choices, which are "the only valid values"
// (dd:interactions/application-commands.mdx "Choice Structure").
func (o *CommandOption) offers(value any) error {
	if len(o.Choices) == 0 || slices.ContainsFunc(o.Choices, func(c Choice) bool { return c.Value == value }) {
		return nil
	}
	return fmt.Errorf("%v is not among the choices", value)
}

// deliver sends the command, or what is typed of it.
func (v *invocation) deliver(kind int) *Interaction {
	i := v.s.ask(v.user, v.where, kind)
	i.command, i.name, i.focus, i.owners = v.command, v.name, v.focus, v.owners
	options := orEmpty(v.given)
	for _, sub := range slices.Backward(v.path) {
		options = []object{{"name": sub.Name, "type": sub.Type, "options": options}}
	}
	data := object{"id": v.command.ID, "name": v.command.Name, "type": v.command.Type, "options": options}
	if v.command.GuildID != "" {
		data["guild_id"] = v.command.GuildID
	}
	if len(v.resolved) > 0 {
		data["resolved"] = v.resolved
	}
	v.s.deliver(i, data)
	return i
}
