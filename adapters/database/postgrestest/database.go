package postgrestest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// EnvRun is the variable with the mark of a run (letters and digits), which
// cmd/withpostgres sets: it is part of the name of each database that the run
// makes, so that [Clean] finds what an interrupted test left on a server that
// is not ours.
const EnvRun = "MANYHANDS_TEST_RUN"

// patience is how long making or dropping one database may take on a machine
// with much to do.
const patience = 2 * time.Minute

// Database makes a fresh, empty database (UTF-8) on the server of [URL] and
// returns its URL. It is dropped when the test ends, connections or not.
func Database(tb testing.TB) string {
	tb.Helper()
	return copyOf(tb, "template0 ENCODING 'UTF8'")
}

// FromTemplate makes a database that is a copy of a template and returns its
// URL; it is dropped when the test ends. The template is built by build, in an
// empty database at the URL given to it, by whichever test of whichever process
// comes first; the others wait for it. A copy costs about as much as an empty
// database. What build opened it must close again.
//
// The template is found by its name alone, and stays for the rest of the run
// (with a server of one's own in [Env] and no withpostgres: for ever). So the
// name must change when what build makes changes: put a hash of the migrations
// into it.
func FromTemplate(tb testing.TB, name string, build func(url string) error) string {
	tb.Helper()
	template, err := ensure(URL(tb), name, build)
	if err != nil {
		tb.Fatalf("postgrestest: template %s: %v", name, err)
	}
	return copyOf(tb, quote(template))
}

// copyOf makes a database with a random name from the template, which is
// already quoted, for the length of a test.
func copyOf(tb testing.TB, template string) string {
	tb.Helper()
	server, name := URL(tb), random()
	err := onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		// Copying files is twice as fast as writing them by way of the log (the
		// default), where the checkpoints that it needs cost nothing.
		var files bool
		err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int >= 150000
			AND NOT current_setting('fsync')::bool`).Scan(&files)
		if err != nil {
			return err
		}
		create := "CREATE DATABASE " + quote(name) + " TEMPLATE " + template
		if files {
			create += " STRATEGY FILE_COPY"
		}
		_, err = conn.Exec(ctx, create)
		return err
	})
	if err != nil {
		tb.Fatalf("postgrestest: make a database: %v", err)
	}
	tb.Cleanup(func() {
		if err := onServer(server, drop(name)); err != nil {
			tb.Errorf("postgrestest: drop the database of the test: %v", err)
		}
	})
	return at(tb, server, name)
}

// ensure returns the name of the template database, built where it is not there
// yet. A database bears that name only when it is built whole.
func ensure(server, name string, build func(url string) error) (string, error) {
	sum := sha256.Sum256([]byte(name))
	template := prefix() + "template_" + hex.EncodeToString(sum[:8])
	key := int64(binary.BigEndian.Uint64(sum[8:]))
	err := onServer(server, func(ctx context.Context, conn *pgx.Conn) error {
		there, err := exists(ctx, conn, template)
		if err != nil || there {
			return err
		}
		// The lock is given back with the connection.
		if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", key); err != nil {
			return err
		}
		if there, err := exists(ctx, conn, template); err != nil || there {
			return err
		}
		return raise(ctx, conn, server, template, build)
	})
	return template, err
}

// raise builds the template under another name and renames it when it is whole.
func raise(ctx context.Context, conn *pgx.Conn, server, template string, build func(url string) error) error {
	name := random()
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(name)+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return err
	}
	u, err := rename(server, name)
	if err == nil {
		err = build(u)
	}
	for _, sql := range []string{
		"ALTER DATABASE " + quote(name) + " ALLOW_CONNECTIONS false", // a connection would hinder every copy
		"ALTER DATABASE " + quote(name) + " RENAME TO " + quote(template),
	} {
		if err == nil {
			_, err = conn.Exec(ctx, sql)
		}
	}
	if err != nil {
		if gone := drop(name)(ctx, conn); gone != nil {
			return fmt.Errorf("%w (and it could not be dropped: %w)", err, gone)
		}
	}
	return err
}

// Clean drops every database that the run with this mark made on the server at
// url. With a private cluster there is no need to: all of it goes.
func Clean(ctx context.Context, url, run string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", prefixOf(run))
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := drop(name)(ctx, conn); err != nil {
			return err
		}
	}
	return nil
}

// onServer runs do on a connection to the server's own database.
func onServer(server string, do func(context.Context, *pgx.Conn) error) error {
	// Not the test's context: that one has ended when its cleanups run.
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	return do(ctx, conn)
}

func drop(name string) func(context.Context, *pgx.Conn) error {
	return func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
		return err
	}
}

func exists(ctx context.Context, conn *pgx.Conn, name string) (there bool, err error) {
	err = conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&there)
	return there, err
}

// at returns the URL of another database of the server.
func at(tb testing.TB, server, name string) string {
	tb.Helper()
	u, err := rename(server, name)
	if err != nil {
		tb.Fatalf("postgrestest: %v", err)
	}
	return u
}

func rename(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "", fmt.Errorf("%s is not of the form postgres://user@host:port/database", Env)
	}
	u.Path = "/" + name
	return u.String(), nil
}

func random() string { return prefix() + strings.ToLower(rand.Text()[:16]) }

// prefix begins the name of every database of this run.
func prefix() string { return prefixOf(os.Getenv(EnvRun)) }

func prefixOf(run string) string {
	if run == "" {
		run = "plain"
	}
	return "mhtest_" + run + "_"
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
