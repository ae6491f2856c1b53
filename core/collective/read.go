package collective

import (
	"context"

	"manyhands/core"
	"manyhands/core/worker"
)

// IsMember tells whether a worker is in a collective today.
func (s *Service) IsMember(ctx context.Context, w worker.ID, id ID) (bool, error) {
	m, found, err := s.Store.Member(ctx, id, w)
	return found && m.Present(), err
}

// IsCoordinator tells whether a worker coordinates a collective today.
func (s *Service) IsCoordinator(ctx context.Context, w worker.ID, id ID) (bool, error) {
	m, found, err := s.Store.Member(ctx, id, w)
	return found && m.Present() && m.Coordinator, err
}

// Coordinates tells whether a worker coordinates any collective.
func (s *Service) Coordinates(ctx context.Context, w worker.ID) (bool, error) {
	mine, err := s.Store.OfWorker(ctx, w)
	for _, m := range mine {
		if m.Member.Coordinator {
			return true, err
		}
	}
	return false, err
}

// OfWorker returns the collectives that a worker is in, by joining.
func (s *Service) OfWorker(ctx context.Context, w worker.ID) ([]Membership, error) {
	return s.Store.OfWorker(ctx, w)
}

// Coordinators returns who coordinates a collective, for notices.
func (s *Service) Coordinators(ctx context.Context, id ID) ([]worker.ID, error) {
	members, err := s.Store.Members(ctx, id)
	var ws []worker.ID
	for _, m := range members {
		if m.Coordinator {
			ws = append(ws, m.Worker)
		}
	}
	return ws, err
}

// TakingOutsiders returns the collectives whose coordinators may be offered
// to workers without one: those that say so and have a coordinator.
func (s *Service) TakingOutsiders(ctx context.Context) ([]Collective, error) {
	all, err := s.Store.All(ctx)
	if err != nil {
		return nil, err
	}
	var taking []Collective
	for _, c := range all {
		if !c.TakesOutsiders {
			continue
		}
		ws, err := s.Coordinators(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		if len(ws) > 0 {
			taking = append(taking, c)
		}
	}
	return taking, nil
}

// Look returns a collective as one of its members has it. Members may.
func (s *Service) Look(ctx context.Context, w worker.ID, ref core.Ref) (Membership, error) {
	c, err := s.Store.CollectiveByRef(ctx, ref)
	if err != nil {
		return Membership{}, err
	}
	m, err := s.member(ctx, c, w)
	if err != nil {
		return Membership{}, err
	}
	members, err := s.Store.Members(ctx, c.ID)
	return Membership{Collective: c, Member: m, Members: len(members)}, err
}

// Members returns what a member is shown of all members. Members may.
func (s *Service) Members(ctx context.Context, w worker.ID, ref core.Ref) (Collective, []Fellow, error) {
	c, err := s.Store.CollectiveByRef(ctx, ref)
	if err != nil {
		return c, nil, err
	}
	if _, err := s.member(ctx, c, w); err != nil {
		return c, nil, err
	}
	members, err := s.Store.Members(ctx, c.ID)
	return c, fellows(members, w), err
}

// Fellow returns a member by the membership's Ref, to a coordinator of the
// same collective. Refusals besides: NotFound "error.member_unknown", Conflict
// "error.member_gone" (Pseudonym).
func (s *Service) Fellow(ctx context.Context, w worker.ID, ref core.Ref) (Collective, Fellow, error) {
	c, _, m, err := s.over(ctx, w, ref)
	if err != nil {
		return c, Fellow{}, err
	}
	return c, Fellow{Ref: m.Ref, Pseudonym: m.Pseudonym, Coordinator: m.Coordinator, You: m.Worker == w}, nil
}

// Redraw gives a member another pseudonym in the collective, and returns it.
func (s *Service) Redraw(ctx context.Context, w worker.ID, ref core.Ref) (Collective, string, error) {
	c, m, err := s.enter(ctx, w, ref, s.member)
	if err != nil {
		return c, "", err
	}
	if m.Pseudonym, err = s.pseudonym(ctx, c.ID); err != nil {
		return c, "", err
	}
	return c, m.Pseudonym, s.Store.SaveMember(ctx, m)
}

// pseudonym draws one that nobody in the collective has or had.
func (s *Service) pseudonym(ctx context.Context, id ID) (string, error) {
	for {
		p := worker.NewPseudonym(s.Random)
		taken, err := s.Store.PseudonymTaken(ctx, id, p)
		if err != nil || !taken {
			return p, err
		}
	}
}
