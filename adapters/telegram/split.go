package telegram

import (
	"encoding/json"

	"manyhands/bots"
)

// The most that a message, and the words beside a file, may hold
// (https://core.telegram.org/bots/api#sendmessage, #senddocument).
const (
	maxText    = 4096
	maxCaption = 1024
)

// body is one message as it is sent.
type body struct {
	Text     string         `json:"text,omitempty"`
	HTML     bool           `json:"html,omitempty"`
	Keyboard [][]button     `json:"keyboard,omitempty"`
	File     *bots.Document `json:"file,omitempty"`
}

// Split makes messages of a reply. The buttons stand under the last; a file
// comes with the words where they fit beside it, else after them. A part's
// Plain is the same message without markup and without links, for Send.
func (t *Telegram) Split(o bots.Outgoing) ([]bots.Part, error) {
	w := wordsOf(o)
	keys := keyboard(o.Buttons)
	pieces := w.cut(maxText)
	beside := o.Document != nil && len(pieces) == 1 && units(w.plain(pieces[0])) <= maxCaption
	var parts []bots.Part
	for _, p := range pieces {
		b := body{Text: w.html(p), HTML: true}
		if beside {
			b.File = o.Document
		}
		parts = append(parts, part(b, w.plain(p), p == pieces[len(pieces)-1] && (beside || o.Document == nil), keys))
	}
	switch {
	case o.Document != nil && !beside:
		parts = append(parts, part(body{File: o.Document}, "", true, keys))
	case len(pieces) == 0 && len(keys) > 0:
		// Buttons cannot stand alone.
		parts = append(parts, part(body{Text: "…"}, "…", true, keys))
	}
	return parts, nil
}

func part(b body, plain string, last bool, keys [][]button) bots.Part {
	bare := body{Text: plain, File: b.File}
	if last {
		b.Keyboard, bare.Keyboard = keys, pressable(keys)
	}
	return bots.Part{Body: []byte(jsonText(b)), Plain: []byte(jsonText(bare))}
}

// bodyOf reads a part's body. What Split did not make is taken as plain text.
func bodyOf(raw []byte) body {
	var b body
	if json.Unmarshal(raw, &b) != nil || b.Text == "" && b.File == nil {
		return body{Text: string(raw)}
	}
	return b
}
