package bots

import (
	"context"

	"manyhands/bots/locale"
)

// Controls are the commands that steer a dialog rather than do something.
func Controls() []*Command {
	return []*Command{{Name: "cancel"}, {Name: "back"}}
}

var controls = map[string]func(*turn, context.Context) (*Answer, error){
	"cancel": (*turn).cancel,
	"back":   (*turn).back,
}

// cancel ends the dialog in progress and goes on with the one under it.
func (t *turn) cancel(ctx context.Context) (*Answer, error) {
	if t.dialog == nil {
		return Answered(Say("cancel.nothing").Row(t.helpButton())), nil
	}
	ended := Say("cancel.done", "Command", locale.Plain("/"+slashName(t.dialog.Command)))
	d := t.dialog
	if d.Parent == nil {
		ended.Row(Do(locale.T("button.again"), d.Command, actionRun, ""), t.helpButton())
	}
	return t.close(ctx, d, Answered(ended.replacingPress(t)))
}

// back takes back the last answer and asks again.
func (t *turn) back(ctx context.Context) (*Answer, error) {
	d := t.dialog
	if d == nil {
		return Answered(Say("cancel.nothing").Row(t.helpButton())), nil
	}
	if d.Asking != "" && len(d.Trail) > 0 {
		d.Trail = d.Trail[:len(d.Trail)-1] // the open question itself
	}
	if len(d.Trail) == 0 {
		return t.cancel(ctx)
	}
	last := d.Trail[len(d.Trail)-1]
	d.Trail = d.Trail[:len(d.Trail)-1]
	delete(d.Args, last)
	d.Draft = ""
	c := t.b.Registry.Command(d.Command)
	return t.ask(ctx, c, d, c.Param(last), nil)
}
