// Package collective is a self-governed group of workers: its members and
// coordinators, its invitations and its rooms.
//
// Anyone may make a collective, so a coordinator's power ends at its edge. In
// each collective a worker has a pseudonym of its own, and no one in it is
// shown anything else of them.
package collective

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/language"

	"manyhands/core"
	"manyhands/core/audit"
)

// ID is a collective's key inside.
type ID uuid.UUID

// IsZero is true for no collective.
func (id ID) IsZero() bool { return id == ID{} }

// String writes the key, as the subject of due work for example.
func (id ID) String() string { return uuid.UUID(id).String() }

// ParseID undoes String; false where s is no key.
func ParseID(s string) (ID, bool) {
	u, err := uuid.Parse(s)
	return ID(u), err == nil
}

// Chain is the collective's chain in the audit log.
func (id ID) Chain() audit.Chain { return audit.Chain(id) }

// Collective is a group as its members know it.
type Collective struct {
	ID  ID
	Ref core.Ref
	// Name is as NewName made it. Two collectives may have the same.
	Name string
	// Language is what its rooms are spoken to in: an ISO 639 code.
	Language string
	// Zone is the IANA time zone by whose clock it lives, as NewZone made it.
	Zone   string
	Digest Digest
	// TakesOutsiders is true where workers without a collective are offered
	// its coordinators as readers of what they report.
	TakesOutsiders bool
	// MembersInvite is true where members in good standing may invite, and
	// not only coordinators.
	MembersInvite bool
	// FromServer is true where the server's keeper made it.
	FromServer bool
	CreatedAt  time.Time
}

const (
	// MostName is the most characters of a name.
	MostName = 60
	// SmallGroup is the number of members below which a pseudonym hides
	// little: who is who can be guessed.
	SmallGroup = 15
	// MostCoordinated is how many collectives one worker may coordinate and
	// still make another.
	MostCoordinated = 10
)

// NewName takes a name as typed: one line of 1 to MostName characters, with
// something to see in it. Refusals are Invalid "error.collective_name_empty"
// and Limited "error.collective_name_long" (Count, Max).
func NewName(typed string) (string, error) {
	name := strings.Join(strings.FieldsFunc(typed, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsSymbol(r) }) {
		return "", core.Refuse(core.Invalid, "error.collective_name_empty")
	}
	if n := utf8.RuneCountInString(name); n > MostName {
		return "", core.Refuse(core.Limited, "error.collective_name_long", "Count", n, "Max", MostName)
	}
	return name, nil
}

// NewLanguage takes the code of a language, such as "fr" or "pt-BR", and
// returns its base. The refusal is Invalid "error.collective_language".
func NewLanguage(code string) (string, error) {
	tag, err := language.Parse(code)
	if err != nil {
		return "", core.Refuse(core.Invalid, "error.collective_language", "Typed", code)
	}
	base, sure := tag.Base()
	if sure != language.Exact {
		return "", core.Refuse(core.Invalid, "error.collective_language", "Typed", code)
	}
	return base.String(), nil
}
