package commands

import (
	"context"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/money"
)

// report is the conversation of a grievance: its facts are asked first, mostly
// as buttons. Before the story, its panel says who can read it; then it reads
// everything back, and files it.
type report struct {
	directory  *directory.Service
	grievances *grievance.Service
	clock      core.Clock
}

// grievanceKind is the kinds of grievance as choices.
var grievanceKind = bots.OneOf{Prefix: "grievance", Values: kindValues()}

func kindValues() []string {
	var values []string
	for _, k := range grievance.Kinds() {
		values = append(values, string(k))
	}
	return values
}

// The button data of the panel needs short names: "report.set-who-" with two
// Refs and a version is all that fits.
const (
	reportWho = "who" // the collective that may read it

	// keepDraft is what the panel's button that keeps it as a draft carries;
	// reportKeep is that button's action.
	keepDraft  = "draft"
	reportKeep = "save-" + keepDraft
)

// Report declares /report. Its keywords are words that a story rarely has
// before a day or an amount: keywords are taken out of a typed line.
func Report(d *directory.Service, g *grievance.Service, clock core.Clock) *bots.Command {
	r := report{d, g, clock}
	return &bots.Command{
		Name: "report",
		Params: []bots.Param{
			{Name: "requester", Kind: target{directory: d, unknown: true}},
			{Name: "kind", Kind: grievanceKind, Keyword: true},
			{Name: "day", Kind: bots.Day{}, Keyword: true},
			{Name: "amount", Kind: amountKind{}, Optional: true, Asked: true, Keyword: true},
			{Name: "story", Kind: bots.Line{Max: grievance.MaxStory, Long: true}, Optional: true, Rest: true},
			{Name: reportWho, Kind: audienceKind{g}, Optional: true},
			{Name: "draft", Kind: ownKind{grievances: g, directory: d, state: grievance.Draft}, Optional: true, Hidden: true},
		},
		Panel:     r.panel,
		PanelText: "story",
		Prefill:   r.prefill,
		Run:       r.run,
	}
}

// goOn makes the button that opens the panel with a draft.
func goOn(label locale.Text, draft core.Ref) bots.Button {
	// A panel opened for a subject is filled by prefill; clearing what is not
	// set changes nothing of it.
	return bots.Button{Label: label, Data: bots.Data("report", "clear-"+reportWho, draft, 0)}
}

// prefill goes on with a draft, where the panel was opened for one: from then
// on it is about the draft's target like any other report.
func (r report) prefill(ctx context.Context, c *bots.Call) (bots.Args, error) {
	ref := core.Ref(c.Args["requester"])
	g, w, _, err := r.grievances.Own(ctx, c.Actor.Worker.ID, ref)
	if core.KindOf(err) == core.NotFound { // then it is a target
		_, err = r.directory.Target(ctx, ref)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	if g.State != grievance.Draft {
		return nil, core.Refuse(core.Conflict, "error.grievance_filed")
	}
	about, ok := r.directory.Index().Entry(g.Target)
	if !ok {
		return nil, core.Refuse(core.NotFound, "error.target_unknown")
	}
	c.Args["requester"] = string(about.Ref)
	a := bots.Args{"draft": string(ref), "kind": string(g.Kind), "day": g.Happened.Format(time.DateOnly), "amount": g.Lost.String()}
	if w.Story != "" {
		a["story"] = w.Story
	}
	return a, nil
}

// content is what the call's values make of a grievance.
func (r report) content(ctx context.Context, a bots.Args) (directory.Entry, grievance.Content, error) {
	t, err := r.directory.Target(ctx, core.Ref(a["requester"]))
	if err != nil {
		return t, grievance.Content{}, err
	}
	c := grievance.Content{Target: t.ID, Kind: grievance.Kind(a["kind"]), Story: a["story"]}
	if c.Happened, err = time.Parse(time.DateOnly, a["day"]); err != nil {
		return t, c, core.Refuse(core.Invalid, "error.date_unknown", "Typed", a["day"])
	}
	if a.Given("amount") {
		c.Lost, err = money.Read(a["amount"])
	}
	return t, c, err
}

// audience is who would read it: the one named or, where none is, the only one
// there is. found is false where there is a choice to be made: nobody takes the
// place of one who was named and can read it no more.
func (r report) audience(ctx context.Context, c *bots.Call) (a grievance.Audience, all []grievance.Audience, found bool, err error) {
	if all, err = r.grievances.Audiences(ctx, c.Actor.Worker.ID); err != nil {
		return a, nil, false, err
	}
	for _, x := range all {
		if string(x.Collective.Ref) == c.Args[reportWho] {
			return x, all, true, nil
		}
	}
	if len(all) == 1 && !c.Args.Given(reportWho) {
		return all[0], all, true, nil
	}
	return a, all, false, nil
}

// run files it to the reader whom the panel named. Where none was named, or
// that button was pressed, it is kept as a draft.
func (r report) run(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	about, said, err := r.content(ctx, c.Args)
	if err != nil {
		return nil, err
	}
	if c.Value == keepDraft || !c.Args.Given(reportWho) {
		return r.keep(ctx, c, about, said)
	}
	to, _, found, err := r.audience(ctx, c)
	if err != nil {
		return nil, err
	}
	if !found {
		return r.again(ctx, c)
	}
	g, err := r.grievances.File(ctx, c.Actor.Worker.ID, core.Ref(c.Args["draft"]), said, to.Collective.Ref)
	if err != nil {
		return nil, err
	}
	out := bots.Head("report.filed", "Name", about.Name).
		Field("grievance.state", stateText(g.State)).
		Field("grievance.readers", locale.T("grievance.coordinators", "Collective", to.Collective.Name)).
		Say("report.filed_next", "Date", locale.Date(g.Due)).
		Note("report.filed_where")
	return bots.Answered(out.Row(mineButton()).Replacing()), nil
}

func (r report) keep(ctx context.Context, c *bots.Call, about directory.Entry, said grievance.Content) (*bots.Answer, error) {
	g, err := r.grievances.SaveDraft(ctx, c.Actor.Worker.ID, core.Ref(c.Args["draft"]), said)
	if err != nil {
		return nil, err
	}
	out := bots.Head("report.kept", "Name", about.Name).Say("report.kept_where")
	return bots.Answered(out.Row(goOn(locale.T("button.go_on_draft"), g.Ref), mineButton()).Replacing()), nil
}

// again refuses to file what its reader can read no more. It is no plain
// refusal: the panel comes with it, as things are now, and nothing is lost.
func (r report) again(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	panel, err := r.panel(ctx, c)
	if err != nil {
		return nil, err
	}
	return &bots.Answer{Replies: []*bots.Reply{panel.Replacing()}, Keep: true}, nil
}

func mineButton() bots.Button { return bots.Do(locale.T("button.mine"), "mine", "run", "") }

func stateText(s grievance.State) locale.Text { return locale.T("grievance.state." + string(s)) }

func kindText(k grievance.Kind) locale.Text { return grievanceKind.Label(string(k)) }

// facts are what lists and pages say of a grievance beside its words.
func facts(out *bots.Reply, kind grievance.Kind, happened time.Time, lost money.Amount) *bots.Reply {
	out.Field("grievance.kind", kindText(kind))
	if !happened.IsZero() {
		out.Field("grievance.happened", locale.T("value", "Value", locale.Date(happened)))
	}
	if !lost.IsZero() {
		out.Field("grievance.lost", locale.T("value", "Value", locale.Money{Amount: lost.Number(), Currency: lost.Currency()}))
	}
	return out
}
