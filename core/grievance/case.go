package grievance

import (
	"context"
	"fmt"
	"time"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// AcknowledgeAtOnce is the most that AcknowledgeAllNew does in one go.
const AcknowledgeAtOnce = 100

// handled is a case that the coordinator may have to do with.
func (s *Service) handled(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, error) {
	g, err := s.store.Grievance(ctx, ref)
	if err != nil {
		return g, err
	}
	if g.FiledAt.IsZero() {
		return Grievance{}, core.Refuse(core.NotFound, "error.grievance_unknown")
	}
	may, err := s.collectives.IsCoordinator(ctx, by, g.Audience)
	switch {
	case err != nil:
		return Grievance{}, err
	case !may:
		return Grievance{}, core.Refuse(core.Forbidden, "error.case_coordinators")
	case g.Author == by:
		return Grievance{}, core.Refuse(core.Forbidden, "error.case_own")
	}
	return g, nil
}

// Case returns what a list shows of a case, to a coordinator who is about to
// do something with it. It is not entered in the audit log; Look is.
func (s *Service) Case(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, error) {
	return s.handled(ctx, by, ref)
}

// opened is the same for what must not have ended: Conflict
// "error.case_closed".
func (s *Service) opened(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, error) {
	g, err := s.handled(ctx, by, ref)
	if err == nil && g.State.Closed() {
		return g, core.Refuse(core.Conflict, "error.case_closed")
	}
	return g, err
}

// enter writes what a coordinator did into the collective's audit log.
func (s *Service) enter(ctx context.Context, by worker.ID, g Grievance, act audit.Act, detail map[string]string) error {
	_, err := s.auditor.Append(ctx, audit.Record{
		Chain: g.Audience.Chain(), At: s.clock(), Role: audit.Coordinator, Worker: [16]byte(by), Act: act, Subject: g.Ref, Detail: detail,
	})
	if err != nil {
		return fmt.Errorf("audit: %w", err)
	}
	return nil
}

// act keeps what a coordinator changed, its line and its entry.
func (s *Service) act(ctx context.Context, by worker.ID, g Grievance, now time.Time, step Step, act audit.Act) (Grievance, error) {
	g, err := s.save(ctx, g, now, audit.Coordinator, step)
	if err != nil {
		return g, err
	}
	return g, s.enter(ctx, by, g, act, nil)
}

// Look returns the facts of a case and its time line, never its words.
// Coordinators may; it is entered in the audit log.
func (s *Service) Look(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, []Event, error) {
	g, err := s.handled(ctx, by, ref)
	if err != nil {
		return g, nil, err
	}
	events, err := s.store.Events(ctx, g.ID)
	if err != nil {
		return g, nil, err
	}
	return g, events, s.enter(ctx, by, g, ActOpened, nil)
}

// Read returns the words of a case. Coordinators may; each reading is entered
// in the audit log in the same transaction, and the author sees in the time
// line that it was read. Refusals: Conflict "error.case_withdrawn"; NotFound
// "error.erased" where the author was erased.
func (s *Service) Read(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, Words, error) {
	g, err := s.handled(ctx, by, ref)
	if err != nil {
		return g, Words{}, err
	}
	if g.State == Withdrawn {
		return g, Words{}, core.Refuse(core.Conflict, "error.case_withdrawn")
	}
	w, err := s.store.Words(ctx, g.ID)
	if err != nil {
		return g, Words{}, err
	}
	if err := s.store.Log(ctx, g.ID, Event{At: s.clock(), Role: audit.Coordinator, Step: StepRead, State: g.State}); err != nil {
		return g, Words{}, err
	}
	return g, w, s.enter(ctx, by, g, ActRead, nil)
}

// Take makes a coordinator the one who works on a case. An acknowledged one is
// in review from then on. Taking what one has taken changes nothing. Refusals:
// Conflict "error.case_taken" where another coordinator of today has it;
// "error.case_closed".
func (s *Service) Take(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, bool, error) {
	g, err := s.opened(ctx, by, ref)
	if err != nil || g.Taker == by {
		return g, false, err
	}
	if !g.Taker.IsZero() {
		there, err := s.collectives.IsCoordinator(ctx, g.Taker, g.Audience)
		if err != nil {
			return g, false, err
		}
		if there {
			return g, false, core.Refuse(core.Conflict, "error.case_taken")
		}
	}
	now := s.clock()
	g.Taker = by
	if g.State == Acknowledged {
		g.move(InReview, now)
	}
	g, err = s.act(ctx, by, g, now, StepTaken, ActTaken)
	return g, err == nil, err
}

// Acknowledge tells the author that it was received; one that was taken
// before is in review from then on. What is acknowledged already stays as it
// is. Refusal: Conflict "error.case_closed".
func (s *Service) Acknowledge(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, bool, error) {
	g, err := s.opened(ctx, by, ref)
	if err != nil || g.State != Received {
		return g, false, err
	}
	g, err = s.acknowledge(ctx, by, g)
	return g, err == nil, err
}

func (s *Service) acknowledge(ctx context.Context, by worker.ID, g Grievance) (Grievance, error) {
	now := s.clock()
	g.move(Acknowledged, now)
	if !g.Taker.IsZero() {
		g.move(InReview, now)
	}
	return s.act(ctx, by, g, now, StepAcknowledged, ActAcknowledged)
}

// AcknowledgeAllNew acknowledges what digests have shown to the coordinator
// and nobody has acknowledged yet, up to AcknowledgeAtOnce, and returns them.
// Coordinators of the collective may; what they wrote themselves stays.
func (s *Service) AcknowledgeAllNew(ctx context.Context, by worker.ID, c collective.ID) ([]Grievance, error) {
	may, err := s.collectives.IsCoordinator(ctx, by, c)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, core.Refuse(core.Forbidden, "error.case_coordinators")
	}
	// All are locked before the first entry is written, so that two who do
	// this at once wait for each other only here.
	all, err := s.store.ToAcknowledge(ctx, c, by, AcknowledgeAtOnce)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i], err = s.acknowledge(ctx, by, all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Ask puts one question to the author, and the case waits for the answer; one
// that was not acknowledged is by this. Coordinators may. Refusals besides
// those of a text: Conflict "error.case_asked" while one is open,
// "error.case_closed", "error.case_no_author"; Limited "error.questions_many".
func (s *Service) Ask(ctx context.Context, by worker.ID, ref core.Ref, text string) (Grievance, error) {
	g, err := s.opened(ctx, by, ref)
	switch {
	case err != nil:
		return g, err
	case g.Author.IsZero():
		return g, core.Refuse(core.Conflict, "error.case_no_author")
	case g.State == WaitingForWorker:
		return g, core.Refuse(core.Conflict, "error.case_asked")
	}
	if err := said(text, MaxStory); err != nil {
		return g, err
	}
	w, err := s.store.Words(ctx, g.ID)
	if err != nil {
		return g, err
	}
	if len(w.Questions) >= MostQuestions {
		return g, core.Refuse(core.Limited, "error.questions_many", "Count", len(w.Questions))
	}
	now := s.clock()
	w.Questions = append(w.Questions, Question{Text: text, At: now})
	if err := s.store.SaveWords(ctx, g.ID, w); err != nil {
		return g, err
	}
	g.review(now)
	g.move(WaitingForWorker, now)
	return s.act(ctx, by, g, now, StepAsked, ActAsked)
}

// Close ends a case as Resolved or ClosedWithoutRemedy, with words for the
// author, where there still is one; a case that was not acknowledged is by this. Coordinators may.
// Refusals besides those of a text: Conflict "error.case_closed"; Invalid
// "error.choice_unknown".
func (s *Service) Close(ctx context.Context, by worker.ID, ref core.Ref, how State, outcome string) (Grievance, error) {
	if how != Resolved && how != ClosedWithoutRemedy {
		return Grievance{}, core.Refuse(core.Invalid, "error.choice_unknown", "Typed", string(how))
	}
	g, err := s.opened(ctx, by, ref)
	if err != nil {
		return g, err
	}
	if !g.Author.IsZero() {
		if err := said(outcome, MaxOutcome); err != nil {
			return g, err
		}
		w, err := s.store.Words(ctx, g.ID)
		if err != nil {
			return g, err
		}
		w.Outcome = outcome
		if err := s.store.SaveWords(ctx, g.ID, w); err != nil {
			return g, err
		}
	}
	now := s.clock()
	g.review(now)
	g.move(how, now)
	if g, err = s.save(ctx, g, now, audit.Coordinator, StepClosed); err != nil {
		return g, err
	}
	return g, s.enter(ctx, by, g, ActClosed, map[string]string{"as": string(how)})
}

// Reopen takes a case that coordinators closed into review again. Coordinators
// may. Refusals: Conflict "error.case_open" where it has not ended,
// "error.case_withdrawn" where its author ended it.
func (s *Service) Reopen(ctx context.Context, by worker.ID, ref core.Ref) (Grievance, error) {
	g, err := s.handled(ctx, by, ref)
	switch {
	case err != nil:
		return g, err
	case g.State == Withdrawn:
		return g, core.Refuse(core.Conflict, "error.case_withdrawn")
	case !g.State.Closed():
		return g, core.Refuse(core.Conflict, "error.case_open")
	}
	now := s.clock()
	g.move(Reopened, now)
	g.move(InReview, now)
	return s.act(ctx, by, g, now, StepReopened, ActReopened)
}

// Handlers are whom news of a case concerns: who took it, or all coordinators
// where nobody of today has; never its author.
func (s *Service) Handlers(ctx context.Context, g Grievance) ([]worker.ID, error) {
	all, err := s.collectives.Coordinators(ctx, g.Audience)
	var ws []worker.ID
	for _, w := range all {
		if w == g.Taker {
			return []worker.ID{w}, err
		}
		if w != g.Author {
			ws = append(ws, w)
		}
	}
	return ws, err
}
