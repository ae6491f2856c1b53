package database

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
)

func files(names ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for _, n := range names {
		m[n] = &fstest.MapFile{Data: []byte("CREATE TABLE t" + n[:4] + " (x INTEGER);")}
	}
	return m
}

func TestMigrationsThatDisagreeAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"a gap":                     {files("0001_a.sql", "0003_c.sql"), "0002 is missing"},
		"a number twice":            {files("0001_a.sql", "0001_b.sql"), "is both"},
		"half a pair":               {files("0001_a_postgres.sql"), "a pair"},
		"a pair of two names":       {files("0001_a_postgres.sql", "0001_b_sqlite.sql"), "is both"},
		"a pair and a common file":  {files("0001_a.sql", "0001_a_postgres.sql", "0001_a_sqlite.sql"), "one file, or a pair"},
		"a name without number":     {files("schema.sql"), "is not named"},
		"a number of three figures": {files("001_a.sql"), "is not named"},
	} {
		if _, err := plan(c.files, true); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something with %q", name, err, c.want)
		}
	}
	steps, err := plan(files("0001_a_postgres.sql", "0001_a_sqlite.sql", "0002_b.sql"), false)
	if err != nil || len(steps) != 2 || steps[1].Name != "b" {
		t.Errorf("a right plan gave %+v, %v", steps, err)
	}
}

func TestMigrationsAreAppliedOnceAndNeverEdited(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		applied, err := db.Migrate(t.Context())
		if err != nil || len(applied) != 0 {
			t.Fatalf("a second time: %v, %v", applied, err)
		}
		if _, err := db.apply(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "newer program") {
			t.Errorf("a database of a newer program: %v", err)
		}
		edited := []Migration{{Number: 1, Name: "conversation", SQL: "SELECT 1"}}
		if _, err := db.apply(t.Context(), edited); err == nil {
			t.Error("an edited migration was taken")
		}
	})
}

func TestFailedMigrationLeavesNothing(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, _ *testClock) {
		before := remembered(t, db)
		bad := Migration{Number: 99, Name: "bad", SQL: "CREATE TABLE half (x INTEGER); INSERT INTO remembered (name, value) VALUES ('half', ''); no such thing"}
		if err := db.InTx(t.Context(), func(ctx context.Context) error { return execAll(db.conn(ctx), bad.SQL) }); err == nil {
			t.Fatal("a bad migration was applied")
		}
		mustBe(t, db, before...)
	})
}
