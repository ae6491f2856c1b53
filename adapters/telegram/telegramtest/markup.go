package telegramtest

import (
	"encoding/json"
	"strings"
)

// Button is an inline button. Exactly one of the ways to act is set.
type Button struct {
	Text string
	// Data is the callback_data.
	Data string
	URL  string
	// Copy is what the button copies.
	Copy string
	// Other names another way to act, for example "web_app".
	Other string
}

// markup is a message's reply_markup.
type markup struct {
	rows          [][]Button
	keyboard      [][]string
	remove, force bool
	selective     bool
	placeholder   string
}

func (m *markup) inline() bool { return m != nil && len(m.rows) > 0 }

// shape is the markup as the bot reads it in a message.
func (m *markup) shape() object {
	rows := make([][]object, 0, len(m.rows))
	for _, row := range m.rows {
		out := make([]object, 0, len(row))
		for _, b := range row {
			o := object{"text": b.Text}
			switch {
			case b.Data != "":
				o["callback_data"] = b.Data
			case b.URL != "":
				o["url"] = b.URL
			case b.Copy != "":
				o["copy_text"] = object{"text": b.Copy}
			default:
				o[b.Other] = object{}
			}
			out = append(out, o)
		}
		rows = append(rows, out)
	}
	return object{"inline_keyboard": rows}
}

// readMarkup reads reply_markup as far as the server checks it before it looks
// at the chat (srv Client.cpp:9697-9790). Note that "null" is refused here.
func readMarkup(raw string) (*markup, error) {
	if raw == "" {
		return nil, nil
	}
	if !json.Valid([]byte(raw)) {
		return nil, refuse(MarkupUnparsed)
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(raw), &fields) != nil || fields == nil {
		return nil, refuse(MarkupNotObject)
	}
	m := &markup{}
	if err := m.readRows(fields); err != nil {
		return nil, err
	}
	for name, to := range map[string]*bool{"remove_keyboard": &m.remove, "force_reply": &m.force, "selective": &m.selective} {
		if v, ok := fields[name]; ok && json.Unmarshal(v, to) != nil {
			return nil, refuse(MarkupFieldType, name, "Boolean")
		}
	}
	if v, ok := fields["input_field_placeholder"]; ok && json.Unmarshal(v, &m.placeholder) != nil {
		return nil, refuse(MarkupFieldType, "input_field_placeholder", "String")
	}
	// The first of these that is there is what counts.
	switch {
	case len(m.keyboard) > 0:
		m.rows, m.remove, m.force = nil, false, false
	case len(m.rows) > 0:
		m.remove, m.force = false, false
	case m.remove:
		m.force = false
	case !m.force:
		return nil, nil
	}
	return m, nil
}

func (m *markup) readRows(fields map[string]json.RawMessage) error {
	if v, ok := fields["keyboard"]; ok {
		var rows [][]any
		if json.Unmarshal(v, &rows) != nil {
			return refuse(KeyboardUnparsed)
		}
		for _, row := range rows {
			var out []string
			for _, b := range row {
				switch b := b.(type) {
				case string:
					out = append(out, b)
				case map[string]any:
					text, _ := b["text"].(string)
					out = append(out, text)
				}
			}
			m.keyboard = append(m.keyboard, out)
		}
	}
	v, ok := fields["inline_keyboard"]
	if !ok {
		return nil
	}
	var rows []json.RawMessage
	if json.Unmarshal(v, &rows) != nil {
		return refuse(MarkupFieldType, "inline_keyboard", "Array")
	}
	for _, raw := range rows {
		var row []json.RawMessage
		if json.Unmarshal(raw, &row) != nil || row == nil {
			return refuse(KeyboardNotRows)
		}
		if err := m.readRow(row); err != nil {
			return err
		}
	}
	return nil
}

// readRow reads a row of inline buttons. A button with an empty text is left
// out without a word, and so is what exceeds twelve in a row
// (td ReplyMarkup.cpp:780-812).
func (m *markup) readRow(row []json.RawMessage) error {
	var out []Button
	for _, raw := range row {
		b, err := readButton(raw)
		if err != nil {
			return err
		}
		if b.Text != "" && len(out) < 12 {
			out = append(out, b)
		}
	}
	if len(out) > 0 {
		m.rows = append(m.rows, out)
	}
	return nil
}

// readButton takes the first way to act in the server's own order
// (srv Client.cpp:9575-9695).
func readButton(raw json.RawMessage) (Button, error) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return Button{}, refuse(ButtonNotObject)
	}
	if _, ok := fields["text"]; !ok {
		return Button{}, refuse(ButtonFieldMissing, "text")
	}
	values := map[string]string{}
	for _, name := range []string{"text", "url", "callback_data"} {
		if v, ok := fields[name]; ok && !stringField(v, name, values) {
			return Button{}, refuse(ButtonFieldType, name)
		}
	}
	b := Button{Text: cleanString(values["text"])}
	switch {
	case values["url"] != "":
		b.URL = values["url"]
		return b, nil
	case values["callback_data"] != "":
		b.Data = values["callback_data"]
		return b, nil
	}
	for _, name := range []string{
		"callback_game", "pay", "switch_inline_query", "switch_inline_query_chosen_chat",
		"switch_inline_query_current_chat", "login_url", "web_app",
	} {
		if _, ok := fields[name]; ok {
			b.Other = name
			return b, nil
		}
	}
	if v, ok := fields["copy_text"]; ok {
		var c struct {
			Text *string `json:"text"`
		}
		if json.Unmarshal(v, &c) != nil || c.Text == nil {
			return b, refuse(ButtonFieldMissing, "text")
		}
		b.Copy = *c.Text
		return b, nil
	}
	return b, refuse(ButtonWithoutAction)
}

// stringField reads a string; a number counts as one, as with the server.
func stringField(raw json.RawMessage, name string, values map[string]string) bool {
	text := strings.TrimSpace(string(raw))
	var s string
	if json.Unmarshal(raw, &s) == nil && text != "null" {
		values[name] = s
		return true
	}
	if text != "" && strings.ContainsRune("-0123456789", rune(text[0])) {
		values[name] = text
		return true
	}
	return text == "null"
}

// settle is what is checked later: links by the server, data by the backend.
func (m *markup) settle() error {
	if m == nil {
		return nil
	}
	for _, row := range m.rows {
		for i, b := range row {
			if b.URL == "" || linkedUser(b.URL) != 0 {
				continue
			}
			link, wrong := checkLink(b.URL)
			if wrong != "" {
				return refuse(ButtonURLInvalid, b.URL, wrong)
			}
			row[i].URL = link
		}
	}
	return nil
}

// checkData holds callback_data against 1 to 64 bytes.
func (m *markup) checkData() error {
	if m == nil {
		return nil
	}
	for _, row := range m.rows {
		for _, b := range row {
			if len(b.Data) > maxCallbackData {
				return refuse(ButtonDataInvalid)
			}
		}
	}
	return nil
}
