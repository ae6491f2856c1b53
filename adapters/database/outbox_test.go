package database

import (
	"context"
	"slices"
	"testing"
	"time"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/worker"
)

// outbound is a reply on its way to a lane.
func outbound(db *DB, lane, text string) bots.Outbound {
	return bots.Outbound{
		ID: core.NewKey(db.clock(), db.random), Network: "test", To: bots.Address{Lane: lane, Data: "at " + lane},
		Out: bots.Outgoing{Blocks: []bots.OutBlock{{Kind: bots.Paragraph, Text: text}}},
	}
}

func post(t *testing.T, db *DB, rows ...bots.Outbound) {
	t.Helper()
	inTx(t, db, func(ctx context.Context) error { return db.Post(ctx, rows...) })
}

func outboxLanes(t *testing.T, db *DB) []string {
	t.Helper()
	lanes, err := db.OutboxLanes(t.Context(), []string{"test"}, db.clock(), 10)
	if err != nil {
		t.Fatal(err)
	}
	return lanes
}

// first is the text of a lane's first row that may be sent now, or "".
func first(t *testing.T, db *DB, lane string) (bots.Outbound, string) {
	t.Helper()
	row, may, found, err := db.First(t.Context(), lane, db.clock())
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		return row, ""
	}
	if !may {
		return row, "may not"
	}
	return row, row.Out.Plain()
}

func TestRowsOfALaneGoInOrderAndWaitTogether(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		post(t, db, outbound(db, "x", "one"), outbound(db, "x", "two"), outbound(db, "y", "other"))
		lanes := outboxLanes(t, db)
		if len(lanes) != 2 {
			t.Fatalf("lanes %v", lanes)
		}
		row, text := first(t, db, lanes[0])
		if text != "one" || row.To.Data != "at x" {
			t.Fatalf("first is %q to %q", text, row.To.Data)
		}
		if err := db.Postpone(t.Context(), row.ID, clock.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, text := first(t, db, lanes[0]); text != "" {
			t.Fatalf("%q overtook a row that waits", text)
		}
		if got := outboxLanes(t, db); len(got) != 1 || got[0] != lanes[1] {
			t.Fatalf("lanes while one waits: %v", got)
		}
		clock.Advance(time.Minute)
		row, text = first(t, db, lanes[0])
		if text != "one" || row.Attempts != 1 {
			t.Fatalf("after the wait: %q, attempts %d", text, row.Attempts)
		}
		if err := db.PartSent(t.Context(), row.ID, []string{"m1"}, false, clock.Now()); err != nil {
			t.Fatal(err)
		}
		if row, _ = first(t, db, lanes[0]); !slices.Equal(row.Sent, []string{"m1"}) {
			t.Fatalf("sent parts are %q", row.Sent)
		}
		if err := db.PartSent(t.Context(), row.ID, []string{"m1", "m2"}, true, clock.Now()); err != nil {
			t.Fatal(err)
		}
		if _, text = first(t, db, lanes[0]); text != "two" {
			t.Fatalf("next is %q", text)
		}
	})
}

func TestSentAndAbandonedRowsAreEmpty(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		post(t, db, outbound(db, "x", "sent"), outbound(db, "x", "given up"))
		lane := outboxLanes(t, db)[0]
		row, _ := first(t, db, lane)
		if err := db.PartSent(t.Context(), row.ID, nil, true, clock.Now()); err != nil {
			t.Fatal(err)
		}
		row, _ = first(t, db, lane)
		if err := db.Abandon(t.Context(), row.ID, clock.Now(), "refused"); err != nil {
			t.Fatal(err)
		}
		var full int64
		err := db.View(t.Context(), func(ctx context.Context) error {
			return db.conn(ctx).Raw(`SELECT COUNT(*) FROM outbox WHERE sealed_body IS NOT NULL OR sealed_address IS NOT NULL`).Scan(&full).Error
		})
		if err != nil || full != 0 {
			t.Fatalf("%d rows still hold something, %v", full, err)
		}
	})
}

func TestLanesOfOtherNetworksAreLeftAlone(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		post(t, db, outbound(db, "x", "theirs"))
		receive(t, db, arrival("x", "1"))
		out, err := db.OutboxLanes(t.Context(), []string{"another"}, clock.Now(), 10)
		if err != nil || len(out) != 0 {
			t.Errorf("outbox: %v, %v", out, err)
		}
		in, err := db.InboxLanes(t.Context(), []string{"another"}, 10)
		if err != nil || len(in) != 0 {
			t.Errorf("inbox: %v, %v", in, err)
		}
	})
}

// meet lets a worker be met on the test network and returns them.
func meet(t *testing.T, db *DB, user string) (met bots.Met) {
	t.Helper()
	inTx(t, db, func(ctx context.Context) (err error) {
		met, err = db.Meet(ctx, worker.Account{Network: "test", UserID: user}, bots.Address{Lane: user, Data: "at " + user}, "fr",
			worker.Worker{ID: worker.ID(core.NewKey(db.clock(), db.random)), Pseudonym: "calm-otter-07", Since: db.clock()})
		return err
	})
	return met
}

func TestAnAccountIsOneWorkerForEver(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		a, again, other := meet(t, db, "1"), meet(t, db, "1"), meet(t, db, "2")
		if !a.New || again.New || a.Worker.ID != again.Worker.ID || other.Worker.ID == a.Worker.ID {
			t.Fatalf("met %+v, then %+v, then another %+v", a, again, other)
		}
		if again.Worker.Hint != "fr" || again.Private.Data != "at 1" {
			t.Fatalf("remembered %+v", again)
		}
	})
}

func TestUnreachableUntilTheyWriteAgain(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		a := meet(t, db, "1")
		reach := func() (n int) {
			inTx(t, db, func(ctx context.Context) error {
				_, where, err := db.Addresses(ctx, a.Worker.ID)
				n = len(where)
				return err
			})
			return n
		}
		post(t, db, outbound(db, "1", "waiting"))
		if err := db.Unreachable(t.Context(), "test", bots.Address{Lane: "1"}); err != nil {
			t.Fatal(err)
		}
		if reach() != 0 || len(outboxLanes(t, db)) != 0 {
			t.Fatal("someone who closed the chat can still be reached")
		}
		meet(t, db, "1")
		if reach() != 1 {
			t.Fatal("someone who writes again cannot be reached")
		}
	})
}

// A worker was erased, and an older database stands beside the newer key
// store: whoever writes is someone new, not a fault.
func TestErasedWorkerInAnOlderDatabaseIsSomeoneNew(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		a := meet(t, db, "1")
		if err := db.cipher.Forget(t.Context(), workerKey(a.Worker.ID)); err != nil {
			t.Fatal(err)
		}
		if b := meet(t, db, "1"); !b.New || b.Worker.ID == a.Worker.ID {
			t.Fatalf("met %+v", b)
		}
	})
}

func TestDialogsAreKeptForADayAndForOneWorker(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		a, b := meet(t, db, "1"), meet(t, db, "2")
		read := func(w worker.ID) (d *bots.Dialog) {
			inTx(t, db, func(ctx context.Context) (err error) {
				d, err = db.Dialog(ctx, w, "test", "lane")
				return err
			})
			return d
		}
		inTx(t, db, func(ctx context.Context) error {
			return db.SaveDialog(ctx, a.Worker.ID, "test", "lane", &bots.Dialog{Command: "rate", Args: bots.Args{"fair": "2"}}, clock.Now())
		})
		if d := read(a.Worker.ID); d == nil || d.Args["fair"] != "2" {
			t.Fatalf("read %+v", d)
		}
		if read(b.Worker.ID) != nil {
			t.Fatal("another worker reads the dialog")
		}
		clock.Advance(dialogRetention)
		if read(a.Worker.ID) != nil {
			t.Fatal("a dialog is still there after a day")
		}
	})
}

func TestDueWorkIsScheduledOnceAndForgottenOnce(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		at := clock.Now().Add(time.Hour)
		inTx(t, db, func(ctx context.Context) error {
			if err := db.Schedule(ctx, bots.Due{Kind: "k", Subject: "s", At: clock.Now()}); err != nil {
				return err
			}
			if err := db.Schedule(ctx, bots.Due{Kind: "k", Subject: "s", At: at}); err != nil {
				return err
			}
			return db.Ensure(ctx, bots.Due{Kind: "k", Subject: "s", At: clock.Now()})
		})
		if due, err := db.DueBefore(t.Context(), clock.Now(), 10); err != nil || len(due) != 0 {
			t.Fatalf("due too early: %v, %v", due, err)
		}
		if next, found, err := db.NextDue(t.Context()); err != nil || !found || !next.Equal(at) {
			t.Fatalf("next is %v, %v, %v", next, found, err)
		}
		clock.Advance(time.Hour)
		if due, err := db.DueBefore(t.Context(), clock.Now(), 10); err != nil || len(due) != 1 {
			t.Fatalf("due: %v, %v", due, err)
		}
		for _, want := range []bool{true, false} {
			inTx(t, db, func(ctx context.Context) error {
				was, err := db.Unschedule(ctx, "k", "s")
				if was != want {
					t.Errorf("was there: %v, want %v", was, want)
				}
				return err
			})
		}
	})
}
