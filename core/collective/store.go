package collective

import (
	"context"
	"time"

	"manyhands/core"
	"manyhands/core/worker"
)

// Store keeps collectives with all that is in them. Its methods run in the
// transaction that ctx carries. What is asked for by a key that must be there
// and is not is NotFound "error.collective_unknown"; where absence is an
// answer, found says so.
type Store interface {
	// SaveCollective inserts or replaces the collective of that ID.
	SaveCollective(ctx context.Context, c Collective) error
	Collective(ctx context.Context, id ID) (Collective, error)
	CollectiveByRef(ctx context.Context, ref core.Ref) (Collective, error)
	// All returns every collective, oldest first.
	All(ctx context.Context) ([]Collective, error)
	// Lock keeps others who lock the collective waiting until ctx's
	// transaction ends. Whatever depends on who else is in it, or on how
	// often an invitation was used, is read and written under this lock.
	Lock(ctx context.Context, id ID) error

	Memberships
	Invitations
	Rooms
}

// Memberships keeps who is in a collective.
type Memberships interface {
	// SaveMember inserts or replaces the membership of that worker.
	SaveMember(ctx context.Context, m Member) error
	// Member returns a worker's membership, past ones too.
	Member(ctx context.Context, id ID, w worker.ID) (m Member, found bool, err error)
	MemberByRef(ctx context.Context, ref core.Ref) (m Member, found bool, err error)
	// Members returns the members of today, in any order.
	Members(ctx context.Context, id ID) ([]Member, error)
	// OfWorker returns the collectives that a worker is in today, by joining.
	OfWorker(ctx context.Context, w worker.ID) ([]Membership, error)
	// PseudonymTaken tells whether anyone in the collective is or was called
	// so.
	PseudonymTaken(ctx context.Context, id ID, pseudonym string) (bool, error)

	// MadeCoordinator returns when the collective's log says that another
	// coordinator made the member one, the last time; zero for never.
	MadeCoordinator(ctx context.Context, m Member) (time.Time, error)

	// SaveRemoval keeps a proposal in place of any other about that member.
	SaveRemoval(ctx context.Context, r Removal) error
	Removal(ctx context.Context, id ID, member worker.ID) (r Removal, found bool, err error)
	// DropRemovals forgets the proposals about a worker and by them.
	DropRemovals(ctx context.Context, id ID, w worker.ID) error
}

// Invitations keeps invitations, what they were used for, and wrong guesses.
type Invitations interface {
	// NewInvitation keeps an invitation under the keyed hash of its code.
	NewInvitation(ctx context.Context, i Invitation, code Code) error
	InvitationByCode(ctx context.Context, code Code) (i Invitation, found bool, err error)
	// Used tells whether a worker was let in by an invitation before.
	Used(ctx context.Context, i InvitationID, w worker.ID) (bool, error)
	// Use counts that a worker was let in by an invitation.
	Use(ctx context.Context, i Invitation, w worker.ID, at time.Time) error
	// CloseInvitations takes back those that a worker made and, with used,
	// those that let the worker in.
	CloseInvitations(ctx context.Context, id ID, w worker.ID, used bool) error

	// SaveGuess remembers a wrong code, and forgets the worker's older than
	// GuessesKept.
	SaveGuess(ctx context.Context, w worker.ID, at time.Time) error
	// Guesses counts a worker's wrong codes after a time.
	Guesses(ctx context.Context, w worker.ID, after time.Time) (int, error)

	// SaveVouch keeps a vouch; from now on the worker is vouched for.
	SaveVouch(ctx context.Context, v Vouch) error
	// Vouches counts what a worker vouched after a time, and keeps others
	// who count the same worker's waiting until ctx's transaction ends.
	Vouches(ctx context.Context, by worker.ID, after time.Time) (int, error)

	// Sweep forgets guesses from before a time, invitations with their uses
	// that expired before another, and who vouched before a third.
	Sweep(ctx context.Context, guesses, expired, vouched time.Time) error
}

// Rooms keeps which group chats belong to a collective.
type Rooms interface {
	// SaveRoom binds a room, in place of what it was bound to.
	SaveRoom(ctx context.Context, r Room) error
	RoomAt(ctx context.Context, network, lane string) (r Room, found bool, err error)
	DropRoom(ctx context.Context, network, lane string) error
	DropRooms(ctx context.Context, id ID) error
}
