package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

func (t *Collectives) remove() *bots.Command {
	const name = "collective_remove"
	return &bots.Command{
		Name:   name,
		Params: []bots.Param{t.which(false), memberParam()},
		Run: t.within(true, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			in, fellows, err := t.service.Members(ctx, c.Actor.Worker.ID, m.Collective.Ref)
			if err != nil {
				return nil, err
			}
			if c.Args.Given("member") {
				f, err := named(fellows, c.Args["member"])
				if err != nil {
					return nil, err
				}
				return t.removeSure(ctx, c, f.Ref)
			}
			var others []collective.Fellow
			for _, f := range fellows {
				if !f.You {
					others = append(others, f)
				}
			}
			if len(others) == 0 {
				return bots.Answered(bots.Say("collective.remove_nobody", "Name", in.Name).Row(pageButton(in.Ref)).Replacing()), nil
			}
			out := bots.Say("collective.remove_who", "Name", in.Name)
			memberButtons(out, others, name, "who")
			return bots.Answered(out.Row(pageButton(in.Ref)).Replacing()), nil
		}),
		Actions: actions{
			"who":   func(ctx context.Context, c *bots.Call) (*bots.Answer, error) { return t.removeSure(ctx, c, c.Subject) },
			"asked": t.asked,
			"yes":   t.removeYes,
			"keep":  t.keep,
		},
	}
}

// removeSure asks before anybody is removed, or proposed for it.
func (t *Collectives) removeSure(ctx context.Context, c *bots.Call, member core.Ref) (*bots.Answer, error) {
	in, f, err := t.service.Fellow(ctx, c.Actor.Worker.ID, member)
	if err != nil {
		return nil, err
	}
	out := bots.Say("collective.remove_sure", "Pseudonym", f.Pseudonym, "Name", in.Name).Note("collective.remove_rule")
	return bots.Answered(out.Row(removeButton(member), pageButton(in.Ref)).Replacing()), nil
}

// asked tells a second coordinator whom the proposal is about.
func (t *Collectives) asked(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	in, f, err := t.service.Fellow(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	out := bots.Say("collective.remove_sure", "Pseudonym", f.Pseudonym, "Name", in.Name).Note("collective.remove_rule")
	return bots.Answered(out.Row(removeButton(c.Subject), keepButton(c.Subject), pageButton(in.Ref)).Replacing()), nil
}

func keepButton(member core.Ref) bots.Button {
	return bots.Do(locale.T("collective.button.keep"), "collective_remove", "keep", member)
}

func removeButton(member core.Ref) bots.Button {
	return danger(bots.Do(locale.T("collective.button.remove_yes"), "collective_remove", "yes", member))
}

func (t *Collectives) removeYes(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	r, err := t.service.Remove(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	in, pseudonym := r.Collective, r.Member.Pseudonym
	if r.Done {
		a := bots.Answered(bots.Say("collective.removed", "Pseudonym", pseudonym, "Name", in.Name).Row(pageButton(in.Ref)).Replacing())
		return a.Notify(bots.Notice{Worker: r.Member.Worker, Reply: bots.Say("collective.removed_you", "Name", in.Name)}), nil
	}
	a := bots.Answered(bots.Say("collective.remove_waits", "Pseudonym", pseudonym, "Name", in.Name).Row(keepButton(c.Subject), pageButton(in.Ref)).Replacing())
	if r.Proposed {
		// A lock screen may show it to others: who it is about is told to who
		// asks.
		look := danger(bots.Do(locale.T("collective.button.remove_yes"), "collective_remove", "asked", c.Subject))
		for _, w := range r.Others {
			a.Notify(bots.Notice{
				Worker: w, Member: in.ID, Coordinator: true,
				Reply: bots.Say("collective.remove_asked", "Name", in.Name).Row(look, keepButton(c.Subject)),
			})
		}
	}
	return a, nil
}

func (t *Collectives) keep(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	in, m, err := t.service.Keep(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	return bots.Answered(bots.Say("collective.kept", "Pseudonym", m.Pseudonym, "Name", in.Name).Row(pageButton(in.Ref)).Replacing()), nil
}
