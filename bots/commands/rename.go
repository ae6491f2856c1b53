package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/directory"
)

// Rename declares /rename, for stewards: a requester under its new name. The
// old one finds it for ever.
func Rename(d *directory.Service) *bots.Command {
	return &bots.Command{
		Name: "rename", May: bots.Coordinators,
		Params: []bots.Param{
			{Name: "requester", Kind: target{directory: d, only: directory.RequesterTarget}},
			{Name: "to", Kind: newName{d}},
		},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			t, err := d.Target(ctx, core.Ref(c.Args["requester"]))
			if err != nil {
				return nil, err
			}
			id, ok := t.ID.Requester()
			if !ok {
				return nil, core.Refuse(core.NotFound, "error.requester_unknown")
			}
			name, err := directory.NewName(c.Args["to"])
			if err != nil {
				return nil, err
			}
			r, err := d.RenameRequester(ctx, directory.Actor{Steward: c.Actor.Worker.Steward}, id, name)
			if known, ok := directory.AsKnown(err); ok {
				out := bots.Say("rename.known", "Name", known.Existing.Name)
				return bots.Answered(out.Row(bots.Do(locale.T("button.look"), "requester", "run", known.Existing.Ref))), nil
			}
			if err != nil {
				return nil, err
			}
			out := bots.Say("rename.done", "Name", r.Name.String(), "Old", t.Name)
			return bots.Answered(out.Row(bots.Do(locale.T("button.look"), "requester", "run", r.Ref))), nil
		},
	}
}
