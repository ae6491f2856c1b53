package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/grievance"
)

// panel asks who may read it where there is a choice, says who can read it
// before the story is written, and at last reads everything back. Whom it names
// as the reader is kept with the rest: nobody else is filed to from it.
func (r report) panel(ctx context.Context, c *bots.Call) (*bots.Reply, error) {
	about, said, err := r.content(ctx, c.Args)
	if err != nil {
		return nil, err
	}
	to, all, chosen, err := r.audience(ctx, c)
	if err != nil {
		return nil, err
	}
	switch {
	case chosen:
		c.Args[reportWho] = string(to.Collective.Ref)
	case len(all) == 0:
		delete(c.Args, reportWho)
	}
	gone := c.Args.Given(reportWho) && !chosen
	out := facts(bots.Head("report.panel", "Name", about.Name), said.Kind, said.Happened, said.Lost)
	switch {
	case gone:
		r.gone(out, said.Story)
	case len(all) > 0 && !chosen:
		r.choose(out, c, all, about.Ref)
	case said.Story == "":
		r.before(out, c, to, len(all) > 0, about.Name)
		write := c.AskFor(locale.T("button.write"), "story", about.Ref)
		write.Weight = bots.Primary
		out.Row(write)
	default:
		r.readBack(out, c, to, len(all) > 0, said.Story, about.Ref)
	}
	r.changes(out, c, said, gone || len(all) > 1 && chosen, about.Ref)
	return r.ends(out, c, len(all) > 0, about.Ref), nil
}

// gone says that whoever was to read it cannot any more. Who else could is not
// put in their place: it is asked.
func (r report) gone(out *bots.Reply, story string) {
	if story != "" {
		out.Quote(story)
	}
	out.Say("error.grievance_audience")
}

// mostOffered is how many readers are offered before their name is asked.
const mostOffered = 5

func (r report) choose(out *bots.Reply, c *bots.Call, all []grievance.Audience, about core.Ref) {
	for _, a := range all {
		if a.Small() {
			out.Say("report.small", "Collective", a.Collective.Name, "Count", a.Members)
			break
		}
	}
	out.Say("report.who")
	for _, a := range all[:min(len(all), mostOffered)] {
		out.Row(c.Set(audienceLabel(a), reportWho, string(a.Collective.Ref), about))
	}
	if len(all) > mostOffered {
		out.Row(c.AskFor(locale.T("button.others"), reportWho, about))
	}
}

// before is what a worker must know before the first sensitive line: who can
// read it on this very network, and who of the collective.
func (r report) before(out *bots.Reply, c *bots.Call, to grievance.Audience, some bool, name string) {
	out.Say("report.before").Text(c.Network.Readers())
	r.readers(out, to, some)
	out.Say("report.never", "Name", name)
	out.Say("report.write")
}

func (r report) readers(out *bots.Reply, to grievance.Audience, some bool) {
	if !some {
		out.Say("report.nobody")
		return
	}
	out.Say("report.readers", "Collective", to.Collective.Name)
	if to.Small() {
		out.Say("report.small", "Collective", to.Collective.Name, "Count", to.Members)
	}
}

// readBack shows all as it would be filed, and what happens then.
func (r report) readBack(out *bots.Reply, c *bots.Call, to grievance.Audience, some bool, story string, about core.Ref) {
	out.Quote(story)
	r.readers(out, to, some)
	if some {
		out.Say("report.next", "Date", locale.Date(r.clock().Add(grievance.AcknowledgeWithin)), "Count", grievance.FeedbackMonths)
		out.Row(c.Save(locale.T("button.file"), about))
	}
}

// changes are the buttons that change one thing.
func (r report) changes(out *bots.Reply, c *bots.Call, said grievance.Content, readers bool, about core.Ref) {
	buttons := []bots.Button{
		c.AskFor(locale.T("report.change_kind"), "kind", about), c.AskFor(locale.T("report.change_day"), "day", about),
		c.AskFor(locale.T("report.change_amount"), "amount", about), c.AskFor(locale.T("report.change_requester"), "requester", about),
	}
	if said.Story != "" {
		buttons = append(buttons, c.AskFor(locale.T("report.change_story"), "story", about))
	}
	if readers {
		buttons = append(buttons, c.AskFor(locale.T("report.change_who"), reportWho, about))
	}
	out.Rows(3, buttons...)
}

// ends are the ways out other than filing. Keeping it as a draft takes one
// press, whatever has become of its readers since.
func (r report) ends(out *bots.Reply, c *bots.Call, some bool, about core.Ref) *bots.Reply {
	keep := c.Button(locale.T("button.keep_draft"), reportKeep, about)
	if !some {
		keep.Weight = bots.Primary
	}
	return out.Row(keep, bots.Do(locale.T("button.cancel"), "cancel", "run", ""))
}
