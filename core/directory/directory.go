// Package directory is the workers' own list of who they work for: the
// platforms that tasks come through and the requesters who post them, under
// every name they go by and went by.
//
// A name is cleaned once, when it is given ([NewName]); it is compared by its
// folded form ([Fold]); whether it poses as another is told by its skeleton
// ([Skeleton]). [Index] finds names while someone waits; [Service] adds and
// renames.
package directory

import (
	"fmt"

	"github.com/google/uuid"
)

// PlatformID is the key of a platform inside this server.
type PlatformID uuid.UUID

// RequesterID is the key of a requester inside this server.
type RequesterID uuid.UUID

// String is the key in hexadecimal. It must not leave the server: a key tells
// when the row was made.
func (id PlatformID) String() string { return uuid.UUID(id).String() }

// String is the key in hexadecimal. It must not leave the server: a key tells
// when the row was made.
func (id RequesterID) String() string { return uuid.UUID(id).String() }

// IsZero tells whether there is no platform: a worker may know who posts the
// task and not where it comes through.
func (id PlatformID) IsZero() bool { return id == PlatformID{} }

// IsZero tells whether there is no requester.
func (id RequesterID) IsZero() bool { return id == RequesterID{} }

// Target is the platform as something that can be rated or reported.
func (id PlatformID) Target() TargetID { return TargetID{true, uuid.UUID(id)} }

// Target is the requester as something that can be rated or reported.
func (id RequesterID) Target() TargetID { return TargetID{false, uuid.UUID(id)} }

// TargetKind says what a rating, a grievance or a claim points at.
type TargetKind string

// The kinds of target.
const (
	RequesterTarget TargetKind = "requester"
	PlatformTarget  TargetKind = "platform"
)

// TargetID points at a requester or a platform, and cannot be taken for
// either by mistake. It is made by [RequesterID.Target], [PlatformID.Target]
// or, where it comes back from a store, [ParseTarget]. It is comparable and
// may key a map. The zero TargetID points at nothing.
type TargetID struct {
	platform bool // which of the two; a byte, since an index holds many
	id       uuid.UUID
}

// ParseTarget rebuilds a TargetID from the two columns a store keeps. The
// error is a fault of the store, not a refusal.
func ParseTarget(kind TargetKind, id uuid.UUID) (TargetID, error) {
	if kind != RequesterTarget && kind != PlatformTarget {
		return TargetID{}, fmt.Errorf("directory: no such kind of target: %q", kind)
	}
	if id == uuid.Nil {
		return TargetID{}, fmt.Errorf("directory: a %s without a key", kind)
	}
	return TargetID{kind == PlatformTarget, id}, nil
}

// Kind says which of the two it points at; "" for the zero TargetID.
func (t TargetID) Kind() TargetKind {
	switch {
	case t.IsZero():
		return ""
	case t.platform:
		return PlatformTarget
	}
	return RequesterTarget
}

// UUID is the bare key, for a store's column beside the kind.
func (t TargetID) UUID() uuid.UUID { return t.id }

// IsZero tells whether it points at nothing.
func (t TargetID) IsZero() bool { return t.id == uuid.Nil }

// Requester is the requester pointed at, and false where it is a platform.
func (t TargetID) Requester() (RequesterID, bool) {
	if t.Kind() != RequesterTarget {
		return RequesterID{}, false
	}
	return RequesterID(t.id), true
}

// Platform is the platform pointed at, and false where it is a requester.
func (t TargetID) Platform() (PlatformID, bool) {
	if t.Kind() != PlatformTarget {
		return PlatformID{}, false
	}
	return PlatformID(t.id), true
}

// String is "requester:KEY" or "platform:KEY". It must not leave the server.
func (t TargetID) String() string { return string(t.Kind()) + ":" + t.id.String() }
