package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/grievance"
)

// askAuthor declares /askauthor, which a case's page leads to: one question to
// the author, and one answer.
func (k cases) askAuthor() *bots.Command {
	return &bots.Command{
		Name: "askauthor", May: bots.Coordinators, Hidden: true, Panel: k.question, PanelText: "question", Run: k.ask,
		Params: []bots.Param{
			{Name: "case", Kind: caseKind{k.Digests}},
			{Name: "question", Kind: bots.Line{Max: grievance.MaxStory, Long: true}, When: atPanel, Rest: true},
		},
	}
}

func (k cases) question(ctx context.Context, c *bots.Call) (*bots.Reply, error) {
	ref := core.Ref(c.Args["case"])
	g, err := k.Grievances.Case(ctx, c.Actor.Worker.ID, ref)
	switch {
	case err != nil:
		return nil, err
	case g.Author.IsZero():
		return nil, core.Refuse(core.Conflict, "error.case_no_author")
	case g.State.Closed():
		return nil, core.Refuse(core.Conflict, "error.case_closed")
	case g.State == grievance.WaitingForWorker:
		return nil, core.Refuse(core.Conflict, "error.case_asked")
	}
	about, _ := k.Directory.Index().Entry(g.Target)
	out := bots.Head("askauthor.panel", "Name", about.Name, "Pseudonym", g.Pseudonym).Say("askauthor.one")
	return written(out, c, "question", ref), nil
}

func (k cases) ask(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, err := k.Grievances.Ask(ctx, c.Actor.Worker.ID, core.Ref(c.Args["case"]), c.Args["question"])
	if err != nil {
		return nil, err
	}
	return k.done(c, g, "case.is_asked", true), nil
}
