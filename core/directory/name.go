package directory

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"manyhands/core"
)

// MaxName is the most characters (code points, after cleaning) of a name.
const MaxName = 120

// maxMarks is the most combining marks on one letter. Real orthographies stay
// below it (cantillated Hebrew, Tibetan stacks); text that climbs out of its
// line does not.
const maxMarks = 6

// Name is what a requester or a platform is called: cleaned, visible, NFC,
// 1 to 120 characters, safe to show to anyone beside other text. It is made
// by [NewName]; the zero Name is no name.
type Name struct{ text string }

// String is the name as it is shown.
func (n Name) String() string { return n.text }

// IsZero tells whether there is no name.
func (n Name) IsZero() bool { return n.text == "" }

// StoredName is a name that a store gives back. It is not checked again: a
// name accepted under older rules is still that requester's name. Nothing but
// a store may call it.
func StoredName(s string) Name { return Name{s} }

// notName begins what is no name.
var notName = regexp.MustCompile(`^(?i:[a-z][a-z0-9+.-]*://|www\.|/|@)`)

// NewName cleans a name that somebody typed. Line breaks, tabs and blanks of
// every width become single spaces; other control characters, zero-width
// characters, marks and isolates of direction (our own replies wrap names in
// them, and people copy) are removed. The joiners U+200C and U+200D stay where
// Persian, Indic scripts and joined emoji need them.
//
// Refusals, all Invalid: "error.name_empty"; "error.name_invisible" where
// nothing to see is left; "error.name_long" (values Count, Max);
// "error.name_direction" where an override turns the letters round, so that
// what is read is not what is stored (value name, without it);
// "error.name_marks" where marks are heaped on one letter (value Max);
// "error.name_unreadable" where the text is not UTF-8;
// "error.name_address" for what is a web address, a command or a mention: a
// network would make a link of it.
func NewName(s string) (Name, error) {
	text, err := clean(s)
	if err != nil {
		return Name{}, err
	}
	if n := utf8.RuneCountInString(text); n > MaxName {
		return Name{}, core.Refuse(core.Invalid, "error.name_long", "Count", n, "Max", MaxName)
	}
	if notName.MatchString(text) {
		return Name{}, core.Refuse(core.Invalid, "error.name_address")
	}
	return Name{text}, nil
}

// clean does all of NewName but the length.
func clean(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", core.Refuse(core.Invalid, "error.name_unreadable")
	}
	if strings.TrimSpace(s) == "" {
		return "", core.Refuse(core.Invalid, "error.name_empty")
	}
	kept, marks := sweep([]rune(s))
	if marks > maxMarks {
		return "", core.Refuse(core.Invalid, "error.name_marks", "Max", maxMarks)
	}
	text := norm.NFC.String(string(kept))
	if !visible(text) {
		return "", core.Refuse(core.Invalid, "error.name_invisible")
	}
	if strings.ContainsAny(s, "\u202D\u202E") {
		return "", core.Refuse(core.Invalid, "error.name_direction", "Name", shorten(text, MaxName))
	}
	return text, nil
}

// sweep removes what cannot be seen, folds blanks, and counts the most marks
// on one letter.
func sweep(in []rune) (kept []rune, most int) {
	kept = make([]rune, 0, len(in))
	marks := 0
	for i, r := range in {
		switch {
		case blank(r):
			if len(kept) > 0 && kept[len(kept)-1] != ' ' {
				kept = append(kept, ' ')
			}
			marks = 0
			continue
		case r == zwj || r == zwnj:
			if !joinerNeeded(kept, r, in[i+1:]) {
				continue
			}
		case r == emojiStyle:
			if next, _ := nextSeen(in[i+1:]); !symbolAtEnd(kept) && next != keycap {
				continue
			}
		case invisible(r):
			continue
		}
		if unicode.Is(unicode.M, r) {
			marks++
			most = max(most, marks)
		} else if r != zwj && r != zwnj {
			marks = 0
		}
		kept = append(kept, r)
	}
	for len(kept) > 0 && kept[len(kept)-1] == ' ' {
		kept = kept[:len(kept)-1]
	}
	return kept, most
}

const (
	zwnj       = '\u200C'
	zwj        = '\u200D'
	emojiStyle = '\uFE0F' // the character before it is drawn as an emoji
	keycap     = '\u20E3'
)

// joinerNeeded tells whether the joiner r after kept and before rest changes
// what is read: after an Indic virama; between two letters of a script that
// joins (the contexts of RFC 5892, appendix A.1 and A.2); between emoji.
func joinerNeeded(kept []rune, r rune, rest []rune) bool {
	if len(kept) == 0 {
		return false
	}
	last := kept[len(kept)-1]
	if last == zwj || last == zwnj {
		return false
	}
	if virama(last) {
		return true
	}
	next, ok := nextSeen(rest)
	if !ok {
		return false
	}
	if unicode.In(last, joining...) && unicode.In(next, joining...) {
		return true
	}
	return r == zwj && symbolAtEnd(kept) && unicode.In(next, unicode.So)
}

// joining are the scripts whose letters join, and whose writers may part or
// join them by hand.
var joining = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko}

// virama tells whether r is the vowel killer of an Indic script (canonical
// combining class 9).
func virama(r rune) bool {
	return r > 0x900 && norm.NFC.PropertiesString(string(r)).CCC() == 9
}

// nextSeen is the first of rest that is no invisible character. Honest text
// has one or two between letters; looking further would let a long run of
// them cost the square of its length.
func nextSeen(rest []rune) (rune, bool) {
	for _, r := range rest[:min(len(rest), 4)] {
		if r != zwj && r != zwnj && !invisible(r) {
			return r, true
		}
	}
	return 0, false
}

// symbolAtEnd tells whether kept ends in an emoji or one of its modifiers.
func symbolAtEnd(kept []rune) bool {
	if len(kept) == 0 {
		return false
	}
	last := kept[len(kept)-1]
	return last == emojiStyle || unicode.In(last, unicode.So, unicode.Sk, unicode.Sm)
}

// blank tells whether r is shown as room only: spaces, line ends, tabs, and
// the letters and symbols that are drawn as nothing but take room.
func blank(r rune) bool {
	switch r {
	case '\t', '\n', '\v', '\f', '\r', 0x85, 0x2800, 0x3164, 0xFFA0, 0x115F, 0x1160:
		return true
	}
	return unicode.In(r, unicode.Z)
}

// invisible tells whether r is shown as nothing at all: controls, format
// characters, private and unassigned ones that are ignored by default
// (Unicode's Default_Ignorable_Code_Point), variation selectors.
func invisible(r rune) bool {
	return unicode.In(r, unicode.C, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Noncharacter_Code_Point)
}

// visible tells whether something in text can be seen on its own: a mark
// without its letter cannot.
func visible(text string) bool {
	for _, r := range text {
		if unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) {
			return true
		}
	}
	return false
}

// shorten cuts what is quoted back at somebody to most code points.
func shorten(s string, most int) string {
	r := []rune(strings.ToValidUTF8(s, "\uFFFD"))
	if len(r) <= most {
		return string(r)
	}
	return string(r[:most-1]) + "…"
}
