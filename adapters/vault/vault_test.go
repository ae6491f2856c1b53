package vault_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"manyhands/adapters/vault"
	"manyhands/adapters/vault/vaulttest"
	"manyhands/core"
)

func master(t testing.TB, b byte) vault.Master {
	t.Helper()
	m, err := vault.LoadMaster(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// clock is a clock that stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func standing() *clock { return &clock{now: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)} }

func open(t testing.TB, m vault.Master, s vault.KeyStore, c core.Clock) *vault.Vault {
	t.Helper()
	v, err := vault.New(context.Background(), m, s, c)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func fresh(t testing.TB) *vault.Vault {
	return open(t, master(t, 1), &vaulttest.Memory{}, standing().time)
}

func made(t testing.TB, v *vault.Vault, id string) {
	t.Helper()
	if err := v.MakeKey(context.Background(), id); err != nil {
		t.Fatal(err)
	}
}

func sealed(t testing.TB, v *vault.Vault, id, place, plain string) []byte {
	t.Helper()
	s, err := v.Seal(context.Background(), id, place, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func wantOpen(t testing.TB, v *vault.Vault, id, place string, s []byte, plain string) {
	t.Helper()
	if got, err := v.Open(context.Background(), id, place, s); err != nil || string(got) != plain {
		t.Errorf("%s: %q, %v, want %q", id, got, err, plain)
	}
}

func wantError(t testing.TB, v *vault.Vault, id, place string, s []byte, want error) {
	t.Helper()
	if got, err := v.Open(context.Background(), id, place, s); !errors.Is(err, want) {
		t.Errorf("%s: %q, %v, want %v", id, got, err, want)
	}
}

func TestWhatIsSealedOpens(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	made(t, v, "case:1")
	rapid.Check(t, func(r *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(r, "plain")
		place := rapid.String().Draw(r, "place")
		s := sealed(t, v, "case:1", place, string(plain))
		if len(plain) > 8 && bytes.Contains(s, plain) {
			r.Fatal("the text lies open")
		}
		wantOpen(t, v, "case:1", place, s, string(plain))
	})
	if bytes.Equal(sealed(t, v, "case:1", "a", "x"), sealed(t, v, "case:1", "a", "x")) {
		t.Error("the same text is sealed the same way twice")
	}
}

func TestAnotherPlaceOrKeyIsRefused(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	made(t, v, "case:1")
	made(t, v, "case:2")
	s := sealed(t, v, "case:1", "grievance/1/story", "it happened")
	wantError(t, v, "case:1", "grievance/2/story", s, vault.ErrBroken)
	wantError(t, v, "case:1", "", s, vault.ErrBroken)
	wantError(t, v, "case:2", "grievance/1/story", s, vault.ErrBroken)
}

func TestAlteredTextIsRefused(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	s := sealed(t, v, "queue:2026-11-25", "inbox/1", "hello")
	for i := range s {
		bad := bytes.Clone(s)
		bad[i] ^= 1
		wantError(t, v, "queue:2026-11-25", "inbox/1", bad, vault.ErrBroken)
		wantError(t, v, "queue:2026-11-25", "inbox/1", s[:i], vault.ErrBroken)
	}
	wantError(t, v, "queue:2026-11-25", "inbox/1", append(bytes.Clone(s), 0), vault.ErrBroken)
	wantError(t, v, "queue:2026-11-25", "inbox/1", nil, vault.ErrBroken)
}

func TestForgottenKeyStaysForgotten(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	v := fresh(t)
	for _, id := range []string{"case:1", "worker:1"} {
		made(t, v, id)
		s := sealed(t, v, id, "a", "x")
		if err := v.Forget(ctx, id); err != nil {
			t.Fatal(err)
		}
		wantError(t, v, id, "a", s, vault.ErrKeyGone)
		if _, err := v.Seal(ctx, id, "a", []byte("y")); !errors.Is(err, vault.ErrKeyGone) || core.KindOf(err) != core.NotFound {
			t.Errorf("%s: sealing made the key anew: %v", id, err)
		}
		wantError(t, v, id, "a", s, vault.ErrKeyGone)
		if err := v.Forget(ctx, id); err != nil {
			t.Errorf("%s: the second time: %v", id, err)
		}
		// Even a key of the same id does not bring back what was erased.
		made(t, v, id)
		wantError(t, v, id, "a", s, vault.ErrBroken)
	}
}

func TestWhichKeysAreMadeOnDemand(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	v := fresh(t)
	for _, id := range []string{"queue:2026-11-25", "server"} {
		wantError(t, v, id, "a", nil, vault.ErrKeyGone) // opening makes none
		wantOpen(t, v, id, "a", sealed(t, v, id, "a", "x"), "x")
	}
	for _, id := range []string{"worker:1", "case:1"} {
		if _, err := v.Seal(ctx, id, "a", nil); !errors.Is(err, vault.ErrKeyGone) {
			t.Errorf("%s: %v", id, err)
		}
	}
	for _, id := range []string{"", "case:", "lookup", "other:1", "server:1", "Case:1"} {
		if _, err := v.Seal(ctx, id, "a", nil); err == nil || errors.Is(err, vault.ErrKeyGone) {
			t.Errorf("%q was taken for an id: %v", id, err)
		}
		if err := v.MakeKey(ctx, id); err == nil {
			t.Errorf("%q: a key was made", id)
		}
	}
	for _, id := range []string{"lookup", "server", "", "case:"} {
		if err := v.Forget(ctx, id); err == nil {
			t.Errorf("%q was forgotten", id)
		}
	}
	if ids, err := v.Keys(ctx, ""); err != nil || !slices.Equal(ids, []string{"queue:2026-11-25", "server"}) {
		t.Errorf("keys: %q, %v", ids, err)
	}
}

func TestMakingAKeyTwiceKeepsTheFirst(t *testing.T) {
	t.Parallel()
	store, c := &vaulttest.Memory{}, standing()
	one, two := open(t, master(t, 1), store, c.time), open(t, master(t, 1), store, c.time)
	made(t, one, "case:1")
	s := sealed(t, one, "case:1", "a", "x")
	made(t, one, "case:1")
	made(t, two, "case:1")
	wantOpen(t, one, "case:1", "a", s, "x")
	wantOpen(t, two, "case:1", "a", s, "x")
}

func TestOtherCopiesForgetWithinAMinute(t *testing.T) {
	t.Parallel()
	store, c := &vaulttest.Memory{}, standing()
	one, two := open(t, master(t, 1), store, c.time), open(t, master(t, 1), store, c.time)
	made(t, one, "case:1")
	s := sealed(t, one, "case:1", "a", "x")
	wantOpen(t, two, "case:1", "a", s, "x")
	if err := one.Forget(t.Context(), "case:1"); err != nil {
		t.Fatal(err)
	}
	c.move(vault.CacheFor)
	wantError(t, two, "case:1", "a", s, vault.ErrKeyGone)
}

// slow is a store in which something happens between a key's being fetched
// and its arrival.
type slow struct {
	vaulttest.Memory
	meanwhile func()
}

func (s *slow) Get(ctx context.Context, id string) ([]byte, error) {
	w, err := s.Memory.Get(ctx, id)
	if id == "case:1" && err == nil && s.meanwhile != nil {
		do := s.meanwhile
		s.meanwhile = nil
		do()
	}
	return w, err
}

func TestKeyForgottenWhileItIsFetchedIsNotHeld(t *testing.T) {
	t.Parallel()
	store, c := &slow{}, standing()
	v := open(t, master(t, 1), store, c.time)
	made(t, v, "case:1")
	s := sealed(t, v, "case:1", "a", "x")
	c.move(vault.CacheFor) // so that it is fetched again
	store.meanwhile = func() {
		if err := v.Forget(context.Background(), "case:1"); err != nil {
			t.Error(err)
		}
	}
	if _, err := v.Open(t.Context(), "case:1", "a", s); err != nil && !errors.Is(err, vault.ErrKeyGone) {
		t.Errorf("meanwhile: %v", err)
	}
	wantError(t, v, "case:1", "a", s, vault.ErrKeyGone)
}

func TestMoreKeysThanAreHeld(t *testing.T) {
	t.Parallel()
	v := fresh(t)
	const keys = 2500
	texts := make([][]byte, keys)
	for i := range texts {
		id := fmt.Sprintf("worker:%d", i)
		made(t, v, id)
		texts[i] = sealed(t, v, id, "a", id)
	}
	for i, s := range texts {
		id := fmt.Sprintf("worker:%d", i)
		wantOpen(t, v, id, "a", s, id)
	}
}

func TestUseAtOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	v := fresh(t)
	made(t, v, "case:0")
	var all sync.WaitGroup
	for w := range 8 {
		all.Go(func() {
			id := fmt.Sprintf("worker:%d", w)
			for range 50 {
				made(t, v, id)
				for _, k := range []string{id, "queue:2026-11-25", "case:0"} {
					wantOpen(t, v, k, "a", sealed(t, v, k, "a", k), k)
				}
				if err := v.Forget(ctx, id); err != nil {
					t.Error(err)
				}
				v.Lookup("account", id)
			}
		})
	}
	all.Wait()
}

func TestAnotherMasterIsNoticedAtTheStart(t *testing.T) {
	t.Parallel()
	store := &vaulttest.Memory{}
	open(t, master(t, 1), store, standing().time)
	if _, err := vault.New(t.Context(), master(t, 2), store, standing().time); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("got %v", err)
	}
}

func TestKeyPassedOffAsAnotherIsRefused(t *testing.T) {
	t.Parallel()
	ctx, store := t.Context(), &vaulttest.Memory{}
	v := open(t, master(t, 1), store, standing().time)
	made(t, v, "case:1")
	w, err := store.Get(ctx, "case:1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(ctx, "case:2", w); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Seal(ctx, "case:2", "a", nil); !errors.Is(err, vault.ErrWrongMaster) {
		t.Errorf("got %v", err)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	store := &vaulttest.Memory{}
	v := open(t, master(t, 1), store, standing().time)
	again := open(t, master(t, 1), store, standing().time)
	other := open(t, master(t, 2), &vaulttest.Memory{}, standing().time)
	first := v.Lookup("account", "a", "bc")
	if len(first) != 32 || !bytes.Equal(first, again.Lookup("account", "a", "bc")) {
		t.Errorf("%d bytes, or not the same again", len(first))
	}
	seen := map[string]string{}
	for name, hash := range map[string][]byte{
		"a bc":          first,
		"ab c":          v.Lookup("account", "ab", "c"),
		"abc":           v.Lookup("account", "abc"),
		"abc and none":  v.Lookup("account", "abc", ""),
		"none and abc":  v.Lookup("account", "", "abc"),
		"no part":       v.Lookup("account"),
		"empty part":    v.Lookup("account", ""),
		"lane":          v.Lookup("lane", "a", "bc"),
		"account a":     v.Lookup("accounta", "bc"),
		"other master":  other.Lookup("account", "a", "bc"),
		"part is bytes": v.Lookup("account", "a\x00\x00\x00\x00\x00\x00\x00\x02bc"),
	} {
		if same, ok := seen[string(hash)]; ok {
			t.Errorf("%s and %s are the same", name, same)
		}
		seen[string(hash)] = name
	}
}

func TestMemory(t *testing.T) {
	t.Parallel()
	vaulttest.Run(t, func(*testing.T) vault.RewrapStore { return &vaulttest.Memory{} })
}

func BenchmarkSeal(b *testing.B) {
	v, plain := fresh(b), []byte("acme 0,40 € 12min rejected, and they gave no reason at all")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Seal(b.Context(), "queue:2026-11-25", "inbox/1", plain); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	v := fresh(b)
	s := sealed(b, v, "queue:2026-11-25", "inbox/1", "acme 0,40 € 12min rejected, and they gave no reason at all")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(b.Context(), "queue:2026-11-25", "inbox/1", s); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLookup(b *testing.B) {
	v := fresh(b)
	b.ReportAllocs()
	for b.Loop() {
		v.Lookup("account", "telegram", "1234567890")
	}
}

func BenchmarkMakeKey(b *testing.B) {
	v := fresh(b)
	for i := 0; b.Loop(); i++ {
		made(b, v, fmt.Sprintf("case:%d", i))
	}
}
