package commands

import (
	"context"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core/digest"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// lines lists cases, numbered from first on, and returns a button for each.
func lines(out *bots.Reply, all []digest.Line, first int, now time.Time) []bots.Button {
	var buttons []bots.Button
	for i, l := range all {
		number := first + i
		out.Item("cases.line", "Number", number, "Name", l.Target, "Kind", kindText(l.Kind), "State", lineState(l, now))
		buttons = append(buttons, bots.Do(locale.T("value", "Value", number), "cases", "open", l.Ref))
	}
	return buttons
}

// lineState is a case's state with what presses most.
func lineState(l digest.Line, now time.Time) locale.Text {
	state := stateText(l.State)
	switch {
	case !l.Due.IsZero() && now.After(l.Due):
		return locale.T("cases.line_overdue", "State", state, "Date", locale.Date(l.Due))
	case l.Mine:
		return locale.T("cases.line_mine", "State", state)
	case l.Taken:
		return locale.T("cases.line_taken", "State", state)
	}
	return state
}

// open shows the facts of a case, which is entered in the audit log.
func (k cases) open(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, _, err := k.Grievances.Look(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	return bots.Answered(k.page(g, c.Actor.Worker.ID)), nil
}

// page is a case without its words.
func (k cases) page(g grievance.Grievance, reader worker.ID) *bots.Reply {
	about, _ := k.Directory.Index().Entry(g.Target)
	out := facts(bots.Head("case.page", "Name", about.Name).Field("grievance.state", stateText(g.State)), g.Kind, g.Happened, g.Lost)
	if g.Author.IsZero() {
		out.Say("case.no_author")
	} else {
		out.Field("case.author", locale.T("typed", "Text", g.Pseudonym))
	}
	out.Field("case.filed", locale.T("value", "Value", locale.Date(g.FiledAt)))
	switch {
	case g.Taker == reader:
		out.Field("case.taken", locale.T("case.taken_you"))
	case !g.Taker.IsZero():
		out.Field("case.taken", locale.T("case.taken_other"))
	}
	if !g.Due.IsZero() {
		key := "case.due_feedback"
		if g.State == grievance.Received {
			key = "case.due_acknowledge"
		}
		if g.Overdue(k.Clock()) {
			key += "_late"
		}
		out.Say(key, "Date", locale.Date(g.Due))
	}
	return k.buttons(out, g, reader)
}

func (k cases) buttons(out *bots.Reply, g grievance.Grievance, reader worker.ID) *bots.Reply {
	do := func(key, action string) bots.Button { return bots.Do(locale.T(key), "cases", action, g.Ref) }
	var first, second []bots.Button
	if g.State != grievance.Withdrawn && !g.Author.IsZero() {
		first = append(first, do("button.read", "read"))
	}
	if g.Open() && g.Taker != reader {
		first = append(first, do("button.take", "take"))
	}
	if g.State == grievance.Received {
		first = append(first, do("button.acknowledge", "acknowledge"))
	}
	if g.Open() && g.State != grievance.WaitingForWorker && !g.Author.IsZero() {
		second = append(second, bots.Do(locale.T("button.ask"), "askauthor", "run", g.Ref))
	}
	if g.Open() {
		second = append(second, bots.Do(locale.T("button.close_case"), "closecase", "run", g.Ref))
	} else if g.State != grievance.Withdrawn {
		second = append(second, do("button.reopen", "reopen"))
	}
	return out.Row(first...).Row(second...).Row(casesButton())
}

// read shows the words of a case in a message of their own. The press is
// entered in the audit log, and the author sees it.
func (k cases) read(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, w, err := k.Grievances.Read(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	about, _ := k.Directory.Index().Entry(g.Target)
	out := bots.Head("case.story", "Name", about.Name, "Pseudonym", g.Pseudonym).Quote(w.Story)
	exchange(out, w)
	if w.Outcome != "" {
		out.Say("grievance.outcome").Quote(w.Outcome)
	}
	return bots.Answered(out.Note("case.read_logged").Row(bots.Do(locale.T("button.open"), "cases", "open", g.Ref))), nil
}

// done shows the case after something was done with it, and tells the author
// where that changed anything.
func (k cases) done(c *bots.Call, g grievance.Grievance, key string, tell bool) *bots.Answer {
	page := k.page(g, c.Actor.Worker.ID)
	if !tell || !g.Author.IsZero() { // else the note would speak of telling them
		page.Note(key)
	}
	a := bots.Answered(page.Replacing())
	if tell {
		a.Notify(authorNews(g)...)
	}
	return a
}

func (k cases) take(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, changed, err := k.Grievances.Take(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	return k.done(c, g, "case.is_taken", changed && g.State != grievance.Received), nil
}

func (k cases) acknowledge(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, changed, err := k.Grievances.Acknowledge(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	key := "case.is_acknowledged"
	if !changed {
		key = "case.was_acknowledged"
	}
	return k.done(c, g, key, changed), nil
}

func (k cases) reopen(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, err := k.Grievances.Reopen(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	return k.done(c, g, "case.is_reopened", true), nil
}
