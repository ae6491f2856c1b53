package directory

import (
	"time"

	"golang.org/x/text/language"

	"manyhands/core"
)

// Requester is who posts the task. Nothing in it says who wrote it down.
type Requester struct {
	ID RequesterID
	// Ref is what buttons and links carry.
	Ref core.Ref
	// Platform is where the requester posts; zero where nobody has said.
	Platform PlatformID
	// Name is the name it goes by now, NameSince when it was first known by it.
	Name      Name
	NameSince time.Time
	// Former are the names it went by before, oldest first. They find it for
	// ever, and a card says "formerly".
	Former []FormerName
	// ExternalID is the platform's own identifier of the requester, in the
	// letter case the platform writes; empty where unknown.
	ExternalID string
	// Country is where it says it is, ISO 3166-1 alpha-2; empty where unknown.
	Country string
	// Lookalike warns stewards and coordinators: the known name this one can
	// be mistaken for by eye, or its own Latin reading where it only mixes
	// scripts within a word. Empty for nearly all.
	Lookalike string
	CreatedAt time.Time
}

// FormerName is a name that was given up, and when it was in use.
type FormerName struct {
	Name         Name
	Since, Until time.Time
}

// Entry is what the index holds of the requester.
func (r Requester) Entry() Entry {
	e := Entry{
		ID: r.ID.Target(), Ref: r.Ref, Platform: r.Platform,
		Name: r.Name.String(), ExternalID: r.ExternalID,
	}
	for _, f := range r.Former {
		e.Former = append(e.Former, f.Name.String())
	}
	return e
}

// named tells whether the requester goes by that name, or did.
func (r Requester) named(n Name) bool {
	folded := Fold(n.String())
	if Fold(r.Name.String()) == folded {
		return true
	}
	for _, f := range r.Former {
		if Fold(f.Name.String()) == folded {
			return true
		}
	}
	return false
}

// renamed is r under another name. The old name becomes a former one, unless
// only its spelling is mended (same folded form).
func (r Requester) renamed(to Name, now time.Time) Requester {
	if Fold(to.String()) != Fold(r.Name.String()) {
		former := make([]FormerName, 0, len(r.Former)+1)
		former = append(former, r.Former...)
		r.Former = append(former, FormerName{Name: r.Name, Since: r.NameSince, Until: now})
		r.NameSince = now
	}
	r.Name = to
	return r
}

// NewCountry returns the two letters of a country as ISO 3166-1 writes them,
// "" for none. Refusal: Invalid "error.country".
func NewCountry(code string) (string, error) {
	if code == "" {
		return "", nil
	}
	region, err := language.ParseRegion(code)
	if err != nil || !region.IsCountry() || len(region.String()) != 2 {
		return "", core.Refuse(core.Invalid, "error.country", "Country", shorten(code, 20))
	}
	return region.String(), nil
}
