// Command manyhands is the whole program: it serves the bot, plays a
// conversation in a terminal, and has the tools of the server's keeper.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // collectives have time zones, and a bare container has none

	"github.com/alecthomas/kong"

	"manyhands/bots/locale"
	"manyhands/core"
)

// version is set when a release is built.
var version = "development"

// CLI is the command line.
type CLI struct {
	Settings `embed:""`

	Serve      ServeCmd      `cmd:"" help:"Serve the web chat and the networks whose tokens are set."`
	Chat       ChatCmd       `cmd:"" help:"Have the same conversation in this terminal, or play a script of one."`
	Migrate    MigrateCmd    `cmd:"" help:"Bring the database's schema up to date."`
	Digest     DigestCmd     `cmd:"" help:"Print a collective's digest as a coordinator gets it."`
	Collective CollectiveCmd `cmd:"" help:"Make a collective and the invitation of its first coordinator."`
	Check      CheckCmd      `cmd:"" help:"Check settings, database and tokens, or that a running server is alive."`
	Version    VersionCmd    `cmd:"" help:"Print the version."`
}

// Streams are where a command reads and writes.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Outside is what the program takes from outside: a script brings its own.
type Outside struct {
	Clock  core.Clock
	Random core.Random
	// Catalogue is the sentences; read anew where it is nil.
	Catalogue *locale.Catalogue
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}

// run is main with streams passed in; it returns the exit status.
func run(ctx context.Context, args []string, io Streams) int {
	return runWith(ctx, args, io, Outside{Clock: time.Now, Random: core.CryptoRandom})
}

func runWith(ctx context.Context, args []string, io Streams, outside Outside) int {
	var cli CLI
	exited := -1
	parser, err := kong.New(&cli, kong.Name("manyhands"), kong.UsageOnError(),
		kong.Description("ManyHands is a chat bot owned by its users: workers who do click-work for artificial intelligence."),
		kong.Configuration(tomlSettings), kong.Writers(io.Out, io.Err), kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(io.Err, "manyhands:", err)
		return 1
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	kctx, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintln(io.Err, "manyhands:", err)
		return 2
	}
	if err := cli.check(); err != nil {
		fmt.Fprintln(io.Err, "manyhands:", err)
		return 2
	}
	kctx.BindTo(ctx, (*context.Context)(nil))
	err = kctx.Run(&cli.Settings, io, outside)
	var status exitStatus
	if errors.As(err, &status) {
		return int(status)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(io.Err, "manyhands:", err)
		return 1
	}
	return 0
}

// exitStatus ends the program with a status, everything having been said.
type exitStatus int

func (e exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// logTo is the program's log: plain lines, no personal text.
func logTo(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

// stopWithin is how long a stopping program may take to finish what it has
// begun.
const stopWithin = 10 * time.Second

// VersionCmd prints the version.
type VersionCmd struct{}

// Run prints it.
func (VersionCmd) Run(io Streams) error {
	_, err := fmt.Fprintln(io.Out, "manyhands", version)
	return err
}
