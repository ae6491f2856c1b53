package bots

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// DueFunc does one piece of work with a time. It runs in a transaction, like a
// call, and may schedule the next.
type DueFunc func(ctx context.Context, d Due) (*Answer, error)

// dueBatch is how many pieces of due work are read at a time.
const dueBatch = 100

// Run receives, handles, sends and does what is due until ctx ends. It returns
// the first error after which a network cannot go on; the others go on.
func (b *Bot) Run(ctx context.Context) error {
	b.PublishMenus(ctx)
	complain := func(err error) { b.Log.Warn("will be tried again", "error", err) }
	var wg sync.WaitGroup
	for _, loop := range []func(){
		func() { b.inbox.run(ctx, complain) },
		func() { b.outbox.run(ctx, complain) },
		func() { b.runDue(ctx, complain) },
	} {
		wg.Go(loop)
	}
	err := b.Listen(ctx)
	wg.Wait()
	return err
}

// Listen only lets the networks bring what arrives, until ctx ends. Scripts
// use it with Drain.
func (b *Bot) Listen(ctx context.Context) error {
	var wg sync.WaitGroup
	errs := make([]error, len(b.Networks))
	for i, n := range b.Networks {
		wg.Go(func() {
			if err := n.Run(ctx, b); err != nil {
				errs[i] = fmt.Errorf("%s: %w", n.Name(), err)
				b.Log.Error("a network stopped", "network", n.Name(), "error", err)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// PublishMenus tells the networks the commands. A network that refuses is
// logged and served all the same.
func (b *Bot) PublishMenus(ctx context.Context) {
	for _, n := range b.Networks {
		if p, ok := n.(MenuPublisher); ok {
			if err := p.PublishMenu(ctx, Menu{Commands: b.Registry.Commands, Catalogue: b.Catalogue}); err != nil {
				b.Log.Warn("the menu was not published", "network", n.Name(), "error", err)
			}
		}
	}
}

func (b *Bot) runDue(ctx context.Context, complain func(error)) {
	for ctx.Err() == nil {
		if _, err := b.RunDue(ctx); err != nil && ctx.Err() == nil {
			complain(err)
		}
		pause(ctx, lanesPause)
	}
}

// RunDue does all that is due by the clock, and says whether there was any.
// Work of an unknown kind (of a newer version of the program) is left alone.
func (b *Bot) RunDue(ctx context.Context) (bool, error) {
	did := false
	for {
		due, err := b.Store.DueBefore(ctx, b.Clock(), dueBatch)
		if err != nil {
			return did, fmt.Errorf("due: %w", err)
		}
		some := false
		for _, d := range due {
			if b.Due[d.Kind] == nil {
				continue
			}
			if err := b.runOne(ctx, d); err != nil {
				return did, fmt.Errorf("due %s: %w", d.Kind, err)
			}
			some = true
		}
		if !some {
			return did, nil
		}
		did = true
		b.outbox.wake()
	}
}

func (b *Bot) runOne(ctx context.Context, d Due) error {
	return b.Store.InTx(ctx, caught(func(ctx context.Context) error {
		// Forgotten first, so that the work can schedule its successor; what
		// is gone already, another copy of the program has done.
		was, err := b.Store.Unschedule(ctx, d.Kind, d.Subject)
		if err != nil || !was {
			return err
		}
		a, err := b.Due[d.Kind](ctx, d)
		if err != nil || a == nil {
			return err
		}
		rows, err := b.notices(ctx, b.Clock(), a.Notices)
		if err != nil || len(rows) == 0 {
			return err
		}
		return b.Store.Post(ctx, rows...)
	}))
}

// Drain handles, sends and does what is due until nothing is left to do now,
// and says whether there was anything. Scripts and tests use it instead of
// Run, and a stopping program to leave nothing half-way.
func (b *Bot) Drain(ctx context.Context) (did bool, err error) {
	for {
		handled, err := b.inbox.drain(ctx)
		if err != nil {
			return did, err
		}
		due, err := b.RunDue(ctx)
		if err != nil {
			return did, err
		}
		sent, err := b.outbox.drain(ctx)
		if err != nil {
			return did, err
		}
		if !handled && !due && !sent {
			return did, nil
		}
		did = true
	}
}

// Complete offers values for a parameter whose beginning has been typed.
func (b *Bot) Complete(ctx context.Context, command, param, typed string, limit int) []Completion {
	c := b.Registry.Command(command)
	if c == nil || c.Param(param) == nil {
		return nil
	}
	k, ok := c.Param(param).Kind.(Completer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	found, err := k.Complete(ctx, typed, limit)
	if err != nil {
		b.Log.Warn("a completion failed", "command", command, "error", err)
		return nil
	}
	return found
}
