package grievance

import (
	"context"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// Store keeps grievances. Its methods run in the transaction that ctx carries.
type Store interface {
	// Add keeps a new grievance with its words.
	Add(ctx context.Context, g Grievance, w Words) error
	// Save replaces the facts of one that is there. The figures of its target
	// are told where it was opened or closed by that.
	Save(ctx context.Context, g Grievance) error
	// Drop takes a draft away, and its key with it.
	Drop(ctx context.Context, id ID) error
	// Grievance returns the grievance of a Ref and keeps others who ask for it
	// waiting until ctx's transaction ends; NotFound "error.grievance_unknown".
	Grievance(ctx context.Context, ref core.Ref) (Grievance, error)
	// OfAuthor returns what a worker wrote, drafts too, the latest change
	// first.
	OfAuthor(ctx context.Context, w worker.ID) ([]Grievance, error)
	// ToAcknowledge returns, by key and as Grievance does, up to limit
	// grievances of a collective that are Received and that a digest has shown
	// to the coordinator, who did not write them.
	ToAcknowledge(ctx context.Context, c collective.ID, shownTo worker.ID, limit int) ([]Grievance, error)

	// Words returns what is sealed; NotFound "error.erased" where the author
	// was erased.
	Words(ctx context.Context, id ID) (Words, error)
	// SaveWords replaces what is sealed.
	SaveWords(ctx context.Context, id ID, w Words) error

	// Log adds a line to the time line, Events returns it, oldest first.
	Log(ctx context.Context, id ID, e Event) error
	Events(ctx context.Context, id ID) ([]Event, error)
}

// Collectives is what must be known of collectives.
type Collectives interface {
	// IsCoordinator tells whether a worker coordinates a collective today.
	IsCoordinator(ctx context.Context, w worker.ID, c collective.ID) (bool, error)
	// Coordinators returns who coordinates a collective.
	Coordinators(ctx context.Context, c collective.ID) ([]worker.ID, error)
	// OfWorker returns the collectives that a worker is in.
	OfWorker(ctx context.Context, w worker.ID) ([]collective.Membership, error)
	// TakingOutsiders returns the collectives that anyone may file to.
	TakingOutsiders(ctx context.Context) ([]collective.Collective, error)
}

// Auditor enters what coordinators do, in the transaction in which they do it.
type Auditor interface {
	Append(ctx context.Context, r audit.Record) (audit.Entry, error)
}

// What the audit log says a coordinator did with a case.
const (
	ActOpened       audit.Act = "case.opened" // its facts
	ActRead         audit.Act = "case.read"   // its words
	ActTaken        audit.Act = "case.taken"
	ActAcknowledged audit.Act = "case.acknowledged"
	ActAsked        audit.Act = "case.asked"
	ActClosed       audit.Act = "case.closed"
	ActReopened     audit.Act = "case.reopened"
)

// Service is the verbs of grievances. All run in the transaction that ctx
// carries and judge anew who acts.
//
// Authors get NotFound "error.grievance_unknown" for what is not theirs.
// Coordinators get the same for what was not filed, Forbidden
// "error.case_coordinators" where they do not coordinate the collective it was
// filed to (today: one who left or was removed may nothing), and Forbidden
// "error.case_own" where they wrote it themselves.
type Service struct {
	store       Store
	collectives Collectives
	auditor     Auditor
	clock       core.Clock
	random      core.Random
}

// Needs are what a Service is made of.
type Needs struct {
	Store       Store
	Collectives Collectives
	Audit       Auditor
	Clock       core.Clock
	Random      core.Random
}

// New makes the service.
func New(n Needs) *Service {
	return &Service{store: n.Store, collectives: n.Collectives, auditor: n.Audit, clock: n.Clock, random: n.Random}
}
