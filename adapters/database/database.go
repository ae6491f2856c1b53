// Package database keeps everything on PostgreSQL or SQLite: one store, two
// dialects, held to one conformance suite.
//
// Rows are unexported structs beside their queries, one file a noun; an
// accessor per noun (db.Ratings()) returns the Store that the noun declares.
// GORM is reached through conn only, which demands a transaction.
package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	sqlite "github.com/libtnb/sqlite"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"manyhands/core"
)

// Cipher seals what the database holds. The vault is one.
type Cipher interface {
	// Seal seals plain under a data key, bound to the place it is kept in.
	Seal(ctx context.Context, keyID, place string, plain []byte) ([]byte, error)
	// Open undoes Seal.
	Open(ctx context.Context, keyID, place string, sealed []byte) ([]byte, error)
	// MakeKey makes a data key where there is none.
	MakeKey(ctx context.Context, keyID string) error
	// Forget erases a data key, and with it all that it sealed.
	Forget(ctx context.Context, keyID string) error
	// Lookup is a keyed hash of parts.
	Lookup(domain string, parts ...string) []byte
}

// DB is a database.
type DB struct {
	write, read *gorm.DB
	postgres    bool
	away        error // what to say where the server does not answer
	cipher      Cipher
	clock       core.Clock
	random      core.Random
	seq         atomic.Int64
	// namesChanged is called after a commit that changed the directory.
	namesChanged func(ctx context.Context)
	path         string
}

// Options are what a DB needs besides its address.
type Options struct {
	Cipher Cipher
	Clock  core.Clock
	Random core.Random
}

// poolSize is the connections to PostgreSQL: measured best near 8 on 2 cores.
const poolSize = 8

// Open opens the database at address ("sqlite:PATH" or "postgres://..."). The
// schema is not touched: see Migrate.
func Open(ctx context.Context, address string, o Options) (*DB, error) {
	db := &DB{cipher: o.Cipher, clock: o.Clock, random: o.Random}
	var err error
	switch {
	case strings.HasPrefix(address, "postgres://"), strings.HasPrefix(address, "postgresql://"):
		err = db.openPostgres(address)
	case strings.HasPrefix(address, "sqlite:"):
		err = db.openSQLite(strings.TrimPrefix(address, "sqlite:"))
	default:
		return nil, errors.New("the database is neither sqlite:PATH nor postgres://USER@HOST/NAME")
	}
	if err != nil {
		return nil, err
	}
	if err := db.ping(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// unreachable says where nothing answers, without user and password.
func unreachable(cfg *pgx.ConnConfig) error {
	return fmt.Errorf("no PostgreSQL answers at %s, port %d, or it has no such database or user", cfg.Host, cfg.Port)
}

func config() *gorm.Config {
	return &gorm.Config{
		// Values never reach a log: errors are returned, and told once at
		// the edge.
		Logger:                 logger.Discard,
		SkipDefaultTransaction: true,
		TranslateError:         true,
		DisableAutomaticPing:   true,
	}
}

func (db *DB) openPostgres(address string) error {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return errors.New("the database's address cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	db.away = unreachable(cfg)
	pool := stdlib.OpenDB(*cfg)
	pool.SetMaxOpenConns(poolSize)
	pool.SetMaxIdleConns(poolSize)
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: pool}), config())
	if err != nil {
		return errors.Join(errors.New("the database did not open"), pool.Close())
	}
	db.write, db.read, db.postgres = g, g, true
	return nil
}

// sqlitePragmas: what is deleted is overwritten in the file, write-ahead log, a commit that is on the disk when it
// returns, foreign keys, and a writer that waits for another process.
const sqlitePragmas = "_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)&_pragma=secure_delete(1)"

// sqliteReaders is the size of the pool that reads beside the one writer.
const sqliteReaders = 4

func (db *DB) openSQLite(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("the database's folder cannot be made: %w", err)
	}
	if f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return fmt.Errorf("the database's file cannot be written: %w", err)
	} else if err := f.Close(); err != nil {
		return err
	}
	db.path = path
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + sqlitePragmas
	open := func(dsn string, most int) (*gorm.DB, error) {
		pool, err := sql.Open("sqlite", dsn)
		if err != nil {
			return nil, err
		}
		pool.SetMaxOpenConns(most)
		pool.SetMaxIdleConns(most)
		return gorm.Open(sqlite.New(sqlite.Config{Conn: pool}), config())
	}
	var err error
	if db.write, err = open(dsn+"&_txlock=immediate", 1); err != nil {
		return fmt.Errorf("the database did not open: %w", err)
	}
	if db.read, err = open(dsn, sqliteReaders); err != nil {
		return fmt.Errorf("the database did not open: %w", err)
	}
	return nil
}

func (db *DB) ping(ctx context.Context) error {
	for _, g := range db.pools() {
		pool, err := g.DB()
		if err != nil {
			return err
		}
		if err := pool.PingContext(ctx); err != nil {
			if db.away != nil {
				return db.away
			}
			return fmt.Errorf("the database does not answer: %w", fault(err))
		}
	}
	return nil
}

// OnNames sets what is called after each commit that changed the directory. It
// must be set before the database is used.
func (db *DB) OnNames(f func(ctx context.Context)) { db.namesChanged = f }

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return db.ping(ctx) }

func (db *DB) pools() []*gorm.DB {
	if db.postgres || db.read == nil {
		return []*gorm.DB{db.write}
	}
	return []*gorm.DB{db.write, db.read}
}

// Close closes the database.
func (db *DB) Close() error {
	var errs []error
	for _, g := range db.pools() {
		if pool, err := g.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	return errors.Join(errs...)
}

// nextSeq is a number larger than any before it in this process, near the time
// in nanoseconds: what orders a lane.
func (db *DB) nextSeq() int64 {
	for {
		last := db.seq.Load()
		next := max(db.clock().UnixNano(), last+1)
		if db.seq.CompareAndSwap(last, next) {
			return next
		}
	}
}
