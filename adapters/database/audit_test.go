package database

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/audit"
)

// wholeChain reads a chain in portions and checks it against its head.
func wholeChain(t *testing.T, db *DB, chain audit.Chain) []audit.Entry {
	t.Helper()
	var entries []audit.Entry
	err := db.View(t.Context(), func(ctx context.Context) error {
		for {
			more, err := db.Audit().Entries(ctx, chain, int64(len(entries)), 3)
			if err != nil {
				return err
			}
			entries = append(entries, more...)
			if len(more) == 0 {
				break
			}
		}
		head, err := db.Audit().Head(ctx, chain)
		if err != nil {
			return err
		}
		if head.Seq != int64(len(entries)) {
			t.Errorf("the head says %d entries, there are %d", head.Seq, len(entries))
		}
		return head.Verify(entries)
	})
	if err != nil {
		t.Error(err)
	}
	return entries
}

func record(db *DB, chain audit.Chain) audit.Record {
	return audit.Record{
		Chain: chain, At: db.clock(), Role: audit.Coordinator, Worker: uuid.New(), Act: "member.removed",
		Subject: core.NewRef(db.random), Detail: map[string]string{"alone": "yes"},
	}
}

func TestAuditEntriesComeBackAsTheyWereAppended(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		chain := audit.Chain(uuid.New())
		var want []audit.Entry
		for range 7 {
			inTx(t, db, func(ctx context.Context) error {
				e, err := db.Audit().Append(ctx, record(db, chain))
				want = append(want, e)
				return err
			})
		}
		inTx(t, db, func(ctx context.Context) error { // the keeper, in the server's chain
			_, err := db.Audit().Append(ctx, audit.Record{At: db.clock(), Role: audit.Keeper, Act: "steward.recognised"})
			return err
		})
		got := wholeChain(t, db, chain)
		for i := range want {
			if got[i].Hash != want[i].Hash || got[i].Actor != want[i].Actor || !got[i].At.Equal(want[i].At) {
				t.Errorf("entry %d: got %+v, want %+v", i+1, got[i], want[i])
			}
		}
		if n := len(wholeChain(t, db, audit.Chain{})); n != 1 {
			t.Errorf("the server's chain has %d entries, want 1", n)
		}
	})
}

func TestAppendsToOneChainAtOnceLeaveNoGap(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		chain := audit.Chain(uuid.New())
		var wg sync.WaitGroup
		errs := make([]error, 16)
		for i := range errs {
			wg.Go(func() {
				errs[i] = db.InTx(t.Context(), func(ctx context.Context) error {
					_, err := db.Audit().Append(ctx, record(db, chain))
					return err
				})
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if n := len(wholeChain(t, db, chain)); n != len(errs) {
			t.Errorf("%d entries, want %d", n, len(errs))
		}
	})
}

func TestWhatIsRolledBackLeavesNoEntryAndNoGap(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		chain := audit.Chain(uuid.New())
		enter := func(ctx context.Context) error {
			_, err := db.Audit().Append(ctx, record(db, chain))
			return err
		}
		inTx(t, db, enter)
		if err := db.InTx(t.Context(), func(ctx context.Context) error {
			return errors.Join(enter(ctx), errors.New("no"))
		}); err == nil {
			t.Fatal("committed")
		}
		inTx(t, db, func(ctx context.Context) error {
			refusal := core.Refuse(core.Conflict, "error.test")
			err := db.Savepoint(ctx, func(ctx context.Context) error { return errors.Join(enter(ctx), refusal) })
			if core.KindOf(err) != core.Conflict {
				t.Errorf("got %v", err)
			}
			return enter(ctx)
		})
		if n := len(wholeChain(t, db, chain)); n != 2 {
			t.Errorf("%d entries, want 2", n)
		}
	})
}

func TestTamperingInTheDatabaseIsFound(t *testing.T) {
	t.Parallel()
	tampers := map[string]struct {
		statement string
		bad       int64
	}{
		"another act":   {`UPDATE audit_entry SET act = 'member.left' WHERE seq = 2`, 2},
		"another time":  {`UPDATE audit_entry SET at = at + 1 WHERE seq = 3`, 3},
		"another actor": {`UPDATE audit_entry SET worker_id = chain WHERE seq = 2`, 2},
		"another value": {`UPDATE audit_entry SET detail = '{}' WHERE seq = 4`, 4},
		"taken out":     {`DELETE FROM audit_entry WHERE seq = 2`, 2},
		"cut off":       {`DELETE FROM audit_entry WHERE seq = 5`, 5},
	}
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		for name, tamper := range tampers {
			chain := audit.Chain(uuid.New())
			var entries []audit.Entry
			var head audit.Head
			undo := errors.New("undo")
			err := db.InTx(t.Context(), func(ctx context.Context) (err error) {
				for range 5 {
					if _, err := db.Audit().Append(ctx, record(db, chain)); err != nil {
						return err
					}
				}
				if err := db.conn(ctx).Exec(tamper.statement).Error; err != nil {
					return err
				}
				if entries, err = db.Audit().Entries(ctx, chain, 0, 100); err != nil {
					return err
				}
				if head, err = db.Audit().Head(ctx, chain); err != nil {
					return err
				}
				return undo
			})
			if !errors.Is(err, undo) {
				t.Fatal(err)
			}
			var broken *audit.Broken
			if !errors.As(head.Verify(entries), &broken) || broken.Seq != tamper.bad {
				t.Errorf("%s: found %v, want entry %d named", name, broken, tamper.bad)
			}
		}
	})
}
