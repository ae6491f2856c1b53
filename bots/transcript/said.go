package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// parseSaid understands what follows "who> ".
func parseSaid(who, in, said string) (*act, error) {
	a := &act{kind: say, who: who, room: in}
	if said == "" {
		return nil, errors.New("nothing is said")
	}
	var err error
	switch {
	case who == serverName:
		return a, a.parseServer(said)
	case strings.HasPrefix(said, "["):
		a.kind = press
		return a, a.parsePress(said)
	case strings.HasPrefix(said, "~ "):
		a.kind = edit
		a.text, err = parsePattern(said[2:], false)
	case strings.HasPrefix(said, "+ "):
		a.kind = attach
		name, words, ok := cutWord(said[2:])
		if !ok || name == "" {
			return nil, errors.New("an attachment is written: who> + photo.jpg words")
		}
		if a.name, err = parsePattern(name, false); err != nil {
			return nil, err
		}
		a.text, err = parsePattern(words, false)
	default:
		a.text, err = parsePattern(said, false)
	}
	if err == nil && a.kind != attach && len(a.text) == 0 {
		err = errors.New("nothing is said")
	}
	return a, err
}

// cutWord cuts the first word off, which may stand in quotes.
func cutWord(s string) (word, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		word, rest, ok = cutAt(s[1:], '"')
		if rest != "" && rest[0] != ' ' && rest[0] != '\n' {
			return "", "", false
		}
	} else if i := strings.IndexAny(s, " \n"); i >= 0 {
		word, rest, ok = s[:i], s[i:], true
	} else {
		return s, "", true
	}
	if rest != "" {
		rest = rest[1:]
	}
	return word, rest, ok
}

// cutAt cuts s at the first mark that no backslash precedes.
func cutAt(s string, mark byte) (before, after string, found bool) {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case mark:
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

func (a *act) parseServer(said string) error {
	a.kind = server
	if a.room != "" {
		return errors.New("the server is in no room")
	}
	for said = strings.TrimSpace(said); said != ""; said = strings.TrimSpace(said) {
		word, rest, ok := cutWord(said)
		if !ok {
			return errors.New("a quote is open")
		}
		p, err := parsePattern(word, false)
		if err != nil {
			return err
		}
		a.args, said = append(a.args, p), rest
	}
	return nil
}

var counted = regexp.MustCompile(`(?s)^(.*) #([1-9][0-9]?)$`)

// parsePress understands [Label], [Label #2], [Label] in "words", [Label] of
// who, in this order.
func (a *act) parsePress(said string) (err error) {
	b := &buttonRef{back: 1, of: a.who}
	a.button = b
	label, rest, ok := cutAt(said[1:], ']')
	if !ok || strings.Contains(said, "\n") {
		return errors.New(`a press is written [Label]; a text that begins with [ is written \[`)
	}
	if m := counted.FindStringSubmatch(label); m != nil {
		label = m[1]
		b.back, _ = strconv.Atoi(m[2])
	}
	if b.label, err = parsePattern(label, false); err != nil {
		return err
	}
	if after, ok := strings.CutPrefix(rest, ` in "`); ok {
		words, after, closed := cutAt(after, '"')
		if !closed {
			return errors.New("a quote is open")
		}
		if b.in, err = parsePattern(words, false); err != nil {
			return err
		}
		rest = after
	}
	if of, ok := strings.CutPrefix(rest, " of "); ok && isName.MatchString(of) && of != serverName {
		b.of, rest = of, ""
	}
	if rest != "" {
		return fmt.Errorf(`after [Label] may stand: in "words", of who; not %q`, rest)
	}
	return nil
}

// parseWanted understands what follows "who< ", "who<~ " or "who<+ ".
func parseWanted(who, in, mark, text string) (*want, error) {
	w := &want{who: who, room: in}
	var err error
	switch {
	case who == serverName && (in != "" || mark != ""):
		return nil, errors.New("the server only prints: server< text")
	case mark == "+":
		w.kind = wantFile
		name, kind, ok := cutWord(text)
		if !ok || name == "" || kind == "" || strings.ContainsAny(kind, " \n") {
			return nil, errors.New("a file is written: who<+ card.png image/png")
		}
		if w.fileType, err = parsePattern(kind, true); err != nil {
			return nil, err
		}
		w.text, err = parsePattern(name, true)
	case mark == "~":
		w.inPlace = true
		w.text, err = parsePattern(text, true)
	case text == "-":
		w.kind = wantNothing
	case who != serverName && strings.HasPrefix(text, "["):
		w.kind = wantButtons
		w.buttons, err = parseButtons(text)
	default:
		w.text, err = parsePattern(text, true)
	}
	return w, err
}

func parseButtons(text string) ([]pattern, error) {
	var ps []pattern
	for rest := text; ; {
		label, after, ok := "", "", false
		if strings.HasPrefix(rest, "[") {
			label, after, ok = cutAt(rest[1:], ']')
		}
		if !ok || strings.Contains(label, "\n") || (after != "" && after[0] != ' ') {
			return nil, errors.New(`buttons are written [One] [Two]; a text that begins with [ is written \[`)
		}
		p, err := parsePattern(label, true)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
		if after == "" {
			return ps, nil
		}
		rest = after[1:]
	}
}
