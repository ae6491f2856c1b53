package vault_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"manyhands/adapters/vault"
	"manyhands/adapters/vault/vaulttest"
)

func TestRewrappedKeysOpenTheSameTexts(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), &vaulttest.Memory{}
	from, to := master(t, 1), master(t, 2)
	before := open(t, from, store, standing().time)
	made(t, before, "case:1")
	inCase, inQueue := sealed(t, before, "case:1", "a", "x"), sealed(t, before, "queue:1", "b", "y")
	account := before.Lookup("account", "1")

	if n, err := vault.RewrapAll(ctx, store, from, to); err != nil || n != 3 { // with the look-up key
		t.Fatalf("%d keys, %v", n, err)
	}
	after := open(t, to, store, standing().time)
	wantOpen(t, after, "case:1", "a", inCase, "x")
	wantOpen(t, after, "queue:1", "b", inQueue, "y")
	if !bytes.Equal(after.Lookup("account", "1"), account) {
		t.Error("an account would not be found again")
	}
	if _, err := vault.New(ctx, from, store, standing().time); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("the old master: %v", err)
	}
	if n, err := vault.RewrapAll(ctx, store, from, to); err != nil || n != 0 {
		t.Errorf("again: %d keys, %v", n, err)
	}
	if _, err := vault.RewrapAll(ctx, store, from, master(t, 3)); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("with a wrong old master: %v", err)
	}
}

// failing breaks down at its third replacement.
type failing struct {
	vaulttest.Memory
	left int
}

var errCut = errors.New("cut off")

func (f *failing) Replace(ctx context.Context, id string, old, fresh []byte) error {
	if f.left--; f.left < 0 {
		return errCut
	}
	return f.Memory.Replace(ctx, id, old, fresh)
}

func TestRewrappingGoesOnWhereItWasCutOff(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), &failing{left: 2}
	from, to := master(t, 1), master(t, 2)
	before := open(t, from, store, standing().time)
	texts := map[string][]byte{}
	for _, id := range []string{"case:1", "case:2", "worker:1", "worker:2"} {
		made(t, before, id)
		texts[id] = sealed(t, before, id, "a", id)
	}
	if n, err := vault.RewrapAll(ctx, store, from, to); !errors.Is(err, errCut) || n != 2 {
		t.Fatalf("%d keys, %v", n, err)
	}
	store.left = 100
	if n, err := vault.RewrapAll(ctx, store, from, to); err != nil || n != 3 {
		t.Fatalf("%d keys, %v", n, err)
	}
	after := open(t, to, store, standing().time)
	for id, s := range texts {
		wantOpen(t, after, id, "a", s, id)
	}
}
