package database

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/digest"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// show reads a digest as a coordinator and marks what it shows, as going out
// does. It is written "overdue 2: new 1 1: ..." by numbers of cases.
func (o *office) show(c collective.ID, reader worker.ID, number map[core.Ref]string) string {
	o.t.Helper()
	var said []string
	o.do(func(ctx context.Context) error {
		d, err := o.db.Digests().Digest(ctx, c, reader, o.clock.Now())
		if err != nil {
			return err
		}
		for i, name := range []string{"overdue", "new", "mine", "waiting", "unacknowledged"} {
			s := d.Sections()[i]
			for _, l := range s.Lines {
				said = append(said, name+" "+number[l.Ref])
				if err := o.db.Digests().Seen(ctx, reader, o.clock.Now(), l.ID); err != nil {
					return err
				}
			}
			if s.All != len(s.Lines) {
				o.t.Errorf("%s has %d of %d", name, len(s.Lines), s.All)
			}
		}
		if d.Untaken > 0 {
			said = append(said, "untaken")
		}
		return nil
	})
	return strings.Join(said, ", ")
}

func TestADigestShowsEachCaseAsItIsForTheReader(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		number := map[core.Ref]string{}
		file := func(by worker.ID, name string) core.Ref {
			g := o.file(by, c.Ref)
			number[g.Ref] = name
			clock.Advance(time.Minute)
			return g.Ref
		}
		want := func(reader worker.ID, want string) {
			t.Helper()
			if got := o.show(c.ID, reader, number); got != want {
				t.Errorf("the digest shows %q, want %q", got, want)
			}
		}
		want(first, "")
		a, b := file(author, "a"), file(author, "b")
		own := file(second, "own")
		o.do(func(ctx context.Context) error {
			_, err := o.cases.SaveDraft(ctx, author, "", o.content())
			return err
		})

		// New once for each, and never what one wrote; nobody else's digest.
		want(first, "new a, new b, new own")
		want(first, "unacknowledged a, unacknowledged b, unacknowledged own")
		want(second, "new a, new b")
		if got := o.show(o.create(first).Collective.ID, first, number); got != "" {
			t.Errorf("another collective's digest shows %q", got)
		}

		// What a colleague handled is gone from the others'.
		late := file(author, "late")
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, first, late); return err })
		want(second, "unacknowledged a, unacknowledged b")
		want(first, "mine late, unacknowledged a, unacknowledged b, unacknowledged own")
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Acknowledge(ctx, second, a); return err })
		want(first, "mine late, unacknowledged b, unacknowledged own, untaken")
		o.do(func(ctx context.Context) error { _, err := o.cases.Ask(ctx, second, b, "Which batch?"); return err })
		want(first, "mine late, waiting b, unacknowledged own, untaken")
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, second, b); return err })
		want(first, "mine late, unacknowledged own, untaken")
		o.do(func(ctx context.Context) error { _, err := o.cases.Withdraw(ctx, second, own); return err })
		want(first, "mine late, untaken")

		// What is late leads, whoever has it.
		clock.Advance(8 * 24 * time.Hour)
		want(second, "overdue late, mine b, untaken")
		want(first, "overdue late, untaken")
		o.do(func(ctx context.Context) error {
			_, err := o.cases.Close(ctx, second, late, grievance.ClosedWithoutRemedy, "No answer.")
			return err
		})
		want(first, "untaken")
	})
}

func TestACaseOfWhoLeftIsNobodys(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		g := o.file(author, c.Ref)
		number := map[core.Ref]string{g.Ref: "a"}
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, second, g.Ref); return err })
		if got := o.show(c.ID, first, number); got != "" {
			t.Errorf("a colleague's case is shown: %q", got)
		}
		o.do(func(ctx context.Context) error { _, err := o.Leave(ctx, second, c.Ref); return err })
		if got := o.show(c.ID, first, number); got != "new a" {
			t.Errorf("the case of who left is shown as %q", got)
		}
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, first, g.Ref); return err })
		if o.now(g.Ref).Taker != first {
			t.Error("it cannot be taken over from who left")
		}
	})
}

func TestNoDigestIsLongerThanItsButtons(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		number := map[core.Ref]string{}
		for range digest.MostLines + 5 {
			clock.Advance(time.Second)
			number[o.file(author, c.Ref).Ref] = "x"
		}
		for _, want := range []int{digest.MostLines, 5, 0} { // nothing is passed over, nothing comes twice
			var d digest.Digest
			o.do(func(ctx context.Context) (err error) {
				if d, err = db.Digests().Digest(ctx, c.ID, first, clock.Now()); err != nil {
					return err
				}
				for _, l := range d.New.Lines {
					if err := db.Digests().Seen(ctx, first, clock.Now(), l.ID); err != nil {
						return err
					}
				}
				return nil
			})
			if len(d.New.Lines) != want || d.Open != digest.MostLines+5 {
				t.Errorf("%d new of %d open, want %d", len(d.New.Lines), d.Open, want)
			}
			if len(d.Targets) != 1 || d.Targets[0] != (digest.Target{Name: "Zeta Labels", Cases: digest.MostLines + 5, Authors: 1}) {
				t.Errorf("the targets are %+v", d.Targets)
			}
		}
		var done []grievance.Grievance
		o.do(func(ctx context.Context) (err error) {
			done, err = o.cases.AcknowledgeAllNew(ctx, first, c.ID)
			return err
		})
		if len(done) != digest.MostLines+5 {
			t.Errorf("%d acknowledged at once", len(done))
		}
	})
}

func TestAcknowledgingAllTouchesWhatWasShownOnly(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		shown, own := o.file(author, c.Ref), o.file(first, c.Ref)
		o.show(c.ID, first, nil)
		o.show(c.ID, second, nil)
		later := o.file(author, c.Ref)
		did := atOnce(t, db, []worker.ID{first, second}, func(ctx context.Context, w worker.ID) error {
			_, err := o.cases.AcknowledgeAllNew(ctx, w, c.ID)
			return err
		})
		if did != 2 {
			t.Errorf("%d of two at once did it", did)
		}
		for ref, want := range map[core.Ref]grievance.State{
			shown.Ref: grievance.Acknowledged, own.Ref: grievance.Acknowledged /* by the other */, later.Ref: grievance.Received,
		} {
			if got := o.now(ref).State; got != want {
				t.Errorf("it is %s, want %s", got, want)
			}
		}
		var acts []string
		for _, a := range o.acts(c.ID) {
			if a == string(grievance.ActAcknowledged) {
				acts = append(acts, a)
			}
		}
		if len(acts) != 2 {
			t.Errorf("%d acknowledgements are entered, want 2", len(acts))
		}
	})
}

func TestTheQueueIsOfWhatOneCoordinates(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		other, _, _, stranger := o.staffed()
		var want []core.Ref
		for range 5 {
			clock.Advance(time.Minute)
			want = append(want, o.file(author, c.Ref).Ref)
		}
		o.file(stranger, other.Ref)
		o.file(first, c.Ref)
		queue := func(w worker.ID, offset, limit int) (refs []core.Ref, all int) {
			o.do(func(ctx context.Context) error {
				q, err := db.Digests().Queue(ctx, w, offset, limit)
				all = q.All
				for _, l := range q.Lines {
					refs = append(refs, l.Ref)
				}
				return err
			})
			return refs, all
		}
		if got, all := queue(first, 0, 3); !slices.Equal(got, want[:3]) || all != 5 {
			t.Errorf("the first page has %v of %d", got, all)
		}
		if got, all := queue(first, 3, 3); !slices.Equal(got, want[3:]) || all != 5 {
			t.Errorf("the second page has %v of %d", got, all)
		}
		if _, all := queue(second, 0, 3); all != 6 {
			t.Errorf("a colleague has %d, want the one of the first too", all)
		}
		for _, w := range []worker.ID{author, stranger, o.worker(time.Hour)} {
			if _, all := queue(w, 0, 3); all != 0 {
				t.Errorf("who coordinates nothing has %d cases", all)
			}
		}
		o.do(func(ctx context.Context) error { _, err := o.Leave(ctx, second, c.Ref); return err })
		if _, all := queue(second, 0, 3); all != 0 {
			t.Errorf("who left has %d cases", all)
		}
	})
}

func TestRoomsAreToldOfWorkersNotOfCases(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		authors := []worker.ID{author}
		told := func(members, open, resolved int) {
			t.Helper()
			var f digest.Figures
			o.do(func(ctx context.Context) (err error) {
				f, err = db.Digests().Figures(ctx, c.ID)
				return err
			})
			if f.Members != members || f.Open != open || f.Resolved != resolved {
				t.Errorf("rooms are told from %+v, want %d, %d and %d", f, members, open, resolved)
			}
		}
		for range 6 {
			w, _ := o.joined(first, c.Ref)
			authors = append(authors, w)
		}
		clock.Advance(worker.AgeForWeight) // from now on they count
		withdrawn, later, authors := authors[4], authors[5:], authors[:4]
		var filed []core.Ref
		for _, w := range authors {
			for range 3 {
				filed = append(filed, o.file(w, c.Ref).Ref)
			}
		}
		w := o.file(withdrawn, c.Ref) // who takes it back has none
		o.do(func(ctx context.Context) error { _, err := o.cases.Withdraw(ctx, withdrawn, w.Ref); return err })
		told(9, 4, 0)

		o.file(withdrawn, c.Ref)
		told(9, 4, 0) // the fifth is not told of, on no day
		clock.Advance(7 * 24 * time.Hour)
		told(9, 4, 0)
		for _, w := range later {
			o.file(w, c.Ref)
		}
		for _, ref := range filed[:9] {
			o.do(func(ctx context.Context) error {
				_, err := o.cases.Close(ctx, first, ref, grievance.Resolved, "Paid.")
				return err
			})
		}
		told(9, 4, 0)
		clock.Advance(7 * 24 * time.Hour)
		told(9, 4, 3) // four are open, for three it is resolved
		other := o.create(first).Collective
		o.do(func(ctx context.Context) error {
			f, err := db.Digests().Figures(ctx, other.ID)
			if f.Open != 0 || f.Resolved != 0 {
				t.Errorf("another collective's rooms are told from %+v", f)
			}
			return err
		})
	})
}

// Whoever makes ten accounts and files with each moves nothing.
func TestRoomsAreNotToldOfWhoDoesNotCount(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		newcomer := o.worker(0)
		c := o.create(newcomer).Collective
		var authors []worker.ID
		for range 10 {
			w, _ := o.joined(newcomer, c.Ref)
			authors = append(authors, w)
		}
		for _, w := range authors {
			if o.vouched(w) {
				t.Fatal("who came today vouched for somebody")
			}
			o.file(w, c.Ref)
		}
		o.do(func(ctx context.Context) error {
			f, err := db.Digests().Figures(ctx, c.ID)
			if f.Open != 0 || f.Members != 11 {
				t.Errorf("rooms are told from %+v", f)
			}
			return err
		})
	})
}

func TestWhenADigestWentOut(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, _, _, _ := o.staffed()
		sent := func() (at time.Time) {
			o.do(func(ctx context.Context) (err error) {
				at, err = db.Digests().Sent(ctx, c.ID)
				return err
			})
			return at
		}
		if !sent().IsZero() {
			t.Error("a digest went out that did not")
		}
		_ = o.try(func(ctx context.Context) error {
			if err := db.Digests().SaveSent(ctx, c.ID, noon); err != nil {
				t.Error(err)
			}
			return core.Refuse(core.Invalid, "error.test")
		})
		if !sent().IsZero() {
			t.Error("what is rolled back is there")
		}
		for _, at := range []time.Time{noon, noon.Add(time.Hour)} {
			o.do(func(ctx context.Context) error { return db.Digests().SaveSent(ctx, c.ID, at) })
			if got := sent(); !got.Equal(at) {
				t.Errorf("it went out at %s, want %s", got, at)
			}
		}
	})
}
