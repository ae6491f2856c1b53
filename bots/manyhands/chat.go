package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"manyhands/adapters/console"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/transcript"
)

// ChatCmd has the conversation in a terminal, or plays a script of one.
type ChatCmd struct {
	As     string `help:"The name you go by in this terminal." default:"me"`
	Script string `help:"Play this transcript and print the whole exchange." placeholder:"FILE"`
	Check  bool   `help:"With --script: hold the file against what happens; differences end with status 1."`
	Update bool   `help:"With --script: write what happens into the file."`
	Keep   bool   `help:"With --script: play on the data of --data rather than on a new, throw-away database."`
}

// Run chats or plays.
func (c ChatCmd) Run(ctx context.Context, s *Settings, io Streams, o Outside) error {
	if c.Script == "" {
		return c.talk(ctx, s, io, o)
	}
	return c.play(ctx, s, io)
}

// talk has the conversation, on the data of the settings and the real clock.
func (c ChatCmd) talk(ctx context.Context, s *Settings, out Streams, o Outside) (err error) {
	stage := console.NewStage(o.Clock, o.Random)
	p, err := Open(ctx, *s, Parts{Clock: o.Clock, Random: o.Random, Log: quiet(out), Networks: func(*Program) ([]bots.Network, error) {
		return []bots.Network{console.New(stage)}, nil
	}})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.Bot.Listen(running) // the console's Run fails only where ctx ends
	}()
	defer func() { cancel(); <-ended }()
	return stage.Interactive(ctx, c.As, out.In, out.Out, func(ctx context.Context) error {
		if err := stage.Reached(ctx); err != nil {
			return err
		}
		_, err := p.Bot.Drain(ctx)
		return err
	})
}

// quiet is a log for a terminal in which somebody talks: errors only.
func quiet(out Streams) *slog.Logger {
	return slog.New(slog.NewTextHandler(out.Err, &slog.HandlerOptions{Level: slog.LevelError}))
}

func (c ChatCmd) play(ctx context.Context, s *Settings, out Streams) (err error) {
	script, err := transcript.ReadFile(c.Script)
	if err != nil {
		return err
	}
	if !c.Keep {
		dir, err := os.MkdirTemp("", "manyhands-script-")
		if err != nil {
			return err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		s.Data, s.Database, s.Key = dir, "sqlite:"+dir+"/script.db", ""
	}
	w, err := consoleWorld(ctx, *s, quiet(out), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	result, err := transcript.Play(ctx, script, w)
	if err != nil {
		return err
	}
	return c.report(out, result)
}

func (c ChatCmd) report(out Streams, r transcript.Result) error {
	switch {
	case r.Skipped != "":
		fmt.Fprintf(out.Out, "%s: skipped, %s\n", r.Name, r.Skipped)
		return nil
	case c.Update:
		changed, err := transcript.Update(c.Script, r)
		if err == nil && changed {
			fmt.Fprintf(out.Out, "%s: written anew\n", r.Name)
		}
		return err
	case c.Check:
		if len(r.Failures) > 0 {
			fmt.Fprintln(out.Err, r.Report())
			return exitStatus(1)
		}
		fmt.Fprintf(out.Out, "%s: %d steps hold\n", r.Name, r.Steps)
		return nil
	}
	_, err := io.WriteString(out.Out, r.Exchange)
	return err
}

// consoleWorld is a script's world on the console.
func consoleWorld(ctx context.Context, s Settings, log *slog.Logger, words *locale.Catalogue) (*world, error) {
	clock := transcript.NewClock(scriptStart)
	chance := newSeeded()
	stage := console.NewStage(clock.Now, chance)
	return newWorld(ctx, s, clock, stage, func(*Program) ([]bots.Network, error) {
		return []bots.Network{console.New(stage)}, nil
	}, Parts{Random: chance, Log: log, Catalogue: words})
}
