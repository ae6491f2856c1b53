package database

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"manyhands/core/directory"
	"manyhands/core/rating"
	"manyhands/core/worker"
)

// Unsettled returns the targets that a batch has to look at; see rating.Store.
func (s ratingStore) Unsettled(ctx context.Context) ([]directory.TargetID, error) {
	var rows []struct {
		TargetKind string
		TargetID   uuid.UUID
	}
	if err := s.db.conn(ctx).Raw(`SELECT target_kind, target_id FROM figure WHERE NOT settled ORDER BY target_kind, target_id`).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	var ts []directory.TargetID
	for _, r := range rows {
		t, err := directory.ParseTarget(directory.TargetKind(r.TargetKind), r.TargetID)
		if err != nil {
			return nil, err
		}
		ts = append(ts, t)
	}
	return ts, nil
}

// Voices returns all that is and was counted on a target; see rating.Store.
func (s ratingStore) Voices(ctx context.Context, t directory.TargetID) ([]rating.Voice, error) {
	var rows []struct {
		ID        uuid.UUID
		Since     int64
		VouchedAt *int64
		Live      *string
		Counted   *string
		CountedAt *int64
	}
	err := s.db.conn(ctx).Raw(`SELECT w.id, w.since, w.vouched_at, r.content AS live, c.content AS counted, c.at AS counted_at
		FROM worker w
		LEFT JOIN rating r ON r.worker_id = w.id AND r.target_kind = @kind AND r.target_id = @id
		LEFT JOIN counted c ON c.worker_id = w.id AND c.target_kind = @kind AND c.target_id = @id
		WHERE w.id IN (SELECT worker_id FROM rating WHERE target_kind = @kind AND target_id = @id
			UNION SELECT worker_id FROM counted WHERE target_kind = @kind AND target_id = @id)
		ORDER BY w.id`, map[string]any{"kind": string(t.Kind()), "id": t.UUID()}).Scan(&rows).Error
	if err != nil {
		return nil, fault(err)
	}
	var vs []rating.Voice
	for _, r := range rows {
		v := rating.Voice{Worker: worker.ID(r.ID), Standing: worker.Standing{Since: timeOf(r.Since), Vouched: r.VouchedAt != nil}}
		if r.Live != nil {
			c, err := contentOf(*r.Live)
			if err != nil {
				return nil, fmt.Errorf("voice: %w", err)
			}
			v.Live = &c
		}
		if r.Counted != nil {
			c, err := contentOf(*r.Counted)
			if err != nil {
				return nil, fmt.Errorf("voice: %w", err)
			}
			v.Counted = &rating.Counted{Content: c, At: timeOrZero(r.CountedAt)}
		}
		vs = append(vs, v)
	}
	return vs, nil
}

// Published returns what was published of a target; see rating.Store.
func (s ratingStore) Published(ctx context.Context, t directory.TargetID) (f rating.Figures, ok bool, err error) {
	var text *string
	err = s.db.conn(ctx).Raw(`SELECT published FROM figure WHERE target_kind = ? AND target_id = ?`, string(t.Kind()), t.UUID()).Scan(&text).Error
	if err != nil || text == nil {
		return f, false, fault(err)
	}
	err = json.Unmarshal([]byte(*text), &f)
	return f, err == nil, err
}

// Publish keeps a batch's outcome; see rating.Store.
func (s ratingStore) Publish(ctx context.Context, t directory.TargetID, b rating.Batch) error {
	var published *string
	if b.Figures != nil {
		text, err := json.Marshal(b.Figures)
		if err != nil {
			return err
		}
		p := string(text)
		published = &p
	}
	err := s.db.conn(ctx).Exec(`INSERT INTO figure (target_kind, target_id, settled, published) VALUES (?, ?, ?, ?)
		ON CONFLICT (target_kind, target_id) DO UPDATE SET settled = excluded.settled, published = excluded.published`,
		string(t.Kind()), t.UUID(), b.Settled, published).Error
	if err != nil {
		return fault(err)
	}
	for w, part := range b.Counted {
		if err := s.count(ctx, w, t, part); err != nil {
			return err
		}
	}
	return nil
}

func (s ratingStore) count(ctx context.Context, w worker.ID, t directory.TargetID, part *rating.Counted) error {
	if part == nil {
		return fault(s.db.conn(ctx).Exec(`DELETE FROM counted WHERE worker_id = ? AND target_kind = ? AND target_id = ?`,
			uuid.UUID(w), string(t.Kind()), t.UUID()).Error)
	}
	content, err := contentText(part.Content)
	if err != nil {
		return err
	}
	return fault(s.db.conn(ctx).Exec(`INSERT INTO counted (worker_id, target_kind, target_id, content, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (worker_id, target_kind, target_id) DO UPDATE SET content = excluded.content, at = excluded.at`,
		uuid.UUID(w), string(t.Kind()), t.UUID(), content, micro(part.At)).Error)
}

// Reporters returns the standing of workers with an open grievance; see
// rating.Store.
func (s ratingStore) Reporters(ctx context.Context, t directory.TargetID) ([]worker.Standing, error) {
	var rows []workerRow
	err := s.db.conn(ctx).Raw(`SELECT id, since, vouched_at FROM worker WHERE id IN (SELECT author_id FROM grievance
		WHERE target_kind = ? AND target_id = ? AND filed_at IS NOT NULL AND closed_at IS NULL)`, string(t.Kind()), t.UUID()).Scan(&rows).Error
	var all []worker.Standing
	for _, r := range rows {
		all = append(all, worker.Standing{Since: timeOf(r.Since), Vouched: r.VouchedAt != nil})
	}
	return all, fault(err)
}
