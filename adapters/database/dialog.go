package database

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core/worker"
)

const dialogPlace = "dialog"

// dialogRetention is how long a dialog in progress is kept untouched.
const dialogRetention = 24 * time.Hour

// Dialog returns the dialog of a worker in a lane, or nil; see bots.Dialogs.
// One that has lain for a day is gone.
func (db *DB) Dialog(ctx context.Context, w worker.ID, network, lane string) (*bots.Dialog, error) {
	var row struct {
		KeyID     string
		Sealed    []byte
		UpdatedAt int64
	}
	res := db.conn(ctx).Raw(`SELECT key_id, sealed, updated_at FROM dialog WHERE worker_id = ? AND lane = ?`,
		uuid.UUID(w), db.laneKey(network, lane)).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return nil, fault(res.Error)
	}
	if db.clock().Sub(timeOf(row.UpdatedAt)) >= dialogRetention {
		return nil, nil
	}
	d := new(bots.Dialog)
	return d, db.openJSON(ctx, row.KeyID, dialogPlace, row.Sealed, d)
}

// SaveDialog replaces the dialog; see bots.Dialogs.
func (db *DB) SaveDialog(ctx context.Context, w worker.ID, network, lane string, d *bots.Dialog, now time.Time) error {
	key := db.laneKey(network, lane)
	if d == nil {
		return fault(db.conn(ctx).Exec(`DELETE FROM dialog WHERE worker_id = ? AND lane = ?`, uuid.UUID(w), key).Error)
	}
	keyID := db.queueKey()
	sealed, err := db.sealJSON(ctx, keyID, dialogPlace, d)
	if err != nil {
		return err
	}
	return fault(db.conn(ctx).Exec(`INSERT INTO dialog (worker_id, lane, key_id, sealed, updated_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (worker_id, lane) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed, updated_at = excluded.updated_at`,
		uuid.UUID(w), key, keyID, sealed, micro(now)).Error)
}
