// Package audit is the append-only record of what was done with power: one
// chain of entries for each collective and one for the server. Each entry
// carries the hash of the one before it, so that whoever noted the last hash
// once can tell later whether anything before it was changed or taken out.
//
// An entry is written in the transaction of what it records. It holds no
// personal text. Outwardly an actor is a role only; inside there is the
// worker too, until that worker is erased: the hash covers the actor's seal,
// not the worker, so that a chain still verifies when the worker is gone from
// it.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
)

// Chain names a chain of entries: a collective's key. The zero Chain is the
// server's, for what concerns no collective.
type Chain uuid.UUID

// Role is as what somebody acted: all that is told of them outwardly.
type Role string

// The roles.
const (
	Member      Role = "member"
	Coordinator Role = "coordinator"
	Steward     Role = "steward"
	Keeper      Role = "keeper"  // the server's keeper, from the command line
	Program     Role = "program" // by itself, when a time had come
)

// Act names what was done: the noun and the verb, "member.removed". Each noun
// declares its own.
type Act string

// Hash is a SHA-256.
type Hash [sha256.Size]byte

// IsZero is true for the hash before the first entry.
func (h Hash) IsZero() bool { return h == Hash{} }

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Salt hides a worker in a Seal from whoever tries all workers.
type Salt [16]byte

// Actor is who acted. Worker and Salt are for the inside only, and zero where
// nobody did (the keeper, the program) or the worker has been erased since.
type Actor struct {
	Role   Role
	Worker uuid.UUID
	Salt   Salt
	// Seal is SealOf the worker and the salt, or zero for nobody; it stays
	// when they go.
	Seal Hash
}

// SealOf is the SHA-256 of salt and worker, one after the other; zero for no
// worker.
func SealOf(s Salt, worker uuid.UUID) Hash {
	if worker == uuid.Nil {
		return Hash{}
	}
	return sha256.Sum256(append(s[:], worker[:]...))
}

// Record is something done, about to be entered.
type Record struct {
	Chain Chain
	At    time.Time
	Role  Role
	// Worker is who did it, or zero.
	Worker uuid.UUID
	Act    Act
	// Subject is the outward name of what it was done to, or "".
	Subject core.Ref
	// Detail is what else must be known: words of ours and numbers, never
	// what somebody typed.
	Detail map[string]string
}

// Entry is a Record in its place in a chain.
type Entry struct {
	Chain   Chain
	Seq     int64 // from 1, without gaps
	At      time.Time
	Actor   Actor
	Act     Act
	Subject core.Ref
	Detail  map[string]string
	Prev    Hash // the hash of the entry before; zero for the first
	Hash    Hash // HashOf the entry
}

// Head is where a chain ends.
type Head struct {
	Seq  int64 // 0 where there is no entry yet
	Hash Hash
}

// Store keeps the chains.
type Store interface {
	// Append enters a record at the end of its chain, in ctx's transaction,
	// and returns the entry. Two appends to one chain go one after the other:
	// the second waits for the end of the first's transaction.
	Append(ctx context.Context, r Record) (Entry, error)
	// Entries returns at most limit entries of a chain after the given
	// number, in order.
	Entries(ctx context.Context, c Chain, after int64, limit int) ([]Entry, error)
	// Head returns where a chain ends.
	Head(ctx context.Context, c Chain) (Head, error)
}

// version begins what is hashed; another way of hashing needs another one.
const version = "manyhands audit 1"

// HashOf is the hash of an entry: the SHA-256 of these, each preceded by its
// length in bytes as 8 bytes, most significant first; numbers are 8 such bytes
// too:
//
//	version, chain (16 bytes), seq, at (microseconds since 1970 UTC), role,
//	seal (32 bytes), act, subject, the number of details, then each detail's
//	name and value in the order of the names' bytes, prev (32 bytes)
//
// Hash itself, the worker and the salt are not in it. It is no secret how to
// make one: what protects a chain is that others know its last hash.
func HashOf(e Entry) Hash {
	var b []byte
	text := func(s string) {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	number := func(n int64) {
		var eight [8]byte
		binary.BigEndian.PutUint64(eight[:], uint64(n)) // the same bits
		text(string(eight[:]))
	}
	text(version)
	text(string(e.Chain[:]))
	number(e.Seq)
	number(e.At.UnixMicro())
	text(string(e.Actor.Role))
	text(string(e.Actor.Seal[:]))
	text(string(e.Act))
	text(string(e.Subject))
	number(int64(len(e.Detail)))
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		text(name)
		text(e.Detail[name])
	}
	text(string(e.Prev[:]))
	return sha256.Sum256(b)
}

// Next puts a record after the end of its chain. At is cut to microseconds.
func (h Head) Next(r Record, salt Salt) Entry {
	e := Entry{
		Chain: r.Chain, Seq: h.Seq + 1, At: r.At.UTC().Truncate(time.Microsecond),
		Actor: Actor{Role: r.Role, Worker: r.Worker, Seal: SealOf(salt, r.Worker)},
		Act:   r.Act, Subject: r.Subject, Detail: maps.Clone(r.Detail), Prev: h.Hash,
	}
	if r.Worker != uuid.Nil {
		e.Actor.Salt = salt
	}
	e.Hash = HashOf(e)
	return e
}

// Broken is the first entry of a chain that is not as it was written.
type Broken struct {
	// Seq is the number that the entry has, or should have.
	Seq int64
	// Why is what is wrong with it, for a log or a keeper.
	Why string
}

func (b *Broken) Error() string { return fmt.Sprintf("audit: entry %d: %s", b.Seq, b.Why) }

// Verify checks a chain from its first entry on, and returns a *Broken that
// names the first bad one, or nil. What was cut off at the end it cannot see:
// Head.Verify does.
func Verify(entries []Entry) error {
	var at Head
	for _, e := range entries {
		next, err := at.follow(e, entries[0].Chain)
		if err != nil {
			return err
		}
		at = next
	}
	return nil
}

// Verify checks a chain from its first entry on, and that it reaches this
// head: the store's, or one that somebody noted earlier.
func (h Head) Verify(entries []Entry) error {
	if err := Verify(entries); err != nil {
		return err
	}
	switch {
	case int64(len(entries)) < h.Seq:
		return &Broken{Seq: int64(len(entries)) + 1, Why: "it is missing"}
	case h.Seq > 0 && entries[h.Seq-1].Hash != h.Hash:
		return &Broken{Seq: h.Seq, Why: "it is not the one that was noted"}
	}
	return nil
}

// follow checks that e comes next in its chain.
func (h Head) follow(e Entry, chain Chain) (Head, error) {
	broken := func(why string) (Head, error) { return h, &Broken{Seq: h.Seq + 1, Why: why} }
	switch {
	case e.Chain != chain:
		return broken("it is of another chain")
	case e.Seq != h.Seq+1:
		return broken("it is missing, or out of order")
	case e.Prev != h.Hash:
		return broken("it does not follow the one before")
	case e.Actor.Worker != uuid.Nil && e.Actor.Seal != SealOf(e.Actor.Salt, e.Actor.Worker):
		return broken("its actor was changed")
	case e.Hash != HashOf(e):
		return broken("it was changed")
	}
	return Head{Seq: e.Seq, Hash: e.Hash}, nil
}
