package database

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

const (
	outboxAddress = "outbox.address"
	outboxBody    = "outbox.body"
	outboxSent    = "outbox.sent"
)

type outboxRow struct {
	ID            uuid.UUID
	Lane          []byte
	Network       string
	KeyID         string
	SealedAddress []byte
	SealedBody    []byte
	SealedSent    []byte
	WorkerID      *uuid.UUID
	CollectiveID  *uuid.UUID
	Coordinator   bool
	FirstAnswer   bool
	Attempts      int
	NotBefore     int64
}

// Post writes rows in order; see bots.Outbox.
func (db *DB) Post(ctx context.Context, rows ...bots.Outbound) error {
	for _, o := range rows {
		address, err := json.Marshal(o.To)
		if err != nil {
			return err
		}
		keyID, sealedAddress, err := db.sealQueue(ctx, outboxAddress, address)
		if err != nil {
			return err
		}
		body, err := db.sealJSON(ctx, keyID, outboxBody, o.Out)
		if err != nil {
			return err
		}
		now := micro(db.clock())
		notBefore := now
		if !o.NotBefore.IsZero() {
			notBefore = micro(o.NotBefore)
		}
		err = db.conn(ctx).Exec(`INSERT INTO outbox (id, lane, seq, network, key_id, sealed_address, sealed_body,
			worker_id, collective_id, coordinator, first_answer, not_before, posted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			o.ID, db.laneKey(o.Network, o.To.Lane), db.nextSeq(), o.Network, keyID, sealedAddress, body,
			uuidOrNil(o.Worker), uuidOrNil(o.Member), o.Coordinator, o.First, notBefore, now).Error
		if err != nil {
			return fault(err)
		}
	}
	return nil
}

// OutboxLanes returns lanes whose first row may be sent now; see bots.Outbox.
func (db *DB) OutboxLanes(ctx context.Context, networks []string, now time.Time, limit int) ([]string, error) {
	if len(networks) == 0 {
		return nil, nil
	}
	var lanes [][]byte
	err := db.View(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT o.lane FROM outbox o
			JOIN (SELECT lane, MIN(seq) AS seq FROM outbox WHERE state = 0 GROUP BY lane) head
			  ON head.lane = o.lane AND head.seq = o.seq
			WHERE o.state = 0 AND o.not_before <= ? AND o.network IN ? ORDER BY o.seq LIMIT ?`, micro(now), networks, limit).Scan(&lanes).Error
	})
	return hexes(lanes), err
}

// First returns the first row of a lane; see bots.Outbox.
func (db *DB) First(ctx context.Context, lane string, now time.Time) (o bots.Outbound, may, found bool, err error) {
	key, err := hex.DecodeString(lane)
	if err != nil {
		return o, false, false, err
	}
	var row outboxRow
	err = db.View(ctx, func(ctx context.Context) error {
		res := db.conn(ctx).Raw(`SELECT id, lane, network, key_id, sealed_address, sealed_body, sealed_sent, worker_id, collective_id,
			coordinator, first_answer, attempts, not_before FROM outbox WHERE lane = ? AND state = 0 ORDER BY seq LIMIT 1`, key).Scan(&row)
		found = res.RowsAffected == 1 && row.NotBefore <= micro(now)
		if res.Error != nil || !found {
			return res.Error
		}
		may = true
		if row.CollectiveID != nil {
			may, err = db.belongs(ctx, worker.ID(*row.WorkerID), collective.ID(*row.CollectiveID), row.Coordinator)
		}
		return err
	})
	if err != nil || !found {
		return o, false, false, err
	}
	o, err = db.outbound(ctx, row)
	return o, may, true, err
}

func (db *DB) outbound(ctx context.Context, row outboxRow) (bots.Outbound, error) {
	o := bots.Outbound{
		ID: row.ID, Network: row.Network, Worker: uuidOrZero[worker.ID](row.WorkerID), Member: uuidOrZero[collective.ID](row.CollectiveID),
		Coordinator: row.Coordinator, First: row.FirstAnswer, Attempts: row.Attempts, NotBefore: timeOf(row.NotBefore),
	}
	if err := db.openJSON(ctx, row.KeyID, outboxAddress, row.SealedAddress, &o.To); err != nil {
		return o, err
	}
	if err := db.openJSON(ctx, row.KeyID, outboxBody, row.SealedBody, &o.Out); err != nil {
		return o, err
	}
	return o, db.openJSON(ctx, row.KeyID, outboxSent, row.SealedSent, &o.Sent)
}

// belongs tells whether a worker is a member (or coordinator) of a collective
// now.
func (db *DB) belongs(ctx context.Context, w worker.ID, c collective.ID, coordinator bool) (bool, error) {
	var n int64
	q := `SELECT COUNT(*) FROM member WHERE worker_id = ? AND collective_id = ? AND left_at IS NULL`
	if coordinator {
		q += ` AND coordinator`
	}
	err := db.conn(ctx).Raw(q, uuid.UUID(w), uuid.UUID(c)).Scan(&n).Error
	return n > 0, err
}

// PartSent remembers that a part was delivered; see bots.Outbox.
func (db *DB) PartSent(ctx context.Context, id uuid.UUID, sent []string, done bool, now time.Time) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		if done {
			return db.conn(ctx).Exec(`UPDATE outbox SET state = 1, done_at = ?, sealed_address = NULL, sealed_body = NULL, sealed_sent = NULL
				WHERE id = ?`, micro(now), id).Error
		}
		var keyID string
		if err := db.conn(ctx).Raw(`SELECT key_id FROM outbox WHERE id = ?`, id).Scan(&keyID).Error; err != nil {
			return err
		}
		sealed, err := db.sealJSON(ctx, keyID, outboxSent, sent)
		if err != nil {
			return err
		}
		return db.conn(ctx).Exec(`UPDATE outbox SET sealed_sent = ?, attempts = 0 WHERE id = ?`, sealed, id).Error
	})
}

// Postpone lets a row wait after a failed attempt; see bots.Outbox.
func (db *DB) Postpone(ctx context.Context, id uuid.UUID, until time.Time) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Exec(`UPDATE outbox SET attempts = attempts + 1, not_before = ? WHERE id = ? AND state = 0`, micro(until), id).Error
	})
}

// Abandon gives a row up and empties it; see bots.Outbox.
func (db *DB) Abandon(ctx context.Context, id uuid.UUID, now time.Time, reason string) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Exec(`UPDATE outbox SET state = 2, done_at = ?, why = ?, sealed_address = NULL, sealed_body = NULL, sealed_sent = NULL
			WHERE id = ? AND state = 0`, micro(now), reason, id).Error
	})
}

// Unreachable marks the account behind an address so, and gives up what waits
// for it; see bots.Outbox. It opens a transaction where there is none.
func (db *DB) Unreachable(ctx context.Context, network string, to bots.Address) error {
	return db.within(ctx, func(ctx context.Context) error {
		lane := db.laneKey(network, to.Lane)
		if err := db.conn(ctx).Exec(`UPDATE account SET unreachable = TRUE WHERE lane = ?`, lane).Error; err != nil {
			return err
		}
		return db.conn(ctx).Exec(`UPDATE outbox SET state = 2, done_at = ?, why = 'unreachable', sealed_address = NULL, sealed_body = NULL,
			sealed_sent = NULL WHERE lane = ? AND state = 0`, micro(db.clock()), lane).Error
	})
}

// within runs fn in ctx's transaction, or in one of its own.
func (db *DB) within(ctx context.Context, fn func(ctx context.Context) error) error {
	if txOf(ctx) != nil {
		return fault(fn(ctx))
	}
	return db.InTx(ctx, fn)
}

// Move gives a chat's waiting rows and rooms a new address; see bots.Outbox.
func (db *DB) Move(ctx context.Context, network string, from, to bots.Address) error {
	old, moved := db.laneKey(network, from.Lane), db.laneKey(network, to.Lane)
	var rows []outboxRow
	if err := db.conn(ctx).Raw(`SELECT id, key_id FROM outbox WHERE lane = ? AND state = 0`, old).Scan(&rows).Error; err != nil {
		return fault(err)
	}
	for _, r := range rows {
		sealed, err := db.sealJSON(ctx, r.KeyID, outboxAddress, to)
		if err != nil {
			return err
		}
		if err := db.conn(ctx).Exec(`UPDATE outbox SET lane = ?, sealed_address = ? WHERE id = ?`, moved, sealed, r.ID).Error; err != nil {
			return fault(err)
		}
	}
	sealed, err := db.sealJSON(ctx, serverKey, roomAddress, to)
	if err != nil {
		return fmt.Errorf("move: %w", err)
	}
	return fault(db.conn(ctx).Exec(`UPDATE room SET lane = ?, sealed_address = ? WHERE lane = ?`, moved, sealed, old).Error)
}
