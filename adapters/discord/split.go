package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"

	"manyhands/bots"
)

// mostContent is the length of a message (dd:resources/message.mdx "Create
// Message").
const mostContent = 2000

// body is a part as this network keeps it.
type body struct {
	Content  string         `json:"content,omitempty"`
	Rows     []row          `json:"rows,omitempty"`
	Document *bots.Document `json:"document,omitempty"`
	// Notice and Room are those of the reply.
	Notice bool `json:"notice,omitempty"`
	Room   bool `json:"room,omitempty"`
}

// Split renders a reply into Discord's markdown, in parts of at most 2000
// characters, with buttons and file on the last.
func (d *Discord) Split(o bots.Outgoing) ([]bots.Part, error) {
	rows := d.rows(o)
	pieces := cutUp(linesOf(o.Blocks))
	if len(pieces) == 0 && (len(rows) > 0 || o.Document != nil) {
		pieces = []piece{{}}
	}
	bodies := make([]body, len(pieces), len(pieces)+1)
	for i, p := range pieces {
		bodies[i].Content = p.md
	}
	if n := len(bodies); n > 0 {
		bodies[n-1].Document = o.Document
		for at := 0; at < len(rows); at += mostRows {
			if at > 0 {
				bodies, pieces = append(bodies, body{}), append(pieces, piece{})
			}
			bodies[len(bodies)-1].Rows = rows[at:min(at+mostRows, len(rows))]
		}
	}
	parts := make([]bots.Part, len(bodies))
	for i, b := range bodies {
		b.Notice, b.Room = o.Notice, o.Room
		var err error
		if parts[i].Body, err = json.Marshal(b); err != nil {
			return nil, fmt.Errorf("discord: %w", err)
		}
		if pieces[i].plain == "" {
			continue
		}
		bare := body{Content: escaped(pieces[i].plain), Notice: o.Notice, Room: o.Room}
		if utf8.RuneCountInString(bare.Content) > mostContent {
			bare.Content = pieces[i].plain // shorter: some links need less in the other form
		}
		if parts[i].Plain, err = json.Marshal(bare); err != nil {
			return nil, fmt.Errorf("discord: %w", err)
		}
	}
	return parts, nil
}

// textLine is one line to be rendered.
type textLine struct {
	// md stands before the line, also where it goes on after a cut; plain
	// before its beginning in the plain form.
	md, plain string
	atoms     []atom
	// bold is how many of the atoms are bold, from the first on.
	bold int
	// apart is a line that only keeps two quotes apart.
	apart bool
}

// quoteSign stands before a quote in the canonical plain form.
const quoteSign = "» "

// apartMark is the line between two quotes, which would otherwise be one. No
// text has it: it is taken out of what people type.
const apartMark = "\u200b"

// linesOf renders blocks, line by line.
func linesOf(blocks []bots.OutBlock) []textLine {
	var list []textLine
	for i, b := range blocks {
		if b.Kind == bots.Quote && i > 0 && blocks[i-1].Kind == bots.Quote {
			list = append(list, textLine{apart: true})
		}
		for n, text := range strings.Split(b.Text, "\n") {
			var l textLine
			switch b.Kind {
			case bots.Heading:
				l.atoms = atoms(text, inBold)
				l.bold = len(l.atoms)
			case bots.Field:
				where := lineStart
				if n == 0 {
					where = inLine
					label := atoms(strings.ReplaceAll(b.Label, "\n", " ")+":", inBold)
					l.bold = len(label)
					l.atoms = append(label, atom{" ", " "})
				}
				l.atoms = append(l.atoms, atoms(text, where)...)
			case bots.Item:
				where := lineStart
				if n == 0 {
					where = inLine
					l.atoms = []atom{{"• ", "• "}}
				}
				l.atoms = append(l.atoms, atoms(text, where)...)
			case bots.Quote:
				l = textLine{md: "> ", atoms: atoms(text, lineStart)}
				if n == 0 {
					l.plain = quoteSign
				}
			case bots.Note:
				l.atoms = atoms(text, lineStart)
				if len(l.atoms) > 0 {
					l.md = "-# "
				}
			default:
				l.atoms = atoms(text, lineStart)
			}
			list = append(list, l)
		}
	}
	return list
}

const boldMark = "**"

// render writes the line.
func (l textLine) render() (md, plain string) {
	if l.apart {
		return apartMark, ""
	}
	var m, p strings.Builder
	m.WriteString(l.md)
	p.WriteString(l.plain)
	from, to := l.boldRange()
	for i, a := range l.atoms {
		if i == from && from < to {
			m.WriteString(boldMark)
		}
		m.WriteString(a.md)
		p.WriteString(a.plain)
		if i == to-1 && from < to {
			m.WriteString(boldMark)
		}
	}
	return m.String(), p.String()
}

// boldRange is what is bold, without blanks at its ends: beside those the marks
// would mean nothing.
func (l textLine) boldRange() (from, to int) {
	for to = l.bold; to > 0 && l.atoms[to-1].blank(); {
		to--
	}
	for from < to && l.atoms[from].blank() {
		from++
	}
	return from, to
}

// size is the line's length in Discord's form.
func (l textLine) size() int {
	n := len(l.md)
	if l.apart {
		n = 1
	}
	if l.bold > 0 {
		n += 2 * len(boldMark)
	}
	for _, a := range l.atoms {
		n += a.size()
	}
	return n
}

func (l textLine) blank() bool {
	for _, a := range l.atoms {
		if !a.blank() {
			return false
		}
	}
	return true
}

// piece is the text of one part, in both forms.
type piece struct{ md, plain string }

// cutUp fills parts with lines, as many as fit. A line is cut only where it is
// too long for a whole part, then between words if it has any.
func cutUp(list []textLine) []piece {
	var pieces []piece
	var part []textLine
	used := 0
	end := func() {
		if p := pieceOf(part); p.md != "" {
			pieces = append(pieces, p)
		}
		part, used = nil, 0
	}
	for _, l := range list {
		for {
			n := l.size()
			if len(part) > 0 {
				n++ // the line's end before it
			}
			if used+n <= mostContent {
				part, used = append(part, l), used+n
				break
			}
			if len(part) > 0 {
				end()
				continue
			}
			var head textLine
			head, l = l.cut(mostContent)
			part = append(part, head)
			end()
		}
	}
	end()
	return pieces
}

// pieceOf renders the lines of a part, but for what Discord would trim.
func pieceOf(part []textLine) piece {
	for len(part) > 0 && part[0].blank() {
		part = part[1:]
	}
	for len(part) > 0 && part[len(part)-1].blank() {
		part = part[:len(part)-1]
	}
	if len(part) > 0 {
		part[0] = part[0].trimmed(true, false)
		part[len(part)-1] = part[len(part)-1].trimmed(false, true)
	}
	var md, plain []string
	for i, l := range part {
		if i == 0 && l.md == "> " {
			l.plain = quoteSign // a quote that goes on from the part before
		}
		m, p := l.render()
		md = append(md, m)
		if !l.apart {
			plain = append(plain, p)
		}
	}
	return piece{strings.TrimSpace(strings.Join(md, "\n")), strings.TrimSpace(strings.Join(plain, "\n"))}
}

// cut parts a line in two, of which the first has at most so many characters.
func (l textLine) cut(most int) (head, tail textLine) {
	used := textLine{md: l.md, bold: l.bold}.size()
	at, word := 0, 0
	for at < len(l.atoms) && used+l.atoms[at].size() <= most {
		used += l.atoms[at].size()
		at++
		if l.atoms[at-1].blank() {
			word = at
		}
	}
	if word > 0 && at < len(l.atoms) {
		at = word
	}
	at = max(at, 1)
	head, tail = l, l
	head.atoms, tail.atoms = l.atoms[:at], l.atoms[at:]
	head.bold, tail.bold = min(l.bold, at), max(0, l.bold-at)
	tail.plain = ""
	return head, tail.trimmed(true, false)
}

// trimmed is the line without the blanks at its ends.
func (l textLine) trimmed(left, right bool) textLine {
	for left && len(l.atoms) > 0 && l.atoms[0].blank() {
		l.atoms, l.bold = l.atoms[1:], max(0, l.bold-1)
	}
	for right && len(l.atoms) > 0 && l.atoms[len(l.atoms)-1].blank() {
		l.atoms = l.atoms[:len(l.atoms)-1]
	}
	l.bold = min(l.bold, len(l.atoms))
	return l
}
