package bots

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// Store is what the bot keeps, apart from what the nouns keep for themselves.
//
// All methods that take part in handling a message run in the transaction that
// ctx carries. Personal content (raw arrivals, dialogs, addresses, replies) is
// sealed by the store; lanes and update keys are kept as keyed hashes.
type Store interface {
	Transactions
	Inbox
	Outbox
	Dialogs
	Accounts
	DueWork
}

// Transactions is how many writes become one.
type Transactions interface {
	// InTx runs fn in one transaction: all that fn did through ctx is
	// committed when InTx returns nil, and none of it otherwise.
	//
	// fn may be run more than once and on another goroutine, alone or beside
	// other messages in one transaction: it has no effect except through
	// ctx, and holds no network handle. It returns a core.Error only for
	// what must not be committed. Statements inside carry the transaction's
	// own context: a caller who goes away cancels nothing half-way.
	//
	// The transaction is proved alive before its commit: where the database
	// rolled it back by itself (a cancelled statement or a full disk on
	// SQLite), InTx returns an error and nothing stays.
	InTx(ctx context.Context, fn func(ctx context.Context) error) error

	// Savepoint runs fn inside ctx's transaction so that, where fn returns
	// a core.Error, what fn wrote is undone and the transaction goes on; the
	// error is returned. After any other error the transaction is lost and
	// InTx will fail, whatever its fn returns.
	Savepoint(ctx context.Context, fn func(ctx context.Context) error) error
}

// Pending is an arrival taken up for handling.
type Pending struct {
	Arrival
	// Handle names the row, for Handled and SetAside.
	Handle string
	// Attempts counts this attempt too.
	Attempts int
}

// Inbox is what arrived and is not handled yet.
type Inbox interface {
	// Receive stores a batch in one commit and returns how many were new.
	Receive(ctx context.Context, now time.Time, batch []Arrival) (int, error)
	// InboxLanes returns lanes of these networks that have something pending,
	// longest waiting first, as opaque names. What other copies of the
	// program serve is theirs.
	InboxLanes(ctx context.Context, networks []string, limit int) ([]string, error)
	// TakeUp returns the first pending arrival of a lane, its attempts
	// raised in a commit of their own; false where there is none.
	TakeUp(ctx context.Context, lane string) (Pending, bool, error)
	// Handled marks it done, in the handling transaction. It returns false
	// where it was done already (another copy of the program was faster):
	// then nothing must be done.
	Handled(ctx context.Context, handle string, now time.Time) (bool, error)
	// SetAside moves it to the dead letters under a reference that the
	// person is told. why holds no personal text.
	SetAside(ctx context.Context, handle string, now time.Time, reference, why string) error
}

// Outbound is one reply or notice on its way to one receiver.
type Outbound struct {
	ID      uuid.UUID
	Network string
	To      Address
	Out     Outgoing
	// Worker is who receives it, or zero for a room.
	Worker worker.ID
	// Member, where set, is the collective to which the worker must belong
	// at sending; Coordinator, with that role.
	Member      collective.ID
	Coordinator bool
	// NotBefore is the earliest time of sending.
	NotBefore time.Time
	// Attempts counts failed attempts; Sent holds the network's ids of the
	// parts that have been delivered.
	Attempts int
	Sent     []string
	// First is true for the first answer to a message.
	First bool
}

// Outbox is what is to be sent.
type Outbox interface {
	// Post writes rows in order, in the handling transaction.
	Post(ctx context.Context, rows ...Outbound) error
	// OutboxLanes returns lanes of these networks whose first row may be sent
	// now.
	OutboxLanes(ctx context.Context, networks []string, now time.Time, limit int) ([]string, error)
	// First returns the first row of a lane; false where there is none or it
	// has to wait. Whether its receiver may still read it is told by ok.
	First(ctx context.Context, lane string, now time.Time) (row Outbound, may bool, found bool, err error)
	// PartSent remembers that a part was delivered; done with the last one,
	// which empties the row's content.
	PartSent(ctx context.Context, id uuid.UUID, sent []string, done bool, now time.Time) error
	// Postpone lets a row wait after a failed attempt, and its lane with it.
	Postpone(ctx context.Context, id uuid.UUID, until time.Time) error
	// Give up: the row is dropped (reason holds no personal text).
	Abandon(ctx context.Context, id uuid.UUID, now time.Time, reason string) error
	// Unreachable marks the account behind an address so; Reachable undoes it.
	Unreachable(ctx context.Context, network string, to Address) error
	// Move gives a chat's rows, rooms and dialogs a new address.
	Move(ctx context.Context, network string, from, to Address) error
}

// Dialogs keeps conversations in progress, one for a worker in a chat.
type Dialogs interface {
	// Dialog returns the dialog of a worker in a lane, or nil.
	Dialog(ctx context.Context, w worker.ID, network, lane string) (*Dialog, error)
	// SaveDialog replaces it; nil ends it.
	SaveDialog(ctx context.Context, w worker.ID, network, lane string, d *Dialog, now time.Time) error
}

// Met is a worker met through an account.
type Met struct {
	Worker worker.Worker
	New    bool
	// Private is the account's private address as last known, or empty.
	Private Address
}

// Accounts turns accounts into workers and back into addresses.
type Accounts interface {
	// Meet returns the worker behind an account, its row locked for this
	// transaction. fresh is stored where the account is new. A private
	// address and a hint that are not empty are remembered.
	Meet(ctx context.Context, a worker.Account, private Address, hint string, fresh worker.Worker) (Met, error)
	// Addresses returns a worker and where they can be reached, the account
	// used last first. A worker who was erased is nowhere.
	Addresses(ctx context.Context, w worker.ID) (worker.Worker, []Reach, error)
	// Rooms returns where a collective's rooms are, and its language.
	Rooms(ctx context.Context, c collective.ID) (language string, rooms []Reach, err error)
}

// Reach is a network and an address on it.
type Reach struct {
	Network string
	To      Address
}

// Due is work with a time: read by our clock, done by RunDue.
type Due struct {
	// Kind names the work, Subject what it is about; together they are
	// unique, so that scheduling twice is scheduling once.
	Kind    string
	Subject string
	At      time.Time
}

// DueWork keeps work with a time.
type DueWork interface {
	// Schedule sets when something is due, in ctx's transaction.
	Schedule(ctx context.Context, d Due) error
	// Ensure schedules it unless it is scheduled already.
	Ensure(ctx context.Context, d Due) error
	// Unschedule forgets it, and tells whether it was there.
	Unschedule(ctx context.Context, kind, subject string) (bool, error)
	// DueBefore returns what is due at now or earlier, oldest first.
	DueBefore(ctx context.Context, now time.Time, limit int) ([]Due, error)
	// NextDue tells when the next is due; false where nothing is.
	NextDue(ctx context.Context) (time.Time, bool, error)
}

// Dialog is a conversation in progress. One without a command is none: it only
// remembers what was offered and what was stopped.
type Dialog struct {
	Ref core.Ref `json:"ref"`
	// Version rises with each step, so that an old button is known as old.
	Version int    `json:"version"`
	Command string `json:"command"`
	Args    Args   `json:"args"`
	// Asking is the parameter whose answer is awaited, or "" at a panel.
	Asking string `json:"asking,omitempty"`
	// Trail is the parameters asked so far, for /back.
	Trail []string `json:"trail,omitempty"`
	// Draft is what was typed and could not be taken.
	Draft string `json:"draft,omitempty"`
	// Fills is the parent's parameter that this dialog's result answers.
	Fills  string  `json:"fills,omitempty"`
	Parent *Dialog `json:"parent,omitempty"`

	// Offered are the buttons of the last answer in this chat, so that one
	// can be pressed by typing its label.
	Offered []Offer `json:"offered,omitempty"`
	// Shelved is a dialog that was stopped, to be taken up again.
	Shelved *Dialog `json:"shelved,omitempty"`
}

// Offer is a button that was shown: its label as it is compared, and its data.
type Offer struct {
	Label string `json:"label"`
	Data  string `json:"data"`
}
