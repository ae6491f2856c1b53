package rating

import (
	"slices"
	"time"

	"manyhands/core/worker"
)

// The rules that keep one worker from being read out of a figure. They apply
// to counts before any rounding.
const (
	// LeastWorkers is from how many distinct counting workers on a figure is
	// published.
	LeastWorkers = 5
	// LeastChanged is how many counting workers must be new or changed for a
	// published figure to change.
	LeastChanged = 3
	// BetweenChanges is the least time between two changes of a target's
	// figures.
	BetweenChanges = 7 * 24 * time.Hour
	// BetweenOwn is the least time between two changes by which one worker
	// reaches figures.
	BetweenOwn = 28 * 24 * time.Hour
	// FineWorkers is from how many raters on a score is shown in steps of
	// 0.1; below it, of 0.5.
	FineWorkers = 20
)

// Voice is one worker's word on a target, as a batch sees it.
type Voice struct {
	Worker   worker.ID
	Standing worker.Standing
	// Live is what the worker says now, or nil where they withdrew it.
	Live *Content
	// Counted is what the published figures hold of the worker, or nil.
	Counted *Counted
}

// Counted is a worker's part in published figures, and since when.
type Counted struct {
	Content Content
	At      time.Time
}

// Mean is a published score: the plain mean of counting workers, in tenths,
// already rounded to the steps it may be shown in.
type Mean struct {
	Tenths  int
	Workers int
}

// Figures are what anyone may know of a target.
type Figures struct {
	// At is when what is said of ratings became what it is.
	At time.Time
	// Workers is how many counting workers rated it; 0 where no ratings are
	// published.
	Workers int
	// Scores holds the dimensions that at least five counting workers scored.
	Scores map[Dimension]Mean
	// Again is published only where at least five said yes and five no: with
	// a total beside it, a smaller part would tell on someone.
	AgainYes, AgainNo int
	// Flags holds those that at least five counting workers raised.
	Flags map[Flag]int
	// Reporters is how many counting workers have an open grievance, or 0
	// where they are fewer than five; ReportersAt is when it became so.
	Reporters   int
	ReportersAt time.Time
}

// Batch is what a batch decided for one target.
type Batch struct {
	// Figures is what is published from now on, nil for nothing.
	Figures *Figures
	// Counted is each counted worker's part, as far as it changed; a worker
	// whose part ended is there with nil.
	Counted map[worker.ID]*Counted
	// Settled is true where the figures hold everything that is said.
	Settled bool
}

// Decide says what a batch publishes of a target, given what was published
// before (nil for nothing). Figures appear when there are first five counting
// workers; they change at most once in seven days, and only when at least
// three counting workers are new or changed; one worker's change reaches them
// once in 28 days. The count of reporters goes by the same numbers, apart.
func Decide(before *Figures, voices []Voice, reporters []worker.Standing, now time.Time) Batch {
	var rated *Figures
	if before != nil && before.Workers > 0 {
		rated = before
	}
	b := decideRatings(rated, voices, now)
	f := Figures{}
	if b.Figures != nil {
		f = *b.Figures
	}
	if before != nil {
		f.Reporters, f.ReportersAt = before.Reporters, before.ReportersAt
	}
	settled := f.countReporters(reporters, now)
	b.Settled = b.Settled && settled
	if b.Figures = &f; f.Workers == 0 && f.Reporters == 0 {
		b.Figures = nil
	}
	return b
}

// countReporters brings the count of reporters up to date where it may, and
// tells whether it is.
func (f *Figures) countReporters(reporters []worker.Standing, now time.Time) bool {
	counting := 0
	for _, s := range reporters {
		if s.Counts(now) {
			counting++
		}
	}
	enough := counting >= LeastWorkers
	if !enough {
		counting = 0
	}
	switch {
	case counting == f.Reporters:
		return enough || len(reporters) == 0
	case f.Reporters > 0 && (now.Sub(f.ReportersAt) < BetweenChanges || abs(counting-f.Reporters) < LeastChanged):
		return false
	}
	f.Reporters, f.ReportersAt = counting, now
	return true
}

func abs(n int) int { return max(n, -n) }

// decideRatings is Decide for ratings alone.
func decideRatings(before *Figures, voices []Voice, now time.Time) Batch {
	parts := map[worker.ID]*Content{} // what each worker would be counted with
	changed := map[worker.ID]bool{}
	settled := true
	for _, v := range voices {
		part := v.part(now)
		if part != nil {
			parts[v.Worker] = part
		}
		if !same(part, v.counted()) {
			changed[v.Worker] = true
		}
		if !same(v.Live, v.counted()) {
			settled = false
		}
	}
	keep := Batch{Figures: before, Settled: settled}
	enough := len(parts) >= LeastWorkers
	switch {
	case before == nil && !enough:
		return keep
	case before != nil && (now.Sub(before.At) < BetweenChanges || len(changed) < LeastChanged):
		keep.Settled = settled && len(changed) == 0
		return keep
	}
	b := Batch{Counted: map[worker.ID]*Counted{}, Settled: true}
	for _, v := range voices {
		if part := parts[v.Worker]; !same(v.Live, part) {
			b.Settled = false
		}
		if changed[v.Worker] {
			if part := parts[v.Worker]; part != nil && enough {
				b.Counted[v.Worker] = &Counted{Content: *part, At: now}
			} else if v.Counted != nil {
				b.Counted[v.Worker] = nil
			}
		}
	}
	if enough {
		b.Figures = figures(parts, now)
	}
	return b
}

func (v Voice) counted() *Content {
	if v.Counted == nil {
		return nil
	}
	return &v.Counted.Content
}

// part is what the worker would be counted with now, or nil.
func (v Voice) part(now time.Time) *Content {
	if v.Counted != nil && now.Sub(v.Counted.At) < BetweenOwn {
		return &v.Counted.Content
	}
	if v.Live == nil || !v.Standing.Counts(now) {
		return nil
	}
	return v.Live
}

// same compares what figures are made of; a comment is not.
func same(a, b *Content) bool {
	if a == nil || b == nil {
		return a == b
	}
	x, y := *a, *b
	x.Comment, y.Comment = "", ""
	return x.Equal(y)
}

func figures(parts map[worker.ID]*Content, now time.Time) *Figures {
	f := &Figures{At: now, Workers: len(parts), Scores: map[Dimension]Mean{}, Flags: map[Flag]int{}}
	sum, n, flags := map[Dimension]int{}, map[Dimension]int{}, map[Flag]int{}
	yes, no := 0, 0
	for _, c := range parts {
		for d, s := range c.Scores {
			sum[d] += int(s)
			n[d]++
		}
		for _, flag := range c.Flags {
			flags[flag]++
		}
		switch c.Again {
		case Yes:
			yes++
		case No:
			no++
		}
	}
	for d, workers := range n {
		if workers >= LeastWorkers {
			f.Scores[d] = Mean{Tenths: step(sum[d], workers), Workers: workers}
		}
	}
	for flag, workers := range flags {
		if workers >= LeastWorkers {
			f.Flags[flag] = workers
		}
	}
	if yes >= LeastWorkers && no >= LeastWorkers {
		f.AgainYes, f.AgainNo = yes, no
	}
	return f
}

// step is a mean in tenths, rounded half up to the step that so many raters
// allow.
func step(sum, workers int) int {
	size := 5 // tenths
	if workers >= FineWorkers {
		size = 1
	}
	// mean*10 to the nearest multiple of size, in whole numbers only
	return size * ((2*10*sum + size*workers) / (2 * size * workers))
}

// Rounded is a count as it is shown: 5, 10, 20, 50, 100, 200, 500 ... "or
// more", and 0 below five.
func Rounded(workers int) int {
	steps := []int{5, 10, 20, 50}
	for scale := 100; scale <= workers; scale *= 10 {
		steps = append(steps, scale, 2*scale, 5*scale)
	}
	shown := 0
	for _, s := range steps {
		if s <= workers {
			shown = s
		}
	}
	return shown
}

// Shown are the published dimensions in the order they are asked.
func (f Figures) Shown() []Dimension {
	return slices.DeleteFunc(Dimensions(), func(d Dimension) bool { _, ok := f.Scores[d]; return !ok })
}
