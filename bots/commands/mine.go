package commands

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/rating"
)

// mine is what a worker gave, and what became of it.
type mine struct {
	directory   *directory.Service
	ratings     *rating.Service
	grievances  *grievance.Service
	collectives *collective.Service
}

// Mine declares /mine.
func Mine(d *directory.Service, r *rating.Service, g *grievance.Service, c *collective.Service) *bots.Command {
	m := mine{d, r, g, c}
	return &bots.Command{
		Name: "mine", Run: m.list,
		Actions: map[string]func(context.Context, *bots.Call) (*bots.Answer, error){
			"list": m.list, "see": m.see,
			"withdraw": m.withdraw, "withdrawn": m.withdrawn,
			"discard": m.discard, "discarded": m.discarded,
		},
	}
}

// minePerPage is how many things are listed at a time: a row of buttons each,
// and one for turning pages, are what a message may have everywhere (five,
// documented for Discord's components).
const minePerPage = 4

// thing is a line of the list with its buttons.
type thing struct {
	text    locale.Text
	buttons func(number int) []bots.Button
}

// list shows a page; the button's value is the page.
func (m mine) list(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	things, err := m.things(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(things) == 0 {
		out := bots.Say("mine.nothing")
		return bots.Answered(out.Row(bots.Do(locale.T("menu.rate"), "rate", "run", ""), bots.Do(locale.T("menu.report"), "report", "run", ""))), nil
	}
	page, _ := strconv.Atoi(c.Value)
	pages := (len(things) + minePerPage - 1) / minePerPage
	page = min(max(page, 0), pages-1)
	out := bots.Head("mine.title", "Page", page+1, "Pages", pages)
	first := page * minePerPage
	for i, t := range things[first:min(len(things), first+minePerPage)] {
		out.Item("mine.line", "Number", first+i+1, "Text", t.text)
		out.Row(t.buttons(first + i + 1)...)
	}
	out.Row(turning("mine", page, pages)...)
	if c.Action != "" {
		out.Replacing()
	}
	return bots.Answered(out), nil
}

// turning are the buttons that turn a list's pages, by its action "list".
func turning(command string, page, pages int) []bots.Button {
	var turn []bots.Button
	if page > 0 {
		turn = append(turn, bots.Do(locale.T("button.previous"), command, "list-"+strconv.Itoa(page-1), ""))
	}
	if page < pages-1 {
		turn = append(turn, bots.Do(locale.T("button.next"), command, "list-"+strconv.Itoa(page+1), ""))
	}
	return turn
}

// things are grievances that wait for the worker, then open ones, drafts and
// closed ones, then ratings.
func (m mine) things(ctx context.Context, c *bots.Call) ([]thing, error) {
	all, err := m.grievances.OfAuthor(ctx, c.Actor.Worker.ID)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b grievance.Grievance) int { return cmp.Compare(urgency(a), urgency(b)) })
	var things []thing
	for _, g := range all {
		things = append(things, m.grievance(g))
	}
	rated, err := m.ratings.OfWorker(ctx, c.Actor.Worker.ID)
	if err != nil {
		return nil, err
	}
	for _, r := range rated {
		about, _ := m.directory.Index().Entry(r.Target)
		things = append(things, thing{locale.T("mine.rating", "Name", about.Name), func(n int) []bots.Button {
			return []bots.Button{
				bots.Do(locale.T("mine.change", "Number", n), "rate", "run", about.Ref),
				bots.Do(locale.T("mine.withdraw", "Number", n), "rate", "withdraw", about.Ref),
			}
		}})
	}
	return things, nil
}

// urgency orders grievances: what asks for something first.
func urgency(g grievance.Grievance) int {
	switch {
	case g.State == grievance.WaitingForWorker:
		return 0
	case g.Open():
		return 1
	case g.State == grievance.Draft:
		return 2
	}
	return 3
}

func (m mine) grievance(g grievance.Grievance) thing {
	about, _ := m.directory.Index().Entry(g.Target)
	t := thing{text: locale.T("mine.grievance", "Name", about.Name, "Kind", kindText(g.Kind), "State", ownState(g.State))}
	t.buttons = func(n int) []bots.Button {
		open := bots.Do(locale.T("mine.open", "Number", n), "mine", "see", g.Ref)
		switch {
		case g.State == grievance.Draft:
			return []bots.Button{
				goOn(locale.T("mine.go_on", "Number", n), g.Ref), bots.Do(locale.T("mine.discard", "Number", n), "mine", "discard", g.Ref),
			}
		case g.State == grievance.WaitingForWorker:
			open.Label, open.Weight = locale.T("mine.answer", "Number", n), bots.Primary
		case !g.Open():
			return []bots.Button{open}
		}
		return []bots.Button{open, bots.Do(locale.T("mine.withdraw", "Number", n), "mine", "withdraw", g.Ref)}
	}
	return t
}

// ownState is a state as the author is told it.
func ownState(s grievance.State) locale.Text {
	if s == grievance.WaitingForWorker {
		return locale.T("mine.state_waiting")
	}
	return stateText(s)
}

// see shows one grievance whole to its author.
func (m mine) see(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, w, events, err := m.grievances.Own(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	about, _ := m.directory.Index().Entry(g.Target)
	out := facts(bots.Head("mine.page", "Name", about.Name).Field("grievance.state", ownState(g.State)), g.Kind, g.Happened, g.Lost)
	if !g.Audience.IsZero() {
		to, err := m.collectives.Store.Collective(ctx, g.Audience)
		if err != nil {
			return nil, err
		}
		out.Field("grievance.readers", locale.T("grievance.coordinators", "Collective", to.Name))
	}
	if !g.Due.IsZero() {
		key := "mine.due_feedback"
		if g.State == grievance.Received {
			key = "mine.due_acknowledged"
		}
		out.Say(key, "Date", locale.Date(g.Due))
	}
	if w.Story != "" {
		out.Quote(w.Story)
	}
	exchange(out, w)
	if w.Outcome != "" {
		out.Say("grievance.outcome").Quote(w.Outcome)
	}
	for _, e := range events {
		out.Item("grievance.event", "Date", locale.Date(e.At), "Step", locale.T("grievance.step."+string(e.Step)))
	}
	return bots.Answered(m.buttons(out, g, w).Replacing()), nil
}

// exchange shows the questions with their answers.
func exchange(out *bots.Reply, w grievance.Words) {
	for _, q := range w.Questions {
		out.Say("grievance.question").Quote(q.Text)
		if !q.AnsweredAt.IsZero() {
			out.Say("grievance.answer").Quote(q.Answer)
		}
	}
}

func (m mine) buttons(out *bots.Reply, g grievance.Grievance, w grievance.Words) *bots.Reply {
	var row []bots.Button
	if _, open := w.Asked(); open && g.State == grievance.WaitingForWorker {
		answer := bots.Do(locale.T("button.answer"), "myanswer", "run", g.Ref)
		answer.Weight = bots.Primary
		row = append(row, answer)
	}
	if g.Open() {
		row = append(row, bots.Do(locale.T("button.withdraw"), "mine", "withdraw", g.Ref))
	}
	if g.State == grievance.Draft {
		row = append(row, goOn(locale.T("button.go_on_draft"), g.Ref), bots.Do(locale.T("button.discard"), "mine", "discard", g.Ref))
	}
	return out.Row(row...).Row(bots.Do(locale.T("button.mine"), "mine", "list", ""))
}

// withdraw asks once.
func (m mine) withdraw(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	return m.sure(ctx, c, "mine.withdraw_sure", "withdrawn", "mine.withdraw_yes")
}

// discard asks once.
func (m mine) discard(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	return m.sure(ctx, c, "mine.discard_sure", "discarded", "mine.discard_yes")
}

func (m mine) sure(ctx context.Context, c *bots.Call, question, action, yes string) (*bots.Answer, error) {
	g, _, _, err := m.grievances.Own(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	about, _ := m.directory.Index().Entry(g.Target)
	sure := bots.Do(locale.T(yes), "mine", action, g.Ref)
	sure.Weight = bots.Danger
	return bots.Answered(bots.Say(question, "Name", about.Name).Row(sure, bots.Do(locale.T("button.no"), "mine", "list", "")).Replacing()), nil
}

func (m mine) withdrawn(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	g, err := m.grievances.Withdraw(ctx, c.Actor.Worker.ID, c.Subject)
	if err != nil {
		return nil, err
	}
	a := bots.Answered(bots.Say("mine.is_withdrawn").Row(mineButton()).Replacing())
	if g.Taker.IsZero() {
		return a, nil // nobody works on it yet: the next digest is without it
	}
	notices, err := caseNews(ctx, m.grievances, g)
	return a.Notify(notices...), err
}

func (m mine) discarded(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	if err := m.grievances.Discard(ctx, c.Actor.Worker.ID, c.Subject); err != nil {
		return nil, err
	}
	return bots.Answered(bots.Say("mine.is_discarded").Row(mineButton()).Replacing()), nil
}
