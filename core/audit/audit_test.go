package audit_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"manyhands/core/audit"
)

var coordinator = uuid.MustParse("0190b8f0-0000-7000-8000-000000000001")

func chain(t *testing.T, n int) ([]audit.Entry, audit.Head) {
	t.Helper()
	var (
		head    audit.Head
		entries []audit.Entry
	)
	at := time.Date(2026, 11, 24, 8, 0, 0, 123456789, time.UTC)
	for i := range n {
		e := head.Next(audit.Record{
			Chain: audit.Chain{1}, At: at.Add(time.Duration(i) * time.Minute), Role: audit.Coordinator, Worker: coordinator,
			Act: "member.removed", Subject: "AAAAAAAAAAAAAAAAAAAAAA", Detail: map[string]string{"alone": "yes", "b": "2"},
		}, audit.Salt{byte(i), 7})
		entries = append(entries, e)
		head = audit.Head{Seq: e.Seq, Hash: e.Hash}
	}
	return entries, head
}

func TestAnUntouchedChainVerifies(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 5} {
		entries, head := chain(t, n)
		if err := audit.Verify(entries); err != nil {
			t.Errorf("%d entries: %v", n, err)
		}
		if err := head.Verify(entries); err != nil {
			t.Errorf("%d entries and their head: %v", n, err)
		}
	}
}

func TestEveryChangeIsFoundWhereItWasMade(t *testing.T) {
	t.Parallel()
	changes := map[string]func(*audit.Entry){
		"time":      func(e *audit.Entry) { e.At = e.At.Add(time.Microsecond) },
		"role":      func(e *audit.Entry) { e.Actor.Role = audit.Member },
		"worker":    func(e *audit.Entry) { e.Actor.Worker[15]++ },
		"salt":      func(e *audit.Entry) { e.Actor.Salt[0]++ },
		"seal":      func(e *audit.Entry) { e.Actor.Seal[0]++ },
		"act":       func(e *audit.Entry) { e.Act = "member.left" },
		"subject":   func(e *audit.Entry) { e.Subject = "BAAAAAAAAAAAAAAAAAAAAA" },
		"value":     func(e *audit.Entry) { e.Detail = map[string]string{"alone": "no", "b": "2"} },
		"detail":    func(e *audit.Entry) { e.Detail = map[string]string{"alone": "yes"} },
		"boundary":  func(e *audit.Entry) { e.Detail = map[string]string{"alon": "eyes", "b": "2"} },
		"hash":      func(e *audit.Entry) { e.Hash[0]++ },
		"link":      func(e *audit.Entry) { e.Prev[0]++ },
		"number":    func(e *audit.Entry) { e.Seq++ },
		"chain":     func(e *audit.Entry) { e.Chain[0]++ },
		"made anew": func(e *audit.Entry) { e.Act = "member.left"; e.Hash = audit.HashOf(*e) },
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			entries, _ := chain(t, 5)
			change(&entries[2])
			want := int64(3)
			if name == "made anew" {
				want = 4 // the entry itself agrees with itself; the next does not follow it
			}
			expectBroken(t, audit.Verify(entries), want)
		})
	}
}

func TestWhatIsTakenOutIsMissed(t *testing.T) {
	t.Parallel()
	entries, head := chain(t, 5)
	expectBroken(t, audit.Verify(slices.Delete(slices.Clone(entries), 1, 2)), 2)
	expectBroken(t, audit.Verify(entries[1:]), 1)
	swapped := slices.Clone(entries)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	expectBroken(t, audit.Verify(swapped), 2)
	if err := audit.Verify(entries[:3]); err != nil {
		t.Errorf("a beginning of a chain is a chain: %v", err)
	}
	expectBroken(t, head.Verify(entries[:3]), 4)
}

func TestAnEarlierHeadHoldsTheChainToWhatItWas(t *testing.T) {
	t.Parallel()
	entries, _ := chain(t, 5)
	noted := audit.Head{Seq: 3, Hash: entries[2].Hash}
	if err := noted.Verify(entries); err != nil {
		t.Errorf("a chain that grew: %v", err)
	}
	// Someone who can write everything makes the whole chain anew.
	var forged []audit.Entry
	var at audit.Head
	for _, e := range entries {
		f := at.Next(audit.Record{Chain: e.Chain, At: e.At, Role: e.Actor.Role, Act: "collective.settings"}, audit.Salt{})
		forged = append(forged, f)
		at = audit.Head{Seq: f.Seq, Hash: f.Hash}
	}
	if err := audit.Verify(forged); err != nil {
		t.Fatalf("the forged chain agrees with itself: %v", err)
	}
	expectBroken(t, noted.Verify(forged), 3)
}

func TestAnErasedWorkerLeavesTheChainWhole(t *testing.T) {
	t.Parallel()
	entries, head := chain(t, 3)
	for i := range entries {
		entries[i].Actor.Worker, entries[i].Actor.Salt = uuid.Nil, audit.Salt{}
	}
	if err := head.Verify(entries); err != nil {
		t.Error(err)
	}
}

func expectBroken(t *testing.T, err error, seq int64) {
	t.Helper()
	var b *audit.Broken
	if !errors.As(err, &b) {
		t.Fatalf("got %v, want entry %d to be named", err, seq)
	}
	if b.Seq != seq {
		t.Errorf("entry %d was named (%s), want %d", b.Seq, b.Why, seq)
	}
}
