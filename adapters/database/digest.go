package database

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/digest"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// Digests reads digests and keeps what they have shown.
func (db *DB) Digests() digest.Store { return digestStore{db} }

type digestStore struct{ db *DB }

type lineRow struct {
	ID      uuid.UUID
	Ref     string
	Kind    string
	State   string
	Target  string
	FiledAt int64
	DueAt   *int64
	Taken   bool
	Mine    bool
	Section int
	Total   int
}

func (r lineRow) line() digest.Line {
	return digest.Line{
		ID: grievance.ID(r.ID), Ref: core.Ref(r.Ref), Kind: grievance.Kind(r.Kind), Target: r.Target, State: grievance.State(r.State),
		FiledAt: timeOf(r.FiledAt), Due: timeOrZero(r.DueAt), Taken: r.Taken, Mine: r.Mine,
	}
}

// targetNames joins the name of a grievance's target.
const targetNames = ` LEFT JOIN requester r ON g.target_kind = 'requester' AND r.id = g.target_id
	LEFT JOIN platform p ON g.target_kind = 'platform' AND p.id = g.target_id `

// undone is the open cases that a reader did not write, with what the reader
// has to do with each; sections are numbered as digest.Digest.Sections orders
// them, then come the others that nobody has taken, and what colleagues took.
const undone = `SELECT g.id, g.ref, g.kind, g.state, g.target_kind, g.target_id, g.filed_at, g.due_at,
		t.worker_id IS NOT NULL AS taken, t.worker_id IS NOT NULL AND t.worker_id = @reader AS mine,
		CASE WHEN g.due_at < @now THEN 0
			WHEN g.state = 'received' AND t.worker_id IS NULL AND s.worker_id IS NULL THEN 1
			WHEN t.worker_id = @reader THEN 2
			WHEN t.worker_id IS NOT NULL THEN 6
			WHEN g.state = 'waiting_for_worker' THEN 3
			WHEN g.state = 'received' THEN 4
			ELSE 5 END AS section
	FROM grievance g
	LEFT JOIN member t ON t.collective_id = g.collective_id AND t.worker_id = g.taker_id AND t.left_at IS NULL AND t.coordinator
	LEFT JOIN digest_seen s ON s.grievance_id = g.id AND s.worker_id = @reader
	WHERE g.collective_id = @collective AND g.filed_at IS NOT NULL AND g.closed_at IS NULL
		AND (g.author_id IS NULL OR g.author_id <> @reader)`

// Digest is what a coordinator is shown; see digest.Reader.
func (s digestStore) Digest(ctx context.Context, c collective.ID, reader worker.ID, now time.Time) (digest.Digest, error) {
	d := digest.Digest{Collective: c, At: now}
	var rows []lineRow
	err := s.db.conn(ctx).Raw(`WITH undone AS (`+undone+`), ranked AS (SELECT u.*,
			ROW_NUMBER() OVER (PARTITION BY section ORDER BY due_at, id) AS place, COUNT(*) OVER (PARTITION BY section) AS total FROM undone u)
		SELECT g.*, COALESCE(r.name, p.name, '') AS target FROM ranked g`+targetNames+`WHERE g.place <= @most ORDER BY g.section, g.place`,
		map[string]any{
			"collective": uuid.UUID(c), "reader": uuid.UUID(reader), "now": micro(now), "most": digest.MostLines,
		}).Scan(&rows).Error
	if err != nil {
		return d, fault(err)
	}
	sections, last := d.Sections(), -1
	for _, r := range rows {
		if r.Section != last {
			last = r.Section
			d.Open += r.Total
			if r.Section == len(sections) {
				d.Untaken = r.Total
			}
		}
		if r.Section < len(sections) {
			in := sections[r.Section]
			in.Lines, in.All = append(in.Lines, r.line()), r.Total
		}
	}
	d.Trim()
	d.Targets, err = s.targets(ctx, c)
	return d, err
}

// mostTargets is how many targets a digest names.
const mostTargets = 5

func (s digestStore) targets(ctx context.Context, c collective.ID) ([]digest.Target, error) {
	var targets []digest.Target
	err := s.db.conn(ctx).Raw(`SELECT COALESCE(r.name, p.name, '') AS name, COUNT(*) AS cases, COUNT(DISTINCT g.author_id) AS authors
		FROM grievance g`+targetNames+`WHERE g.collective_id = ? AND g.filed_at IS NOT NULL AND g.closed_at IS NULL
		GROUP BY g.target_kind, g.target_id, r.name, p.name HAVING COUNT(*) > 1
		ORDER BY COUNT(*) DESC, g.target_kind, g.target_id LIMIT ?`, uuid.UUID(c), mostTargets).Scan(&targets).Error
	return targets, fault(err)
}

// queued is the open cases of all collectives that a reader coordinates.
const queued = ` FROM grievance g JOIN member m ON m.collective_id = g.collective_id AND m.worker_id = @reader AND m.coordinator AND m.left_at IS NULL
	LEFT JOIN member t ON t.collective_id = g.collective_id AND t.worker_id = g.taker_id AND t.left_at IS NULL AND t.coordinator` + targetNames +
	`WHERE g.filed_at IS NOT NULL AND g.closed_at IS NULL AND (g.author_id IS NULL OR g.author_id <> @reader)`

// Queue is a page of open cases; see digest.Reader.
func (s digestStore) Queue(ctx context.Context, reader worker.ID, offset, limit int) (q digest.Queue, err error) {
	args := map[string]any{"reader": uuid.UUID(reader), "offset": offset, "limit": limit}
	if err := s.db.conn(ctx).Raw(`SELECT COUNT(*)`+queued, args).Scan(&q.All).Error; err != nil {
		return q, fault(err)
	}
	var rows []lineRow
	err = s.db.conn(ctx).Raw(`SELECT g.id, g.ref, g.kind, g.state, g.filed_at, g.due_at, COALESCE(r.name, p.name, '') AS target,
		t.worker_id IS NOT NULL AS taken, t.worker_id IS NOT NULL AND t.worker_id = @reader AS mine`+queued+
		` ORDER BY g.due_at, g.id LIMIT @limit OFFSET @offset`, args).Scan(&rows).Error
	for _, r := range rows {
		q.Lines = append(q.Lines, r.line())
	}
	return q, fault(err)
}

// Seen remembers that cases were shown; see digest.Store.
func (s digestStore) Seen(ctx context.Context, reader worker.ID, now time.Time, cases ...grievance.ID) error {
	for _, id := range cases {
		err := s.db.conn(ctx).Exec(`INSERT INTO digest_seen (grievance_id, worker_id, collective_id, at)
			SELECT id, ?, collective_id, ? FROM grievance WHERE id = ? ON CONFLICT (grievance_id, worker_id) DO NOTHING`,
			uuid.UUID(reader), micro(now), uuid.UUID(id)).Error
		if err != nil {
			return fault(err)
		}
	}
	return nil
}

// Sent returns when the last digest went out; see digest.Store.
func (s digestStore) Sent(ctx context.Context, c collective.ID) (time.Time, error) {
	var at *int64
	err := s.db.conn(ctx).Raw(`SELECT sent_at FROM digest_sent WHERE collective_id = ?`, uuid.UUID(c)).Scan(&at).Error
	return timeOrZero(at), fault(err)
}

// SaveSent replaces it; see digest.Store.
func (s digestStore) SaveSent(ctx context.Context, c collective.ID, at time.Time) error {
	return fault(s.db.conn(ctx).Exec(`INSERT INTO digest_sent (collective_id, sent_at) VALUES (?, ?)
		ON CONFLICT (collective_id) DO UPDATE SET sent_at = excluded.sent_at`, uuid.UUID(c), micro(at)).Error)
}
