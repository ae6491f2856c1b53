package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"

	"manyhands/core"
)

// errNoTransaction is returned by every statement whose context carries no
// transaction: a caller who lost it must not write beside it unnoticed.
var errNoTransaction = errors.New("database: outside a transaction")

// errLost is returned by InTx where the transaction cannot be trusted any more.
var errLost = errors.New("database: the transaction was lost")

type txKey struct{}

// tx is a transaction in progress. Its statements carry ctx, the
// transaction's own context, and never a caller's: on SQLite a cancelled
// statement rolls the whole transaction back without saying so.
type tx struct {
	gorm  *gorm.DB
	depth int
	lost  bool
	// namesChanged asks for Options.NamesChanged after the commit.
	namesChanged bool
}

func txOf(ctx context.Context) *tx {
	t, _ := ctx.Value(txKey{}).(*tx)
	return t
}

// conn is the only way to GORM for whatever belongs to a transaction.
func (db *DB) conn(ctx context.Context) *gorm.DB {
	if t := txOf(ctx); t != nil {
		return t.gorm
	}
	g := db.read.Session(&gorm.Session{NewDB: true})
	_ = g.AddError(errNoTransaction)
	return g
}

const (
	// txTimeout bounds a transaction of one message; nothing that a person
	// waits for takes nearly as long.
	txTimeout = 30 * time.Second
	// txTries is how often a transaction is tried where the database could
	// not take it just now (a deadlock, a busy file, a broken connection).
	txTries = 5
	// txPause is the wait before the second try; it doubles.
	txPause = 10 * time.Millisecond
	// guard is the savepoint that proves, by still being there before the
	// commit, that the transaction was not rolled back underneath.
	guard = "manyhands_guard"
)

// InTx runs fn in one transaction; see bots.Transactions.
func (db *DB) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if txOf(ctx) != nil {
		return errors.New("database: InTx inside InTx")
	}
	wait := txPause
	for try := 1; ; try++ {
		err := db.once(ctx, db.write, nil, fn)
		if err == nil || try == txTries || ctx.Err() != nil || !passing(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(wait):
			wait *= 2
		}
	}
}

// View runs fn in a transaction that only reads.
func (db *DB) View(ctx context.Context, fn func(ctx context.Context) error) error {
	if txOf(ctx) != nil {
		return fn(ctx)
	}
	return db.once(ctx, db.read, &sql.TxOptions{ReadOnly: db.postgres}, fn)
}

func (db *DB) once(ctx context.Context, on *gorm.DB, o *sql.TxOptions, fn func(ctx context.Context) error) (err error) {
	own, cancel := context.WithTimeout(context.WithoutCancel(ctx), txTimeout)
	defer cancel()
	var opts []*sql.TxOptions
	if o != nil {
		opts = append(opts, o)
	}
	g := on.WithContext(own).Begin(opts...)
	if g.Error != nil {
		return fmt.Errorf("begin: %w", fault(g.Error))
	}
	t := &tx{gorm: g}
	done := false
	defer func() {
		if !done {
			_ = g.Rollback() // also on a panic; its error says nothing new
		}
	}()
	if err := g.Exec("SAVEPOINT " + guard).Error; err != nil {
		return fmt.Errorf("begin: %w", fault(err))
	}
	if err := fn(context.WithValue(own, txKey{}, t)); err != nil {
		return fault(err)
	}
	if t.lost {
		return errLost
	}
	if err := g.Exec("RELEASE SAVEPOINT " + guard).Error; err != nil {
		return fmt.Errorf("%w: %w", errLost, fault(err))
	}
	if err := g.Commit().Error; err != nil {
		return fmt.Errorf("commit: %w", fault(err))
	}
	done = true
	if t.namesChanged && db.namesChanged != nil {
		db.namesChanged(ctx)
	}
	return nil
}

// Savepoint runs fn inside ctx's transaction; see bots.Transactions.
func (db *DB) Savepoint(ctx context.Context, fn func(ctx context.Context) error) error {
	t := txOf(ctx)
	if t == nil {
		return errNoTransaction
	}
	t.depth++
	defer func() { t.depth-- }()
	name := fmt.Sprintf("manyhands_%d", t.depth)
	run := func(statement string) error {
		if err := t.gorm.Exec(statement + " " + name).Error; err != nil {
			t.lost = true
			return fmt.Errorf("savepoint: %w", fault(err))
		}
		return nil
	}
	if err := run("SAVEPOINT"); err != nil {
		return err
	}
	err := fn(ctx)
	if core.KindOf(err) != "" {
		if lost := errors.Join(run("ROLLBACK TO SAVEPOINT"), run("RELEASE SAVEPOINT")); lost != nil {
			return lost
		}
		return err
	}
	if err != nil {
		t.lost = true
		return fault(err)
	}
	return run("RELEASE SAVEPOINT")
}

// Fault is a database's error without the values that it may quote: what may
// be logged.
type Fault struct {
	Code  string // an SQLSTATE, an SQLite code, or a word
	cause error
}

func (f *Fault) Error() string { return "database: " + f.Code }

// Is compares with the causes that this package's own code asks for.
func (f *Fault) Is(target error) bool {
	return (target == gorm.ErrDuplicatedKey || target == gorm.ErrRecordNotFound ||
		target == context.Canceled || target == context.DeadlineExceeded || target == errNoTransaction) && errors.Is(f.cause, target)
}

// fault hides what a driver's error says behind its code. Errors that are not
// a driver's pass as they are.
func fault(err error) error {
	var (
		known *Fault
		pg    *pgconn.PgError
		lite  interface{ Code() int }
		conn  *pgconn.ConnectError
	)
	switch {
	case err == nil, errors.As(err, &known), core.KindOf(err) != "":
		return err
	case errors.As(err, &pg):
		return &Fault{Code: pg.Code, cause: err}
	case errors.As(err, &lite):
		return &Fault{Code: fmt.Sprintf("sqlite %d", lite.Code()), cause: err}
	case errors.As(err, &conn):
		return &Fault{Code: "no connection", cause: err}
	case errors.Is(err, gorm.ErrRecordNotFound):
		return &Fault{Code: "not found", cause: err}
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return &Fault{Code: "duplicate", cause: err}
	case errors.Is(err, errNoTransaction):
		return &Fault{Code: "outside a transaction", cause: err}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), strings.Contains(err.Error(), "conn closed"):
		return &Fault{Code: "connection lost", cause: err}
	}
	return err
}

// passing tells whether the same transaction may well succeed when tried
// again: serialisation failures and deadlocks, a busy file, a lost connection,
// a server that is starting or stopping.
func passing(err error) bool {
	var f *Fault
	if !errors.As(err, &f) {
		return false
	}
	switch f.Code {
	case "40001", "40P01", "55P03", "57P01", "57P02", "57P03", "53300", "no connection", "connection lost":
		return true
	}
	var lite interface{ Code() int }
	if errors.As(f.cause, &lite) {
		primary := lite.Code() & 0xff
		return primary == 5 || primary == 6 // SQLITE_BUSY, SQLITE_LOCKED
	}
	return false
}
