package telegram

import (
	"net/url"

	"manyhands/bots"
)

// button is an inline button as the Bot API takes it
// (https://core.telegram.org/bots/api#inlinekeyboardbutton).
type button struct {
	Text  string `json:"text"`
	Data  string `json:"callback_data,omitempty"`
	URL   string `json:"url,omitempty"`
	Style string `json:"style,omitempty"`
}

const (
	// maxLabel is how much of a label is shown, in UTF-16 units. Telegram
	// states no limit, and its apps cut what does not fit the screen; this is
	// what another network would take.
	maxLabel = 80
	// maxRow and maxButtons are how many buttons stand in a row and in all;
	// Telegram leaves out without a word what is beyond a dozen in a row
	// (tdlib/td ReplyMarkup.cpp:780-812).
	maxRow     = 8
	maxButtons = 100
)

// keyboard puts a reply's buttons into the form of the Bot API. What could not
// be pressed is left out: data that is longer than Telegram takes, and links
// that are none. The bot makes neither.
func keyboard(rows [][]bots.OutButton) [][]button {
	var out [][]button
	left := maxButtons
	for _, row := range rows {
		var line []button
		for _, b := range row {
			k, ok := keyOf(b)
			if !ok || left == 0 {
				continue
			}
			if left--; len(line) == maxRow {
				out, line = append(out, line), nil
			}
			line = append(line, k)
		}
		if len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}

func keyOf(b bots.OutButton) (button, bool) {
	k := button{Text: shortened(b.Label, maxLabel, units)}
	if blank(k.Text) {
		k.Text = "…" // Telegram leaves out a button without a text
	}
	switch b.Weight {
	case bots.Primary:
		k.Style = "primary"
	case bots.Danger:
		k.Style = "danger"
	}
	if b.Data != "" {
		k.Data = b.Data
		return k, len(b.Data) <= bots.MaxData
	}
	u, err := url.Parse(b.URL)
	k.URL = b.URL
	return k, err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "tg") && u.Host != ""
}

// pressable is a keyboard without its links, which alone Telegram may refuse.
func pressable(rows [][]button) [][]button {
	var out [][]button
	for _, row := range rows {
		var line []button
		for _, b := range row {
			if b.Data != "" {
				b.Style = ""
				line = append(line, b)
			}
		}
		if len(line) > 0 {
			out = append(out, line)
		}
	}
	return out
}
