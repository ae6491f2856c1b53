package database

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/worker"
)

type workerStore struct{ *DB }

// Workers keeps workers.
func (db *DB) Workers() worker.Store { return workerStore{db} }

func (db *DB) workerRow(ctx context.Context, id worker.ID) (workerRow, error) {
	var row workerRow
	res := db.conn(ctx).Raw(`SELECT id, pseudonym, language, hint, steward, vouched_at, since FROM worker WHERE id = ?`, uuid.UUID(id)).Scan(&row)
	if res.Error == nil && res.RowsAffected == 0 {
		return row, core.Refuse(core.NotFound, "error.worker_unknown")
	}
	return row, fault(res.Error)
}

// Worker returns the worker; see worker.Store.
func (db workerStore) Worker(ctx context.Context, id worker.ID) (worker.Worker, error) {
	row, err := db.workerRow(ctx, id)
	return row.worker(), err
}

// SaveWorker writes what can change; see worker.Store.
func (db workerStore) SaveWorker(ctx context.Context, w worker.Worker) error {
	return fault(db.conn(ctx).Exec(`UPDATE worker SET pseudonym = ?, language = ?, hint = ?, steward = ? WHERE id = ?`,
		w.Pseudonym, w.Language, w.Hint, w.Steward, uuid.UUID(w.ID)).Error)
}

// Standing returns what counts for the worker's weight; see worker.Store.
func (db workerStore) Standing(ctx context.Context, id worker.ID) (worker.Standing, error) {
	row, err := db.workerRow(ctx, id)
	return worker.Standing{Since: timeOf(row.Since), Vouched: row.VouchedAt != nil}, err
}

// holding is one kind of thing that is held of a worker: how it is read back
// for /mydata, and how it goes for /forget. Each noun's file makes its own,
// beside its queries, and holdings lists them.
type holding struct {
	// kind is its name in the worker's file.
	kind string
	// read returns it as it goes into JSON: outward names, and no keys.
	read func(ctx context.Context, id worker.ID) (any, error)
	// erase removes it, or takes the worker out of it where it has to stay.
	erase func(ctx context.Context, id worker.ID) error
}

// holdings is all that is held of a worker. Erasing goes in this order; the
// worker's own row comes last and is not among them.
func (db *DB) holdings() []holding {
	return []holding{
		db.profileHolding(),
		db.accountHolding(),
		db.dialogHolding(),
		db.ratingHolding(),
		db.grievanceHolding(),
		db.memberHolding(),
		db.invitationHolding(),
		db.auditHolding(),
		db.outboxHolding(),
	}
}

// Everything returns all that is held of the worker; see worker.Store.
func (db workerStore) Everything(ctx context.Context, id worker.ID) (map[string]any, error) {
	all := map[string]any{}
	for _, h := range db.holdings() {
		if h.read == nil {
			continue
		}
		v, err := h.read(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("everything: %s: %w", h.kind, err)
		}
		all[h.kind] = v
	}
	return all, nil
}

// ForgetKey is the kind of due work that forgets a data key, its subject.
const ForgetKey = "forget-key"

// Erase removes the worker; see worker.Store. The rows go in ctx's
// transaction. The worker's data key, in a store of its own, goes after the
// commit, as due work: were it forgotten before, a transaction that fails
// would leave rows that nothing opens. A crash in between forgets nothing, for
// the work is still due.
func (db workerStore) Erase(ctx context.Context, id worker.ID) error {
	for _, h := range db.holdings() {
		if err := h.erase(ctx, id); err != nil {
			return fmt.Errorf("erase: %s: %w", h.kind, err)
		}
	}
	if err := db.conn(ctx).Exec(`DELETE FROM worker WHERE id = ?`, uuid.UUID(id)).Error; err != nil {
		return fmt.Errorf("erase: %w", fault(err))
	}
	return db.Schedule(ctx, bots.Due{Kind: ForgetKey, Subject: workerKey(id), At: db.clock()})
}

// DoForgetKey does the due work ForgetKey. Forgetting twice is forgetting
// once, so it may run again.
func (db *DB) DoForgetKey(ctx context.Context, d bots.Due) (*bots.Answer, error) {
	if id, ok := strings.CutPrefix(d.Subject, "worker:"); ok {
		u, err := uuid.Parse(id)
		if err != nil {
			return nil, fmt.Errorf("forget a key: %w", err)
		}
		var n int64
		if err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM worker WHERE id = ?`, u).Scan(&n).Error; err != nil {
			return nil, fault(err)
		}
		if n > 0 {
			return nil, nil // there is such a worker: never take a key that is in use
		}
	}
	if err := db.cipher.Forget(ctx, d.Subject); err != nil {
		return nil, fmt.Errorf("forget a key: %w", err)
	}
	return nil, nil
}

// profileHolding is the worker's own row, which Erase deletes itself.
func (db *DB) profileHolding() holding {
	return holding{
		kind: "you",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			r, err := db.workerRow(ctx, id)
			return map[string]any{
				"pseudonym": r.Pseudonym, "language": r.Language, "hint": r.Hint, "since": timeOf(r.Since),
				"vouched_for": r.VouchedAt != nil, "steward": r.Steward,
			}, err
		},
		erase: func(context.Context, worker.ID) error { return nil },
	}
}

// accountHolding is how the worker is reached.
func (db *DB) accountHolding() holding {
	return holding{
		kind: "accounts",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			var rows []struct {
				Network     string
				UsedAt      int64
				Unreachable bool
			}
			err := db.conn(ctx).Raw(`SELECT network, used_at, unreachable FROM account WHERE worker_id = ? ORDER BY used_at, lookup`, uuid.UUID(id)).
				Scan(&rows).Error
			var accounts []map[string]any
			for _, r := range rows {
				accounts = append(accounts, map[string]any{"network": r.Network, "last_used": timeOf(r.UsedAt), "unreachable": r.Unreachable})
			}
			return accounts, fault(err)
		},
		erase: func(ctx context.Context, id worker.ID) error {
			return fault(db.conn(ctx).Exec(`DELETE FROM account WHERE worker_id = ?`, uuid.UUID(id)).Error)
		},
	}
}

// dialogHolding is the conversations in progress, with what was typed in them.
func (db *DB) dialogHolding() holding {
	return holding{
		kind: "conversations",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			var rows []struct {
				KeyID     string
				Sealed    []byte
				UpdatedAt int64
			}
			if err := db.conn(ctx).Raw(`SELECT key_id, sealed, updated_at FROM dialog WHERE worker_id = ? ORDER BY updated_at`, uuid.UUID(id)).
				Scan(&rows).Error; err != nil {
				return nil, fault(err)
			}
			var all []map[string]any
			for _, r := range rows {
				if db.clock().Sub(timeOf(r.UpdatedAt)) >= dialogRetention {
					continue // over, and its key is gone
				}
				var d *bots.Dialog
				if err := db.openJSON(ctx, r.KeyID, dialogPlace, r.Sealed, &d); err != nil {
					return nil, err
				}
				for ; d != nil; d = d.Parent {
					all = append(all, map[string]any{"about": d.Command, "given": d.Args, "draft": d.Draft})
				}
			}
			return all, nil
		},
		erase: func(ctx context.Context, id worker.ID) error {
			return fault(db.conn(ctx).Exec(`DELETE FROM dialog WHERE worker_id = ?`, uuid.UUID(id)).Error)
		},
	}
}

// outboxHolding is what waits to be said to the worker: it is theirs to get,
// not theirs, so it is not read back.
func (db *DB) outboxHolding() holding {
	return holding{
		kind: "outbox",
		erase: func(ctx context.Context, id worker.ID) error {
			err := db.conn(ctx).Exec(`DELETE FROM outbox WHERE worker_id = ? AND state = 0`, uuid.UUID(id)).Error
			if err == nil {
				err = db.conn(ctx).Exec(`UPDATE outbox SET worker_id = NULL WHERE worker_id = ?`, uuid.UUID(id)).Error
			}
			return fault(err)
		},
	}
}
