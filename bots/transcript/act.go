package transcript

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// prepare makes ready what an act does: its texts filled in, its button found.
// An error means that the script cannot do it now; an error of do, that the
// world failed. printed takes what the server prints.
func (p *player) prepare(ctx context.Context, a *act, printed func(string)) (do func() error, err error) {
	stage := p.world.Stage()
	for _, f := range a.needs() {
		if !stage.Can(f) {
			return nil, fmt.Errorf("this network cannot do it; the script wants the guard: ! only %s", f)
		}
	}
	text, err := a.text.fill(p.have)
	if err != nil {
		return nil, err
	}
	switch a.kind {
	case say:
		return func() error { return stage.Say(ctx, a.who, a.room, text) }, nil
	case edit:
		return func() error { return stage.Edit(ctx, a.who, a.room, text) }, nil
	case attach:
		name, err := a.name.fill(p.have)
		return func() error { return stage.Attach(ctx, a.who, a.room, name, text) }, err
	case press:
		m, i, err := p.find(a.room, a.button)
		return func() error { return stage.Press(ctx, a.who, m, i) }, err
	case server:
		return p.serve(ctx, a, printed)
	case clock:
		return func() error { return p.pass(ctx, a) }, nil
	case restart, kill:
		return func() error { return p.world.Restart(ctx, a.kind == kill) }, nil
	case lang:
		return func() error { return stage.Lang(ctx, a.who, a.hint) }, nil
	case room:
		return func() error { return stage.Room(ctx, a.room, a.members...) }, nil
	case leave:
		return func() error { return stage.Leave(ctx, a.room, a.members[0]) }, nil
	case block:
		return func() error { return stage.Block(ctx, a.who) }, nil
	case migrate:
		return func() error { return stage.Migrate(ctx, a.room) }, nil
	case again:
		return func() error { return stage.Again(ctx) }, nil
	}
	return nil, errors.New("nobody knows how to do this")
}

func (p *player) serve(ctx context.Context, a *act, printed func(string)) (func() error, error) {
	args := make([]string, len(a.args))
	for i, x := range a.args {
		arg, err := x.fill(p.have)
		if err != nil {
			return nil, err
		}
		args[i] = arg
	}
	return func() error {
		out, err := p.world.Server(ctx, args)
		printed(out)
		return err
	}, nil
}

// find finds a button that is meant: the newest visible one of its label, or
// one so many before it.
func (p *player) find(in string, b *buttonRef) (Seen, int, error) {
	label, err := b.label.fill(p.have)
	if err != nil {
		return Seen{}, 0, err
	}
	words, err := b.in.fill(p.have)
	if err != nil {
		return Seen{}, 0, err
	}
	label, words = seen(label), seen(words)
	left := b.back
	var others []string
	for _, m := range slices.Backward(p.sees[b.of]) {
		if in != "" && m.Room != in || !strings.Contains(seen(m.Text), words) {
			continue
		}
		for i, l := range slices.Backward(m.Buttons) {
			l = seen(l)
			if l != label {
				others = append(others, "["+quoteLabel(l)+"]")
				continue
			}
			if left--; left == 0 {
				return m, i, nil
			}
		}
	}
	slices.Reverse(others)
	what := fmt.Sprintf("%s sees no button [%s]", b.of, quoteLabel(label))
	if left < b.back {
		what = fmt.Sprintf("%s sees only %d of the button [%s]", b.of, b.back-left, quoteLabel(label))
	}
	if len(others) > 0 {
		what += "; there are " + strings.Join(others, " ")
	}
	return Seen{}, 0, errors.New(what)
}

// maxStops bounds the stops on the way of a clock, against work that always
// schedules itself at once.
const maxStops = 10000

// pass moves the clock. Where the world knows what is due next, it stops there
// and lets it be done at its time.
func (p *player) pass(ctx context.Context, a *act) error {
	c := p.world.Clock()
	to := a.at
	if to.IsZero() {
		to = c.Now().Add(a.by)
	}
	if planner, ok := p.world.(Planner); ok {
		if err := p.stops(ctx, planner, to); err != nil {
			return err
		}
	}
	c.Set(to)
	return nil
}

func (p *player) stops(ctx context.Context, planner Planner, to time.Time) error {
	c := p.world.Clock()
	for range maxStops {
		at, found, err := planner.NextDue(ctx)
		if err != nil {
			return fmt.Errorf("what is due next: %w", err)
		}
		if !found || !at.After(c.Now()) || !at.Before(to) {
			return nil
		}
		c.Set(at)
		if err := p.settle(ctx); err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d things were due on the way", maxStops)
}
