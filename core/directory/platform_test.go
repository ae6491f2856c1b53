package directory_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/directory"
)

func TestStarter(t *testing.T) {
	t.Parallel()
	platforms, err := directory.Starter()
	if err != nil {
		t.Fatal(err)
	}
	if len(platforms) != 37 {
		t.Errorf("%d platforms", len(platforms))
	}
	refs, ids := map[core.Ref]bool{}, map[directory.PlatformID]bool{}
	for _, p := range platforms {
		if _, ok := core.ParseRef(string(p.Ref)); !ok || refs[p.Ref] || ids[p.ID] {
			t.Errorf("%s: Ref %q or key %s is bad or doubled", p.Name, p.Ref, p.ID)
		}
		refs[p.Ref], ids[p.ID] = true, true
		if p.Source == "" {
			t.Errorf("%s has no source", p.Name)
		}
		if uuid.UUID(p.ID).Version() != 8 {
			t.Errorf("%s: key of version %d", p.Name, uuid.UUID(p.ID).Version())
		}
	}
	again, _ := directory.Starter()
	if again[0].Ref != platforms[0].Ref || again[0].ID != platforms[0].ID {
		t.Error("two readings disagree on keys")
	}
}

func starter(t *testing.T, called string) directory.Platform {
	t.Helper()
	platforms, err := directory.Starter()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(platforms, func(p directory.Platform) bool { return p.Name.String() == called })
	if i < 0 {
		t.Fatalf("no %s", called)
	}
	return platforms[i]
}

func TestStarterReadsItsCells(t *testing.T) {
	t.Parallel()
	amt := starter(t, "Amazon Mechanical Turk")
	if amt.Status.State != directory.Closed || !strings.HasPrefix(amt.Status.Note, "CLOSED PERMANENTLY 2026-09-30") {
		t.Errorf("status = %+v", amt.Status)
	}
	if amt.Ref != "UGGX-1bwsN5GTCteqibgFw" {
		t.Errorf("the Ref that all servers agree on is now %s", amt.Ref)
	}
	if !slices.Equal(amt.Kinds, []directory.Work{directory.Preparation, directory.Verification, directory.Survey}) {
		t.Errorf("kinds = %v", amt.Kinds)
	}
	if id, err := amt.RequesterIDs.Read("a1b2c3d4e5"); err != nil || id != "A1B2C3D4E5" {
		t.Errorf("id = %q, %v", id, err)
	}
	premise := starter(t, "Premise")
	if premise.Countries != "" || !strings.Contains(premise.Claimed, "self-reported") || premise.Reported != "" {
		t.Errorf("claims and reports: %+v", premise)
	}
	for called, want := range map[string][]string{
		"Amazon Mechanical Turk": {"MTurk", "AMT"}, "Lionbridge": {"Lionbridge AI"}, "Isahit": {}, "Remotasks": {},
	} {
		got := []string{}
		for _, n := range starter(t, called).OtherNames {
			got = append(got, n.String())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: other names %q", called, got)
		}
	}
}

func TestSeedAddsOnce(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if n, err := s.Seed(t.Context()); err != nil || n != 37 {
		t.Errorf("first: %d, %v", n, err)
	}
	if n, err := s.Seed(t.Context()); err != nil || n != 0 {
		t.Errorf("second: %d, %v", n, err)
	}
	s.refresh()
	if found := s.Index().Find("mturk", directory.Options{}); len(found.Exact) != 1 || found.Exact[0].Name != "Amazon Mechanical Turk" {
		t.Errorf("mturk: %+v", found)
	}
	if found := s.Index().Find("Lionbridge AI", directory.Options{}); len(found.Exact) != 2 {
		t.Errorf("a name that two have: %+v", found)
	}
	_, err := s.AddPlatform(t.Context(), directory.Platform{Name: name(t, "MTURK"), Status: directory.Status{State: directory.Active}})
	refused(t, err, "error.platform_exists", "Amazon Mechanical Turk")
}

func TestParseStatus(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]directory.Status{
		"active":                      {State: directory.Active},
		"unknown":                     {State: directory.Unknown},
		"":                            {State: directory.Unknown},
		"merged into Appen (2019-03)": {State: directory.Merged, Note: "merged into Appen (2019-03)"},
		"bought by Uber June 2019":    {State: directory.Unknown, Note: "bought by Uber June 2019"},
	} {
		if got := directory.ParseStatus(given); got != want {
			t.Errorf("ParseStatus(%q) = %+v", given, got)
		}
	}
}

func TestIDFormat(t *testing.T) {
	t.Parallel()
	f := directory.ParseIDFormat("regex ^A[A-Z0-9]+$ (CustomerId)")
	for typed, want := range map[string]string{"": "", " A1 ": "A1", "a1": "A1"} {
		if got, err := f.Read(typed); err != nil || got != want {
			t.Errorf("Read(%q) = %q, %v", typed, got, err)
		}
	}
	any := directory.ParseIDFormat("no form known")
	if got, err := any.Read("abc-1"); err != nil || got != "abc-1" {
		t.Errorf("any form: %q, %v", got, err)
	}
	for _, bad := range []string{"B1", "A 1", "A1\u200B", "A1\x00", "A" + strings.Repeat("1", 64)} {
		if got, err := f.Read(bad); !errors.Is(err, core.Refuse(core.Invalid, "error.requester_id")) {
			t.Errorf("Read(%q) = %q, %v", bad, got, err)
		}
		if _, err := any.Read(bad); bad != "B1" && err == nil {
			t.Errorf("any form took %q", bad)
		}
	}
	if again := directory.ParseIDFormat(f.String()); again.String() != f.String() || f.Example != "A1B2C3D4E5" {
		t.Errorf("form = %q, example %q", again, f.Example)
	}
	if bad := directory.ParseIDFormat("regex ("); bad.String() != "" {
		t.Errorf("a form that does not compile: %q", bad)
	}
}

func TestAddPlatformRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	good := directory.Platform{Name: name(t, "Fresh"), Status: directory.Status{State: directory.Active}}
	for key, change := range map[string]func(*directory.Platform){
		"error.name_empty":      func(p *directory.Platform) { p.Name = directory.Name{} },
		"error.website":         func(p *directory.Platform) { p.Website = "javascript:alert(1)" },
		"error.work_kind":       func(p *directory.Platform) { p.Kinds = []directory.Work{"play"} },
		"error.platform_status": func(p *directory.Platform) { p.Status.State = "fine" },
		"error.text_long":       func(p *directory.Platform) { p.Note = strings.Repeat("x", 1001) },
	} {
		p := good
		change(&p)
		if _, err := s.AddPlatform(t.Context(), p); !errors.Is(err, core.Refuse(core.Invalid, key)) {
			t.Errorf("%s: %v", key, err)
		}
	}
	good.Note, good.Website = "pays\u202E late\x00", "https://fresh.example"
	if p, err := s.AddPlatform(t.Context(), good); err != nil || p.Note != "pays late" {
		t.Errorf("p = %+v, %v", p, err)
	}
}

func TestTargetID(t *testing.T) {
	t.Parallel()
	r, p := directory.RequesterID(key(1)), directory.PlatformID(key(1))
	if r.Target() == p.Target() {
		t.Error("a requester and a platform of one key are one target")
	}
	for _, target := range []directory.TargetID{r.Target(), p.Target()} {
		again, err := directory.ParseTarget(target.Kind(), target.UUID())
		if err != nil || again != target {
			t.Errorf("%s comes back as %s, %v", target, again, err)
		}
	}
	if got, ok := r.Target().Requester(); !ok || got != r {
		t.Errorf("requester = %s, %v", got, ok)
	}
	if got, ok := r.Target().Platform(); ok || !got.IsZero() {
		t.Errorf("a requester is no platform: %s", got)
	}
	if zero := (directory.TargetID{}); !zero.IsZero() || zero.Kind() != "" {
		t.Errorf("zero = %s", zero)
	}
	if _, err := directory.ParseTarget("client", key(1)); err == nil {
		t.Error("an unknown kind is taken")
	}
}
