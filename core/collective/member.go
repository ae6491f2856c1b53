package collective

import (
	"slices"
	"strings"
	"time"

	"manyhands/core"
	"manyhands/core/worker"
)

// Member is a worker in a collective, now or formerly.
type Member struct {
	Collective ID
	Worker     worker.ID
	// Ref is the membership's outward name, for buttons.
	Ref core.Ref
	// Pseudonym is what the worker is called in this collective alone.
	Pseudonym   string
	Coordinator bool
	JoinedAt    time.Time
	// LeftAt is when the membership ended, or zero.
	LeftAt time.Time
	// RemovedEntry is the number of the removal in the collective's log, where
	// it was not the worker who ended the membership; else 0.
	RemovedEntry int64
	// StandsFromStart is true for whom the server's keeper put at the
	// beginning: they are vouched for, and may vouch at once.
	StandsFromStart bool
}

// Present is true for a member of today.
func (m Member) Present() bool { return !m.Worker.IsZero() && m.LeftAt.IsZero() }

// Removed is true for who was put out, and has not been let in since.
func (m Member) Removed() bool { return m.RemovedEntry > 0 }

// Membership is one collective of a worker.
type Membership struct {
	Collective Collective
	Member     Member
	// Members is how many the collective has.
	Members int
}

// Fellow is what one member is shown of another.
type Fellow struct {
	Ref         core.Ref
	Pseudonym   string
	Coordinator bool
	// You is true for the member who looks.
	You bool
}

// fellows are members as one of them sees them: coordinators first, then by
// pseudonym, so that the order does not tell who came when.
func fellows(members []Member, viewer worker.ID) []Fellow {
	out := make([]Fellow, len(members))
	for i, m := range members {
		out[i] = Fellow{Ref: m.Ref, Pseudonym: m.Pseudonym, Coordinator: m.Coordinator, You: m.Worker == viewer}
	}
	slices.SortFunc(out, func(a, b Fellow) int {
		if a.Coordinator != b.Coordinator {
			if a.Coordinator {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Pseudonym, b.Pseudonym)
	})
	return out
}

// coordinators counts the coordinators among members.
func coordinators(members []Member) int {
	n := 0
	for _, m := range members {
		if m.Coordinator {
			n++
		}
	}
	return n
}

// Removal is the proposal of one coordinator to remove a member; it waits for
// another coordinator.
type Removal struct {
	Collective ID
	Member     worker.ID
	By         worker.ID
	At         time.Time
}

// CoordinatorSettles is how long who was made a coordinator by another has no
// say in the removal of a coordinator. Else one coordinator with a second
// account of theirs, made a coordinator by nobody else, could put all others
// out at once; so these hear of it, and have this time to act.
const CoordinatorSettles = 7 * 24 * time.Hour

// RemovalLasts is how long a proposal to remove waits.
const RemovalLasts = 7 * 24 * time.Hour
