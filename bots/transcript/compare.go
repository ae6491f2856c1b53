package transcript

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// filled is each item as it was said: with captured texts in their places.
func (p *player) filled(items []item) [][]string {
	out := make([][]string, len(items))
	for i, it := range items {
		out[i] = it.raw
		if it.act == nil {
			continue
		}
		out[i] = nil
		for _, line := range it.raw {
			out[i] = append(out[i], fillLine(line, p.have))
		}
	}
	return out
}

func fillLine(line string, have captures) string {
	var b strings.Builder
	for line != "" {
		if line[0] == '\\' && len(line) > 1 {
			b.WriteString(line[:2])
			line = line[2:]
			continue
		}
		if m := captureName.FindStringSubmatch(line); m != nil {
			if value, ok := have[m[1]]; ok {
				b.WriteString(quoteLine(value, false))
				line = line[len(m[0]):]
				continue
			}
		}
		b.WriteByte(line[0])
		line = line[1:]
	}
	return b.String()
}

// comparison is one step's: which of its items were kept to by which lines
// got.
type comparison struct {
	items []item
	gots  []got
	// receivers are all who expected or got something.
	receivers []receiver
	// byItem and byGot pair them, both ways; -1 is alone.
	byItem, byGot []int
}

// compare holds what was got against what the step expects, tells where they
// differ, and writes the step down.
func (p *player) compare(items []item, filled [][]string, gots []got) {
	c := &comparison{items: items, gots: gots, byItem: alone(len(items)), byGot: alone(len(gots))}
	order := p.order(items)
	for _, g := range gots { // also in a room that the script does not name
		order = append(order, receiverOf(g.who, g.room))
	}
	c.receivers = c.involved(order)
	for _, r := range c.receivers {
		c.align(r, p.have)
	}
	// An earlier line's capture binds the later ones, whoever gets them.
	for i, it := range items {
		g := c.byItem[i]
		if it.want == nil || g < 0 {
			continue
		}
		fresh, ok := it.want.match(gots[g], p.have)
		if !ok {
			c.byItem[i], c.byGot[g] = -1, -1
		}
		maps.Copy(p.have, fresh)
	}
	p.judge(c)
	p.record(c, filled)
}

func alone(n int) []int {
	a := make([]int, n)
	for i := range a {
		a[i] = -1
	}
	return a
}

// involved are all who expected or got something, in that order.
func (c *comparison) involved(order []receiver) []receiver {
	var rs []receiver
	for _, r := range order {
		wants, gots := c.of(r)
		if len(wants)+len(gots) > 0 && !slices.Contains(rs, r) {
			rs = append(rs, r)
		}
	}
	return rs
}

// of are a receiver's expectations and lines got, as indexes, in order.
// Expectations of nothing are not among them.
func (c *comparison) of(r receiver) (wants, gots []int) {
	for i, it := range c.items {
		if it.want != nil && it.want.kind != wantNothing && receiverOf(it.want.who, it.want.room) == r {
			wants = append(wants, i)
		}
	}
	for i, g := range c.gots {
		if receiverOf(g.who, g.room) == r {
			gots = append(gots, i)
		}
	}
	return wants, gots
}

// align pairs as many expectations with lines got as can be paired in order.
func (c *comparison) align(r receiver, have captures) {
	wants, gots := c.of(r)
	fits := make([][]bool, len(wants))
	for i, w := range wants {
		fits[i] = make([]bool, len(gots))
		for j, g := range gots {
			_, fits[i][j] = c.items[w].want.match(c.gots[g], have)
		}
	}
	// most[i][j] is how many can be paired from wants[i:] and gots[j:].
	most := make([][]int, len(wants)+1)
	for i := range most {
		most[i] = make([]int, len(gots)+1)
	}
	for i := len(wants) - 1; i >= 0; i-- {
		for j := len(gots) - 1; j >= 0; j-- {
			most[i][j] = max(most[i+1][j], most[i][j+1])
			if fits[i][j] {
				most[i][j] = max(most[i][j], 1+most[i+1][j+1])
			}
		}
	}
	for i, j := 0, 0; i < len(wants) && j < len(gots); {
		switch {
		case fits[i][j] && most[i][j] == 1+most[i+1][j+1]:
			c.byItem[wants[i]], c.byGot[gots[j]] = gots[j], wants[i]
			i, j = i+1, j+1
		case most[i][j] == most[i+1][j]:
			i++
		default:
			j++
		}
	}
}

// judge tells what was not kept to.
func (p *player) judge(c *comparison) {
	var failures []Failure
	for _, r := range c.receivers {
		if f, failed := p.judgeOne(c, r); failed {
			failures = append(failures, f)
		}
	}
	failures = append(failures, c.unseemly()...)
	slices.SortStableFunc(failures, func(a, b Failure) int { return cmp.Compare(a.Line, b.Line) })
	p.result.Failures = append(p.result.Failures, failures...)
}

func (p *player) judgeOne(c *comparison, r receiver) (Failure, bool) {
	wants, gots := c.of(r)
	f := Failure{Line: c.items[0].line}
	missing, unlisted := 0, 0
	for _, w := range wants {
		if c.byItem[w] < 0 {
			if missing++; missing == 1 {
				f.Line = c.items[w].line
			}
		}
	}
	for _, g := range gots {
		if c.byGot[g] < 0 {
			unlisted++
		}
	}
	if missing+unlisted == 0 {
		return f, false
	}
	name := cmp.Or(r.who, "the room "+r.room)
	silence := slices.IndexFunc(c.items, func(it item) bool {
		return it.want != nil && it.want.kind == wantNothing && it.want.room == "" && it.want.who == r.who
	})
	switch {
	case missing == 0 && silence >= 0:
		f.Line, f.What = c.items[silence].line, name+" was to get nothing more, and got"
	case missing == 0:
		f.What = name + " got what is not listed"
	case unlisted == 0:
		f.What = name + " did not get all that was expected"
	default:
		f.What = name + " got something else than was expected"
	}
	f.Diff = p.diff(c, wants, gots)
	return f, true
}

// unseemly finds members who saw in a room what they were not to see.
func (c *comparison) unseemly() []Failure {
	var fs []Failure
	for _, it := range c.items {
		if it.want == nil || it.want.kind != wantNothing || it.want.room == "" {
			continue
		}
		for _, g := range c.unwanted(it.want) {
			fs = append(fs, Failure{
				Line: it.line, What: it.want.who + " was to see nothing in the room " + it.want.room + ", and saw",
				Diff: marked("+ ", g.print(it.want.who)),
			})
		}
	}
	return fs
}

// unwanted are the lines that an expectation of nothing forbids: those that
// the person saw there and that are not listed as theirs.
func (c *comparison) unwanted(w *want) []got {
	var gs []got
	for i, g := range c.gots {
		listed := c.byGot[i] >= 0 && c.items[c.byGot[i]].want.who == w.who
		if g.room == w.room && slices.Contains(g.witnesses, w.who) && !listed {
			gs = append(gs, g)
		}
	}
	return gs
}

// diff shows one receiver's expectations beside what was got.
func (p *player) diff(c *comparison, wants, gots []int) []string {
	var out []string
	g := 0
	until := func(end int) { // what was got and not listed, up to there
		for ; g < end; g++ {
			out = append(out, marked("+ ", c.gots[gots[g]].print(c.gots[gots[g]].witnesses[0]))...)
		}
	}
	for _, w := range wants {
		it := c.items[w]
		if c.byItem[w] >= 0 {
			until(slices.Index(gots, c.byItem[w]))
			out = append(out, marked("  ", it.raw...)...)
			g++
			continue
		}
		out = append(out, marked("- ", it.raw...)...)
		for _, name := range it.want.names() {
			if value, ok := p.have[name]; ok {
				out = append(out, "  ({"+name+"} is "+quoteLine(value, false)+")")
			}
		}
	}
	until(len(gots))
	return out
}

// names are those of its captures.
func (w *want) names() []string {
	var names []string
	for _, p := range append([]pattern{w.text, w.fileType}, w.buttons...) {
		for _, x := range p {
			if x.kind == capture && !slices.Contains(names, x.text) {
				names = append(names, x.text)
			}
		}
	}
	return names
}

func marked(mark string, texts ...string) []string {
	var out []string
	for _, t := range texts {
		for line := range strings.SplitSeq(t, "\n") {
			out = append(out, mark+line)
		}
	}
	return out
}
