package postgrestest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"manyhands/adapters/database/postgrestest"
)

func TestDatabaseIsEmptyAndItsOwn(t *testing.T) {
	t.Parallel()
	first, second := postgrestest.Database(t), postgrestest.Database(t)
	if first == second {
		t.Fatal("two calls share a database")
	}
	exec(t, first, "CREATE TABLE mine (n int)")
	if n := count(t, second, "SELECT count(*) FROM pg_class WHERE relname = 'mine'"); n != 0 {
		t.Error("a table made in one database is seen in the other")
	}
	if got := text(t, first, "SHOW server_encoding"); got != "UTF8" {
		t.Errorf("encoding %s, want UTF8", got)
	}
}

func TestDatabaseIsDroppedThoughSomebodyIsConnected(t *testing.T) {
	t.Parallel()
	var url string
	t.Run("a test that leaves a connection open", func(t *testing.T) {
		url = postgrestest.Database(t)
		conn := connect(t, url)
		if err := conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := pgx.Connect(t.Context(), url); err == nil || !strings.Contains(err.Error(), "does not exist") {
		t.Errorf("after its test the database answers %v, want that it does not exist", err)
	}
}

func TestTemplateIsBuiltOnceForAll(t *testing.T) {
	t.Parallel()
	var built atomic.Int32
	name := "once " + rand.Text()
	build := func(url string) error {
		built.Add(1)
		return execAt(url, "CREATE TABLE worker (name text); INSERT INTO worker VALUES ('first')")
	}
	t.Run("copies", func(t *testing.T) {
		for i := range 6 {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				t.Parallel()
				url := postgrestest.FromTemplate(t, name, build)
				exec(t, url, "INSERT INTO worker VALUES ('second')")
				if n := count(t, url, "SELECT count(*) FROM worker"); n != 2 {
					t.Errorf("%d workers, want the template's and this test's", n)
				}
			})
		}
	})
	if n := built.Load(); n != 1 {
		t.Errorf("built %d times, want once", n)
	}
}

func TestFailedTemplateIsNotKept(t *testing.T) {
	t.Parallel()
	name, broken := "broken "+rand.Text(), errors.New("migration 7 has a hole")
	fails := &recorder{TB: t}
	fails.run(func() {
		postgrestest.FromTemplate(fails, name, func(url string) error {
			return errors.Join(execAt(url, "CREATE TABLE half (n int)"), broken)
		})
	})
	if !strings.Contains(fails.message, broken.Error()) {
		t.Errorf("the test failed with %q, want it to say %q", fails.message, broken)
	}
	url := postgrestest.FromTemplate(t, name, func(url string) error { return execAt(url, "CREATE TABLE whole (n int)") })
	if n := count(t, url, "SELECT count(*) FROM pg_class WHERE relname = 'half'"); n != 0 {
		t.Error("what the failed build left is in the template")
	}
}

func TestCleanDropsOneRunsDatabasesOnly(t *testing.T) {
	t.Parallel()
	server := postgrestest.URL(t)
	mine, other := strings.ToLower(rand.Text()[:8]), strings.ToLower(rand.Text()[:8])
	for _, run := range []string{mine, other} {
		exec(t, server, "CREATE DATABASE mhtest_"+run+"_left TEMPLATE template0")
	}
	if err := postgrestest.Clean(t.Context(), server, mine); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { exec(t, server, "DROP DATABASE mhtest_"+other+"_left") })
	left := func(run string) int {
		return count(t, server, "SELECT count(*) FROM pg_database WHERE datname = 'mhtest_"+run+"_left'")
	}
	if left(mine) != 0 || left(other) != 1 {
		t.Errorf("left: %d of this run, %d of another; want 0 and 1", left(mine), left(other))
	}
}

func TestWrongURLIsNamed(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://nobody@127.0.0.1:1/x", "nonsense"} {
		err := postgrestest.Check(t.Context(), url)
		if err == nil || !strings.Contains(err.Error(), postgrestest.Env) {
			t.Errorf("%s: %v, want an error that names %s", url, err, postgrestest.Env)
		}
	}
}

// The benchmarks make a database and drop it again, as each test does.

func BenchmarkDatabase(b *testing.B) {
	postgrestest.URL(b)
	for b.Loop() {
		t := &scope{TB: b}
		postgrestest.Database(t)
		t.end()
	}
}

func BenchmarkFromTemplate(b *testing.B) {
	name := "bench " + rand.Text()
	postgrestest.FromTemplate(b, name, buildSchema)
	for b.Loop() {
		t := &scope{TB: b}
		postgrestest.FromTemplate(t, name, buildSchema)
		t.end()
	}
}

func BenchmarkFromTemplateParallel(b *testing.B) {
	name := "bench " + rand.Text()
	postgrestest.FromTemplate(b, name, buildSchema)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			t := &scope{TB: b}
			postgrestest.FromTemplate(t, name, buildSchema)
			t.end()
		}
	})
}

// buildSchema makes tables about as many as the product has.
func buildSchema(url string) error {
	var sql strings.Builder
	for i := range 30 {
		fmt.Fprintf(&sql, "CREATE TABLE t%d (id uuid PRIMARY KEY, a text, b int, c timestamptz);", i)
		fmt.Fprintf(&sql, "CREATE INDEX ON t%d (b, c);", i)
	}
	return execAt(url, sql.String())
}

// scope is a test within a benchmark: what it made goes at its end.
type scope struct {
	testing.TB
	after []func()
}

func (s *scope) Cleanup(f func()) { s.after = append(s.after, f) }

func (s *scope) end() {
	for _, f := range s.after {
		f()
	}
}

// recorder is a test that may fail without failing the one around it.
type recorder struct {
	testing.TB
	message string
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.message = fmt.Sprintf(format, args...)
	panic(r)
}

// run calls f, which may end early by Fatalf.
func (r *recorder) run(f func()) {
	var done sync.WaitGroup
	done.Go(func() {
		defer func() {
			if p := recover(); p != nil && p != any(r) {
				panic(p)
			}
		}()
		f()
	})
	done.Wait()
}

func connect(tb testing.TB, url string) *pgx.Conn {
	tb.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		tb.Fatal(err)
	}
	return conn
}

func exec(tb testing.TB, url, sql string) {
	tb.Helper()
	if err := execAt(url, sql); err != nil {
		tb.Fatal(err)
	}
}

func execAt(url, sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

func count(tb testing.TB, url, sql string) int { return one[int](tb, url, sql) }

func text(tb testing.TB, url, sql string) string { return one[string](tb, url, sql) }

func one[T any](tb testing.TB, url, sql string) (v T) {
	tb.Helper()
	conn := connect(tb, url)
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), sql).Scan(&v); err != nil {
		tb.Fatal(err)
	}
	return v
}
