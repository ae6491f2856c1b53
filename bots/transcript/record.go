package transcript

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// record writes a step down: in the exchange as it happened, in the updated
// script with what held as it was written.
func (p *player) record(c *comparison, filled [][]string) {
	before, after := c.places()
	for i, it := range c.items {
		p.unlisted(c, before[i])
		switch {
		case it.want == nil:
			p.write(filled[i], it.raw)
		case it.want.kind == wantNothing:
			if len(c.unwanted(it.want)) == 0 {
				p.write(it.raw, it.raw)
			}
		case c.byItem[i] >= 0:
			p.write([]string{c.gots[c.byItem[i]].print(it.want.who)}, it.raw)
		}
		p.unlisted(c, after[i])
	}
}

func (p *player) unlisted(c *comparison, gots []int) {
	for _, g := range gots {
		line := []string{c.gots[g].print(p.witness(c, c.gots[g]))}
		p.write(line, line)
	}
}

// order is how receivers follow each other where the script does not say:
// those who did something first.
func (p *player) order(items []item) []receiver {
	var rs []receiver
	for _, it := range items {
		if it.act != nil {
			rs = append(rs, receiver{who: it.act.who}, receiver{room: it.act.room})
		}
	}
	for _, who := range append([]string{serverName}, p.script.people...) {
		rs = append(rs, receiver{who: who})
	}
	for _, room := range p.script.rooms {
		rs = append(rs, receiver{room: room})
	}
	return rs
}

// places finds where in the step the lines belong that nobody expected: after
// the one got before it by the same receiver, else before that receiver's
// first expectation, else at the end.
func (c *comparison) places() (before, after map[int][]int) {
	before, after = map[int][]int{}, map[int][]int{}
	end := 0
	for i, it := range c.items {
		if it.act != nil || it.want != nil {
			end = i
		}
	}
	for _, r := range c.receivers {
		wants, gots := c.of(r)
		last := -1
		for _, g := range gots {
			switch {
			case c.byGot[g] >= 0:
				last = c.byGot[g]
			case last >= 0:
				after[last] = append(after[last], g)
			case len(wants) > 0:
				before[wants[0]] = append(before[wants[0]], g)
			default:
				after[end] = append(after[end], g)
			}
		}
	}
	return before, after
}

// witness is who speaks of a line got: in a room, one who did something in
// this step, else the first who saw it.
func (p *player) witness(c *comparison, g got) string {
	for _, it := range c.items {
		if it.act != nil && slices.Contains(g.witnesses, it.act.who) {
			return it.act.who
		}
	}
	return g.witnesses[0]
}

// Update writes the updated script over the file at path, and tells whether
// anything changed. A script that was skipped is left as it is.
func Update(path string, r Result) (changed bool, err error) {
	if r.Skipped != "" {
		return false, nil
	}
	was, err := os.ReadFile(path)
	if err != nil {
		return false, fmt.Errorf("transcript: %w", err)
	}
	if strings.ReplaceAll(string(was), "\r\n", "\n") == r.Updated {
		return false, nil
	}
	// Written beside it first, so that a full disk costs no script.
	f, err := os.CreateTemp(filepath.Dir(path), ".transcript-*")
	if err != nil {
		return false, fmt.Errorf("transcript: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(r.Updated)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Chmod(f.Name(), 0o644)
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return false, fmt.Errorf("transcript: %w", err)
	}
	return true, nil
}
