package directory

import (
	"context"

	"manyhands/core"
)

// Store keeps the directory. Its methods run in the transaction that ctx
// carries, where there is one. What is not there is a refusal of kind
// NotFound, key "error.requester_unknown" or "error.platform_unknown".
type Store interface {
	// SavePlatform inserts or replaces the platform of that ID.
	SavePlatform(ctx context.Context, p Platform) error
	// SaveRequester inserts or replaces the requester of that ID, with all its
	// former names, and files it under [Fold] of each name.
	SaveRequester(ctx context.Context, r Requester) error
	// Platform reads one platform.
	Platform(ctx context.Context, id PlatformID) (Platform, error)
	// Platforms reads them all; there are tens.
	Platforms(ctx context.Context) ([]Platform, error)
	// Requester reads one requester, and locks it until the transaction ends.
	Requester(ctx context.Context, id RequesterID) (Requester, error)
	// RequesterByRef reads the requester of an outward Ref.
	RequesterByRef(ctx context.Context, ref core.Ref) (Requester, error)
	// RequesterByExternalID reads the requester that a platform knows by id.
	RequesterByExternalID(ctx context.Context, p PlatformID, id string) (Requester, error)
	// RequestersNamed reads the requesters of one platform that have a current
	// or former name with that folded form. Two copies of the program that add
	// the same name at the same moment may both find nothing; a store may
	// prevent it, and where it does not, the double is found as an ambiguity
	// and merged by a steward.
	RequestersNamed(ctx context.Context, p PlatformID, folded string) ([]Requester, error)
	// NamesSince reads what was added or changed after cursor, in any order,
	// in one portion of the store's choosing, and the cursor to go on from;
	// nothing more to come gives an empty portion. The empty cursor is the
	// beginning.
	//
	// Only committed rows may be given. A row committed late, with a number
	// drawn early, must not be skipped: a store that cannot rule that out
	// gives the last rows again, for a row seen twice costs nothing. So that
	// reading ends, a portion that holds nothing but such repeats returns the
	// cursor it was given.
	NamesSince(ctx context.Context, cursor Cursor) ([]Named, Cursor, error)
}

// Cursor is a place in the store's sequence of changes. Only the store reads
// it.
type Cursor string

// Named is an entry as it stands after a change.
type Named struct {
	Entry
	// Gone: it is not in the directory any more. Of Entry only ID counts then.
	Gone bool
}

// Actor says what the one who acts may do. Who it is does not matter here, and
// is not kept.
type Actor struct {
	// Steward: a coordinator whom the server's keeper recognised.
	Steward bool
}

// Known is the refusal to add what is there already. It unwraps to its
// core.Error (kind Conflict) and holds what is there, to be offered instead.
type Known struct {
	// Existing is the requester or platform already in the directory.
	Existing Entry
	refusal  *core.Error
}

// Error is the text of the refusal, without any name.
func (k *Known) Error() string { return k.refusal.Error() }

// Unwrap gives the refusal for the person.
func (k *Known) Unwrap() error { return k.refusal }

func known(e Entry, key string, pairs ...any) *Known {
	return &Known{Existing: e, refusal: core.Refuse(core.Conflict, key, append(pairs, "Name", e.Name)...)}
}
