package database

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"manyhands/bots"
)

func arrival(lane, key string) bots.Arrival {
	return bots.Arrival{Network: "test", Key: key, Lane: lane, Raw: []byte("raw " + key)}
}

func receive(t *testing.T, db *DB, batch ...bots.Arrival) int {
	t.Helper()
	n, err := db.Receive(t.Context(), noon, batch)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestArrivalsOfALaneComeInOrderAndOnce(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		if n := receive(t, db, arrival("x", "1"), arrival("x", "2"), arrival("x", "1")); n != 2 {
			t.Fatalf("%d arrivals were new, want 2", n)
		}
		if n := receive(t, db, arrival("x", "2"), arrival("y", "3")); n != 1 {
			t.Fatalf("%d arrivals were new, want 1", n)
		}
		lanes, err := db.InboxLanes(t.Context(), []string{"test"}, 10)
		if err != nil || len(lanes) != 2 {
			t.Fatalf("lanes %v, %v", lanes, err)
		}
		for _, want := range []string{"raw 1", "raw 2"} {
			p, found, err := db.TakeUp(t.Context(), lanes[0])
			if err != nil || !found || string(p.Raw) != want || p.Attempts != 1 {
				t.Fatalf("took up %+v, %v, %v; want %s", p, found, err, want)
			}
			inTx(t, db, func(ctx context.Context) error {
				first, err := db.Handled(ctx, p.Handle, noon)
				if !first {
					t.Error("not the first to handle it")
				}
				return err
			})
		}
		if _, found, err := db.TakeUp(t.Context(), lanes[0]); found || err != nil {
			t.Fatalf("something is left in the lane: %v, %v", found, err)
		}
		if n := receive(t, db, arrival("x", "1")); n != 0 {
			t.Fatal("a handled arrival was taken again")
		}
	})
}

func TestAttemptsAreRaisedThoughHandlingIsRolledBack(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		receive(t, db, arrival("x", "1"))
		lanes, _ := db.InboxLanes(t.Context(), []string{"test"}, 10)
		for want := 1; want <= 3; want++ {
			p, _, err := db.TakeUp(t.Context(), lanes[0])
			if err != nil || p.Attempts != want {
				t.Fatalf("attempt %d is counted as %d, %v", want, p.Attempts, err)
			}
			_ = db.InTx(t.Context(), func(ctx context.Context) error {
				_, _ = db.Handled(ctx, p.Handle, noon)
				return fmt.Errorf("a fault of ours")
			})
		}
	})
}

func TestOneMessageIsHandledOnceByTwo(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		receive(t, db, arrival("x", "1"))
		lanes, _ := db.InboxLanes(t.Context(), []string{"test"}, 10)
		p, _, err := db.TakeUp(t.Context(), lanes[0])
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		firsts := 0
		for range 4 {
			wg.Go(func() {
				err := db.InTx(t.Context(), func(ctx context.Context) error {
					first, err := db.Handled(ctx, p.Handle, noon)
					if first {
						mu.Lock()
						firsts++
						mu.Unlock()
					}
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if firsts != 1 {
			t.Fatalf("%d of four handled it", firsts)
		}
	})
}
