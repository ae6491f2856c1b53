package database

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/rating"
	"manyhands/core/worker"
)

func TestAWorkerComesBackAsSaved(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		id := v.worker(time.Hour)
		want := worker.Worker{ID: id, Pseudonym: "amber-fern-12", Language: "mg", Hint: "fr", Since: noon.Add(-time.Hour), Steward: true}
		v.do(func(ctx context.Context) error { return db.Workers().SaveWorker(ctx, want) })
		v.do(func(ctx context.Context) error {
			got, err := db.Workers().Worker(ctx, id)
			if got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
			return err
		})
		v.do(func(ctx context.Context) error {
			s, err := db.Workers().Standing(ctx, id)
			if s != (worker.Standing{Since: want.Since}) {
				t.Errorf("the standing is %+v", s)
			}
			return err
		})
		v.refused("error.worker_unknown", func(ctx context.Context) error {
			_, err := db.Workers().Worker(ctx, worker.ID(uuid.New()))
			return err
		})
	})
}

// livedIn makes a worker of whom something is held in every table there is.
func livedIn(v *village) (id worker.ID, c collective.Collective) {
	v.t.Helper()
	id = v.worker(2 * worker.AgeForWeight)
	c = v.create(id).Collective
	friend, ref := v.joined(id, c.Ref)
	v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, id, ref); return err })
	_, target := v.joined(id, c.Ref)
	v.join(id, string(v.invite(friend, c.Ref, 1))) // in already
	v.do(func(ctx context.Context) error { _, err := v.Remove(ctx, id, target); return err })
	v.do(func(ctx context.Context) error { _, err := v.Join(ctx, id, "no code"); return err })
	other := v.create(v.worker(0)).Collective
	v.do(func(ctx context.Context) error {
		return v.db.Collectives().SaveVouch(ctx, collective.Vouch{Collective: other.ID, By: friend, Worker: id, At: v.clock.Now()})
	})
	v.do(func(ctx context.Context) error {
		return v.db.Collectives().SaveVouch(ctx, collective.Vouch{Collective: c.ID, By: id, Worker: friend, At: v.clock.Now()})
	})
	about, err := directory.ParseTarget(directory.RequesterTarget, uuid.New())
	if err != nil {
		v.t.Fatal(err)
	}
	for _, comment := range []string{"the first word", "the last word"} {
		v.do(func(ctx context.Context) error {
			r := rating.Rating{Worker: id, Target: about, At: v.clock.Now(), Changed: v.clock.Now()}
			r.Scores, r.Comment = map[rating.Dimension]rating.Score{rating.Fairness: 2}, comment
			return v.db.Ratings().Save(ctx, r)
		})
	}
	v.do(func(ctx context.Context) error {
		d := &bots.Dialog{Ref: core.NewRef(core.CryptoRandom), Command: "collective_create", Args: bots.Args{"name": "half a name"}}
		if err := v.db.SaveDialog(ctx, id, "test", "lane", d, v.clock.Now()); err != nil {
			return err
		}
		return v.db.Post(ctx, bots.Outbound{ID: uuid.New(), Network: "test", To: testAddress("lane"), Worker: id})
	})
	return id, c
}

func TestEverythingIsReadBack(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		id, _ := livedIn(v)
		var all map[string]any
		v.do(func(ctx context.Context) (err error) {
			all, err = db.Workers().Everything(ctx, id)
			return err
		})
		text, err := json.Marshal(all)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Tana hands", "half a name", "the first word", "the last word", `"fair":2`, "test", `"vouches_given":1`, "member.removal_proposed", `"vouched_for":true`} {
			if !strings.Contains(string(text), want) {
				t.Errorf("%q is not in %s", want, text)
			}
		}
		if strings.Contains(string(text), id.String()) {
			t.Error("a key got out")
		}
	})
}

func TestErasingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		id, c := livedIn(v)
		if tables := tracesOf(t, db, id); len(tables) < 8 {
			t.Fatalf("before, there are traces in %v only", tables)
		}
		v.do(func(ctx context.Context) error { return db.Workers().Erase(ctx, id) })
		if tables := tracesOf(t, db, id); len(tables) > 0 {
			t.Errorf("there are traces in %v", tables)
		}
		wholeChain(t, db, c.ID.Chain()) // what was done stays, and verifies
		if !db.cipher.(*maskCipher).has(workerKey(id)) {
			t.Fatal("the key went before the work was due")
		}
		doDue(t, db)
		if db.cipher.(*maskCipher).has(workerKey(id)) {
			t.Error("the key is still there")
		}
	})
}

func TestAnErasureThatFailsForgetsNoKey(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		id, _ := livedIn(v)
		err := db.InTx(t.Context(), func(ctx context.Context) error {
			return errors.Join(db.Workers().Erase(ctx, id), errors.New("no"))
		})
		if err == nil {
			t.Fatal("committed")
		}
		doDue(t, db)
		v.do(func(ctx context.Context) error {
			w, reach, err := db.Addresses(ctx, id)
			if w.ID != id || len(reach) != 1 {
				t.Errorf("got %+v at %+v", w, reach)
			}
			return err
		})
		// Nor is the key of a worker who is there ever forgotten.
		v.do(func(ctx context.Context) error {
			_, err := db.DoForgetKey(ctx, bots.Due{Kind: ForgetKey, Subject: workerKey(id)})
			return err
		})
		if !db.cipher.(*maskCipher).has(workerKey(id)) {
			t.Error("the key is gone")
		}
	})
}

// doDue does the work of forgetting keys that is due.
func doDue(t *testing.T, db *DB) {
	t.Helper()
	due, err := db.DueBefore(t.Context(), db.clock(), 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range due {
		if d.Kind == ForgetKey {
			inTx(t, db, func(ctx context.Context) error { _, err := db.DoForgetKey(ctx, d); return err })
		}
	}
}

// tracesOf looks for a worker's key in every column of every table.
func tracesOf(t *testing.T, db *DB, id worker.ID) []string {
	t.Helper()
	query := `SELECT m.name AS tab, p.name AS col FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND upper(p.type) = 'UUID'`
	if db.postgres {
		query = `SELECT table_name AS tab, column_name AS col FROM information_schema.columns WHERE table_schema = current_schema() AND data_type = 'uuid'`
	}
	var found []string
	inTx(t, db, func(ctx context.Context) error {
		var columns []struct{ Tab, Col string }
		if err := db.conn(ctx).Raw(query).Scan(&columns).Error; err != nil {
			return err
		}
		for _, c := range columns {
			var n int
			if err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM `+c.Tab+` WHERE `+c.Col+` = ?`, uuid.UUID(id)).Scan(&n).Error; err != nil {
				return err
			}
			if n > 0 {
				found = append(found, c.Tab+"."+c.Col)
			}
		}
		return nil
	})
	return found
}
