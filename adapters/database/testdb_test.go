package database

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"manyhands/adapters/database/postgrestest"
	"manyhands/core"
)

// noon is when tests happen unless they say otherwise.
var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// testClock is a clock that a test moves.
type testClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *testClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *testClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// maskCipher stands in for the vault, which is another adapter: it masks
// rather than encrypts, and like the vault refuses another place or key, and a
// key that was not made or was forgotten.
type maskCipher struct {
	mu   sync.Mutex
	made map[string]bool
}

func newMaskCipher() *maskCipher { return &maskCipher{made: map[string]bool{}} }

func onDemand(id string) bool { return id == serverKey || strings.HasPrefix(id, "queue:") }

func (c *maskCipher) has(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return onDemand(id) || c.made[id]
}

func mask(b []byte) []byte {
	out := make([]byte, len(b))
	for i := range b {
		out[i] = b[i] ^ 0x5a
	}
	return out
}

func (c *maskCipher) Seal(_ context.Context, keyID, place string, plain []byte) ([]byte, error) {
	if !c.has(keyID) {
		return nil, core.Refuse(core.NotFound, "error.erased")
	}
	return append([]byte(keyID+"|"+place+"|"), mask(plain)...), nil
}

func (c *maskCipher) Open(_ context.Context, keyID, place string, sealed []byte) ([]byte, error) {
	if !c.has(keyID) {
		return nil, core.Refuse(core.NotFound, "error.erased")
	}
	rest, ok := strings.CutPrefix(string(sealed), keyID+"|"+place+"|")
	if !ok {
		return nil, errors.New("sealed elsewhere")
	}
	return mask([]byte(rest)), nil
}

func (c *maskCipher) MakeKey(_ context.Context, keyID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made[keyID] = true
	return nil
}

func (c *maskCipher) Forget(_ context.Context, keyID string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.made, keyID)
	return nil
}

func (c *maskCipher) Lookup(domain string, parts ...string) []byte {
	m := hmac.New(sha256.New, []byte("test "+domain))
	m.Write([]byte(strings.Join(parts, "\x00")))
	return m.Sum(nil)
}

// openSQLiteTest opens a new, migrated SQLite database of the test's own.
func openSQLiteTest(tb testing.TB, clock core.Clock) *DB {
	tb.Helper()
	return openMigrated(tb, "sqlite:"+filepath.Join(tb.TempDir(), "test.db"), clock)
}

func openMigrated(tb testing.TB, address string, clock core.Clock) *DB {
	tb.Helper()
	db, err := Open(tb.Context(), address, Options{Cipher: newMaskCipher(), Clock: clock, Random: core.CryptoRandom})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if _, err := db.Migrate(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return db
}

// openPostgresTest opens a new database on PostgreSQL, copied from a migrated
// template.
func openPostgresTest(tb testing.TB, clock core.Clock) *DB {
	tb.Helper()
	address := postgrestest.FromTemplate(tb, "manyhands", func(url string) error {
		db, err := Open(tb.Context(), url, Options{Cipher: newMaskCipher(), Clock: time.Now, Random: core.CryptoRandom})
		if err != nil {
			return err
		}
		_, err = db.Migrate(tb.Context())
		return errors.Join(err, db.Close())
	})
	return openMigrated(tb, address, clock)
}

// openBoth runs a test on both databases, each new and the test's own.
func openBoth(t *testing.T, test func(t *testing.T, db *DB, clock *testClock)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, core.Clock) *DB{"sqlite": openSQLiteTest, "postgres": openPostgresTest} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			clock := &testClock{now: noon}
			test(t, open(t, clock.Now), clock)
		})
	}
}

// inTx runs fn in a transaction that must succeed.
func inTx(tb testing.TB, db *DB, fn func(ctx context.Context) error) {
	tb.Helper()
	if err := db.InTx(tb.Context(), fn); err != nil {
		tb.Fatal(err)
	}
}
