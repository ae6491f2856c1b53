// Package vaulttest has a store of keys in memory, and the tests that every
// store of keys must pass.
package vaulttest

import (
	"bytes"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"manyhands/adapters/vault"
	"manyhands/core"
)

// Memory is a key store that lives as long as the program. The zero value is
// ready for use.
type Memory struct {
	mu   sync.Mutex
	keys map[string][]byte
}

var _ vault.RewrapStore = (*Memory)(nil)

// Get returns the wrapped key, or a core.NotFound refusal.
func (m *Memory) Get(_ context.Context, id string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, ok := m.keys[id]
	if !ok {
		return nil, core.Refuse(core.NotFound, "error.erased")
	}
	return bytes.Clone(w), nil
}

// Put stores a key where there is none.
func (m *Memory) Put(_ context.Context, id string, wrapped []byte) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.keys == nil {
		m.keys = map[string][]byte{}
	}
	if _, ok := m.keys[id]; !ok {
		m.keys[id] = bytes.Clone(wrapped)
	}
	return bytes.Clone(m.keys[id]), nil
}

// Delete erases a key.
func (m *Memory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.keys, id)
	return nil
}

// List returns the ids that begin with prefix, sorted.
func (m *Memory) List(_ context.Context, prefix string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := slices.Sorted(maps.Keys(m.keys))
	return slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, prefix) }), nil
}

// Replace puts fresh in the place of old.
func (m *Memory) Replace(_ context.Context, id string, old, fresh []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if w, ok := m.keys[id]; ok && bytes.Equal(w, old) {
		m.keys[id] = bytes.Clone(fresh)
	}
	return nil
}

// Run holds a store to the contract of vault.RewrapStore. open returns an
// empty one.
func Run(t *testing.T, open func(t *testing.T) vault.RewrapStore) {
	t.Run("what is put is there until it is deleted", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t)
		wantGone(t, s, "case:1")
		wantPut(t, s, "case:1", "one", "one")
		wantKey(t, s, "case:1", "one")
		if err := s.Delete(ctx, "case:1"); err != nil {
			t.Fatal(err)
		}
		wantGone(t, s, "case:1")
		if err := s.Delete(ctx, "case:1"); err != nil {
			t.Errorf("deleting what is not there: %v", err)
		}
	})
	t.Run("the first writer wins", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		wantPut(t, s, "case:1", "one", "one")
		wantPut(t, s, "case:1", "two", "one")
		wantKey(t, s, "case:1", "one")
	})
	t.Run("of many writers at once one wins", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		const writers = 8
		var got [writers]string
		var all sync.WaitGroup
		for i := range writers {
			all.Go(func() {
				stored, err := s.Put(t.Context(), "queue:1", []byte{byte('a' + i)})
				if err != nil {
					t.Error(err)
				}
				got[i] = string(stored)
			})
		}
		all.Wait()
		for _, g := range got {
			if g != got[0] || g == "" {
				t.Fatalf("writers got %q", got)
			}
		}
		wantKey(t, s, "queue:1", got[0])
	})
	t.Run("ids are listed by how they begin", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		for _, id := range []string{"worker:1", "case:2", "case:1", "server", "case_:1", "Case:1"} {
			wantPut(t, s, id, id, id)
		}
		for prefix, want := range map[string][]string{
			"case:": {"case:1", "case:2"}, "queue:": nil, "server": {"server"}, "case_": {"case_:1"}, "%": nil,
		} {
			if got, err := s.List(t.Context(), prefix); err != nil || !slices.Equal(got, want) {
				t.Errorf("%q: %q, %v, want %q", prefix, got, err, want)
			}
		}
		if got, err := s.List(t.Context(), ""); err != nil || len(got) != 6 {
			t.Errorf("all: %q, %v", got, err)
		}
	})
	t.Run("only what is still the same is replaced", func(t *testing.T) {
		t.Parallel()
		ctx, s := t.Context(), open(t)
		wantPut(t, s, "case:1", "one", "one")
		for _, r := range []struct{ id, old, fresh string }{
			{"case:1", "other", "two"}, {"case:2", "one", "two"}, {"case:1", "one", "three"},
		} {
			if err := s.Replace(ctx, r.id, []byte(r.old), []byte(r.fresh)); err != nil {
				t.Fatal(err)
			}
		}
		wantKey(t, s, "case:1", "three")
		wantGone(t, s, "case:2")
	})
}

func wantGone(t *testing.T, s vault.KeyStore, id string) {
	t.Helper()
	if w, err := s.Get(t.Context(), id); core.KindOf(err) != core.NotFound {
		t.Errorf("%s: %q, %v, want core.NotFound", id, w, err)
	}
}

func wantKey(t *testing.T, s vault.KeyStore, id, want string) {
	t.Helper()
	if w, err := s.Get(t.Context(), id); err != nil || string(w) != want {
		t.Errorf("%s: %q, %v, want %q", id, w, err, want)
	}
}

func wantPut(t *testing.T, s vault.KeyStore, id, wrapped, want string) {
	t.Helper()
	if w, err := s.Put(t.Context(), id, []byte(wrapped)); err != nil || string(w) != want {
		t.Errorf("put %s: %q, %v, want %q", id, w, err, want)
	}
}
