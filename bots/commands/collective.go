package commands

import (
	"context"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

// Collectives is the conversation about collectives: making one, coming in,
// being in it, running it. Its buttons carry a collective's or a membership's
// Ref and no state: each press is judged by the domain as things are now.
type Collectives struct{ service *collective.Service }

// NewCollectives makes the conversation.
func NewCollectives(s *collective.Service) *Collectives { return &Collectives{s} }

type (
	run     = func(context.Context, *bots.Call) (*bots.Answer, error)
	actions = map[string]run
)

// Command declares /collective with its subcommands. Bare, it shows the
// worker's collectives.
func (t *Collectives) Command() *bots.Command {
	return &bots.Command{
		Name: "collective", Run: t.page,
		Params: []bots.Param{t.which(true)},
		Subs: []*bots.Command{
			t.create(), t.invite(), t.join(), t.leave(), t.members(),
			t.settings(), t.rename(), t.zone(), t.coordinators(), t.remove(), t.bind(), t.unbind(),
		},
	}
}

// which is the parameter that names one of the worker's collectives. It is
// never asked: who is in one means that one, and who is in several picks from
// buttons that the command answers with. Where it is only, what names none is
// refused; else it belongs to the next parameter.
func (t *Collectives) which(only bool) bots.Param {
	return bots.Param{Name: "collective", Kind: ownCollective{service: t.service, only: only}, Optional: true}
}

// ownCollective is the kind of value that names a collective of the worker's;
// canonically its Ref.
type ownCollective struct {
	service *collective.Service
	only    bool
	// several: it begins a line only of who is in several. Else the words are
	// the next parameter's, be they its name: "Evening hands of Tana" can be
	// what "Evening hands" is to be called.
	several bool
}

// Parse takes the name of one of the worker's collectives.
func (k ownCollective) Parse(ctx context.Context, r bots.Reading, typed string) (string, error) {
	if ref, ok := core.ParseRef(typed); ok {
		return string(ref), nil // whether the worker may is judged by the domain
	}
	mine, err := k.service.OfWorker(ctx, r.Actor.Worker.ID)
	if err != nil {
		return "", err
	}
	var named []collective.Membership
	for _, m := range mine {
		if strings.EqualFold(m.Collective.Name, strings.TrimSpace(typed)) {
			named = append(named, m)
		}
	}
	switch len(named) {
	case 0:
		return "", core.Refuse(core.NotFound, "error.collective_not_yours", "Typed", typed)
	case 1:
		return string(named[0].Collective.Ref), nil
	}
	return "", &bots.Pick{Ask: locale.T("collective.which"), Near: choicesOf(named)}
}

// Choices are the worker's collectives.
func (k ownCollective) Choices(ctx context.Context, r bots.Reading) ([]bots.Choice, error) {
	mine, err := k.service.OfWorker(ctx, r.Actor.Worker.ID)
	return choicesOf(mine), err
}

func choicesOf(ms []collective.Membership) []bots.Choice {
	var cs []bots.Choice
	for _, m := range ms {
		cs = append(cs, bots.Choice{Label: locale.T("typed", "Text", m.Collective.Name), Value: string(m.Collective.Ref)})
	}
	return cs
}

// Prefix finds the longest name of one of the worker's collectives that begins
// a line.
func (k ownCollective) Prefix(ctx context.Context, r bots.Reading, typed string) (value, rest string, ok bool) {
	mine, err := k.service.OfWorker(ctx, r.Actor.Worker.ID)
	if err != nil {
		return "", "", false
	}
	longest, rest := 0, typed
	if k.several && len(mine) < 2 {
		return "", typed, true
	}
	for _, m := range mine {
		n := len(m.Collective.Name)
		if n <= longest || len(typed) < n || !strings.EqualFold(typed[:n], m.Collective.Name) {
			continue
		}
		if after := typed[n:]; after == "" || after[0] == ' ' {
			longest, value, rest = n, string(m.Collective.Ref), strings.TrimSpace(after)
		}
	}
	return value, rest, longest > 0 || !k.only
}

// resolve finds the collective that a call is about: the one it names, or the
// worker's only one. Where there is none or there are several it returns what
// to answer instead. With coordinated, only those count that the worker
// coordinates.
func (t *Collectives) resolve(ctx context.Context, c *bots.Call, coordinated bool) (collective.Membership, *bots.Answer, error) {
	var none collective.Membership
	if c.Args.Given("collective") {
		m, err := t.service.Look(ctx, c.Actor.Worker.ID, core.Ref(c.Args["collective"]))
		if err == nil && coordinated && !m.Member.Coordinator {
			err = core.Refuse(core.Forbidden, "error.collective_coordinators", "Name", m.Collective.Name)
		}
		return m, nil, err
	}
	mine, err := t.service.OfWorker(ctx, c.Actor.Worker.ID)
	if err != nil {
		return none, nil, err
	}
	var fit []collective.Membership
	for _, m := range mine {
		if m.Member.Coordinator || !coordinated {
			fit = append(fit, m)
		}
	}
	switch {
	case len(mine) == 0:
		return none, bots.Answered(withWaysIn(bots.Say("collective.none"))), nil
	case len(fit) == 0:
		return none, bots.Answered(bots.Say("collective.none_coordinated").Row(pageButton(""))), nil
	case len(fit) == 1:
		return fit[0], nil, nil
	}
	var buttons []bots.Button
	for _, m := range fit {
		buttons = append(buttons, bots.Do(locale.T("typed", "Text", m.Collective.Name), c.Command.Name, "run", m.Collective.Ref))
	}
	return none, bots.Answered(bots.Say("collective.which").Rows(2, buttons...)), nil
}

// inside is what a command does with the collective that a call is about.
type inside func(ctx context.Context, c *bots.Call, m collective.Membership) (*bots.Answer, error)

// within makes of it what a command runs: it resolves the collective, and gives
// the answer that there is instead.
func (t *Collectives) within(coordinated bool, do inside) func(context.Context, *bots.Call) (*bots.Answer, error) {
	return func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
		m, instead, err := t.resolve(ctx, c, coordinated)
		if instead != nil || err != nil {
			return instead, err
		}
		return do(ctx, c, m)
	}
}

// page shows the worker's collectives, or the one there is.
func (t *Collectives) page(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if c.Args.Given("collective") {
		return t.open(ctx, c, core.Ref(c.Args["collective"]))
	}
	mine, err := t.service.OfWorker(ctx, c.Actor.Worker.ID)
	if err != nil {
		return nil, err
	}
	switch len(mine) {
	case 0:
		return bots.Answered(withWaysIn(bots.Head("collective.yours").Say("collective.none"))), nil
	case 1:
		return t.open(ctx, c, mine[0].Collective.Ref)
	}
	out := bots.Head("collective.yours")
	var buttons []bots.Button
	for _, m := range mine {
		out.Item("collective.line", "Name", m.Collective.Name, "Count", m.Members)
		buttons = append(buttons, bots.Do(locale.T("typed", "Text", m.Collective.Name), "collective", "run", m.Collective.Ref))
	}
	return bots.Answered(withWaysIn(out.Rows(2, buttons...)).Replacing()), nil
}

// open shows one collective as a member has it, and what they can do.
func (t *Collectives) open(ctx context.Context, c *bots.Call, ref core.Ref) (*bots.Answer, error) {
	m, err := t.service.Look(ctx, c.Actor.Worker.ID, ref)
	if err != nil {
		return nil, err
	}
	out := bots.Head("collective.title", "Name", m.Collective.Name).Say("collective.members_count", "Count", m.Members)
	youAre := "collective.you_are"
	if m.Member.Coordinator {
		youAre = "collective.you_coordinate"
	}
	out.Say(youAre, "Pseudonym", m.Member.Pseudonym)
	smallNote(out, m)
	do := func(label, command string) bots.Button { return bots.Do(locale.T(label), command, "run", ref) }
	row := []bots.Button{do("collective.button.members", "collective_members")}
	if m.Member.Coordinator || m.Collective.MembersInvite {
		row = append(row, do("collective.button.invite", "collective_invite"))
	}
	out.Row(row...)
	if m.Member.Coordinator {
		out.Row(do("collective.button.settings", "collective_settings"), do("collective.button.coordinators", "collective_coordinators"))
		out.Row(do("collective.button.remove", "collective_remove"), do("collective.button.leave", "collective_leave"))
	} else {
		out.Row(do("collective.button.leave", "collective_leave"))
	}
	return bots.Answered(withWaysIn(out).Replacing()), nil
}

// smallNote says where a pseudonym hides little.
func smallNote(out *bots.Reply, m collective.Membership) {
	if m.Members < collective.SmallGroup {
		out.Note("collective.small", "Count", collective.SmallGroup)
	}
}

// withWaysIn adds the buttons of who wants into another collective.
func withWaysIn(out *bots.Reply) *bots.Reply {
	return out.Row(
		bots.Do(locale.T("collective.button.join"), "collective_join", "run", ""),
		bots.Do(locale.T("collective.button.create"), "collective_create", "run", ""),
	)
}

// pageButton leads to a collective's page; to all of them for "".
func pageButton(ref core.Ref) bots.Button {
	return bots.Do(locale.T("collective.button.page"), "collective", "run", ref)
}

// danger marks a button that takes something away.
func danger(b bots.Button) bots.Button {
	b.Weight = bots.Danger
	return b
}
