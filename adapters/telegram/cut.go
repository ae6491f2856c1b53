package telegram

import (
	"slices"
	"strings"
	"unicode"

	"github.com/rivo/uniseg"
)

// piece is a part of a text, in bytes.
type piece struct{ from, to int }

// units is the length of a text in UTF-16 units. Telegram's limits count code
// points (tdlib/td MessageContent.cpp:4757), though its entities count units,
// and which of the two a limit means has been read both ways: what fits in
// units fits in code points.
func units(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xffff {
			n++
		}
	}
	return n
}

// cut takes the text apart into pieces of at most limit units. It cuts where a
// block ends, else a line, a sentence, a word, and never within what a reader
// sees as one character, unless that alone is too long. The white space at a
// cut is in neither piece, since Telegram trims the ends of a message; pieces
// that show nothing, which it would refuse, are left out.
func (w words) cut(limit int) []piece {
	var out []piece
	for from := w.start(0); from < len(w.text); {
		to := w.reach(from, limit)
		if text := w.text[from:to]; !blank(text) {
			out = append(out, piece{from, from + len(strings.TrimRightFunc(text, atEnds))})
		}
		from = w.start(to)
	}
	return out
}

// start is where a piece begins that follows what ends at.
func (w words) start(at int) int {
	return len(w.text) - len(strings.TrimLeftFunc(w.text[at:], atEnds))
}

// atEnds is true for what Telegram trims, control characters being spaces to
// it (tdlib/td misc.cpp:77-160).
func atEnds(r rune) bool { return r <= ' ' }

// A cut in the later half of a piece may be at any of these, the best first.
const (
	atBlock = iota
	atLine
	atSentence
	atWord
	atCharacter
	manners
)

// reach returns where a piece that begins at from ends.
func (w words) reach(from, limit int) int {
	var best [manners]int // the last cut of each manner
	at, used, state := from, 0, -1
	for at < len(w.text) {
		cluster, _, boundaries, next := uniseg.StepString(w.text[at:], state)
		state = next
		n := units(cluster)
		if used+n > limit {
			if used == 0 {
				return at + fitting(cluster, limit)
			}
			return chosen(best, from, w.text, limit)
		}
		used += n
		if cluster == "\n" && at > from {
			best[atLine] = at
			if _, isBlock := slices.BinarySearch(w.blocks, at+len(cluster)); isBlock {
				best[atBlock] = at
			}
		}
		if cluster == " " && at > from {
			best[atWord] = at
		}
		at += len(cluster)
		if boundaries&uniseg.MaskSentence != 0 {
			best[atSentence] = at
		}
		best[atCharacter] = at
	}
	return at
}

// chosen is the best cut that leaves a piece at least half full.
func chosen(best [manners]int, from int, text string, limit int) int {
	for manner, at := range best {
		if manner == atCharacter || at > from && units(text[from:at]) >= limit/2 {
			return at
		}
	}
	return best[atCharacter]
}

// fitting is how many bytes of one character, made of very many code points,
// fit into the limit.
func fitting(cluster string, limit int) int {
	used := 0
	for i, r := range cluster {
		n := units(string(r))
		if used+n > limit {
			return i
		}
		used += n
	}
	return len(cluster)
}

// blank is true for a text that shows nothing, which Telegram refuses as a
// message (tdlib/td misc.cpp:162-262).
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case unicode.IsSpace(r), unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return false
		case r == 0x2800, r == 0xfffc, r >= 0xe0000 && r <= 0xe007f:
			return false
		}
		return true
	})
}

// shortened is a text of one line that measures at most limit, its end replaced
// by an ellipsis where it was longer. An isolate that was cut is closed.
func shortened(s string, limit int, measure func(string) int) string {
	s = strings.Join(strings.FieldsFunc(strings.ToValidUTF8(s, "\uFFFD"), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	if measure(s) <= limit {
		return s
	}
	const ellipsis, isolate, endOfIsolate = "…", "\u2068", "\u2069"
	at, used, state := 0, measure(ellipsis+endOfIsolate), -1
	for at < len(s) {
		cluster, _, _, next := uniseg.StepString(s[at:], state)
		n := measure(cluster)
		if used+n > limit {
			break
		}
		at, used, state = at+len(cluster), used+n, next
	}
	kept := strings.TrimRightFunc(s[:at], unicode.IsSpace) + ellipsis
	if strings.Count(kept, isolate) > strings.Count(kept, endOfIsolate) {
		kept += endOfIsolate
	}
	return kept
}

// octets measures a text in bytes, as units does in UTF-16 units.
func octets(s string) int { return len(s) }
