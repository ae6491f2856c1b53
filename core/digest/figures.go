package digest

import (
	"time"

	"manyhands/core/collective"
	"manyhands/core/rating"
	"manyhands/core/worker"
)

// Figures are what a collective's rooms may be told.
type Figures struct {
	// Members is how many the collective has.
	Members int
	Told
}

// Told is what rooms are told from, until somebody looks again: how many
// workers whose voice counts (worker.Standing.Counts) there were. It is kept
// before any rounding, and below what may be shown too.
type Told struct {
	// At is when it was last compared with what is so; zero for never.
	At time.Time
	// Open is how many such workers had an open case, Resolved how many had
	// one resolved.
	Open, Resolved int
}

// Next is what rooms are told from now on, given the authors of today. They
// are looked at once in rating.BetweenChanges, and a number moves only by
// rating.LeastChanged or more. So whoever watches a room sees neither the day
// on which one worker did something, nor that one worker did.
func (t Told) Next(open, resolved []worker.Standing, now time.Time) Told {
	if !t.At.IsZero() && now.Sub(t.At) < rating.BetweenChanges {
		return t
	}
	// A weekly digest that goes out seconds earlier than the last one did is
	// still a week after it.
	return Told{At: now.Truncate(dueStep), Open: moved(t.Open, open, now), Resolved: moved(t.Resolved, resolved, now)}
}

// dueStep is the least difference between the times at which digests are due.
const dueStep = 15 * time.Minute

func moved(before int, authors []worker.Standing, now time.Time) int {
	counting := 0
	for _, s := range authors {
		if s.Counts(now) {
			counting++
		}
	}
	if max(counting-before, before-counting) < rating.LeastChanged {
		return before
	}
	return counting
}

// Shown are the figures that expose no one, rounded, and 0 for what may not be
// told: nothing in a collective of fewer than collective.SmallGroup members,
// and no cell of fewer than rating.LeastWorkers workers. There is no total
// beside them, so nothing can be read out of what is left out.
func (f Figures) Shown() (open, resolved int) {
	if f.Members < collective.SmallGroup {
		return 0, 0
	}
	cell := func(n int) int {
		if n < rating.LeastWorkers {
			return 0
		}
		return rating.Rounded(n)
	}
	return cell(f.Open), cell(f.Resolved)
}
