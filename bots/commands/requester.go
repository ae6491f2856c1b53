package commands

import (
	"context"
	"regexp"
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

// cards is the conversation of looking someone up.
type cards struct {
	directory *directory.Service
	cards     card.Reader
}

// Requester declares /requester.
func Requester(d *directory.Service, r card.Reader) *bots.Command {
	c := cards{d, r}
	return &bots.Command{
		Name: "requester", Public: true, Run: c.show,
		Params: []bots.Param{{Name: "requester", Kind: target{directory: d, unknown: true}}},
	}
}

// Platform declares /platform: bare it lists them, with a name it shows one.
func Platform(d *directory.Service, r card.Reader) *bots.Command {
	c := cards{d, r}
	return &bots.Command{
		Name: "platform", Public: true, Run: c.platform,
		Params:  []bots.Param{{Name: "platform", Kind: target{directory: d, only: directory.PlatformTarget}, Optional: true}},
		Actions: map[string]func(context.Context, *bots.Call) (*bots.Answer, error){"list": c.list},
	}
}

// Find declares what free text does: a known name is looked up, and a name
// with scores behind it opens the rating's panel, never saved without a press.
func Find(d *directory.Service, r card.Reader, join Joiner) *bots.Command {
	c := cards{d, r}
	return &bots.Command{
		Name: "find", Hidden: true,
		Run: func(ctx context.Context, call *bots.Call) (*bots.Answer, error) {
			// A code that was handed over is pasted as it is, often with a
			// word before it.
			words := strings.Fields(call.Args["text"])
			last := words[len(words)-1]
			if len(words) <= 3 && invitationForm.MatchString(last) && strings.ContainsAny(last, "0123456789-") {
				return join(ctx, call, last)
			}
			return c.find(ctx, call)
		},
		Params: []bots.Param{{Name: "text", Kind: bots.Line{Max: 4000}, Rest: true}},
	}
}

func (c cards) show(ctx context.Context, call *bots.Call) (*bots.Answer, error) {
	return c.card(ctx, call, core.Ref(call.Args["requester"]))
}

func (c cards) card(ctx context.Context, call *bots.Call, ref core.Ref) (*bots.Answer, error) {
	k, err := c.cards.Card(ctx, ref, call.Actor.Worker.ID)
	if err != nil {
		return nil, err
	}
	return bots.Answered(c.reply(k, call.Origin.Room)), nil
}

// reply is a card in words. In a room it holds nothing of the reader's own.
func (c cards) reply(k card.Card, room bool) *bots.Reply {
	out := bots.Head("card.name", "Name", k.Name)
	isPlatform := k.Target.Kind() == directory.PlatformTarget
	if len(k.Former) > 0 {
		key := "card.formerly"
		if isPlatform {
			key = "card.also"
		}
		out.Say(key, "Names", strings.Join(k.Former, ", "))
	}
	if k.Lookalike != "" {
		out.Say("card.lookalike", "Name", k.Lookalike)
	}
	c.figures(out, k)
	c.facts(out, k, isPlatform)
	if k.Mine != nil && !room {
		out.Note("card.mine")
	}
	out.Row(bots.Do(locale.T("button.rate"), "rate", "run", k.Ref), bots.Do(locale.T("button.report"), "report", "run", k.Ref))
	if k.PlatformRef != "" {
		out.Row(bots.Do(locale.T("button.platform", "Name", k.Platform), "platform", "run", k.PlatformRef))
	}
	return out.ToRoom()
}

func (c cards) facts(out *bots.Reply, k card.Card, isPlatform bool) {
	if k.Platform != "" {
		out.Field("card.platform", locale.T("typed", "Text", k.Platform))
	}
	if k.ExternalID != "" {
		out.Field("card.id", locale.T("typed", "Text", k.ExternalID))
	}
	if over := k.Status.State == directory.Closed || k.Status.State == directory.Merged; isPlatform || over {
		out.Field("card.status", locale.T("choice.status."+string(k.Status.State)))
	}
	if !isPlatform {
		return
	}
	for _, f := range []struct{ key, text string }{
		{"card.status_note", k.Status.Note},
		{"card.countries", k.Countries},
		{"card.claimed", k.Claimed},
		{"card.reported", k.Reported},
		{"card.note", k.Note},
		{"card.source", k.Source},
	} {
		if f.text != "" {
			out.Field(f.key, locale.T("typed", "Text", f.text))
		}
	}
}

// figures are what may be published, or why there is nothing.
func (c cards) figures(out *bots.Reply, k card.Card) {
	f := k.Figures
	if f == nil {
		f = &rating.Figures{}
	}
	if f.Reporters > 0 {
		out.Say("card.reporters", "Count", rating.Rounded(f.Reporters))
	}
	if f.Workers == 0 {
		out.Say("card.no_figures", "Count", rating.LeastWorkers)
		return
	}
	out.Say("card.workers", "Count", rating.Rounded(f.Workers))
	for _, d := range f.Shown() {
		m := f.Scores[d]
		mean := strconv.Itoa(m.Tenths/10) + "." + strconv.Itoa(m.Tenths%10)
		out.Field("score."+string(d), locale.T("score.mean", "Mean", locale.Decimal(mean)))
	}
	if f.AgainYes > 0 {
		out.Field("rate.again", locale.T("card.again", "Yes", rating.Rounded(f.AgainYes), "No", rating.Rounded(f.AgainNo)))
	}
	for _, flag := range rating.Flags() {
		if n := f.Flags[flag]; n > 0 {
			out.Item("card.flag", "Flag", locale.T("choice.flag."+string(flag)), "Count", rating.Rounded(n))
		}
	}
	out.Note("card.as_of", "Date", locale.Date(f.At))
}

func (c cards) platform(ctx context.Context, call *bots.Call) (*bots.Answer, error) {
	if ref := call.Args["platform"]; ref != "" {
		return c.card(ctx, call, core.Ref(ref))
	}
	return c.list(ctx, call)
}

// perPage is how many platforms are listed at a time.
const perPage = 8

// list shows a page of platforms; the button's value is the page.
func (c cards) list(ctx context.Context, call *bots.Call) (*bots.Answer, error) {
	all, err := c.directory.Platforms(ctx)
	if err != nil {
		return nil, err
	}
	page, _ := strconv.Atoi(call.Value)
	pages := slices.Collect(slices.Chunk(all, perPage))
	if len(pages) == 0 {
		return bots.Answered(bots.Say("platform.none").ToRoom()), nil
	}
	page = min(max(page, 0), len(pages)-1)
	out := bots.Head("platform.list", "Page", page+1, "Pages", len(pages))
	var buttons []bots.Button
	for _, p := range pages[page] {
		buttons = append(buttons, bots.Do(locale.T("typed", "Text", p.Name.String()), "platform", "run", p.Ref))
	}
	out.Rows(2, buttons...)
	var turn []bots.Button
	if page > 0 {
		turn = append(turn, bots.Do(locale.T("button.previous"), "platform", "list-"+strconv.Itoa(page-1), ""))
	}
	if page < len(pages)-1 {
		turn = append(turn, bots.Do(locale.T("button.next"), "platform", "list-"+strconv.Itoa(page+1), ""))
	}
	out = out.Row(turn...).ToRoom()
	if call.Action != "" {
		out.Replacing()
	}
	return bots.Answered(out), nil
}

func (c cards) find(ctx context.Context, call *bots.Call) (*bots.Answer, error) {
	typed := call.Args["text"]
	kind := target{directory: c.directory}
	matches, rest := c.directory.Index().LongestPrefix(strings.Fields(typed), kind.options())
	if len(matches) == 1 && len(rest) == 0 {
		return c.card(ctx, call, matches[0].Ref)
	}
	if len(matches) == 1 && scores(rest) {
		return &bots.Answer{Next: &bots.Next{Command: "rate", Line: typed, Shown: true}}, nil
	}
	if name := c.within(typed); name != nil {
		out := bots.Say("find.and_more", "Name", name.Name, "Command", locale.Plain("/rate "+name.Name+" pay 2"))
		return bots.Answered(out.Row(bots.Do(locale.T("button.look"), "requester", "run", name.Ref),
			bots.Do(locale.T("button.rate"), "rate", "run", name.Ref), bots.Do(locale.T("button.report"), "report", "run", name.Ref))), nil
	}
	if len(strings.Fields(typed)) <= mostNameWords {
		return &bots.Answer{Next: &bots.Next{Command: "requester", Line: typed}}, nil
	}
	found := c.directory.Index().Find(typed, kind.options())
	near := append(found.Exact, found.Near...)
	out := bots.Say("find.nothing", "Typed", shortened(typed))
	if len(near) > 0 {
		out = bots.Say("find.near", "Typed", shortened(typed))
	}
	var buttons []bots.Button
	for _, ch := range kind.choices(near) {
		buttons = append(buttons, bots.Do(ch.Label, "requester", "run", core.Ref(ch.Value)))
	}
	return bots.Answered(out.Rows(2, buttons...).Row(bots.Do(locale.T("button.help"), "help", "run", ""))), nil
}

// invitationForm is the form of an invitation's code, as it is written or as a
// link carries it.
var invitationForm = regexp.MustCompile(`(?i)^(join_)?[0-9A-Z]{4}-?[0-9A-Z]{4}-?[0-9A-Z]{4}$`)

// mostNameWords is how many words free text may have to be taken for a name
// that nobody knows yet.
const mostNameWords = 3

// scores tells whether words behind a name look like "pay 2".
func scores(words []string) bool {
	return len(words) >= 2 && len(words[1]) <= 2 && strings.ContainsAny(locale.LatinDigits(words[1]), "12345")
}

// within finds a known name inside a sentence.
func (c cards) within(typed string) *directory.Match {
	words := strings.Fields(typed)
	for i := range words {
		if m, _ := c.directory.Index().LongestPrefix(words[i:], directory.Options{}); len(m) == 1 {
			return &m[0]
		}
	}
	return nil
}

// shortened keeps an echo of what was typed from filling the screen.
func shortened(s string) string {
	const most = 80
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
