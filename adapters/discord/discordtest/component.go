package discordtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// The types of components (dd:components/reference.mdx "Component Types").
const (
	typeRow         = 1
	typeButton      = 2
	typeSelect      = 3 // of strings
	typeInput       = 4
	typeUsers       = 5
	typeRoles       = 6
	typeMentionable = 7
	typeChannels    = 8
	typeSection     = 9
	typeText        = 10
	typeThumbnail   = 11
	typeGallery     = 12
	typeFile        = 13
	typeSeparator   = 14
	typeContainer   = 17
	typeLabel       = 18
	typeUpload      = 19
	typeRadio       = 21
	typeCheckboxes  = 22
	typeCheckbox    = 23
)

// The styles of buttons that carry no custom_id.
const (
	styleLink    = 5
	stylePremium = 6
)

// Component is one component of a message or modal; which fields count depends
// on its Type (dd:components/reference.mdx).
type Component struct {
	Type        int            `json:"type"`
	ID          int            `json:"id,omitempty"`
	CustomID    string         `json:"custom_id,omitempty"`
	Style       int            `json:"style,omitempty"`
	Label       string         `json:"label,omitempty"`
	Description string         `json:"description,omitempty"`
	Emoji       *Emoji         `json:"emoji,omitempty"`
	URL         string         `json:"url,omitempty"`
	SKU         string         `json:"sku_id,omitempty"`
	Disabled    bool           `json:"disabled,omitempty"`
	Placeholder string         `json:"placeholder,omitempty"`
	Options     []SelectOption `json:"options,omitempty"`
	MinValues   *int           `json:"min_values,omitempty"`
	MaxValues   *int           `json:"max_values,omitempty"`
	MinLength   *int           `json:"min_length,omitempty"`
	MaxLength   *int           `json:"max_length,omitempty"`
	Required    *bool          `json:"required,omitempty"`
	Value       string         `json:"value,omitempty"`
	Content     string         `json:"content,omitempty"`
	Components  []Component    `json:"components,omitempty"`
	Component   *Component     `json:"component,omitempty"`
	Accessory   *Component     `json:"accessory,omitempty"`

	// kept as they came
	Items  json.RawMessage `json:"items,omitempty"`
	Media  json.RawMessage `json:"media,omitempty"`
	File   json.RawMessage `json:"file,omitempty"`
	Accent json.RawMessage `json:"accent_color,omitempty"`
}

// Emoji stands before a label.
type Emoji struct {
	ID       string `json:"id,omitempty"`
	Name     string `json:"name,omitempty"`
	Animated bool   `json:"animated,omitempty"`
}

// SelectOption is one line of a select menu.
type SelectOption struct {
	Label       string `json:"label"`
	Value       string `json:"value"`
	Description string `json:"description,omitempty"`
	Emoji       *Emoji `json:"emoji,omitempty"`
	Default     bool   `json:"default,omitempty"`
}

func isSelect(k int) bool {
	return k == typeSelect || k >= typeUsers && k <= typeChannels
}

// pick lists the components of a kind, nested ones too, in order.
func pick(list []Component, want func(kind int) bool) []Component {
	var found []Component
	walk(list, func(c *Component) {
		if want(c.Type) {
			found = append(found, *c)
		}
	})
	return found
}

// walk visits all components, nested ones too, in order.
func walk(list []Component, visit func(*Component)) {
	for i := range list {
		c := &list[i]
		visit(c)
		walk(c.Components, visit)
		for _, one := range []*Component{c.Component, c.Accessory} {
			if one != nil {
				visit(one)
			}
		}
	}
}

// number gives ids to the components that have none (dd:components/
// reference.mdx "Anatomy of a Component").
func number(list []Component) {
	taken := map[int]bool{}
	walk(list, func(c *Component) { taken[c.ID] = true })
	next := 1
	walk(list, func(c *Component) {
		if c.ID != 0 {
			return
		}
		for taken[next] {
			next++
		}
		c.ID, taken[next] = next, true
	})
}

// componentCheck checks the components of one message or modal.
type componentCheck struct {
	*form
	ids map[string]bool
}

// checkComponents follows dd:components/reference.mdx: five rows in a plain
// message, forty components in one of the second version.
func checkComponents(f *form, list []Component, v2 bool) {
	check := componentCheck{f, map[string]bool{}}
	if v2 {
		total := 0
		walk(list, func(*Component) { total++ })
		check.count("components", total, 0, 40)
		for i := range list {
			check.layout(below("components", i), &list[i], true)
		}
		return
	}
	check.count("components", len(list), 0, 5)
	for i := range list {
		if at := below("components", i); list[i].Type != typeRow {
			check.union(at, "1")
		} else {
			check.row(at, &list[i])
		}
	}
}

func (f componentCheck) union(path, types string) {
	f.wrong(path+"/type", "UNION_TYPE_CHOICES", fmt.Sprintf("Value of field \"type\" must be one of (%s).", types))
}

// layout checks a component of the second version.
func (f componentCheck) layout(path string, c *Component, top bool) {
	switch c.Type {
	case typeRow:
		f.row(path, c)
	case typeText:
		f.length(path+"/content", c.Content, 1, 4000)
	case typeSection:
		f.count(path+"/components", len(c.Components), 1, 3)
		for i := range c.Components {
			if at := below(path+"/components", i); c.Components[i].Type != typeText {
				f.union(at, "10")
			} else {
				f.layout(at, &c.Components[i], false)
			}
		}
		f.accessory(path+"/accessory", c.Accessory)
	case typeGallery, typeFile, typeSeparator:
	case typeContainer:
		if !top {
			f.union(path, "1, 9, 10, 12, 13, 14")
			return
		}
		for i := range c.Components {
			f.layout(below(path+"/components", i), &c.Components[i], false)
		}
	default:
		f.union(path, "1, 9, 10, 12, 13, 14, 17")
	}
}

func (f componentCheck) accessory(path string, c *Component) {
	switch {
	case c == nil:
		f.required(path)
	case c.Type == typeButton:
		f.button(path, c)
	case c.Type != typeThumbnail:
		f.union(path, "2, 11")
	}
}

// row checks an action row: up to five buttons, or one select menu.
func (f componentCheck) row(path string, c *Component) {
	if !f.count(path+"/components", len(c.Components), 1, 5) {
		return
	}
	for i := range c.Components {
		child, at := &c.Components[i], below(path+"/components", i)
		switch {
		case child.Type == typeButton:
			f.button(at, child)
		case isSelect(child.Type):
			if len(c.Components) > 1 {
				f.wrong(at, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
			}
			f.menu(at, child)
		default:
			f.union(at, "2, 3, 5, 6, 7, 8")
		}
	}
}

// button follows dd:components/reference.mdx "Button Structure".
func (f componentCheck) button(path string, c *Component) {
	f.length(path+"/label", c.Label, 0, 80)
	switch {
	case c.Style < 1 || c.Style > stylePremium:
		f.choice(path+"/style", "1, 2, 3, 4, 5, 6")
	case c.Style == stylePremium:
		if c.SKU == "" || c.CustomID != "" || c.Label != "" || c.URL != "" || c.Emoji != nil {
			f.wrong(path, "BUTTON_COMPONENT_INVALID", "A premium button has a sku_id and nothing else.")
		}
		return
	case c.Style == styleLink:
		f.length(path+"/url", c.URL, 1, 512)
		if c.CustomID != "" {
			f.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
		f.scheme(path+"/url", c.URL)
	default:
		if c.URL != "" {
			f.wrong(path, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
		f.customID(path, c.CustomID)
	}
	if c.Label == "" && c.Emoji == nil {
		f.required(path + "/label")
	}
}

func (f *form) scheme(path, address string) {
	if scheme, _, found := strings.Cut(address, ":"); address != "" && (!found || !slices.Contains([]string{"http", "https", "discord", "attachment"}, scheme)) {
		f.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
	}
}

// customID is 1 to 100 characters and not used twice (dd:components/
// reference.mdx "Custom ID", dd#3673).
func (f componentCheck) customID(path, id string) {
	f.length(path+"/custom_id", id, 1, 100)
	if f.ids[id] && id != "" {
		f.wrong(path+"/custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	f.ids[id] = true
}

// menu follows dd:components/reference.mdx "String Select Structure" and its
// neighbours.
func (f componentCheck) menu(path string, c *Component) {
	f.customID(path, c.CustomID)
	f.length(path+"/placeholder", c.Placeholder, 0, 150)
	f.between(path+"/min_values", c.MinValues, 0, 25)
	f.between(path+"/max_values", c.MaxValues, 1, 25)
	if c.Type != typeSelect {
		return
	}
	if !f.count(path+"/options", len(c.Options), 1, 25) {
		return
	}
	values := map[string]bool{}
	for i, o := range c.Options {
		at := below(path+"/options", i)
		f.length(at+"/label", o.Label, 1, 100)
		f.length(at+"/value", o.Value, 1, 100)
		f.length(at+"/description", o.Description, 0, 100)
		if values[o.Value] {
			f.wrong(at+"/value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		values[o.Value] = true
	}
	if c.MaxValues != nil && *c.MaxValues > len(c.Options) {
		f.wrong(path+"/options", "BASE_TYPE_BAD_LENGTH", fmt.Sprintf("Must be between %d and 25 in length.", *c.MaxValues))
	}
}
