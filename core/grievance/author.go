package grievance

import (
	"context"
	"time"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// Audience is a collective that an author may file to.
type Audience struct {
	Collective collective.Collective
	// Own is true where the author is a member; Members is how many there
	// are, and 0 where Own is false.
	Own     bool
	Members int
}

// Small tells whether a pseudonym hides little there: fewer than
// collective.SmallGroup members, who can guess each other.
func (a Audience) Small() bool { return a.Own && a.Members < collective.SmallGroup }

// Audiences are the collectives that a worker may file to, those offered first
// that are best: their own and, where there is none or one of them is small,
// those that take outsiders. One without a coordinator other than the worker
// is not among them: nobody would read it.
func (s *Service) Audiences(ctx context.Context, author worker.ID) ([]Audience, error) {
	mine, err := s.collectives.OfWorker(ctx, author)
	if err != nil {
		return nil, err
	}
	var all []Audience
	own, small := map[collective.ID]bool{}, false
	for _, m := range mine {
		own[m.Collective.ID] = true
		readable, err := s.readable(ctx, m.Collective.ID, author)
		if err != nil {
			return nil, err
		}
		if !readable {
			continue
		}
		a := Audience{Collective: m.Collective, Own: true, Members: m.Members}
		small = small || a.Small()
		all = append(all, a)
	}
	if len(all) > 0 && !small {
		return all, nil
	}
	taking, err := s.collectives.TakingOutsiders(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range taking {
		if !own[c.ID] {
			all = append(all, Audience{Collective: c})
		}
	}
	return all, nil
}

// readable tells whether a collective has a coordinator besides the author.
func (s *Service) readable(ctx context.Context, c collective.ID, author worker.ID) (bool, error) {
	ws, err := s.collectives.Coordinators(ctx, c)
	for _, w := range ws {
		if w != author {
			return true, err
		}
	}
	return false, err
}

// SaveDraft keeps a draft: a new one where draft is "", else that one of the
// author's, changed. Any worker may. Refusals: those of Content.Validate;
// Limited "error.drafts_many" (Count); Conflict "error.grievance_filed" for
// what is no draft any more.
func (s *Service) SaveDraft(ctx context.Context, author worker.ID, draft core.Ref, c Content) (Grievance, error) {
	g, fresh, err := s.drafted(ctx, author, draft, c)
	if err != nil {
		return g, err
	}
	if fresh {
		drafts, _, err := s.counts(ctx, author)
		if err != nil {
			return g, err
		}
		if drafts >= MostDrafts {
			return g, core.Refuse(core.Limited, "error.drafts_many", "Count", drafts)
		}
	}
	return g, s.keep(ctx, g, fresh, c.Story)
}

// drafted is the draft with c as its content; fresh where it is not kept yet.
func (s *Service) drafted(ctx context.Context, author worker.ID, draft core.Ref, c Content) (g Grievance, fresh bool, err error) {
	now := s.clock()
	if err := c.Validate(now); err != nil {
		return g, false, err
	}
	if draft == "" {
		g = Grievance{ID: ID(core.NewKey(now, s.random)), Ref: core.NewRef(s.random), Author: author, State: Draft}
	} else if g, err = s.own(ctx, author, draft); err != nil {
		return g, false, err
	} else if g.State != Draft {
		return g, false, core.Refuse(core.Conflict, "error.grievance_filed")
	}
	g.Target, g.Kind, g.Happened, g.Country, g.Lost, g.ChangedAt = c.Target, c.Kind, c.Happened, c.Country, c.Lost, now
	return g, draft == "", nil
}

func (s *Service) keep(ctx context.Context, g Grievance, fresh bool, story string) error {
	if fresh {
		return s.store.Add(ctx, g, Words{Story: story})
	}
	if err := s.store.Save(ctx, g); err != nil {
		return err
	}
	return s.store.SaveWords(ctx, g.ID, Words{Story: story})
}

// counts are how many drafts and open grievances an author has.
func (s *Service) counts(ctx context.Context, author worker.ID) (drafts, open int, err error) {
	all, err := s.store.OfAuthor(ctx, author)
	for _, g := range all {
		switch {
		case g.State == Draft:
			drafts++
		case g.Open():
			open++
		}
	}
	return drafts, open, err
}

// own is one of the author's.
func (s *Service) own(ctx context.Context, author worker.ID, ref core.Ref) (Grievance, error) {
	g, err := s.store.Grievance(ctx, ref)
	if err == nil && (g.Author != author || author.IsZero()) {
		return Grievance{}, core.Refuse(core.NotFound, "error.grievance_unknown")
	}
	return g, err
}

// Discard takes one of the author's drafts away for good. Refusal: Conflict
// "error.grievance_filed".
func (s *Service) Discard(ctx context.Context, author worker.ID, ref core.Ref) error {
	g, err := s.own(ctx, author, ref)
	if err != nil {
		return err
	}
	if g.State != Draft {
		return core.Refuse(core.Conflict, "error.grievance_filed")
	}
	return s.store.Drop(ctx, g.ID)
}

// File hands a grievance to the coordinators of one collective: what was a
// draft, or something new where draft is "". The collective must be one of
// Audiences. Refusals: those of SaveDraft but the last; Invalid
// "error.grievance_story" without a story; Forbidden "error.grievance_audience";
// Limited "error.grievances_many" (Count).
func (s *Service) File(ctx context.Context, author worker.ID, draft core.Ref, c Content, audience core.Ref) (Grievance, error) {
	if err := said(c.Story, MaxStory); err != nil {
		if core.KindOf(err) == core.Invalid {
			err = core.Refuse(core.Invalid, "error.grievance_story")
		}
		return Grievance{}, err
	}
	g, fresh, err := s.drafted(ctx, author, draft, c)
	if err != nil {
		return g, err
	}
	to, err := s.audience(ctx, author, audience)
	if err != nil {
		return g, err
	}
	if _, open, err := s.counts(ctx, author); err != nil {
		return g, err
	} else if open >= MostOpen {
		return g, core.Refuse(core.Limited, "error.grievances_many", "Count", open)
	}
	g.Audience, g.Pseudonym = to, worker.NewPseudonym(s.random)
	g.move(Received, s.clock())
	if err := s.keep(ctx, g, fresh, c.Story); err != nil {
		return g, err
	}
	return g, s.log(ctx, g, ByAuthor, StepFiled)
}

func (s *Service) audience(ctx context.Context, author worker.ID, ref core.Ref) (collective.ID, error) {
	all, err := s.Audiences(ctx, author)
	for _, a := range all {
		if a.Collective.Ref == ref {
			return a.Collective.ID, err
		}
	}
	if err == nil {
		err = core.Refuse(core.Forbidden, "error.grievance_audience")
	}
	return collective.ID{}, err
}

// Answer answers the one open question, and the case is in review again. The
// author may. Refusals besides those of a text: Conflict "error.question_none".
func (s *Service) Answer(ctx context.Context, author worker.ID, ref core.Ref, text string) (Grievance, error) {
	g, err := s.own(ctx, author, ref)
	if err != nil {
		return g, err
	}
	if g.State != WaitingForWorker {
		return g, core.Refuse(core.Conflict, "error.question_none")
	}
	if err := said(text, MaxStory); err != nil {
		return g, err
	}
	w, err := s.store.Words(ctx, g.ID)
	if err != nil {
		return g, err
	}
	if _, open := w.Asked(); !open {
		return g, core.Refuse(core.Conflict, "error.question_none")
	}
	now := s.clock()
	last := &w.Questions[len(w.Questions)-1]
	last.Answer, last.AnsweredAt = text, now
	if err := s.store.SaveWords(ctx, g.ID, w); err != nil {
		return g, err
	}
	g.move(InReview, now)
	return s.save(ctx, g, now, ByAuthor, StepAnswered)
}

// Withdraw ends it: coordinators cannot read it any more. The author may.
// Refusals: Conflict "error.case_closed", "error.grievance_draft" for what
// nobody was told yet.
func (s *Service) Withdraw(ctx context.Context, author worker.ID, ref core.Ref) (Grievance, error) {
	g, err := s.own(ctx, author, ref)
	switch {
	case err != nil:
		return g, err
	case g.State == Draft:
		return g, core.Refuse(core.Conflict, "error.grievance_draft")
	case g.State.Closed():
		return g, core.Refuse(core.Conflict, "error.case_closed")
	}
	now := s.clock()
	g.move(Withdrawn, now)
	return s.save(ctx, g, now, ByAuthor, StepWithdrawn)
}

// OfAuthor returns what a worker wrote, drafts too, the latest change first.
func (s *Service) OfAuthor(ctx context.Context, author worker.ID) ([]Grievance, error) {
	return s.store.OfAuthor(ctx, author)
}

// Own returns one of the author's whole, with its time line.
func (s *Service) Own(ctx context.Context, author worker.ID, ref core.Ref) (Grievance, Words, []Event, error) {
	g, err := s.own(ctx, author, ref)
	if err != nil {
		return g, Words{}, nil, err
	}
	w, err := s.store.Words(ctx, g.ID)
	if err != nil {
		return g, w, nil, err
	}
	events, err := s.store.Events(ctx, g.ID)
	return g, w, events, err
}

// save keeps what changed, with its line in the time line.
func (s *Service) save(ctx context.Context, g Grievance, now time.Time, role audit.Role, step Step) (Grievance, error) {
	g.ChangedAt = now
	if err := s.store.Save(ctx, g); err != nil {
		return g, err
	}
	return g, s.log(ctx, g, role, step)
}

func (s *Service) log(ctx context.Context, g Grievance, role audit.Role, step Step) error {
	return s.store.Log(ctx, g.ID, Event{At: g.ChangedAt, Role: role, Step: step, State: g.State})
}
