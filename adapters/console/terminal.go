package console

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/chzyer/readline"
)

// atTerminal reads lines with editing. Earlier lines come back with the arrow
// keys while the program runs; no file remembers them.
func (t *talk) atTerminal(ctx context.Context, c *readline.Config) error {
	// The library closes neither a pending read nor the terminal's file.
	stdin := readline.NewCancelableStdin(c.Stdin)
	c.Stdin = stdin
	c.Prompt = "> "
	c.HistoryFile = ""
	if c.FuncGetWidth == nil {
		c.FuncGetWidth = width
	}
	rl, err := readline.NewEx(c)
	if err != nil {
		return fmt.Errorf("console: terminal: %w", err)
	}
	defer rl.Close()
	stop := context.AfterFunc(ctx, func() { _ = stdin.Close() }) // nothing more is read, whatever it says
	defer stop()
	t.out = rl.Stdout() // draws the prompt anew below what it prints

	watching, done := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer done()
	wg.Go(func() {
		for t.stage.news(watching, t.as) == nil {
			if t.print(watching) != nil {
				return // the next line finds out
			}
		}
	})
	for ctx.Err() == nil {
		line, err := rl.Readline()
		switch {
		case errors.Is(err, readline.ErrInterrupt) && line != "":
			continue // the line is given up, not the talk
		case errors.Is(err, readline.ErrInterrupt), errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("console: read: %w", err)
		}
		if err := t.line(ctx, line); err != nil {
			return err
		}
	}
	return nil
}

// width is that of the terminal. One that does not say (a container's) would
// let the library's cursor run in circles.
func width() int {
	if w := readline.GetScreenWidth(); w > 0 {
		return w
	}
	return 80
}

// news waits until there is something that a person has not seen.
func (s *Stage) news(ctx context.Context, who string) error {
	for {
		s.mu.Lock()
		n, changed := len(s.person(who).unseen), s.changed
		s.mu.Unlock()
		if n > 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
