package database

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

func show(t *testing.T, db *DB, lane string, replaces int64, parcel, body string) int64 {
	t.Helper()
	n, err := db.WebMessages().Show(t.Context(), "web", lane, replaces, parcel, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// seen is what a page that knows everything up to an event is told; last is
// the newest event.
func seen(t *testing.T, db *DB, lane string, after int64, from time.Time, limit int) (bodies []string, last int64) {
	t.Helper()
	err := db.WebMessages().Since(t.Context(), "web", lane, after, from, limit, func(number, event int64, _ time.Time, body []byte) error {
		bodies, last = append(bodies, string(body)), event
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return bodies, last
}

func wantSeen(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("seen %q, want %q", got, want)
	}
}

func TestWebMessagesAreShownOnceAndInOrder(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		first := show(t, db, "a", 0, "p1", "one")
		second := show(t, db, "a", 0, "p2", "two")
		if again := show(t, db, "a", 0, "p1", "one, again"); again != first || second <= first {
			t.Errorf("numbers %d, %d, and %d for the first again", first, second, again)
		}
		show(t, db, "b", 0, "p1", "elsewhere")
		got, last := seen(t, db, "a", 0, noon, 10)
		wantSeen(t, got, "one", "two")

		if n := show(t, db, "a", first, "p3", "one, changed"); n != first {
			t.Errorf("a replaced message got the number %d, want %d", n, first)
		}
		got, _ = seen(t, db, "a", last, noon, 10)
		wantSeen(t, got, "one, changed")
		got, _ = seen(t, db, "a", 0, noon, 10)
		wantSeen(t, got, "two", "one, changed")
		got, _ = seen(t, db, "a", 0, noon, 1)
		wantSeen(t, got, "one, changed")
	})
}

func TestWebMessageIsNewWhereWhatItReplacesIsGone(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		foreign := show(t, db, "b", 0, "p1", "another's")
		if n := show(t, db, "a", foreign+5, "p2", "new"); n == foreign+5 || n == 0 {
			t.Errorf("number %d", n)
		}
		got, _ := seen(t, db, "b", 0, noon, 10)
		wantSeen(t, got, "another's")
	})
}

func TestWebEventsGoOnRisingAfterASweep(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		show(t, db, "a", 0, "p1", "one")
		_, last := seen(t, db, "a", 0, noon, 10)
		clock.Advance(25 * time.Hour)
		if got, _ := seen(t, db, "a", 0, clock.Now().Add(-24*time.Hour), 10); len(got) != 0 {
			t.Errorf("too old, and yet seen: %q", got)
		}
		if err := db.WebMessages().Sweep(t.Context(), clock.Now().Add(-24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		got, _ := seen(t, db, "a", 0, noon, 10)
		wantSeen(t, got)
		show(t, db, "a", 0, "p2", "two")
		got, _ = seen(t, db, "a", last, noon, 10)
		wantSeen(t, got, "two")
	})
}

func TestEndedWebSessionStaysEnded(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		w := db.WebMessages()
		show(t, db, "a", 0, "p1", "one")
		show(t, db, "b", 0, "p1", "another's")
		if err := w.Clear(t.Context(), "web", "a"); err != nil {
			t.Fatal(err)
		}
		clock.Advance(1000 * time.Hour)
		if err := w.Sweep(t.Context(), clock.Now()); err != nil {
			t.Fatal(err)
		}
		for lane, want := range map[string]bool{"a": true, "b": false, "never": false} {
			if ended, err := w.Ended(t.Context(), "web", lane); err != nil || ended != want {
				t.Errorf("%s: ended %v, %v; want %v", lane, ended, err, want)
			}
		}
		if n := show(t, db, "a", 0, "p2", "late"); n != 0 {
			t.Errorf("shown in an ended session as %d", n)
		}
		got, _ := seen(t, db, "a", 0, noon, 10)
		wantSeen(t, got)
	})
}

func TestWebMessagesShownAtOnceAllGetEvents(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		const many = 12
		numbers := make([]int64, many)
		var all sync.WaitGroup
		for i := range many {
			all.Go(func() {
				n, err := db.WebMessages().Show(t.Context(), "web", "a", 0, fmt.Sprint("p", i), []byte("x"))
				if err != nil {
					t.Error(err)
				}
				numbers[i] = n
			})
		}
		all.Wait()
		slices.Sort(numbers)
		if distinct := slices.Compact(numbers); len(distinct) != many {
			t.Errorf("%d numbers for %d messages", len(distinct), many)
		}
		if got, _ := seen(t, db, "a", 0, noon, 100); len(got) != many {
			t.Errorf("%d of %d seen", len(got), many)
		}
	})
}
