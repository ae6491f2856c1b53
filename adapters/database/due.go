package database

import (
	"context"
	"time"

	"manyhands/bots"
)

type dueRow struct {
	Kind    string
	Subject string
	DueAt   int64
}

// Schedule sets when something is due; see bots.DueWork.
func (db *DB) Schedule(ctx context.Context, d bots.Due) error {
	return fault(db.conn(ctx).Exec(`INSERT INTO due (kind, subject, due_at) VALUES (?, ?, ?)
		ON CONFLICT (kind, subject) DO UPDATE SET due_at = excluded.due_at`, d.Kind, d.Subject, micro(d.At)).Error)
}

// Ensure schedules it unless it is scheduled already; see bots.DueWork.
func (db *DB) Ensure(ctx context.Context, d bots.Due) error {
	return fault(db.conn(ctx).Exec(`INSERT INTO due (kind, subject, due_at) VALUES (?, ?, ?) ON CONFLICT (kind, subject) DO NOTHING`,
		d.Kind, d.Subject, micro(d.At)).Error)
}

// Unschedule forgets it and tells whether it was there; see bots.DueWork.
func (db *DB) Unschedule(ctx context.Context, kind, subject string) (bool, error) {
	res := db.conn(ctx).Exec(`DELETE FROM due WHERE kind = ? AND subject = ?`, kind, subject)
	return res.RowsAffected > 0, fault(res.Error)
}

// DueBefore returns what is due; see bots.DueWork.
func (db *DB) DueBefore(ctx context.Context, now time.Time, limit int) ([]bots.Due, error) {
	var rows []dueRow
	err := db.View(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT kind, subject, due_at FROM due WHERE due_at <= ? ORDER BY due_at, kind, subject LIMIT ?`,
			micro(now), limit).Scan(&rows).Error
	})
	due := make([]bots.Due, len(rows))
	for i, r := range rows {
		due[i] = bots.Due{Kind: r.Kind, Subject: r.Subject, At: timeOf(r.DueAt)}
	}
	return due, err
}

// NextDue tells when the next is due; see bots.DueWork.
func (db *DB) NextDue(ctx context.Context) (time.Time, bool, error) {
	var at *int64
	err := db.View(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT MIN(due_at) FROM due`).Scan(&at).Error
	})
	return timeOrZero(at), at != nil, err
}
