package commands

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/card"
	"manyhands/core/directory"
	"manyhands/core/rating"
)

// rate is the conversation of a rating: in one line, or as a panel in any
// order and then Save.
type rate struct {
	directory *directory.Service
	ratings   *rating.Service
	cards     card.Reader
}

// again and flags are choices of the panel; more opens its second half.
var (
	againKind = bots.OneOf{Prefix: "again", Values: []string{string(rating.Yes), string(rating.No)}}
	// switchKind is one flag of the panel, pressed or not.
	switchKind = bots.OneOf{Prefix: "switch", Values: []string{"on", "off"}}
	moreKind   = bots.OneOf{Prefix: "more", Values: []string{"scores", "flags"}}
)

// Rate declares /rate.
func Rate(d *directory.Service, r *rating.Service, cards card.Reader) *bots.Command {
	c := rate{d, r, cards}
	cmd := &bots.Command{
		Name:      "rate",
		Params:    []bots.Param{{Name: "requester", Kind: target{directory: d, unknown: true}}},
		Panel:     c.panel,
		PanelText: "comment",
		Prefill:   c.prefill,
		Direct: func(a bots.Args) bool {
			return slices.ContainsFunc(rating.Dimensions(), func(d rating.Dimension) bool { return a.Given(string(d)) })
		},
		Run:     c.save,
		Actions: map[string]func(context.Context, *bots.Call) (*bots.Answer, error){"withdraw": c.withdraw},
	}
	for _, d := range rating.Dimensions() {
		cmd.Params = append(cmd.Params, bots.Param{Name: string(d), Kind: bots.Score{}, Optional: true, Keyword: true})
	}
	for _, f := range rating.Flags() {
		cmd.Params = append(cmd.Params, bots.Param{Name: "flag_" + string(f), Kind: switchKind, Optional: true, Hidden: true})
	}
	cmd.Params = append(cmd.Params,
		bots.Param{Name: "again", Kind: againKind, Optional: true, Keyword: true},
		bots.Param{Name: "flags", Kind: flagList{}, Optional: true, Keyword: true},
		bots.Param{Name: "more", Kind: moreKind, Optional: true, Keyword: true, Hidden: true},
		bots.Param{Name: "comment", Kind: bots.Line{Max: rating.MaxComment, Long: true}, Optional: true, Rest: true},
	)
	return cmd
}

// flagList is flags by name, joined by commas.
type flagList struct{}

func (flagList) one(f rating.Flag) locale.Text { return locale.T("choice.flag." + string(f)) }

func (l flagList) Parse(ctx context.Context, r bots.Reading, typed string) (string, error) {
	var values []string
	for _, f := range rating.Flags() {
		values = append(values, string(f))
	}
	var out []string
	commas := func(r rune) bool { return strings.ContainsRune(",،;؛", r) }
	for _, word := range strings.FieldsFunc(typed, commas) {
		v, err := bots.OneOf{Prefix: "flag", Values: values}.Parse(ctx, r, word)
		if err != nil {
			return "", err
		}
		out = append(out, v)
	}
	return strings.Join(out, ","), nil
}

func (flagList) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// content is what the call's values make of a rating.
func content(a bots.Args) rating.Content {
	c := rating.Content{Scores: map[rating.Dimension]rating.Score{}, Again: rating.Again(a["again"]), Comment: a["comment"]}
	for _, d := range rating.Dimensions() {
		if n, err := strconv.Atoi(a[string(d)]); err == nil {
			c.Scores[d] = rating.Score(n)
		}
	}
	for _, f := range rating.Flags() {
		if slices.Contains(strings.Split(a["flags"], ","), string(f)) || a["flag_"+string(f)] == "on" {
			c.Flags = append(c.Flags, f)
		}
	}
	return c
}

// args undoes content.
func args(c rating.Content) bots.Args {
	a := bots.Args{}
	for d, s := range c.Scores {
		a[string(d)] = strconv.Itoa(int(s))
	}
	for _, f := range c.Flags {
		a["flag_"+string(f)] = "on"
	}
	if c.Again != "" {
		a["again"] = string(c.Again)
	}
	if c.Comment != "" {
		a["comment"] = c.Comment
	}
	return a
}

func (r rate) prefill(ctx context.Context, c *bots.Call) (bots.Args, error) {
	t, err := r.directory.Target(ctx, core.Ref(c.Args["requester"]))
	if err != nil {
		return nil, err
	}
	mine, ok, err := r.ratings.Mine(ctx, c.Actor.Worker.ID, t.ID)
	if err != nil || !ok {
		return nil, err
	}
	return args(mine.Content), nil
}

// panel shows the rating as it would be saved.
func (r rate) panel(ctx context.Context, c *bots.Call) (*bots.Reply, error) {
	ref := core.Ref(c.Args["requester"])
	t, err := r.directory.Target(ctx, ref)
	if err != nil {
		return nil, err
	}
	said := content(c.Args)
	out := bots.Head("rate.panel", "Name", t.Name)
	r.read(out, said)
	if len(said.Scores) == 0 {
		out.Say("rate.panel_empty")
	}
	dims := rating.Asked()
	switch c.Args["more"] {
	case "scores":
		dims = rating.More()
	case "flags":
		dims = nil
		r.flagButtons(out, c, said, ref)
	}
	for _, d := range dims {
		var row []bots.Button
		for n := 1; n <= 5; n++ {
			label := locale.T("rate.score_button", "Dimension", locale.T("score.short."+string(d)), "Score", n)
			row = append(row, r.toggled(c.Set(label, string(d), strconv.Itoa(n), ref), int(said.Scores[d]) == n))
		}
		out.Row(row...)
	}
	if c.Args["more"] == "" {
		out.Row(
			r.toggled(c.Set(locale.T("rate.again_yes"), "again", "yes", ref), said.Again == rating.Yes),
			r.toggled(c.Set(locale.T("rate.again_no"), "again", "no", ref), said.Again == rating.No),
			c.Set(locale.T("rate.more_scores"), "more", "scores", ref),
			c.Set(locale.T("rate.more_flags"), "more", "flags", ref),
		)
	}
	last := []bots.Button{c.AskFor(locale.T("rate.comment"), "comment", ref)}
	if c.Args["more"] != "" {
		last = []bots.Button{c.Clear(locale.T("button.back"), "more", ref)}
	}
	if len(said.Scores) > 0 {
		last = append(last, c.Save(locale.T("button.save"), ref))
	}
	return out.Row(append(last, bots.Do(locale.T("button.cancel"), "cancel", "run", ""))...), nil
}

// toggled marks a choice that stands.
func (r rate) toggled(b bots.Button, on bool) bots.Button {
	if on {
		b.Label = locale.T("button.chosen", "Label", b.Label)
	}
	return b
}

func (r rate) flagButtons(out *bots.Reply, c *bots.Call, said rating.Content, ref core.Ref) {
	var all []bots.Button
	for _, f := range rating.Flags() {
		label, name := flagList{}.one(f), "flag_"+string(f)
		if slices.Contains(said.Flags, f) {
			all = append(all, r.toggled(c.Set(label, name, "off", ref), true))
		} else {
			all = append(all, c.Set(label, name, "on", ref))
		}
	}
	out.Rows(2, all...)
}

// read says what a rating says.
func (r rate) read(out *bots.Reply, c rating.Content) {
	for _, d := range rating.Dimensions() {
		if s, ok := c.Scores[d]; ok {
			out.Field("score."+string(d), locale.T("score.of_five", "Score", int(s)))
		}
	}
	if c.Again != "" {
		out.Field("rate.again", locale.T("choice.again."+string(c.Again)))
	}
	for _, f := range c.Flags {
		out.Item("choice.flag." + string(f))
	}
	if c.Comment != "" {
		out.Quote(c.Comment)
	}
}

func (r rate) save(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	ref := core.Ref(c.Args["requester"])
	t, err := r.directory.Target(ctx, ref)
	if err != nil {
		return nil, err
	}
	before, had, err := r.ratings.Mine(ctx, c.Actor.Worker.ID, t.ID)
	if err != nil {
		return nil, err
	}
	said := content(c.Args)
	if had && c.Version == 0 {
		said = merged(before.Content, said) // one line changes what it names
	}
	saved, err := r.ratings.Rate(ctx, c.Actor.Worker.ID, t.ID, said)
	if err != nil {
		return nil, err
	}
	key := "rate.saved"
	if had {
		key = "rate.changed"
	}
	out := bots.Head(key, "Name", t.Name)
	r.read(out, saved.Content)
	out.Note("rate.next_batch")
	out.Row(bots.Do(locale.T("button.change"), "rate", "run", ref), bots.Do(locale.T("button.withdraw"), "rate", "withdraw", ref),
		bots.Do(locale.T("button.look"), "requester", "run", ref))
	return bots.Answered(out.Replacing()), nil
}

// merged lays what was said now over what was said before.
func merged(before, now rating.Content) rating.Content {
	out := before
	out.Scores = map[rating.Dimension]rating.Score{}
	for _, scores := range []map[rating.Dimension]rating.Score{before.Scores, now.Scores} {
		for d, s := range scores {
			out.Scores[d] = s
		}
	}
	if now.Again != "" {
		out.Again = now.Again
	}
	if len(now.Flags) > 0 {
		out.Flags = now.Flags
	}
	if now.Comment != "" {
		out.Comment = now.Comment
	}
	return out
}

func (r rate) withdraw(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
	t, err := r.directory.Target(ctx, c.Subject)
	if err != nil {
		return nil, err
	}
	if err := r.ratings.Withdraw(ctx, c.Actor.Worker.ID, t.ID); err != nil {
		return nil, err
	}
	out := bots.Say("rate.withdrawn", "Name", t.Name)
	return bots.Answered(out.Row(bots.Do(locale.T("button.rate"), "rate", "run", c.Subject)).Replacing()), nil
}
