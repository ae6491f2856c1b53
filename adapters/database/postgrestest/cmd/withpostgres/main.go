// Command withpostgres runs a command that has a PostgreSQL for its tests:
//
//	withpostgres -- go test ./...
//
// It uses the server named in MANYHANDS_TEST_DATABASE, or starts a private one
// (see package postgrestest), exports its URL in that variable, runs the
// command, and takes away what it started. On a server that it did not start
// it drops the databases that the run made. The status is the command's own,
// 128 and the signal's number where a signal ended it, and 125 where there was
// no server to be had.
//
// Interrupts, hang-ups and terminations go to the command and all that it
// started; then withpostgres waits for it and cleans up. Even when withpostgres
// itself is killed, the private server goes.
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"time"

	"manyhands/adapters/database/postgrestest"
)

// noServer is the status where the command could not be tried.
const noServer = 125

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		say("usage: withpostgres -- COMMAND [ARGUMENT...]")
		return 2
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, handed...)

	url, stop, err := server(signals)
	if err != nil {
		say("%v", err)
		return noServer
	}
	mark := strings.ToLower(rand.Text()[:8])
	status := command(args, append(os.Environ(),
		postgrestest.Env+"="+url, postgrestest.EnvRun+"="+mark), signals)
	if err := stop(mark); err != nil {
		say("clean up: %v", err)
		return max(status, 1)
	}
	return status
}

// server returns the URL of the server and how to leave it as it was.
func server(signals <-chan os.Signal) (url string, stop func(mark string) error, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	started := make(chan struct{})
	defer close(started)
	go func() {
		select {
		case <-signals:
			cancel()
		case <-started:
		}
	}()
	if url := os.Getenv(postgrestest.Env); url != "" {
		clean := func(mark string) error {
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			return postgrestest.Clean(ctx, url, mark)
		}
		return url, clean, postgrestest.Check(ctx, url)
	}
	begin := time.Now()
	s, err := postgrestest.Start(ctx, os.Stderr)
	if err != nil {
		return "", nil, err
	}
	say("PostgreSQL from %s, started as user %s in %.1f s", s.Programs, s.User, time.Since(begin).Seconds())
	return s.URL, func(string) error { return s.Stop() }, nil
}

// command runs the command in a process group of its own, hands signals to the
// whole group, and returns the status to leave with.
func command(args, env []string, signals <-chan os.Signal) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	group(cmd)
	if err := cmd.Start(); err != nil {
		say("%v", err)
		return 127
	}
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				hand(cmd, s)
			case <-ended:
				return
			}
		}
	}()
	err := cmd.Wait()
	close(ended)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		say("%v", err)
		return 1
	}
	return status(cmd.ProcessState)
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "withpostgres: "+format+"\n", args...)
}
