package database

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// grievanceHolding is what a worker reported, and what digests have shown
// them.
func (db *DB) grievanceHolding() holding {
	return holding{
		kind:  "grievances",
		read:  func(ctx context.Context, id worker.ID) (any, error) { return db.everythingGrievances(ctx, id) },
		erase: db.eraseGrievances,
	}
}

// everythingGrievances returns all that a worker reported, drafts too, as it
// goes into /mydata.
func (db *DB) everythingGrievances(ctx context.Context, id worker.ID) ([]map[string]any, error) {
	s := grievanceStore{db}
	mine, err := s.OfAuthor(ctx, id)
	if err != nil {
		return nil, err
	}
	var all []map[string]any
	for _, g := range mine {
		about, err := db.targetName(ctx, g)
		if err != nil {
			return nil, err
		}
		w, err := s.Words(ctx, g.ID)
		if err != nil {
			return nil, err
		}
		events, err := s.Events(ctx, g.ID)
		if err != nil {
			return nil, err
		}
		var history []map[string]any
		for _, e := range events {
			history = append(history, map[string]any{"at": e.At, "by": e.Role, "what": e.Step})
		}
		all = append(all, map[string]any{
			"ref": g.Ref, "about": about, "kind": g.Kind, "state": g.State, "happened": g.Happened.Format(time.DateOnly), "country": g.Country,
			"lost": g.Lost.String(), "pseudonym": g.Pseudonym, "filed": orNil(g.FiledAt), "closed": orNil(g.ClosedAt),
			"story": w.Story, "questions": w.Questions, "outcome": w.Outcome, "history": history,
		})
	}
	return all, nil
}

// orNil keeps a time that is not there out of JSON.
func orNil(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

func (db *DB) targetName(ctx context.Context, g grievance.Grievance) (name string, err error) {
	err = db.conn(ctx).Raw(`SELECT name FROM requester WHERE id = @id UNION ALL SELECT name FROM platform WHERE id = @id`,
		map[string]any{"id": g.Target.UUID()}).Scan(&name).Error
	return name, fault(err)
}

// eraseGrievances takes a worker out of what they reported: drafts go; of what
// was filed, kind, state and target stay, without author, words, day, place or
// amount. The keys go after the commit. A case that the worker coordinated is
// nobody's again.
func (db *DB) eraseGrievances(ctx context.Context, id worker.ID) error {
	s := grievanceStore{db}
	mine, err := s.OfAuthor(ctx, id)
	if err != nil {
		return err
	}
	for _, g := range mine {
		if g.State == grievance.Draft {
			if err := s.Drop(ctx, g.ID); err != nil {
				return err
			}
			continue
		}
		if err := s.eraseAuthor(ctx, g); err != nil {
			return err
		}
	}
	for _, q := range []string{
		`UPDATE grievance SET taker_id = NULL WHERE taker_id = ?`,
		`DELETE FROM digest_seen WHERE worker_id = ?`,
	} {
		if err := db.conn(ctx).Exec(q, uuid.UUID(id)).Error; err != nil {
			return fault(err)
		}
	}
	return nil
}

func (s grievanceStore) eraseAuthor(ctx context.Context, g grievance.Grievance) error {
	now := s.db.clock()
	err := s.db.conn(ctx).Exec(`UPDATE grievance SET author_id = NULL, pseudonym = '', sealed_facts = NULL,
		sealed_story = NULL, sealed_exchange = NULL, sealed_outcome = NULL, changed_at = ? WHERE id = ?`, micro(now), uuid.UUID(g.ID)).Error
	if err != nil {
		return fault(err)
	}
	if err := s.Log(ctx, g.ID, grievance.Event{At: now, Role: grievance.ByAuthor, Step: grievance.StepErased, State: g.State}); err != nil {
		return err
	}
	if g.Open() {
		if err := ratingStore(s).unsettle(ctx, g.Target); err != nil {
			return err
		}
	}
	return s.forgetKey(ctx, g.ID)
}
