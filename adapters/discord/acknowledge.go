package discord

import (
	"context"
	"net/http"
	"sync"
	"time"
	"unicode/utf8"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// The kinds of answers (dd:interactions/receiving-and-responding.mdx
// "Interaction Callback Type").
const (
	answerDefer       = 5
	answerDeferUpdate = 6
	answerComplete    = 8
	answerModal       = 9
)

// acks are the acknowledgements under way: an answer's content must not
// overtake them, for before them its token stands for nothing.
type acks struct {
	mu    sync.Mutex
	under map[string]chan struct{}
}

// begin notes an acknowledgement as under way until done is called; nil where
// it is already (the network delivered the interaction twice).
func (a *acks) begin(id string) (done func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.under == nil {
		a.under = map[string]chan struct{}{}
	}
	if a.under[id] != nil {
		return nil
	}
	over := make(chan struct{})
	a.under[id] = over
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.under, id)
		close(over)
	}
}

// wait returns when no acknowledgement of the interaction is under way.
func (a *acks) wait(ctx context.Context, id string) {
	a.mu.Lock()
	over := a.under[id]
	a.mu.Unlock()
	if over == nil {
		return
	}
	select {
	case <-over:
	case <-ctx.Done():
	}
}

// respond answers an interaction for the first time. One that was answered
// already, by another copy of the program or before the network delivered it
// again, is answered.
func (d *Discord) respond(ctx context.Context, i interaction, body any) *refusal {
	path := "interactions/" + i.ID + "/" + i.Token + "/callback"
	_, failed := d.call(context.WithoutCancel(ctx), d.pace.answer, http.MethodPost, path, payload{json: body})
	if failed.is(codeAcknowledged) {
		return nil
	}
	return failed
}

// acknowledge lets the person know that the bot is at it, without any content:
// as soon as the arrival is stored, and in any case in time.
func (d *Discord) acknowledge(ctx context.Context, i interaction, it *item) {
	late := time.NewTimer(time.Until(it.at.Add(d.pace.store)))
	defer late.Stop()
	select {
	case <-it.stored:
	case <-late.C:
	}
	body := map[string]any{"type": i.ack()}
	if i.ack() == answerDefer {
		body["data"] = map[string]any{"flags": flagEphemeral}
	}
	failed := d.respond(ctx, i, body)
	if failed != nil && (failed.status == 0 || failed.status >= 500) && time.Since(it.at) < d.pace.store {
		failed = d.respond(ctx, i, body)
	}
	if failed != nil {
		d.log.Warn("an interaction could not be acknowledged in time", "reason", failed.Error())
	}
}

const (
	// mostTitle is the length of a form's title and of its field's label
	// (dd:interactions/receiving-and-responding.mdx "Modal"; dd:components/
	// reference.mdx "Label Structure").
	mostTitle = 45
	// fieldID names a form's only field.
	fieldID = "text"
)

// openForm opens the form that a button stands for. Everything it needs is in
// the button, so no transaction is needed.
func (d *Discord) openForm(ctx context.Context, i interaction) {
	f := i.form()
	title := cut(f.title, mostTitle)
	if title == "" {
		title = "…"
	}
	style := 1
	if f.long {
		style = 2
	}
	failed := d.respond(ctx, i, map[string]any{"type": answerModal, "data": map[string]any{
		"custom_id": f.data, "title": title,
		"components": []any{map[string]any{"type": componentLabel, "label": title, "component": map[string]any{
			"type": componentInput, "custom_id": fieldID, "style": style, "required": true,
		}}},
	}})
	if failed != nil {
		d.log.Warn("a form could not be opened", "reason", failed.Error())
	}
}

// Limits of what is offered while something is typed (dd:interactions/
// application-commands.mdx "Choice Structure").
const (
	mostChoices = 25
	mostChoice  = 100
)

// complete offers values for what is being typed, without any transaction.
func (d *Discord) complete(ctx context.Context, r bots.Receiver, i interaction) {
	type choice struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	choices := []choice{}
	if command, param, typed, ok := i.typing(); ok {
		within, cancel := context.WithTimeout(ctx, d.pace.store)
		defer cancel()
		for _, c := range r.Complete(within, command, param, typed, mostChoices) {
			// A name is shown as it stands; what would turn its neighbours
			// around is taken out.
			name := cut(locale.Strip(c.Label), mostChoice)
			if n := utf8.RuneCountInString(c.Value); name != "" && n > 0 && n <= mostChoice && len(choices) < mostChoices {
				choices = append(choices, choice{name, c.Value})
			}
		}
	}
	failed := d.respond(ctx, i, map[string]any{"type": answerComplete, "data": map[string]any{"choices": choices}})
	if failed != nil {
		d.log.Warn("a completion could not be answered", "reason", failed.Error())
	}
}
