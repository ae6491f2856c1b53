// Package grievance is a reported harm: what one worker tells the coordinators
// of one collective about a requester or platform, and what becomes of it. Once
// a coordinator has to do with it, it is called a case.
//
// Its facts are what counts and lists are made of; its words (the story, the
// questions to the author and their answers, the outcome) are sealed and read
// apart. Coordinators know the author by a pseudonym of that case alone.
package grievance

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/directory"
	"manyhands/core/money"
	"manyhands/core/worker"
)

// ID is a grievance's key inside.
type ID uuid.UUID

// String writes the key; it must not leave the server.
func (id ID) String() string { return uuid.UUID(id).String() }

// IsZero is true for no grievance.
func (id ID) IsZero() bool { return id == ID{} }

// Kind is what sort of harm it was.
type Kind string

// The kinds. The last four are of those who are paid by the month.
const (
	UnpaidWork     Kind = "unpaid_work"
	Rejection      Kind = "rejection"       // an unfair one
	AccountClosed  Kind = "account"         // closed or suspended
	BelowPromise   Kind = "below_promise"   // pay below what was promised
	UnpaidTraining Kind = "unpaid_training" // training or a test
	BrokenTask     Kind = "broken_task"
	Disturbing     Kind = "disturbing" // content
	PersonalData   Kind = "personal_data"
	Discrimination Kind = "discrimination" // gender, origin, language, disability, other
	Harassment     Kind = "harassment"
	Retaliation    Kind = "retaliation"
	Secrecy        Kind = "secrecy"      // about the client
	PosingAsAI     Kind = "posing_as_ai" // a human posing as a machine
	Other          Kind = "other"
	Contract       Kind = "contract"
	Overtime       Kind = "overtime"
	Quotas         Kind = "quotas"
	Dismissal      Kind = "dismissal"
)

// Kinds are all of them, in the order in which they are offered.
func Kinds() []Kind {
	return []Kind{
		UnpaidWork, Rejection, AccountClosed, BelowPromise, UnpaidTraining, BrokenTask, Disturbing, PersonalData, Discrimination,
		Harassment, Retaliation, Secrecy, PosingAsAI, Contract, Overtime, Quotas, Dismissal, Other,
	}
}

const (
	// MaxStory is the most characters of a story, of a question and of an
	// answer: what fits into one message of any network.
	MaxStory = 3500
	// MaxOutcome is the most characters of the words that close a case.
	MaxOutcome = 1000
	// MostDrafts is how many drafts one worker keeps.
	MostDrafts = 20
	// MostOpen is how many open grievances one worker has.
	MostOpen = 50
	// MostQuestions is how many questions one case has.
	MostQuestions = 20
)

// Content is what an author says.
type Content struct {
	Target directory.TargetID
	Kind   Kind
	// Happened is the day, as midnight UTC.
	Happened time.Time
	// Country is ISO 3166-1 alpha-2, or "".
	Country string
	// Lost is the amount lost, or none.
	Lost money.Amount
	// Story is what happened in the author's words; a draft may have none.
	Story string
}

// Validate refuses what cannot be kept: Invalid "error.choice_unknown",
// "error.grievance_day", "error.country" and "error.amount_nothing", Limited
// "error.text_long", NotFound "error.target_unknown".
func (c Content) Validate(now time.Time) error {
	if c.Target.IsZero() {
		return core.Refuse(core.NotFound, "error.target_unknown")
	}
	if !slices.Contains(Kinds(), c.Kind) {
		return core.Refuse(core.Invalid, "error.choice_unknown", "Typed", string(c.Kind))
	}
	// Where the author is it may be tomorrow already.
	if c.Happened.IsZero() || c.Happened.After(now.Add(24*time.Hour)) {
		return core.Refuse(core.Invalid, "error.grievance_day")
	}
	if _, err := directory.NewCountry(c.Country); err != nil {
		return err
	}
	if !c.Lost.IsZero() && c.Lost.IsNothing() {
		return core.Refuse(core.Invalid, "error.amount_nothing")
	}
	return short(c.Story, MaxStory)
}

// short refuses a text of more than most characters: Limited
// "error.text_long" (Count, Max).
func short(text string, most int) error {
	if n := utf8.RuneCountInString(text); n > most {
		return core.Refuse(core.Limited, "error.text_long", "Count", n, "Max", most)
	}
	return nil
}

// said refuses an empty text too: Invalid "error.text_empty".
func said(text string, most int) error {
	if strings.TrimSpace(text) == "" {
		return core.Refuse(core.Invalid, "error.text_empty")
	}
	return short(text, most)
}

// Grievance is one, without its words.
type Grievance struct {
	ID  ID
	Ref core.Ref
	// Author is zero once the author has been erased.
	Author worker.ID
	// Pseudonym is what the author is called in this case alone.
	Pseudonym string
	Target    directory.TargetID
	Kind      Kind
	// Happened, Country and Lost are as in Content, and empty once the author
	// has been erased.
	Happened time.Time
	Country  string
	Lost     money.Amount
	// Audience is whose coordinators may read it; zero in a draft.
	Audience collective.ID
	State    State
	// Taker is the coordinator who took it up, or zero.
	Taker worker.ID
	// FiledAt is zero in a draft, ClosedAt while it is open.
	FiledAt, AcknowledgedAt, ClosedAt time.Time
	// Due is by when something is owed to the author, or zero; see State.
	Due time.Time
	// ChangedAt is when anything last happened to it.
	ChangedAt time.Time
}

// Open tells whether it was filed and waits for its end.
func (g Grievance) Open() bool { return !g.FiledAt.IsZero() && g.ClosedAt.IsZero() }

// Overdue tells whether what is owed to the author is late.
func (g Grievance) Overdue(now time.Time) bool {
	return g.Open() && !g.Due.IsZero() && now.After(g.Due)
}

// Words are what is sealed.
type Words struct {
	Story     string
	Questions []Question
	// Outcome is what the author was told at the end.
	Outcome string
}

// Question is one put to the author, with its one answer.
type Question struct {
	Text       string    `json:"text"`
	At         time.Time `json:"at"`
	Answer     string    `json:"answer,omitempty"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
}

// Asked is the question that waits for its answer; false where none does.
func (w Words) Asked() (Question, bool) {
	if n := len(w.Questions); n > 0 && w.Questions[n-1].AnsweredAt.IsZero() {
		return w.Questions[n-1], true
	}
	return Question{}, false
}
