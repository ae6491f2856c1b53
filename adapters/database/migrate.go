package database

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"manyhands/migrations"
)

// Migration is one numbered step of the schema.
type Migration struct {
	Number int
	Name   string
	SQL    string
}

func (m Migration) sum() string {
	s := sha256.Sum256([]byte(m.SQL))
	return hex.EncodeToString(s[:])
}

var migrationName = regexp.MustCompile(`^(\d{4})_([a-z0-9_]+?)(?:_(postgres|sqlite))?\.sql$`)

// plan reads the migrations of one dialect in order. A number used twice, a
// gap, a half of a pair, or a pair that disagrees in name is refused.
func plan(files fs.FS, postgres bool) ([]Migration, error) {
	entries, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, err
	}
	type step struct{ name, both, postgres, sqlite string }
	steps := map[int]*step{}
	for _, file := range entries {
		m := migrationName.FindStringSubmatch(file)
		if m == nil {
			return nil, fmt.Errorf("migrations: %s is not named NNNN_name.sql", file)
		}
		n, _ := strconv.Atoi(m[1])
		s := steps[n]
		if s == nil {
			s = &step{name: m[2]}
			steps[n] = s
		}
		if s.name != m[2] {
			return nil, fmt.Errorf("migrations: number %04d is both %q and %q", n, s.name, m[2])
		}
		text, err := fs.ReadFile(files, file)
		if err != nil {
			return nil, err
		}
		switch m[3] {
		case "postgres":
			s.postgres = string(text)
		case "sqlite":
			s.sqlite = string(text)
		default:
			s.both = string(text)
		}
	}
	var all []Migration
	for n, s := range steps {
		pair := s.postgres != "" && s.sqlite != ""
		if (s.both != "") == (s.postgres != "" || s.sqlite != "") || (s.both == "" && !pair) {
			return nil, fmt.Errorf("migrations: number %04d must be one file, or a pair for both dialects", n)
		}
		sql := s.both
		if sql == "" {
			if sql = s.sqlite; postgres {
				sql = s.postgres
			}
		}
		all = append(all, Migration{Number: n, Name: s.name, SQL: sql})
	}
	slices.SortFunc(all, func(a, b Migration) int { return cmp.Compare(a.Number, b.Number) })
	for i, m := range all {
		if m.Number != i+1 {
			return nil, fmt.Errorf("migrations: number %04d is missing", i+1)
		}
	}
	return all, nil
}

// Migrate brings the schema up to date and returns what it applied. Each step
// is applied whole or not at all; one at a time where several copies of the
// program start at once. A step that was applied and has been edited since, or
// that this program does not know, is an error.
func (db *DB) Migrate(ctx context.Context) ([]Migration, error) {
	all, err := plan(migrations.Files, db.postgres)
	if err != nil {
		return nil, err
	}
	applied, err := db.apply(ctx, all)
	if err != nil {
		return nil, err
	}
	return applied, db.resumeSeq(ctx)
}

// resumeSeq lets numbers go on behind those that are there, though the clock
// may have been set back since.
func (db *DB) resumeSeq(ctx context.Context) error {
	return db.View(ctx, func(ctx context.Context) error {
		var last *int64
		err := db.conn(ctx).Raw(`SELECT MAX(n) FROM (SELECT MAX(seq) AS n FROM inbox UNION ALL SELECT MAX(seq) FROM outbox
			UNION ALL SELECT MAX(changed_seq) FROM platform UNION ALL SELECT MAX(changed_seq) FROM requester) AS numbers`).Scan(&last).Error
		if err == nil && last != nil {
			db.seq.Store(max(db.seq.Load(), *last))
		}
		return err
	})
}

// migrationLock is an arbitrary number that copies of this program share.
const migrationLock = 7_215_003

func (db *DB) apply(ctx context.Context, all []Migration) (applied []Migration, err error) {
	err = db.InTx(ctx, func(ctx context.Context) error {
		applied = nil
		g := db.conn(ctx)
		if db.postgres {
			if err := g.Exec("SELECT pg_advisory_xact_lock(?)", migrationLock).Error; err != nil {
				return err
			}
		}
		if err := g.Exec(`CREATE TABLE IF NOT EXISTS schema_step (
			number INTEGER PRIMARY KEY, name TEXT NOT NULL, sum TEXT NOT NULL)`).Error; err != nil {
			return err
		}
		done, err := stepsDone(g)
		if err != nil {
			return err
		}
		for n, s := range done {
			if n > len(all) {
				return fmt.Errorf("the database was made by a newer program (step %04d %s): start that one, or restore a backup", n, s.Name)
			}
		}
		for _, m := range all {
			if s, ok := done[m.Number]; ok {
				if s.Sum != m.sum() {
					return fmt.Errorf("migration %04d_%s was changed after it was applied", m.Number, m.Name)
				}
				continue
			}
			if err := execAll(g, m.SQL); err != nil {
				return fmt.Errorf("migration %04d_%s: %w", m.Number, m.Name, err)
			}
			if err := g.Exec("INSERT INTO schema_step (number, name, sum) VALUES (?, ?, ?)", m.Number, m.Name, m.sum()).Error; err != nil {
				return err
			}
			applied = append(applied, m)
		}
		return nil
	})
	return applied, err
}

type stepRow struct {
	Number int
	Name   string
	Sum    string
}

func stepsDone(g *gorm.DB) (map[int]stepRow, error) {
	var rows []stepRow
	if err := g.Raw("SELECT number, name, sum FROM schema_step").Scan(&rows).Error; err != nil {
		return nil, err
	}
	done := map[int]stepRow{}
	for _, r := range rows {
		done[r.Number] = r
	}
	return done, nil
}

// execAll runs a file's statements one by one. Our files hold no semicolon
// inside a statement, which a test checks by applying them.
func execAll(g *gorm.DB, text string) error {
	var kept []string
	for _, line := range strings.Split(text, "\n") {
		if code, _, _ := strings.Cut(line, "--"); strings.TrimSpace(code) != "" {
			kept = append(kept, code)
		}
	}
	for _, statement := range strings.Split(strings.Join(kept, "\n"), ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if err := g.Exec(statement).Error; err != nil {
			return err
		}
	}
	return nil
}
