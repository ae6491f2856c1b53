package discord

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Everything that is said is escaped: a backslash takes the meaning from any
// mark of Discord's, and what cannot be escaped is not left whole. Two things
// are let through: addresses, in the angle brackets that make a link and no
// preview, and the marks that are put here.

// atom is a piece of a line that is never cut, with what it stands for.
type atom struct {
	md    string
	plain string
}

// size is its length as Discord counts it: in code points (staff at
// discord/discord-api-docs#1315).
func (a atom) size() int { return utf8.RuneCountInString(a.md) }

func (a atom) blank() bool { return strings.TrimSpace(a.plain) == "" }

var (
	// blockMark is what makes a heading, list or quote at a line's beginning;
	// its last character is what has to be escaped.
	blockMark = regexp.MustCompile(`^\s*(?:[-+#>]|[0-9]+[.)])`)
	// emojiMark and schemeMark are colons that mean something.
	emojiMark  = regexp.MustCompile(`^:[0-9A-Za-z_+-]+:`)
	schemeMark = regexp.MustCompile(`^://`)
	// link is an address that can stand in angle brackets as it is: marks of
	// direction around it are not part of it.
	link = regexp.MustCompile(`^https?://[^\s<>\\\p{C}]+`)
)

const (
	// always are the marks that are escaped wherever they stand.
	always = "\\*_~`|[<>@"
	// longestLink is the longest address that is kept whole.
	longestLink = 500
	// longestAtom bounds what is taken for one letter, however many marks are
	// heaped on it.
	longestAtom = 100
)

// within says where a text stands.
type within int

const (
	lineStart within = iota // at a line's beginning, where marks make blocks
	inLine                  // after something else
	inBold                  // in bold, whose closing marks would count as part of an address
)

// atoms takes a line apart.
func atoms(line string, where within) []atom {
	var list []atom
	first := -1 // the byte that would make a block
	if where == lineStart {
		first = len(blockMark.FindString(line)) - 1
	}
	for at, state, boundary := 0, -1, true; at < len(line); {
		rest := line[at:]
		if where != inBold && boundary {
			if address := link.FindString(rest); address != "" && len(address) <= longestLink {
				list = append(list, atom{"<" + address + ">", address})
				at, state, boundary = at+len(address), -1, false
				continue
			}
		}
		letter, _, _, next := uniseg.FirstGraphemeClusterInString(rest, state)
		if n := utf8.RuneCountInString(letter); n > longestAtom {
			letter = string([]rune(letter)[:longestAtom])
			next = -1
		}
		state = next
		md := escape(letter)
		colon := letter == ":" && (emojiMark.MatchString(rest) || schemeMark.MatchString(rest))
		if md == letter && (colon || at <= first && first < at+len(letter)) {
			md = "\\" + letter
		}
		list = append(list, atom{md, letter})
		at += len(letter)
		last, _ := utf8.DecodeLastRuneInString(letter)
		boundary = !unicode.IsLetter(last) && !unicode.IsDigit(last)
	}
	return list
}

func escape(s string) string {
	if !strings.ContainsAny(s, always) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r < utf8.RuneSelf && strings.ContainsRune(always, r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// escaped is a whole text, every line of it escaped, and nothing in it a link.
func escaped(text string) string {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		var b strings.Builder
		for _, a := range atoms(l, lineStart) {
			if strings.HasPrefix(a.md, "<") {
				a.md = escape(a.plain)
			}
			b.WriteString(a.md)
		}
		lines[i] = b.String()
	}
	return strings.Join(lines, "\n")
}

// cut shortens a text to so many code points, between letters.
func cut(s string, most int) string {
	s = strings.TrimSpace(strings.ReplaceAll(s, "\n", " "))
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	var b strings.Builder
	n := 1 // the dots
	for state := -1; s != ""; {
		var letter string
		letter, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
		if n += utf8.RuneCountInString(letter); n > most {
			break
		}
		b.WriteString(letter)
	}
	return strings.TrimSpace(b.String()) + "…"
}
