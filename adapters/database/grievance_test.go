package database

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"manyhands/core"
	"manyhands/core/audit"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/grievance"
	"manyhands/core/money"
	"manyhands/core/worker"
)

// office is a village with grievances.
type office struct {
	*village
	cases  *grievance.Service
	target directory.TargetID
}

func newOffice(t *testing.T, db *DB, clock *testClock) *office {
	v := newVillage(t, db, clock)
	o := &office{village: v, cases: grievance.New(grievance.Needs{
		Store: db.Grievances(), Collectives: v.Service, Audit: db.Audit(), Clock: clock.Now, Random: core.CryptoRandom,
	})}
	o.target = o.requester("Zeta Labels")
	return o
}

// requester puts somebody into the directory.
func (o *office) requester(name string) directory.TargetID {
	o.t.Helper()
	n, err := directory.NewName(name)
	if err != nil {
		o.t.Fatal(err)
	}
	var r directory.Requester
	o.do(func(ctx context.Context) (err error) {
		r, err = directory.New(o.db.Directory(), o.clock.Now, core.CryptoRandom).AddRequester(ctx, directory.Actor{}, directory.Draft{Name: n})
		return err
	})
	return r.ID.Target()
}

const story = "They took forty hours and paid for none."

func (o *office) content() grievance.Content {
	lost, err := money.New("12.50", "EUR")
	if err != nil {
		o.t.Fatal(err)
	}
	return grievance.Content{
		Target: o.target, Kind: grievance.UnpaidWork, Happened: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), Country: "MG", Lost: lost, Story: story,
	}
}

func (o *office) file(author worker.ID, to core.Ref) grievance.Grievance {
	o.t.Helper()
	var g grievance.Grievance
	o.do(func(ctx context.Context) (err error) {
		g, err = o.cases.File(ctx, author, "", o.content(), to)
		return err
	})
	return g
}

// now reads a grievance as it is stored.
func (o *office) now(ref core.Ref) grievance.Grievance {
	o.t.Helper()
	var g grievance.Grievance
	o.do(func(ctx context.Context) (err error) {
		g, err = o.db.Grievances().Grievance(ctx, ref)
		return err
	})
	return g
}

// staffed is a collective with two coordinators and a member.
func (o *office) staffed() (c collective.Collective, first, second, member worker.ID) {
	o.t.Helper()
	first = o.worker(60 * 24 * time.Hour)
	c = o.create(first).Collective
	second, ref := o.joined(first, c.Ref)
	member, _ = o.joined(first, c.Ref)
	o.do(func(ctx context.Context) error {
		_, _, err := o.MakeCoordinator(ctx, first, ref)
		return err
	})
	return c, first, second, member
}

// Who may do what with a case, and what everyone else is told.
func TestWhoMayDoWhatWithACase(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		fellow, _ := o.joined(first, c.Ref)
		stranger := o.worker(time.Hour)
		elsewhere := o.worker(time.Hour)
		o.create(elsewhere)
		leaver, leaverRef := o.joined(first, c.Ref)
		o.do(func(ctx context.Context) error {
			_, _, err := o.MakeCoordinator(ctx, first, leaverRef)
			return err
		})
		o.do(func(ctx context.Context) error { _, err := o.Leave(ctx, leaver, c.Ref); return err })
		removed, removedRef := o.joined(first, c.Ref)
		for _, by := range []worker.ID{first, second} {
			o.do(func(ctx context.Context) error { _, err := o.Remove(ctx, by, removedRef); return err })
		}

		const coordinators, unknown, own = "error.case_coordinators", "error.grievance_unknown", "error.case_own"
		type try func(ctx context.Context, w worker.ID, ref core.Ref) error
		handling := map[string]try{
			"look": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, _, err := o.cases.Look(ctx, w, ref)
				return err
			},
			"read": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, _, err := o.cases.Read(ctx, w, ref)
				return err
			},
			"take": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, _, err := o.cases.Take(ctx, w, ref)
				return err
			},
			"acknowledge": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, _, err := o.cases.Acknowledge(ctx, w, ref)
				return err
			},
			"ask": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, err := o.cases.Ask(ctx, w, ref, "Which batch?")
				return err
			},
			"close": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, err := o.cases.Close(ctx, w, ref, grievance.Resolved, "Paid in full.")
				return err
			},
			"reopen": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, err := o.cases.Reopen(ctx, w, ref)
				if errors.Is(err, core.Refuse(core.Conflict, "error.case_open")) {
					return nil // it was for its state that it was refused
				}
				return err
			},
		}
		authors := map[string]try{
			"withdraw": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, err := o.cases.Withdraw(ctx, w, ref)
				return err
			},
			"own": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, _, _, err := o.cases.Own(ctx, w, ref)
				return err
			},
			"answer": func(ctx context.Context, w worker.ID, ref core.Ref) error {
				_, err := o.cases.Answer(ctx, w, ref, "The second.")
				if errors.Is(err, core.Refuse(core.Conflict, "error.question_none")) {
					return nil
				}
				return err
			},
		}
		people := map[string]struct {
			who             worker.ID
			handles, author string // the refusal, or "" for may
		}{
			"coordinator":           {first, "", unknown},
			"other coordinator":     {second, "", unknown},
			"author":                {author, coordinators, ""},
			"fellow member":         {fellow, coordinators, unknown},
			"stranger":              {stranger, coordinators, unknown},
			"coordinator elsewhere": {elsewhere, coordinators, unknown},
			"coordinator who left":  {leaver, coordinators, unknown},
			"removed member":        {removed, coordinators, unknown},
			"nobody":                {worker.ID{}, coordinators, unknown},
		}
		for name, p := range people {
			for verbs, refusal := range map[*map[string]try]string{&handling: p.handles, &authors: p.author} {
				for verb, do := range *verbs {
					g := o.file(author, c.Ref)
					err := o.try(func(ctx context.Context) error { return do(ctx, p.who, g.Ref) })
					var e *core.Error
					switch {
					case refusal == "" && err != nil:
						t.Errorf("%s may not %s: %v", name, verb, err)
					case refusal != "" && (!errors.As(err, &e) || e.Key != refusal):
						t.Errorf("%s may %s: %v, want %s", name, verb, err, refusal)
					case refusal != "" && o.now(g.Ref) != g:
						t.Errorf("%s was refused to %s, and it did something", name, verb)
					}
					o.do(func(ctx context.Context) error { // so that the author is not over the limit
						_, err := o.cases.Withdraw(ctx, author, g.Ref)
						if core.KindOf(err) == core.Conflict {
							return nil
						}
						return err
					})
				}
			}
		}

		// A coordinator who is the author handles everything but this.
		mine := o.file(first, c.Ref)
		for verb, do := range handling {
			if err := o.try(func(ctx context.Context) error { return do(ctx, first, mine.Ref) }); !errors.Is(err, core.Refuse(core.Forbidden, own)) {
				t.Errorf("a coordinator may %s their own case: %v", verb, err)
			}
		}
		// A draft is nobody's business.
		var draft grievance.Grievance
		o.do(func(ctx context.Context) (err error) {
			draft, err = o.cases.SaveDraft(ctx, author, "", o.content())
			return err
		})
		for verb, do := range handling {
			if err := o.try(func(ctx context.Context) error { return do(ctx, first, draft.Ref) }); !errors.Is(err, core.Refuse(core.NotFound, unknown)) {
				t.Errorf("a coordinator may %s a draft: %v", verb, err)
			}
		}
		o.refused(unknown, func(ctx context.Context) error { return o.cases.Discard(ctx, fellow, draft.Ref) })
		o.refused(unknown, func(ctx context.Context) error {
			_, err := o.cases.SaveDraft(ctx, fellow, draft.Ref, o.content())
			return err
		})
		o.refused(unknown, func(ctx context.Context) error {
			_, err := o.cases.File(ctx, fellow, draft.Ref, o.content(), c.Ref)
			return err
		})
		o.refused(coordinators, func(ctx context.Context) error { _, err := o.cases.AcknowledgeAllNew(ctx, fellow, c.ID); return err })
		o.refused(coordinators, func(ctx context.Context) error { _, err := o.cases.AcknowledgeAllNew(ctx, leaver, c.ID); return err })
	})
}

func TestALifeOfACase(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		g := o.file(author, c.Ref)
		step := func(want grievance.State, do func(ctx context.Context) error) {
			t.Helper()
			clock.Advance(time.Hour)
			o.do(do)
			if got := o.now(g.Ref); got.State != want {
				t.Fatalf("it is %s, want %s", got.State, want)
			}
		}
		step(grievance.Received, func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, first, g.Ref); return err })
		step(grievance.Received, func(ctx context.Context) error { // again is harmless
			_, changed, err := o.cases.Take(ctx, first, g.Ref)
			if changed {
				t.Error("taking twice changed something")
			}
			return err
		})
		o.refused("error.case_taken", func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, second, g.Ref); return err })
		step(grievance.InReview, func(ctx context.Context) error { _, _, err := o.cases.Acknowledge(ctx, second, g.Ref); return err })
		step(grievance.InReview, func(ctx context.Context) error {
			_, changed, err := o.cases.Acknowledge(ctx, first, g.Ref)
			if changed {
				t.Error("acknowledging twice changed something")
			}
			return err
		})
		step(grievance.InReview, func(ctx context.Context) error {
			_, w, err := o.cases.Read(ctx, first, g.Ref)
			if w.Story != story {
				t.Errorf("the story reads %q", w.Story)
			}
			return err
		})
		step(grievance.WaitingForWorker, func(ctx context.Context) error { _, err := o.cases.Ask(ctx, first, g.Ref, "Which batch?"); return err })
		o.refused("error.case_asked", func(ctx context.Context) error { _, err := o.cases.Ask(ctx, second, g.Ref, "And when?"); return err })
		o.do(func(ctx context.Context) error {
			_, w, _, err := o.cases.Own(ctx, author, g.Ref)
			if q, open := w.Asked(); !open || q.Text != "Which batch?" {
				t.Errorf("the author is asked %+v", w.Questions)
			}
			return err
		})
		step(grievance.InReview, func(ctx context.Context) error {
			_, err := o.cases.Answer(ctx, author, g.Ref, "The second.")
			return err
		})
		o.refused("error.question_none", func(ctx context.Context) error {
			_, err := o.cases.Answer(ctx, author, g.Ref, "No, the third.")
			return err
		})
		o.refused("error.text_empty", func(ctx context.Context) error {
			_, err := o.cases.Close(ctx, first, g.Ref, grievance.Resolved, " ")
			return err
		})
		step(grievance.Resolved, func(ctx context.Context) error {
			_, err := o.cases.Close(ctx, first, g.Ref, grievance.Resolved, "Paid in full.")
			return err
		})
		for _, do := range []func(context.Context) error{
			func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, second, g.Ref); return err },
			func(ctx context.Context) error { _, _, err := o.cases.Acknowledge(ctx, second, g.Ref); return err },
			func(ctx context.Context) error { _, err := o.cases.Ask(ctx, second, g.Ref, "Sure?"); return err },
			func(ctx context.Context) error {
				_, err := o.cases.Close(ctx, second, g.Ref, grievance.Resolved, "Again.")
				return err
			},
			func(ctx context.Context) error { _, err := o.cases.Withdraw(ctx, author, g.Ref); return err },
		} {
			o.refused("error.case_closed", do)
		}
		step(grievance.InReview, func(ctx context.Context) error { _, err := o.cases.Reopen(ctx, second, g.Ref); return err })
		step(grievance.Withdrawn, func(ctx context.Context) error { _, err := o.cases.Withdraw(ctx, author, g.Ref); return err })
		o.refused("error.case_withdrawn", func(ctx context.Context) error { _, _, err := o.cases.Read(ctx, first, g.Ref); return err })
		o.refused("error.case_withdrawn", func(ctx context.Context) error { _, err := o.cases.Reopen(ctx, first, g.Ref); return err })

		o.do(func(ctx context.Context) error {
			_, w, events, err := o.cases.Own(ctx, author, g.Ref)
			var steps []string
			for _, e := range events {
				steps = append(steps, string(e.Role)+" "+string(e.Step))
			}
			want := []string{
				"author filed", "coordinator taken", "coordinator acknowledged", "coordinator read", "coordinator asked", "author answered",
				"coordinator closed", "coordinator reopened", "author withdrawn",
			}
			if !slices.Equal(steps, want) {
				t.Errorf("the time line is %v, want %v", steps, want)
			}
			if w.Outcome != "Paid in full." || w.Questions[0].Answer != "The second." {
				t.Errorf("the words are %+v", w)
			}
			return err
		})
		acts := o.acts(c.ID)
		want := []string{
			"case.taken", "case.acknowledged", "case.read", "case.asked", "case.closed", "case.reopened",
		}
		if got := acts[len(acts)-len(want):]; !slices.Equal(got, want) {
			t.Errorf("the audit log ends with %v, want %v", got, want)
		}
	})
}

// A reading and its entry are one: where the one is undone, so is the other.
func TestAReadingIsEnteredWithItself(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		g := o.file(author, c.Ref)
		before := len(o.acts(c.ID))
		_ = o.try(func(ctx context.Context) error {
			if _, _, err := o.cases.Read(ctx, first, g.Ref); err != nil {
				t.Error(err)
			}
			return core.Refuse(core.Invalid, "error.test")
		})
		if n := len(o.acts(c.ID)); n != before {
			t.Errorf("%d entries of a reading that did not happen", n-before)
		}
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Read(ctx, first, g.Ref); return err })
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Read(ctx, first, g.Ref); return err })
		chain := wholeChain(t, db, c.ID.Chain())
		last := chain[len(chain)-1]
		if len(chain) != before+2 || last.Act != grievance.ActRead || last.Subject != g.Ref || last.Actor.Worker != uuid.UUID(first) ||
			last.Actor.Role != audit.Coordinator {
			t.Errorf("the log has %d entries more, the last is %+v", len(chain)-before, last)
		}
		if err := audit.Verify(chain); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoCanBeFiledTo(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		names := func(w worker.ID) (refs []core.Ref) {
			o.do(func(ctx context.Context) error {
				all, err := o.cases.Audiences(ctx, w)
				for _, a := range all {
					refs = append(refs, a.Collective.Ref)
				}
				return err
			})
			return refs
		}
		lonely := o.worker(time.Hour)
		if got := names(lonely); got != nil {
			t.Fatalf("with no collective at all, %v are offered", got)
		}
		c, first, _, member := o.staffed()
		if got := names(member); !slices.Equal(got, []core.Ref{c.Ref}) {
			t.Errorf("a member is offered %v", got)
		}
		alone := o.create(o.worker(time.Hour)).Collective // nobody but its founder would read what they file
		o.refused("error.grievance_audience", func(ctx context.Context) error {
			_, err := o.cases.File(ctx, lonely, "", o.content(), c.Ref)
			return err
		})
		o.refused("error.grievance_audience", func(ctx context.Context) error {
			_, err := o.cases.File(ctx, member, "", o.content(), alone.Ref)
			return err
		})
		o.refused("error.grievance_audience", func(ctx context.Context) error {
			_, err := o.cases.File(ctx, member, "", o.content(), "")
			return err
		})

		var open collective.Collective // one that the keeper made, and that takes outsiders
		o.do(func(ctx context.Context) error {
			var code collective.Code
			var err error
			if open, code, err = o.CreateFromServer(ctx, collective.Draft{Name: "Open door"}, false); err != nil {
				return err
			}
			keeper := first
			if _, err = o.Join(ctx, keeper, string(code)); err != nil {
				return err
			}
			yes := true
			_, err = o.Change(ctx, keeper, open.Ref, collective.Settings{TakesOutsiders: &yes})
			return err
		})
		if got := names(lonely); !slices.Equal(got, []core.Ref{open.Ref}) {
			t.Errorf("a worker without a collective is offered %v, want %v", got, open.Ref)
		}
		if got := names(member); !slices.Equal(got, []core.Ref{c.Ref, open.Ref}) {
			t.Errorf("a member of a small collective is offered %v, want their own and the open one", got)
		}
		g := o.file(lonely, open.Ref)
		if g.Audience != open.ID || g.Pseudonym == "" || g.State != grievance.Received {
			t.Errorf("filed as %+v", g)
		}
		o.refused("error.case_coordinators", func(ctx context.Context) error { // not of the other collective
			_, _, err := o.cases.Look(ctx, member, g.Ref)
			return err
		})
		o.refused("error.grievance_story", func(ctx context.Context) error {
			x := o.content()
			x.Story = " "
			_, err := o.cases.File(ctx, lonely, "", x, open.Ref)
			return err
		})
	})
}

func TestDraftsAreKeptFiledAndDiscarded(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, _, _, author := o.staffed()
		var kept grievance.Grievance
		save := func(ref core.Ref, x grievance.Content) {
			t.Helper()
			o.do(func(ctx context.Context) (err error) {
				kept, err = o.cases.SaveDraft(ctx, author, ref, x)
				return err
			})
		}
		x := o.content()
		x.Story = ""
		save("", x)
		first := kept.Ref
		x.Story, x.Kind = "More came to my mind.", grievance.Quotas
		clock.Advance(time.Minute)
		save(first, x)
		o.do(func(ctx context.Context) error {
			g, w, events, err := o.cases.Own(ctx, author, first)
			if g.Kind != grievance.Quotas || w.Story != x.Story || g.State != grievance.Draft || len(events) != 0 || !g.FiledAt.IsZero() {
				t.Errorf("the draft is %+v, %+v, %v", g, w, events)
			}
			return err
		})
		o.refused("error.grievance_draft", func(ctx context.Context) error { _, err := o.cases.Withdraw(ctx, author, first); return err })
		o.do(func(ctx context.Context) (err error) {
			kept, err = o.cases.File(ctx, author, first, x, c.Ref)
			return err
		})
		if kept.Ref != first || o.now(first).State != grievance.Received {
			t.Error("a filed draft is another grievance")
		}
		o.refused("error.grievance_filed", func(ctx context.Context) error { return o.cases.Discard(ctx, author, first) })
		o.refused("error.grievance_filed", func(ctx context.Context) error {
			_, err := o.cases.File(ctx, author, first, x, c.Ref) // the same press twice
			return err
		})

		save("", x)
		o.do(func(ctx context.Context) error { return o.cases.Discard(ctx, author, kept.Ref) })
		o.refused("error.grievance_unknown", func(ctx context.Context) error { return o.cases.Discard(ctx, author, kept.Ref) })
		o.do(func(ctx context.Context) error {
			due, err := db.DueBefore(ctx, clock.Now(), 10)
			if len(due) != 1 || due[0].Kind != ForgetKey || due[0].Subject != caseKey(kept.ID) {
				t.Errorf("due is %+v, want the draft's key forgotten", due)
			}
			return err
		})
		for range grievance.MostDrafts {
			save("", x)
		}
		o.refused("error.drafts_many", func(ctx context.Context) error { _, err := o.cases.SaveDraft(ctx, author, "", x); return err })
	})
}

// Any valid grievance comes back as it went in, words and all, and lies sealed.
func TestGrievancesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		s := db.Grievances()
		at := rapid.Custom(func(t *rapid.T) time.Time { return timeOf(rapid.Int64Range(1, 4e15).Draw(t, "us")) })
		maybe := rapid.OneOf(rapid.Just(time.Time{}), at)
		text := rapid.StringN(0, 200, -1)
		rapid.Check(t, func(rt *rapid.T) {
			g := grievance.Grievance{
				ID: grievance.ID(core.NewKey(clock.Now(), core.CryptoRandom)), Ref: core.NewRef(core.CryptoRandom),
				Author: author, Pseudonym: rapid.StringMatching(`[a-z]{3,8}`).Draw(rt, "pseudonym"), Target: o.target,
				Kind:     rapid.SampledFrom(grievance.Kinds()).Draw(rt, "kind"),
				State:    rapid.SampledFrom(grievance.States()).Draw(rt, "state"),
				Happened: time.Date(2026, 1, rapid.IntRange(1, 300).Draw(rt, "day"), 0, 0, 0, 0, time.UTC),
				Country:  rapid.SampledFrom([]string{"", "MG", "KE"}).Draw(rt, "country"),
				Audience: rapid.SampledFrom([]collective.ID{{}, c.ID}).Draw(rt, "audience"),
				Taker:    rapid.SampledFrom([]worker.ID{{}, first}).Draw(rt, "taker"),
				FiledAt:  maybe.Draw(rt, "filed"), AcknowledgedAt: maybe.Draw(rt, "acknowledged"), ClosedAt: maybe.Draw(rt, "closed"),
				Due: maybe.Draw(rt, "due"), ChangedAt: at.Draw(rt, "changed"),
			}
			if rapid.Bool().Draw(rt, "lost") {
				g.Lost, _ = money.New("0.005", "VES")
			}
			w := grievance.Words{Story: text.Draw(rt, "story"), Outcome: text.Draw(rt, "outcome")}
			for range rapid.IntRange(0, 3).Draw(rt, "questions") {
				w.Questions = append(w.Questions, grievance.Question{
					Text: text.Draw(rt, "question"), At: at.Draw(rt, "asked"), Answer: text.Draw(rt, "answer"), AnsweredAt: maybe.Draw(rt, "answered"),
				})
			}
			err := db.InTx(t.Context(), func(ctx context.Context) error {
				if err := s.Add(ctx, g, w); err != nil {
					return err
				}
				for range 2 {
					back, err := s.Grievance(ctx, g.Ref)
					if err != nil || back != g {
						rt.Fatalf("came back as %+v, %v; want %+v", back, err, g)
					}
					words, err := s.Words(ctx, g.ID)
					if err != nil || !reflect.DeepEqual(words, w) {
						rt.Fatalf("the words came back as %+v, %v; want %+v", words, err, w)
					}
					g.State, g.ChangedAt = grievance.InReview, clock.Now()
					if err := errors.Join(s.Save(ctx, g), s.SaveWords(ctx, g.ID, w)); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				rt.Fatal(err)
			}
		})
	})
}

func TestStoriesLieSealed(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		g := o.file(author, c.Ref)
		o.do(func(ctx context.Context) error { _, err := o.cases.Ask(ctx, first, g.Ref, "Which batch?"); return err })
		o.do(func(ctx context.Context) error {
			var row struct{ SealedStory, SealedExchange []byte }
			err := db.conn(ctx).Raw(`SELECT sealed_story, sealed_exchange FROM grievance WHERE id = ?`, uuid.UUID(g.ID)).Scan(&row).Error
			for _, sealed := range [][]byte{row.SealedStory, row.SealedExchange} {
				if text := string(sealed); !strings.HasPrefix(text, caseKey(g.ID)+"|") || strings.Contains(text, story) || strings.Contains(text, "batch") {
					t.Errorf("what is stored is %q", text)
				}
			}
			return err
		})
	})
}

// Who has the database alone and knows what somebody lost, and when, finds
// neither the day, nor the country, nor the amount in it.
func TestDayCountryAndAmountLieSealed(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		g := o.file(author, c.Ref)
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Take(ctx, first, g.Ref); return err })
		o.do(func(ctx context.Context) error {
			row := map[string]any{}
			err := db.conn(ctx).Raw(`SELECT * FROM grievance WHERE id = ?`, uuid.UUID(g.ID)).Scan(&row).Error
			if len(row) == 0 {
				t.Fatal("there is no row")
			}
			for column, value := range row {
				text := fmt.Sprint(value)
				if b, ok := value.([]byte); ok {
					text = string(b)
				}
				for _, clear := range []string{"2026-11-20", "12.50", "EUR"} {
					if strings.Contains(text, clear) {
						t.Errorf("%s has %q", column, text)
					}
				}
				if text == "MG" {
					t.Errorf("%s is the country", column)
				}
			}
			return err
		})
		want := o.content()
		if got := o.now(g.Ref); !got.Happened.Equal(want.Happened) || got.Country != want.Country || got.Lost != want.Lost {
			t.Errorf("it came back as %+v", got)
		}
	})
}

func TestTheCardIsToldWhenAGrievanceOpensAndCloses(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		settle := func() (was bool) {
			o.do(func(ctx context.Context) error {
				ts, err := db.Ratings().Unsettled(ctx)
				was = slices.Contains(ts, o.target)
				if err == nil {
					err = db.conn(ctx).Exec(`UPDATE figure SET settled = TRUE`).Error
				}
				return err
			})
			return was
		}
		reporters := func() (n int) {
			o.do(func(ctx context.Context) error {
				all, err := db.Ratings().Reporters(ctx, o.target)
				n = len(all)
				return err
			})
			return n
		}
		o.do(func(ctx context.Context) error { _, err := o.cases.SaveDraft(ctx, author, "", o.content()); return err })
		if settle() || reporters() != 0 {
			t.Error("a draft is told")
		}
		g := o.file(author, c.Ref)
		o.file(author, c.Ref)
		if !settle() || reporters() != 1 {
			t.Errorf("%d reporters, want one worker however much they file", reporters())
		}
		o.do(func(ctx context.Context) error { _, _, err := o.cases.Acknowledge(ctx, first, g.Ref); return err })
		if settle() {
			t.Error("an acknowledgement is told")
		}
		o.do(func(ctx context.Context) error {
			_, err := o.cases.Close(ctx, first, g.Ref, grievance.ClosedWithoutRemedy, "They do not answer.")
			return err
		})
		if !settle() {
			t.Error("an end is not told")
		}
		o.do(func(ctx context.Context) error { _, err := o.cases.Reopen(ctx, first, g.Ref); return err })
		if !settle() {
			t.Error("a reopening is not told")
		}
	})
}

func TestAnErasedAuthorLeavesNoWords(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, _, author := o.staffed()
		g := o.file(author, c.Ref)
		o.do(func(ctx context.Context) error { _, err := o.cases.Ask(ctx, first, g.Ref, "Which batch?"); return err })
		o.do(func(ctx context.Context) error { _, err := o.cases.SaveDraft(ctx, author, "", o.content()); return err })
		o.do(func(ctx context.Context) error {
			all, err := db.everythingGrievances(ctx, author)
			if len(all) != 2 {
				t.Fatalf("%d grievances in the worker's file, want 2", len(all))
			}
			for _, x := range all {
				if x["about"] != "Zeta Labels" || x["story"] != story || x["lost"] != "12.50 EUR" {
					t.Errorf("the worker's file has %v", x)
				}
			}
			return err
		})
		o.do(func(ctx context.Context) error { return db.eraseGrievances(ctx, author) })
		o.do(func(ctx context.Context) error { return db.eraseGrievances(ctx, author) }) // again is harmless
		left := o.now(g.Ref)
		if !left.Author.IsZero() || left.Pseudonym != "" || !left.Happened.IsZero() || !left.Lost.IsZero() || left.Country != "" {
			t.Errorf("what is left is %+v", left)
		}
		if left.Kind != grievance.UnpaidWork || left.Target != o.target || left.State != grievance.WaitingForWorker {
			t.Errorf("kind, target and state did not stay: %+v", left)
		}
		o.refused("error.erased", func(ctx context.Context) error { _, _, err := o.cases.Read(ctx, first, g.Ref); return err })
		o.refused("error.case_no_author", func(ctx context.Context) error {
			_, err := o.cases.Ask(ctx, first, g.Ref, "Are you there?")
			return err
		})
		o.do(func(ctx context.Context) error {
			var sealed, drafts int64
			err := db.conn(ctx).Raw(`SELECT COUNT(sealed_facts) + COUNT(sealed_story) + COUNT(sealed_exchange) + COUNT(sealed_outcome) FROM grievance`).Scan(&sealed).Error
			if err == nil {
				err = db.conn(ctx).Raw(`SELECT COUNT(*) FROM grievance WHERE filed_at IS NULL`).Scan(&drafts).Error
			}
			if sealed != 0 || drafts != 0 {
				t.Errorf("%d sealed texts and %d drafts are left", sealed, drafts)
			}
			return err
		})
		o.do(func(ctx context.Context) error { // the case can still be brought to an end
			_, err := o.cases.Close(ctx, first, g.Ref, grievance.ClosedWithoutRemedy, "The author is gone.")
			return err
		})
		o.do(func(ctx context.Context) error { return db.eraseGrievances(ctx, first) }) // a coordinator goes
	})
}

func TestTwoWhoTakeAtOnce(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		o := newOffice(t, db, clock)
		c, first, second, author := o.staffed()
		g := o.file(author, c.Ref)
		took := atOnce(t, db, []worker.ID{first, second}, func(ctx context.Context, w worker.ID) error {
			_, _, err := o.cases.Take(ctx, w, g.Ref)
			return err
		})
		if took != 1 {
			t.Errorf("%d took it, want one", took)
		}
	})
}
