package bots

import (
	"context"
	"errors"
	"fmt"
	"time"

	"manyhands/bots/locale"
)

// Network is what a chat network must do. Optional abilities are further
// interfaces below, found by type assertion.
type Network interface {
	// Name is the word by which accounts of this network are told apart. It
	// never changes.
	Name() string

	// Run brings arrivals to in until ctx ends, and returns nil then. An
	// arrival counts as brought only when in.Receive has returned nil: an
	// offset, an answer 200 or an acknowledgement of content waits for it.
	// It returns an error only where going on is useless, in words for the
	// server's keeper and without any token.
	Run(ctx context.Context, in Receiver) error

	// Decode says what an arrival of this network means. It touches nothing
	// outside and may be called again. An error sets the arrival aside.
	Decode(a Arrival) (Message, error)

	// Split renders what is to be said into the parts that the network's
	// limits ask for; the same every time for the same reply.
	Split(o Outgoing) ([]Part, error)

	// Send delivers one part and returns the network's id of it. Nothing is
	// retried inside. Every failure is a *SendError.
	Send(ctx context.Context, p Parcel) (id string, err error)

	// Readers is the honest sentence on who can read what is said here.
	Readers() locale.Text
}

// Receiver is what a network brings its arrivals to.
type Receiver interface {
	// Receive stores a batch in one commit. Arrivals seen before are passed
	// over.
	Receive(ctx context.Context, batch ...Arrival) error
	// Complete offers up to limit values for a parameter whose beginning
	// has been typed. It uses no transaction and creates no worker.
	Complete(ctx context.Context, command, param, typed string, limit int) []Completion
}

// Completion is a value offered for what is being typed.
type Completion struct {
	Label string // shown; typed by workers, so not to be trusted as markup
	Value string // what the parameter's parser takes
}

// Part is one message's worth of a reply, rendered for a network.
type Part struct {
	// Body is the network's own form, opaque to the bot.
	Body []byte
	// Plain is the same without any markup, tried once where Body is refused.
	Plain []byte
}

// Parcel is one part on its way.
type Parcel struct {
	// ID is the same at every attempt at this part and of no other: a
	// network that can refuse doubles uses it.
	ID string
	To Address
	// Edit is the network's id of the message to replace, or "".
	Edit string
	Part Part
	// First is true for the first part of the first answer to a message.
	First bool
}

// Failure says what a sender may do about a failed send.
type Failure string

// The failures of sending.
const (
	Later   Failure = "later"   // not delivered, or perhaps: try again, after After
	Refused Failure = "refused" // this content will never be taken
	Gone    Failure = "gone"    // the receiver cannot be reached any more
	Moved   Failure = "moved"   // the chat is now MovedTo
)

// SendError is why a part was not delivered. Its text names no one and holds
// no token.
type SendError struct {
	Failure Failure
	After   time.Duration
	MovedTo Address
	Reason  string
}

func (e *SendError) Error() string { return fmt.Sprintf("%s: %s", e.Failure, e.Reason) }

// FailureOf returns the SendError in err; any other error counts as Later.
func FailureOf(err error) *SendError {
	var e *SendError
	if errors.As(err, &e) {
		return e
	}
	return &SendError{Failure: Later, Reason: "unknown"}
}

// MenuPublisher is a network that shows the commands by itself. The bot calls
// it once at the start; a refusal is logged and nothing else.
type MenuPublisher interface {
	PublishMenu(ctx context.Context, m Menu) error
}

// Linker is a network on which a private chat can be opened by a link that
// carries a word ("join_CODE").
type Linker interface {
	// Link returns the address of a private chat with the bot, or "".
	Link(word string) string
}

// Menu is the commands in every language.
type Menu struct {
	Commands  []*Command
	Catalogue *locale.Catalogue
}
