//go:build unix

package postgrestest

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestWithpostgresPassesTheStatusOn(t *testing.T) {
	t.Parallel()
	program, server := build(t), URL(t)
	for script, want := range map[string]int{
		"exit 0":       0,
		"exit 7":       7,
		"kill -HUP $$": 129,
		"test " + quoteShell(server) + ` = "$` + Env + `"`: 0,
	} {
		cmd := exec.CommandContext(t.Context(), program, "--", "sh", "-c", script)
		cmd.Env = append(os.Environ(), Env+"="+server)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != want {
			t.Errorf("%s: status %d, want %d (%v, %s)", script, got, want, err, out)
		}
	}
}

func TestWithpostgresDropsWhatItsRunLeft(t *testing.T) {
	t.Parallel()
	program, server := build(t), URL(t)
	cmd := exec.CommandContext(t.Context(), program, "--", "sh", "-c", `echo "$`+EnvRun+`"; read -r _`)
	cmd.Env = append(os.Environ(), Env+"="+server)
	in, lines := pipes(t, cmd)
	left := prefixOf(lines()) + "left"
	err := onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "CREATE DATABASE "+quote(left)+" TEMPLATE template0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(in.Close(), ignoreStatus(cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	there := true
	err = onServer(server, func(ctx context.Context, conn *pgx.Conn) (err error) {
		there, err = exists(ctx, conn, left)
		return err
	})
	if err != nil || there {
		t.Errorf("after the run its database is there: %t (%v)", there, err)
	}
}

// Whatever ends withpostgres, its server goes and leaves nothing.
func TestWithpostgresLeavesNoServer(t *testing.T) {
	t.Parallel()
	if len(programs(t.Context())) == 0 {
		t.Log("no server programs on this machine: the tests use a server elsewhere, and there is no keeper to test")
		return
	}
	program := build(t)
	for name, end := range map[string]struct {
		do     func(withpostgres *os.Process, in io.Closer) error
		status int // -1: withpostgres itself ended by a signal
	}{
		"command ends": {func(_ *os.Process, in io.Closer) error { return in.Close() }, 0},
		"interrupt":    {func(p *os.Process, _ io.Closer) error { return p.Signal(syscall.SIGINT) }, 130},
		"terminate":    {func(p *os.Process, _ io.Closer) error { return p.Signal(syscall.SIGTERM) }, 143},
		"kill":         {func(p *os.Process, _ io.Closer) error { return p.Kill() }, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), program, "--", "sh", "-c", `echo "$`+Env+`"; exec cat`)
			cmd.Env = append(os.Environ(), Env+"=")
			in, lines := pipes(t, cmd)
			server := lines()
			folder := socketFolder(t, server)
			if _, err := os.Stat(folder); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			conn, err := pgx.Connect(ctx, server)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close(ctx)
			if err := errors.Join(end.do(cmd.Process, in), ignoreStatus(cmd.Wait())); err != nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != end.status {
				t.Errorf("status %d, want %d", got, end.status)
			}
			if err := goneBy(ctx, folder); err != nil {
				t.Error(err)
			}
			if err := conn.Ping(ctx); err == nil {
				t.Error("the server still answers")
			}
		})
	}
}

// goneBy waits until the folder is not there any more.
func goneBy(ctx context.Context, folder string) error {
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.New("the server's folder is still there: " + folder)
		case <-again.C:
		}
	}
}

// build compiles withpostgres for one test.
func build(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "withpostgres")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "./cmd/withpostgres")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// pipes starts the command and returns its input and a reader of its lines.
func pipes(t *testing.T, cmd *exec.Cmd) (in io.Closer, line func() string) {
	t.Helper()
	stdin, errIn := cmd.StdinPipe()
	stdout, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() })
	lines := bufio.NewScanner(stdout)
	return stdin, func() string {
		if !lines.Scan() {
			t.Fatalf("the command said nothing (%v)", lines.Err())
		}
		return lines.Text()
	}
}

// socketFolder is the folder of a private server.
func socketFolder(t *testing.T, server string) string {
	t.Helper()
	u, err := url.Parse(server)
	if err != nil || u.Query().Get("host") == "" {
		t.Fatalf("%q is not the URL of a private server (%v)", server, err)
	}
	return u.Query().Get("host")
}

// ignoreStatus drops the error that only says with which status a command ended.
func ignoreStatus(err error) error {
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		return nil
	}
	return err
}

func quoteShell(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
