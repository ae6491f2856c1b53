// Package digest is the periodic summary of a collective's cases: the whole of
// it for each coordinator in private, figures only for the collective's rooms.
package digest

import (
	"context"
	"time"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// Line is one case in a list.
type Line struct {
	ID     grievance.ID
	Ref    core.Ref
	Kind   grievance.Kind
	Target string // its name
	State  grievance.State
	// FiledAt is when it was filed, Due by when something is owed to its
	// author, or zero.
	FiledAt, Due time.Time
	// Taken tells that a coordinator of today took it, Mine that it was the
	// one who looks.
	Taken, Mine bool
}

// Section is the cases of one sort: the first of them, and how many there are.
type Section struct {
	Lines []Line
	All   int
}

// Digest is what one coordinator is shown. A case is in one section only, the
// first that it belongs to. What the coordinator wrote is in none, and what a
// colleague took only where it is late.
type Digest struct {
	Collective collective.ID
	At         time.Time
	// Overdue: something owed to the author is late. It is shown to all.
	Overdue Section
	// New: received, not taken, and never shown to this coordinator before.
	New Section
	// Mine: taken by this coordinator.
	Mine Section
	// Waiting: for the worker, who was asked something.
	Waiting Section
	// Unacknowledged: shown before, and still nobody has told the author that
	// it was received.
	Unacknowledged Section
	// Open is how many cases have not ended, Untaken how many of them were
	// acknowledged and taken by nobody of today.
	Open, Untaken int
	// Targets are those with more than one open case, most cases first.
	Targets []Target
}

// Target is how many open cases there are about one requester or platform.
type Target struct {
	Name string
	// Cases is their number, Authors how many workers wrote them.
	Cases, Authors int
}

// MostLines is how many cases one digest shows: one button for each must fit
// the network that has the fewest (25 to a message, documented for Discord's
// components), beside the digest's own.
const MostLines = 20

// Sections are the sections in the order in which they are shown.
func (d *Digest) Sections() []*Section {
	return []*Section{&d.Overdue, &d.New, &d.Mine, &d.Waiting, &d.Unacknowledged}
}

// Trim leaves MostLines lines: of each section what the ones before it left
// room for.
func (d *Digest) Trim() {
	left := MostLines
	for _, s := range d.Sections() {
		s.Lines = s.Lines[:min(len(s.Lines), left)]
		left -= len(s.Lines)
	}
}

// Empty is true where nothing asks for anything.
func (d *Digest) Empty() bool {
	for _, s := range d.Sections() {
		if s.All > 0 {
			return false
		}
	}
	return true
}

// Queue is a page of all open cases of the collectives that a worker
// coordinates, those that are due first first.
type Queue struct {
	Lines []Line
	// All is how many there are on all pages.
	All int
}

// Reader reads screens, each answered by few queries.
type Reader interface {
	// Digest is what a coordinator of a collective is shown at a time; for the
	// zero worker, what one is shown who has seen and taken nothing.
	Digest(ctx context.Context, c collective.ID, reader worker.ID, now time.Time) (Digest, error)
	// Queue is a page of open cases; a worker who coordinates nothing has
	// none, and what they wrote is not in it.
	Queue(ctx context.Context, reader worker.ID, offset, limit int) (Queue, error)
}

// Store keeps what digests have shown, and when they went out.
type Store interface {
	Reader
	// Seen remembers that cases were shown to a coordinator.
	Seen(ctx context.Context, reader worker.ID, now time.Time, cases ...grievance.ID) error
	// Figures are those for a collective's rooms, now: what was told before,
	// or what Told.Next makes of it, which it keeps.
	Figures(ctx context.Context, c collective.ID) (Figures, error)
	// Sent returns when a collective's last digest went out, or the zero time;
	// SaveSent replaces it.
	Sent(ctx context.Context, c collective.ID) (time.Time, error)
	SaveSent(ctx context.Context, c collective.ID, at time.Time) error
}

// Next is when a collective's digest is due after now, the last one having
// gone out at last (zero for none): by the collective's clock, and once a
// local day, whatever that clock does, however late the last one was, and even
// where the hour or the zone was changed since.
func Next(c collective.Collective, now, last time.Time) time.Time {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC // as collective.NextDigest does
	}
	next := c.NextDigest(now)
	for !last.IsZero() && !day(next, zone).After(day(last, zone)) {
		next = c.NextDigest(next)
	}
	return next
}

// day is the day that a zone's calendar shows, as midnight UTC.
func day(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
