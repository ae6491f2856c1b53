package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/directory"
	"manyhands/core/grievance"
)

// myAnswer is how an author answers the question of a coordinator.
type myAnswer struct {
	directory  *directory.Service
	grievances *grievance.Service
}

// MyAnswer declares /myanswer, which /mine leads to.
func MyAnswer(d *directory.Service, g *grievance.Service) *bots.Command {
	m := myAnswer{d, g}
	return &bots.Command{
		Name: "myanswer", Hidden: true, Panel: m.panel, PanelText: "answer", Run: m.run,
		Params: []bots.Param{
			{Name: "grievance", Kind: ownKind{grievances: g, directory: d, state: grievance.WaitingForWorker}},
			{Name: "answer", Kind: bots.Line{Max: grievance.MaxStory, Long: true}, When: atPanel, Rest: true},
		},
	}
}

// panel shows the question and, once it is written, the answer.
func (m myAnswer) panel(ctx context.Context, c *bots.Call) (*bots.Reply, error) {
	ref := core.Ref(c.Args["grievance"])
	g, w, _, err := m.grievances.Own(ctx, c.Actor.Worker.ID, ref)
	if err != nil {
		return nil, err
	}
	q, open := w.Asked()
	if !open || g.State != grievance.WaitingForWorker {
		return nil, core.Refuse(core.Conflict, "error.question_none")
	}
	about, _ := m.directory.Index().Entry(g.Target)
	out := bots.Head("mine.page", "Name", about.Name).Say("grievance.question").Quote(q.Text)
	return written(out.Note("myanswer.readers"), c, "answer", ref), nil
}

func (m myAnswer) run(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, err := m.grievances.Answer(ctx, c.Actor.Worker.ID, core.Ref(c.Args["grievance"]), c.Args["answer"])
	if err != nil {
		return nil, err
	}
	out := bots.Say("myanswer.sent").Field("grievance.state", stateText(g.State))
	notices, err := caseNews(ctx, m.grievances, g)
	return bots.Answered(out.Row(mineButton()).Replacing()).Notify(notices...), err
}

// atPanel is for a text that is wanted, but asked for by its panel only.
func atPanel(bots.Args) bool { return false }

// written ends a panel whose one text is written to somebody: it is shown
// before it is sent, for it cannot be taken back.
func written(out *bots.Reply, c *bots.Call, param string, about core.Ref) *bots.Reply {
	write := c.AskFor(locale.T("button.write"), param, about)
	row := []bots.Button{write}
	if text := c.Args[param]; text != "" {
		out.Say("written.this").Quote(text)
		write.Label = locale.T("button.write_anew")
		row = []bots.Button{c.Save(locale.T("button.send"), about), write}
	} else {
		row[0].Weight = bots.Primary
		out.Say("written.write")
	}
	return out.Row(append(row, bots.Do(locale.T("button.cancel"), "cancel", "run", ""))...)
}
