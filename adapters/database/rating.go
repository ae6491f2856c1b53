package database

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"manyhands/core/directory"
	"manyhands/core/rating"
	"manyhands/core/worker"
)

// Ratings is the store of ratings and their figures.
func (db *DB) Ratings() rating.Store { return ratingStore{db} }

type ratingStore struct{ db *DB }

// commentPlace binds a sealed comment to its column.
const commentPlace = "rating.comment"

type ratingRow struct {
	WorkerID      uuid.UUID
	TargetKind    string
	TargetID      uuid.UUID
	Content       string
	SealedComment []byte
	At            int64
	ChangedAt     int64
}

// ratingContent is a rating's content without its comment, as stored.
type ratingContent struct {
	Scores map[rating.Dimension]rating.Score `json:"scores"`
	Again  rating.Again                      `json:"again,omitempty"`
	Flags  []rating.Flag                     `json:"flags,omitempty"`
}

func contentText(c rating.Content) (string, error) {
	b, err := json.Marshal(ratingContent{c.Scores, c.Again, c.Flags})
	return string(b), err
}

func contentOf(text string) (rating.Content, error) {
	var c ratingContent
	err := json.Unmarshal([]byte(text), &c)
	return rating.Content{Scores: c.Scores, Again: c.Again, Flags: c.Flags}, err
}

func (s ratingStore) rating(ctx context.Context, row ratingRow) (r rating.Rating, err error) {
	r.Worker, r.At, r.Changed = worker.ID(row.WorkerID), timeOf(row.At), timeOf(row.ChangedAt)
	if r.Target, err = directory.ParseTarget(directory.TargetKind(row.TargetKind), row.TargetID); err != nil {
		return r, err
	}
	if r.Content, err = contentOf(row.Content); err != nil {
		return r, fmt.Errorf("rating: %w", err)
	}
	if len(row.SealedComment) > 0 {
		plain, err := s.db.cipher.Open(ctx, workerKey(r.Worker), commentPlace, row.SealedComment)
		if err != nil {
			return r, fmt.Errorf("rating: %w", err)
		}
		r.Comment = string(plain)
	}
	return r, nil
}

const ratingColumns = `SELECT worker_id, target_kind, target_id, content, sealed_comment, at, changed_at FROM rating `

// Live returns the live rating; see rating.Store.
func (s ratingStore) Live(ctx context.Context, w worker.ID, t directory.TargetID) (rating.Rating, bool, error) {
	var row ratingRow
	res := s.db.conn(ctx).Raw(ratingColumns+`WHERE worker_id = ? AND target_kind = ? AND target_id = ?`, uuid.UUID(w), string(t.Kind()), t.UUID()).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return rating.Rating{}, false, fault(res.Error)
	}
	r, err := s.rating(ctx, row)
	return r, err == nil, err
}

// Save replaces the live rating and keeps history; see rating.Store.
func (s ratingStore) Save(ctx context.Context, r rating.Rating) error {
	if err := s.remember(ctx, r.Worker, r.Target, r.Changed); err != nil {
		return err
	}
	content, err := contentText(r.Content)
	if err != nil {
		return err
	}
	var sealed []byte
	if r.Comment != "" {
		if sealed, err = s.db.cipher.Seal(ctx, workerKey(r.Worker), commentPlace, []byte(r.Comment)); err != nil {
			return fmt.Errorf("rating: %w", err)
		}
	}
	err = s.db.conn(ctx).Exec(`INSERT INTO rating (worker_id, target_kind, target_id, content, sealed_comment, at, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (worker_id, target_kind, target_id) DO UPDATE SET content = excluded.content,
		sealed_comment = excluded.sealed_comment, changed_at = excluded.changed_at`,
		uuid.UUID(r.Worker), string(r.Target.Kind()), r.Target.UUID(), content, sealed, micro(r.At), micro(r.Changed)).Error
	if err != nil {
		return fault(err)
	}
	return s.unsettle(ctx, r.Target)
}

// remember copies the live rating into history.
func (s ratingStore) remember(ctx context.Context, w worker.ID, t directory.TargetID, at time.Time) error {
	return fault(s.db.conn(ctx).Exec(`INSERT INTO rating_history (worker_id, target_kind, target_id, content, sealed_comment, changed_at, ended_at)
		SELECT worker_id, target_kind, target_id, content, sealed_comment, changed_at, ? FROM rating
		WHERE worker_id = ? AND target_kind = ? AND target_id = ?`, micro(at), uuid.UUID(w), string(t.Kind()), t.UUID()).Error)
}

// unsettle notes that a target's figures lag behind what is said.
func (s ratingStore) unsettle(ctx context.Context, t directory.TargetID) error {
	return fault(s.db.conn(ctx).Exec(`INSERT INTO figure (target_kind, target_id, settled) VALUES (?, ?, FALSE)
		ON CONFLICT (target_kind, target_id) DO UPDATE SET settled = FALSE`, string(t.Kind()), t.UUID()).Error)
}

// Withdraw ends the live rating; see rating.Store.
func (s ratingStore) Withdraw(ctx context.Context, w worker.ID, t directory.TargetID, at time.Time) (bool, error) {
	if err := s.remember(ctx, w, t, at); err != nil {
		return false, err
	}
	res := s.db.conn(ctx).Exec(`DELETE FROM rating WHERE worker_id = ? AND target_kind = ? AND target_id = ?`, uuid.UUID(w), string(t.Kind()), t.UUID())
	if res.Error != nil || res.RowsAffected == 0 {
		return false, fault(res.Error)
	}
	return true, s.unsettle(ctx, t)
}

// OfWorker returns a worker's live ratings; see rating.Store.
func (s ratingStore) OfWorker(ctx context.Context, w worker.ID) ([]rating.Rating, error) {
	var rows []ratingRow
	if err := s.db.conn(ctx).Raw(ratingColumns+`WHERE worker_id = ? ORDER BY changed_at DESC, target_id`, uuid.UUID(w)).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	var all []rating.Rating
	for _, row := range rows {
		r, err := s.rating(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
