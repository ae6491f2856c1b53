package directory

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"manyhands/core"
)

// Service adds to the directory and renames in it.
//
// Its verbs run in a transaction that may yet fail, so none of them touches
// the index: a name that was never kept must not be found. The index learns
// of a change by [Service.Refresh] alone, which every copy of the program
// calls after its commits and every few seconds.
type Service struct {
	store  Store
	index  *Index
	clock  core.Clock
	random core.Random

	refreshing sync.Mutex // guards cursor
	cursor     Cursor
}

// New makes the service with an empty index: Refresh fills it.
func New(store Store, clock core.Clock, random core.Random) *Service {
	return &Service{store: store, index: NewIndex(), clock: clock, random: random}
}

// Index is where names are found. It is behind the store by what was
// committed since the last Refresh.
func (s *Service) Index() *Index { return s.index }

// Refresh reads into the index what was committed since the last Refresh. It
// must be called outside any transaction. After an error the index holds what
// was read until then, and the next call goes on from there.
func (s *Service) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	for {
		changes, next, err := s.store.NamesSince(ctx, s.cursor)
		if err != nil {
			return fmt.Errorf("directory: refresh: %w", err)
		}
		entries := make([]Entry, 0, len(changes))
		for _, c := range changes {
			if c.Gone {
				s.index.Remove(c.ID)
				continue
			}
			entries = append(entries, c.Entry)
		}
		s.index.Put(entries...)
		if len(changes) == 0 || next == s.cursor {
			s.cursor = next
			return nil
		}
		s.cursor = next
	}
}

// Draft is a requester as a worker describes it.
type Draft struct {
	// Platform is where it posts; zero where the worker does not know.
	Platform PlatformID
	Name     Name
	// ExternalID is the platform's own id of it, as typed; may be empty.
	ExternalID string
	// Country is ISO 3166-1 alpha-2; may be empty.
	Country string
	// Another: it is another requester than the one known by this name. Only a
	// steward can know that.
	Another bool
}

// AddRequester puts a requester into the directory. Any worker may; the caller
// has offered the near matches before. Its Lookalike is set where it can be
// mistaken for a name in the index.
//
// Refusals: a [Known] (Conflict) that holds the existing one, with
// "error.requester_exists" (value Name) where the platform has that name
// already, now or formerly; "error.requester_id_known" (values Name, ID)
// where it knows that id under another name; "error.requester_id_differs"
// (values Name, ID, Known) where the name is known with another id. Invalid
// "error.name_empty", "error.requester_id", "error.country". NotFound
// "error.platform_unknown". Forbidden "error.steward_only" for Another.
func (s *Service) AddRequester(ctx context.Context, by Actor, d Draft) (Requester, error) {
	if d.Name.IsZero() {
		return Requester{}, core.Refuse(core.Invalid, "error.name_empty")
	}
	if d.Another && !by.Steward {
		return Requester{}, core.Refuse(core.Forbidden, "error.steward_only")
	}
	country, err := NewCountry(d.Country)
	if err != nil {
		return Requester{}, err
	}
	external, err := s.externalID(ctx, d.Platform, d.ExternalID)
	if err != nil {
		return Requester{}, err
	}
	now := s.clock()
	r := Requester{
		Platform: d.Platform, Name: d.Name, NameSince: now, ExternalID: external,
		Country: country, Lookalike: s.suspicion(d.Name, TargetID{}), CreatedAt: now,
	}
	if err := s.idFree(ctx, r); err != nil {
		return Requester{}, err
	}
	if !d.Another {
		if err := s.nameFree(ctx, r); err != nil {
			return Requester{}, err
		}
	}
	r.ID, r.Ref = RequesterID(core.NewKey(now, s.random)), core.NewRef(s.random)
	if err := s.store.SaveRequester(ctx, r); err != nil {
		return Requester{}, fmt.Errorf("directory: add requester: %w", err)
	}
	return r, nil
}

// RenameRequester gives a requester its new name and keeps the old one as a
// former name, which finds it for ever. A name that folds to the old one mends
// the spelling only. Stewards only.
//
// Refusals: Forbidden "error.steward_only"; NotFound
// "error.requester_unknown"; Invalid "error.name_empty"; a [Known] with
// "error.requester_exists" or "error.requester_id_differs" where another
// requester of the platform has that name: the two may be one, and then are to
// be merged.
func (s *Service) RenameRequester(ctx context.Context, by Actor, id RequesterID, to Name) (Requester, error) {
	if !by.Steward {
		return Requester{}, core.Refuse(core.Forbidden, "error.steward_only")
	}
	if to.IsZero() {
		return Requester{}, core.Refuse(core.Invalid, "error.name_empty")
	}
	r, err := s.store.Requester(ctx, id)
	if err != nil {
		return Requester{}, fmt.Errorf("directory: rename: %w", err)
	}
	r = r.renamed(to, s.clock())
	r.Lookalike = s.suspicion(to, r.ID.Target())
	if err := s.nameFree(ctx, r); err != nil {
		return Requester{}, err
	}
	if err := s.store.SaveRequester(ctx, r); err != nil {
		return Requester{}, fmt.Errorf("directory: rename: %w", err)
	}
	return r, nil
}

// IdentifyRequester notes the platform's own id of a requester that had none.
// Any worker may; the same id again changes nothing.
//
// Refusals: Invalid "error.requester_id"; NotFound "error.requester_unknown";
// a [Known] with "error.requester_id_differs" where the requester has another
// id, or "error.requester_id_known" where another requester has this one.
func (s *Service) IdentifyRequester(ctx context.Context, id RequesterID, typed string) (Requester, error) {
	r, err := s.store.Requester(ctx, id)
	if err != nil {
		return Requester{}, fmt.Errorf("directory: identify: %w", err)
	}
	external, err := s.externalID(ctx, r.Platform, typed)
	if err != nil || external == "" || external == r.ExternalID {
		return r, err
	}
	if r.ExternalID != "" {
		return Requester{}, known(r.Entry(), "error.requester_id_differs", "ID", external, "Known", r.ExternalID)
	}
	r.ExternalID = external
	if err := s.idFree(ctx, r); err != nil {
		return Requester{}, err
	}
	if err := s.store.SaveRequester(ctx, r); err != nil {
		return Requester{}, fmt.Errorf("directory: identify: %w", err)
	}
	return r, nil
}

// AddPlatform puts a platform into the directory, under a key and Ref of its
// own. Any worker may. Its texts are freed of control characters.
//
// Refusals: those of [Platform.Validate]; a [Known] with
// "error.platform_exists" (value Name) where a platform has that name, as its
// own or another.
func (s *Service) AddPlatform(ctx context.Context, p Platform) (Platform, error) {
	for _, text := range []*string{
		&p.Website, &p.Countries, &p.Status.Note, &p.Claimed, &p.Reported, &p.Source, &p.Note,
	} {
		*text = plain(*text)
	}
	if err := p.Validate(); err != nil {
		return Platform{}, err
	}
	others, err := s.store.Platforms(ctx)
	if err != nil {
		return Platform{}, fmt.Errorf("directory: add platform: %w", err)
	}
	folded := Fold(p.Name.String())
	for _, other := range others {
		for _, name := range append([]Name{other.Name}, other.OtherNames...) {
			if Fold(name.String()) == folded {
				return Platform{}, known(other.Entry(), "error.platform_exists")
			}
		}
	}
	p.ID, p.Ref = PlatformID(core.NewKey(s.clock(), s.random)), core.NewRef(s.random)
	if err := s.store.SavePlatform(ctx, p); err != nil {
		return Platform{}, fmt.Errorf("directory: add platform: %w", err)
	}
	return p, nil
}

// Seed adds those platforms of the starter directory that are not there, by
// key, and tells how many it added. What workers changed since is left alone.
func (s *Service) Seed(ctx context.Context) (added int, err error) {
	starters, err := Starter()
	if err != nil {
		return 0, err
	}
	have, err := s.store.Platforms(ctx)
	if err != nil {
		return 0, fmt.Errorf("directory: seed: %w", err)
	}
	there := map[PlatformID]bool{}
	for _, p := range have {
		there[p.ID] = true
	}
	for _, p := range starters {
		if there[p.ID] {
			continue
		}
		if err := s.store.SavePlatform(ctx, p); err != nil {
			return added, fmt.Errorf("directory: seed: %w", err)
		}
		added++
	}
	return added, nil
}

// Target reads what a button's or link's Ref points at. Refusal: NotFound
// "error.target_unknown".
func (s *Service) Target(ctx context.Context, ref core.Ref) (Entry, error) {
	r, err := s.store.RequesterByRef(ctx, ref)
	if err == nil {
		return r.Entry(), nil
	}
	if core.KindOf(err) != core.NotFound {
		return Entry{}, fmt.Errorf("directory: target: %w", err)
	}
	platforms, err := s.store.Platforms(ctx)
	if err != nil {
		return Entry{}, fmt.Errorf("directory: target: %w", err)
	}
	for _, p := range platforms {
		if p.Ref == ref {
			return p.Entry(), nil
		}
	}
	return Entry{}, core.Refuse(core.NotFound, "error.target_unknown")
}

// externalID reads a typed id in the form of its platform, which must exist
// where one is named.
func (s *Service) externalID(ctx context.Context, id PlatformID, typed string) (string, error) {
	if id.IsZero() {
		return IDFormat{}.Read(typed)
	}
	p, err := s.store.Platform(ctx, id)
	if err != nil {
		return "", fmt.Errorf("directory: platform of a requester: %w", err)
	}
	return p.RequesterIDs.Read(typed)
}

// idFree refuses r where another requester of the platform has its id.
func (s *Service) idFree(ctx context.Context, r Requester) error {
	if r.ExternalID == "" {
		return nil
	}
	other, err := s.store.RequesterByExternalID(ctx, r.Platform, r.ExternalID)
	switch {
	case core.KindOf(err) == core.NotFound:
		return nil
	case err != nil:
		return fmt.Errorf("directory: requester by id: %w", err)
	case other.ID == r.ID:
		return nil
	case other.named(r.Name):
		return known(other.Entry(), "error.requester_exists")
	}
	return known(other.Entry(), "error.requester_id_known", "ID", r.ExternalID)
}

// nameFree refuses r where another requester of the platform has its name.
func (s *Service) nameFree(ctx context.Context, r Requester) error {
	others, err := s.store.RequestersNamed(ctx, r.Platform, Fold(r.Name.String()))
	if err != nil {
		return fmt.Errorf("directory: requesters by name: %w", err)
	}
	for _, other := range others {
		switch {
		case other.ID == r.ID:
		case r.ExternalID != "" && other.ExternalID != "" && r.ExternalID != other.ExternalID:
			return known(other.Entry(), "error.requester_id_differs", "ID", r.ExternalID, "Known", other.ExternalID)
		default:
			return known(other.Entry(), "error.requester_exists")
		}
	}
	return nil
}

// suspicion is what to warn stewards of about a name: the known name it looks
// like, or its Latin reading where a word of it mixes scripts.
func (s *Service) suspicion(name Name, self TargetID) string {
	for _, m := range s.index.Find(name.String(), Options{}).Near {
		if m.Reason == LooksAlike && m.ID != self {
			return m.Found
		}
	}
	if MixedScripts(name.String()) {
		return reading(name.String())
	}
	return ""
}

// plain frees a text of what cannot be seen, and keeps its words.
func plain(s string) string {
	kept, _ := sweep([]rune(strings.ToValidUTF8(s, "\uFFFD")))
	return norm.NFC.String(string(kept))
}

var _ error = (*Known)(nil)

// AsKnown returns the Known that err wraps, and false where it wraps none.
func AsKnown(err error) (*Known, bool) {
	var k *Known
	ok := errors.As(err, &k)
	return k, ok
}
