package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"time"

	"manyhands/adapters/console"
	"manyhands/bots"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// The demo's place: every name says that it is invented.
const demoCollective = "Invented Hands"

var demoRequesters = []string{
	"Invented Data Works", "Example Labels", "Placeholder Vision", "Sample Speech", "Nowhere Transcripts", "Fictional Annotators",
	"Imaginary Checks", "Makebelieve Chat", "Dummy Boxes", "Pretend Pictures", "Notional Search", "Hypothetical Tasks",
}

var demoReports = []struct{ requester, kind, amount, story, then string }{
	{"Invented Data Works", "Unpaid work", "12.50 EUR", "I tagged 400 pictures and the batch vanished with my pay.", "take"},
	{"Invented Data Works", "Unfair rejection", "", "All my work was rejected as too fast, without a look.", "acknowledge take"},
	{"Placeholder Vision", "Unpaid training or test", "", "Two hours of training, and then no task ever came.", ""},
	{"Makebelieve Chat", "Human posing as AI", "", "I was told to answer as if I were the machine.", "close"},
	{"Sample Speech", "Paid less than promised", "3 USD", "The rate was halved after I had begun.", ""},
}

const (
	demoWorkers = 20
	// demoDays is how long the demo's workers have been there.
	demoDays = 75
)

// demoScript is the demo's past as a conversation: what the place shows has
// come about as everything in it does.
func demoScript() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("c1> /start {founding}")
	for i, name := range demoRequesters {
		line("w%d> /add %s", 1+i%demoWorkers, name)
		line("w%d> %s", 1+i%demoWorkers, []string{"toloka", "clickworker", "prolific", "appen"}[i%4])
	}
	for i, name := range demoRequesters {
		for w := range 4 + i%9 {
			worker := 1 + (w*7+i*3)%demoWorkers
			line("w%d> /rate %s fair %d comm %d clear %d pay %d", worker, name, 1+(w+i)%5, 1+(w*2+i)%4, 2+(w+i)%3, 1+(i+w)%3)
		}
	}
	line("! clock +%dd", demoDays/2)
	line("c1> /collective invite %d", demoWorkers)
	line("c1< ...")
	line("  | Code: {code}")
	line("  | ...")
	line("c1< [...]")
	for w := 1; w <= demoWorkers; w++ {
		line("w%d> /collective join {code}", w)
	}
	line("! clock +%dd", demoDays-demoDays/2-2)
	for i, r := range demoReports {
		demoReport(line, fmt.Sprintf("w%d", 3+i), r.requester, r.kind, r.amount, r.story)
		if r.then != "" {
			line("c1> /digest")
			line("c1> [1]")
		}
		for _, act := range strings.Fields(r.then) {
			line("c1> [%s]", strings.ToUpper(act[:1])+act[1:])
		}
		if r.then == "close" {
			line("c1> [Resolved]")
			line("c1> They have changed what workers are told.")
			line("c1> [Send it]")
		}
	}
	line("! clock +2d")
	return b.String()
}

func demoReport(line func(string, ...any), who, requester, kind, amount, story string) {
	line("%s> /report %s", who, requester)
	line("%s> [%s]", who, kind)
	line("%s> [Yesterday]", who)
	if amount == "" {
		line("%s> [Skip]", who)
	} else {
		line("%s> %s", who, amount)
	}
	line("%s> [Write it]", who)
	line("%s> %s", who, story)
	line("%s> [File it]", who)
}

var demoLink = regexp.MustCompile(`join_[0-9A-Z]+`)

// makeDemo fills a new instance with the demo's past, which ends now, and
// returns the word by which a visitor becomes a coordinator.
func makeDemo(ctx context.Context, s Settings, now time.Time, progress io.Writer) (link string, err error) {
	clock := transcript.NewClock(now.AddDate(0, 0, -demoDays))
	stage := console.NewStage(clock.Now, core.CryptoRandom)
	w, err := newWorld(ctx, s, clock, stage, func(*Program) ([]bots.Network, error) {
		return []bots.Network{console.New(stage)}, nil
	}, Parts{Random: core.CryptoRandom, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	fmt.Fprintln(progress, "Making up a collective with its past; this takes some seconds.")
	founding, err := w.Server(ctx, []string{"collective", "create", demoCollective, "--zone", "Indian/Antananarivo", "--steward"})
	if err != nil {
		return "", err
	}
	script, err := transcript.Parse("demo", strings.ReplaceAll(demoScript(), "{founding}", demoLink.FindString(founding)))
	if err != nil {
		return "", err
	}
	// What the script says about the answers does not matter here.
	if _, err := transcript.Play(ctx, script, w); err != nil {
		return "", err
	}
	clock.Set(now)
	invitation, err := w.Server(ctx, []string{"collective", "invite", demoCollective})
	return demoLink.FindString(invitation), err
}
