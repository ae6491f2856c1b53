package commands

import (
	"context"
	"errors"
	"strconv"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

// collectiveName is a name as a collective takes it.
type collectiveName struct{}

func (collectiveName) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	return collective.NewName(bots.CleanText(typed))
}

func (collectiveName) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

func (t *Collectives) create() *bots.Command {
	return &bots.Command{
		Name:   "collective_create",
		Params: []bots.Param{{Name: "name", Kind: collectiveName{}, Rest: true}},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			m, err := t.service.Create(ctx, c.Actor.Worker.ID, collective.Draft{Name: c.Args["name"], Language: string(c.Actor.Lang)})
			if err != nil {
				return nil, err
			}
			ref := m.Collective.Ref
			out := bots.Say("collective.created", "Name", m.Collective.Name, "Pseudonym", m.Member.Pseudonym).Say("collective.created_next")
			out.Row(bots.Do(locale.T("collective.button.invite"), "collective_invite", "run", ref),
				bots.Do(locale.T("collective.button.zone"), "collective_zone", "run", ref))
			return bots.Answered(out.Row(pageButton(ref))), nil
		},
	}
}

// groupUses are the numbers of workers that are offered for an invitation.
var groupUses = [...]int{1, 10, 50}

func (t *Collectives) invite() *bots.Command {
	return &bots.Command{
		Name: "collective_invite",
		Params: []bots.Param{
			t.which(false),
			{Name: "uses", Kind: whole{least: 1, most: collective.MostUses, key: "error.invitation_uses"}, Optional: true},
		},
		Run: t.within(false, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			if uses, err := strconv.Atoi(c.Args["uses"]); err == nil {
				return t.invited(ctx, c, m.Collective.Ref, uses)
			}
			out := bots.Say("collective.invite_how_many", "Name", m.Collective.Name)
			var buttons []bots.Button
			for _, n := range groupUses {
				buttons = append(buttons, bots.Do(locale.T("collective.button.invite_for", "Count", n), "collective_invite", "for-"+strconv.Itoa(n), m.Collective.Ref))
			}
			return bots.Answered(out.Row(buttons...).Row(pageButton(m.Collective.Ref)).Replacing()), nil
		}),
		Actions: actions{"for": func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			uses, err := strconv.Atoi(c.Value)
			if err != nil {
				uses = 0 // refused by the domain
			}
			return t.invited(ctx, c, c.Subject, uses)
		}},
	}
}

// invited makes an invitation and shows its code, this once.
func (t *Collectives) invited(ctx context.Context, c *bots.Call, ref core.Ref, uses int) (*bots.Answer, error) {
	in, i, code, err := t.service.Invite(ctx, c.Actor.Worker.ID, ref, uses)
	if err != nil {
		return nil, err
	}
	until := i.ExpiresAt
	if zone, err := time.LoadLocation(in.Zone); err == nil {
		until = until.In(zone)
	}
	out := bots.Say("collective.invite_made", "Name", in.Name, "Count", uses, "Until", locale.Moment(until))
	out.Field("collective.invite_code", locale.T("value", "Value", locale.Plain(code.String())))
	if l, ok := c.Network.(bots.Linker); ok {
		if url := l.Link(code.Word()); url != "" {
			out.Field("collective.invite_link", locale.T("value", "Value", locale.Plain(url)))
		}
	}
	out.Say("collective.invite_how", "Command", locale.Plain("/collective join "+code.String()))
	out.Note("collective.invite_once")
	return bots.Answered(out.Row(pageButton(ref))), nil
}

func (t *Collectives) join() *bots.Command {
	return &bots.Command{
		Name:   "collective_join",
		Params: []bots.Param{{Name: "code", Kind: bots.Line{Max: 200}, Rest: true}},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			return t.JoinByCode(ctx, c, c.Args["code"])
		},
	}
}

// JoinByCode lets the actor in by an invitation's code, however it came: typed,
// or carried by a link. A wrong code is an answer and not an error, since the
// guess has to stay counted when an error would undo it.
func (t *Collectives) JoinByCode(ctx context.Context, c *bots.Call, code string) (*bots.Answer, error) {
	in, err := t.service.Join(ctx, c.Actor.Worker.ID, locale.LatinDigits(bots.CleanText(code)))
	var full *core.Error
	if errors.As(err, &full) && full.Key == "error.invitation_used_up" {
		err, in.Refused = nil, full // nothing was written, and a new code can be tried
	}
	if err != nil {
		return nil, err
	}
	if in.Refused != nil {
		out := new(bots.Reply).Text(locale.Text{Key: in.Refused.Key, Values: in.Refused.Values})
		if full == nil && c.Command.Param("code") != nil { // mistyped: ask once more
			return &bots.Answer{Replies: []*bots.Reply{out}, Again: "code"}, nil
		}
		return bots.Answered(out.Row(bots.Do(locale.T("collective.button.try_again"), "collective_join", "run", ""))), nil
	}
	name := in.Collective.Name
	out := new(bots.Reply)
	switch {
	case in.Already:
		out.Say("collective.join_already", "Name", name, "Pseudonym", in.Member.Pseudonym)
	case in.Member.Coordinator:
		out.Say("collective.join_coordinator", "Name", name, "Pseudonym", in.Member.Pseudonym)
	default:
		out.Say("collective.joined", "Name", name, "Pseudonym", in.Member.Pseudonym)
	}
	smallNote(out, in.Membership)
	return bots.Answered(out.Row(bots.Do(locale.T("collective.button.members"), "collective_members", "run", in.Collective.Ref), pageButton(in.Collective.Ref))), nil
}

func (t *Collectives) leave() *bots.Command {
	return &bots.Command{
		Name:   "collective_leave",
		Params: []bots.Param{t.which(true)},
		Run: t.within(false, func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error) {
			out := bots.Say("collective.leave_sure", "Name", m.Collective.Name)
			yes := danger(bots.Do(locale.T("collective.button.leave_yes"), "collective_leave", "yes", m.Collective.Ref))
			return bots.Answered(out.Row(yes, pageButton(m.Collective.Ref)).Replacing()), nil
		}),
		Actions: actions{"yes": func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			left, err := t.service.Leave(ctx, c.Actor.Worker.ID, c.Subject)
			if err != nil {
				return nil, err
			}
			return bots.Answered(withWaysIn(bots.Say("collective.left", "Name", left.Name)).Replacing()), nil
		}},
	}
}
