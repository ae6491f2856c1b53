package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/grievance"
)

// The two ends, by words short enough for a button.
const (
	closeResolved = "resolved"
	closeWithout  = "without"
)

var closeKind = bots.OneOf{Prefix: "close", Values: []string{closeResolved, closeWithout}}

// closeCase declares /closecase, which a case's page leads to: how it ended,
// and a few words on it for the author.
func (k cases) closeCase() *bots.Command {
	return &bots.Command{
		Name: "closecase", May: bots.Coordinators, Hidden: true, Panel: k.closing, PanelText: "outcome", Run: k.close,
		Params: []bots.Param{
			{Name: "case", Kind: caseKind{k.Digests}},
			{Name: "how", Kind: closeKind, Optional: true, Hidden: true},
			{Name: "outcome", Kind: bots.Line{Max: grievance.MaxOutcome, Long: true}, When: atPanel, Rest: true},
		},
	}
}

// closing asks how it ended, and then for the words.
func (k cases) closing(ctx context.Context, c *bots.Call) (*bots.Reply, error) {
	ref := core.Ref(c.Args["case"])
	g, err := k.Grievances.Case(ctx, c.Actor.Worker.ID, ref)
	if err == nil && g.State.Closed() {
		err = core.Refuse(core.Conflict, "error.case_closed")
	}
	if err != nil {
		return nil, err
	}
	about, _ := k.Directory.Index().Entry(g.Target)
	if g.Author.IsZero() {
		return k.closingAlone(c, about.Name, ref), nil
	}
	out := bots.Head("closecase.panel", "Name", about.Name, "Pseudonym", g.Pseudonym)
	if how := c.Args["how"]; how != "" {
		out.Field("closecase.how", closeKind.Label(how))
		out.Row(k.how(c, ref, otherEnd(how))).Say("closecase.outcome")
		return written(out, c, "outcome", ref), nil
	}
	if text := c.Args["outcome"]; text != "" {
		out.Quote(text)
	}
	return out.Say("closecase.which").Row(k.how(c, ref, closeResolved)).Row(k.how(c, ref, closeWithout)).
		Row(bots.Do(locale.T("button.cancel"), "cancel", "run", "")), nil
}

// closingAlone asks the same where no author is left to read any words.
func (k cases) closingAlone(c *bots.Call, name string, ref core.Ref) *bots.Reply {
	out := bots.Head("case.page", "Name", name).Say("case.no_author")
	how := c.Args["how"]
	if how == "" {
		out.Say("closecase.which").Row(k.how(c, ref, closeResolved)).Row(k.how(c, ref, closeWithout))
	} else {
		out.Field("closecase.how", closeKind.Label(how))
		out.Row(k.how(c, ref, otherEnd(how))).Row(c.Save(locale.T("button.close_case"), ref))
	}
	return out.Row(bots.Do(locale.T("button.cancel"), "cancel", "run", ""))
}

func (k cases) how(c *bots.Call, ref core.Ref, how string) bots.Button {
	return c.Set(closeKind.Label(how), "how", how, ref)
}

func otherEnd(how string) string {
	if how == closeResolved {
		return closeWithout
	}
	return closeResolved
}

func (k cases) close(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	ends := map[string]grievance.State{closeResolved: grievance.Resolved, closeWithout: grievance.ClosedWithoutRemedy}
	g, err := k.Grievances.Close(ctx, c.Actor.Worker.ID, core.Ref(c.Args["case"]), ends[c.Args["how"]], c.Args["outcome"])
	if err != nil {
		return nil, err
	}
	return k.done(c, g, "case.is_closed", true), nil
}
