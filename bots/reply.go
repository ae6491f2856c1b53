package bots

import (
	"manyhands/bots/locale"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

// Reply says what to tell, never how: each network renders it as it does
// best. Build one with Say and the methods below.
type Reply struct {
	Blocks  []Block
	Buttons [][]Button
	// Ask is set where a typed answer is awaited, so that a network without
	// free text can open a form for it.
	Ask *Ask
	// Room is true for an answer that everyone in the chat may see. Any
	// other answer goes to its receiver alone.
	Room bool
	// InPlace asks that the message whose button was pressed be replaced.
	InPlace bool
	// Sensitive marks a notice whose words must not show on a lock screen
	// that others see.
	Sensitive bool
	// Document is a file that comes with the words, or nil.
	Document *Document
}

// Document is a file that the bot hands over.
type Document struct {
	Name    string `json:"name"`
	Type    string `json:"type"` // media type
	Content []byte `json:"content"`
}

// BlockKind is the part a Block plays in a reply.
type BlockKind string

// The kinds of block.
const (
	Heading   BlockKind = "heading"
	Paragraph BlockKind = "paragraph"
	Field     BlockKind = "field" // Label and Text
	Item      BlockKind = "item"  // one line of a list
	Quote     BlockKind = "quote" // what somebody wrote
	Note      BlockKind = "note"  // small print
)

// Block is one piece of a reply.
type Block struct {
	Kind  BlockKind
	Label locale.Text
	Text  locale.Text
}

// Button is a call as if typed (Data), or a link (URL).
type Button struct {
	Label locale.Text
	Data  string
	URL   string
	// Weight tells a network that can show it what pressing means.
	Weight Weight
}

// Weight is how a button stands out.
type Weight string

// The weights of a button; the zero value is an ordinary one.
const (
	Primary Weight = "primary"
	Danger  Weight = "danger"
)

// Ask is the open question of a reply.
type Ask struct {
	// Data is the button data whose form brings the answer.
	Data  string
	Label locale.Text
	// Long is true where sentences are expected rather than a word.
	Long bool
}

// Say starts a reply with one paragraph.
func Say(key string, pairs ...any) *Reply { return new(Reply).Say(key, pairs...) }

// Head starts a reply with a heading.
func Head(key string, pairs ...any) *Reply {
	return new(Reply).add(Block{Kind: Heading, Text: locale.T(key, pairs...)})
}

func (r *Reply) add(b Block) *Reply {
	r.Blocks = append(r.Blocks, b)
	return r
}

// Say adds a paragraph.
func (r *Reply) Say(key string, pairs ...any) *Reply {
	return r.add(Block{Kind: Paragraph, Text: locale.T(key, pairs...)})
}

// Text adds a paragraph made elsewhere.
func (r *Reply) Text(t locale.Text) *Reply { return r.add(Block{Kind: Paragraph, Text: t}) }

// Field adds a labelled line.
func (r *Reply) Field(label string, value locale.Text) *Reply {
	return r.add(Block{Kind: Field, Label: locale.T(label), Text: value})
}

// Item adds a line of a list.
func (r *Reply) Item(key string, pairs ...any) *Reply {
	return r.add(Block{Kind: Item, Text: locale.T(key, pairs...)})
}

// Quote adds what somebody wrote.
func (r *Reply) Quote(typed string) *Reply {
	return r.add(Block{Kind: Quote, Text: locale.T("typed", "Text", typed)})
}

// Note adds small print.
func (r *Reply) Note(key string, pairs ...any) *Reply {
	return r.add(Block{Kind: Note, Text: locale.T(key, pairs...)})
}

// Row adds a row of buttons; an empty row is left out.
func (r *Reply) Row(buttons ...Button) *Reply {
	if len(buttons) > 0 {
		r.Buttons = append(r.Buttons, buttons)
	}
	return r
}

// Rows adds buttons, so many to a row.
func (r *Reply) Rows(perRow int, buttons ...Button) *Reply {
	for len(buttons) > perRow {
		r.Row(buttons[:perRow]...)
		buttons = buttons[perRow:]
	}
	return r.Row(buttons...)
}

// ToRoom lets everyone in the chat see the reply.
func (r *Reply) ToRoom() *Reply {
	r.Room = true
	return r
}

// Replacing puts the reply in place of the message whose button was pressed.
func (r *Reply) Replacing() *Reply {
	r.InPlace = true
	return r
}

// Notice is a reply for somebody other than the one who acted: a worker, or a
// collective's rooms.
type Notice struct {
	Worker worker.ID
	Rooms  collective.ID
	Reply  *Reply
	// Member, where set, is a collective to which the worker must still
	// belong when the notice is sent; Coordinator asks for that role too.
	Member      collective.ID
	Coordinator bool
}

// Answer is all that comes of one call.
type Answer struct {
	Replies []*Reply
	Notices []Notice
	// Keep leaves the dialog open: the call was a step of it, not its end.
	Keep bool
	// Again names a parameter whose question is put once more, after the
	// replies: what was given was understood, and did not do.
	Again string
	// Next is a command to go on with, as if it had been typed.
	Next *Next
	// Lang is the language of the answer where the call changed it.
	Lang locale.Lang
	// Forgotten is true where the call erased the worker: nothing more of
	// them is written.
	Forgotten bool
	// Fills is the value that a nested dialog hands to the question of the
	// dialog that opened it.
	Fills string
}

// Next is a command with its line. Shown asks that a panel be shown rather than
// the command run at once.
type Next struct {
	Command, Line string
	Shown         bool
}

// Answered makes an answer of replies.
func Answered(replies ...*Reply) *Answer { return &Answer{Replies: replies} }

// Notify adds a notice.
func (a *Answer) Notify(n ...Notice) *Answer {
	a.Notices = append(a.Notices, n...)
	return a
}

// Outgoing is a reply in its reader's language, as networks render it.
type Outgoing struct {
	Lang    locale.Lang   `json:"lang"`
	Blocks  []OutBlock    `json:"blocks"`
	Buttons [][]OutButton `json:"buttons,omitempty"`
	Ask     *OutAsk       `json:"ask,omitempty"`
	// Edit is the network's id of the message to replace, or "".
	Edit string `json:"edit,omitempty"`
	// Notice is true for what comes unasked, false for an answer.
	Notice    bool `json:"notice,omitempty"`
	Sensitive bool `json:"sensitive,omitempty"`
	Room      bool `json:"room,omitempty"`
	// Document is a file that comes with the words, or nil.
	Document *Document `json:"document,omitempty"`
}

// OutBlock is a Block in words.
type OutBlock struct {
	Kind  BlockKind `json:"kind"`
	Label string    `json:"label,omitempty"`
	Text  string    `json:"text"`
}

// OutButton is a Button in words.
type OutButton struct {
	Label  string `json:"label"`
	Data   string `json:"data,omitempty"`
	URL    string `json:"url,omitempty"`
	Weight Weight `json:"weight,omitempty"`
}

// OutAsk is an Ask in words.
type OutAsk struct {
	Data  string `json:"data"`
	Label string `json:"label"`
	Long  bool   `json:"long,omitempty"`
}

// In puts a reply into a reader's language.
func (r *Reply) In(c *locale.Catalogue, l locale.Lang) Outgoing {
	out := Outgoing{Lang: l, Sensitive: r.Sensitive, Room: r.Room, Document: r.Document}
	for _, b := range r.Blocks {
		ob := OutBlock{Kind: b.Kind, Text: c.Say(l, b.Text)}
		if b.Kind == Field {
			ob.Label = c.Say(l, b.Label)
		}
		out.Blocks = append(out.Blocks, ob)
	}
	for _, row := range r.Buttons {
		var or []OutButton
		for _, b := range row {
			or = append(or, OutButton{Label: c.Say(l, b.Label), Data: b.Data, URL: b.URL, Weight: b.Weight})
		}
		out.Buttons = append(out.Buttons, or)
	}
	if r.Ask != nil {
		out.Ask = &OutAsk{Data: r.Ask.Data, Label: c.Say(l, r.Ask.Label), Long: r.Ask.Long}
	}
	return out
}

// Plain is the canonical reading of an outgoing reply: its words, line by
// line, without buttons. The console prints it, and transcripts are held
// against it on every network.
func (o Outgoing) Plain() string {
	var b []byte
	for i, block := range o.Blocks {
		if i > 0 {
			b = append(b, '\n')
		}
		switch block.Kind {
		case Field:
			b = append(b, block.Label...)
			b = append(b, ": "...)
		case Item:
			b = append(b, "• "...)
		case Quote:
			b = append(b, "» "...)
		}
		b = append(b, block.Text...)
	}
	return string(b)
}
