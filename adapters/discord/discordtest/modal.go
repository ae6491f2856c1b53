package discordtest

import (
	"fmt"
	"unicode/utf8"
)

// Modal is a form that stands open before a person.
type Modal struct {
	CustomID string
	Title    string
	// Fields are the components to fill in, in order. Each has the Label that
	// the person reads, also where another component carries it.
	Fields []Component

	id         string
	channel    *Channel
	source     *message
	components []Component
	owners     map[string]string
}

// openModal checks and opens a modal (dd:interactions/
// receiving-and-responding.mdx "Modal").
func (s *Server) openModal(i *Interaction, q *query) *Refusal {
	data, refusal := decode[struct {
		CustomID   string      `json:"custom_id"`
		Title      string      `json:"title"`
		Components []Component `json:"components"`
	}](q)
	if refusal != nil {
		return refusal
	}
	var f form
	f.length("custom_id", data.CustomID, 1, 100)
	f.length("title", data.Title, 1, 45)
	f.count("components", len(data.Components), 1, 5)
	check := componentCheck{&f, map[string]bool{}}
	for n := range data.Components {
		check.modal(below("components", n), &data.Components[n])
	}
	if refusal = f.under("data"); refusal != nil {
		return refusal
	}
	number(data.Components)
	m := Modal{
		CustomID: data.CustomID, Title: data.Title, id: s.newID(),
		channel: i.channel, source: i.source, components: data.Components, owners: i.owners,
	}
	m.Fields = fields(data.Components)
	i.user.modals = append(i.user.modals, m)
	i.user.seen = append(i.user.seen, Sight{At: s.clock(), Kind: SawModal, Modal: &m})
	return nil
}

// fields gathers what is to be filled in, with its label.
func fields(list []Component) []Component {
	var found []Component
	for _, c := range list {
		switch {
		case c.Type == typeRow:
			found = append(found, c.Components...)
		case c.Type == typeLabel:
			field := *c.Component
			field.Label, field.Description = c.Label, c.Description
			found = append(found, field)
		}
	}
	return found
}

// modal checks one top component: an action row with one text input, which is
// deprecated but works, a label with one field, or a text (dd:components/
// reference.mdx "Label Structure" and "Text Input Structure").
func (f componentCheck) modal(path string, c *Component) {
	switch c.Type {
	case typeRow:
		if !f.count(path+"/components", len(c.Components), 1, 1) {
			return
		}
		child, at := &c.Components[0], path+"/components/0"
		if child.Type != typeInput {
			f.union(at, "4")
			return
		}
		f.length(at+"/label", child.Label, 1, 45)
		f.input(at, child)
	case typeLabel:
		f.length(path+"/label", c.Label, 1, 45)
		f.length(path+"/description", c.Description, 0, 100)
		f.field(path+"/component", c.Component)
	case typeText:
		f.length(path+"/content", c.Content, 1, 4000)
	default:
		f.union(path, "1, 10, 18")
	}
}

// field checks what a label holds.
func (f componentCheck) field(path string, c *Component) {
	switch {
	case c == nil:
		f.required(path)
	case c.Type == typeInput:
		f.input(path, c)
	case isSelect(c.Type):
		f.menu(path, c)
		if c.Disabled {
			f.wrong(path+"/disabled", "COMPONENT_DISABLED_IN_MODAL", "Components cannot be disabled in modals")
		}
	case c.Type == typeUpload, c.Type == typeRadio, c.Type == typeCheckboxes, c.Type == typeCheckbox:
		f.customID(path, c.CustomID)
	default:
		f.union(path, "3, 4, 5, 6, 7, 8, 19, 21, 22, 23")
	}
}

// input checks a text input.
func (f componentCheck) input(path string, c *Component) {
	f.customID(path, c.CustomID)
	if c.Style != 1 && c.Style != 2 {
		f.choice(path+"/style", "1, 2")
	}
	f.between(path+"/min_length", c.MinLength, 0, 4000)
	f.between(path+"/max_length", c.MaxLength, 1, 4000)
	if c.MinLength != nil && c.MaxLength != nil && *c.MinLength > *c.MaxLength {
		f.wrong(path+"/min_length", "NUMBER_TYPE_MAX", fmt.Sprintf("int value should be less than or equal to %d.", *c.MaxLength))
	}
	most := 4000
	if c.MaxLength != nil {
		most = min(most, *c.MaxLength)
	}
	f.length(path+"/value", c.Value, 0, most)
	f.length(path+"/placeholder", c.Placeholder, 0, 100)
}

// filled says why a person's client would not let them send a value.
func (c Component) filled(value string) error {
	n := utf8.RuneCountInString(value)
	required := c.Required == nil || *c.Required
	switch {
	case n == 0 && required:
		return fmt.Errorf("discordtest: %q must be filled in", c.Label)
	case n == 0:
		return nil
	case c.MinLength != nil && n < *c.MinLength:
		return fmt.Errorf("discordtest: %q takes at least %d characters", c.Label, *c.MinLength)
	case c.MaxLength != nil && n > *c.MaxLength, n > 4000:
		return fmt.Errorf("discordtest: %q takes fewer characters than %d", c.Label, n)
	}
	return nil
}

// submission is what the modal's components send back.
func submission(list []Component, values map[string]string) []object {
	answer := func(c Component) object {
		o := object{"type": c.Type, "id": c.ID, "custom_id": c.CustomID}
		if isSelect(c.Type) {
			o["values"] = []string{values[c.CustomID]}
		} else {
			o["value"] = values[c.CustomID]
		}
		return o
	}
	sent := []object{}
	for _, c := range list {
		switch c.Type {
		case typeRow:
			sent = append(sent, object{"type": typeRow, "id": c.ID, "components": []object{answer(c.Components[0])}})
		case typeLabel:
			sent = append(sent, object{"type": typeLabel, "id": c.ID, "component": answer(*c.Component)})
		default:
			sent = append(sent, object{"type": c.Type, "id": c.ID})
		}
	}
	return sent
}
