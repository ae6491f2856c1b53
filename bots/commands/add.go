package commands

import (
	"context"
	"errors"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/directory"
)

// noPlatform is the choice of a worker who does not know the platform.
const noPlatform = "none"

// Add declares /add: a requester whom nobody has named yet. It is also the
// nested dialog of every question for a requester, whose answer it fills.
func Add(d *directory.Service) *bots.Command {
	a := add{d}
	return &bots.Command{
		Name: "add", Run: a.run,
		Params: []bots.Param{
			{Name: "name", Kind: newName{d}},
			{Name: "on", Kind: platformChoice{target{directory: d, only: directory.PlatformTarget}}},
			{Name: "same", Kind: sameKind{d}, Hidden: true, Alone: true, When: sameKind{d}.doubtful},
			{Name: "id", Kind: bots.Line{Max: 64}, Optional: true, Keyword: true},
		},
	}
}

type add struct{ directory *directory.Service }

// newName is a name as the directory takes it.
type newName struct{ directory *directory.Service }

func (newName) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	n, err := directory.NewName(typed)
	return n.String(), err
}

func (newName) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// platformChoice is a platform's Ref, or noPlatform.
type platformChoice struct{ target }

func (p platformChoice) Parse(ctx context.Context, r bots.Reading, typed string) (string, error) {
	for _, l := range []locale.Lang{r.Lang, locale.English} {
		if strings.EqualFold(typed, locale.Strip(r.Catalogue.Say(l, locale.T("platform.not_known")))) {
			return noPlatform, nil
		}
	}
	return p.target.Parse(ctx, r, typed)
}

// commonPlatforms is how many platforms are offered before one is typed.
const commonPlatforms = 6

func (p platformChoice) Choices(ctx context.Context, _ bots.Reading) ([]bots.Choice, error) {
	all, err := p.directory.Platforms(ctx)
	if err != nil {
		return nil, err
	}
	var cs []bots.Choice
	for _, x := range all {
		if x.Status.State == directory.Active && len(cs) < commonPlatforms {
			cs = append(cs, bots.Choice{Label: locale.T("typed", "Text", x.Name.String()), Value: string(x.Ref)})
		}
	}
	return append(cs, bots.Choice{Label: locale.T("platform.not_known"), Value: noPlatform}), nil
}

// isNew is the choice of a worker who means none of the known names.
const isNew = "new"

// sameKind is which of the known names a new one means: a Ref, or isNew. So
// nobody makes a double without having seen what is there.
type sameKind struct{ directory *directory.Service }

// known are the names that the new one could mean. The very name on the very
// platform is none of them: that one is known, and cannot be added at all.
func (k sameKind) known(a bots.Args) []directory.Match {
	found := k.directory.Index().Find(a["name"], directory.Options{Most: mostNear})
	for _, m := range found.Exact {
		on, _ := k.directory.Index().Entry(m.Platform.Target())
		if m.ID.Kind() == directory.RequesterTarget && (string(on.Ref) == a["on"] || m.Platform.IsZero() && a["on"] == noPlatform) {
			return nil
		}
	}
	return append(found.Exact, found.Near...)
}

func (k sameKind) doubtful(a bots.Args) bool { return len(k.known(a)) > 0 }

// Parse takes one of the choices as it is labelled.
func (k sameKind) Parse(ctx context.Context, r bots.Reading, typed string) (string, error) {
	choices, err := k.Choices(ctx, r)
	if err != nil {
		return "", err
	}
	for _, c := range choices {
		if c.Value == typed || strings.EqualFold(typed, locale.Strip(r.Catalogue.Say(r.Lang, c.Label))) {
			return c.Value, nil
		}
	}
	return "", core.Refuse(core.Invalid, "error.choice_unknown", "Typed", typed)
}

// Choices are the known names, and that it is another.
func (k sameKind) Choices(_ context.Context, r bots.Reading) ([]bots.Choice, error) {
	cs := target{directory: k.directory}.choices(k.known(r.Args))
	return append(cs, bots.Choice{Label: locale.T("button.add_named", "Name", r.Args["name"]), Value: isNew}), nil
}

func (a add) run(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	name, err := directory.NewName(c.Args["name"])
	if err != nil {
		return nil, err
	}
	if same := core.Ref(c.Args["same"]); same != "" && same != isNew {
		t, err := a.directory.Target(ctx, same)
		if err != nil {
			return nil, err
		}
		return a.known(locale.T("add.known", "Name", t.Name), t), nil
	}
	draft := directory.Draft{Name: name, ExternalID: c.Args["id"]}
	if ref := c.Args["on"]; ref != noPlatform {
		p, err := a.directory.Target(ctx, core.Ref(ref))
		if err != nil {
			return nil, err
		}
		draft.Platform, _ = p.ID.Platform()
	}
	r, err := a.directory.AddRequester(ctx, directory.Actor{Steward: c.Actor.Worker.Steward}, draft)
	if known, ok := directory.AsKnown(err); ok {
		var why *core.Error
		errors.As(err, &why) // the same name, or its id under another one
		return a.known(locale.Text{Key: why.Key, Values: why.Values}, known.Existing), nil
	}
	if e := (*core.Error)(nil); errors.As(err, &e) && e.Key == "error.requester_id" {
		return nil, bots.Wrong("id", c.Args["id"], e) // judged only now, when the platform is known
	}
	if err != nil {
		return nil, err
	}
	out := bots.Say("add.done", "Name", r.Name.String())
	if r.Lookalike != "" {
		out.Say("card.lookalike", "Name", r.Lookalike)
	}
	return &bots.Answer{Replies: []*bots.Reply{lookAndRate(out, r.Ref)}, Fills: string(r.Ref)}, nil
}

// known answers with what is there instead, and takes it.
func (add) known(why locale.Text, e directory.Entry) *bots.Answer {
	out := new(bots.Reply).Text(why)
	return &bots.Answer{Replies: []*bots.Reply{lookAndRate(out, e.Ref)}, Fills: string(e.Ref)}
}

func lookAndRate(out *bots.Reply, ref core.Ref) *bots.Reply {
	return out.Row(bots.Do(locale.T("button.look"), "requester", "run", ref), bots.Do(locale.T("button.rate"), "rate", "run", ref))
}
