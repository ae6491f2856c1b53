package database

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/directory"
)

// Directory is the store of platforms and requesters.
func (db *DB) Directory() directory.Store { return directoryStore{db} }

type directoryStore struct{ db *DB }

type platformDetail struct {
	OtherNames   []string         `json:"other_names,omitempty"`
	Website      string           `json:"website,omitempty"`
	Kinds        []directory.Work `json:"kinds,omitempty"`
	Countries    string           `json:"countries,omitempty"`
	State        directory.State  `json:"state"`
	StatusNote   string           `json:"status_note,omitempty"`
	Claimed      string           `json:"claimed,omitempty"`
	Reported     string           `json:"reported,omitempty"`
	Source       string           `json:"source,omitempty"`
	Note         string           `json:"note,omitempty"`
	RequesterIDs string           `json:"requester_ids,omitempty"`
}

type platformRow struct {
	ID         uuid.UUID
	Ref        string
	Name       string
	Detail     string
	ChangedSeq int64
}

func (r platformRow) platform() (directory.Platform, error) {
	var d platformDetail
	if err := json.Unmarshal([]byte(r.Detail), &d); err != nil {
		return directory.Platform{}, fmt.Errorf("platform: %w", err)
	}
	p := directory.Platform{
		ID: directory.PlatformID(r.ID), Ref: core.Ref(r.Ref), Name: directory.StoredName(r.Name), Website: d.Website, Kinds: d.Kinds, Countries: d.Countries,
		Status: directory.Status{State: d.State, Note: d.StatusNote}, Claimed: d.Claimed, Reported: d.Reported, Source: d.Source,
		Note: d.Note, RequesterIDs: directory.ParseIDFormat(d.RequesterIDs),
	}
	for _, o := range d.OtherNames {
		p.OtherNames = append(p.OtherNames, directory.StoredName(o))
	}
	return p, nil
}

// SavePlatform inserts or replaces; see directory.Store.
func (s directoryStore) SavePlatform(ctx context.Context, p directory.Platform) error {
	d := platformDetail{
		Website: p.Website, Kinds: p.Kinds, Countries: p.Countries, State: p.Status.State, StatusNote: p.Status.Note,
		Claimed: p.Claimed, Reported: p.Reported, Source: p.Source, Note: p.Note, RequesterIDs: p.RequesterIDs.String(),
	}
	for _, o := range p.OtherNames {
		d.OtherNames = append(d.OtherNames, o.String())
	}
	detail, err := json.Marshal(d)
	if err != nil {
		return err
	}
	s.db.directoryChanged(ctx)
	return fault(s.db.conn(ctx).Exec(`INSERT INTO platform (id, ref, name, detail, changed_seq) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, detail = excluded.detail, changed_seq = excluded.changed_seq`,
		uuid.UUID(p.ID), string(p.Ref), p.Name.String(), string(detail), s.db.nextSeq()).Error)
}

const platformColumns = `SELECT id, ref, name, detail, changed_seq FROM platform `

// Platform reads one platform; see directory.Store.
func (s directoryStore) Platform(ctx context.Context, id directory.PlatformID) (directory.Platform, error) {
	var row platformRow
	res := s.db.conn(ctx).Raw(platformColumns+`WHERE id = ?`, uuid.UUID(id)).Scan(&row)
	if res.Error != nil {
		return directory.Platform{}, fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return directory.Platform{}, core.Refuse(core.NotFound, "error.platform_unknown")
	}
	return row.platform()
}

// Platforms reads them all, by name; see directory.Store.
func (s directoryStore) Platforms(ctx context.Context) ([]directory.Platform, error) {
	var rows []platformRow
	if err := s.db.conn(ctx).Raw(platformColumns + `ORDER BY name, id`).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	var all []directory.Platform
	for _, r := range rows {
		p, err := r.platform()
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

type requesterRow struct {
	ID         uuid.UUID
	Ref        string
	PlatformID *uuid.UUID
	Name       string
	NameSince  int64
	ExternalID *string
	Country    string
	Lookalike  string
	CreatedAt  int64
	ChangedSeq int64
}

type nameRow struct {
	RequesterID uuid.UUID
	Name        string
	Since       int64
	Until       *int64
}

// SaveRequester inserts or replaces with all names; see directory.Store.
func (s directoryStore) SaveRequester(ctx context.Context, r directory.Requester) error {
	var external *string
	if r.ExternalID != "" {
		external = &r.ExternalID
	}
	g := s.db.conn(ctx)
	err := g.Exec(`INSERT INTO requester (id, ref, platform_id, name, name_since, external_id, country, lookalike, created_at, changed_seq)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET platform_id = excluded.platform_id, name = excluded.name,
		name_since = excluded.name_since, external_id = excluded.external_id, country = excluded.country, lookalike = excluded.lookalike,
		changed_seq = excluded.changed_seq`,
		uuid.UUID(r.ID), string(r.Ref), uuidOrNil(r.Platform), r.Name.String(), micro(r.NameSince), external, r.Country, r.Lookalike,
		micro(r.CreatedAt), s.db.nextSeq()).Error
	if err != nil {
		return fault(err)
	}
	s.db.directoryChanged(ctx)
	if err := g.Exec(`DELETE FROM requester_name WHERE requester_id = ?`, uuid.UUID(r.ID)).Error; err != nil {
		return fault(err)
	}
	insert := func(n directory.Name, since time.Time, until *int64) error {
		return fault(g.Exec(`INSERT INTO requester_name (requester_id, folded, name, since, until) VALUES (?, ?, ?, ?, ?)`,
			uuid.UUID(r.ID), directory.Fold(n.String()), n.String(), micro(since), until).Error)
	}
	for _, f := range r.Former {
		if err := insert(f.Name, f.Since, microOrNil(f.Until)); err != nil {
			return err
		}
	}
	return insert(r.Name, r.NameSince, nil)
}

const requesterColumns = `SELECT r.id, r.ref, r.platform_id, r.name, r.name_since, r.external_id, r.country, r.lookalike, r.created_at,
	r.changed_seq FROM requester r `

func (s directoryStore) lock() string {
	if s.db.postgres {
		return ` FOR UPDATE OF r`
	}
	return ""
}

// Requester reads and locks one; see directory.Store.
func (s directoryStore) Requester(ctx context.Context, id directory.RequesterID) (directory.Requester, error) {
	return s.one(ctx, requesterColumns+`WHERE r.id = ?`+s.lock(), uuid.UUID(id))
}

// RequesterByRef reads one by its outward name; see directory.Store.
func (s directoryStore) RequesterByRef(ctx context.Context, ref core.Ref) (directory.Requester, error) {
	return s.one(ctx, requesterColumns+`WHERE r.ref = ?`, string(ref))
}

// RequesterByExternalID reads one by its platform's id; see directory.Store.
func (s directoryStore) RequesterByExternalID(ctx context.Context, p directory.PlatformID, id string) (directory.Requester, error) {
	if p.IsZero() {
		return s.one(ctx, requesterColumns+`WHERE r.platform_id IS NULL AND r.external_id = ?`, id)
	}
	return s.one(ctx, requesterColumns+`WHERE r.platform_id = ? AND r.external_id = ?`, uuid.UUID(p), id)
}

func (s directoryStore) one(ctx context.Context, query string, args ...any) (directory.Requester, error) {
	rs, err := s.some(ctx, query, args...)
	if err != nil {
		return directory.Requester{}, err
	}
	if len(rs) == 0 {
		return directory.Requester{}, core.Refuse(core.NotFound, "error.requester_unknown")
	}
	return rs[0], nil
}

// RequestersNamed reads those of a name; see directory.Store.
func (s directoryStore) RequestersNamed(ctx context.Context, p directory.PlatformID, folded string) ([]directory.Requester, error) {
	where := `WHERE r.id IN (SELECT requester_id FROM requester_name WHERE folded = ?) AND r.platform_id `
	if p.IsZero() {
		return s.some(ctx, requesterColumns+where+`IS NULL ORDER BY r.id`, folded)
	}
	return s.some(ctx, requesterColumns+where+`= ? ORDER BY r.id`, folded, uuid.UUID(p))
}

func (s directoryStore) some(ctx context.Context, query string, args ...any) ([]directory.Requester, error) {
	var rows []requesterRow
	if err := s.db.conn(ctx).Raw(query, args...).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	return s.requesters(ctx, rows)
}

// requesters completes rows with their former names, in one more query.
func (s directoryStore) requesters(ctx context.Context, rows []requesterRow) ([]directory.Requester, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	var names []nameRow
	err := s.db.conn(ctx).Raw(`SELECT requester_id, name, since, until FROM requester_name
		WHERE until IS NOT NULL AND requester_id IN ? ORDER BY since`, ids).Scan(&names).Error
	if err != nil {
		return nil, fault(err)
	}
	former := map[uuid.UUID][]directory.FormerName{}
	for _, n := range names {
		former[n.RequesterID] = append(former[n.RequesterID], directory.FormerName{Name: directory.StoredName(n.Name), Since: timeOf(n.Since), Until: timeOrZero(n.Until)})
	}
	all := make([]directory.Requester, len(rows))
	for i, r := range rows {
		all[i] = directory.Requester{
			ID: directory.RequesterID(r.ID), Ref: core.Ref(r.Ref), Platform: uuidOrZero[directory.PlatformID](r.PlatformID), Name: directory.StoredName(r.Name),
			NameSince: timeOf(r.NameSince), Former: former[r.ID], Country: r.Country, Lookalike: r.Lookalike, CreatedAt: timeOf(r.CreatedAt),
		}
		if r.ExternalID != nil {
			all[i].ExternalID = *r.ExternalID
		}
	}
	return all, nil
}

const (
	// namesPortion is how many changed names are read at a time.
	namesPortion = 2000
	// namesOverlap is read again on PostgreSQL, where a row numbered early
	// can be committed late; SQLite commits in order.
	namesOverlap = time.Minute
)

// NamesSince reads what changed after cursor; see directory.Store. It is
// called outside any transaction and opens one to read in.
func (s directoryStore) NamesSince(ctx context.Context, cursor directory.Cursor) (named []directory.Named, next directory.Cursor, err error) {
	after, _ := strconv.ParseInt(string(cursor), 10, 64)
	from := after
	if s.db.postgres {
		from = after - namesOverlap.Nanoseconds()
	}
	last := after
	err = s.db.View(ctx, func(ctx context.Context) error {
		var platforms []platformRow
		if err := s.db.conn(ctx).Raw(platformColumns+`WHERE changed_seq > ? ORDER BY changed_seq LIMIT ?`, from, namesPortion).Scan(&platforms).Error; err != nil {
			return err
		}
		for _, r := range platforms {
			p, err := r.platform()
			if err != nil {
				return err
			}
			named = append(named, directory.Named{Entry: p.Entry()})
		}
		var rows []requesterRow
		if err := s.db.conn(ctx).Raw(requesterColumns+`WHERE r.changed_seq > ? ORDER BY r.changed_seq LIMIT ?`, from, namesPortion).Scan(&rows).Error; err != nil {
			return err
		}
		rs, err := s.requesters(ctx, rows)
		for _, r := range rs {
			named = append(named, directory.Named{Entry: r.Entry()})
		}
		last = lastSeq(after, platforms, rows)
		return err
	})
	return named, directory.Cursor(strconv.FormatInt(last, 10)), err
}

// lastSeq is how far a portion reached: where one of the two lists was cut,
// no further than that list's end.
func lastSeq(after int64, platforms []platformRow, rows []requesterRow) int64 {
	last := after
	ends := []int64{}
	if n := len(platforms); n > 0 {
		last = max(last, platforms[n-1].ChangedSeq)
		if n == namesPortion {
			ends = append(ends, platforms[n-1].ChangedSeq)
		}
	}
	if n := len(rows); n > 0 {
		last = max(last, rows[n-1].ChangedSeq)
		if n == namesPortion {
			ends = append(ends, rows[n-1].ChangedSeq)
		}
	}
	for _, e := range ends {
		last = min(last, e)
	}
	return max(last, after)
}

// directoryChanged asks for the names to be read anew once ctx's transaction
// is committed.
func (db *DB) directoryChanged(ctx context.Context) {
	if t := txOf(ctx); t != nil {
		t.namesChanged = true
	}
}
