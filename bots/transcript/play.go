package transcript

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// Result is what came of playing a script.
type Result struct {
	// Name is the script's.
	Name string
	// Skipped says why the script was not played, or is "".
	Skipped string
	// Steps is how many steps were played.
	Steps int
	// Exchange is all that was said, in the form of a script: captured texts
	// filled in, and what was got in place of what was expected.
	Exchange string
	// Updated is the script, with what was got in place of the expectations
	// that did not hold; those that held stay as they were written.
	Updated string
	// Failures are where the script was not kept to, in its order.
	Failures []Failure
}

// Failure is one place where a script was not kept to.
type Failure struct {
	Line int
	What string
	// Diff is what was expected (-), what was got (+) and what agreed, a
	// line each; nil where there is nothing to compare.
	Diff []string
}

// Err is nil where the script was kept to, or skipped; otherwise an error
// that tells all failures.
func (r Result) Err() error {
	if len(r.Failures) == 0 {
		return nil
	}
	return errors.New(r.Report())
}

// Report tells the failures for a person to read.
func (r Result) Report() string {
	var b strings.Builder
	for i, f := range r.Failures {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s:%d: %s", r.Name, f.Line, f.What)
		for _, d := range f.Diff {
			b.WriteString("\n    " + d)
		}
	}
	return b.String()
}

// Play plays a script in a world and holds it against what happened. It goes
// on after a failure. An error means that the world itself failed; the result
// then tells what happened until there.
func Play(ctx context.Context, s *Script, w World) (Result, error) {
	p := &player{script: s, world: w, have: captures{}, sees: map[string][]Seen{}, result: Result{Name: s.Name}}
	for _, f := range s.Only {
		if !w.Stage().Can(f) {
			p.result.Skipped = "needs " + string(f)
			return p.result, nil
		}
	}
	steps := s.steps()
	before := len(s.items)
	if len(steps) > 0 {
		before = steps[0].from
	}
	for _, it := range s.items[:before] {
		p.write(it.raw, it.raw)
	}
	for _, st := range steps {
		if err := p.step(ctx, st); err != nil {
			return p.done(), err
		}
		p.result.Steps++
	}
	return p.done(), nil
}

type player struct {
	script *Script
	world  World
	have   captures
	// sees is what stands before each person now, the oldest first.
	sees              map[string][]Seen
	exchange, updated strings.Builder
	result            Result
}

func (p *player) done() Result {
	p.result.Exchange, p.result.Updated = p.exchange.String(), p.updated.String()
	return p.result
}

// write adds lines to the exchange and to the updated script.
func (p *player) write(exchange, updated []string) {
	for _, l := range exchange {
		p.exchange.WriteString(l + "\n")
	}
	for _, l := range updated {
		p.updated.WriteString(l + "\n")
	}
}

func (p *player) fail(line int, diff []string, format string, args ...any) {
	p.result.Failures = append(p.result.Failures, Failure{Line: line, What: fmt.Sprintf(format, args...), Diff: diff})
}

// step does what is to be done, waits, and looks at what came of it.
func (p *player) step(ctx context.Context, st step) error {
	items := p.script.items[st.from:st.to]
	printed := make([]string, len(items)) // by the server
	var doing []func() error
	for i, it := range items {
		if it.act == nil {
			continue
		}
		do, err := p.prepare(ctx, it.act, func(out string) { printed[i] = out })
		if err != nil {
			p.fail(it.line, nil, "%s", err)
			continue
		}
		doing = append(doing, func() error {
			if err := do(); err != nil {
				return fmt.Errorf("%s:%d: %w", p.script.Name, it.line, err)
			}
			return nil
		})
	}
	filled := p.filled(items) // before anything is captured anew
	if err := together(doing); err != nil {
		return err
	}
	if err := p.settle(ctx); err != nil {
		return fmt.Errorf("%s:%d: %w", p.script.Name, items[0].line, err)
	}
	gots, err := p.look(ctx)
	if err != nil {
		return fmt.Errorf("%s:%d: %w", p.script.Name, items[0].line, err)
	}
	var out []got
	for _, text := range printed {
		if text = strings.TrimRight(text, "\n"); text != "" {
			out = append(out, got{who: serverName, witnesses: []string{serverName}, text: seen(text)})
		}
	}
	p.compare(items, filled, append(out, gots...))
	return nil
}

func (p *player) settle(ctx context.Context) error {
	if err := p.world.Settle(ctx); err != nil {
		return fmt.Errorf("settle: %w", err)
	}
	return nil
}

// together does all at the same time.
func together(doing []func() error) error {
	if len(doing) == 1 {
		return doing[0]()
	}
	start := make(chan struct{})
	errs := make([]error, len(doing))
	var wg sync.WaitGroup
	for i, do := range doing {
		wg.Go(func() {
			<-start
			errs[i] = do()
		})
	}
	close(start)
	wg.Wait()
	return errors.Join(errs...)
}

// look collects what everyone got since the last look, and keeps account of
// what stands before them.
func (p *player) look(ctx context.Context) ([]got, error) {
	type key struct {
		room, id string
		nth      int
	}
	var gots []got
	inRooms := map[key][]int{} // where the lines of a room's message are
	for _, who := range p.script.people {
		ms, err := p.world.Stage().Seen(ctx, who)
		if err != nil {
			return nil, fmt.Errorf("what %s sees: %w", who, err)
		}
		nth := map[string]int{}
		for _, m := range ms {
			m.Who = who
			if !p.keep(who, m) {
				continue
			}
			k := key{m.Room, m.ID, nth[m.ID]}
			nth[m.ID]++
			if at := inRooms[k]; m.Room != "" && at != nil {
				for _, i := range at {
					gots[i].witnesses = append(gots[i].witnesses, who)
				}
				continue
			}
			for _, g := range m.lines() {
				inRooms[k] = append(inRooms[k], len(gots))
				gots = append(gots, g)
			}
		}
	}
	return gots, nil
}

// keep notes a message as standing before a person. It returns false where
// nothing changed that can be seen.
func (p *player) keep(who string, m Seen) bool {
	if m.InPlace {
		for i, old := range p.sees[who] {
			if old.ID == m.ID {
				p.sees[who][i] = m
				return !same(old, m)
			}
		}
	}
	p.sees[who] = append(p.sees[who], m)
	return true
}

func same(a, b Seen) bool {
	as, bs := a.lines(), b.lines()
	a.InPlace, b.InPlace = true, true
	if len(as) != len(bs) {
		return false
	}
	for i := range as {
		x, y := as[i], bs[i]
		x.inPlace = y.inPlace
		if x.print(x.who) != y.print(y.who) {
			return false
		}
	}
	return true
}
