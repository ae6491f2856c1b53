package bots

import (
	"context"
	"strconv"
	"strings"

	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/worker"
)

// Command is one conversation, declared once. Menus, dialogs, slash commands,
// help and the completeness test of the catalogues all come from it.
//
// Its words are in the catalogues: "command.NAME.summary" (betraying nothing to
// who looks over a shoulder), "command.NAME.aliases" (comma-separated),
// "command.NAME.example", and for each parameter "ask.NAME.PARAM", or "ask.PARAM"
// where several commands ask alike. A subcommand's NAME is "collective_create".
type Command struct {
	Name   string
	Params []Param
	Subs   []*Command

	// May says who may run it; the domain judges again for the very thing.
	May May
	// Public is true where the answer may be shown in a room; any other
	// command answers its sender alone.
	Public bool
	// RoomOnly is true for what makes sense only in a room.
	RoomOnly bool
	// Hidden keeps it out of menus and help.
	Hidden bool

	// Panel, where set, shows what has been gathered, with buttons to change
	// it, before Run; PanelButton data comes from Call.Set and its kin.
	Panel func(ctx context.Context, c *Call) (*Reply, error)
	// Direct tells whether a typed call has said enough to run without the
	// panel.
	Direct func(a Args) bool
	// PanelText names the parameter that takes what is typed at the panel.
	PanelText string
	// Prefill gives a panel its first values (the rating that stands), by
	// the subject that its first parameter names.
	Prefill func(ctx context.Context, c *Call) (Args, error)

	// Ready, where set, is asked before anything else is: what it answers, or
	// refuses, is all that happens. So nobody is asked for what they may not
	// say.
	Ready func(ctx context.Context, c *Call) (*Answer, error)
	// Run does it. What it returns as a core.Error is told to the person,
	// and nothing that it did stays; it has no effect outside ctx's
	// transaction and may be run again.
	Run func(ctx context.Context, c *Call) (*Answer, error)
	// Actions are what buttons of this command do, by the first word of the
	// button's action.
	Actions map[string]func(ctx context.Context, c *Call) (*Answer, error)
}

// May says who may run a command.
type May string

// Who may run a command.
const (
	Anyone       May = ""
	Coordinators May = "coordinators" // of any collective
)

// Param is one thing a command needs to know.
type Param struct {
	Name string
	Kind Kind
	// Optional parameters are not asked, except where Asked is set, and then
	// with [Skip].
	Optional bool
	Asked    bool
	// Keyword parameters are given as "pay 2": their words are in
	// "keyword.NAME", comma-separated, besides the name itself.
	Keyword bool
	// Rest takes all that remains of the line.
	Rest bool
	// Hidden parameters are a panel's own: no menu or help shows them.
	Hidden bool
	// Alone parameters are asked only where the command stands alone: within
	// another one's question the same has been offered already.
	Alone bool
	// When, where set, tells whether the parameter is wanted at all.
	When func(a Args) bool
}

// Args are a call's values by parameter, each in its kind's canonical form, so
// that they can lie in a dialog and in a button alike.
type Args map[string]string

// Has tells whether the parameter has a value (perhaps "skipped", which is "").
func (a Args) Has(name string) bool { _, ok := a[name]; return ok }

// Given tells whether the parameter has a value that is not empty.
func (a Args) Given(name string) bool { return a[name] != "" }

// Call is a command about to run: typed, pressed, written into a form, or
// followed from a link, it is the same call.
type Call struct {
	Command *Command
	// Action is the button's action, or "" where the command itself runs;
	// Value is what followed the action's first word, also of a panel's
	// "save-VALUE".
	Action string
	Value  string
	// Subject is the random id that a button spoke of, Version the state it
	// was drawn for.
	Subject core.Ref
	Version int
	Args    Args
	Actor   Actor
	Origin  Origin
	// Chat answers where it was said; a command that binds a room needs it.
	Chat Address
	// Manages is true where the network says that the actor administers
	// the room.
	Manages bool
	// Network is where it came from.
	Network Network
	// Dialog is the reference of the dialog in progress, for button data.
	Dialog core.Ref
}

// Actor is who makes a call.
type Actor struct {
	Worker worker.Worker
	Lang   locale.Lang
	// Coordinates is true for a coordinator of any collective.
	Coordinates bool
}

// MaxData is the most bytes that a button's data may have (the least of the
// networks' limits: 64, documented for Telegram's callback_data).
const MaxData = 64

// Data makes a button's data: command.action.subject.version. It panics where
// the result would not fit a button, since every part is a constant of ours, a
// Ref, or a small number.
func Data(command, action string, subject core.Ref, version int) string {
	d := command + "." + action + "." + string(subject) + "." + strconv.FormatInt(int64(version), 36)
	if len(d) > MaxData || strings.Count(d, ".") != 3 {
		panic("bots: button data does not fit: " + command + "." + action)
	}
	return d
}

// maxVersion is the most that a dialog's version counts to: two digits in a
// button. A dialog of so many steps begins to count anew.
const maxVersion = 36*36 - 1

// PressedData is a button's data taken apart.
type PressedData struct {
	Command, Action string
	Subject         core.Ref
	Version         int
}

// ParseData takes data apart; false for what no button of ours carries.
func ParseData(s string) (PressedData, bool) {
	if len(s) > MaxData {
		return PressedData{}, false
	}
	p := strings.Split(s, ".")
	if len(p) != 4 || p[0] == "" || p[1] == "" {
		return PressedData{}, false
	}
	d := PressedData{Command: p[0], Action: p[1]}
	if p[2] != "" {
		ref, ok := core.ParseRef(p[2])
		if !ok {
			return PressedData{}, false
		}
		d.Subject = ref
	}
	v, err := strconv.ParseInt(p[3], 36, 32)
	if err != nil || v < 0 || v > maxVersion {
		return PressedData{}, false
	}
	d.Version = int(v)
	return d, true
}

// Button makes a button of this call's command.
func (c *Call) Button(label locale.Text, action string, subject core.Ref) Button {
	return Button{Label: label, Data: Data(c.Command.Name, action, subject, c.Version)}
}

// Do makes a button that runs another command's action, or, with the action
// "run", the command itself with subject as its first value.
func Do(label locale.Text, command, action string, subject core.Ref) Button {
	return Button{Label: label, Data: Data(command, action, subject, 0)}
}

// Set makes a panel's button that gives a parameter a value; about is what the
// panel is about, the value of the command's first parameter.
func (c *Call) Set(label locale.Text, param, value string, about core.Ref) Button {
	return c.Button(label, actionSet+"-"+param+"-"+value, about)
}

// Clear makes a panel's button that takes a parameter's value away.
func (c *Call) Clear(label locale.Text, param string, about core.Ref) Button {
	return c.Button(label, actionClear+"-"+param, about)
}

// AskFor makes a panel's button that asks for a parameter.
func (c *Call) AskFor(label locale.Text, param string, about core.Ref) Button {
	return c.Button(label, actionAsk+"-"+param, about)
}

// Save makes a panel's button that runs the command as the panel shows it.
func (c *Call) Save(label locale.Text, about core.Ref) Button {
	b := c.Button(label, actionSave, about)
	b.Weight = Primary
	return b
}

// Registry is all commands.
type Registry struct {
	Commands []*Command
	byName   map[string]*Command
}

// NewRegistry gathers commands. Two of one name are a fault of ours.
func NewRegistry(commands ...*Command) *Registry {
	r := &Registry{Commands: commands, byName: map[string]*Command{}}
	for _, c := range commands {
		for _, x := range append([]*Command{c}, c.Subs...) {
			if r.byName[x.Name] != nil {
				panic("bots: two commands named " + x.Name)
			}
			r.byName[x.Name] = x
		}
	}
	return r
}

// Command returns the command or subcommand ("collective_create") of that
// name, or nil.
func (r *Registry) Command(name string) *Command { return r.byName[name] }

// Param returns the parameter of that name, or nil.
func (c *Command) Param(name string) *Param {
	for i := range c.Params {
		if c.Params[i].Name == name {
			return &c.Params[i]
		}
	}
	return nil
}
