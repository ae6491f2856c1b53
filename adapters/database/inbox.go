package database

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"manyhands/bots"
)

// inboxPlace binds a sealed raw message to its column.
const inboxPlace = "inbox.raw"

// Receive stores a batch in one commit; see bots.Inbox.
func (db *DB) Receive(ctx context.Context, now time.Time, batch []bots.Arrival) (fresh int, err error) {
	type row struct {
		key, lane, sealed []byte
		keyID             string
	}
	rows := make([]row, len(batch))
	for i, a := range batch {
		keyID, sealed, err := db.sealQueue(ctx, inboxPlace, a.Raw)
		if err != nil {
			return 0, err
		}
		rows[i] = row{db.cipher.Lookup("update", a.Network, a.Key), db.laneKey(a.Network, a.Lane), sealed, keyID}
	}
	err = db.InTx(ctx, func(ctx context.Context) error {
		fresh = 0
		for i, r := range rows {
			res := db.conn(ctx).Exec(`INSERT INTO inbox (seq, update_key, lane, network, key_id, sealed_raw, received_at)
				VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (update_key) DO NOTHING`,
				db.nextSeq(), r.key, r.lane, batch[i].Network, r.keyID, r.sealed, micro(now))
			if res.Error != nil {
				return res.Error
			}
			fresh += int(res.RowsAffected)
		}
		return nil
	})
	return fresh, err
}

// InboxLanes returns lanes that have something pending; see bots.Inbox.
func (db *DB) InboxLanes(ctx context.Context, networks []string, limit int) ([]string, error) {
	if len(networks) == 0 {
		return nil, nil
	}
	var lanes [][]byte
	err := db.View(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT lane FROM inbox WHERE state = 0 AND network IN ? GROUP BY lane ORDER BY MIN(seq) LIMIT ?`, networks, limit).
			Scan(&lanes).Error
	})
	return hexes(lanes), err
}

func hexes(lanes [][]byte) []string {
	names := make([]string, len(lanes))
	for i, l := range lanes {
		names[i] = hex.EncodeToString(l)
	}
	return names
}

// TakeUp returns the first pending arrival of a lane; see bots.Inbox.
func (db *DB) TakeUp(ctx context.Context, lane string) (p bots.Pending, found bool, err error) {
	key, err := hex.DecodeString(lane)
	if err != nil {
		return p, false, fmt.Errorf("take up: %w", err)
	}
	var row struct {
		UpdateKey []byte
		Network   string
		KeyID     string
		SealedRaw []byte
		Attempts  int
	}
	err = db.InTx(ctx, func(ctx context.Context) error {
		res := db.conn(ctx).Raw(`UPDATE inbox SET attempts = attempts + 1
			WHERE update_key = (SELECT update_key FROM inbox WHERE lane = ? AND state = 0 ORDER BY seq LIMIT 1)
			RETURNING update_key, network, key_id, sealed_raw, attempts`, key).Scan(&row)
		found = res.RowsAffected == 1
		return res.Error
	})
	if err != nil || !found {
		return p, false, err
	}
	p.Handle = hex.EncodeToString(row.UpdateKey)
	p.Network, p.Attempts = row.Network, row.Attempts
	p.Raw, err = db.cipher.Open(ctx, row.KeyID, inboxPlace, row.SealedRaw)
	if err != nil {
		return p, false, fmt.Errorf("open an arrival: %w", err)
	}
	return p, true, nil
}

// Handled marks an arrival done and empties it; see bots.Inbox.
func (db *DB) Handled(ctx context.Context, handle string, now time.Time) (bool, error) {
	key, err := hex.DecodeString(handle)
	if err != nil {
		return false, err
	}
	res := db.conn(ctx).Exec(`UPDATE inbox SET state = 1, handled_at = ?, sealed_raw = NULL WHERE update_key = ? AND state = 0`,
		micro(now), key)
	return res.RowsAffected == 1, fault(res.Error)
}

// SetAside moves an arrival to the dead letters; see bots.Inbox.
func (db *DB) SetAside(ctx context.Context, handle string, now time.Time, reference, why string) error {
	key, err := hex.DecodeString(handle)
	if err != nil {
		return err
	}
	return fault(db.conn(ctx).Exec(`UPDATE inbox SET state = 2, handled_at = ?, reference = ?, why = ? WHERE update_key = ? AND state = 0`,
		micro(now), reference, why, key).Error)
}
