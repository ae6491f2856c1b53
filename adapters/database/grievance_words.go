package database

import (
	"context"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/grievance"
)

// Words returns what is sealed of a grievance; see grievance.Store. The story
// is sealed even where there is none yet, so that its column is empty only
// where the author was erased.
func (s grievanceStore) Words(ctx context.Context, id grievance.ID) (w grievance.Words, err error) {
	var row struct{ SealedStory, SealedExchange, SealedOutcome []byte }
	if err := s.db.conn(ctx).Raw(`SELECT sealed_story, sealed_exchange, sealed_outcome FROM grievance WHERE id = ?`, uuid.UUID(id)).
		Scan(&row).Error; err != nil {
		return w, fault(err)
	}
	if len(row.SealedStory) == 0 {
		return w, core.Refuse(core.NotFound, "error.erased")
	}
	for _, x := range []struct {
		place  string
		sealed []byte
		into   any
	}{{storyPlace, row.SealedStory, &w.Story}, {exchangePlace, row.SealedExchange, &w.Questions}, {outcomePlace, row.SealedOutcome, &w.Outcome}} {
		if err := s.db.openJSON(ctx, caseKey(id), x.place, x.sealed, x.into); err != nil {
			return grievance.Words{}, err
		}
	}
	return w, nil
}

// SaveWords replaces what is sealed; see grievance.Store.
func (s grievanceStore) SaveWords(ctx context.Context, id grievance.ID, w grievance.Words) error {
	story, err := s.db.sealJSON(ctx, caseKey(id), storyPlace, w.Story)
	if err != nil {
		return err
	}
	var exchange, outcome []byte
	if len(w.Questions) > 0 {
		if exchange, err = s.db.sealJSON(ctx, caseKey(id), exchangePlace, w.Questions); err != nil {
			return err
		}
	}
	if w.Outcome != "" {
		if outcome, err = s.db.sealJSON(ctx, caseKey(id), outcomePlace, w.Outcome); err != nil {
			return err
		}
	}
	return fault(s.db.conn(ctx).Exec(`UPDATE grievance SET sealed_story = ?, sealed_exchange = ?, sealed_outcome = ? WHERE id = ?`,
		story, exchange, outcome, uuid.UUID(id)).Error)
}

// Log adds a line to the time line; see grievance.Store. The grievance's row
// is locked by whoever acts, so that the numbers follow each other.
func (s grievanceStore) Log(ctx context.Context, id grievance.ID, e grievance.Event) error {
	return fault(s.db.conn(ctx).Exec(`INSERT INTO grievance_event (grievance_id, seq, collective_id, at, role, step, state)
		SELECT g.id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM grievance_event WHERE grievance_id = g.id), g.collective_id, ?, ?, ?, ?
		FROM grievance g WHERE g.id = ?`, micro(e.At), string(e.Role), string(e.Step), string(e.State), uuid.UUID(id)).Error)
}

// Events returns the time line; see grievance.Store.
func (s grievanceStore) Events(ctx context.Context, id grievance.ID) ([]grievance.Event, error) {
	var rows []struct {
		At                int64
		Role, Step, State string
	}
	err := s.db.conn(ctx).Raw(`SELECT at, role, step, state FROM grievance_event WHERE grievance_id = ? ORDER BY seq`, uuid.UUID(id)).Scan(&rows).Error
	var events []grievance.Event
	for _, r := range rows {
		events = append(events, grievance.Event{
			At: timeOf(r.At), Role: audit.Role(r.Role), Step: grievance.Step(r.Step), State: grievance.State(r.State),
		})
	}
	return events, fault(err)
}
