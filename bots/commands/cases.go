package commands

import (
	"context"
	"strconv"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/digest"
	"manyhands/core/directory"
	"manyhands/core/grievance"
)

// CaseNeeds are what the commands of coordinators are made of.
type CaseNeeds struct {
	Directory   *directory.Service
	Grievances  *grievance.Service
	Collectives *collective.Service
	Digests     digest.Store
	Clock       core.Clock
}

// cases is what coordinators do with what was filed to their collectives.
type cases struct{ CaseNeeds }

// Cases declares /cases, the queue with what can be done with a case, and the
// two conversations that a case's page leads to.
func Cases(n CaseNeeds) []*bots.Command {
	k := cases{n}
	return []*bots.Command{{
		Name: "cases", May: bots.Coordinators, Run: k.list,
		Actions: map[string]func(context.Context, *bots.Call) (*bots.Answer, error){
			"list": k.list, "open": k.open, "read": k.read, "take": k.take, "acknowledge": k.acknowledge, "all": k.all, "reopen": k.reopen,
		},
	}, k.askAuthor(), k.closeCase()}
}

// casesPerPage is how many cases are listed at a time: what a phone shows.
const casesPerPage = 8

// list shows a page of the queue; the button's value is the page.
func (k cases) list(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	page, _ := strconv.Atoi(c.Value)
	page = max(page, 0)
	q, err := k.Digests.Queue(ctx, c.Actor.Worker.ID, page*casesPerPage, casesPerPage)
	if err != nil {
		return nil, err
	}
	pages := max(1, (q.All+casesPerPage-1)/casesPerPage)
	if page >= pages { // the queue is shorter than when the button was drawn
		page = pages - 1
		if q, err = k.Digests.Queue(ctx, c.Actor.Worker.ID, page*casesPerPage, casesPerPage); err != nil {
			return nil, err
		}
	}
	out := bots.Say("cases.none")
	if q.All > 0 {
		out = bots.Head("cases.title", "Count", q.All, "Page", page+1, "Pages", pages)
		buttons := lines(out, q.Lines, page*casesPerPage+1, k.Clock())
		out.Rows(4, buttons...)
	}
	out.Row(turning("cases", page, pages)...)
	if c.Action != "" {
		out.Replacing()
	}
	return bots.Answered(out), nil
}

// all acknowledges what digests have shown and nobody has acknowledged; the
// button speaks of the collective.
func (k cases) all(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	of, err := k.Collectives.Store.CollectiveByRef(ctx, c.Subject)
	if err != nil {
		return nil, err
	}
	done, err := k.Grievances.AcknowledgeAllNew(ctx, c.Actor.Worker.ID, of.ID)
	if err != nil {
		return nil, err
	}
	if len(done) == 0 {
		return bots.Answered(bots.Say("cases.none_new").Row(casesButton())), nil
	}
	a := bots.Answered(bots.Say("cases.acknowledged", "Count", len(done)).Row(casesButton()))
	for _, g := range done {
		a.Notify(authorNews(g)...)
	}
	return a, nil
}

func casesButton() bots.Button { return bots.Do(locale.T("button.cases"), "cases", "list", "") }

// authorNews tells the author, in words that betray nothing, that something
// happened.
func authorNews(g grievance.Grievance) []bots.Notice {
	if g.Author.IsZero() {
		return nil
	}
	news := bots.Say("notice.news")
	news.Sensitive = true
	return []bots.Notice{{Worker: g.Author, Reply: news}}
}

// caseNews tells those whom it concerns the same of a case. Who left the
// collective by the time it is sent gets nothing.
func caseNews(ctx context.Context, s *grievance.Service, g grievance.Grievance) ([]bots.Notice, error) {
	ws, err := s.Handlers(ctx, g)
	var notices []bots.Notice
	for _, w := range ws {
		news := bots.Say("case.news").Row(bots.Do(locale.T("button.open"), "cases", "open", g.Ref))
		notices = append(notices, bots.Notice{Worker: w, Reply: news, Member: g.Audience, Coordinator: true})
	}
	return notices, err
}
