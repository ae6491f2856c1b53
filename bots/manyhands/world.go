package main

import (
	"bytes"
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"manyhands/bots"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// scriptStart is when a script begins unless it says otherwise.
var scriptStart = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// seeded is chance that a script meets again in the same order.
type seeded struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func newSeeded() *seeded {
	var seed [32]byte
	copy(seed[:], "manyhands plays a script")
	return &seeded{src: rand.NewChaCha8(seed)}
}

func (s *seeded) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.src.Read(p)
}

// world is the program in a script's hands; see transcript.World.
type world struct {
	settings Settings
	clock    *transcript.Clock
	stage    transcript.Stage
	parts    Parts

	program *Program
	hush    func() // ends the listening of the networks
}

// newWorld starts a program on the stage's network. networks makes that
// network anew at each start.
func newWorld(ctx context.Context, s Settings, clock *transcript.Clock, stage transcript.Stage, networks func(*Program) ([]bots.Network, error), parts Parts) (*world, error) {
	w := &world{settings: s, clock: clock, stage: stage, parts: parts}
	w.parts.Clock, w.parts.Networks = clock.Now, networks
	return w, w.start(ctx)
}

func (w *world) start(ctx context.Context) error {
	p, err := Open(ctx, w.settings, w.parts)
	if err != nil {
		return err
	}
	p.Bot.PublishMenus(ctx)
	listening, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = p.Bot.Listen(listening) // told in the log
	}()
	w.program = p
	w.hush = func() { cancel(); <-ended }
	return nil
}

// Clock is the script's clock.
func (w *world) Clock() *transcript.Clock { return w.clock }

// Stage is the network.
func (w *world) Stage() transcript.Stage { return w.stage }

// Settle waits until nothing is left to do; see transcript.World.
func (w *world) Settle(ctx context.Context) error {
	for {
		if err := w.stage.Reached(ctx); err != nil {
			return err
		}
		did, err := w.program.Bot.Drain(ctx)
		if err != nil || !did {
			return err
		}
	}
}

// NextDue tells when something is due next; see transcript.Planner.
func (w *world) NextDue(ctx context.Context) (time.Time, bool, error) {
	return w.program.DB.NextDue(ctx)
}

// Restart stops the program and starts it again; see transcript.World.
func (w *world) Restart(ctx context.Context, abrupt bool) error {
	if !abrupt {
		if err := w.Settle(ctx); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	if s, ok := w.stage.(stopper); ok {
		if err := s.Stopped(ctx); err != nil {
			return err
		}
	}
	return w.start(ctx)
}

// stopper is a stage that has to notice that the program is gone.
type stopper interface {
	Stopped(ctx context.Context) error
}

// Close stops the program.
func (w *world) Close() error {
	if w.program == nil {
		return nil
	}
	w.hush()
	err := w.program.Close()
	w.program = nil
	return err
}

// Server runs a command of the server's keeper; see transcript.World.
func (w *world) Server(ctx context.Context, args []string) (string, error) {
	var out bytes.Buffer
	args = append(args, "--data", w.settings.Data, "--database", w.settings.Database, "--key", w.settings.Key)
	runWith(ctx, args, Streams{In: new(bytes.Buffer), Out: &out, Err: &out}, Outside{Clock: w.clock.Now, Random: w.parts.Random, Catalogue: w.parts.Catalogue})
	return out.String(), nil
}

var (
	_ transcript.World   = (*world)(nil)
	_ transcript.Planner = (*world)(nil)
	_ core.Random        = (*seeded)(nil)
)
