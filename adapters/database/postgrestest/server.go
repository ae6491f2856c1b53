package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Env is the variable with the URL of a server to use. Its user must be
// allowed to create databases; no database of that server is touched but those
// that the tests make themselves.
const Env = "MANYHANDS_TEST_DATABASE"

// A Server is one that the tests can use: a private cluster, started by [Start].
type Server struct {
	URL      string // of its database postgres, as a superuser
	Programs string // the folder of the server's programs
	User     string // the name or number of the system's user that it runs as

	// keeper is our end of the pipe: while it is open, the server stands. It must
	// stay reachable, or the garbage collector would close it.
	keeper io.Closer
	done   <-chan struct{} // closed when the keeper has cleaned up
}

// Stop shuts the server down at once and removes its folder. What was still
// connected is cut off.
func (s *Server) Stop() error {
	if err := s.keeper.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("postgrestest: the server did not stop within 20 s")
	}
}

// process is the server of this process: found or started at the first call,
// kept to the end. It is the one global of the package, since nothing else
// lives as long as a test process does; what it started is taken away by the
// keeper.
var process = sync.OnceValues(func() (*Server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	if url := os.Getenv(Env); url != "" {
		return &Server{URL: url}, Check(ctx, url)
	}
	return Start(ctx, os.Stderr)
})

// URL returns the URL of the server that the tests use: the one in [Env], or
// else a private one, started at the first call of the process and gone with
// it. Where there is none, the test fails with what to do about it.
func URL(tb testing.TB) string {
	tb.Helper()
	server, err := process()
	if err != nil {
		tb.Fatalf("postgrestest: %v", err)
	}
	return server.URL
}

// Check connects to the server at url and tells whether the tests can use it:
// version 13 or newer, and a user who may create databases.
func Check(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("%s is set, but: %w", Env, err)
	}
	defer conn.Close(ctx)
	var version int
	var may bool
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int,
		rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user`).Scan(&version, &may)
	switch {
	case err != nil:
		return fmt.Errorf("%s is set, but: %w", Env, err)
	case version < 130000:
		return fmt.Errorf("%s is set, but its server is older than PostgreSQL 13", Env)
	case !may:
		return fmt.Errorf("%s is set, but its user may not create databases: ALTER USER ... CREATEDB", Env)
	}
	return nil
}

// say tells progress on a line of its own.
func say(log io.Writer, format string, args ...any) {
	_, _ = fmt.Fprintf(log, "postgrestest: "+format+"\n", args...)
}
