package commands

import (
	"context"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/worker"
)

// Joiner takes the code of an invitation that a link carried.
type Joiner func(ctx context.Context, c *bots.Call, code string) (*bots.Answer, error)

// Start declares /start: five lines on what this is, who can read what, and
// the first steps; or what a link asked for.
func Start(join Joiner) *bots.Command {
	return &bots.Command{
		Name:   "start",
		Params: []bots.Param{{Name: "word", Kind: bots.Line{Max: 64}, Optional: true, Rest: true}},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			if code, ok := strings.CutPrefix(c.Args["word"], "join_"); ok {
				return join(ctx, c, code)
			}
			out := bots.Head("start.title").Say("start.what").Text(c.Network.Readers()).Say("start.private").Say("start.language")
			return bots.Answered(firstSteps(out)), nil
		},
	}
}

func firstSteps(out *bots.Reply) *bots.Reply {
	run := func(command string) bots.Button { return bots.Do(locale.T("menu."+command), command, "run", "") }
	return out.Row(run("requester"), run("rate")).Row(run("report"), run("collective")).Row(run("language"), run("help"))
}

// Help declares /help.
func Help(registry func() *bots.Registry, coordinates func(context.Context, worker.ID) (bool, error)) *bots.Command {
	return &bots.Command{
		Name: "help", Public: true,
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			may, err := coordinates(ctx, c.Actor.Worker.ID)
			if err != nil {
				return nil, err
			}
			out := bots.Head("help.title")
			for _, x := range registry().Commands {
				if x.Hidden || x.May == bots.Coordinators && (!may || c.Origin.Room) {
					continue
				}
				out.Item("help.line", "Command", locale.Plain("/"+x.Name), "Summary", locale.T("command."+x.Name+".summary"))
			}
			out.Say("help.one_line", "Example", locale.Plain("/rate acme pay 2 fair 1"))
			if c.Origin.Room {
				return bots.Answered(out.ToRoom()), nil
			}
			return bots.Answered(firstSteps(out.Text(c.Network.Readers()))), nil
		},
	}
}

// Language declares /language.
func Language(workers worker.Store) *bots.Command {
	return &bots.Command{
		Name:   "language",
		Params: []bots.Param{{Name: "language", Kind: languageKind{}}},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			w := c.Actor.Worker
			w.Language = c.Args["language"]
			if err := workers.SaveWorker(ctx, w); err != nil {
				return nil, err
			}
			out := bots.Say("language.changed")
			a := bots.Answered(firstSteps(out).Replacing())
			a.Lang = locale.Lang(w.Language)
			return a, nil
		},
	}
}

// languageKind is one of the languages, by its own name or its code.
type languageKind struct{}

func (languageKind) Parse(_ context.Context, r bots.Reading, typed string) (string, error) {
	for l, name := range locale.Names() {
		if strings.EqualFold(typed, name) || strings.EqualFold(typed, string(l)) {
			return string(l), nil
		}
	}
	for _, reader := range locale.Langs() {
		in := r
		in.Lang = reader
		if v, err := (bots.OneOf{Prefix: "language", Values: languageCodes()}).Parse(context.Background(), in, typed); err == nil {
			return v, nil
		}
	}
	return "", core.Refuse(core.Invalid, "error.choice_unknown", "Typed", typed)
}

func (languageKind) Choices(context.Context, bots.Reading) ([]bots.Choice, error) {
	var cs []bots.Choice
	for _, l := range locale.Langs() {
		cs = append(cs, bots.Choice{Label: locale.T("typed", "Text", locale.Names()[l]), Value: string(l)})
	}
	return cs, nil
}

func languageCodes() []string {
	var codes []string
	for _, l := range locale.Langs() {
		codes = append(codes, string(l))
	}
	return codes
}
