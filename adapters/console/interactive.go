package console

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/chzyer/readline"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/transcript"
)

// Interactive lets one person talk, a line at a time, until in ends or ctx
// does; both are a good end. Where in and out are a terminal, lines can be
// edited, and what comes unasked is shown when it comes; otherwise plain lines
// are read, and each is answered before the next is read.
//
// settle waits until what was said is answered. Its error ends the talk.
//
// Buttons are shown as "[1] Label" under their message. [1], [Label], or the
// bare number presses; a bare number is a text where the message asks for one.
// Nothing that is typed is written to a disk here.
//
// What the bot has for anybody else waits: the others are not at the terminal.
func (s *Stage) Interactive(ctx context.Context, as string, in io.Reader, out io.Writer, settle func(context.Context) error) error {
	s.mu.Lock()
	s.alone = as
	s.mu.Unlock()
	t := &talk{stage: s, as: as, settle: settle, out: out}
	if isTerminal(in) && isTerminal(out) {
		return t.atTerminal(ctx, &readline.Config{Stdin: in.(io.ReadCloser), Stdout: out})
	}
	return t.piped(ctx, in)
}

func isTerminal(x any) bool {
	f, ok := x.(*os.File)
	return ok && readline.IsTerminal(int(f.Fd()))
}

// talk is one person's conversation.
type talk struct {
	stage  *Stage
	as     string
	settle func(context.Context) error

	mu  sync.Mutex // one message at a time is printed
	out io.Writer
	// sees is what has been printed, without what was replaced.
	sees []transcript.Seen
}

// piped reads plain lines. Reading cannot be interrupted, so it has a
// goroutine of its own, which ends with in or with the process.
func (t *talk) piped(ctx context.Context, in io.Reader) error {
	lines, failed := make(chan string), make(chan error, 1)
	go func() {
		defer close(lines)
		r := bufio.NewReader(in)
		for {
			line, err := r.ReadString('\n')
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					failed <- err
				}
				return
			}
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			if !more {
				select {
				case err := <-failed:
					return fmt.Errorf("console: read: %w", err)
				default:
					return nil
				}
			}
			if err := t.line(ctx, line); err != nil {
				return err
			}
		}
	}
}

// line does what a typed line says, and shows the answer.
func (t *talk) line(ctx context.Context, line string) error {
	line = strings.TrimRight(line, "\r\n")
	if strings.TrimSpace(line) == "" {
		return nil
	}
	var err error
	if m, button, ok := t.pressed(line); ok {
		err = t.stage.Press(ctx, t.as, m, button)
	} else {
		err = t.stage.Say(ctx, t.as, "", line)
	}
	if err != nil {
		return err
	}
	if err := t.settle(ctx); err != nil {
		if ctx.Err() != nil {
			return nil // stopped while waiting
		}
		return fmt.Errorf("console: %w", err)
	}
	return t.print(ctx)
}

// pressed finds the button that a line means, if it means one.
func (t *talk) pressed(line string) (m transcript.Seen, button int, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	line = strings.TrimSpace(line)
	label, bracketed := strings.CutPrefix(line, "[")
	if bracketed {
		if label, bracketed = strings.CutSuffix(label, "]"); !bracketed {
			return m, 0, false
		}
	}
	number, err := strconv.Atoi(locale.LatinDigits(label))
	for i := len(t.sees) - 1; i >= 0; i-- {
		m := t.sees[i]
		out := m.Handle.(drawing).out
		buttons := buttonsOf(out)
		switch {
		case err == nil && !bracketed && out.Ask != nil:
			return m, 0, false
		case err == nil && (!bracketed || len(buttons) > 0): // the numbers last shown
			ok := number >= 1 && number <= len(buttons) && buttons[number-1].Data != ""
			return m, number - 1, ok
		case !bracketed:
			return m, 0, false
		}
		for n, b := range buttons {
			if strings.EqualFold(printable(b.Label), label) && b.Data != "" {
				return m, n, true
			}
		}
	}
	return m, 0, false
}

// print shows what has come since it was last called.
func (t *talk) print(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	news, err := t.stage.Seen(ctx, t.as)
	if err != nil {
		return err
	}
	for _, m := range news {
		kept := t.sees[:0:0]
		for _, old := range t.sees {
			if old.ID != m.ID {
				kept = append(kept, old)
			}
		}
		t.sees = append(kept, m)
		if len(t.sees) > maxSees {
			t.sees = t.sees[1:]
		}
		if _, err := io.WriteString(t.out, drawn(m.Handle.(drawing).out)); err != nil {
			return fmt.Errorf("console: write: %w", err)
		}
	}
	return nil
}

// maxSees is how many messages back a button can be pressed by its label.
const maxSees = 100

// drawn is a message as a terminal shows it: its lines, its buttons numbered
// below, and an empty line.
func drawn(o bots.Outgoing) string {
	var b strings.Builder
	b.WriteString(printable(o.Plain()))
	b.WriteByte('\n')
	if d := o.Document; d != nil { // what the bot hands over is text
		fmt.Fprintf(&b, "--- %s\n%s\n---\n", printable(d.Name), printable(string(d.Content)))
	}
	for i, x := range buttonsOf(o) {
		fmt.Fprintf(&b, "[%d] %s", i+1, printable(x.Label))
		if x.URL != "" {
			b.WriteString(": " + printable(x.URL))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.String()
}

// printable leaves out what a terminal must not get: control characters, which
// could move its cursor or worse, and isolates, which few terminals know.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) {
			return -1
		}
		return r
	}, locale.Strip(s))
}
