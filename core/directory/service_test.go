package directory_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"manyhands/core"
	"manyhands/core/directory"
)

// memory is a Store whose changes are committed by commit.
type memory struct {
	platforms  map[directory.PlatformID]directory.Platform
	requesters map[directory.RequesterID]directory.Requester
	pending    []directory.Named
	committed  []directory.Named
}

func newMemory() *memory {
	return &memory{
		platforms:  map[directory.PlatformID]directory.Platform{},
		requesters: map[directory.RequesterID]directory.Requester{},
	}
}

func (m *memory) commit() {
	m.committed = append(m.committed, m.pending...)
	m.pending = nil
}

func (m *memory) SavePlatform(_ context.Context, p directory.Platform) error {
	m.platforms[p.ID] = p
	m.pending = append(m.pending, directory.Named{Entry: p.Entry()})
	return nil
}

func (m *memory) SaveRequester(_ context.Context, r directory.Requester) error {
	m.requesters[r.ID] = r
	m.pending = append(m.pending, directory.Named{Entry: r.Entry()})
	return nil
}

func (m *memory) Platform(_ context.Context, id directory.PlatformID) (directory.Platform, error) {
	if p, ok := m.platforms[id]; ok {
		return p, nil
	}
	return directory.Platform{}, core.Refuse(core.NotFound, "error.platform_unknown")
}

func (m *memory) Platforms(context.Context) (all []directory.Platform, _ error) {
	for _, p := range m.platforms {
		all = append(all, p)
	}
	return all, nil
}

func (m *memory) Requester(_ context.Context, id directory.RequesterID) (directory.Requester, error) {
	return m.first(func(r directory.Requester) bool { return r.ID == id })
}

func (m *memory) RequesterByRef(_ context.Context, ref core.Ref) (directory.Requester, error) {
	return m.first(func(r directory.Requester) bool { return r.Ref == ref })
}

func (m *memory) RequesterByExternalID(_ context.Context, p directory.PlatformID, id string) (directory.Requester, error) {
	return m.first(func(r directory.Requester) bool { return r.Platform == p && r.ExternalID == id })
}

func (m *memory) first(wanted func(directory.Requester) bool) (directory.Requester, error) {
	for _, r := range m.requesters {
		if wanted(r) {
			return r, nil
		}
	}
	return directory.Requester{}, core.Refuse(core.NotFound, "error.requester_unknown")
}

func (m *memory) RequestersNamed(_ context.Context, p directory.PlatformID, folded string) (all []directory.Requester, _ error) {
	for _, r := range m.requesters {
		e := r.Entry()
		if r.Platform == p && slices.ContainsFunc(append(e.Former, e.Name), func(n string) bool {
			return directory.Fold(n) == folded
		}) {
			all = append(all, r)
		}
	}
	return all, nil
}

// NamesSince gives two changes at a time.
func (m *memory) NamesSince(_ context.Context, c directory.Cursor) ([]directory.Named, directory.Cursor, error) {
	from := 0
	if c != "" {
		from, _ = strconv.Atoi(string(c))
	}
	to := min(from+2, len(m.committed))
	return m.committed[from:to], directory.Cursor(strconv.Itoa(to)), nil
}

var (
	worker  = directory.Actor{}
	steward = directory.Actor{Steward: true}
)

// chance is a stream of bytes that never repeats and is the same each time.
type chance struct{ n byte }

func (c *chance) Read(b []byte) (int, error) {
	for i := range b {
		c.n++
		b[i] = c.n
	}
	return len(b), nil
}

// server is a directory with one platform whose ids look like A1B2C3.
type server struct {
	*directory.Service
	store    *memory
	platform directory.PlatformID
	now      time.Time
	t        *testing.T
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{store: newMemory(), now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC), t: t}
	s.Service = directory.New(s.store, func() time.Time { return s.now }, &chance{})
	p, err := s.AddPlatform(t.Context(), directory.Platform{
		Name: name(t, "Market"), Status: directory.Status{State: directory.Active},
		RequesterIDs: directory.ParseIDFormat("regex ^A[A-Z0-9]+$ (an example)"),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.platform = p.ID
	s.refresh()
	return s
}

func (s *server) refresh() {
	s.t.Helper()
	s.store.commit()
	if err := s.Refresh(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) add(called, id string) (directory.Requester, error) {
	s.t.Helper()
	return s.AddRequester(s.t.Context(), worker, directory.Draft{Platform: s.platform, Name: name(s.t, called), ExternalID: id})
}

func (s *server) mustAdd(called, id string) directory.Requester {
	s.t.Helper()
	r, err := s.add(called, id)
	if err != nil {
		s.t.Fatal(err)
	}
	s.refresh()
	return r
}

// refused holds that err is that refusal and names the existing one.
func refused(t *testing.T, err error, key, existing string) {
	t.Helper()
	k, ok := directory.AsKnown(err)
	if !ok || !errors.Is(err, core.Refuse(core.Conflict, key)) || k.Existing.Name != existing {
		t.Errorf("err = %v (%+v), want %s with %q", err, k, key, existing)
	}
}

func TestARequesterThatChangesItsNameStaysOne(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	acme := s.mustAdd("Acme Data", "a1b2c3d4e5")
	if acme.ExternalID != "A1B2C3D4E5" {
		t.Errorf("id kept as %q", acme.ExternalID)
	}
	if _, err := s.RenameRequester(t.Context(), worker, acme.ID, name(t, "Bright Labs")); core.KindOf(err) != core.Forbidden {
		t.Errorf("a worker renamed: %v", err)
	}
	s.now = s.now.Add(24 * time.Hour)
	renamed, err := s.RenameRequester(t.Context(), steward, acme.ID, name(t, "Bright Labs"))
	if err != nil {
		t.Fatal(err)
	}
	s.refresh()
	want := directory.FormerName{Name: name(t, "Acme Data"), Since: acme.CreatedAt, Until: s.now}
	if renamed.ID != acme.ID || renamed.Ref != acme.Ref || !slices.Equal(renamed.Former, []directory.FormerName{want}) {
		t.Errorf("renamed = %+v", renamed)
	}
	for _, typed := range []string{"acme data", "bright labs", "A1B2C3D4E5"} {
		found := s.Index().Find(typed, directory.Options{})
		if len(found.Exact) != 1 || found.Exact[0].ID != acme.ID.Target() {
			t.Errorf("Find(%q) = %+v", typed, found)
		}
	}
	_, err = s.add("Bright Labs", "")
	refused(t, err, "error.requester_exists", "Bright Labs")
	_, err = s.add("acme data", "")
	refused(t, err, "error.requester_exists", "Bright Labs")
	if near := s.Index().Find("Bright Lab", directory.Options{}).Near; len(near) != 1 || near[0].ID != acme.ID.Target() {
		t.Errorf("the double is not offered the known one: %+v", near)
	}
}

func TestMendingASpellingLeavesNoFormerName(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := s.mustAdd("acme data", "")
	mended, err := s.RenameRequester(t.Context(), steward, r.ID, name(t, "Acme Data"))
	if err != nil || len(mended.Former) != 0 || mended.Name.String() != "Acme Data" {
		t.Errorf("mended = %+v, %v", mended, err)
	}
}

func TestANameTakenBackIsTheRequestersOwn(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := s.mustAdd("Acme Data", "")
	for _, to := range []string{"Bright Labs", "Acme Data"} {
		if _, err := s.RenameRequester(t.Context(), steward, r.ID, name(t, to)); err != nil {
			t.Fatalf("rename to %q: %v", to, err)
		}
	}
	s.mustAdd("Other Works", "")
	_, err := s.RenameRequester(t.Context(), steward, r.ID, name(t, "Other Works"))
	refused(t, err, "error.requester_exists", "Other Works")
}

func TestAnIDThatContradicts(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.mustAdd("Acme Data", "A1")
	_, err := s.add("Bright Labs", "a1")
	refused(t, err, "error.requester_id_known", "Acme Data")
	_, err = s.add("ACME data", "A2")
	refused(t, err, "error.requester_id_differs", "Acme Data")
	_, err = s.add("Acme Data", "A1")
	refused(t, err, "error.requester_exists", "Acme Data")
	if _, err := s.add("Other", "B7"); !errors.Is(err, core.Refuse(core.Invalid, "error.requester_id")) {
		t.Errorf("an id of another form: %v", err)
	}
	draft := directory.Draft{Platform: s.platform, Name: name(t, "Acme Data"), ExternalID: "A2", Another: true}
	if _, err := s.AddRequester(t.Context(), worker, draft); core.KindOf(err) != core.Forbidden {
		t.Errorf("a worker says it is another: %v", err)
	}
	if _, err := s.AddRequester(t.Context(), steward, draft); err != nil {
		t.Errorf("a steward says it is another: %v", err)
	}
	s.refresh()
	if found := s.Index().Find("acme data", directory.Options{}); len(found.Exact) != 2 {
		t.Errorf("two of one name: %+v", found)
	}
}

func TestOneNameOnTwoPlatformsIsTwo(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	s.mustAdd("Acme", "")
	other, err := s.AddPlatform(t.Context(), directory.Platform{
		Name: name(t, "Second Market"), Status: directory.Status{State: directory.Unknown},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddRequester(t.Context(), worker, directory.Draft{Platform: other.ID, Name: name(t, "Acme")}); err != nil {
		t.Fatal(err)
	}
	s.refresh()
	if matches, _ := s.Index().LongestPrefix([]string{"acme", "pay", "2"}, directory.Options{}); len(matches) != 2 {
		t.Errorf("matches = %+v", matches)
	}
}

func TestIdentifyRequester(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := s.mustAdd("Acme", "")
	s.mustAdd("Bright Labs", "A9")
	for _, typed := range []string{"a1", "A1", ""} {
		got, err := s.IdentifyRequester(t.Context(), r.ID, typed)
		if err != nil || got.ExternalID != "A1" {
			t.Errorf("IdentifyRequester(%q) = %+v, %v", typed, got, err)
		}
	}
	_, err := s.IdentifyRequester(t.Context(), r.ID, "A2")
	refused(t, err, "error.requester_id_differs", "Acme")
	third := s.mustAdd("Third", "")
	_, err = s.IdentifyRequester(t.Context(), third.ID, "A9")
	refused(t, err, "error.requester_id_known", "Bright Labs")
}

func TestALookalikeIsFlagged(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if r := s.mustAdd("Acme", ""); r.Lookalike != "" {
		t.Errorf("an honest name is flagged: %q", r.Lookalike)
	}
	if r := s.mustAdd("Аcme", ""); r.Lookalike != "Acme" {
		t.Errorf("the disguise is flagged as %q", r.Lookalike)
	}
	if r := s.mustAdd("Вright", ""); r.Lookalike != "Bright" {
		t.Errorf("mixed scripts are flagged as %q", r.Lookalike)
	}
	_, err := s.add("Acme\u200B", "")
	refused(t, err, "error.requester_exists", "Acme")
}

func TestTheIndexShowsCommittedNamesOnly(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	if _, err := s.add("Acme", ""); err != nil {
		t.Fatal(err)
	}
	if err := s.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if found := s.Index().Find("acme", directory.Options{}); len(found.Exact) != 0 {
		t.Errorf("found before commit: %+v", found)
	}
	s.refresh()
	if found := s.Index().Find("acme", directory.Options{}); len(found.Exact) != 1 {
		t.Errorf("not found after commit: %+v", found)
	}
	s.store.pending = []directory.Named{{Entry: s.Index().Find("acme", directory.Options{}).Exact[0].Entry, Gone: true}}
	s.refresh()
	if found := s.Index().Find("acme", directory.Options{}); len(found.Exact) != 0 {
		t.Errorf("found though gone: %+v", found)
	}
}

func TestSeveralCopiesKeepCurrent(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	second := directory.New(s.store, func() time.Time { return s.now }, &chance{})
	for n := range 7 {
		s.mustAdd(fmt.Sprintf("Requester %d", n), "")
	}
	if err := second.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, want := second.Index().Len(), s.Index().Len(); got != want || want != 8 {
		t.Errorf("the second copy knows %d, the first %d", got, want)
	}
}

func TestAddRequesterRefusesWhatIsWrong(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	for key, d := range map[string]directory.Draft{
		"error.name_empty":       {},
		"error.country":          {Name: name(t, "Acme"), Country: "Utopia"},
		"error.platform_unknown": {Name: name(t, "Acme"), Platform: directory.PlatformID(key(404))},
	} {
		_, err := s.AddRequester(t.Context(), worker, d)
		var refusal *core.Error
		if !errors.As(err, &refusal) || refusal.Key != key {
			t.Errorf("%+v: %v, want %s", d, err, key)
		}
	}
	r, err := s.AddRequester(t.Context(), worker, directory.Draft{Name: name(t, "Acme"), Country: "ke"})
	if err != nil || r.Country != "KE" || !r.Platform.IsZero() {
		t.Errorf("r = %+v, %v", r, err)
	}
	if _, err := s.RenameRequester(t.Context(), steward, directory.RequesterID(key(404)), name(t, "Acme")); core.KindOf(err) != core.NotFound {
		t.Errorf("renaming nobody: %v", err)
	}
}

func TestTargetOfARef(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	r := s.mustAdd("Acme", "")
	p, err := s.store.Platform(t.Context(), s.platform)
	if err != nil {
		t.Fatal(err)
	}
	for ref, want := range map[core.Ref]directory.TargetID{r.Ref: r.ID.Target(), p.Ref: p.ID.Target()} {
		if e, err := s.Target(t.Context(), ref); err != nil || e.ID != want {
			t.Errorf("Target(%s) = %+v, %v", ref, e, err)
		}
	}
	if _, err := s.Target(t.Context(), "AAAAAAAAAAAAAAAAAAAAAA"); core.KindOf(err) != core.NotFound {
		t.Errorf("an unknown Ref: %v", err)
	}
}
