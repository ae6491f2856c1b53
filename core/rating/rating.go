// Package rating is one worker's scores for one requester or platform, and
// what may be published of many.
//
// A worker has at most one live rating of a target; a change keeps history.
// Scores are whole numbers from 1 to 5, all optional but one.
package rating

import (
	"context"
	"maps"
	"slices"
	"time"

	"manyhands/core"
	"manyhands/core/directory"
	"manyhands/core/worker"
)

// Dimension is one side of working for someone that can be scored. Four keep
// the meanings and the names that Turkopticon's scripts know (pay, fair, comm,
// fast), so that figures stay comparable.
type Dimension string

// The dimensions.
const (
	Fairness      Dimension = "fair"  // approving or rejecting
	Communication Dimension = "comm"  // answers when written to
	Clarity       Dimension = "clear" // instructions, working tools
	Pay           Dimension = "pay"   // for the time it took, where one lives
	Promptness    Dimension = "fast"  // of approval and payment
)

// Asked are the dimensions that everyone is asked for; More can be given.
func Asked() []Dimension { return []Dimension{Fairness, Communication, Clarity} }

// More are the dimensions that can be given and are otherwise measured.
func More() []Dimension { return []Dimension{Pay, Promptness} }

// Dimensions are all of them, those asked first.
func Dimensions() []Dimension { return append(Asked(), More()...) }

// Score is a whole score from 1 to 5.
type Score int8

// NewScore refuses what is not 1 to 5 (Invalid, "error.score_range").
func NewScore(n int) (Score, error) {
	if n < 1 || n > 5 {
		return 0, core.Refuse(core.Invalid, "error.score_range", "Typed", n)
	}
	return Score(n), nil
}

// Again says whether a worker would do it again; the zero value says nothing.
type Again string

// The answers.
const (
	Yes Again = "yes"
	No  Again = "no"
)

// Flag is a fact about a target's tasks, rather than an opinion.
type Flag string

// The flags.
const (
	UnpaidTest     Flag = "unpaid_test"     // an unpaid test or screener
	UnpaidTraining Flag = "unpaid_training" // unpaid training
	Broken         Flag = "broken"          // a task that cannot be finished
	AgainstTerms   Flag = "against_terms"   // breaks the platform's own terms
	PersonalData   Flag = "personal_data"   // asks for personal data
	Disturbing     Flag = "disturbing"      // disturbing content without warning
	PosingAsAI     Flag = "posing_as_ai"    // a human posing as a machine
)

// Flags are all of them.
func Flags() []Flag {
	return []Flag{UnpaidTest, UnpaidTraining, Broken, AgainstTerms, PersonalData, Disturbing, PosingAsAI}
}

// Content is what a rating says.
type Content struct {
	Scores  map[Dimension]Score
	Again   Again
	Flags   []Flag
	Comment string
}

// MaxComment is the most characters of a comment.
const MaxComment = 1000

// Validate refuses a rating without a single score (Invalid,
// "error.rating_empty"), a score out of range, an unknown dimension or flag,
// and a comment that is too long (Limited, "error.text_long").
func (c Content) Validate() error {
	if len(c.Scores) == 0 {
		return core.Refuse(core.Invalid, "error.rating_empty")
	}
	for d, s := range c.Scores {
		if !slices.Contains(Dimensions(), d) {
			return core.Refuse(core.Invalid, "error.choice_unknown", "Typed", string(d))
		}
		if _, err := NewScore(int(s)); err != nil {
			return err
		}
	}
	for _, f := range c.Flags {
		if !slices.Contains(Flags(), f) {
			return core.Refuse(core.Invalid, "error.choice_unknown", "Typed", string(f))
		}
	}
	if n := len([]rune(c.Comment)); n > MaxComment {
		return core.Refuse(core.Limited, "error.text_long", "Count", n, "Max", MaxComment)
	}
	return nil
}

// Equal tells whether two ratings say the same; the order of flags is nothing.
func (c Content) Equal(o Content) bool {
	return maps.Equal(c.Scores, o.Scores) && c.Again == o.Again && c.Comment == o.Comment &&
		slices.Equal(slices.Sorted(slices.Values(c.Flags)), slices.Sorted(slices.Values(o.Flags)))
}

// Rating is one worker's word on one target.
type Rating struct {
	Worker worker.ID
	Target directory.TargetID
	Content
	// At is when it was first given, Changed when it became what it is.
	At, Changed time.Time
}

// Store keeps ratings and what was published of them. Every method runs in
// ctx's transaction.
type Store interface {
	// Live returns the worker's live rating of a target; false where there
	// is none.
	Live(ctx context.Context, w worker.ID, t directory.TargetID) (Rating, bool, error)
	// Save makes r the live rating and keeps the one before as history.
	Save(ctx context.Context, r Rating) error
	// Withdraw ends the live rating; false where there was none.
	Withdraw(ctx context.Context, w worker.ID, t directory.TargetID, at time.Time) (bool, error)
	// OfWorker returns a worker's live ratings, the latest first.
	OfWorker(ctx context.Context, w worker.ID) ([]Rating, error)

	// Unsettled returns targets about which something is said that the
	// published figures do not hold yet.
	Unsettled(ctx context.Context) ([]directory.TargetID, error)
	// Voices returns all that is and was counted on a target.
	Voices(ctx context.Context, t directory.TargetID) ([]Voice, error)
	// Reporters returns the standing of each worker who has an open
	// grievance against the target.
	Reporters(ctx context.Context, t directory.TargetID) ([]worker.Standing, error)
	// Published returns what was published of a target; false where nothing
	// is.
	Published(ctx context.Context, t directory.TargetID) (Figures, bool, error)
	// Publish keeps a batch's outcome for a target.
	Publish(ctx context.Context, t directory.TargetID, b Batch) error
}

// Service rates, withdraws and publishes.
type Service struct {
	store Store
	clock core.Clock
}

// New makes the service.
func New(store Store, clock core.Clock) *Service { return &Service{store: store, clock: clock} }

// Rate gives or changes the worker's one live rating of a target, and returns
// it. Any worker may. Refusals: those of Content.Validate.
func (s *Service) Rate(ctx context.Context, by worker.ID, t directory.TargetID, c Content) (Rating, error) {
	if err := c.Validate(); err != nil {
		return Rating{}, err
	}
	now := s.clock()
	old, had, err := s.store.Live(ctx, by, t)
	if err != nil {
		return Rating{}, err
	}
	if had && old.Equal(c) {
		return old, nil
	}
	r := Rating{Worker: by, Target: t, Content: c, At: now, Changed: now}
	if had {
		r.At = old.At
	}
	return r, s.store.Save(ctx, r)
}

// Mine returns the worker's live rating of a target; false where there is none.
func (s *Service) Mine(ctx context.Context, by worker.ID, t directory.TargetID) (Rating, bool, error) {
	return s.store.Live(ctx, by, t)
}

// OfWorker returns the worker's own live ratings, the latest first.
func (s *Service) OfWorker(ctx context.Context, by worker.ID) ([]Rating, error) {
	return s.store.OfWorker(ctx, by)
}

// Withdraw ends the worker's rating of a target. Refusal: NotFound
// "error.rating_none" where there is none.
func (s *Service) Withdraw(ctx context.Context, by worker.ID, t directory.TargetID) error {
	had, err := s.store.Withdraw(ctx, by, t, s.clock())
	if err == nil && !had {
		return core.Refuse(core.NotFound, "error.rating_none")
	}
	return err
}

// Unsettled returns the targets that the next batch has to look at.
func (s *Service) Unsettled(ctx context.Context) ([]directory.TargetID, error) {
	return s.store.Unsettled(ctx)
}

// PublishTarget does a batch's work for one target: it publishes what may be
// published now, and nothing else. See Decide.
func (s *Service) PublishTarget(ctx context.Context, t directory.TargetID) error {
	voices, err := s.store.Voices(ctx, t)
	if err != nil {
		return err
	}
	reporters, err := s.store.Reporters(ctx, t)
	if err != nil {
		return err
	}
	before, was, err := s.store.Published(ctx, t)
	if err != nil {
		return err
	}
	var prior *Figures
	if was {
		prior = &before
	}
	return s.store.Publish(ctx, t, Decide(prior, voices, reporters, s.clock()))
}
