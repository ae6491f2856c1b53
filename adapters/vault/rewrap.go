package vault

import (
	"context"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/tink"

	"manyhands/core"
)

// RewrapStore is a KeyStore whose keys can be wrapped anew.
type RewrapStore interface {
	KeyStore
	// Replace puts fresh in the place of old in one step, and does nothing
	// where id is gone or is not old any more.
	Replace(ctx context.Context, id string, old, fresh []byte) error
}

// RewrapAll wraps every key under the new master and returns how many it
// changed. Nothing that was sealed changes, nor does any look-up. It can be
// cut off and run again: what the new master opens already is passed over.
// Stop all copies of the program first, since they make keys under the old
// master. It fails with ErrWrongMaster at a key that neither opens.
//
// A look-up key that leaked with the old master stays in use: with it and the
// database one can test whether a known account has a worker here.
func RewrapAll(ctx context.Context, store RewrapStore, from, to Master) (changed int, err error) {
	old, err := from.wrapper()
	if err != nil {
		return 0, err
	}
	fresh, err := to.wrapper()
	if err != nil {
		return 0, err
	}
	ids, err := store.List(ctx, "")
	if err != nil {
		return 0, fmt.Errorf("vault: list keys: %w", err)
	}
	for _, id := range ids {
		did, err := rewrap(ctx, store, id, old, fresh)
		if err != nil {
			return changed, fmt.Errorf("vault: rewrap, %d keys changed so far: %w", changed, err)
		}
		if did {
			changed++
		}
	}
	return changed, nil
}

func rewrap(ctx context.Context, store RewrapStore, id string, old, fresh tink.AEAD) (bool, error) {
	wrapped, err := store.Get(ctx, id)
	switch {
	case core.KindOf(err) == core.NotFound: // forgotten meanwhile
		return false, nil
	case err != nil:
		return false, err
	}
	if opens(fresh, id, wrapped) {
		return false, nil
	}
	again, err := rewrapped(id, wrapped, old, fresh)
	if err != nil {
		return false, err
	}
	if err := store.Replace(ctx, id, wrapped, again); err != nil {
		return false, err
	}
	return true, nil
}

func opens(wrap tink.AEAD, id string, wrapped []byte) bool {
	if id == lookupKey {
		_, err := wrap.Decrypt(wrapped, []byte(id))
		return err == nil
	}
	_, err := unwrapKey(wrap, id, wrapped)
	return err == nil
}

func rewrapped(id string, wrapped []byte, old, fresh tink.AEAD) ([]byte, error) {
	if id == lookupKey {
		key, err := old.Decrypt(wrapped, []byte(id))
		if err != nil {
			return nil, ErrWrongMaster
		}
		return fresh.Encrypt(key, []byte(id))
	}
	handle, err := unwrapKey(old, id, wrapped)
	if err != nil {
		return nil, ErrWrongMaster
	}
	return wrapKey(fresh, id, handle)
}
