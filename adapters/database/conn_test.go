package database

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"manyhands/core"
)

// note writes a row that a test can look for.
func note(ctx context.Context, db *DB, name string) error {
	return db.conn(ctx).Exec(`INSERT INTO remembered (name, value) VALUES (?, '')`, name).Error
}

// remembered is what is there now.
func remembered(t *testing.T, db *DB) []string {
	t.Helper()
	var names []string
	err := db.View(t.Context(), func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT name FROM remembered ORDER BY name`).Scan(&names).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func mustBe(t *testing.T, db *DB, want ...string) {
	t.Helper()
	if got := remembered(t, db); !slices.Equal(got, want) {
		t.Fatalf("the database holds %q, want %q", got, want)
	}
}

// A statement that is cancelled inside a savepoint makes SQLite roll back the
// whole transaction without saying so: what follows runs outside it, and COMMIT
// reports success. InTx must notice, and nothing may stay.
func TestTransactionLostUnderneathIsNoticed(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := note(ctx, db, "earlier message"); err != nil {
				return err
			}
			// The cancelled statement, on the connection of the transaction
			// itself, as no method of ours would run it.
			_ = db.Savepoint(ctx, func(ctx context.Context) error {
				short, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
				defer cancel()
				err := db.conn(ctx).WithContext(short).Exec(`INSERT INTO remembered (name, value)
					WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000000)
					SELECT 'endless ' || CAST(i AS TEXT), '' FROM n`).Error
				if err == nil {
					t.Error("the statement was not cancelled")
				}
				return core.Refuse(core.Invalid, "error.swallowed")
			})
			// What follows runs outside any transaction. A savepoint left open,
			// as GORM's nested transactions leave them, begins a new one, so
			// that even COMMIT succeeds.
			_ = db.conn(ctx).Exec("SAVEPOINT left_open").Error
			_ = note(ctx, db, "later message")
			return nil
		})
		if err == nil {
			t.Fatal("InTx reported success for a transaction that was rolled back underneath")
		}
		for _, name := range remembered(t, db) {
			if name == "earlier message" {
				t.Fatal("the earlier message stayed although InTx failed")
			}
		}
	})
}

// A caller who goes away cancels nothing half-way.
func TestCallersCancellationDoesNotCutATransaction(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		ctx, cancel := context.WithCancel(t.Context())
		err := db.InTx(ctx, func(ctx context.Context) error {
			cancel()
			return note(ctx, db, "kept")
		})
		if err != nil {
			t.Fatal(err)
		}
		mustBe(t, db, "kept")
	})
}

func TestRefusalRollsBackToTheSavepointOnly(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		refusal := core.Refuse(core.Invalid, "error.some")
		inTx(t, db, func(ctx context.Context) error {
			if err := note(ctx, db, "a"); err != nil {
				return err
			}
			err := db.Savepoint(ctx, func(ctx context.Context) error {
				if err := note(ctx, db, "b"); err != nil {
					return err
				}
				return refusal
			})
			if !errors.Is(err, refusal) {
				t.Errorf("Savepoint returned %v", err)
			}
			return note(ctx, db, "c")
		})
		mustBe(t, db, "a", "c")
	})
}

func TestSavepointsNest(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		inTx(t, db, func(ctx context.Context) error {
			return db.Savepoint(ctx, func(ctx context.Context) error {
				_ = db.Savepoint(ctx, func(ctx context.Context) error {
					_ = note(ctx, db, "inner")
					return core.Refuse(core.Conflict, "error.some")
				})
				return note(ctx, db, "outer")
			})
		})
		mustBe(t, db, "outer")
	})
}

func TestAnyOtherErrorInASavepointLosesTheTransaction(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := note(ctx, db, "a"); err != nil {
				return err
			}
			_ = db.Savepoint(ctx, func(context.Context) error { return errors.New("a fault of ours") })
			return nil // swallowed
		})
		if !errors.Is(err, errLost) {
			t.Fatalf("InTx returned %v", err)
		}
		mustBe(t, db)
	})
}

func TestFailedStatementLeavesNothing(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			if err := note(ctx, db, "a"); err != nil {
				return err
			}
			return note(ctx, db, "a")
		})
		if err == nil {
			t.Fatal("a duplicate was taken")
		}
		mustBe(t, db)
	})
}

func TestPanicLeavesNothing(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		func() {
			defer func() { _ = recover() }()
			_ = db.InTx(t.Context(), func(ctx context.Context) error {
				_ = note(ctx, db, "a")
				panic("a fault of ours")
			})
		}()
		mustBe(t, db)
		inTx(t, db, func(ctx context.Context) error { return note(ctx, db, "b") })
		mustBe(t, db, "b")
	})
}

func TestNothingRunsOutsideATransaction(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		if err := note(t.Context(), db, "a"); !errors.Is(err, errNoTransaction) {
			t.Fatalf("a write without a transaction returned %v", err)
		}
		if err := db.Savepoint(t.Context(), func(context.Context) error { return nil }); !errors.Is(err, errNoTransaction) {
			t.Fatalf("a savepoint without a transaction returned %v", err)
		}
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			return db.InTx(ctx, func(context.Context) error { return nil })
		})
		if err == nil {
			t.Fatal("a transaction was opened inside another")
		}
		mustBe(t, db)
	})
}

// What a driver says may quote what a person wrote; what is returned does not.
func TestFaultsQuoteNoValues(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			return db.conn(ctx).Exec(`SELECT CAST(? AS INTEGER) / 0 FROM no_such_table`, "a secret sentence").Error
		})
		var f *Fault
		if !errors.As(err, &f) {
			t.Fatalf("not a Fault: %v", err)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if e.Error() != f.Error() {
				t.Fatalf("the error says %q", e)
			}
		}
	})
}
