package discord

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// bareName is the subcommand that stands for a command alone: Discord does not
// let one that has subcommands be run without (dd:interactions/
// application-commands.mdx "Subcommands and Subcommand Groups").
const bareName = "overview"

// Limits of commands (ib.).
const (
	mostCommands    = 100
	mostOptions     = 25
	mostDescription = 100
	mostCommandSize = 8000
)

// The places where a command can be used and the ways in which the bot comes
// there (ib. "Contexts"; dd:resources/application.mdx "Installation Context").
var (
	everywhere = []int{0, 1, 2}
	inServers  = []int{0}
	installs   = []int{0, 1}
)

// command is ib. "Application Command Structure".
type command struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Options      []commandOption   `json:"options,omitempty"`
	Installs     []int             `json:"integration_types"`
	Contexts     []int             `json:"contexts"`
}

// commandOption is ib. "Application Command Option Structure".
type commandOption struct {
	Type         int               `json:"type"`
	Name         string            `json:"name"`
	Description  string            `json:"description"`
	Descriptions map[string]string `json:"description_localizations,omitempty"`
	Choices      []commandChoice   `json:"choices,omitempty"`
	Options      []commandOption   `json:"options,omitempty"`
	Complete     bool              `json:"autocomplete,omitempty"`
}

// commandChoice is ib. "Application Command Option Choice Structure".
type commandChoice struct {
	Name  string            `json:"name"`
	Names map[string]string `json:"name_localizations,omitempty"`
	Value string            `json:"value"`
}

const (
	commandSlash = 1
	optionSub    = 1
	optionText   = 3
)

// PublishMenu makes the commands known to Discord where they changed since the
// last time. It replaces whatever the application had.
func (d *Discord) PublishMenu(ctx context.Context, m bots.Menu) error {
	commands, err := slashes(m)
	if err != nil {
		return err
	}
	application, failed := d.applicationID(ctx)
	if failed != nil {
		return fmt.Errorf("discord: the commands were not published: %w", failed)
	}
	text, err := json.Marshal(commands)
	if err != nil {
		return fmt.Errorf("discord: %w", err)
	}
	sum := sha256.Sum256(text)
	now, key := hex.EncodeToString(sum[:]), "discord.menu."+application
	if d.state != nil {
		if last, err := d.state.Recall(ctx, key); err == nil && last == now {
			return nil
		}
	}
	path := "applications/" + application + "/commands"
	if _, failed := d.call(ctx, d.pace.call, http.MethodPut, path, payload{json: commands}); failed != nil {
		return fmt.Errorf("discord: the commands were not published: %w", failed)
	}
	if d.state != nil {
		if err := d.state.Remember(ctx, key, now); err != nil {
			return fmt.Errorf("discord: that the commands are published could not be remembered: %w", err)
		}
	}
	return nil
}

// applicationID finds the application's id.
func (d *Discord) applicationID(ctx context.Context) (string, *refusal) {
	d.mu.Lock()
	id := d.application
	d.mu.Unlock()
	if id != "" {
		return id, nil
	}
	id, failed := d.write(ctx, http.MethodGet, "applications/@me", payload{})
	if failed == nil && id == "" {
		failed = &refusal{}
	}
	if failed != nil {
		return "", failed
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.application = id
	return id, nil
}

// slashName is what a command or option may be called (ib. "Application Command
// Naming"), as far as ours are.
var slashName = regexp.MustCompile(`^[-_a-z0-9]{1,32}$`)

// slashes declares the commands in Discord's form.
func slashes(m bots.Menu) ([]command, error) {
	w := words{m.Catalogue}
	list := []command{}
	for _, c := range m.Commands {
		if c.Hidden {
			continue
		}
		s := command{Type: commandSlash, Name: c.Name, Installs: installs, Contexts: everywhere}
		if c.RoomOnly {
			s.Contexts = inServers
		}
		s.Description, s.Descriptions = w.describe(summary(c.Name), c.Name)
		if s.Options = w.subs(c); s.Options == nil {
			s.Options = w.params(c)
		}
		if err := s.check(); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	if len(list) > mostCommands {
		return nil, fmt.Errorf("discord: %d commands, and at most %d can be published", len(list), mostCommands)
	}
	return list, nil
}

func summary(name string) locale.Text { return locale.T("command." + name + ".summary") }

// words puts what a command says of itself into the languages of Discord's
// clients.
type words struct{ *locale.Catalogue }

// clients are the languages of Discord's clients that the bot speaks too (dd:
// reference.mdx "Locales"); Arabic, Malagasy and Swahili are not among them.
var clients = map[string]locale.Lang{
	"fr": locale.French, "es-ES": locale.Spanish, "es-419": locale.Spanish, "pt-BR": locale.Portuguese,
}

// say puts a text into all of them; those that say the same as English are left
// out.
func (w words) say(t locale.Text, most int) (string, map[string]string) {
	first := func(l locale.Lang) string {
		label, _, _ := strings.Cut(w.Say(l, t), "|") // the rest are other words for it
		return cut(locale.Strip(label), most)
	}
	english := first(locale.English)
	others := map[string]string{}
	for client, l := range clients {
		if said := first(l); said != english && said != "" {
			others[client] = said
		}
	}
	return english, others
}

// describe says a description, or instead only the name where there is none.
func (w words) describe(t locale.Text, name string) (string, map[string]string) {
	if w.Has(t.Key) {
		if english, others := w.say(t, mostDescription); english != "" {
			return english, others
		}
	}
	return name, nil
}

// subs declares a command's subcommands, or nil where it has none.
func (w words) subs(c *bots.Command) []commandOption {
	if len(c.Subs) == 0 {
		return nil
	}
	list := []commandOption{}
	add := func(name string, of *bots.Command) {
		o := commandOption{Type: optionSub, Name: name, Options: w.params(of)}
		o.Description, o.Descriptions = w.describe(summary(of.Name), name)
		list = append(list, o)
	}
	if c.Run != nil {
		add(bareName, c)
	}
	for _, sub := range c.Subs {
		if !sub.Hidden {
			add(strings.TrimPrefix(sub.Name, c.Name+"_"), sub)
		}
	}
	return list
}

// params declares a command's parameters. None is required, not even one that
// the command cannot do without: the bot asks for what is missing, with buttons
// and in words that help, where Discord would only mark a field red; and a
// panel is opened by the bare command.
func (w words) params(c *bots.Command) []commandOption {
	var list []commandOption
	for _, p := range c.Params {
		if p.Hidden || len(list) == mostOptions {
			continue
		}
		o := commandOption{Type: optionText, Name: p.Name}
		o.Description, o.Descriptions = w.describe(locale.T("param."+p.Name), p.Name)
		if o.Choices = w.choices(p.Kind); len(o.Choices) == 0 {
			_, o.Complete = p.Kind.(bots.Completer)
		}
		list = append(list, o)
	}
	return list
}

// choices are those of the kinds whose choices never change.
func (w words) choices(k bots.Kind) []commandChoice {
	switch k.(type) {
	case bots.OneOf, bots.Score:
	default:
		return nil
	}
	offered, err := k.Choices(context.Background(), bots.Reading{Catalogue: w.Catalogue})
	if err != nil || len(offered) > mostChoices {
		return nil
	}
	var list []commandChoice
	taken := map[string]bool{}
	for _, c := range offered {
		o := commandChoice{Value: c.Value}
		o.Name, o.Names = w.say(c.Label, mostChoice)
		if o.Name == "" || taken[o.Name] {
			o.Name, o.Names = c.Value, nil
		}
		taken[o.Name] = true
		list = append(list, o)
	}
	return list
}

// check finds what Discord would refuse and what only a change of the
// declaration can mend.
func (s command) check() error {
	names := []string{s.Name}
	size := longest(s.Name, nil) + longest(s.Description, s.Descriptions)
	var look func(options []commandOption)
	look = func(options []commandOption) {
		for _, o := range options {
			names = append(names, o.Name)
			size += longest(o.Name, nil) + longest(o.Description, o.Descriptions)
			for _, c := range o.Choices {
				size += longest(c.Name, c.Names) + utf8.RuneCountInString(c.Value)
			}
			look(o.Options)
		}
	}
	look(s.Options)
	for _, n := range names {
		if !slashName.MatchString(n) {
			return fmt.Errorf("discord: /%s: %q cannot be a name there", s.Name, n)
		}
	}
	switch {
	case len(s.Options) > mostOptions:
		return fmt.Errorf("discord: /%s has more than %d subcommands", s.Name, mostOptions)
	case size > mostCommandSize:
		return errors.New("discord: /" + s.Name + " says more of itself than Discord takes")
	}
	return nil
}

// longest is what counts of a text: its longest form (ib. "Slash Commands").
func longest(text string, others map[string]string) int {
	n := utf8.RuneCountInString(text)
	for _, o := range others {
		n = max(n, utf8.RuneCountInString(o))
	}
	return n
}
