package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// parseDirective understands what follows "! ", but "only".
func parseDirective(words []string) (*act, error) {
	if len(words) == 0 {
		return nil, errors.New("! wants a directive")
	}
	form, known := directives[words[0]]
	if !known {
		return nil, fmt.Errorf("there is no directive %q", words[0])
	}
	args := words[1:]
	if len(args) < form.least || (len(args) > form.least && !form.more) {
		return nil, fmt.Errorf("it is written: ! %s", form.usage)
	}
	a := &act{kind: form.kind}
	if form.kind == clock {
		return a, a.parseClock(args[0])
	}
	if form.kind == lang {
		a.hint, args = args[1], args[:1]
	}
	for _, n := range args {
		if !isName.MatchString(n) || n == serverName {
			return nil, fmt.Errorf("%q is no name for a person or a room", n)
		}
	}
	switch form.kind {
	case room, leave:
		a.room, a.members = args[0], args[1:]
	case migrate:
		a.room = args[0]
	case lang, block:
		a.who = args[0]
	}
	return a, nil
}

var directives = map[string]struct {
	kind  actKind
	usage string
	least int
	more  bool
}{
	"clock":   {clock, "clock 2026-11-24T08:00:00Z, or clock +7d", 1, false},
	"restart": {restart, "restart", 0, false},
	"kill":    {kill, "kill", 0, false},
	"lang":    {lang, "lang WHO HINT", 2, false},
	"room":    {room, "room ROOM WHO...", 2, true},
	"leave":   {leave, "leave ROOM WHO", 2, false},
	"block":   {block, "block WHO", 1, false},
	"migrate": {migrate, "migrate ROOM", 1, false},
	"again":   {again, "again", 0, false},
}

func (a *act) parseClock(s string) (err error) {
	if by, ok := strings.CutPrefix(s, "+"); ok {
		a.by, err = parseSpan(by)
		return err
	}
	if a.at, err = time.Parse(time.RFC3339, s); err != nil {
		return errors.New("the clock is set like this: ! clock 2026-11-24T08:00:00Z")
	}
	return nil
}

var (
	span     = regexp.MustCompile(`^(?:[0-9]{1,4}[wdhms])+$`)
	spanPart = regexp.MustCompile(`([0-9]+)([wdhms])`)
)

// parseSpan reads "7d" or "1d12h"; a day has 24 hours.
func parseSpan(s string) (time.Duration, error) {
	if !span.MatchString(s) {
		return 0, errors.New("time passes like this: ! clock +7d, or +1d12h, or +90m")
	}
	units := map[string]time.Duration{
		"w": 7 * 24 * time.Hour, "d": 24 * time.Hour, "h": time.Hour, "m": time.Minute, "s": time.Second,
	}
	var sum time.Duration
	for _, m := range spanPart.FindAllStringSubmatch(s, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * units[m[2]]
		if sum > 100*365*24*time.Hour {
			return 0, errors.New("that is more than a hundred years")
		}
	}
	return sum, nil
}
