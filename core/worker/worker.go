// Package worker is a person who does click-work, known by a pseudonym only,
// and the accounts through which they are met.
package worker

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
)

// ID is a worker's key inside; it never leaves the server.
type ID uuid.UUID

// String writes the key for logs of the store's own; it is a random-looking
// key of a row, not an identity on any network.
func (id ID) String() string { return uuid.UUID(id).String() }

// IsZero is true for no worker.
func (id ID) IsZero() bool { return id == ID{} }

// Worker is what is kept about a person: no name, no number, no picture.
type Worker struct {
	ID        ID
	Pseudonym string
	// Language is what the worker chose with /language, or "" where the
	// network's hint decides.
	Language string
	// Hint is the last language that a network hinted.
	Hint  string
	Since time.Time
	// Steward is true where the server's keeper recognised the worker.
	Steward bool
}

// Account is one identity on one chat network. Only a keyed hash of it is
// stored.
type Account struct {
	Network string
	UserID  string
}

// Standing is what counts towards the weight of a worker's voice.
type Standing struct {
	Since time.Time
	// Vouched is true where a member in good standing vouched for the
	// worker, an invitation being a vouch, or where the worker stands from
	// the start (first in a collective made from the server's side).
	Vouched bool
}

// The parts of a voice's weight; see Standing.Weight.
const (
	PresenceWeight = 0.25
	AgeWeight      = 0.25
	VouchWeight    = 0.25
	// CountingWeight is the weight from which a voice counts towards
	// thresholds and batches.
	CountingWeight = 0.5
	// AgeForWeight is how long a worker must have been here for AgeWeight.
	AgeForWeight = 30 * 24 * time.Hour
)

// Weight is the weight of a voice, 0.25 to 0.75: 0.25 each for being there,
// for 30 days of age and for a vouch. (Logged work will add the last 0.25.)
func (s Standing) Weight(now time.Time) float64 {
	w := PresenceWeight
	if now.Sub(s.Since) >= AgeForWeight {
		w += AgeWeight
	}
	if s.Vouched {
		w += VouchWeight
	}
	return w
}

// Counts tells whether the voice counts towards thresholds and batches.
func (s Standing) Counts(now time.Time) bool { return s.Weight(now) >= CountingWeight }

// Good tells whether the worker may vouch for others: 30 days of age, and
// vouched for.
func (s Standing) Good(now time.Time) bool {
	return s.Vouched && now.Sub(s.Since) >= AgeForWeight
}

// Store keeps workers.
type Store interface {
	// Worker returns the worker, or a NotFound refusal "error.worker_unknown".
	Worker(ctx context.Context, id ID) (Worker, error)
	// SaveWorker writes language, hint, pseudonym and steward.
	SaveWorker(ctx context.Context, w Worker) error
	// Standing returns what counts for the worker's weight.
	Standing(ctx context.Context, id ID) (Standing, error)
	// Everything returns all that the worker gave, by kind, for /mydata.
	Everything(ctx context.Context, id ID) (map[string]any, error)
	// Erase removes the worker with all that only they gave: accounts,
	// ratings, drafts, dialogs, memberships; their grievances keep state and
	// kind without narrative or author.
	Erase(ctx context.Context, id ID) error
}

// NewPseudonym draws a pseudonym: two plain words and two digits, from lists
// that mean the same to nobody.
func NewPseudonym(r core.Random) string { return draw(r) }
