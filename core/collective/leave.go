package collective

import (
	"context"

	"manyhands/core"
	"manyhands/core/worker"
)

// Leave ends a worker's membership, and takes back the invitations they made.
// The refusal is Conflict "error.last_coordinator" (Name) for the last
// coordinator of a collective with other members: another has to be named
// first. When the last member leaves, the collective's rooms are let go.
func (s *Service) Leave(ctx context.Context, w worker.ID, ref core.Ref) (Collective, error) {
	c, me, err := s.enter(ctx, w, ref, s.member)
	if err != nil {
		return c, err
	}
	members, err := s.Store.Members(ctx, c.ID)
	if err != nil {
		return c, err
	}
	if me.Coordinator && len(members) > 1 && coordinators(members) == 1 {
		return c, core.Refuse(core.Conflict, "error.last_coordinator", "Name", c.Name)
	}
	if err := s.log(ctx, c.ID, by(me), ActLeft, me.Ref); err != nil {
		return c, err
	}
	if err := s.end(ctx, me); err != nil {
		return c, err
	}
	if len(members) == 1 {
		return c, s.Store.DropRooms(ctx, c.ID)
	}
	return c, nil
}

// end ends a membership with what hangs on it. Who was removed has
// RemovedEntry set.
func (s *Service) end(ctx context.Context, m Member) error {
	m.LeftAt, m.Coordinator = s.Clock(), false
	if err := s.Store.SaveMember(ctx, m); err != nil {
		return err
	}
	if err := s.Store.CloseInvitations(ctx, m.Collective, m.Worker, m.Removed()); err != nil {
		return err
	}
	return s.Store.DropRemovals(ctx, m.Collective, m.Worker)
}

// putOut ends a membership against its holder's will.
func (s *Service) putOut(ctx context.Context, me, m Member, details ...string) (err error) {
	if m.RemovedEntry, err = s.entry(ctx, m.Collective, by(me), ActRemoved, m.Ref, details...); err != nil {
		return err
	}
	m.StandsFromStart = false
	return s.end(ctx, m)
}

// Removing is how far a removal is.
type Removing struct {
	Collective Collective
	Member     Member
	// Done is true where the member is out; else another coordinator has to
	// confirm it.
	Done bool
	// Proposed is true where the proposal is new, and Others are the
	// coordinators who can confirm it.
	Proposed bool
	Others   []worker.ID
}

// Remove puts a member out. It needs two coordinators: the first proposes, a
// second confirms by the same verb within RemovalLasts; where there is only
// one, that one may alone, which the log says. A coordinator is put out by two
// others and never by one, and who was made a coordinator less than
// CoordinatorSettles ago neither proposes nor confirms it. (Whom the server's
// keeper seats counts at once.) Whoever is out comes back only by an invitation for
// them alone, and the invitations they made or came by are taken back.
// Refusals besides those of Fellow: Invalid "error.remove_self", Forbidden
// "error.remove_coordinator" (Pseudonym) where there is no second coordinator,
// Forbidden "error.coordinator_new" (Name) where the worker, or every second
// one, is too new for it.
func (s *Service) Remove(ctx context.Context, w worker.ID, ref core.Ref) (Removing, error) {
	c, me, m, err := s.over(ctx, w, ref)
	if err != nil {
		return Removing{}, err
	}
	if m.Worker == w {
		return Removing{}, core.Refuse(core.Invalid, "error.remove_self")
	}
	r := Removing{Collective: c, Member: m}
	if r.Others, err = s.seconds(ctx, c, me, m); err != nil {
		return r, err
	}
	if len(r.Others) == 0 {
		r.Done = true
		return r, s.putOut(ctx, me, m, "alone", "yes")
	}
	proposed, found, err := s.Store.Removal(ctx, c.ID, m.Worker)
	if err != nil {
		return r, err
	}
	stands := found && s.Clock().Sub(proposed.At) < RemovalLasts && (proposed.By == w || among(r.Others, proposed.By))
	if stands && proposed.By == w {
		return r, nil
	}
	if !stands {
		if err := s.Store.SaveRemoval(ctx, Removal{Collective: c.ID, Member: m.Worker, By: w, At: s.Clock()}); err != nil {
			return r, err
		}
		r.Proposed = true
		return r, s.log(ctx, c.ID, by(me), ActRemovalProposed, m.Ref)
	}
	r.Done = true
	return r, s.putOut(ctx, me, m)
}

// seconds returns the coordinators who can confirm that me removes m; none
// where me may alone.
func (s *Service) seconds(ctx context.Context, c Collective, me, m Member) ([]worker.ID, error) {
	others, err := s.otherCoordinators(ctx, c.ID, me.Worker, m.Worker)
	if err != nil || !m.Coordinator {
		return others, err
	}
	if len(others) == 0 {
		return nil, core.Refuse(core.Forbidden, "error.remove_coordinator", "Pseudonym", m.Pseudonym)
	}
	if err := s.settled(ctx, c, me); err != nil {
		return nil, err
	}
	var settled []worker.ID
	for _, w := range others {
		other, _, err := s.Store.Member(ctx, c.ID, w)
		if err != nil {
			return nil, err
		}
		switch err := s.settled(ctx, c, other); {
		case err == nil:
			settled = append(settled, w)
		case core.KindOf(err) != core.Forbidden:
			return nil, err
		}
	}
	if len(settled) == 0 {
		return nil, errCoordinatorNew(c)
	}
	return settled, nil
}

// settled refuses a coordinator who is too new to have a say in the removal
// of another.
func (s *Service) settled(ctx context.Context, c Collective, m Member) error {
	made, err := s.Store.MadeCoordinator(ctx, m)
	if err == nil && s.Clock().Sub(made) < CoordinatorSettles {
		err = errCoordinatorNew(c)
	}
	return err
}

func errCoordinatorNew(c Collective) error {
	return core.Refuse(core.Forbidden, "error.coordinator_new", "Name", c.Name)
}

// Keep drops the proposal to remove a member. Coordinators may, the member in
// question excepted: Forbidden "error.keep_self". Where it is about a
// coordinator, who is too new to confirm it cannot drop it either: Forbidden
// "error.coordinator_new" (Name).
func (s *Service) Keep(ctx context.Context, w worker.ID, ref core.Ref) (Collective, Member, error) {
	c, me, m, err := s.over(ctx, w, ref)
	if err != nil {
		return c, m, err
	}
	if m.Worker == w {
		return c, m, core.Refuse(core.Forbidden, "error.keep_self")
	}
	if m.Coordinator {
		if err := s.settled(ctx, c, me); err != nil {
			return c, m, err
		}
	}
	_, found, err := s.Store.Removal(ctx, c.ID, m.Worker)
	if err != nil || !found {
		return c, m, err
	}
	if err := s.Store.DropRemovals(ctx, c.ID, m.Worker); err != nil {
		return c, m, err
	}
	return c, m, s.log(ctx, c.ID, by(me), ActRemovalDropped, m.Ref)
}

// MakeCoordinator makes a member a coordinator too. Coordinators may, each
// alone; refusals are those of Fellow. All other coordinators are to be told at
// once: for CoordinatorSettles the new one has no say in removing them.
func (s *Service) MakeCoordinator(ctx context.Context, w worker.ID, ref core.Ref) (Collective, Member, error) {
	c, me, m, err := s.over(ctx, w, ref)
	if err != nil || m.Coordinator {
		return c, m, err
	}
	m.Coordinator = true
	if err := s.Store.SaveMember(ctx, m); err != nil {
		return c, m, err
	}
	return c, m, s.log(ctx, c.ID, by(me), ActMadeCoordinator, m.Ref)
}

// StepDown makes a coordinator a plain member. The refusal is Conflict
// "error.last_coordinator" (Name) for the last one.
func (s *Service) StepDown(ctx context.Context, w worker.ID, ref core.Ref) (Collective, error) {
	c, me, err := s.enter(ctx, w, ref, s.coordinator)
	if err != nil {
		return c, err
	}
	others, err := s.otherCoordinators(ctx, c.ID, w)
	if err != nil {
		return c, err
	}
	if len(others) == 0 {
		return c, core.Refuse(core.Conflict, "error.last_coordinator", "Name", c.Name)
	}
	who := by(me)
	me.Coordinator = false
	if err := s.Store.SaveMember(ctx, me); err != nil {
		return c, err
	}
	return c, s.log(ctx, c.ID, who, ActSteppedDown, me.Ref)
}

// over locks the collective of a membership's Ref and judges whether the
// worker coordinates it and the other is still in it.
func (s *Service) over(ctx context.Context, w worker.ID, ref core.Ref) (Collective, Member, Member, error) {
	var none Member
	m, found, err := s.Store.MemberByRef(ctx, ref)
	if err != nil {
		return Collective{}, none, none, err
	}
	if !found {
		return Collective{}, none, none, core.Refuse(core.NotFound, "error.member_unknown")
	}
	c, err := s.Store.Collective(ctx, m.Collective)
	if err != nil {
		return c, none, none, err
	}
	c, me, err := s.enter(ctx, w, c.Ref, s.coordinator)
	if err != nil {
		return c, me, none, err
	}
	if m, found, err = s.Store.MemberByRef(ctx, ref); err != nil {
		return c, me, m, err
	}
	if !found || !m.Present() {
		return c, me, m, core.Refuse(core.Conflict, "error.member_gone", "Pseudonym", m.Pseudonym)
	}
	return c, me, m, nil
}

// otherCoordinators returns the coordinators besides the given workers.
func (s *Service) otherCoordinators(ctx context.Context, id ID, besides ...worker.ID) ([]worker.ID, error) {
	all, err := s.Coordinators(ctx, id)
	var others []worker.ID
	for _, w := range all {
		if !among(besides, w) {
			others = append(others, w)
		}
	}
	return others, err
}

func among(ws []worker.ID, w worker.ID) bool {
	for _, x := range ws {
		if x == w {
			return true
		}
	}
	return false
}
