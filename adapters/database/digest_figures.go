package database

import (
	"context"

	"github.com/google/uuid"

	"manyhands/core/collective"
	"manyhands/core/digest"
	"manyhands/core/worker"
)

// Figures are those for a collective's rooms; see digest.Store.
func (s digestStore) Figures(ctx context.Context, c collective.ID) (f digest.Figures, err error) {
	var row struct {
		Members  int
		LookedAt *int64
		Open     int
		Resolved int
	}
	err = s.db.conn(ctx).Raw(`SELECT (SELECT COUNT(*) FROM member WHERE collective_id = c.id AND left_at IS NULL) AS members,
		t.looked_at, COALESCE(t.open, 0) AS open, COALESCE(t.resolved, 0) AS resolved
		FROM collective c LEFT JOIN digest_told t ON t.collective_id = c.id WHERE c.id = ?`, uuid.UUID(c)).Scan(&row).Error
	if err != nil {
		return f, fault(err)
	}
	open, err := s.authors(ctx, c, `closed_at IS NULL`)
	if err != nil {
		return f, err
	}
	resolved, err := s.authors(ctx, c, `closed_at IS NOT NULL AND state = 'resolved'`)
	if err != nil {
		return f, err
	}
	before := digest.Told{At: timeOrZero(row.LookedAt), Open: row.Open, Resolved: row.Resolved}
	f = digest.Figures{Members: row.Members, Told: before.Next(open, resolved, s.db.clock())}
	if f.At.Equal(before.At) {
		return f, nil
	}
	return f, fault(s.db.conn(ctx).Exec(`INSERT INTO digest_told (collective_id, looked_at, open, resolved) VALUES (?, ?, ?, ?)
		ON CONFLICT (collective_id) DO UPDATE SET looked_at = excluded.looked_at, open = excluded.open, resolved = excluded.resolved`,
		uuid.UUID(c), micro(f.At), f.Open, f.Resolved).Error)
}

// authors are the standings of who wrote cases of a collective, each once,
// however many they wrote.
func (s digestStore) authors(ctx context.Context, c collective.ID, which string) ([]worker.Standing, error) {
	var rows []workerRow
	err := s.db.conn(ctx).Raw(`SELECT id, since, vouched_at FROM worker WHERE id IN (SELECT author_id FROM grievance
		WHERE collective_id = ? AND filed_at IS NOT NULL AND `+which+`)`, uuid.UUID(c)).Scan(&rows).Error
	var all []worker.Standing
	for _, r := range rows {
		all = append(all, worker.Standing{Since: timeOf(r.Since), Vouched: r.VouchedAt != nil})
	}
	return all, fault(err)
}
