package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"manyhands/core"
)

// beMain makes the test binary be the program itself, so that a real process
// can be killed.
const beMain = "TEST_BINARY_IS_MANYHANDS"

// process is the real program talking to one person over pipes.
type process struct {
	cmd  *exec.Cmd
	in   io.WriteCloser
	out  *bufio.Scanner
	test *testing.T
}

func startProcess(t *testing.T, s Settings, args ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.CommandContext(t.Context(), exe, append(args, "--data", s.Data, "--database", s.Database, "--key", s.Key)...), test: t}
	p.cmd.Env = append(os.Environ(), beMain+"=1")
	p.cmd.Stderr = t.Output()
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	return p
}

// say types a line and returns the answer: what is printed up to an empty line.
func (p *process) say(line string) string {
	p.test.Helper()
	if _, err := io.WriteString(p.in, line+"\n"); err != nil {
		p.test.Fatalf("%q: %v", line, err)
	}
	var b strings.Builder
	for p.out.Scan() {
		if p.out.Text() == "" {
			return b.String()
		}
		b.WriteString(p.out.Text() + "\n")
	}
	p.test.Fatalf("%q: no answer: %v", line, p.out.Err())
	return ""
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	p.test.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.test.Fatal(err)
	}
	_ = p.cmd.Wait()
}

// A process that is killed in the middle of a dialog, and started again, goes
// on where it was.
func TestKilledProcessGoesOn(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scriptSettings(t, postgres)
			p := startProcess(t, s, "chat", "--as", "w1")
			p.say("/rate")
			p.say("Invented Labels")
			p.kill()
			p = startProcess(t, s, "chat", "--as", "w1")
			if got := p.say("toloka"); !strings.Contains(got, "Toloka") {
				t.Fatalf("after the kill the dialog answers %q", got)
			}
			p.kill()
			p = startProcess(t, s, "chat", "--as", "w1")
			if got := p.say("/rate toloka fair 2 nothing lost"); !strings.Contains(got, "nothing lost") {
				t.Fatalf("after the second kill a rating is answered %q", got)
			}
		})
	}
}

func TestPipedChatAnswersPlainLinesAndEndsWell(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var out, errs strings.Builder
	status := runWith(t.Context(), []string{"chat", "--as", "w1", "--data", dir},
		Streams{In: strings.NewReader("/help\n"), Out: &out, Err: &errs}, Outside{Clock: time.Now, Random: core.CryptoRandom})
	if status != 0 || !strings.Contains(out.String(), "/rate") || strings.ContainsAny(out.String(), "\x1b\u2068") {
		t.Fatalf("status %d, printed %q, complained %q", status, out.String(), errs.String())
	}
}

func mainIfAsked() {
	if os.Getenv(beMain) != "" {
		os.Exit(run(context.Background(), os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
	}
}
