package telegramtest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Clean is what Telegram makes of a text before it counts and stores it: other
// control characters than the line feed become spaces, carriage returns vanish,
// and so do U+2028 to U+202E (with them the old bidi embeddings and overrides)
// and three combining lines; isolates (U+2066 to U+2069) stay. Of a run of
// direction marks only the last stays one. The ends are trimmed
// (td misc.cpp:64-160, MessageEntity.cpp:4480-4590). The text must be UTF-8.
func Clean(text string) string {
	out, _ := cleanText(text, nil)
	return out
}

// cleanString cleans without trimming, as button texts and names are.
func cleanString(text string) string {
	out, _ := replaceControls(text)
	return replaceMarks(out)
}

// cleanText cleans and trims a text and moves its entities with it. The result
// is "" where nothing but spaces is left.
func cleanText(text string, entities []Entity) (string, []Entity) {
	out, moved := replaceControls(text)
	out = replaceMarks(out)
	kept := make([]Entity, 0, len(entities))
	for _, e := range entities {
		start, end := moved(e.Offset), moved(e.Offset+e.Length)
		if e.Offset, e.Length = start, end-start; e.Length > 0 {
			kept = append(kept, e)
		}
	}
	return trim(out, mergeEntities(kept))
}

// replaceControls returns the text without what Telegram removes, and where a
// UTF-16 offset of the old text is in the new one.
func replaceControls(text string) (string, func(int) int) {
	var b strings.Builder
	places := make([]int, 0, len(text)+1)
	units := 0
	for _, r := range text {
		places = append(places, units)
		if r > 0xffff {
			places = append(places, units)
		}
		switch {
		case r == '\r', r >= 0x2028 && r <= 0x202e, r == 0x333, r == 0x33f, r == 0x30a:
			continue
		case r < ' ' && r != '\n':
			r = ' '
		}
		b.WriteRune(r)
		units += unitsOf(r)
	}
	places = append(places, units)
	return b.String(), func(at int) int { return places[max(0, min(at, len(places)-1))] }
}

func unitsOf(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// replaceMarks turns all but the last of a run of U+200E and U+200F into U+200C.
func replaceMarks(text string) string {
	if !strings.ContainsAny(text, "\u200e\u200f") {
		return text
	}
	runes := []rune(text)
	for i := 0; i+1 < len(runes); i++ {
		if isMark(runes[i]) && isMark(runes[i+1]) {
			runes[i] = '\u200c'
		}
	}
	return string(runes)
}

func isMark(r rune) bool { return r == '\u200e' || r == '\u200f' }

// trim cuts spaces and line feeds from both ends, at the front only as far as
// the first entity.
func trim(text string, entities []Entity) (string, []Entity) {
	text = strings.TrimRight(text, " \n")
	if text == "" {
		return "", nil
	}
	length := utf16Length(text)
	front := len(text) - len(strings.TrimLeft(text, " \n"))
	if len(entities) > 0 {
		front = min(front, entities[0].Offset)
	}
	out := make([]Entity, 0, len(entities))
	for _, e := range entities {
		e.Length = min(e.Length, length-e.Offset)
		e.Offset -= front
		if e.Length > 0 {
			out = append(out, e)
		}
	}
	return text[front:], out
}

// isBlank reports whether a text shows nothing (td misc.cpp:162-262).
func isBlank(text string) bool {
	for _, r := range text {
		switch {
		case r == ' ', r == '\n', r == 0xa0, r == 0xfeff, r >= 0x200b && r <= 0x200f, r == 0x202e:
		case r == 0x1680, r == 0x180e, r >= 0x2000 && r <= 0x200a, r == 0x202f, r == 0x205f, r == 0x2800,
			r == 0x3000, r == 0xfffc, r >= 0xe0000 && r <= 0xe007f:
		default:
			return false
		}
	}
	return true
}

// mergeEntities sorts entities as Telegram gives them, outer before inner, and
// joins overlapping and touching ones of a kind that can be split.
func mergeEntities(entities []Entity) []Entity {
	slices.SortStableFunc(entities, func(a, b Entity) int {
		if a.Offset != b.Offset {
			return a.Offset - b.Offset
		}
		return b.Length - a.Length
	})
	last := map[string]int{}
	out := entities[:0:0]
	for _, e := range entities {
		if i, ok := last[e.Type]; ok && splits(e.Type) && e.Offset <= out[i].Offset+out[i].Length {
			out[i].Length = max(out[i].Length, e.Offset+e.Length-out[i].Offset)
			continue
		}
		last[e.Type] = len(out)
		out = append(out, e)
	}
	return out
}

func splits(kind string) bool {
	switch kind {
	case "bold", "italic", "underline", "strikethrough", "spoiler":
		return true
	}
	return false
}

func utf16Length(text string) int {
	n := 0
	for _, r := range text {
		n += unitsOf(r)
	}
	return n
}

// formatted is a text as it arrived, made ready to be stored.
type formatted struct {
	raw, mode string
	text      string
	entities  []Entity
}

// format reads a text parameter with its parse_mode or entities, as far as the
// server checks it before it looks at the chat (srv Client.cpp:11306-11351).
func format(raw, mode, entities string) (formatted, error) {
	f := formatted{raw: raw, mode: mode, text: raw}
	if len(raw) > 1<<15 {
		return f, refuse(TextTooLong)
	}
	mode = strings.ToLower(mode)
	if raw == "" || mode == "" || mode == "none" {
		var err error
		f.entities, err = readEntities(entities)
		return f, err
	}
	switch mode {
	case "html":
	case "markdown", "markdownv2":
		return f, refuse(MarkdownNotPlayed)
	default:
		return f, refuse(ParseModeUnsupported)
	}
	if !utf8.ValidString(raw) {
		return f, refuse(TextNotUTF8)
	}
	var err error
	f.text, f.entities, err = parseHTML(raw)
	return f, err
}

// settle cleans a text and holds its length, in code points after parsing,
// against a limit (td MessageContent.cpp:4757, 5240).
func (f *formatted) settle(limit int, tooLong Reason, mayBeEmpty bool) error {
	if !utf8.ValidString(f.text) {
		return refuse(StringsNotUTF8)
	}
	if err := checkBounds(f.text, f.entities); err != nil {
		return err
	}
	f.text, f.entities = cleanText(f.text, f.entities)
	if isBlank(f.text) && !mayBeEmpty {
		return refuse(TextBlank)
	}
	if utf8.RuneCountInString(f.text) > limit {
		return refuse(tooLong)
	}
	if len(f.entities) > maxEntities {
		f.entities = f.entities[:maxEntities]
	}
	return nil
}
