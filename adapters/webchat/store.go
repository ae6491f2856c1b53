package webchat

import (
	"context"
	"time"
)

// Store keeps what sessions were shown, for Retention, sealed.
//
// A message has a number that stays, and an event number that rises with each
// change of it. Both come from one row of numbers in each lane that never
// goes back, not even when everything old has been erased; so whoever knows
// the last event number they saw can ask for what came after it.
//
// Every method makes its own transaction. Two messages of one lane are put in
// order by the store, whoever stores them.
type Store interface {
	// Show stores body and returns its number, or 0 where the session has
	// ended. Where replaces names a message of the lane that is still there,
	// body takes its place under its number; replaces is 0 for a new
	// message. A parcel that was shown before changes nothing and returns
	// the number it got then.
	Show(ctx context.Context, network, lane string, replaces int64, parcel string, body []byte) (number int64, err error)

	// Since calls each, in the order of events, with what changed after the
	// event number after and was shown at from or later: the last limit of
	// them. An error of each ends it and is returned.
	Since(ctx context.Context, network, lane string, after int64, from time.Time, limit int,
		each func(number, event int64, at time.Time, body []byte) error) error

	// Clear erases all messages of a lane and ends its session for good.
	Clear(ctx context.Context, network, lane string) error

	// Ended tells whether Clear was called for the lane.
	Ended(ctx context.Context, network, lane string) (bool, error)

	// Sweep erases all messages shown before a time. Ended sessions stay
	// known.
	Sweep(ctx context.Context, before time.Time) error
}
