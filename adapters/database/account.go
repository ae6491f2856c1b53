package database

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

const (
	accountAddress = "account.address"
	roomAddress    = "room.address"
)

// workerKey is the data key of what a worker gave and that lasts.
func workerKey(id worker.ID) string { return "worker:" + id.String() }

type workerRow struct {
	ID        uuid.UUID
	Pseudonym string
	Language  string
	Hint      string
	Steward   bool
	VouchedAt *int64
	Since     int64
}

func (workerRow) TableName() string { return "worker" }

func (r workerRow) worker() worker.Worker {
	return worker.Worker{
		ID: worker.ID(r.ID), Pseudonym: r.Pseudonym, Language: r.Language, Hint: r.Hint, Steward: r.Steward, Since: timeOf(r.Since),
	}
}

// Meet returns the worker behind an account; see bots.Accounts.
func (db *DB) Meet(ctx context.Context, a worker.Account, private bots.Address, hint string, fresh worker.Worker) (bots.Met, error) {
	lookup := db.cipher.Lookup("account", a.Network, a.UserID)
	met, err := db.known(ctx, lookup)
	if err != nil {
		return met, err
	}
	if met.Worker.ID.IsZero() {
		if met, err = db.meetNew(ctx, lookup, a.Network, hint, fresh); err != nil {
			return met, err
		}
	}
	if hint != "" && hint != met.Worker.Hint {
		met.Worker.Hint = hint
		if err := db.conn(ctx).Exec(`UPDATE worker SET hint = ? WHERE id = ?`, hint, uuid.UUID(met.Worker.ID)).Error; err != nil {
			return met, fault(err)
		}
	}
	if private.Data != "" && private != met.Private {
		sealed, err := db.sealJSON(ctx, workerKey(met.Worker.ID), accountAddress, private)
		if err != nil {
			return met, err
		}
		met.Private = private
		return met, fault(db.conn(ctx).Exec(`UPDATE account SET lane = ?, sealed_address = ?, unreachable = FALSE, used_at = ? WHERE lookup = ?`,
			db.laneKey(a.Network, private.Lane), sealed, micro(db.clock()), lookup).Error)
	}
	return met, fault(db.conn(ctx).Exec(`UPDATE account SET used_at = ?, unreachable = CASE WHEN ? THEN FALSE ELSE unreachable END WHERE lookup = ?`,
		micro(db.clock()), private.Data != "", lookup).Error)
}

// known finds the account and locks its worker, or returns no worker.
func (db *DB) known(ctx context.Context, lookup []byte) (met bots.Met, err error) {
	// An embedded workerRow would stay empty: GORM sees no unexported embedding.
	var row struct {
		WorkerRow     workerRow `gorm:"embedded"`
		SealedAddress []byte
	}
	q := `SELECT w.id, w.pseudonym, w.language, w.hint, w.steward, w.vouched_at, w.since, a.sealed_address
		FROM account a JOIN worker w ON w.id = a.worker_id WHERE a.lookup = ?`
	if db.postgres {
		q += ` FOR UPDATE OF w`
	}
	res := db.conn(ctx).Raw(q, lookup).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return met, fault(res.Error)
	}
	met.Worker = row.WorkerRow.worker()
	err = db.openJSON(ctx, workerKey(met.Worker.ID), accountAddress, row.SealedAddress, &met.Private)
	if core.KindOf(err) == core.NotFound {
		// The worker was erased since, and an older database was restored
		// beside the newer key store: they are someone new.
		return bots.Met{}, fault(db.conn(ctx).Exec(`DELETE FROM account WHERE lookup = ?`, lookup).Error)
	}
	return met, err
}

func (db *DB) meetNew(ctx context.Context, lookup []byte, network, hint string, w worker.Worker) (bots.Met, error) {
	if err := db.cipher.MakeKey(ctx, workerKey(w.ID)); err != nil {
		return bots.Met{}, err
	}
	w.Hint = hint
	err := db.conn(ctx).Exec(`INSERT INTO worker (id, pseudonym, hint, since) VALUES (?, ?, ?, ?)`,
		uuid.UUID(w.ID), w.Pseudonym, hint, micro(w.Since)).Error
	if err == nil {
		err = db.conn(ctx).Exec(`INSERT INTO account (worker_id, lookup, network, used_at) VALUES (?, ?, ?, ?)`,
			uuid.UUID(w.ID), lookup, network, micro(db.clock())).Error
	}
	return bots.Met{Worker: w, New: true}, fault(err)
}

// Addresses returns a worker and where they can be reached; see bots.Accounts.
func (db *DB) Addresses(ctx context.Context, id worker.ID) (worker.Worker, []bots.Reach, error) {
	var w workerRow
	res := db.conn(ctx).Raw(`SELECT id, pseudonym, language, hint, steward, vouched_at, since FROM worker WHERE id = ?`, uuid.UUID(id)).Scan(&w)
	if res.Error != nil || res.RowsAffected == 0 {
		return worker.Worker{}, nil, fault(res.Error)
	}
	var rows []struct {
		Network       string
		SealedAddress []byte
	}
	err := db.conn(ctx).Raw(`SELECT network, sealed_address FROM account
		WHERE worker_id = ? AND NOT unreachable AND sealed_address IS NOT NULL ORDER BY used_at DESC, lookup`, uuid.UUID(id)).Scan(&rows).Error
	if err != nil {
		return worker.Worker{}, nil, fault(err)
	}
	var reach []bots.Reach
	for _, r := range rows {
		to := bots.Reach{Network: r.Network}
		if err := db.openJSON(ctx, workerKey(id), accountAddress, r.SealedAddress, &to.To); err != nil {
			return worker.Worker{}, nil, err
		}
		reach = append(reach, to)
	}
	return w.worker(), reach, nil
}

// Rooms returns where a collective's rooms are; see bots.Accounts.
func (db *DB) Rooms(ctx context.Context, c collective.ID) (string, []bots.Reach, error) {
	var rows []struct {
		Language      string
		Network       string
		SealedAddress []byte
	}
	err := db.conn(ctx).Raw(`SELECT c.language, r.network, r.sealed_address FROM room r JOIN collective c ON c.id = r.collective_id
		WHERE r.collective_id = ? ORDER BY r.bound_at, r.lane`, uuid.UUID(c)).Scan(&rows).Error
	if err != nil {
		return "", nil, fault(err)
	}
	language := ""
	var reach []bots.Reach
	for _, r := range rows {
		language = r.Language
		to := bots.Reach{Network: r.Network}
		if err := db.openJSON(ctx, serverKey, roomAddress, r.SealedAddress, &to.To); err != nil {
			return "", nil, fmt.Errorf("rooms: %w", err)
		}
		reach = append(reach, to)
	}
	return language, reach, nil
}
