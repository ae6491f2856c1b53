package bots

import (
	"context"
	"errors"
	"slices"
	"strings"

	"manyhands/bots/locale"
	"manyhands/core"
)

// The actions that every command's buttons share. A button of a dialog speaks
// of the dialog's reference; a button of a panel speaks of what the panel is
// about, so that it can be answered when the dialog is long gone.
const (
	actionRun    = "run"    // the command itself; the subject is its first value
	actionChoose = "choose" // choose-VALUE: the answer to the question asked
	actionPick   = "pick"   // the subject is the answer to the question asked
	actionSkip   = "skip"
	actionSet    = "set" // set-PARAM-VALUE at a panel
	actionClear  = "clear"
	actionAsk    = "ask" // ask-PARAM at a panel
	actionSave   = "save"
	actionNest   = "nest" // nest-COMMAND: begin a nested dialog for the question
	actionWrite  = "write"
	actionResume = "resume" // show where an unfinished dialog stands
)

// maxNesting bounds how many unfinished conversations are kept under one.
const maxNesting = 3

// press judges a button by who presses, what is true now, and the version it
// was drawn for.
func (t *turn) press(ctx context.Context, data string) (*Answer, error) {
	d, ok := ParseData(data)
	c := (*Command)(nil)
	if ok {
		c = t.b.Registry.Command(d.Command)
	}
	if c == nil {
		return Answered(Say("button.unknown").Row(t.helpButton())), nil
	}
	if a, err := t.refuse(ctx, c); a != nil || err != nil {
		return a, err
	}
	if steer := control(c.Name); steer != nil {
		return steer(t, ctx)
	}
	action, value, _ := strings.Cut(d.Action, "-")
	switch action {
	case actionRun:
		dialog := t.newDialog(c.Name)
		if d.Subject != "" && len(c.Params) > 0 {
			dialog.Args[c.Params[0].Name] = string(d.Subject)
		}
		return t.step(ctx, dialog, nil)
	case actionChoose, actionPick, actionSkip, actionNest, actionWrite, actionResume:
		return t.pressInDialog(ctx, c, d, action, value)
	case actionSet, actionClear, actionAsk, actionSave:
		if c.Panel != nil {
			return t.pressAtPanel(ctx, c, d, action, value)
		}
	}
	if c.Actions[action] == nil {
		return Answered(Say("button.unknown").Row(t.helpButton())), nil
	}
	call := t.call(c, &Dialog{Args: Args{}})
	call.Action, call.Value, call.Subject, call.Version = action, value, d.Subject, d.Version
	return t.execute(ctx, nil, func(ctx context.Context) (*Answer, error) { return c.Actions[action](ctx, call) })
}

// pressInDialog answers the question of the dialog in progress.
func (t *turn) pressInDialog(ctx context.Context, c *Command, d PressedData, action, value string) (*Answer, error) {
	dialog := t.dialog
	if action == actionResume && t.shelved != nil && t.shelved.Ref == d.Subject {
		return t.takeUp(ctx)
	}
	mine := dialog != nil && dialog.Command == c.Name && (action == actionPick || dialog.Ref == d.Subject)
	if !mine {
		return Answered(Say("button.ended", "Command", locale.Plain("/"+slashName(c.Name))).
			Row(Do(locale.T("button.again"), c.Name, actionRun, ""))), nil
	}
	if dialog.Version != d.Version || dialog.Asking == "" {
		return t.step(ctx, dialog, nil) // an old button: show where things stand
	}
	p := c.Param(dialog.Asking)
	switch action {
	case actionSkip:
		if !p.Optional {
			return t.step(ctx, dialog, nil)
		}
		dialog.Args[p.Name] = ""
	case actionNest:
		nested := t.b.Registry.Command(value)
		if nested == nil || nested.Run == nil || !t.nests(ctx, dialog, p, value) {
			return t.step(ctx, dialog, nil)
		}
		if a, err := t.refuse(ctx, nested); a != nil || err != nil {
			return a, err
		}
		child := t.newDialog(nested.Name)
		child.Parent, child.Fills = dialog, p.Name
		if dialog.Draft != "" && len(nested.Params) > 0 {
			child.Args[nested.Params[0].Name] = dialog.Draft
		}
		return t.step(ctx, child, nil)
	case actionPick:
		return t.step(ctx, dialog, t.choose(ctx, dialog, p, string(d.Subject)))
	default:
		return t.step(ctx, dialog, t.choose(ctx, dialog, p, value))
	}
	dialog.Draft = ""
	return t.step(ctx, dialog, nil)
}

// nests tells whether the open question offers that nested command: what was
// typed last, asked again, still leads to it.
func (t *turn) nests(ctx context.Context, d *Dialog, p *Param, command string) bool {
	_, err := p.Kind.Parse(ctx, t.reading(d.Args), d.Draft)
	var pick *Pick
	return errors.As(err, &pick) && slices.ContainsFunc(pick.Offers, func(o Choice) bool { return o.Value == command })
}

// choose takes the value that a button carried, which anyone could have
// written: it must be one of the choices, or what the kind itself accepts.
func (t *turn) choose(ctx context.Context, d *Dialog, p *Param, value string) error {
	choices, err := p.Kind.Choices(ctx, t.reading(d.Args))
	if err != nil {
		return err
	}
	if slices.ContainsFunc(choices, func(c Choice) bool { return c.Value == value }) {
		d.Args[p.Name] = value
	} else if err := t.parse(ctx, p, d.Args, value); err != nil {
		return err
	}
	d.Draft = ""
	return nil
}

// pressAtPanel changes what a panel shows. Where the panel's dialog has ended,
// it is opened again for what the button speaks of.
func (t *turn) pressAtPanel(ctx context.Context, c *Command, d PressedData, action, value string) (*Answer, error) {
	about := c.Params[0].Name
	dialog := t.dialog
	if dialog == nil || dialog.Command != c.Name || dialog.Args[about] != string(d.Subject) {
		if action == actionSave {
			return Answered(Say("button.ended", "Command", locale.Plain("/"+slashName(c.Name))).
				Row(Do(locale.T("button.again"), c.Name, actionRun, d.Subject))), nil
		}
		dialog = t.newDialog(c.Name)
		dialog.Args[about] = string(d.Subject)
		dialog.Version = 1 // seen before: never run without [Save]
		if err := t.prefill(ctx, c, dialog); err != nil {
			return t.step(ctx, dialog, err)
		}
	}
	name, v, _ := strings.Cut(value, "-")
	switch action {
	case actionSet:
		if p := c.Param(name); p != nil && name != about {
			if err := t.choose(ctx, dialog, p, v); err != nil {
				return t.step(ctx, dialog, err)
			}
		}
	case actionClear:
		delete(dialog.Args, name)
	case actionAsk:
		if p := c.Param(name); p != nil {
			return t.ask(ctx, c, dialog, p, nil)
		}
	case actionSave:
		if dialog.Version != d.Version {
			return t.step(ctx, dialog, nil) // something changed since: look first
		}
		return t.finish(ctx, c, dialog, value)
	}
	dialog.Asking = ""
	return t.step(ctx, dialog, nil)
}

func (t *turn) prefill(ctx context.Context, c *Command, d *Dialog) error {
	if c.Prefill == nil {
		return nil
	}
	args, err := c.Prefill(ctx, t.call(c, d))
	for k, v := range args {
		if !d.Args.Has(k) {
			d.Args[k] = v
		}
	}
	return err
}

// written takes a text from a form that a button opened.
func (t *turn) written(ctx context.Context, w Written) (*Answer, error) {
	d, ok := ParseData(w.Data)
	if !ok || t.dialog == nil || t.dialog.Command != d.Command {
		return Answered(Say("form.ended").Quote(w.Text).Row(t.helpButton())), nil
	}
	c := t.b.Registry.Command(d.Command)
	if name, isAsk := strings.CutPrefix(d.Action, actionAsk+"-"); isAsk && c != nil && c.Param(name) != nil {
		t.dialog.Asking = name
	} else if t.dialog.Ref != d.Subject {
		return Answered(Say("form.ended").Quote(w.Text).Row(t.helpButton())), nil
	}
	return t.answer(ctx, CleanText(w.Text))
}

// answer takes typed text into the dialog in progress.
func (t *turn) answer(ctx context.Context, typed string) (*Answer, error) {
	dialog := t.dialog
	c := t.b.Registry.Command(dialog.Command)
	if c == nil {
		t.setDialog(nil)
		return t.text(ctx, typed)
	}
	if dialog.Asking == "" { // at a panel
		args := Args{}
		if left := t.leading(ctx, c, args, typed, func(error) {}); left == "" && len(args) > 0 {
			for k, v := range args {
				dialog.Args[k] = v
			}
			return t.step(ctx, dialog, nil)
		}
		if c.PanelText == "" {
			return t.start(ctx, t.b.Registry.Command(t.b.FreeText), nil, typed)
		}
		if before := dialog.Args[c.PanelText]; before != "" {
			typed = before + "\n" + typed // what was written is never replaced unasked
		}
		return t.step(ctx, dialog, t.parse(ctx, c.Param(c.PanelText), dialog.Args, typed))
	}
	return t.step(ctx, dialog, t.answered(ctx, c, dialog, typed))
}

// answered takes what was typed as the answer to the open question: as it is;
// as the rest of a first answer that was not enough ("12,50", then "EUR"); or
// as a whole line that begins with it ("toloka fair 2").
func (t *turn) answered(ctx context.Context, c *Command, d *Dialog, typed string) error {
	p := c.Param(d.Asking)
	if pk, ok := p.Kind.(Prefixed); ok && p == &c.Params[0] {
		if _, rest, ok := pk.Prefix(ctx, t.reading(d.Args), typed); ok && rest != "" {
			return t.parseLine(ctx, c, d.Args, typed)
		}
	}
	err := t.parse(ctx, p, d.Args, typed)
	if err != nil && d.Draft != "" && t.parse(ctx, p, d.Args, d.Draft+" "+typed) == nil {
		err = nil
	}
	if err == nil {
		d.Draft = ""
	}
	return err
}

// step goes on with a dialog: it asks for what was not understood, then for
// what is missing, then shows the panel or runs the command.
func (t *turn) step(ctx context.Context, d *Dialog, err error) (*Answer, error) {
	if err == nil && d.Version == 0 && t.dialog != nil && d != t.dialog && d.Fills == "" && t.dialog.covers(d) {
		d = t.dialog // asked for again: go on where it stands
	}
	t.adopt(d)
	c := t.b.Registry.Command(d.Command)
	var bad *badParam
	if errors.As(err, &bad) {
		if p := c.Param(bad.param); p != nil {
			d.Draft = bad.typed
			return t.ask(ctx, c, d, p, bad.err)
		}
		return t.refused(ctx, c, d, bad.err)
	}
	if err != nil {
		return t.refused(ctx, c, d, err)
	}
	if c.Ready != nil && d.Version == 0 {
		if instead, err := c.Ready(ctx, t.call(c, d)); err != nil {
			return t.refused(ctx, c, d, err)
		} else if instead != nil {
			return instead, nil
		}
	}
	for i := range c.Params {
		p := &c.Params[i]
		wanted := !d.Args.Has(p.Name) && (!p.Optional || p.Asked) &&
			(!p.Alone || d.Fills == "") && (p.When == nil || p.When(d.Args))
		if wanted {
			return t.ask(ctx, c, d, p, nil)
		}
	}
	if c.Panel != nil && (c.Direct == nil || d.Version > 0 || t.unsure || !c.Direct(d.Args)) {
		return t.panel(ctx, c, d)
	}
	return t.finish(ctx, c, d, "")
}

// sameSubject tells whether two dialogs are this command's about the same.
func (c *Command) sameSubject(a, b *Dialog) bool {
	if a.Command != c.Name || b.Command != c.Name || len(c.Params) == 0 {
		return a.Command == b.Command
	}
	first := c.Params[0].Name
	return !a.Args.Has(first) || a.Args[first] == b.Args[first]
}

// covers tells whether a dialog is the same command about the same, and knows
// all that other knows.
func (d *Dialog) covers(other *Dialog) bool {
	if d.Command != other.Command {
		return false
	}
	for name, value := range other.Args {
		if d.Args[name] != value {
			return false
		}
	}
	return true
}

// adopt makes d the dialog in progress. What was in progress before is kept
// under it, to be gone on with, unless d already knows it.
func (t *turn) adopt(d *Dialog) {
	if t.dialog == d || t.dialog == nil {
		return
	}
	for p := d.Parent; p != nil; p = p.Parent {
		if p == t.dialog {
			return
		}
	}
	if d.Parent == nil {
		d.Parent = t.dialog
	}
	depth := 0
	for p := d; p != nil; p = p.Parent {
		if depth++; depth > maxNesting {
			p.Parent = nil
		}
	}
}

// advance counts a step of the dialog.
func (d *Dialog) advance() { d.Version = d.Version%maxVersion + 1 }

// ask puts the question for p, after what was wrong with the last answer.
func (t *turn) ask(ctx context.Context, c *Command, d *Dialog, p *Param, wrong error) (*Answer, error) {
	r := new(Reply)
	var pick *Pick
	if errors.As(wrong, &pick) {
		r.Text(pick.Ask)
	} else if wrong != nil {
		refusal(r, wrong)
	}
	d.advance()
	if d.Asking != p.Name {
		d.Trail = append(d.Trail, p.Name)
	}
	d.Asking = p.Name
	t.setDialog(d)

	choices, err := p.Kind.Choices(ctx, t.reading(d.Args))
	if err != nil {
		return nil, err
	}
	if pick != nil {
		choices = pick.Near
	} else {
		r.Say(t.question(c, p), questionValues(d)...)
	}
	var buttons []Button
	for _, ch := range choices {
		buttons = append(buttons, t.choiceButton(c, d, ch))
	}
	r.Rows(2, buttons...)
	if pick != nil {
		for _, o := range pick.Offers {
			r.Row(Button{Label: o.Label, Data: Data(c.Name, actionNest+"-"+o.Value, d.Ref, d.Version)})
		}
	}
	r.Row(t.wayBack(c, d, p)...)
	line, isLine := p.Kind.(Line)
	if _, pre := p.Kind.(Prefixed); len(choices) == 0 || isLine || pre {
		r.Ask = &Ask{Data: Data(c.Name, actionWrite, d.Ref, d.Version), Label: locale.T(t.label(p)), Long: line.Long}
	}
	return &Answer{Replies: []*Reply{r.replacingPress(t)}, Keep: true}, nil
}

// replacingPress puts a reply that came of a press in place of the message
// pressed; a private dialog never replaces what a room sees.
func (r *Reply) replacingPress(t *turn) *Reply {
	r.InPlace = t.m.Press != nil && (!t.m.Chat.Room || t.m.PrivateSeen)
	return r
}

func (t *turn) choiceButton(c *Command, d *Dialog, ch Choice) Button {
	if ref, ok := core.ParseRef(ch.Value); ok {
		return Button{Label: ch.Label, Data: Data(c.Name, actionPick, ref, d.Version)}
	}
	return Button{Label: ch.Label, Data: Data(c.Name, actionChoose+"-"+ch.Value, d.Ref, d.Version)}
}

func (t *turn) wayBack(c *Command, d *Dialog, p *Param) []Button {
	var row []Button
	if p.Optional {
		row = append(row, Button{Label: locale.T("button.skip"), Data: Data(c.Name, actionSkip, d.Ref, d.Version)})
	}
	if len(d.Trail) > 1 {
		row = append(row, Do(locale.T("button.back"), "back", actionRun, ""))
	}
	return append(row, Do(locale.T("button.cancel"), "cancel", actionRun, ""))
}

// question is the key of the words that ask for p.
func (t *turn) question(c *Command, p *Param) string {
	if key := "ask." + c.Name + "." + p.Name; t.b.Catalogue.Has(key) {
		return key
	}
	if key := "ask." + p.Name; t.b.Catalogue.Has(key) {
		return key
	}
	return t.label(p)
}

func questionValues(d *Dialog) []any { return []any{"Typed", d.Draft} }

func (t *turn) label(p *Param) string { return "param." + p.Name }

// panel shows what has been gathered. What cannot be shown even once is not
// begun.
func (t *turn) panel(ctx context.Context, c *Command, d *Dialog) (*Answer, error) {
	begun := d
	if d.Version == 0 {
		begun = nil
		if err := t.prefill(ctx, c, d); err != nil {
			return t.refused(ctx, c, d, err)
		}
	}
	d.advance()
	d.Asking = ""
	r, err := c.Panel(ctx, t.call(c, d))
	if err != nil {
		return t.refused(ctx, c, begun, err)
	}
	t.setDialog(d)
	return &Answer{Replies: []*Reply{r.replacingPress(t)}, Keep: true}, nil
}

// finish runs the command with all that was gathered; how is the value of the
// panel's button that was pressed, or "".
func (t *turn) finish(ctx context.Context, c *Command, d *Dialog, how string) (*Answer, error) {
	call := t.call(c, d)
	call.Value = how
	return t.execute(ctx, d, func(ctx context.Context) (*Answer, error) { return c.Run(ctx, call) })
}

// execute runs a call in a savepoint: a refusal leaves nothing of it behind
// but the refusal, and what was typed stays as the dialog's draft.
func (t *turn) execute(ctx context.Context, d *Dialog, run func(context.Context) (*Answer, error)) (*Answer, error) {
	var a *Answer
	err := t.b.Store.Savepoint(ctx, func(ctx context.Context) (err error) {
		a, err = run(ctx)
		return err
	})
	if bad := (*badParam)(nil); d != nil && errors.As(err, &bad) {
		delete(d.Args, bad.param)
		return t.step(ctx, d, err)
	}
	if err != nil {
		var c *Command
		if d != nil {
			c = t.b.Registry.Command(d.Command)
		}
		return t.refused(ctx, c, d, err)
	}
	if a == nil {
		a = &Answer{}
	}
	for _, r := range a.Replies {
		if r.InPlace {
			r.replacingPress(t)
		}
	}
	switch {
	case a.Next != nil:
		t.unsure = t.unsure || a.Next.Shown
		return t.start(ctx, t.b.Registry.Command(a.Next.Command), nil, a.Next.Line)
	case d != nil && a.Again != "":
		return t.again(ctx, d, a)
	case d == nil || a.Keep:
		return a, nil
	}
	return t.close(ctx, d, a)
}

// again puts a question once more behind what there was to say.
func (t *turn) again(ctx context.Context, d *Dialog, a *Answer) (*Answer, error) {
	c := t.b.Registry.Command(d.Command)
	delete(d.Args, a.Again)
	t.adopt(d)
	next, err := t.ask(ctx, c, d, c.Param(a.Again), nil)
	if err != nil {
		return nil, err
	}
	for _, r := range next.Replies {
		r.InPlace = false
	}
	a.Replies = append(a.Replies, next.Replies...)
	a.Keep = true
	return a, nil
}

// close ends a dialog and goes on with the one under it, if any.
func (t *turn) close(ctx context.Context, d *Dialog, a *Answer) (*Answer, error) {
	parent := d.Parent
	if parent != nil && d.Fills == "" && t.b.Registry.Command(d.Command).sameSubject(parent, d) {
		t.setDialog(parent) // what was begun of the same is done with
		parent = parent.Parent
	}
	if parent == nil {
		if t.dialog != nil {
			t.setDialog(nil)
		}
		return a, nil
	}
	if d.Fills == "" && !t.changed && t.m.Chat.Room {
		return a, nil // what goes on in private is not brought up by a look in a room
	}
	if d.Fills != "" && a.Fills != "" {
		parent.Args[d.Fills] = a.Fills
		parent.Draft = ""
	}
	if parent.Asking == "" && d.Fills == "" && len(a.Replies) > 0 {
		t.setDialog(parent) // a panel is not shown again unasked
		last := a.Replies[len(a.Replies)-1]
		last.Row(Button{
			Label: locale.T("button.go_on", "Command", locale.Plain("/"+slashName(parent.Command))),
			Data:  Data(parent.Command, actionResume, parent.Ref, parent.Version),
		})
		return a, nil
	}
	t.dialog = parent
	next, err := t.step(ctx, parent, nil)
	if err != nil {
		return nil, err
	}
	for _, r := range next.Replies {
		r.InPlace = false
	}
	a.Replies = append(a.Replies, next.Replies...)
	a.Notices = append(a.Notices, next.Notices...)
	return a, nil
}

// refused tells a refusal; any other error goes up and nothing is committed.
func (t *turn) refused(_ context.Context, c *Command, d *Dialog, err error) (*Answer, error) {
	var e *core.Error
	if !errors.As(err, &e) {
		return nil, err
	}
	r := new(Reply)
	refusal(r, e)
	over := e.Kind == core.Forbidden || e.Kind == core.NotFound // going on would not help
	if over && d != nil && t.dialog != nil {
		t.setDialog(d.Parent)
	}
	if !over && c != nil && d != nil && d.Version > 0 {
		d.advance()
		t.setDialog(d)
		r.Row(Do(locale.T("button.cancel"), "cancel", actionRun, ""))
	}
	return &Answer{Replies: []*Reply{r}, Keep: true}, nil
}

// refusal puts an error's sentence into words.
func refusal(r *Reply, err error) {
	var e *core.Error
	if errors.As(err, &e) {
		r.Text(locale.Text{Key: e.Key, Values: e.Values})
	}
}

func (t *turn) call(c *Command, d *Dialog) *Call {
	chat := t.m.Here
	if t.m.Room.Data != "" {
		chat = t.m.Room
	}
	return &Call{
		Command: c, Args: d.Args, Actor: t.actor(), Dialog: d.Ref, Version: d.Version,
		Origin: Origin{Network: t.network.Name(), Lane: t.m.Here.Lane, Message: t.m.ID, Room: t.m.Chat.Room},
		Chat:   chat, Manages: t.m.From.Manages, Network: t.network,
	}
}

func slashName(name string) string { return strings.ReplaceAll(name, "_", " ") }
