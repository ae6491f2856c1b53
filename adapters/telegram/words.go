package telegram

import (
	"strings"

	"manyhands/bots"
)

// words are a reply's canonical text (bots.Outgoing.Plain) with the parts of
// it that are marked. Marks lie in order and do not overlap.
type words struct {
	text   string
	marks  []mark
	blocks []int // where blocks begin, but the first
}

// mark is a part of the text, in bytes, between a start and an end tag.
type mark struct {
	from, to int
	tag      string
}

// wordsOf puts a reply's blocks into one text.
func wordsOf(o bots.Outgoing) words {
	var w words
	var b strings.Builder
	put := func(tag, s string) {
		from := b.Len()
		b.WriteString(strings.Map(kept, strings.ToValidUTF8(s, "\uFFFD")))
		if tag != "" && b.Len() > from {
			w.marks = append(w.marks, mark{from, b.Len(), tag})
		}
	}
	for i, block := range o.Blocks {
		if i > 0 {
			b.WriteByte('\n')
			w.blocks = append(w.blocks, b.Len())
		}
		switch block.Kind {
		case bots.Heading:
			put("b", block.Text)
		case bots.Field:
			put("b", block.Label)
			put("", ": "+block.Text)
		case bots.Item:
			put("", "• "+block.Text)
		case bots.Quote:
			put("blockquote", "» "+block.Text)
		case bots.Note:
			put("i", block.Text)
		default:
			put("", block.Text)
		}
	}
	w.text = b.String()
	return w
}

// kept leaves out what Telegram takes out of every text before it trims and
// counts it: carriage returns, embeddings and overrides of direction, and three
// combining lines (tdlib/td misc.cpp:77-160). Isolates stay.
func kept(r rune) rune {
	switch {
	case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
		return -1
	}
	return r
}

// maxMarks is how many entities a message can have; further ones would be
// passed over (tdlib/telegram-bot-api#820).
const maxMarks = 100

// escape makes a text safe in Telegram's HTML, outside of tags
// (https://core.telegram.org/bots/api#html-style).
var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// html renders a piece of the text. A mark that reaches beyond the piece is
// opened and closed in it.
func (w words) html(p piece) string {
	var b strings.Builder
	at, n := p.from, 0
	for _, m := range w.marks {
		from, to := max(m.from, at), min(m.to, p.to)
		if from >= to || n == maxMarks {
			continue
		}
		n++
		b.WriteString(escape.Replace(w.text[at:from]))
		b.WriteString("<" + m.tag + ">" + escape.Replace(w.text[from:to]) + "</" + m.tag + ">")
		at = to
	}
	b.WriteString(escape.Replace(w.text[at:p.to]))
	return b.String()
}

// plain is a piece of the text without marks.
func (w words) plain(p piece) string { return w.text[p.from:p.to] }
