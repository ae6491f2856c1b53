package database

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

func testAddress(lane string) bots.Address { return bots.Address{Lane: lane, Data: "chat " + lane} }

// atOnce lets several workers do the same at the same time, as messages do: the
// worker's row locked first, the call in a savepoint. It returns how many were
// not refused.
func atOnce(t *testing.T, db *DB, ws []worker.ID, do func(ctx context.Context, w worker.ID) error) int {
	t.Helper()
	var done atomic.Int64
	var wg sync.WaitGroup
	start := make(chan struct{})
	for _, w := range ws {
		wg.Go(func() {
			<-start
			ok := false
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				if _, err := db.Meet(ctx, worker.Account{Network: "test", UserID: w.String()}, bots.Address{}, "", worker.Worker{}); err != nil {
					return err
				}
				refusal := db.Savepoint(ctx, func(ctx context.Context) error { return do(ctx, w) })
				ok = refusal == nil
				if core.KindOf(refusal) != "" {
					return nil
				}
				return refusal
			})
			if err != nil {
				t.Error(err)
			} else if ok {
				done.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	return int(done.Load())
}

func TestTheLastUseLetsExactlyOneIn(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker := v.worker(0)
		c := v.create(maker).Collective
		for round := range 5 {
			code := v.invite(maker, c.Ref, 1)
			ws := []worker.ID{v.worker(0), v.worker(0), v.worker(0), v.worker(0)}
			in := atOnce(t, db, ws, func(ctx context.Context, w worker.ID) error {
				_, err := v.Join(ctx, w, string(code))
				if err != nil {
					expectRefusal(t, err, "error.invitation_used_up")
				}
				return err
			})
			if in != 1 {
				t.Errorf("round %d: %d were let in, want 1", round, in)
			}
		}
		v.acts(c.ID)
	})
}

func TestARepeatUsesNothing(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, first, second, third := v.worker(0), v.worker(0), v.worker(0), v.worker(0)
		c := v.create(maker).Collective
		code := v.invite(maker, c.Ref, 2)

		in := v.join(first, string(code))
		if in.Already || in.Members != 2 || in.Collective.ID != c.ID {
			t.Errorf("the first gets %+v", in)
		}
		if again := v.join(first, string(code)); !again.Already || again.Member.Pseudonym != in.Member.Pseudonym {
			t.Errorf("the repeat gets %+v", again)
		}
		// Who leaves and comes back takes no second use.
		v.do(func(ctx context.Context) error { _, err := v.Leave(ctx, first, c.Ref); return err })
		if back := v.join(first, string(code)); back.Already || back.Member.Pseudonym != in.Member.Pseudonym {
			t.Errorf("coming back gets %+v", back)
		}
		v.join(second, string(code))
		v.turnedAway(third, string(code), "error.invitation_used_up")
		// Also when it is over, who is in hears that they are in.
		clock.Advance(collective.InvitationLasts)
		if again := v.join(first, string(code)); !again.Already {
			t.Errorf("the repeat after the end gets %+v", again)
		}
		if maker := v.join(maker, string(code)); !maker.Already {
			t.Errorf("the maker gets %+v", maker)
		}
	})
}

func TestACodeIsReadAsPeopleTypeIt(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker := v.worker(0)
		c := v.create(maker).Collective
		code := v.invite(maker, c.Ref, 10)
		lower := strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(code.String()))
		for _, typed := range []string{
			string(code), code.String(), lower, strings.ReplaceAll(lower, "-", " "), code.Word(),
			"https://chat.example/bot?start=" + code.Word(),
		} {
			if in := v.join(v.worker(0), typed); in.Collective.ID != c.ID {
				t.Errorf("%q led to %+v", typed, in)
			}
		}
	})
}

func TestUnknownExpiredAndTakenBackAreOneAnswer(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, w := v.worker(0), v.worker(0)
		c := v.create(maker).Collective
		leaver, ref := v.joined(maker, c.Ref)
		v.do(func(ctx context.Context) error { _, _, err := v.MakeCoordinator(ctx, maker, ref); return err })
		takenBack := v.invite(leaver, c.Ref, 5)
		v.do(func(ctx context.Context) error { _, err := v.Leave(ctx, leaver, c.Ref); return err })
		expired := v.invite(maker, c.Ref, 1)
		clock.Advance(collective.InvitationLasts)
		for _, typed := range []string{"", "hello", "0000-0000-0000", string(expired), string(takenBack)} {
			v.turnedAway(w, typed, "error.invitation_unknown")
		}
	})
}

func TestTheRemovedNeedANewInvitationOfTheirOwn(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, w := v.worker(0), v.worker(0)
		c := v.create(maker).Collective
		open, before := v.invite(maker, c.Ref, 10), v.invite(maker, c.Ref, 1)
		other := v.invite(maker, c.Ref, 10)
		ref := v.join(w, string(open)).Member.Ref
		v.do(func(ctx context.Context) error { _, err := v.Remove(ctx, maker, ref); return err })
		after := v.invite(maker, c.Ref, 10)

		v.turnedAway(w, string(open), "error.invitation_unknown") // it was taken back with them
		v.turnedAway(v.worker(0), string(open), "error.invitation_unknown")
		for _, code := range []collective.Code{other, before, after} {
			v.turnedAway(w, string(code), "error.invitation_removed")
		}
		v.join(v.worker(0), string(other)) // others come in by it as ever
		if in := v.join(w, string(v.invite(maker, c.Ref, 1))); in.Already {
			t.Errorf("the removed come back as %+v", in)
		}
	})
}

func TestGuessesAreStopped(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker, guesser, other := v.worker(0), v.worker(0), v.worker(0)
		c := v.create(maker).Collective
		code := v.invite(maker, c.Ref, 10)
		guess := func(want string) {
			t.Helper()
			v.do(func(ctx context.Context) error {
				in, err := v.Join(ctx, guesser, "7777-7777-7777")
				switch {
				case in.Refused != nil:
					expectRefusal(t, in.Refused, want)
				case core.KindOf(err) == core.Limited:
					expectRefusal(t, err, want)
					return nil
				}
				return err
			})
		}
		for range collective.GuessesStop {
			guess("error.invitation_unknown")
			clock.Advance(time.Second)
		}
		guess("error.invitation_guesses") // the twentieth within the minute
		v.refused("error.invitation_guesses", func(ctx context.Context) error { _, err := v.Join(ctx, guesser, string(code)); return err })
		v.join(other, string(code)) // nobody else is stopped

		// What was counted lies in the database: another copy of the program
		// counts on.
		again := newVillage(t, db, clock)
		again.refused("error.invitation_guesses", func(ctx context.Context) error { _, err := again.Join(ctx, guesser, string(code)); return err })

		clock.Advance(collective.GuessSpan)
		v.join(guesser, string(code))
	})
}

func TestManyWhoGuessKeepNobodyOut(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker := v.worker(0)
		code := v.invite(maker, v.create(maker).Collective.Ref, 1)
		for range 168 {
			crowd := v.worker(0)
			v.do(func(ctx context.Context) error {
				for range collective.GuessesStop {
					if err := db.Collectives().SaveGuess(ctx, crowd, clock.Now()); err != nil {
						return err
					}
				}
				return nil
			})
		}
		w := v.worker(0)
		v.turnedAway(w, "7777-7777-7777", "error.invitation_unknown")
		v.join(w, string(code))
	})
}

func TestAnInvitationIsAVouch(t *testing.T) {
	t.Parallel()
	const month = worker.AgeForWeight
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		// An old worker for whom nobody vouched vouches for nobody.
		old := v.worker(2 * month)
		c := v.create(old).Collective
		if w, _ := v.joined(old, c.Ref); v.vouched(w) {
			t.Error("an unvouched maker vouched")
		}
		// The first in a collective made from the server's side stands from
		// the start, and vouches at once, three times in 90 days.
		var code collective.Code
		var s collective.Collective
		v.do(func(ctx context.Context) (err error) {
			s, code, err = v.CreateFromServer(ctx, collective.Draft{Name: "From the server"}, true)
			return err
		})
		founder := v.worker(0)
		if in := v.join(founder, string(code)); !in.Member.Coordinator || !in.Member.StandsFromStart || !v.vouched(founder) {
			t.Errorf("the founder gets %+v", in)
		}
		v.do(func(ctx context.Context) error {
			w, err := db.Workers().Worker(ctx, founder)
			if !w.Steward {
				t.Error("the founder is no steward")
			}
			return err
		})
		v.turnedAway(v.worker(0), string(code), "error.invitation_used_up")
		group := v.invite(founder, s.Ref, 10)
		var ws []worker.ID
		for i := range 4 {
			w := v.worker(0)
			v.join(w, string(group))
			if got, want := v.vouched(w), i < collective.MostVouches; got != want {
				t.Errorf("number %d: vouched for is %v, want %v", i+1, got, want)
			}
			ws = append(ws, w)
		}
		// Whom they vouched for is in good standing after 30 days, and not before.
		v.do(func(ctx context.Context) error {
			_, err := v.Change(ctx, founder, s.Ref, collective.Settings{MembersInvite: new(true)})
			return err
		})
		young := func(ctx context.Context) error { _, _, _, err := v.Invite(ctx, ws[0], s.Ref, 1); return err }
		v.refused("error.invitation_standing", young)
		clock.Advance(month)
		if w, _ := v.joined(ws[0], s.Ref); !v.vouched(w) {
			t.Error("a maker in good standing did not vouch")
		}
		v.refused("error.invitation_standing", func(ctx context.Context) error { _, _, _, err := v.Invite(ctx, ws[3], s.Ref, 1); return err })
		clock.Advance(collective.VouchSpan)
		if w, _ := v.joined(founder, s.Ref); !v.vouched(w) {
			t.Error("after 90 days the founder vouches again")
		}
		if acts := wholeChain(t, db, [16]byte{}); len(acts) != 1 || acts[0].Act != collective.ActSteward {
			t.Errorf("the server's chain holds %+v", acts)
		}
	})
}

func TestAWordIsNotGivenTwiceAtOnce(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		var code collective.Code
		v.do(func(ctx context.Context) (err error) {
			_, code, err = v.CreateFromServer(ctx, collective.Draft{Name: "One"}, false)
			return err
		})
		founder := v.worker(worker.AgeForWeight)
		v.join(founder, string(code))
		// Six collectives of the same voucher, one newcomer each.
		codes := map[worker.ID]collective.Code{}
		var ws []worker.ID
		for range 6 {
			c := v.create(founder).Collective
			w := v.worker(0)
			codes[w], ws = v.invite(founder, c.Ref, 1), append(ws, w)
		}
		if in := atOnce(t, db, ws, func(ctx context.Context, w worker.ID) error {
			_, err := v.Join(ctx, w, string(codes[w]))
			return err
		}); in != len(ws) {
			t.Errorf("%d were let in, want all", in)
		}
		n := 0
		for _, w := range ws {
			if v.vouched(w) {
				n++
			}
		}
		if n != collective.MostVouches {
			t.Errorf("%d were vouched for, want %d", n, collective.MostVouches)
		}
	})
}

func TestSweepingForgetsWhoCameByWhom(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		v := newVillage(t, db, clock)
		maker := v.worker(0)
		c := v.create(maker).Collective
		v.joined(maker, c.Ref)
		v.join(maker, string(v.invite(maker, c.Ref, 1)))
		v.do(func(ctx context.Context) error { _, err := v.Join(ctx, maker, "no code"); return err })
		clock.Advance(120 * 24 * time.Hour)
		v.do(v.Sweep)
		v.do(func(ctx context.Context) error {
			for _, table := range []string{"guess", "invitation", "invitation_use"} {
				var n int
				if err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM ` + table).Scan(&n).Error; err != nil {
					return err
				}
				if n != 0 {
					t.Errorf("%d rows are left in %s", n, table)
				}
			}
			return nil
		})
	})
}
