package transcript

import (
	"cmp"
	"slices"
	"strings"
)

// got is one line's worth of what somebody got.
type got struct {
	who, room string
	// witnesses are all who see it; in private there is one.
	witnesses []string
	kind      wantKind
	inPlace   bool
	text      string // of a message; the name of a file
	fileType  string
	buttons   []string
}

// receiver names where order matters: a person's private chat, or a room.
type receiver struct{ who, room string }

func receiverOf(who, room string) receiver {
	if room != "" {
		who = ""
	}
	return receiver{who, room}
}

// lines takes a message apart: its words, its files, its buttons.
func (m Seen) lines() []got {
	base := got{who: m.Who, room: m.Room, witnesses: []string{m.Who}, inPlace: m.InPlace}
	var gs []got
	if text := seen(m.Text); text != "" || len(m.Files) == 0 || m.InPlace {
		g := base
		g.text = text
		gs = append(gs, g)
	}
	for _, f := range m.Files {
		g := base
		g.kind, g.inPlace, g.text, g.fileType = wantFile, false, seen(f.Name), cmp.Or(f.Type, "unknown")
		gs = append(gs, g)
	}
	if len(m.Buttons) > 0 {
		g := base
		g.kind, g.inPlace = wantButtons, false
		for _, b := range m.Buttons {
			g.buttons = append(g.buttons, strings.ReplaceAll(seen(b), "\n", " "))
		}
		gs = append(gs, g)
	}
	return gs
}

// match holds what was got against what was expected.
func (w *want) match(g got, have captures) (captures, bool) {
	if w.kind != g.kind || w.inPlace != g.inPlace || w.room != g.room || !slices.Contains(g.witnesses, w.who) {
		return nil, false
	}
	switch w.kind {
	case wantButtons:
		return matchButtons(w.buttons, g.buttons, have)
	case wantFile:
		fresh, ok := w.text.match(g.text, have)
		if !ok {
			return nil, false
		}
		more, ok := w.fileType.match(g.fileType, with(have, fresh))
		return with(fresh, more), ok
	}
	return w.text.match(g.text, have)
}

func matchButtons(ps []pattern, labels []string, have captures) (captures, bool) {
	if len(ps) == 0 {
		return captures{}, len(labels) == 0
	}
	if len(ps[0]) == 1 && ps[0].isWild(0) {
		for n := range len(labels) + 1 {
			if fresh, ok := matchButtons(ps[1:], labels[n:], have); ok {
				return fresh, true
			}
		}
		return nil, false
	}
	if len(labels) == 0 {
		return nil, false
	}
	fresh, ok := ps[0].match(labels[0], have)
	if !ok {
		return nil, false
	}
	more, ok := matchButtons(ps[1:], labels[1:], with(have, fresh))
	return with(fresh, more), ok
}

func with(a, b captures) captures {
	sum := captures{}
	for k, v := range a {
		sum[k] = v
	}
	for k, v := range b {
		sum[k] = v
	}
	return sum
}

// print writes it as a script expects it, with nothing left open. as names
// the member who speaks of a room's message.
func (g got) print(as string) string {
	head := g.who
	if g.room != "" {
		head = as + "@" + g.room
	}
	switch g.kind {
	case wantButtons:
		labels := make([]string, len(g.buttons))
		for i, b := range g.buttons {
			labels[i] = "[" + quoteLabel(b) + "]"
		}
		return head + "< " + strings.Join(labels, " ")
	case wantFile:
		name := quoteLine(g.text, true)
		if name == "" || strings.ContainsAny(name, `" `) {
			name = `"` + strings.ReplaceAll(name, `"`, `\"`) + `"`
		}
		return head + "<+ " + name + " " + strings.ReplaceAll(quoteLine(g.fileType, true), " ", `\u{20}`)
	}
	mark := "<"
	if g.inPlace {
		mark = "<~"
	}
	text := quote(g.text, true)
	if !g.inPlace && (g.text == "-" || g.who != serverName && strings.HasPrefix(g.text, "[")) {
		text = `\` + text
	}
	first, more, _ := strings.Cut(text, "\n")
	out := head + mark
	if first != "" {
		out += " " + first
	}
	if !strings.Contains(text, "\n") {
		return out
	}
	for _, line := range strings.Split(more, "\n") {
		out += "\n  |"
		if line != "" {
			out += " " + line
		}
	}
	return out
}

func quoteLabel(s string) string {
	return strings.ReplaceAll(quoteLine(s, true), "]", `\]`)
}
