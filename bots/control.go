package bots

import (
	"context"

	"manyhands/bots/locale"
)

// Controls are the commands that steer a dialog rather than do something.
func Controls() []*Command {
	return []*Command{{Name: "cancel"}, {Name: "back"}}
}

// control returns what steers a dialog by that name, or nil.
func control(name string) func(*turn, context.Context) (*Answer, error) {
	switch name {
	case "cancel":
		return (*turn).cancel
	case "back":
		return (*turn).back
	}
	return nil
}

// cancel ends the dialog in progress and goes on with the one under it.
func (t *turn) cancel(ctx context.Context) (*Answer, error) {
	if t.dialog == nil {
		return Answered(Say("cancel.nothing").Row(t.helpButton())), nil
	}
	ended := Say("cancel.done", "Command", locale.Plain("/"+slashName(t.dialog.Command)))
	d := t.dialog
	if d.Parent == nil {
		t.shelved = d
		ended.Row(Button{Label: locale.T("button.take_up"), Data: Data(d.Command, actionResume, d.Ref, d.Version)}, t.helpButton())
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
	if len(d.Trail) == 0 && d.Asking == "" {
		return t.step(ctx, d, nil) // a panel: nothing before it
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
