package database

import (
	"context"
	"slices"
	"testing"
	"time"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// village is a database with collectives, and workers who act in them.
type village struct {
	*collective.Service
	t         *testing.T
	db        *DB
	clock     *testClock
	scheduled []collective.Collective
}

func newVillage(t *testing.T, db *DB, clock *testClock) *village {
	v := &village{t: t, db: db, clock: clock}
	v.Service = collective.New(collective.Needs{
		Store: db.Collectives(), Workers: db.Workers(), Audit: db.Audit(), Clock: clock.Now, Random: core.CryptoRandom,
		Schedule: func(_ context.Context, c collective.Collective) error {
			v.scheduled = append(v.scheduled, c)
			return nil
		},
	})
	return v
}

// worker makes a worker who has been here for a while.
func (v *village) worker(since time.Duration) worker.ID {
	v.t.Helper()
	w := worker.Worker{ID: worker.ID(core.NewKey(v.clock.Now(), core.CryptoRandom)), Pseudonym: "test", Since: v.clock.Now().Add(-since)}
	v.do(func(ctx context.Context) error {
		_, err := v.db.Meet(ctx, worker.Account{Network: "test", UserID: w.ID.String()}, testAddress(w.ID.String()), "", w)
		return err
	})
	return w.ID
}

// do does what must succeed, as a message would: in a savepoint.
func (v *village) do(fn func(ctx context.Context) error) {
	v.t.Helper()
	if err := v.try(fn); err != nil {
		v.t.Fatal(err)
	}
}

func (v *village) try(fn func(ctx context.Context) error) (refusal error) {
	v.t.Helper()
	err := v.db.InTx(v.t.Context(), func(ctx context.Context) error {
		refusal = v.db.Savepoint(ctx, fn)
		if core.KindOf(refusal) != "" {
			return nil
		}
		return refusal
	})
	if err != nil {
		v.t.Fatal(err)
	}
	return refusal
}

// refused does what must be refused by the sentence of that key.
func (v *village) refused(key string, fn func(ctx context.Context) error) {
	v.t.Helper()
	expectRefusal(v.t, v.try(fn), key)
}

func (v *village) create(by worker.ID) collective.Membership {
	v.t.Helper()
	var m collective.Membership
	v.do(func(ctx context.Context) (err error) {
		m, err = v.Create(ctx, by, collective.Draft{Name: "Tana hands"})
		return err
	})
	return m
}

func (v *village) invite(by worker.ID, ref core.Ref, uses int) collective.Code {
	v.t.Helper()
	var code collective.Code
	v.do(func(ctx context.Context) (err error) {
		_, _, code, err = v.Invite(ctx, by, ref, uses)
		return err
	})
	return code
}

// join lets a worker in who must be let in.
func (v *village) join(w worker.ID, typed string) collective.Welcome {
	v.t.Helper()
	var in collective.Welcome
	v.do(func(ctx context.Context) (err error) {
		in, err = v.Join(ctx, w, typed)
		return err
	})
	if in.Refused != nil {
		v.t.Fatal(in.Refused)
	}
	return in
}

// turnedAway tries a code that must open nothing.
func (v *village) turnedAway(w worker.ID, typed, key string) {
	v.t.Helper()
	v.refused(key, func(ctx context.Context) error {
		in, err := v.Join(ctx, w, typed)
		if err == nil && in.Refused != nil {
			expectRefusal(v.t, in.Refused, key)
			return in.Refused
		}
		return err
	})
}

// joined makes a new worker who joins by a new invitation.
func (v *village) joined(by worker.ID, ref core.Ref) (worker.ID, core.Ref) {
	v.t.Helper()
	w := v.worker(0)
	in := v.join(w, string(v.invite(by, ref, 1)))
	return w, in.Member.Ref
}

func (v *village) vouched(w worker.ID) bool {
	v.t.Helper()
	var s worker.Standing
	v.do(func(ctx context.Context) (err error) {
		s, err = v.db.Workers().Standing(ctx, w)
		return err
	})
	return s.Vouched
}

// acts is the names of what the collective's chain holds, which must verify.
func (v *village) acts(id collective.ID) []string {
	v.t.Helper()
	var acts []string
	for _, e := range wholeChain(v.t, v.db, id.Chain()) {
		acts = append(acts, string(e.Act))
	}
	return acts
}

func expectRefusal(t *testing.T, err error, key string) {
	t.Helper()
	if e, ok := err.(*core.Error); !ok || e.Key != key { // refusals come as they are
		t.Fatalf("got %v, want the refusal %s", err, key)
	}
}

func TestACollectiveIsMadeAndChanged(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, other := v.worker(0), v.worker(0)
		var m collective.Membership
		v.do(func(ctx context.Context) (err error) {
			m, err = v.Create(ctx, maker, collective.Draft{Name: "  Tana\nhands ", Language: "pt-BR", Zone: "antananarivo"})
			return err
		})
		c := m.Collective
		if c.Name != "Tana hands" || c.Language != "pt" || c.Zone != "Indian/Antananarivo" || !m.Member.Coordinator {
			t.Errorf("made %+v", m)
		}
		v.do(func(ctx context.Context) error {
			_, err := v.Change(ctx, maker, c.Ref, collective.Settings{Hour: new(7), Day: new(collective.Monday), Language: new("fr")})
			return err
		})
		v.do(func(ctx context.Context) error { // nothing new is nothing done
			_, err := v.Change(ctx, maker, c.Ref, collective.Settings{Hour: new(7)})
			return err
		})
		v.do(func(ctx context.Context) error {
			all, err := v.OfWorker(ctx, maker)
			if err == nil && (len(all) != 1 || all[0].Collective.ID != c.ID || all[0].Member != m.Member || all[0].Members != 1) {
				t.Errorf("the maker is in %+v", all)
			}
			return err
		})
		v.do(func(ctx context.Context) error {
			got, err := v.Look(ctx, maker, c.Ref)
			if got.Collective.Digest != (collective.Digest{Hour: 7, Day: collective.Monday}) || got.Collective.Language != "fr" || got.Members != 1 {
				t.Errorf("changed to %+v", got)
			}
			return err
		})
		if len(v.scheduled) != 2 {
			t.Errorf("the digest was scheduled %d times, want 2", len(v.scheduled))
		}
		v.refused("error.collective_hour", func(ctx context.Context) error {
			_, err := v.Change(ctx, maker, c.Ref, collective.Settings{Hour: new(24)})
			return err
		})
		v.refused("error.collective_outsiders", func(ctx context.Context) error {
			_, err := v.Change(ctx, maker, c.Ref, collective.Settings{TakesOutsiders: new(true)})
			return err
		})
		v.refused("error.collective_unknown", func(ctx context.Context) error {
			_, err := v.Change(ctx, other, c.Ref, collective.Settings{Hour: new(8)})
			return err
		})
		if got := v.acts(c.ID); !slices.Equal(got, []string{"collective.created", "member.joined", "collective.changed"}) {
			t.Errorf("the log holds %v", got)
		}
	})
}

func TestOnlyMembersSeeMembersAndOnlyByPseudonym(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, stranger := v.worker(0), v.worker(0)
		c := v.create(maker).Collective
		friend, _ := v.joined(maker, c.Ref)
		v.do(func(ctx context.Context) error {
			_, fellows, err := v.Members(ctx, friend, c.Ref)
			if len(fellows) != 2 || !fellows[0].Coordinator || fellows[0].You || !fellows[1].You {
				t.Errorf("the friend sees %+v", fellows)
			}
			return err
		})
		var before, after string
		v.do(func(ctx context.Context) (err error) {
			m, err := v.Look(ctx, friend, c.Ref)
			before = m.Member.Pseudonym
			if err == nil {
				_, after, err = v.Redraw(ctx, friend, c.Ref)
			}
			return err
		})
		if before == after || before == "test" {
			t.Errorf("redrawn from %q to %q", before, after)
		}
		for key, w := range map[string]worker.ID{"error.collective_unknown": stranger, "error.collective_left": friend} {
			if w == friend {
				v.do(func(ctx context.Context) error { _, err := v.Leave(ctx, friend, c.Ref); return err })
			}
			v.refused(key, func(ctx context.Context) error { _, _, err := v.Members(ctx, w, c.Ref); return err })
			v.refused(key, func(ctx context.Context) error { _, err := v.Look(ctx, w, c.Ref); return err })
			v.refused(key, func(ctx context.Context) error { _, _, _, err := v.Invite(ctx, w, c.Ref, 1); return err })
			v.refused(key, func(ctx context.Context) error { _, err := v.Leave(ctx, w, c.Ref); return err })
		}
	})
}

func TestTheLastCoordinatorNamesAnotherBeforeLeaving(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		first := v.worker(0)
		c := v.create(first).Collective
		second, ref := v.joined(first, c.Ref)
		leave := func(w worker.ID) func(context.Context) error {
			return func(ctx context.Context) error { _, err := v.Leave(ctx, w, c.Ref); return err }
		}
		stepDown := func(ctx context.Context) error { _, err := v.StepDown(ctx, first, c.Ref); return err }
		name := func(w worker.ID) func(context.Context) error {
			return func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, w, ref); return err }
		}
		v.refused("error.last_coordinator", leave(first))
		v.refused("error.last_coordinator", stepDown)
		v.refused("error.collective_coordinators", name(second))
		v.do(name(first))
		v.do(stepDown)
		v.refused("error.collective_coordinators", stepDown)
		v.do(leave(first))
		v.do(leave(second)) // the last member may
		v.do(func(ctx context.Context) error {
			in, err := v.IsMember(ctx, second, c.ID)
			if in {
				t.Error("the last member is still in")
			}
			return err
		})
		v.acts(c.ID)
	})
}

func TestTwoCoordinatorsWhoLeaveAtOnceLeaveOneBehind(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		first := v.worker(0)
		c := v.create(first).Collective
		second, ref := v.joined(first, c.Ref)
		v.joined(first, c.Ref)
		v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, first, ref); return err })
		left := atOnce(t, db, []worker.ID{first, second}, func(ctx context.Context, w worker.ID) error {
			_, err := v.Leave(ctx, w, c.Ref)
			return err
		})
		if left != 1 {
			t.Errorf("%d of two coordinators left, want 1", left)
		}
	})
}

func TestRemovingNeedsTwoCoordinators(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		a := v.worker(0)
		c := v.create(a).Collective
		b, bRef := v.joined(a, c.Ref)
		_, target := v.joined(a, c.Ref)
		plain, _ := v.joined(a, c.Ref)
		remove := func(w worker.ID, ref core.Ref, done bool) {
			t.Helper()
			v.do(func(ctx context.Context) error {
				r, err := v.Remove(ctx, w, ref)
				if r.Done != done {
					t.Errorf("done is %v, want %v", r.Done, done)
				}
				return err
			})
		}
		v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, a, bRef); return err })

		v.refused("error.collective_coordinators", func(ctx context.Context) error { _, err := v.Remove(ctx, plain, target); return err })
		v.refused("error.remove_coordinator", func(ctx context.Context) error { _, err := v.Remove(ctx, a, bRef); return err })
		remove(a, target, false)
		remove(a, target, false) // the same one again confirms nothing
		clock.Advance(collective.RemovalLasts)
		remove(b, target, false) // what lay too long is proposed anew
		v.do(func(ctx context.Context) error { _, _, err := v.Keep(ctx, a, target); return err })
		remove(a, target, false)
		remove(b, target, true)
		v.refused("error.member_gone", func(ctx context.Context) error { _, err := v.Remove(ctx, b, target); return err })

		// A proposal of one who is no coordinator any more does not count.
		_, next := v.joined(a, c.Ref)
		remove(b, next, false)
		v.do(func(ctx context.Context) error { _, err := v.StepDown(ctx, b, c.Ref); return err })
		remove(a, next, true) // but now a is alone, and the log says so
		entries := wholeChain(t, db, c.ID.Chain())
		last := entries[len(entries)-1]
		if last.Act != collective.ActRemoved || last.Detail["alone"] != "yes" {
			t.Errorf("the log ends with %+v", last)
		}
	})
}

func TestANewCoordinatorHasNoSayInRemovingOne(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		first := v.worker(0)
		m := v.create(first)
		c, firstRef := m.Collective, m.Member.Ref
		raise := func(by worker.ID) (worker.ID, core.Ref) {
			t.Helper()
			w, ref := v.joined(by, c.Ref)
			v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, by, ref); return err })
			return w, ref
		}
		remove := func(w worker.ID, ref core.Ref) func(context.Context) error {
			return func(ctx context.Context) error { _, err := v.Remove(ctx, w, ref); return err }
		}
		keep := func(w worker.ID, ref core.Ref) func(context.Context) error {
			return func(ctx context.Context) error { _, _, err := v.Keep(ctx, w, ref); return err }
		}
		second, secondRef := raise(first)
		third, thirdRef := raise(first)
		clock.Advance(collective.CoordinatorSettles)

		// The second makes an account of their own a coordinator.
		puppet, puppetRef := raise(second)
		v.do(remove(second, firstRef)) // waits for the third, who alone can confirm
		v.refused("error.coordinator_new", remove(puppet, firstRef))
		v.refused("error.coordinator_new", remove(puppet, thirdRef))
		v.do(remove(puppet, func() core.Ref { _, ref := v.joined(second, c.Ref); return ref }())) // a plain member: as ever
		v.do(remove(first, secondRef))
		v.refused("error.coordinator_new", keep(puppet, secondRef))
		v.do(func(ctx context.Context) error {
			r, err := v.Remove(ctx, third, secondRef)
			if !r.Done {
				t.Error("two coordinators of old did not remove a third")
			}
			return err
		})
		// Without a second one of old, nothing can be proposed.
		v.do(func(ctx context.Context) error { _, err := v.StepDown(ctx, third, c.Ref); return err })
		late, _ := raise(first)
		v.refused("error.coordinator_new", remove(first, puppetRef))
		clock.Advance(collective.CoordinatorSettles - time.Second)
		v.refused("error.coordinator_new", remove(late, puppetRef))
		clock.Advance(time.Second)
		v.do(remove(late, puppetRef))
		v.do(func(ctx context.Context) error {
			r, err := v.Remove(ctx, first, puppetRef)
			if !r.Done {
				t.Error("after their time, two did not remove a coordinator")
			}
			return err
		})
		v.acts(c.ID)
	})
}

func TestAProposalOfANewCoordinatorDoesNotCountAgainstOne(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		first := v.worker(0)
		c := v.create(first).Collective
		name := func(ref core.Ref) {
			v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, first, ref); return err })
		}
		_, thirdRef := v.joined(first, c.Ref)
		_, settledRef := v.joined(first, c.Ref)
		name(settledRef)
		clock.Advance(collective.CoordinatorSettles)
		puppet, puppetRef := v.joined(first, c.Ref)
		name(puppetRef)
		v.do(func(ctx context.Context) error { _, err := v.Remove(ctx, puppet, thirdRef); return err })
		name(thirdRef) // the plain member it was about becomes a coordinator
		v.do(func(ctx context.Context) error {
			r, err := v.Remove(ctx, first, thirdRef)
			if r.Done || !r.Proposed || len(r.Others) != 1 {
				t.Errorf("a new one's proposal was confirmed: %+v", r)
			}
			return err
		})
	})
}

func TestARoomIsBoundByACoordinatorWhoManagesIt(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, rival := v.worker(0), v.worker(0)
		c, other := v.create(maker).Collective, v.create(rival).Collective
		plain, _ := v.joined(maker, c.Ref)
		room := collective.Room{Network: "test", Lane: "-100", Data: "chat -100"}
		bind := func(w worker.ID, ref core.Ref, manages bool) func(context.Context) error {
			return func(ctx context.Context) error { _, err := v.BindRoom(ctx, w, ref, room, manages); return err }
		}
		v.refused("error.room_manage", bind(maker, c.Ref, false))
		v.refused("error.collective_coordinators", bind(plain, c.Ref, true))
		v.refused("error.collective_unknown", bind(rival, c.Ref, true))
		v.do(bind(maker, c.Ref, true))
		v.do(bind(maker, c.Ref, true))
		v.refused("error.room_taken", bind(rival, other.Ref, true))
		v.do(func(ctx context.Context) error {
			language, rooms, err := db.Rooms(ctx, c.ID)
			if language != "en" || len(rooms) != 1 || rooms[0].To.Lane != "-100" || rooms[0].To.Data != "chat -100" {
				t.Errorf("the rooms are %v in %q", rooms, language)
			}
			return err
		})
		// The chat gets a new identity, and the room follows.
		v.do(func(ctx context.Context) error {
			from, to := testAddress("-100"), testAddress("-100200")
			return db.Move(ctx, "test", from, to)
		})
		unbind := func(w worker.ID, lane string) func(context.Context) error {
			return func(ctx context.Context) error { _, err := v.UnbindRoom(ctx, w, "test", lane, true); return err }
		}
		v.refused("error.room_unbound", unbind(maker, "-100"))
		v.refused("error.collective_unknown", unbind(rival, "-100200"))
		v.do(unbind(maker, "-100200"))
		v.refused("error.room_unbound", unbind(maker, "-100200"))
	})
}
