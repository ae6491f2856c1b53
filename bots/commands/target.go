// Package commands is the conversations, one file each: what is asked, what is
// done, what is answered. The rules are the domain's.
package commands

import (
	"context"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/directory"
)

// target is the kind of value that names a requester or platform; canonically
// its Ref. A name that is surely one is taken; what is only near is offered.
type target struct {
	directory *directory.Service
	only      directory.TargetKind // "" for both
	// unknown lets a person add what nobody knows yet.
	unknown bool
}

// mostNear is how many near names are offered: what a phone shows at once.
const mostNear = 5

func (k target) options() directory.Options { return directory.Options{Kind: k.only, Most: mostNear} }

// Parse takes a name, a former name or a platform's own id.
func (k target) Parse(_ context.Context, _ bots.Reading, typed string) (string, error) {
	if ref, ok := core.ParseRef(typed); ok {
		return string(ref), nil
	}
	found := k.directory.Index().Find(typed, k.options())
	if len(found.Exact) == 1 {
		return string(found.Exact[0].Ref), nil
	}
	if len(found.Exact) > 1 {
		return "", &bots.Pick{Ask: locale.T("target.which", "Typed", typed), Near: k.choices(found.Exact)}
	}
	pick := &bots.Pick{Ask: locale.T("target.unknown", "Typed", typed), Near: k.choices(found.Near)}
	if len(found.Near) > 0 {
		pick.Ask = locale.T("target.near", "Typed", typed)
		if found.Near[0].Reason == directory.LooksAlike {
			pick.Ask = locale.T("target.lookalike", "Typed", typed, "Name", found.Near[0].Name)
		}
	}
	if k.unknown {
		if _, err := directory.NewName(typed); err != nil {
			return "", err
		}
		pick.Offers = []bots.Choice{{Label: locale.T("button.add_named", "Name", typed), Value: "add"}}
	}
	return "", pick
}

// Choices are none: there are too many.
func (k target) Choices(context.Context, bots.Reading) ([]bots.Choice, error) { return nil, nil }

// Prefix finds the longest known name that begins a line.
func (k target) Prefix(_ context.Context, _ bots.Reading, typed string) (value, rest string, ok bool) {
	matches, left := k.directory.Index().LongestPrefix(strings.Fields(typed), k.options())
	if len(matches) != 1 {
		return "", typed, false
	}
	return string(matches[0].Ref), strings.Join(left, " "), true
}

// Complete completes a name that is being typed.
func (k target) Complete(_ context.Context, typed string, limit int) ([]bots.Completion, error) {
	var all []bots.Completion
	for _, m := range k.directory.Index().Complete(typed, limit, k.options()) {
		all = append(all, bots.Completion{Label: k.labelled(m), Value: string(m.Ref)})
	}
	return all, nil
}

func (k target) choices(matches []directory.Match) []bots.Choice {
	var cs []bots.Choice
	for _, m := range matches[:min(len(matches), mostNear)] {
		cs = append(cs, bots.Choice{Label: locale.T("typed", "Text", k.labelled(m)), Value: string(m.Ref)})
	}
	return cs
}

// labelled is a name with its platform, so that two of one name are told
// apart.
func (k target) labelled(m directory.Match) string {
	if m.Platform.IsZero() {
		return m.Name
	}
	if p, ok := k.directory.Index().Entry(m.Platform.Target()); ok {
		return m.Name + " (" + p.Name + ")"
	}
	return m.Name
}
