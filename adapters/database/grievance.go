package database

import (
	"context"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// Grievances is the store of grievances.
func (db *DB) Grievances() grievance.Store { return grievanceStore{db} }

type grievanceStore struct{ db *DB }

// caseKey is the data key of all that is sealed of one grievance, from the
// first draft on: its text never moves from key to key, and taking a draft
// away takes it out of older copies of the database too.
func caseKey(id grievance.ID) string { return "case:" + id.String() }

const (
	factsPlace    = "grievance.facts"
	storyPlace    = "grievance.story"
	exchangePlace = "grievance.exchange"
	outcomePlace  = "grievance.outcome"
)

type grievanceRow struct {
	ID             uuid.UUID
	Ref            string
	AuthorID       *uuid.UUID
	Pseudonym      string
	TargetKind     string
	TargetID       uuid.UUID
	Kind           string
	SealedFacts    []byte
	CollectiveID   *uuid.UUID
	State          string
	TakerID        *uuid.UUID
	FiledAt        *int64
	AcknowledgedAt *int64
	ClosedAt       *int64
	DueAt          *int64
	ChangedAt      int64
}

func (s grievanceStore) rowOf(ctx context.Context, g grievance.Grievance) (r grievanceRow, err error) {
	r = grievanceRow{
		ID: uuid.UUID(g.ID), Ref: string(g.Ref), AuthorID: uuidOrNil(g.Author), Pseudonym: g.Pseudonym,
		TargetKind: string(g.Target.Kind()), TargetID: g.Target.UUID(), Kind: string(g.Kind),
		CollectiveID: uuidOrNil(g.Audience), State: string(g.State), TakerID: uuidOrNil(g.Taker),
		FiledAt: microOrNil(g.FiledAt), AcknowledgedAt: microOrNil(g.AcknowledgedAt), ClosedAt: microOrNil(g.ClosedAt), DueAt: microOrNil(g.Due),
		ChangedAt: micro(g.ChangedAt),
	}
	r.SealedFacts, err = s.sealFacts(ctx, g)
	return r, err
}

func (s grievanceStore) of(ctx context.Context, r grievanceRow) (g grievance.Grievance, err error) {
	g = grievance.Grievance{
		ID: grievance.ID(r.ID), Ref: core.Ref(r.Ref), Author: uuidOrZero[worker.ID](r.AuthorID), Pseudonym: r.Pseudonym,
		Kind: grievance.Kind(r.Kind), Audience: uuidOrZero[collective.ID](r.CollectiveID), State: grievance.State(r.State),
		Taker: uuidOrZero[worker.ID](r.TakerID), FiledAt: timeOrZero(r.FiledAt), AcknowledgedAt: timeOrZero(r.AcknowledgedAt),
		ClosedAt: timeOrZero(r.ClosedAt), Due: timeOrZero(r.DueAt), ChangedAt: timeOf(r.ChangedAt),
	}
	if g.Target, err = directory.ParseTarget(directory.TargetKind(r.TargetKind), r.TargetID); err != nil {
		return g, err
	}
	return g, s.openFacts(ctx, r.SealedFacts, &g)
}

const grievanceColumns = `SELECT id, ref, author_id, pseudonym, target_kind, target_id, kind, sealed_facts,
	collective_id, state, taker_id, filed_at, acknowledged_at, closed_at, due_at, changed_at FROM grievance `

// Add keeps a new grievance; see grievance.Store.
func (s grievanceStore) Add(ctx context.Context, g grievance.Grievance, w grievance.Words) error {
	if err := s.db.cipher.MakeKey(ctx, caseKey(g.ID)); err != nil {
		return err
	}
	r, err := s.rowOf(ctx, g)
	if err != nil {
		return err
	}
	err = s.db.conn(ctx).Exec(`INSERT INTO grievance (id, ref, author_id, pseudonym, target_kind, target_id, kind, sealed_facts,
		collective_id, state, taker_id, filed_at, acknowledged_at, closed_at, due_at, changed_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Ref, r.AuthorID, r.Pseudonym, r.TargetKind, r.TargetID, r.Kind, r.SealedFacts,
		r.CollectiveID, r.State, r.TakerID, r.FiledAt, r.AcknowledgedAt, r.ClosedAt, r.DueAt, r.ChangedAt).Error
	if err != nil {
		return fault(err)
	}
	if err := s.SaveWords(ctx, g.ID, w); err != nil || !g.Open() {
		return err
	}
	return ratingStore(s).unsettle(ctx, g.Target)
}

// Save replaces the facts; see grievance.Store.
func (s grievanceStore) Save(ctx context.Context, g grievance.Grievance) error {
	var before grievanceRow
	res := s.db.conn(ctx).Raw(grievanceColumns+`WHERE id = ?`, uuid.UUID(g.ID)).Scan(&before)
	if res.Error != nil {
		return fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return core.Refuse(core.NotFound, "error.grievance_unknown")
	}
	r, err := s.rowOf(ctx, g)
	if err != nil {
		return err
	}
	err = s.db.conn(ctx).Exec(`UPDATE grievance SET author_id = ?, pseudonym = ?, target_kind = ?, target_id = ?, kind = ?, sealed_facts = ?,
		collective_id = ?, state = ?, taker_id = ?, filed_at = ?, acknowledged_at = ?, closed_at = ?, due_at = ?, changed_at = ?
		WHERE id = ?`,
		r.AuthorID, r.Pseudonym, r.TargetKind, r.TargetID, r.Kind, r.SealedFacts,
		r.CollectiveID, r.State, r.TakerID, r.FiledAt, r.AcknowledgedAt, r.ClosedAt, r.DueAt, r.ChangedAt, r.ID).Error
	if err != nil {
		return fault(err)
	}
	if wasOpen := before.FiledAt != nil && before.ClosedAt == nil; wasOpen == g.Open() {
		return nil
	}
	return ratingStore(s).unsettle(ctx, g.Target)
}

// Drop takes a draft away; see grievance.Store. Its key goes after the commit,
// as due work.
func (s grievanceStore) Drop(ctx context.Context, id grievance.ID) error {
	if err := s.db.conn(ctx).Exec(`DELETE FROM grievance WHERE id = ? AND filed_at IS NULL`, uuid.UUID(id)).Error; err != nil {
		return fault(err)
	}
	return s.forgetKey(ctx, id)
}

func (s grievanceStore) forgetKey(ctx context.Context, id grievance.ID) error {
	return s.db.Schedule(ctx, bots.Due{Kind: ForgetKey, Subject: caseKey(id), At: s.db.clock()})
}

// locked makes a query lock the rows that it returns, where that is needed:
// SQLite has one writer.
func (s grievanceStore) locked(query string) string {
	if s.db.postgres {
		return query + ` FOR UPDATE`
	}
	return query
}

// Grievance returns the grievance of a Ref; see grievance.Store.
func (s grievanceStore) Grievance(ctx context.Context, ref core.Ref) (grievance.Grievance, error) {
	var row grievanceRow
	res := s.db.conn(ctx).Raw(s.locked(grievanceColumns+`WHERE ref = ?`), string(ref)).Scan(&row)
	if res.Error != nil {
		return grievance.Grievance{}, fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return grievance.Grievance{}, core.Refuse(core.NotFound, "error.grievance_unknown")
	}
	return s.of(ctx, row)
}

// OfAuthor returns what a worker wrote; see grievance.Store.
func (s grievanceStore) OfAuthor(ctx context.Context, w worker.ID) ([]grievance.Grievance, error) {
	return s.all(ctx, grievanceColumns+`WHERE author_id = ? ORDER BY changed_at DESC, id`, uuid.UUID(w))
}

// ToAcknowledge returns what a coordinator may acknowledge at once; see
// grievance.Store.
func (s grievanceStore) ToAcknowledge(ctx context.Context, c collective.ID, shownTo worker.ID, limit int) ([]grievance.Grievance, error) {
	return s.all(ctx, s.locked(grievanceColumns+`WHERE collective_id = ? AND state = 'received' AND closed_at IS NULL
		AND (author_id IS NULL OR author_id <> ?) AND id IN (SELECT grievance_id FROM digest_seen WHERE worker_id = ?) ORDER BY id LIMIT ?`),
		uuid.UUID(c), uuid.UUID(shownTo), uuid.UUID(shownTo), limit)
}

func (s grievanceStore) all(ctx context.Context, query string, args ...any) ([]grievance.Grievance, error) {
	var rows []grievanceRow
	if err := s.db.conn(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	var all []grievance.Grievance
	for _, r := range rows {
		g, err := s.of(ctx, r)
		if err != nil {
			return nil, err
		}
		all = append(all, g)
	}
	return all, nil
}
