package transcript

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// SyntaxError says what in a script cannot be understood.
type SyntaxError struct {
	Name string
	Line int
	What string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("%s:%d: %s", e.Name, e.Line, e.What) }

// ReadFile reads a script from a file.
func ReadFile(path string) (*Script, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("transcript: %w", err)
	}
	return Parse(filepath.Base(path), string(text))
}

// Parse reads a script. Its error joins a *SyntaxError for every line that
// cannot be understood.
func Parse(name, text string) (*Script, error) {
	s := &Script{Name: name}
	var errs []error
	complain := func(line int, what string) { errs = append(errs, &SyntaxError{name, line, what}) }

	lines := strings.Split(strings.TrimPrefix(text, "\uFEFF"), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	for i, line := range lines {
		line = strings.TrimRight(line, "\r")
		if line == "  |" || strings.HasPrefix(line, "  | ") {
			n := len(s.items) - 1
			if n < 0 || isFree(s.items[n].raw[0]) || isDirective(s.items[n].raw[0]) {
				complain(i+1, "there is nothing above that this line could continue")
				continue
			}
			s.items[n].raw = append(s.items[n].raw, line)
			continue
		}
		s.items = append(s.items, item{line: i + 1, raw: []string{line}})
	}
	for i := range s.items {
		if err := s.understand(i); err != nil {
			complain(s.items[i].line, err.Error())
		}
		s.meet(s.items[i])
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if err := s.coherent(); err != nil {
		return nil, err
	}
	return s, nil
}

func isFree(line string) bool {
	return strings.HasPrefix(line, "#") || strings.TrimSpace(line) == ""
}

func isDirective(line string) bool {
	return strings.HasPrefix(strings.TrimPrefix(line, "& "), "! ")
}

// namePattern is what people and rooms are called.
const namePattern = `[A-Za-z][A-Za-z0-9_-]*`

var (
	isName     = regexp.MustCompile(`^` + namePattern + `$`)
	saidLine   = regexp.MustCompile(`(?s)^(` + namePattern + `)(?:@(` + namePattern + `))?>(?: (.*)|(\n.*))?$`)
	wantedLine = regexp.MustCompile(`(?s)^(` + namePattern + `)(?:@(` + namePattern + `))?<([~+]?)(?: (.*)|(\n.*))?$`)
)

// understand fills in what item i means.
func (s *Script) understand(i int) error {
	it := &s.items[i]
	text := it.raw[0]
	for _, more := range it.raw[1:] {
		text += "\n" + strings.TrimPrefix(strings.TrimPrefix(more, "  |"), " ")
	}
	if isFree(text) {
		return nil
	}
	text, beside := strings.CutPrefix(text, "& ")
	if rest, ok := strings.CutPrefix(text, "! "); ok {
		words := strings.Fields(rest)
		if len(words) > 0 && words[0] == "only" && !beside {
			return s.only(words[1:])
		}
		a, err := parseDirective(words)
		if err != nil {
			return err
		}
		if beside && a.kind == clock {
			return errors.New("the clock cannot move at the same time as something else")
		}
		it.act = a
	} else if m := saidLine.FindStringSubmatch(text); m != nil {
		a, err := parseSaid(m[1], m[2], m[3]+m[4])
		if err != nil {
			return err
		}
		it.act = a
	} else if m := wantedLine.FindStringSubmatch(text); m != nil && !beside {
		w, err := parseWanted(m[1], m[2], m[3], m[4]+m[5])
		if err != nil {
			return err
		}
		w.line = it.line
		it.want = w
		return nil
	} else {
		return errors.New(`this is neither "# comment", "! directive", "who> said" nor "who< expected"`)
	}
	it.act.line, it.act.beside = it.line, beside
	return nil
}

func (s *Script) only(features []string) error {
	if len(features) == 0 {
		return errors.New("! only wants features, for example: ! only rooms")
	}
	for _, f := range features {
		if !slices.Contains(Features(), Feature(f)) {
			return fmt.Errorf("no network has the feature %q; there are: %v", f, Features())
		}
		s.Only = append(s.Only, Feature(f))
	}
	return nil
}

// coherent checks what one line alone does not tell.
func (s *Script) coherent() error {
	var errs []error
	complain := func(line int, what string) { errs = append(errs, &SyntaxError{s.Name, line, what}) }
	begun := false
	silent := map[string]bool{} // for whom nothing more is expected in this step
	last := (*item)(nil)        // the last line that is not free
	for i := range s.items {
		it := &s.items[i]
		switch {
		case it.act != nil:
			if it.act.beside && (last == nil || last.act == nil || last.act.kind == clock) {
				complain(it.line, "& wants something that is done on the line above")
			}
			begun = true
			clear(silent)
		case it.want != nil:
			w := it.want
			key := w.who + "@" + w.room
			if !begun {
				complain(it.line, "nothing has been done yet of which something could be expected")
			}
			if silent[key] {
				complain(it.line, "nothing more was expected for "+w.who)
			}
			silent[key] = w.kind == wantNothing
		case begun && isDirective(it.raw[0]):
			complain(it.line, "! only stands before everything that is done")
		}
		if !isFree(it.raw[0]) {
			last = it
		}
	}
	return errors.Join(errs...)
}
