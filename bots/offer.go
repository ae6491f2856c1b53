package bots

import (
	"context"
	"slices"
	"strings"

	"manyhands/bots/locale"
)

// unpack takes apart what is remembered of a chat: the dialog in progress, the
// buttons offered last, the dialog that was stopped.
func (t *turn) unpack() {
	if t.dialog == nil {
		return
	}
	t.offered, t.shelved = t.dialog.Offered, t.dialog.Shelved
	if t.dialog.Command == "" {
		t.dialog = nil
	}
}

// pack puts together what is to be remembered after an answer.
func (t *turn) pack(a *Answer) {
	if offered := t.offers(a); len(offered) > 0 && !slices.Equal(offered, t.offered) {
		t.offered, t.changed = offered, true
	}
	if !t.changed {
		return
	}
	if t.dialog == nil && (len(t.offered) > 0 || t.shelved != nil) {
		t.dialog = &Dialog{}
	}
	if t.dialog != nil {
		t.dialog.Offered, t.dialog.Shelved = t.offered, t.shelved
	}
}

// offers are the buttons of an answer, the last reply's first.
func (t *turn) offers(a *Answer) []Offer {
	if a == nil {
		return nil
	}
	var all []Offer
	for _, r := range slices.Backward(a.Replies) {
		if r.Room && t.m.Chat.Room {
			continue
		}
		for _, b := range slices.Concat(r.Buttons...) {
			if label := t.folded(b.Label); b.Data != "" && label != "" {
				all = append(all, Offer{label, b.Data})
			}
		}
	}
	return all
}

// folded is a button's label as it is compared with what is typed.
func (t *turn) folded(l locale.Text) string {
	if l.Key == "button.chosen" {
		if inner, ok := l.Values["Label"].(locale.Text); ok {
			l = inner
		}
	}
	return foldLabel(t.b.Catalogue.Say(t.lang, l))
}

// foldLabel makes a label comparable: only its case does not matter.
func foldLabel(s string) string { return strings.ToLower(strings.TrimSpace(locale.Strip(s))) }

// typedButton is the button whose label was typed, if there is one.
func (t *turn) typedButton(typed string) (data string, ok bool) {
	want := foldLabel(strings.Trim(typed, "[]"))
	for _, o := range t.offered {
		if o.Label == want {
			return o.Data, true
		}
	}
	return "", false
}

// takeUp goes on with the dialog that was stopped.
func (t *turn) takeUp(ctx context.Context) (*Answer, error) {
	d := t.shelved
	t.shelved = nil
	return t.step(ctx, d, nil)
}
