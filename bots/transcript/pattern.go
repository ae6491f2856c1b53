package transcript

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A text in a script is made of pieces.
type pieceKind int

const (
	literal pieceKind = iota
	capture           // text is its name
	anything
)

type piece struct {
	kind pieceKind
	text string
}

// pattern is a text with captures and, in an expectation, places where
// anything may stand.
type pattern []piece

// captures are the texts captured so far, by name.
type captures map[string]string

var captureName = regexp.MustCompile(`^\{([a-z][a-z0-9_]*)\}`)

// isolates are the marks around what was typed. Scripts leave them out.
var isolates = strings.NewReplacer("\u2068", "", "\u2069", "")

// seen is a text as scripts compare and print it.
func seen(s string) string { return isolates.Replace(strings.ToValidUTF8(s, "\uFFFD")) }

// parsePattern reads a text as it stands in a script. In an expectation (wild)
// "..." matches anything, and isolates do not count.
func parsePattern(s string, wild bool) (pattern, error) {
	if wild {
		s = isolates.Replace(s)
	}
	var p pattern
	var lit strings.Builder
	add := func(x piece) {
		if lit.Len() > 0 {
			p = append(p, piece{literal, lit.String()})
			lit.Reset()
		}
		p = append(p, x)
	}
	for s != "" {
		switch m := captureName.FindStringSubmatch(s); {
		case m != nil:
			add(piece{capture, m[1]})
			s = s[len(m[0]):]
		case wild && strings.HasPrefix(s, "..."):
			add(piece{kind: anything})
			s = s[3:]
		case s[0] == '\\':
			r, n, err := unescape(s)
			if err != nil {
				return nil, err
			}
			lit.WriteRune(r)
			s = s[n:]
		default:
			_, n := utf8.DecodeRuneInString(s)
			lit.WriteString(s[:n])
			s = s[n:]
		}
	}
	if lit.Len() > 0 {
		p = append(p, piece{literal, lit.String()})
	}
	return p, nil
}

var numbered = regexp.MustCompile(`^\\u\{([0-9a-fA-F]{1,6})\}`)

// unescape reads the escape at the beginning of s, n bytes long.
func unescape(s string) (r rune, n int, err error) {
	if m := numbered.FindStringSubmatch(s); m != nil {
		x, _ := strconv.ParseUint(m[1], 16, 32)
		if r := rune(x); utf8.ValidRune(r) {
			return r, len(m[0]), nil
		}
		return 0, 0, fmt.Errorf("%s is no character", m[0])
	}
	if len(s) > 1 && s[1] < utf8.RuneSelf && (unicode.IsPunct(rune(s[1])) || unicode.IsSymbol(rune(s[1]))) {
		return rune(s[1]), 2, nil
	}
	return 0, 0, fmt.Errorf(`a backslash stands before a mark or in \u{...}; a backslash itself is \\`)
}

// quote writes a text so that parsePattern reads exactly it again, on as many
// lines as it has.
func quote(s string, wild bool) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		lines[i] = quoteLine(line, wild)
	}
	return strings.Join(lines, "\n")
}

func quoteLine(s string, wild bool) string {
	var b strings.Builder
	dots := 0 // still to be written with a backslash
	for i, r := range s {
		if wild && dots == 0 && strings.HasPrefix(s[i:], "...") {
			dots = len(s[i:]) - len(strings.TrimLeft(s[i:], "."))
		}
		switch {
		case dots > 0:
			b.WriteString(`\.`)
			dots--
		case r == '\\', r == '{' && captureName.MatchString(s[i:]):
			b.WriteByte('\\')
			b.WriteRune(r)
		case unseen(r), r == ' ' && i == len(s)-1:
			fmt.Fprintf(&b, `\u{%x}`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unseen is true for characters that would not be noticed in a script.
func unseen(r rune) bool {
	switch {
	case r == ' ', r == '\u200c', r == '\u200d': // joiners: parts of words and of emoji
		return false
	}
	return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Zs)
}

// fill gives the text with the captured texts in their places.
func (p pattern) fill(have captures) (string, error) {
	var b strings.Builder
	for _, x := range p {
		text := x.text
		if x.kind == capture {
			value, ok := have[x.text]
			if !ok {
				return "", fmt.Errorf("nothing has been captured as {%s}", x.text)
			}
			text = value
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// match holds text against the pattern. It returns what is captured newly.
func (p pattern) match(text string, have captures) (captures, bool) {
	re, names := p.regexp(have)
	m := re.FindStringSubmatch(text)
	if m == nil {
		return nil, false
	}
	fresh := captures{}
	for i, name := range names {
		if was, ok := fresh[name]; ok && was != m[i+1] {
			return nil, false
		}
		fresh[name] = m[i+1]
	}
	return fresh, true
}

// regexp builds the expression; names are those of its groups, in order.
func (p pattern) regexp(have captures) (re *regexp.Regexp, names []string) {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	for i, x := range p {
		value, known := have[x.text]
		switch {
		case x.kind == anything:
			b.WriteString(p.wild(i))
		case x.kind == capture && known:
			b.WriteString(regexp.QuoteMeta(value))
		case x.kind == capture:
			b.WriteString(`([^\n]+?)`)
			names = append(names, x.text)
		default:
			text := x.text
			if p.isWild(i-1) && blankAt(text, 0) {
				text = text[1:]
			}
			if p.isWild(i+1) && blankAt(text, len(text)-1) {
				text = text[:len(text)-1]
			}
			b.WriteString(regexp.QuoteMeta(text))
		}
	}
	b.WriteString(`$`)
	return regexp.MustCompile(b.String()), names
}

func (p pattern) isWild(i int) bool { return i >= 0 && i < len(p) && p[i].kind == anything }

// wild is the expression for the "..." at i. A blank beside it stands for any
// white space, or for the beginning or end of the text.
func (p pattern) wild(i int) string {
	before := i > 0 && p[i-1].kind == literal && blankAt(p[i-1].text, len(p[i-1].text)-1)
	after := i+1 < len(p) && p[i+1].kind == literal && blankAt(p[i+1].text, 0)
	switch {
	case before && after:
		return `\s(?:.*?\s)?`
	case before && i+1 == len(p):
		return `(?:\s.*?)?`
	case before:
		return `\s.*?`
	case after && i == 0:
		return `(?:.*?\s)?`
	case after:
		return `.*?\s`
	}
	return `.*?`
}

func blankAt(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] == ' ' || s[i] == '\n')
}
