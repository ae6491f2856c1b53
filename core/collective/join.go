package collective

import (
	"context"
	"strconv"
	"time"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/worker"
)

// Invite makes an invitation for a number of workers, and its code, which
// cannot be had again. Coordinators may and, where the collective allows it,
// members in good standing. Refusals besides: Invalid "error.invitation_uses"
// (Max), Forbidden "error.invitation_standing" (Name).
func (s *Service) Invite(ctx context.Context, w worker.ID, ref core.Ref, uses int) (Collective, Invitation, Code, error) {
	var none Invitation
	if uses < 1 || uses > MostUses {
		return Collective{}, none, "", core.Refuse(core.Invalid, "error.invitation_uses", "Max", MostUses)
	}
	c, me, err := s.enter(ctx, w, ref, s.member)
	if err != nil {
		return c, none, "", err
	}
	now := s.Clock()
	if !me.Coordinator {
		if !c.MembersInvite {
			return c, none, "", core.Refuse(core.Forbidden, "error.collective_coordinators", "Name", c.Name)
		}
		if good, err := s.mayVouch(ctx, me, now); err != nil {
			return c, none, "", err
		} else if !good {
			return c, none, "", core.Refuse(core.Forbidden, "error.invitation_standing", "Name", c.Name)
		}
	}
	i := Invitation{By: w, ByCoordinator: me.Coordinator, Uses: uses}
	code, err := s.invitation(ctx, c, by(me), &i)
	return c, i, code, err
}

// foundersCode makes an invitation that seats a coordinator.
func (s *Service) foundersCode(ctx context.Context, c Collective, steward bool) (Code, error) {
	return s.invitation(ctx, c, actor{role: audit.Keeper}, &Invitation{Uses: 1, ByCoordinator: true, Founder: true, Steward: steward})
}

func (s *Service) invitation(ctx context.Context, c Collective, who actor, i *Invitation) (Code, error) {
	now := s.Clock()
	i.ID, i.Collective = InvitationID(core.NewKey(now, s.Random)), c.ID
	i.MadeAt, i.ExpiresAt = now, now.Add(InvitationLasts)
	var err error
	if i.Entry, err = s.entry(ctx, c.ID, who, ActInvited, c.Ref, "uses", strconv.Itoa(i.Uses)); err != nil {
		return "", err
	}
	code := NewCode(s.Random)
	return code, s.Store.NewInvitation(ctx, *i, code)
}

// Welcome is what came of a code.
type Welcome struct {
	// Refused is set where the code opens nothing: a refusal whose guess has
	// to be remembered, so it is an answer and not an error, whose effects
	// would be undone with it. Nothing else is set then.
	Refused *core.Error
	// Already is true for who is in: nothing was used.
	Already bool
	Membership
}

// Join lets a worker in by an invitation's code, as typed. A repeat by the
// same worker uses nothing. A code that is unknown, mistyped, expired or taken
// back is one and the same NotFound "error.invitation_unknown", in
// Welcome.Refused. Errors: Limited "error.invitation_guesses" for a worker who
// guessed GuessesStop times within GuessSpan, and for nobody else; Conflict "error.invitation_used_up" (Name) for who
// comes after the last use; Forbidden "error.invitation_removed" (Name) for
// who was removed: only an invitation for one, made by a coordinator since,
// lets them in.
func (s *Service) Join(ctx context.Context, w worker.ID, typed string) (Welcome, error) {
	now := s.Clock()
	guesses, err := s.Store.Guesses(ctx, w, now.Add(-GuessSpan))
	if err != nil {
		return Welcome{}, err
	}
	if guesses >= GuessesStop {
		return Welcome{}, core.Refuse(core.Limited, "error.invitation_guesses")
	}
	i, c, found, err := s.invited(ctx, typed)
	if err != nil {
		return Welcome{}, err
	}
	if !found {
		return s.guessed(ctx, w, now)
	}
	m, was, err := s.Store.Member(ctx, c.ID, w)
	switch {
	case err != nil:
		return Welcome{}, err
	case was && m.Present():
		in, err := s.Look(ctx, w, c.Ref)
		return Welcome{Already: true, Membership: in}, err
	case !i.open(now):
		return s.guessed(ctx, w, now)
	case m.Removed() && !i.readmits(m):
		return Welcome{}, core.Refuse(core.Forbidden, "error.invitation_removed", "Name", c.Name)
	}
	if err := s.use(ctx, c, i, w, now); err != nil {
		return Welcome{}, err
	}
	m.Collective, m.Worker = c.ID, w
	m.Coordinator = i.Founder
	m.StandsFromStart = m.StandsFromStart || i.Founder
	if m, err = s.seat(ctx, c, m); err != nil {
		return Welcome{}, err
	}
	if err := s.raise(ctx, c, i, w, now); err != nil {
		return Welcome{}, err
	}
	in, err := s.Look(ctx, w, c.Ref)
	return Welcome{Membership: in}, err
}

// invited finds what a code opens, under the collective's lock: two who press
// the last use at once stand in line for it.
func (s *Service) invited(ctx context.Context, typed string) (i Invitation, c Collective, found bool, err error) {
	code, ok := ParseCode(typed)
	if !ok {
		return i, c, false, nil
	}
	if i, found, err = s.Store.InvitationByCode(ctx, code); err != nil || !found {
		return i, c, false, err
	}
	if err := s.Store.Lock(ctx, i.Collective); err != nil {
		return i, c, false, err
	}
	if i, found, err = s.Store.InvitationByCode(ctx, code); err != nil || !found {
		return i, c, false, err
	}
	c, err = s.Store.Collective(ctx, i.Collective)
	return i, c, true, err
}

func (s *Service) guessed(ctx context.Context, w worker.ID, now time.Time) (Welcome, error) {
	if err := s.Store.SaveGuess(ctx, w, now); err != nil {
		return Welcome{}, err
	}
	return Welcome{Refused: core.Refuse(core.NotFound, "error.invitation_unknown")}, nil
}

// use takes one of an invitation's uses, unless the worker has had one.
func (s *Service) use(ctx context.Context, c Collective, i Invitation, w worker.ID, now time.Time) error {
	had, err := s.Store.Used(ctx, i.ID, w)
	if err != nil || had {
		return err
	}
	if i.Used >= i.Uses {
		return core.Refuse(core.Conflict, "error.invitation_used_up", "Name", c.Name)
	}
	return s.Store.Use(ctx, i, w, now)
}

// seat makes a worker a member from now on. Who comes back has the pseudonym
// of before.
func (s *Service) seat(ctx context.Context, c Collective, m Member) (Member, error) {
	if m.Ref == "" {
		m.Ref = core.NewRef(s.Random)
		var err error
		if m.Pseudonym, err = s.pseudonym(ctx, c.ID); err != nil {
			return m, err
		}
	}
	m.JoinedAt, m.LeftAt, m.RemovedEntry = s.Clock(), time.Time{}, 0
	if err := s.Store.SaveMember(ctx, m); err != nil {
		return m, err
	}
	return m, s.log(ctx, c.ID, by(m), ActJoined, m.Ref)
}

// raise gives who was let in what the invitation gives besides: a vouch, and
// a founder the keeper's trust.
func (s *Service) raise(ctx context.Context, c Collective, i Invitation, w worker.ID, now time.Time) error {
	if i.Steward {
		steward, err := s.Workers.Worker(ctx, w)
		if err != nil {
			return err
		}
		steward.Steward = true
		if err := s.Workers.SaveWorker(ctx, steward); err != nil {
			return err
		}
		_, err = s.Audit.Append(ctx, audit.Record{At: now, Role: audit.Keeper, Act: ActSteward, Subject: c.Ref})
		if err != nil {
			return err
		}
	}
	standing, err := s.Workers.Standing(ctx, w)
	if err != nil || standing.Vouched {
		return err
	}
	if !i.Founder {
		may, err := s.vouches(ctx, i, now)
		if err != nil || !may {
			return err
		}
	}
	return s.Store.SaveVouch(ctx, Vouch{Collective: c.ID, By: i.By, Worker: w, At: now})
}

// vouches tells whether an invitation is a vouch: its maker is still here,
// may vouch, and has not done so too often.
func (s *Service) vouches(ctx context.Context, i Invitation, now time.Time) (bool, error) {
	maker, found, err := s.Store.Member(ctx, i.Collective, i.By)
	if err != nil || !found || !maker.Present() {
		return false, err
	}
	if may, err := s.mayVouch(ctx, maker, now); err != nil || !may {
		return false, err
	}
	n, err := s.Store.Vouches(ctx, i.By, now.Add(-VouchSpan))
	return n < MostVouches, err
}

// mayVouch is true for members in good standing and who stand from the start.
func (s *Service) mayVouch(ctx context.Context, m Member, now time.Time) (bool, error) {
	if m.StandsFromStart {
		return true, nil
	}
	standing, err := s.Workers.Standing(ctx, m.Worker)
	return standing.Good(now), err
}

// invitationsKept is how long an invitation is remembered after its time, so
// that who comes again by it is told that they are in.
const invitationsKept = 30 * 24 * time.Hour

// Sweep forgets what matters no more: guesses, invitations and who came by
// them, and who vouched for whom, which would tell who knows whom. It is for
// daily work.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.Clock()
	return s.Store.Sweep(ctx, now.Add(-GuessesKept), now.Add(-invitationsKept), now.Add(-VouchSpan))
}
