package rating

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"manyhands/core/worker"
)

var start = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// rater is a worker of some age whose voice on the target is v.
func rater(n byte, age time.Duration, vouched bool, fair Score) Voice {
	return Voice{
		Worker:   worker.ID{15: n},
		Standing: worker.Standing{Since: start.Add(-age), Vouched: vouched},
		Live:     &Content{Scores: map[Dimension]Score{Fairness: fair}},
	}
}

func many(n int, age time.Duration, vouched bool) []Voice {
	var vs []Voice
	for i := range n {
		vs = append(vs, rater(byte(i+1), age, vouched, Score(1+i%5)))
	}
	return vs
}

func TestFourCountingWorkersPublishNothing(t *testing.T) {
	t.Parallel()
	if b := Decide(nil, many(4, 40*day, false), nil, start); b.Figures != nil || len(b.Counted) != 0 || b.Settled {
		t.Fatalf("four workers gave %+v", b)
	}
}

func TestFiveCountingWorkersPublish(t *testing.T) {
	t.Parallel()
	b := Decide(nil, many(5, 40*day, false), nil, start)
	if b.Figures == nil || b.Figures.Workers != 5 || b.Figures.Scores[Fairness].Tenths != 30 || !b.Settled || len(b.Counted) != 5 {
		t.Fatalf("five workers gave %+v", b)
	}
}

func TestStrangersOfTodayDoNotCount(t *testing.T) {
	t.Parallel()
	if b := Decide(nil, many(50, 0, false), nil, start); b.Figures != nil {
		t.Fatalf("fifty strangers published %+v", b.Figures)
	}
	if b := Decide(nil, many(5, 0, true), nil, start); b.Figures == nil {
		t.Fatal("five vouched newcomers published nothing")
	}
}

// published carries a batch's outcome over to the next batch.
func published(vs []Voice, b Batch) []Voice {
	out := append([]Voice(nil), vs...)
	for i := range out {
		if c, ok := b.Counted[out[i].Worker]; ok {
			out[i].Counted = c
		}
	}
	return out
}

func TestFiguresChangeRarelyAndNotForOne(t *testing.T) {
	t.Parallel()
	vs := many(6, 40*day, false)
	first := Decide(nil, vs, nil, start)
	vs = published(vs, first)
	vs = append(vs, rater(10, 40*day, false, 1), rater(11, 40*day, false, 1))

	if b := Decide(first.Figures, vs, nil, start.Add(30*day)); !sameFigures(b.Figures, first.Figures) || b.Settled {
		t.Fatal("two new workers changed the figures")
	}
	vs = append(vs, rater(12, 40*day, false, 1))
	if b := Decide(first.Figures, vs, nil, start.Add(6*day)); !sameFigures(b.Figures, first.Figures) {
		t.Fatal("figures changed within seven days")
	}
	if b := Decide(first.Figures, vs, nil, start.Add(7*day)); sameFigures(b.Figures, first.Figures) || b.Figures.Workers != 9 {
		t.Fatal("three new workers after seven days changed nothing")
	}
}

func TestOneWorkersChangeReachesFiguresOnceIn28Days(t *testing.T) {
	t.Parallel()
	vs := many(5, 40*day, false)
	first := Decide(nil, vs, nil, start)
	vs = published(vs, first)
	for i := range vs {
		vs[i].Live = &Content{Scores: map[Dimension]Score{Fairness: 5}}
	}
	if b := Decide(first.Figures, vs, nil, start.Add(27*day)); !sameFigures(b.Figures, first.Figures) || b.Settled {
		t.Fatal("workers who were counted 27 days ago changed the figures")
	}
	if b := Decide(first.Figures, vs, nil, start.Add(28*day)); b.Figures.Scores[Fairness].Tenths != 50 {
		t.Fatal("after 28 days their change did not reach the figures")
	}
}

func TestWithdrawnBelowFiveHidesTheFigures(t *testing.T) {
	t.Parallel()
	vs := many(6, 40*day, false)
	first := Decide(nil, vs, nil, start)
	vs = published(vs, first)
	vs[0].Live, vs[1].Live, vs[2].Live = nil, nil, nil
	b := Decide(first.Figures, vs, nil, start.Add(28*day))
	if b.Figures != nil || b.Counted[vs[0].Worker] != nil || b.Counted[vs[5].Worker] != nil {
		t.Fatalf("three of six left and this is still shown: %+v", b.Figures)
	}
	if _, ok := b.Counted[vs[0].Worker]; !ok {
		t.Fatal("a worker who left is still counted")
	}
}

func TestSmallPartsAreNotShown(t *testing.T) {
	t.Parallel()
	vs := many(12, 40*day, false)
	for i := range vs {
		vs[i].Live.Again = Yes
		if i < 4 {
			vs[i].Live.Again = No
			vs[i].Live.Flags = []Flag{Broken}
			vs[i].Live.Scores[Pay] = 1
		}
	}
	f := Decide(nil, vs, make([]worker.Standing, 4), start).Figures
	if f.AgainYes != 0 || f.AgainNo != 0 || len(f.Flags) != 0 || f.Reporters != 0 {
		t.Fatalf("a part of four is shown: %+v", f)
	}
	if _, ok := f.Scores[Pay]; ok {
		t.Fatal("a score of four is shown")
	}
}

func sameFigures(a, b *Figures) bool { return reflect.DeepEqual(a, b) }

func TestReportersAreCountedFromFiveOnAndApart(t *testing.T) {
	t.Parallel()
	old := worker.Standing{Since: start.Add(-40 * day)}
	some := func(n int) []worker.Standing { return slices.Repeat([]worker.Standing{old}, n) }
	if b := Decide(nil, nil, some(4), start); b.Figures != nil || b.Settled {
		t.Fatalf("four reporters gave %+v", b)
	}
	if b := Decide(nil, nil, slices.Repeat([]worker.Standing{{Since: start}}, 9), start); b.Figures != nil {
		t.Fatalf("nine reporters of today gave %+v", b.Figures)
	}
	first := Decide(nil, nil, some(5), start)
	if first.Figures == nil || first.Figures.Reporters != 5 || first.Figures.Workers != 0 {
		t.Fatalf("five reporters gave %+v", first.Figures)
	}
	if b := Decide(first.Figures, nil, some(9), start.Add(6*day)); b.Figures.Reporters != 5 || b.Settled {
		t.Fatal("the count changed within seven days")
	}
	if b := Decide(first.Figures, nil, some(7), start.Add(8*day)); b.Figures.Reporters != 5 {
		t.Fatal("the count changed for two")
	}
	if b := Decide(first.Figures, nil, some(8), start.Add(8*day)); b.Figures.Reporters != 8 || !b.Settled {
		t.Fatal("the count did not change for three")
	}
	if b := Decide(first.Figures, nil, some(1), start.Add(8*day)); b.Figures != nil {
		t.Fatal("a count of one is still shown as five")
	}
}

func TestSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sum, workers, want int }{
		{5, 5, 10}, {25, 5, 50}, {13, 5, 25}, {14, 5, 30}, {61, 20, 31}, {100, 20, 50}, {41, 19, 20},
	} {
		if got := step(c.sum, c.workers); got != c.want {
			t.Errorf("%d of %d workers: %d tenths, want %d", c.sum, c.workers, got, c.want)
		}
	}
}

func TestRounded(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{0: 0, 4: 0, 5: 5, 9: 5, 10: 10, 49: 20, 99: 50, 100: 100, 199: 100, 999: 500, 1000: 1000, 2500: 2000} {
		if got := Rounded(n); got != want {
			t.Errorf("%d workers are shown as %d, want %d", n, got, want)
		}
	}
}

// The order in which voices are read changes nothing, and no figure rests on
// fewer than five workers.
func TestDecideHoldsItsRules(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var vs []Voice
		for i := range rapid.IntRange(0, 30).Draw(t, "voices") {
			v := rater(byte(i+1), time.Duration(rapid.IntRange(0, 60).Draw(t, "age"))*day, rapid.Bool().Draw(t, "vouched"),
				Score(rapid.IntRange(1, 5).Draw(t, "fair")))
			if rapid.Bool().Draw(t, "pay") {
				v.Live.Scores[Pay] = 2
			}
			vs = append(vs, v)
		}
		a := Decide(nil, vs, nil, start)
		b := Decide(nil, rapid.Permutation(vs).Draw(t, "order"), nil, start)
		if (a.Figures == nil) != (b.Figures == nil) {
			t.Fatal("the order of voices decides")
		}
		if a.Figures == nil {
			return
		}
		for d, m := range a.Figures.Scores {
			if m.Workers < LeastWorkers || m.Tenths < 10 || m.Tenths > 50 || m != b.Figures.Scores[d] {
				t.Fatalf("%s: %+v and %+v", d, m, b.Figures.Scores[d])
			}
		}
	})
}
