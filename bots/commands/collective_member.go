package commands

import (
	"context"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

const (
	// mostShown is how many members are listed.
	mostShown = 100
	// mostMemberButtons is how many are offered as buttons: what fits the
	// network with the least room for them. Others are named by typing.
	mostMemberButtons = 12
)

func (t *Collectives) members() *bots.Command {
	return &bots.Command{
		Name:   "collective_members",
		Params: []bots.Param{t.which(true)},
		Run:    t.within(false, t.listed),
		Actions: actions{"redraw": func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			in, pseudonym, err := t.service.Redraw(ctx, c.Actor.Worker.ID, c.Subject)
			if err != nil {
				return nil, err
			}
			return bots.Answered(bots.Say("collective.redrawn", "Name", in.Name, "Pseudonym", pseudonym).Row(pageButton(in.Ref))), nil
		}},
	}
}

func (t *Collectives) listed(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
	in, fellows, err := t.service.Members(ctx, c.Actor.Worker.ID, m.Collective.Ref)
	if err != nil {
		return nil, err
	}
	out := bots.Head("collective.members_title", "Name", in.Name).Say("collective.members_count", "Count", len(fellows))
	for _, f := range fellows[:min(mostShown, len(fellows))] {
		key := "collective.member"
		if f.You {
			key += "_you"
		}
		if f.Coordinator {
			key += "_coordinator"
		}
		out.Item(key, "Pseudonym", f.Pseudonym)
	}
	if more := len(fellows) - mostShown; more > 0 {
		out.Note("collective.members_more", "Count", more)
	}
	smallNote(out, m)
	redraw := bots.Do(locale.T("collective.button.redraw"), "collective_members", "redraw", in.Ref)
	return bots.Answered(out.Row(redraw, pageButton(in.Ref)).Replacing()), nil
}

// memberParam is a member's pseudonym, as typed; it is looked up in the
// collective that the call turns out to be about.
func memberParam() bots.Param {
	return bots.Param{Name: "member", Kind: bots.Line{Max: 64}, Optional: true}
}

// named finds the member of a pseudonym.
func named(fellows []collective.Fellow, pseudonym string) (collective.Fellow, error) {
	for _, f := range fellows {
		if strings.EqualFold(f.Pseudonym, strings.TrimSpace(pseudonym)) {
			return f, nil
		}
	}
	return collective.Fellow{}, core.Refuse(core.NotFound, "error.member_unnamed", "Typed", pseudonym)
}

// memberButtons offers members for an action.
func memberButtons(out *bots.Reply, fellows []collective.Fellow, command, action string) {
	var buttons []bots.Button
	for _, f := range fellows[:min(mostMemberButtons, len(fellows))] {
		buttons = append(buttons, bots.Do(locale.T("typed", "Text", f.Pseudonym), command, action, f.Ref))
	}
	out.Rows(3, buttons...)
	if len(fellows) > mostMemberButtons {
		out.Note("collective.type_member", "Command", locale.Plain("/"+strings.ReplaceAll(command, "_", " ")+" "+fellows[0].Pseudonym))
	}
}

func (t *Collectives) coordinators() *bots.Command {
	const name = "collective_coordinators"
	return &bots.Command{
		Name:   name,
		Params: []bots.Param{t.which(false), memberParam()},
		Run: t.within(false, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			in, fellows, err := t.service.Members(ctx, c.Actor.Worker.ID, m.Collective.Ref)
			if err != nil {
				return nil, err
			}
			if c.Args.Given("member") {
				f, err := named(fellows, c.Args["member"])
				if err != nil {
					return nil, err
				}
				return t.nameSure(ctx, c, f.Ref)
			}
			out := bots.Head("collective.coordinators_title", "Name", in.Name)
			var plain []collective.Fellow
			for _, f := range fellows {
				switch {
				case !f.Coordinator:
					plain = append(plain, f)
				case f.You:
					out.Item("collective.member_you", "Pseudonym", f.Pseudonym)
				default:
					out.Item("collective.member", "Pseudonym", f.Pseudonym)
				}
			}
			if m.Member.Coordinator {
				if len(plain) > 0 {
					out.Say("collective.coordinators_make")
					memberButtons(out, plain, name, "who")
				}
				out.Row(bots.Do(locale.T("collective.button.step_down"), name, "down", in.Ref), pageButton(in.Ref))
			} else {
				out.Row(pageButton(in.Ref))
			}
			return bots.Answered(out.Replacing()), nil
		}),
		Actions: actions{
			"who":  func(ctx context.Context, c *bots.Call) (*bots.Answer, error) { return t.nameSure(ctx, c, c.Subject) },
			"make": t.name,
			"down": t.stepDown,
		},
	}
}

// nameSure asks before somebody is made a coordinator.
func (t *Collectives) nameSure(ctx context.Context, c *bots.Call, member core.Ref) (*bots.Answer, error) {
	in, f, err := t.service.Fellow(ctx, c.Actor.Worker.ID, member)
	if err != nil {
		return nil, err
	}
	out := bots.Say("collective.coordinator_sure", "Pseudonym", f.Pseudonym, "Name", in.Name)
	yes := bots.Do(locale.T("collective.button.coordinator_yes"), "collective_coordinators", "make", member)
	return bots.Answered(out.Row(yes, pageButton(in.Ref)).Replacing()), nil
}

// name makes a coordinator. All other coordinators are told at once, by name:
// they have collective.CoordinatorSettles to act before the new one has a say
// in removing them.
func (t *Collectives) name(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	_, before, err := t.service.Fellow(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	in, m, err := t.service.MakeCoordinator(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	a := bots.Answered(bots.Say("collective.coordinator_made", "Pseudonym", m.Pseudonym, "Name", in.Name).Row(pageButton(in.Ref)).Replacing())
	if before.Coordinator {
		return a, nil // pressed twice: everyone has been told
	}
	a.Notify(bots.Notice{
		Worker: m.Worker, Member: in.ID, Coordinator: true,
		Reply: bots.Say("collective.coordinator_you", "Name", in.Name).Row(pageButton(in.Ref)),
	})
	all, err := t.service.Coordinators(ctx, in.ID)
	for _, w := range all {
		if w == m.Worker || w == c.Actor.Worker.ID {
			continue
		}
		a.Notify(bots.Notice{
			Worker: w, Member: in.ID, Coordinator: true,
			Reply: bots.Say("collective.coordinator_new", "Pseudonym", m.Pseudonym, "Name", in.Name).
				Row(bots.Do(locale.T("collective.button.coordinators"), "collective_coordinators", "run", in.Ref), pageButton(in.Ref)),
		})
	}
	return a, err
}

// stepDown asks, and with "down-yes" does it.
func (t *Collectives) stepDown(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if c.Value != "yes" {
		m, err := t.service.Look(ctx, c.Actor.Worker.ID, c.Subject)
		if err != nil {
			return nil, err
		}
		yes := danger(bots.Do(locale.T("collective.button.step_down"), "collective_coordinators", "down-yes", c.Subject))
		return bots.Answered(bots.Say("collective.step_down_sure", "Name", m.Collective.Name).Row(yes, pageButton(c.Subject)).Replacing()), nil
	}
	in, err := t.service.StepDown(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	return bots.Answered(bots.Say("collective.stepped_down", "Name", in.Name).Row(pageButton(in.Ref)).Replacing()), nil
}
