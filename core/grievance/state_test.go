package grievance

import (
	"slices"
	"testing"
	"time"
)

// The whole table: what is not named here is not allowed.
func TestStatesFollowEachOtherAsAgreed(t *testing.T) {
	t.Parallel()
	allowed := map[State][]State{
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
	for _, from := range States() {
		for _, to := range States() {
			if got, want := from.MayBecome(to), slices.Contains(allowed[from], to); got != want {
				t.Errorf("from %s to %s: allowed is %v, want %v", from, to, got, want)
			}
		}
		if from.Closed() && from != Withdrawn && len(next[from]) != 1 {
			t.Errorf("from %s there is more than the way back", from)
		}
	}
}

func TestMovingAgainstTheTableIsAFault(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a draft was resolved")
		}
	}()
	g := Grievance{State: Draft}
	g.move(Resolved, time.Unix(0, 0))
}

func TestEveryOpenStateLeadsIntoReview(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, from := range []State{Received, Acknowledged, InReview, WaitingForWorker, InAction} {
		g := Grievance{State: from, FiledAt: now}
		g.review(now)
		if g.State != InReview {
			t.Errorf("%s ends as %s", from, g.State)
		}
		if from == Received && !g.AcknowledgedAt.Equal(now) {
			t.Error("what is reviewed without having been acknowledged is so by that")
		}
	}
}

func TestWhatIsOwedToTheAuthor(t *testing.T) {
	t.Parallel()
	filed := time.Date(2026, 11, 23, 22, 30, 0, 0, time.UTC)
	g := Grievance{State: Draft}
	g.move(Received, filed)
	if want := filed.AddDate(0, 0, 7); !g.Due.Equal(want) || g.Overdue(want) || !g.Overdue(want.Add(time.Second)) {
		t.Errorf("acknowledgement is due %s, want %s and not a second later", g.Due, want)
	}
	g.move(Acknowledged, time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC))
	if want := time.Date(2027, 2, 28, 9, 0, 0, 0, time.UTC); !g.Due.Equal(want) {
		t.Errorf("feedback is due %s, want %s", g.Due, want)
	}
	g.move(InReview, filed)
	g.move(Resolved, time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC))
	if !g.Due.IsZero() || g.Open() || g.Overdue(time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("something is owed on what has ended")
	}
	g.move(Reopened, time.Date(2027, 3, 31, 9, 0, 0, 0, time.UTC))
	if want := time.Date(2027, 6, 30, 9, 0, 0, 0, time.UTC); !g.Due.Equal(want) || !g.Open() {
		t.Errorf("after reopening feedback is due %s, want %s", g.Due, want)
	}
}
