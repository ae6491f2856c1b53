package database

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/worker"
)

type auditRow struct {
	Chain    uuid.UUID
	Seq      int64
	At       int64
	Role     string
	WorkerID *uuid.UUID
	Salt     []byte
	Seal     []byte
	Act      string
	Subject  string
	Detail   string
	Prev     []byte
	Hash     []byte
}

func (r auditRow) entry() (audit.Entry, error) {
	e := audit.Entry{
		Chain: audit.Chain(r.Chain), Seq: r.Seq, At: timeOf(r.At),
		Actor: audit.Actor{Role: audit.Role(r.Role), Worker: uuidOrZero[uuid.UUID](r.WorkerID)},
		Act:   audit.Act(r.Act), Subject: core.Ref(r.Subject),
	}
	copy(e.Actor.Salt[:], r.Salt)
	copy(e.Actor.Seal[:], r.Seal)
	copy(e.Prev[:], r.Prev)
	copy(e.Hash[:], r.Hash)
	if err := json.Unmarshal([]byte(r.Detail), &e.Detail); err != nil {
		return e, fmt.Errorf("audit: entry %d: %w", r.Seq, err)
	}
	return e, nil
}

type auditStore struct{ *DB }

// Audit keeps the audit log.
func (db *DB) Audit() audit.Store { return auditStore{db} }

// Append enters a record; see audit.Store. The head's row is locked by being
// raised, so that the next to append waits for this transaction's end.
func (db auditStore) Append(ctx context.Context, r audit.Record) (audit.Entry, error) {
	var none audit.Entry
	chain := uuid.UUID(r.Chain)
	err := db.conn(ctx).Exec(`INSERT INTO audit_head (chain, seq, hash) VALUES (?, 0, ?) ON CONFLICT (chain) DO NOTHING`,
		chain, make([]byte, len(audit.Hash{}))).Error
	if err != nil {
		return none, fault(err)
	}
	var row struct {
		Seq  int64
		Hash []byte
	}
	if err := db.conn(ctx).Raw(`UPDATE audit_head SET seq = seq + 1 WHERE chain = ? RETURNING seq, hash`, chain).Scan(&row).Error; err != nil {
		return none, fault(err)
	}
	head := audit.Head{Seq: row.Seq - 1}
	copy(head.Hash[:], row.Hash)
	var salt audit.Salt
	if _, err := io.ReadFull(db.random, salt[:]); err != nil {
		return none, fmt.Errorf("audit: %w", err)
	}
	e := head.Next(r, salt)
	detail, err := json.Marshal(e.Detail)
	if err != nil {
		return none, fmt.Errorf("audit: %w", err)
	}
	kept := e.Actor.Salt[:]
	if r.Worker == uuid.Nil {
		kept = nil
	}
	err = db.conn(ctx).Exec(`INSERT INTO audit_entry (chain, seq, at, role, worker_id, salt, seal, act, subject, detail, prev, hash)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		chain, e.Seq, micro(e.At), string(e.Actor.Role), uuidOrNil(e.Actor.Worker), kept, e.Actor.Seal[:], string(e.Act), string(e.Subject),
		string(detail), e.Prev[:], e.Hash[:]).Error
	if err != nil {
		return none, fault(err)
	}
	return e, fault(db.conn(ctx).Exec(`UPDATE audit_head SET hash = ? WHERE chain = ?`, e.Hash[:], chain).Error)
}

// Entries returns a portion of a chain; see audit.Store.
func (db auditStore) Entries(ctx context.Context, c audit.Chain, after int64, limit int) ([]audit.Entry, error) {
	var rows []auditRow
	err := db.conn(ctx).Raw(`SELECT chain, seq, at, role, worker_id, salt, seal, act, subject, detail, prev, hash FROM audit_entry
		WHERE chain = ? AND seq > ? ORDER BY seq LIMIT ?`, uuid.UUID(c), after, limit).Scan(&rows).Error
	if err != nil {
		return nil, fault(err)
	}
	entries := make([]audit.Entry, len(rows))
	for i, r := range rows {
		if entries[i], err = r.entry(); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// Head returns where a chain ends; see audit.Store.
func (db auditStore) Head(ctx context.Context, c audit.Chain) (h audit.Head, err error) {
	var row struct {
		Seq  int64
		Hash []byte
	}
	err = db.conn(ctx).Raw(`SELECT seq, hash FROM audit_head WHERE chain = ?`, uuid.UUID(c)).Scan(&row).Error
	h.Seq = row.Seq
	copy(h.Hash[:], row.Hash)
	return h, fault(err)
}

// auditHolding is what the worker did with power. Their part in it is taken
// out; what was done, and as what, stays.
func (db *DB) auditHolding() holding {
	return holding{
		kind: "acts",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			var rows []auditRow
			err := db.conn(ctx).Raw(`SELECT at, role, act FROM audit_entry WHERE worker_id = ? ORDER BY at, chain, seq`, uuid.UUID(id)).Scan(&rows).Error
			var acts []map[string]any
			for _, r := range rows {
				acts = append(acts, map[string]any{"at": timeOf(r.At), "as": r.Role, "act": r.Act})
			}
			return acts, fault(err)
		},
		erase: func(ctx context.Context, id worker.ID) error {
			return fault(db.conn(ctx).Exec(`UPDATE audit_entry SET worker_id = NULL, salt = NULL WHERE worker_id = ?`, uuid.UUID(id)).Error)
		},
	}
}
