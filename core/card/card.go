// Package card is what one look at a requester or platform shows.
package card

import (
	"context"

	"manyhands/core"
	"manyhands/core/directory"
	"manyhands/core/rating"
	"manyhands/core/worker"
)

// Card is all of that one screen.
type Card struct {
	Target directory.TargetID
	Ref    core.Ref
	Name   string
	// Former are the names it went by, oldest first.
	Former []string
	// Lookalike is the known name that this one can be mistaken for, or "".
	Lookalike  string
	ExternalID string

	// Platform is where a requester posts, or "" where nobody said; for a
	// platform itself it is "".
	Platform    string
	PlatformRef core.Ref
	// Status is the platform's own, or that of the requester's platform.
	Status directory.Status
	// Countries, Kinds, Claimed, Reported, Source and Note are told of
	// platforms only.
	Countries, Claimed, Reported, Source, Note, Website string
	Kinds                                               []directory.Work

	// Figures are nil where nothing is published.
	Figures *rating.Figures
	// Mine is the reader's own live rating, or nil.
	Mine *rating.Content
}

// Reader reads cards.
type Reader interface {
	// Card returns the card of a requester or platform for a reader. Refusal:
	// NotFound "error.target_unknown".
	Card(ctx context.Context, ref core.Ref, reader worker.ID) (Card, error)
}
