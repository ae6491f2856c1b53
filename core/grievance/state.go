package grievance

import (
	"fmt"
	"slices"
	"time"

	"manyhands/core/audit"
)

// State is how far a grievance has come.
type State string

// The states. No verb leads into Sealed and InAction yet; Reopened is passed
// through on the way back to InReview.
const (
	Draft               State = "draft"              // only the author knows of it
	Sealed              State = "sealed"             // in escrow: only the author knows of it
	Received            State = "received"           // filed, and nobody has said so yet
	Acknowledged        State = "acknowledged"       // the author was told that it was received
	InReview            State = "in_review"          // a coordinator works on it
	WaitingForWorker    State = "waiting_for_worker" // for the worker, who was asked something
	InAction            State = "in_action"          // negotiation, public, escalated
	Resolved            State = "resolved"
	ClosedWithoutRemedy State = "closed_without_remedy"
	Withdrawn           State = "withdrawn"
	Reopened            State = "reopened"
)

// next is which states may follow which.
var next = map[State][]State{
	Draft:               {Sealed, Received},
	Sealed:              {Received, Withdrawn},
	Received:            {Acknowledged, Withdrawn},
	Acknowledged:        {InReview, Withdrawn},
	InReview:            {WaitingForWorker, InAction, Resolved, ClosedWithoutRemedy, Withdrawn},
	WaitingForWorker:    {InReview, Withdrawn},
	InAction:            {InReview, Resolved, ClosedWithoutRemedy, Withdrawn},
	Resolved:            {Reopened},
	ClosedWithoutRemedy: {Reopened},
	Reopened:            {InReview},
}

// States are all of them, in the order of a case's life.
func States() []State {
	return []State{Draft, Sealed, Received, Acknowledged, InReview, WaitingForWorker, InAction, Resolved, ClosedWithoutRemedy, Withdrawn, Reopened}
}

// MayBecome tells whether to may follow directly.
func (s State) MayBecome(to State) bool { return slices.Contains(next[s], to) }

// Closed tells whether it is an end.
func (s State) Closed() bool { return s == Resolved || s == ClosedWithoutRemedy || s == Withdrawn }

// What is owed to an author, after Directive (EU) 2019/1937, article 9(1): (b)
// acknowledgement within seven days of receipt; (f) feedback within three
// months of the acknowledgement. A case that is reopened has three months
// again.
const (
	AcknowledgeWithin = 7 * 24 * time.Hour
	FeedbackMonths    = 3
)

// feedbackDue is so many months after a time, and never in the month after: 30
// November plus three months is the end of February.
func feedbackDue(from time.Time) time.Time {
	due := from.AddDate(0, FeedbackMonths, 0)
	if due.Day() != from.Day() {
		due = due.AddDate(0, 0, -due.Day())
	}
	return due
}

// Step is what a line of the time line tells.
type Step string

// The steps.
const (
	StepFiled        Step = "filed"
	StepTaken        Step = "taken"
	StepAcknowledged Step = "acknowledged"
	StepRead         Step = "read" // the story was opened
	StepAsked        Step = "asked"
	StepAnswered     Step = "answered"
	StepClosed       Step = "closed"
	StepWithdrawn    Step = "withdrawn"
	StepReopened     Step = "reopened"
	StepErased       Step = "erased" // the author took themselves and their words out
)

// ByAuthor is the role of the author in the time line; the others act there as
// audit.Coordinator.
const ByAuthor audit.Role = "author"

// Event is one line of a grievance's time line: by role only, so that the
// author and the coordinators may both see it.
type Event struct {
	At   time.Time
	Role audit.Role
	Step Step
	// State is what it was then.
	State State
}

// move takes the grievance one state on. Another than an allowed step is a
// fault of ours: verbs refuse before.
func (g *Grievance) move(to State, now time.Time) {
	if !g.State.MayBecome(to) {
		panic(fmt.Sprintf("grievance: from %s to %s", g.State, to))
	}
	g.State = to
	switch {
	case to == Received:
		g.FiledAt, g.Due = now, now.Add(AcknowledgeWithin)
	case to == Acknowledged:
		g.AcknowledgedAt, g.Due = now, feedbackDue(now)
	case to == Reopened:
		g.ClosedAt, g.Due = time.Time{}, feedbackDue(now)
	case to.Closed():
		g.ClosedAt, g.Due = now, time.Time{}
	}
}

// review takes an open grievance into review, by way of the states before.
func (g *Grievance) review(now time.Time) {
	for g.State != InReview {
		if g.State == Received {
			g.move(Acknowledged, now)
		} else {
			g.move(InReview, now)
		}
	}
}
