package commands

import (
	"context"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/digest"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/money"
)

// amountKind is an amount of money, canonically "12.50 EUR".
type amountKind struct{}

// Parse takes a plain number with the code of a currency.
func (amountKind) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	a, err := money.Parse(typed)
	if err != nil {
		return "", err
	}
	if a.IsNothing() {
		return "", core.Refuse(core.Invalid, "error.amount_nothing")
	}
	return a.String(), nil
}

// Choices are none: an amount is typed.
func (amountKind) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// audienceKind is a collective that the worker may file to, by its Ref.
type audienceKind struct{ grievances *grievance.Service }

// Parse takes the collective's name.
func (k audienceKind) Parse(ctx context.Context, r bots.Reading, typed string) (string, error) {
	all, err := k.grievances.Audiences(ctx, r.Actor.Worker.ID)
	if err != nil {
		return "", err
	}
	for _, a := range all {
		if strings.EqualFold(a.Collective.Name, strings.TrimSpace(typed)) || string(a.Collective.Ref) == typed {
			return string(a.Collective.Ref), nil
		}
	}
	return "", core.Refuse(core.Invalid, "error.choice_unknown", "Typed", typed)
}

// Choices are all such collectives.
func (k audienceKind) Choices(ctx context.Context, r bots.Reading) ([]bots.Choice, error) {
	all, err := k.grievances.Audiences(ctx, r.Actor.Worker.ID)
	var cs []bots.Choice
	for _, a := range all {
		cs = append(cs, bots.Choice{Label: audienceLabel(a), Value: string(a.Collective.Ref)})
	}
	return cs, err
}

func audienceLabel(a grievance.Audience) locale.Text {
	if a.Own {
		return locale.T("typed", "Text", a.Collective.Name)
	}
	return locale.T("report.outside", "Collective", a.Collective.Name)
}

// mostListed is how many grievances are offered where one has to be named.
const mostListed = 8

// ownKind is one of the worker's own grievances in a state, by its Ref.
type ownKind struct {
	grievances *grievance.Service
	directory  *directory.Service
	state      grievance.State
}

// Parse takes a Ref only: nobody types one.
func (k ownKind) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	return parseCase(typed)
}

func parseCase(typed string) (string, error) {
	if ref, ok := core.ParseRef(typed); ok {
		return string(ref), nil
	}
	return "", core.Refuse(core.Invalid, "error.choice_unknown", "Typed", typed)
}

// Choices are those in that state.
func (k ownKind) Choices(ctx context.Context, r bots.Reading) ([]bots.Choice, error) {
	all, err := k.grievances.OfAuthor(ctx, r.Actor.Worker.ID)
	var cs []bots.Choice
	for _, g := range all {
		if g.State == k.state && len(cs) < mostListed {
			e, _ := k.directory.Index().Entry(g.Target)
			cs = append(cs, bots.Choice{Label: locale.T("grievance.short", "Name", e.Name, "Kind", kindText(g.Kind)), Value: string(g.Ref)})
		}
	}
	return cs, err
}

// caseKind is a case of the collectives that the worker coordinates, by its
// Ref.
type caseKind struct{ digests digest.Reader }

// Parse takes a Ref only: nobody types one.
func (caseKind) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	return parseCase(typed)
}

// Choices are those that are due first.
func (k caseKind) Choices(ctx context.Context, r bots.Reading) ([]bots.Choice, error) {
	q, err := k.digests.Queue(ctx, r.Actor.Worker.ID, 0, mostListed)
	var cs []bots.Choice
	for _, l := range q.Lines {
		cs = append(cs, bots.Choice{Label: locale.T("grievance.short", "Name", l.Target, "Kind", kindText(l.Kind)), Value: string(l.Ref)})
	}
	return cs, err
}
