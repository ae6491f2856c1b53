package console

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chzyer/readline"

	"manyhands/bots"
	"manyhands/core"
)

// screen is what a terminal shows. It can be waited on.
type screen struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{}
}

func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.changed)
	s.changed = make(chan struct{})
	return s.text.Write(b)
}

// until waits for the screen to show something.
func (s *screen) until(t *testing.T, what string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for {
		s.mu.Lock()
		text, changed := s.text.String(), s.changed
		s.mu.Unlock()
		if strings.Contains(text, what) {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the screen shows %q, not %q", text, what)
		case <-changed:
		}
	}
}

// keyboard is a terminal without a terminal.
func keyboard(in io.ReadCloser, out io.Writer) *readline.Config {
	yes, fine := func() bool { return true }, func() error { return nil }
	return &readline.Config{
		Stdin: in, Stdout: out, Stderr: out, FuncIsTerminal: yes, FuncMakeRaw: fine, FuncExitRaw: fine,
		FuncGetWidth: func() int { return 80 }, FuncOnWidthChanged: func(func()) {}, ForceUseInteractive: true,
	}
}

// parrot says everything back: a bot that receives, handles and sends at once.
type parrot struct{ network *Network }

func (p *parrot) Receive(ctx context.Context, batch ...bots.Arrival) error {
	for _, a := range batch {
		m, err := p.network.Decode(a)
		if err != nil {
			return err
		}
		body, err := json.Marshal(bots.Outgoing{Blocks: []bots.OutBlock{{Text: "you said " + m.Text}}})
		if err != nil {
			return err
		}
		if _, err := p.network.Send(ctx, bots.Parcel{To: m.Here, Part: bots.Part{Body: body}}); err != nil {
			return err
		}
	}
	return nil
}

func (*parrot) Complete(context.Context, string, string, string, int) []bots.Completion { return nil }

func TestATalkAtATerminal(t *testing.T) {
	t.Parallel()
	s := NewStage(time.Now, core.CryptoRandom)
	p := &parrot{New(s)}
	running, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- p.network.Run(running, p) }()
	defer func() {
		stop()
		if err := <-ran; err != nil {
			t.Errorf("run: %v", err)
		}
	}()

	keys, typed := io.Pipe()
	types := func(keys string) {
		if _, err := io.WriteString(typed, keys); err != nil {
			t.Fatalf("%q could not be typed: %v", keys, err)
		}
	}
	shown := &screen{changed: make(chan struct{})}
	talked := make(chan error, 1)
	w := &talk{stage: s, as: "w1", settle: s.Reached}
	go func() { talked <- w.atTerminal(t.Context(), keyboard(keys, shown)) }()

	shown.until(t, "> ")
	types("helo\x02l\r") // one letter back, one put in
	shown.until(t, "you said hello")
	// What comes unasked is shown without anything being typed.
	if _, failure := s.show(privateOf("w1"), "", bots.Outgoing{Blocks: []bots.OutBlock{{Text: "The digest."}}}); failure != nil {
		t.Fatal(failure)
	}
	shown.until(t, "The digest.")
	types("\x10\r") // the line before, again
	shown.until(t, "The digest.")
	types("unfinished\x03") // given up
	types("good bye\r")
	shown.until(t, "you said good bye")
	types("\x04")
	if err := <-talked; err != nil {
		t.Fatal(err)
	}
	shown.mu.Lock()
	text := shown.text.String()
	shown.mu.Unlock()
	if strings.Count(text, "you said hello") != 2 || strings.Contains(text, "said unfinished") {
		t.Errorf("the screen shows %q", text)
	}
}

func TestATerminalIsLeftWhenTheProgramStops(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	keys, typed := io.Pipe()
	defer typed.Close()
	shown := &screen{changed: make(chan struct{})}
	s := NewStage(time.Now, core.CryptoRandom)
	talked := make(chan error, 1)
	w := &talk{stage: s, as: "w1", settle: s.Reached}
	go func() { talked <- w.atTerminal(ctx, keyboard(keys, shown)) }()
	shown.until(t, "> ")
	stop()
	if err := <-talked; err != nil {
		t.Error(err)
	}
}
