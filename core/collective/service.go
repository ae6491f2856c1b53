package collective

import (
	"context"
	"fmt"
	"strconv"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/worker"
)

// What the audit log says was done to a collective.
const (
	ActCreated         audit.Act = "collective.created"
	ActChanged         audit.Act = "collective.changed"
	ActInvited         audit.Act = "invitation.made"
	ActJoined          audit.Act = "member.joined"
	ActLeft            audit.Act = "member.left"
	ActRemovalProposed audit.Act = "member.removal_proposed"
	ActRemovalDropped  audit.Act = "member.removal_dropped"
	ActRemoved         audit.Act = "member.removed"
	ActMadeCoordinator audit.Act = "coordinator.made"
	ActSteppedDown     audit.Act = "coordinator.stepped_down"
	ActRoomBound       audit.Act = "room.bound"
	ActRoomUnbound     audit.Act = "room.unbound"
	ActSteward         audit.Act = "steward.recognised" // in the server's chain
)

// Needs are what a Service is made of.
type Needs struct {
	Store   Store
	Workers worker.Store
	Audit   audit.Store
	Clock   core.Clock
	Random  core.Random
	// Schedule is told, in the same transaction, of a collective that is new
	// or whose digest is due at another time than before.
	Schedule func(ctx context.Context, c Collective) error
}

// Service is the verbs of collectives. All run in the transaction that ctx
// carries and judge anew who acts. Who was never in a collective gets the
// same NotFound "error.collective_unknown" as if there were none; who left it,
// Forbidden "error.collective_left" (Name); a member who would have to be a
// coordinator, Forbidden "error.collective_coordinators" (Name).
type Service struct{ Needs }

// New makes the service.
func New(n Needs) *Service { return &Service{Needs: n} }

// Draft is a collective about to be made. Language and Zone may be empty:
// English, and UTC.
type Draft struct {
	Name, Language, Zone string
}

// Create makes a collective whose only member, and coordinator, is the worker
// who makes it. Anyone may. Refusals: those of NewName, NewLanguage and
// NewZone; Limited "error.collectives_many" for a worker who coordinates
// MostCoordinated already.
func (s *Service) Create(ctx context.Context, by worker.ID, d Draft) (Membership, error) {
	mine, err := s.Store.OfWorker(ctx, by)
	if err != nil {
		return Membership{}, err
	}
	n := 0
	for _, m := range mine {
		if m.Member.Coordinator {
			n++
		}
	}
	if n >= MostCoordinated {
		return Membership{}, core.Refuse(core.Limited, "error.collectives_many", "Count", n)
	}
	c, err := s.found(ctx, d, false, actor{audit.Coordinator, by})
	if err != nil {
		return Membership{}, err
	}
	m, err := s.seat(ctx, c, Member{Collective: c.ID, Worker: by, Coordinator: true})
	return Membership{Collective: c, Member: m, Members: 1}, err
}

// CreateFromServer makes a collective for the server's keeper, and the code
// of an invitation for its first coordinator, who stands from the start and,
// with steward, becomes a steward of the server.
func (s *Service) CreateFromServer(ctx context.Context, d Draft, steward bool) (Collective, Code, error) {
	c, err := s.found(ctx, d, true, actor{role: audit.Keeper})
	if err != nil {
		return Collective{}, "", err
	}
	code, err := s.foundersCode(ctx, c, steward)
	return c, code, err
}

// InviteFromServer makes, for the server's keeper, another such code: for a
// collective that has lost its coordinators, say.
func (s *Service) InviteFromServer(ctx context.Context, ref core.Ref, steward bool) (Collective, Code, error) {
	c, err := s.Store.CollectiveByRef(ctx, ref)
	if err != nil {
		return Collective{}, "", err
	}
	code, err := s.foundersCode(ctx, c, steward)
	return c, code, err
}

// actor is who does something, as the audit log has it.
type actor struct {
	role   audit.Role
	worker worker.ID
}

// by is a member as an actor.
func by(m Member) actor {
	if m.Coordinator {
		return actor{audit.Coordinator, m.Worker}
	}
	return actor{audit.Member, m.Worker}
}

func (s *Service) found(ctx context.Context, d Draft, fromServer bool, who actor) (Collective, error) {
	now := s.Clock()
	c := Collective{
		ID: ID(core.NewKey(now, s.Random)), Ref: core.NewRef(s.Random), Language: "en", Zone: "UTC",
		Digest: DefaultDigest(), FromServer: fromServer, CreatedAt: now,
	}
	var err error
	if c.Name, err = NewName(d.Name); err != nil {
		return c, err
	}
	if d.Language != "" {
		if c.Language, err = NewLanguage(d.Language); err != nil {
			return c, err
		}
	}
	if d.Zone != "" {
		if c.Zone, err = NewZone(d.Zone); err != nil {
			return c, err
		}
	}
	if err := s.Store.SaveCollective(ctx, c); err != nil {
		return c, err
	}
	if err := s.log(ctx, c.ID, who, ActCreated, c.Ref); err != nil {
		return c, err
	}
	return c, s.schedule(ctx, c)
}

func (s *Service) schedule(ctx context.Context, c Collective) error {
	if s.Schedule == nil {
		return nil
	}
	if err := s.Schedule(ctx, c); err != nil {
		return fmt.Errorf("schedule: %w", err)
	}
	return nil
}

// log enters something into the collective's chain; details come in pairs.
func (s *Service) log(ctx context.Context, id ID, who actor, act audit.Act, subject core.Ref, details ...string) error {
	_, err := s.entry(ctx, id, who, act, subject, details...)
	return err
}

// entry is log that returns the entry's number: in one collective, what
// happened later has the larger one, be it within the same microsecond.
func (s *Service) entry(ctx context.Context, id ID, who actor, act audit.Act, subject core.Ref, details ...string) (int64, error) {
	r := audit.Record{
		Chain: id.Chain(), At: s.Clock(), Role: who.role, Worker: [16]byte(who.worker), Act: act, Subject: subject,
	}
	for i := 0; i+1 < len(details); i += 2 {
		if r.Detail == nil {
			r.Detail = map[string]string{}
		}
		r.Detail[details[i]] = details[i+1]
	}
	e, err := s.Audit.Append(ctx, r)
	if err != nil {
		return 0, fmt.Errorf("audit: %w", err)
	}
	return e.Seq, nil
}

// member returns a worker's membership of today, or the refusal that fits who
// asks.
func (s *Service) member(ctx context.Context, c Collective, w worker.ID) (Member, error) {
	m, found, err := s.Store.Member(ctx, c.ID, w)
	switch {
	case err != nil:
		return m, err
	case !found:
		return m, core.Refuse(core.NotFound, "error.collective_unknown")
	case !m.Present():
		return m, core.Refuse(core.Forbidden, "error.collective_left", "Name", c.Name)
	}
	return m, nil
}

func (s *Service) coordinator(ctx context.Context, c Collective, w worker.ID) (Member, error) {
	m, err := s.member(ctx, c, w)
	if err == nil && !m.Coordinator {
		err = core.Refuse(core.Forbidden, "error.collective_coordinators", "Name", c.Name)
	}
	return m, err
}

// enter locks the collective of a Ref and judges whether the worker may act
// in it: as a member, or as a coordinator.
func (s *Service) enter(ctx context.Context, w worker.ID, ref core.Ref, judge func(context.Context, Collective, worker.ID) (Member, error)) (Collective, Member, error) {
	c, err := s.Store.CollectiveByRef(ctx, ref)
	if err != nil {
		return c, Member{}, err
	}
	if _, err := judge(ctx, c, w); err != nil { // strangers hold no lock
		return c, Member{}, err
	}
	if err := s.Store.Lock(ctx, c.ID); err != nil {
		return c, Member{}, err
	}
	if c, err = s.Store.Collective(ctx, c.ID); err != nil {
		return c, Member{}, err
	}
	m, err := judge(ctx, c, w)
	return c, m, err
}

// Settings are what a coordinator changes; what is nil stays.
type Settings struct {
	Name, Language, Zone          *string
	Hour                          *int
	Day                           *Day
	TakesOutsiders, MembersInvite *bool
}

// Change changes the settings. Coordinators may. Refusals: those of the parts;
// Forbidden "error.collective_outsiders" where a collective that the server's
// keeper did not make would take outsiders, without a steward saying so:
// whoever makes a collective could else read what strangers report.
func (s *Service) Change(ctx context.Context, w worker.ID, ref core.Ref, set Settings) (Collective, error) {
	c, me, err := s.enter(ctx, w, ref, s.coordinator)
	if err != nil {
		return c, err
	}
	before := c
	if err := set.apply(&c); err != nil {
		return before, err
	}
	if c.TakesOutsiders && !before.TakesOutsiders && !c.FromServer {
		if acting, err := s.Workers.Worker(ctx, w); err != nil {
			return before, err
		} else if !acting.Steward {
			return before, core.Refuse(core.Forbidden, "error.collective_outsiders")
		}
	}
	if c == before {
		return c, nil
	}
	if err := s.Store.SaveCollective(ctx, c); err != nil {
		return before, err
	}
	if err := s.log(ctx, c.ID, by(me), ActChanged, c.Ref, changes(before, c)...); err != nil {
		return before, err
	}
	if c.Zone != before.Zone || c.Digest != before.Digest {
		return c, s.schedule(ctx, c)
	}
	return c, nil
}

func (set Settings) apply(c *Collective) (err error) {
	if set.Name != nil {
		if c.Name, err = NewName(*set.Name); err != nil {
			return err
		}
	}
	if set.Language != nil {
		if c.Language, err = NewLanguage(*set.Language); err != nil {
			return err
		}
	}
	if set.Zone != nil {
		if c.Zone, err = NewZone(*set.Zone); err != nil {
			return err
		}
	}
	if set.Hour != nil {
		c.Digest.Hour = *set.Hour
	}
	if set.Day != nil {
		c.Digest.Day = *set.Day
	}
	if set.TakesOutsiders != nil {
		c.TakesOutsiders = *set.TakesOutsiders
	}
	if set.MembersInvite != nil {
		c.MembersInvite = *set.MembersInvite
	}
	return c.Digest.valid()
}

// changes are the new settings as details of the log; a name was typed by
// somebody and is not told.
func changes(was, is Collective) []string {
	var d []string
	if is.Name != was.Name {
		d = append(d, "name", "changed")
	}
	for _, x := range [][3]string{
		{"language", was.Language, is.Language},
		{"zone", was.Zone, is.Zone},
		{"hour", strconv.Itoa(was.Digest.Hour), strconv.Itoa(is.Digest.Hour)},
		{"day", string(was.Digest.Day), string(is.Digest.Day)},
		{"outsiders", strconv.FormatBool(was.TakesOutsiders), strconv.FormatBool(is.TakesOutsiders)},
		{"members_invite", strconv.FormatBool(was.MembersInvite), strconv.FormatBool(is.MembersInvite)},
	} {
		if x[1] != x[2] {
			d = append(d, x[0], x[2])
		}
	}
	return d
}
