package database

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"manyhands/core/worker"
)

// ratingHolding is what the worker said of requesters and platforms, now and
// before. What was published and counted it stays as it is until the figures
// change anyway: a figure that changed at once would tell whose voice is gone.
func (db *DB) ratingHolding() holding {
	return holding{
		kind: "ratings",
		read: func(ctx context.Context, id worker.ID) (any, error) { return db.everythingRated(ctx, id) },
		erase: func(ctx context.Context, id worker.ID) error {
			for _, table := range []string{"rating", "rating_history", "counted"} {
				if err := db.conn(ctx).Exec(`DELETE FROM `+table+` WHERE worker_id = ?`, uuid.UUID(id)).Error; err != nil {
					return fault(err)
				}
			}
			return nil
		},
	}
}

// ratedThing is one rating as it goes into a worker's file.
type ratedThing struct {
	About   string          `json:"about"`
	Said    json.RawMessage `json:"said"`
	Comment string          `json:"comment,omitempty"`
	At      time.Time       `json:"at"`
	// Ended is when it was changed or withdrawn.
	Ended time.Time `json:"ended,omitzero"`
}

func (db *DB) everythingRated(ctx context.Context, id worker.ID) ([]ratedThing, error) {
	var rows []struct {
		Name          string
		Content       string
		SealedComment []byte
		ChangedAt     int64
		EndedAt       *int64
	}
	err := db.conn(ctx).Raw(`SELECT COALESCE(r.name, p.name, '') AS name, g.content, g.sealed_comment, g.changed_at, g.ended_at FROM (
			SELECT worker_id, target_kind, target_id, content, sealed_comment, changed_at, NULL AS ended_at FROM rating
			UNION ALL SELECT worker_id, target_kind, target_id, content, sealed_comment, changed_at, ended_at FROM rating_history) g
		LEFT JOIN requester r ON g.target_kind = 'requester' AND r.id = g.target_id
		LEFT JOIN platform p ON g.target_kind = 'platform' AND p.id = g.target_id
		WHERE g.worker_id = ? ORDER BY g.changed_at, name`, uuid.UUID(id)).Scan(&rows).Error
	if err != nil {
		return nil, fault(err)
	}
	var all []ratedThing
	for _, r := range rows {
		one := ratedThing{About: r.Name, Said: json.RawMessage(r.Content), At: timeOf(r.ChangedAt), Ended: timeOrZero(r.EndedAt)}
		if len(r.SealedComment) > 0 {
			comment, err := db.cipher.Open(ctx, workerKey(id), commentPlace, r.SealedComment)
			if err != nil {
				return nil, fmt.Errorf("ratings: %w", err)
			}
			one.Comment = string(comment)
		}
		all = append(all, one)
	}
	return all, nil
}
