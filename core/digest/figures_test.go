package digest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"manyhands/core/rating"
	"manyhands/core/worker"
)

func TestRoomsAreToldNothingThatExposesAnyone(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		f              Figures
		open, resolved int
	}{
		{Figures{Members: 14, Told: Told{Open: 50, Resolved: 50}}, 0, 0},
		{Figures{Members: 15, Told: Told{Open: 4, Resolved: 4}}, 0, 0},
		{Figures{Members: 15, Told: Told{Open: 5, Resolved: 4}}, 5, 0},
		{Figures{Members: 200, Told: Told{Open: 19, Resolved: 20}}, 10, 20},
		{Figures{Members: 200, Told: Told{Open: 0, Resolved: 9}}, 0, 5},
	} {
		if open, resolved := x.f.Shown(); open != x.open || resolved != x.resolved {
			t.Errorf("%+v shows %d and %d, want %d and %d", x.f, open, resolved, x.open, x.resolved)
		}
	}
}

var start = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

// authors are n workers whose voice counts.
func authors(n int) []worker.Standing {
	ws := make([]worker.Standing, n)
	for i := range ws {
		ws[i] = worker.Standing{Since: start.Add(-worker.AgeForWeight)}
	}
	return ws
}

func TestAFigureInARoomNeverMovesForOneWorker(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	told := Told{}.Next(authors(4), authors(5), start)
	for _, x := range []struct {
		days           int
		open, resolved int // that there are
		want           Told
	}{
		{1, 5, 5, Told{start, 4, 5}},                                  // the fifth is not told of
		{6, 9, 9, Told{start, 4, 5}},                                  // nor is anyone within the week
		{7, 6, 4, Told{At: start.Add(7 * day), Open: 4, Resolved: 5}}, // two more, one less
		{8, 7, 2, Told{At: start.Add(7 * day), Open: 4, Resolved: 5}}, // three, but on the day of the third
		{14, 7, 2, Told{At: start.Add(14 * day), Open: 7, Resolved: 2}},
		{21, 0, 2, Told{At: start.Add(21 * day), Open: 0, Resolved: 2}},
	} {
		if told = told.Next(authors(x.open), authors(x.resolved), start.Add(time.Duration(x.days)*day)); told != x.want {
			t.Errorf("after %d days rooms are told from %+v, want %+v", x.days, told, x.want)
		}
	}
}

func TestAWeeklyDigestIsLookedAtEachWeek(t *testing.T) {
	t.Parallel()
	told := Told{}.Next(authors(5), nil, start.Add(9*time.Second))
	if told = told.Next(authors(8), nil, start.Add(rating.BetweenChanges+time.Second)); told.Open != 8 {
		t.Errorf("a week after, but 8 seconds earlier, rooms are told from %+v", told)
	}
}

func TestWhoDoesNotCountMovesNoFigure(t *testing.T) {
	t.Parallel()
	strangers := make([]worker.Standing, 50)
	for i := range strangers {
		strangers[i].Since = start
	}
	if got := (Told{}).Next(strangers, append(authors(4), strangers...), start); got.Open != 0 || got.Resolved != 4 {
		t.Errorf("fifty strangers of today made it %+v", got)
	}
}

// Whatever is filed and closed: a move takes three workers, and a week.
func TestFiguresMoveRarely(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now, told, moved := start, Told{}, time.Time{}
		for range 30 {
			now = now.Add(time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * time.Hour)
			n := rapid.IntRange(0, 12).Draw(t, "authors")
			next := told.Next(authors(n), nil, now)
			if next.Open != told.Open {
				if d := next.Open - told.Open; d > -rating.LeastChanged && d < rating.LeastChanged {
					t.Fatalf("from %d to %d", told.Open, next.Open)
				}
				if !moved.IsZero() && now.Sub(moved) < rating.BetweenChanges {
					t.Fatalf("moved at %s and %s", moved, now)
				}
				moved = now
			}
			told = next
		}
	})
}
