package discord

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// The components that are used (dd:components/reference.mdx "Component Types").
const (
	componentRow    = 1
	componentButton = 2
	componentInput  = 4
	componentLabel  = 18
)

// The limits of buttons (ib. "Action Row", "Button Structure", "Custom ID").
const (
	mostRows     = 5
	mostInRow    = 5
	mostLabel    = 80
	mostCustomID = 100
	mostURL      = 512
)

// The styles of buttons (ib. "Button Styles").
const (
	stylePrimary   = 1
	styleSecondary = 2
	styleDanger    = 4
	styleLink      = 5
)

// row is an action row of buttons.
type row struct {
	Type    int      `json:"type"`
	Buttons []button `json:"components"`
}

// button is ib. "Button Structure".
type button struct {
	Type     int    `json:"type"`
	Style    int    `json:"style"`
	Label    string `json:"label"`
	CustomID string `json:"custom_id,omitempty"`
	URL      string `json:"url,omitempty"`
}

// A button's custom_id is its data. After a blank, which data never has, may
// stand a number that tells it from another of the same data in the message;
// or, on a button that opens a form, the form's title.
const (
	formShort = "w:" // opens a form for a word
	formLong  = "W:" // and for sentences
)

// form is a form that a button opens.
type form struct {
	data, title string
	long        bool
}

// formOf reads a custom_id; nil for a button that opens none.
func formOf(customID string) *form {
	kind := formShort
	rest, ok := strings.CutPrefix(customID, formShort)
	if !ok {
		kind = formLong
		rest, ok = strings.CutPrefix(customID, formLong)
	}
	data, title, _ := strings.Cut(rest, " ")
	if !ok || data == "" {
		return nil
	}
	return &form{data, title, kind == formLong}
}

// dataOf is the data of a pressed button.
func dataOf(customID string) string {
	data, _, _ := strings.Cut(customID, " ")
	return data
}

// formButton is the button that opens a form for the open question.
func (d *Discord) formButton(l locale.Lang, ask *bots.OutAsk) button {
	id := formShort + ask.Data
	if ask.Long {
		id = formLong + ask.Data
	}
	// The title travels in the button: opening a form looks nothing up.
	if left := mostCustomID - utf8.RuneCountInString(id) - 1; left > 1 {
		if title := cut(locale.Strip(ask.Label), min(left, mostTitle)); title != "" {
			id += " " + title
		}
	}
	return button{
		Type: componentButton, Style: stylePrimary, CustomID: id,
		Label: cut(d.catalogue.Say(l, locale.T("discord.write")), mostLabel),
	}
}

// rows renders buttons within Discord's limits: rows as they were meant where
// five are enough, else as few as hold all.
func (d *Discord) rows(o bots.Outgoing) []row {
	var rows [][]button
	taken := map[string]bool{}
	for _, meant := range o.Buttons {
		var one []button
		for _, b := range meant {
			if shown, ok := rendered(b, taken); ok {
				one = append(one, shown)
			}
		}
		rows = append(rows, inRows(one)...)
	}
	if o.Ask != nil && o.Ask.Data != "" {
		write := d.formButton(o.Lang, o.Ask)
		rows = append(rows, []button{write})
	}
	if len(rows) > mostRows {
		var all []button
		for _, r := range rows {
			all = append(all, r...)
		}
		rows = inRows(all)
	}
	var list []row
	for _, r := range rows {
		list = append(list, row{componentRow, r})
	}
	return list
}

// inRows puts buttons into full rows.
func inRows(all []button) [][]button {
	var rows [][]button
	for len(all) > mostInRow {
		rows, all = append(rows, all[:mostInRow:mostInRow]), all[mostInRow:]
	}
	if len(all) > 0 {
		rows = append(rows, all)
	}
	return rows
}

// rendered is a button as Discord takes it; false for one that it would not.
func rendered(b bots.OutButton, taken map[string]bool) (button, bool) {
	out := button{Type: componentButton, Style: styleSecondary, Label: cut(b.Label, mostLabel)}
	if out.Label == "" {
		out.Label = "…"
	}
	if b.URL != "" {
		scheme, _, _ := strings.Cut(b.URL, ":")
		out.Style, out.URL = styleLink, b.URL
		return out, (scheme == "https" || scheme == "http") && utf8.RuneCountInString(b.URL) <= mostURL
	}
	switch b.Weight {
	case bots.Primary:
		out.Style = stylePrimary
	case bots.Danger:
		out.Style = styleDanger
	}
	out.CustomID = b.Data
	for n := 2; taken[out.CustomID]; n++ {
		out.CustomID = b.Data + " " + strconv.Itoa(n)
	}
	taken[out.CustomID] = true
	return out, b.Data != "" && utf8.RuneCountInString(out.CustomID) <= mostCustomID
}
