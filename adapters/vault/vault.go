// Package vault seals what must not lie open in the database, and makes the
// look-ups that stand in for accounts. Every text is sealed under a data key
// (of a day's queue, a worker, a case, or the server); data keys lie wrapped
// in a KeyStore apart from the database, so that erasing a key erases what it
// sealed, in the database's backups too. The cryptography is Tink's.
package vault

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"

	"manyhands/core"
)

// KeyStore keeps wrapped data keys by id. It is asked by several goroutines
// and several copies of the program at once.
type KeyStore interface {
	// Get returns the wrapped key, or a core.NotFound refusal.
	Get(ctx context.Context, id string) (wrapped []byte, err error)
	// Put stores a wrapped key where there is none of that id, and returns
	// the one that is stored then: the first writer wins.
	Put(ctx context.Context, id string, wrapped []byte) (stored []byte, err error)
	// Delete erases a key for good. There may be none.
	Delete(ctx context.Context, id string) error
	// List returns the ids that begin with prefix, sorted; all for "".
	List(ctx context.Context, prefix string) ([]string, error)
}

// Ids of data keys: these prefixes with a name of the caller's, or ServerKey.
const (
	QueuePrefix  = "queue:"  // and a day: inbox, outbox and dialogs; made when first used
	WorkerPrefix = "worker:" // and a worker's key; made by MakeKey
	CasePrefix   = "case:"   // and a case's key; made by MakeKey
	ServerKey    = "server"  // what belongs to nobody; made when first used, never forgotten
)

// lookupKey is the id under which the look-up key is kept.
const lookupKey = "lookup"

// ErrKeyGone is the refusal of Seal and Open where the key was forgotten, or
// never made: what it sealed cannot be read any more.
var ErrKeyGone = core.Refuse(core.NotFound, "error.erased")

// ErrBroken is the fault of Open where a sealed text was altered, moved to
// another place, or sealed under another key.
var ErrBroken = errors.New("vault: the sealed text does not open")

// ErrWrongMaster is the fault of New and RewrapAll where the stored keys are
// not wrapped under the master that was given.
var ErrWrongMaster = errors.New("vault: the stored keys do not open with this master key")

// Vault seals and opens. It is safe for use by many goroutines.
type Vault struct {
	wrap   tink.AEAD
	lookup tink.MAC
	store  KeyStore
	opened *opened
}

// New opens a vault. The first time it lays down the look-up key in the
// store, and later it fails with ErrWrongMaster where the master is another.
func New(ctx context.Context, m Master, store KeyStore, clock core.Clock) (*Vault, error) {
	wrap, err := m.wrapper()
	if err != nil {
		return nil, err
	}
	key, err := layLookup(ctx, m, wrap, store)
	if err != nil {
		return nil, err
	}
	lookup, err := newLookup(key)
	if err != nil {
		return nil, err
	}
	return &Vault{wrap: wrap, lookup: lookup, store: store, opened: newOpened(clock)}, nil
}

// layLookup returns the look-up key. It is derived from the first master and
// kept wrapped like the others, since it must outlive a change of master: no
// look-up can be made anew.
func layLookup(ctx context.Context, m Master, wrap tink.AEAD, store KeyStore) ([]byte, error) {
	wrapped, err := store.Get(ctx, lookupKey)
	if core.KindOf(err) == core.NotFound {
		var key []byte
		if key, err = m.derive(lookupInfo); err != nil {
			return nil, err
		}
		if wrapped, err = wrap.Encrypt(key, []byte(lookupKey)); err != nil {
			return nil, fmt.Errorf("vault: wrap the look-up key: %w", err)
		}
		wrapped, err = store.Put(ctx, lookupKey, wrapped)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: look-up key: %w", err)
	}
	key, err := wrap.Decrypt(wrapped, []byte(lookupKey))
	if err != nil {
		return nil, ErrWrongMaster
	}
	return key, nil
}

// Lookup is the keyed hash (HMAC-SHA-256, 32 bytes) by which something is
// found again without being stored: an account by its network and user id.
// Different domains ("account", "lane", "update") never share a value, nor do
// the same letters divided otherwise between parts.
func (v *Vault) Lookup(domain string, parts ...string) []byte {
	n := 8 + len(domain)
	for _, p := range parts {
		n += 8 + len(p)
	}
	b := make([]byte, 0, n)
	b = append(binary.BigEndian.AppendUint64(b, uint64(len(domain))), domain...)
	for _, p := range parts {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(p))), p...)
	}
	hash, err := v.lookup.ComputeMAC(b)
	if err != nil {
		panic("vault: " + err.Error()) // HMAC takes any text
	}
	return hash
}

// Seal encrypts plain under a data key. associated says where the result will
// lie, such as "grievance/ID/story": Open wants the same, so that no sealed
// text can be moved to another row or column. A worker's or case's key that
// is not there is ErrKeyGone; it is never made here, lest one that was
// forgotten come back.
func (v *Vault) Seal(ctx context.Context, keyID, associated string, plain []byte) ([]byte, error) {
	a, err := v.key(ctx, keyID)
	if errors.Is(err, ErrKeyGone) && madeOnDemand(keyID) {
		a, err = v.make(ctx, keyID)
	}
	if err != nil {
		return nil, err
	}
	sealed, err := a.Encrypt(plain, []byte(associated))
	if err != nil {
		return nil, fmt.Errorf("vault: seal: %w", err)
	}
	return sealed, nil
}

// Open decrypts what Seal made. It returns ErrKeyGone where the key is
// forgotten, and ErrBroken where the text or its place is not the same.
func (v *Vault) Open(ctx context.Context, keyID, associated string, sealed []byte) ([]byte, error) {
	a, err := v.key(ctx, keyID)
	if err != nil {
		return nil, err
	}
	plain, err := a.Decrypt(sealed, []byte(associated))
	if err != nil {
		return nil, ErrBroken
	}
	return plain, nil
}

// MakeKey makes a data key where there is none of that id. Call it before the
// transaction that uses the key: the store is apart from the database, and a
// key that nothing uses can be swept.
func (v *Vault) MakeKey(ctx context.Context, keyID string) error {
	_, err := v.key(ctx, keyID)
	if errors.Is(err, ErrKeyGone) {
		_, err = v.make(ctx, keyID)
	}
	return err
}

// Forget erases a data key, and with it all that it sealed. This copy of the
// program forgets at once, others within CacheFor. The server's key cannot be
// forgotten.
func (v *Vault) Forget(ctx context.Context, keyID string) error {
	if !isKeyID(keyID) || keyID == ServerKey {
		return fmt.Errorf("vault: a key of this kind cannot be forgotten")
	}
	err := v.store.Delete(ctx, keyID)
	v.opened.drop(keyID)
	if err != nil {
		return fmt.Errorf("vault: forget a key: %w", err)
	}
	return nil
}

// Keys are the ids of the data keys that begin with prefix, for sweeping
// those that nothing uses and the queue keys of days gone by.
func (v *Vault) Keys(ctx context.Context, prefix string) ([]string, error) {
	ids, err := v.store.List(ctx, prefix)
	if err != nil {
		return nil, fmt.Errorf("vault: list keys: %w", err)
	}
	var out []string
	for _, id := range ids {
		if isKeyID(id) {
			out = append(out, id)
		}
	}
	return out, nil
}

func isKeyID(id string) bool {
	for _, p := range []string{QueuePrefix, WorkerPrefix, CasePrefix} {
		if strings.HasPrefix(id, p) && len(id) > len(p) {
			return true
		}
	}
	return id == ServerKey
}

func madeOnDemand(id string) bool { return id == ServerKey || strings.HasPrefix(id, QueuePrefix) }

// key returns a data key ready for use.
func (v *Vault) key(ctx context.Context, id string) (tink.AEAD, error) {
	if a := v.opened.get(id); a != nil {
		return a, nil
	}
	if !isKeyID(id) {
		return nil, errors.New("vault: not the id of a data key")
	}
	seen := v.opened.mark()
	wrapped, err := v.store.Get(ctx, id)
	switch {
	case core.KindOf(err) == core.NotFound:
		return nil, ErrKeyGone
	case err != nil:
		return nil, fmt.Errorf("vault: fetch a key: %w", err)
	}
	return v.take(id, wrapped, seen)
}

// make draws a data key and stores it, or takes the one that another writer
// stored before.
func (v *Vault) make(ctx context.Context, id string) (tink.AEAD, error) {
	handle, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("vault: make a key: %w", err)
	}
	wrapped, err := wrapKey(v.wrap, id, handle)
	if err != nil {
		return nil, err
	}
	seen := v.opened.mark()
	stored, err := v.store.Put(ctx, id, wrapped)
	if err != nil {
		return nil, fmt.Errorf("vault: store a key: %w", err)
	}
	return v.take(id, stored, seen)
}

// take unwraps a key and remembers it.
func (v *Vault) take(id string, wrapped []byte, seen mark) (tink.AEAD, error) {
	handle, err := unwrapKey(v.wrap, id, wrapped)
	if err != nil {
		return nil, ErrWrongMaster
	}
	a, err := aead.New(handle)
	if err != nil {
		return nil, fmt.Errorf("vault: open a key: %w", err)
	}
	v.opened.put(id, a, seen)
	return a, nil
}

// wrapKey encrypts a keyset with its id as associated data, so that no key
// can be passed off as another.
func wrapKey(wrap tink.AEAD, id string, handle *keyset.Handle) ([]byte, error) {
	var b bytes.Buffer
	if err := handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&b), wrap, []byte(id)); err != nil {
		return nil, fmt.Errorf("vault: wrap a key: %w", err)
	}
	return b.Bytes(), nil
}

func unwrapKey(wrap tink.AEAD, id string, wrapped []byte) (*keyset.Handle, error) {
	return keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(wrapped)), wrap, []byte(id))
}

// CacheFor is how long an opened key is used before the store is asked again,
// and so how long another copy of the program can still read what one copy
// has forgotten.
const CacheFor = time.Minute
