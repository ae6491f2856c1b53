package directory

import (
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"manyhands/core"
)

// Platform is the marketplace or vendor that tasks come through.
//
// What it says of itself (Claimed) is never mixed with what workers and those
// who asked them report (Reported): platforms boast.
type Platform struct {
	ID PlatformID
	// Ref is what buttons and links carry. It is the same on every server for
	// a platform of the starter directory.
	Ref        core.Ref
	Name       Name
	OtherNames []Name
	// Website is an http or https address, or empty.
	Website string
	// Kinds are the kinds of work listed there.
	Kinds []Work
	// Countries says in words where it has work, as far as the source knows.
	Countries string
	Status    Status
	// Claimed is what the platform says of itself.
	Claimed string
	// Reported is what workers report of it.
	Reported string
	// Source names where the entry comes from: addresses, parted by " | ".
	Source string
	Note   string
	// RequesterIDs is the form of the platform's own ids for requesters.
	RequesterIDs IDFormat
}

// Work is a kind of work that a platform lists: one of the three kinds of
// task, or surveys, which are none of them and are listed beside.
type Work string

// The kinds of work.
const (
	Preparation  Work = "preparation"
	Verification Work = "verification"
	Imitation    Work = "imitation"
	Survey       Work = "survey"
)

// State says whether a platform can still be worked for.
type State string

// The states of a platform.
const (
	Active  State = "active"
	Closed  State = "closed"
	Merged  State = "merged" // it goes on under another name
	Unknown State = "unknown"
)

// Status is the state of a platform, with the words it was given in where
// they say more.
type Status struct {
	State State
	// Note is the status as its source gives it; empty where the state is all.
	Note string
}

// ParseStatus reads a status as a source words it: its first word decides,
// and whatever else it says is kept as the note. What is not plainly active,
// closed or merged is unknown, with the words kept.
func ParseStatus(s string) Status {
	s = strings.TrimSpace(s)
	first, _, more := strings.Cut(s, " ")
	state := State(strings.ToLower(first))
	switch state {
	case Active, Closed, Merged, Unknown:
	default:
		state, more = Unknown, s != ""
	}
	if !more {
		return Status{State: state}
	}
	return Status{State: state, Note: s}
}

// Entry is what the index holds of the platform.
func (p Platform) Entry() Entry {
	e := Entry{ID: p.ID.Target(), Ref: p.Ref, Name: p.Name.String()}
	for _, n := range p.OtherNames {
		e.Other = append(e.Other, n.String())
	}
	return e
}

// The most characters of a platform's texts.
const (
	maxText    = 1000
	maxAddress = 300
)

// Validate tells what is wrong with a platform that somebody describes.
// Refusals, all Invalid: "error.name_empty" without a name; "error.website"
// (value Website) where the address is not http or https; "error.work_kind"
// (value Kind); "error.platform_status" (value Status); "error.text_long"
// (values Count, Max).
func (p Platform) Validate() error {
	if p.Name.IsZero() {
		return core.Refuse(core.Invalid, "error.name_empty")
	}
	if !webAddress(p.Website) {
		return core.Refuse(core.Invalid, "error.website", "Website", shorten(p.Website, 60))
	}
	for _, k := range p.Kinds {
		switch k {
		case Preparation, Verification, Imitation, Survey:
		default:
			return core.Refuse(core.Invalid, "error.work_kind", "Kind", shorten(string(k), 30))
		}
	}
	switch p.Status.State {
	case Active, Closed, Merged, Unknown:
	default:
		return core.Refuse(core.Invalid, "error.platform_status", "Status", shorten(string(p.Status.State), 30))
	}
	for _, text := range []string{p.Countries, p.Status.Note, p.Claimed, p.Reported, p.Source, p.Note} {
		if n := utf8.RuneCountInString(text); n > maxText {
			return core.Refuse(core.Invalid, "error.text_long", "Count", n, "Max", maxText)
		}
	}
	return nil
}

// webAddress tells whether s is empty or a plain web address: no user, no
// password, a host.
func webAddress(s string) bool {
	if s == "" {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && len(s) <= maxAddress && (u.Scheme == "https" || u.Scheme == "http") &&
		u.Host != "" && u.User == nil
}

// IDFormat is the form of a platform's ids for requesters. The zero IDFormat
// takes any.
type IDFormat struct {
	pattern *regexp.Regexp
	// Example is an id of that form, for showing.
	Example string
}

// ParseIDFormat reads a form as the starter directory words it: "regex
// PATTERN", then anything. Where there is no pattern, or none that compiles,
// it is the zero IDFormat: an id is then taken as it is.
func ParseIDFormat(s string) IDFormat {
	rest, ok := strings.CutPrefix(s, "regex ")
	if !ok {
		return IDFormat{}
	}
	pattern, _, _ := strings.Cut(rest, " ")
	re, err := regexp.Compile(pattern)
	if err != nil {
		return IDFormat{}
	}
	f := IDFormat{pattern: re}
	for _, made := range []string{"A1B2C3D4E5", "12345678", "a1b2c3d4e5f6a7b8c9d0e1f2"} {
		if re.MatchString(made) {
			f.Example = made
			break
		}
	}
	return f
}

// String is the form as ParseIDFormat reads it, for a store; "" for none.
func (f IDFormat) String() string {
	if f.pattern == nil {
		return ""
	}
	return "regex " + f.pattern.String()
}

// maxID is the most characters of a platform's id.
const maxID = 64

// Read returns a typed id in the letter case that the platform writes, ""
// for none. Refusals, Invalid: "error.requester_id" (values ID, Example)
// where it has not the platform's form, or has blanks or hidden characters,
// or more than 64 characters.
func (f IDFormat) Read(typed string) (string, error) {
	id := strings.TrimSpace(typed)
	if id == "" {
		return "", nil
	}
	text, err := clean(id)
	if err != nil || text != id || strings.Contains(id, " ") || utf8.RuneCountInString(id) > maxID {
		return "", f.refuse(id)
	}
	if f.pattern == nil || f.pattern.MatchString(id) {
		return id, nil
	}
	if upper := strings.ToUpper(id); f.pattern.MatchString(upper) {
		return upper, nil
	}
	return "", f.refuse(id)
}

func (f IDFormat) refuse(id string) error {
	example := f.Example
	if example == "" {
		example = "A1B2C3D4E5"
	}
	return core.Refuse(core.Invalid, "error.requester_id", "ID", shorten(id, maxID), "Example", example)
}
