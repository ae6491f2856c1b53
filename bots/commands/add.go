package commands

import (
	"context"
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

func (a add) run(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	name, err := directory.NewName(c.Args["name"])
	if err != nil {
		return nil, err
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
		out := bots.Say("add.known", "Name", known.Existing.Name)
		return &bots.Answer{Replies: []*bots.Reply{lookAndRate(out, known.Existing.Ref)}, Fills: string(known.Existing.Ref)}, nil
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

func lookAndRate(out *bots.Reply, ref core.Ref) *bots.Reply {
	return out.Row(bots.Do(locale.T("button.look"), "requester", "run", ref), bots.Do(locale.T("button.rate"), "rate", "run", ref))
}
