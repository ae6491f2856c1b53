package database

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/worker"
)

type collectiveRow struct {
	ID             uuid.UUID
	Ref            string
	SealedName     []byte
	Language       string
	Zone           string
	DigestHour     int
	DigestDay      string
	TakesOutsiders bool
	MembersInvite  bool
	FromServer     bool
	CreatedAt      int64
}

const collectiveColumns = `c.id, c.ref, c.sealed_name, c.language, c.zone, c.digest_hour, c.digest_day, c.takes_outsiders,
	c.members_invite, c.from_server, c.created_at`

// collectiveName binds a sealed name to its row.
func collectiveName(id uuid.UUID) string { return "collective.name/" + id.String() }

func (db *DB) collective(ctx context.Context, r collectiveRow) (collective.Collective, error) {
	c := collective.Collective{
		ID: collective.ID(r.ID), Ref: core.Ref(r.Ref), Language: r.Language, Zone: r.Zone,
		Digest:         collective.Digest{Hour: r.DigestHour, Day: collective.Day(r.DigestDay)},
		TakesOutsiders: r.TakesOutsiders, MembersInvite: r.MembersInvite, FromServer: r.FromServer, CreatedAt: timeOf(r.CreatedAt),
	}
	name, err := db.cipher.Open(ctx, serverKey, collectiveName(r.ID), r.SealedName)
	if err != nil {
		return c, fmt.Errorf("open a collective's name: %w", err)
	}
	c.Name = string(name)
	return c, nil
}

type memberRow struct {
	CollectiveID    uuid.UUID
	WorkerID        uuid.UUID
	Ref             string
	Pseudonym       string
	Coordinator     bool
	JoinedAt        int64
	LeftAt          *int64
	RemovedEntry    int64
	StandsFromStart bool
}

const memberColumns = `m.collective_id, m.worker_id, m.ref, m.pseudonym, m.coordinator, m.joined_at, m.left_at, m.removed_entry, m.stands_from_start`

func (r memberRow) member() collective.Member {
	return collective.Member{
		Collective: collective.ID(r.CollectiveID), Worker: worker.ID(r.WorkerID), Ref: core.Ref(r.Ref), Pseudonym: r.Pseudonym,
		Coordinator: r.Coordinator, JoinedAt: timeOf(r.JoinedAt), LeftAt: timeOrZero(r.LeftAt), RemovedEntry: r.RemovedEntry,
		StandsFromStart: r.StandsFromStart,
	}
}

type collectiveStore struct{ *DB }

// Collectives keeps collectives, members, invitations and rooms.
func (db *DB) Collectives() collective.Store { return collectiveStore{db} }

var errCollectiveUnknown = core.Refuse(core.NotFound, "error.collective_unknown")

func (db collectiveStore) SaveCollective(ctx context.Context, c collective.Collective) error {
	sealed, err := db.cipher.Seal(ctx, serverKey, collectiveName(uuid.UUID(c.ID)), []byte(c.Name))
	if err != nil {
		return fmt.Errorf("seal a collective's name: %w", err)
	}
	return fault(db.conn(ctx).Exec(`INSERT INTO collective (id, ref, sealed_name, language, zone, digest_hour, digest_day, takes_outsiders,
			members_invite, from_server, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET sealed_name = excluded.sealed_name, language = excluded.language, zone = excluded.zone,
			digest_hour = excluded.digest_hour, digest_day = excluded.digest_day, takes_outsiders = excluded.takes_outsiders,
			members_invite = excluded.members_invite`,
		uuid.UUID(c.ID), string(c.Ref), sealed, c.Language, c.Zone, c.Digest.Hour, string(c.Digest.Day), c.TakesOutsiders,
		c.MembersInvite, c.FromServer, micro(c.CreatedAt)).Error)
}

func (db collectiveStore) one(ctx context.Context, where string, value any) (collective.Collective, error) {
	var row collectiveRow
	res := db.conn(ctx).Raw(`SELECT `+collectiveColumns+` FROM collective c WHERE `+where, value).Scan(&row)
	switch {
	case res.Error != nil:
		return collective.Collective{}, fault(res.Error)
	case res.RowsAffected == 0:
		return collective.Collective{}, errCollectiveUnknown
	}
	return db.collective(ctx, row)
}

func (db collectiveStore) Collective(ctx context.Context, id collective.ID) (collective.Collective, error) {
	return db.one(ctx, `c.id = ?`, uuid.UUID(id))
}

func (db collectiveStore) CollectiveByRef(ctx context.Context, ref core.Ref) (collective.Collective, error) {
	return db.one(ctx, `c.ref = ?`, string(ref))
}

func (db collectiveStore) All(ctx context.Context) ([]collective.Collective, error) {
	var rows []collectiveRow
	if err := db.conn(ctx).Raw(`SELECT ` + collectiveColumns + ` FROM collective c ORDER BY c.created_at, c.id`).Scan(&rows).Error; err != nil {
		return nil, fault(err)
	}
	var all []collective.Collective
	for _, r := range rows {
		c, err := db.collective(ctx, r)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Lock locks the collective's row; see collective.Store. On SQLite the
// transaction is the only writer already.
func (db collectiveStore) Lock(ctx context.Context, id collective.ID) error {
	if !db.postgres {
		return nil
	}
	var one int
	return fault(db.conn(ctx).Raw(`SELECT 1 FROM collective WHERE id = ? FOR NO KEY UPDATE`, uuid.UUID(id)).Scan(&one).Error)
}

func (db collectiveStore) SaveMember(ctx context.Context, m collective.Member) error {
	return fault(db.conn(ctx).Exec(`INSERT INTO member (collective_id, worker_id, ref, pseudonym, coordinator, joined_at, left_at, removed_entry,
			stands_from_start) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (collective_id, worker_id) DO UPDATE SET pseudonym = excluded.pseudonym, coordinator = excluded.coordinator,
			joined_at = excluded.joined_at, left_at = excluded.left_at, removed_entry = excluded.removed_entry,
			stands_from_start = excluded.stands_from_start`,
		uuid.UUID(m.Collective), uuid.UUID(m.Worker), string(m.Ref), m.Pseudonym, m.Coordinator, micro(m.JoinedAt), microOrNil(m.LeftAt),
		m.RemovedEntry, m.StandsFromStart).Error)
}

func (db collectiveStore) member(ctx context.Context, where string, values ...any) (collective.Member, bool, error) {
	var row memberRow
	res := db.conn(ctx).Raw(`SELECT `+memberColumns+` FROM member m WHERE `+where, values...).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return collective.Member{}, false, fault(res.Error)
	}
	return row.member(), true, nil
}

func (db collectiveStore) Member(ctx context.Context, id collective.ID, w worker.ID) (collective.Member, bool, error) {
	return db.member(ctx, `m.collective_id = ? AND m.worker_id = ?`, uuid.UUID(id), uuid.UUID(w))
}

func (db collectiveStore) MemberByRef(ctx context.Context, ref core.Ref) (collective.Member, bool, error) {
	return db.member(ctx, `m.ref = ?`, string(ref))
}

func (db collectiveStore) Members(ctx context.Context, id collective.ID) ([]collective.Member, error) {
	var rows []memberRow
	err := db.conn(ctx).Raw(`SELECT `+memberColumns+` FROM member m WHERE m.collective_id = ? AND m.left_at IS NULL ORDER BY m.pseudonym`,
		uuid.UUID(id)).Scan(&rows).Error
	members := make([]collective.Member, len(rows))
	for i, r := range rows {
		members[i] = r.member()
	}
	return members, fault(err)
}

func (db collectiveStore) OfWorker(ctx context.Context, w worker.ID) ([]collective.Membership, error) {
	var rows []struct {
		Collective collectiveRow `gorm:"embedded"`
		Member     memberRow     `gorm:"embedded;embeddedPrefix:m_"`
		Members    int
	}
	err := db.conn(ctx).Raw(`SELECT `+collectiveColumns+`, m.collective_id AS m_collective_id, m.worker_id AS m_worker_id, m.ref AS m_ref,
			m.pseudonym AS m_pseudonym, m.coordinator AS m_coordinator, m.joined_at AS m_joined_at, m.stands_from_start AS m_stands_from_start,
			(SELECT COUNT(*) FROM member x WHERE x.collective_id = c.id AND x.left_at IS NULL) AS members
		FROM member m JOIN collective c ON c.id = m.collective_id
		WHERE m.worker_id = ? AND m.left_at IS NULL ORDER BY m.joined_at, c.id`, uuid.UUID(w)).Scan(&rows).Error
	if err != nil {
		return nil, fault(err)
	}
	var all []collective.Membership
	for _, r := range rows {
		c, err := db.collective(ctx, r.Collective)
		if err != nil {
			return nil, err
		}
		all = append(all, collective.Membership{Collective: c, Member: r.Member.member(), Members: r.Members})
	}
	return all, nil
}

func (db collectiveStore) PseudonymTaken(ctx context.Context, id collective.ID, pseudonym string) (bool, error) {
	var n int64
	err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM member WHERE collective_id = ? AND pseudonym = ?`, uuid.UUID(id), pseudonym).Scan(&n).Error
	return n > 0, fault(err)
}

func (db collectiveStore) MadeCoordinator(ctx context.Context, m collective.Member) (time.Time, error) {
	var at *int64
	err := db.conn(ctx).Raw(`SELECT MAX(at) FROM audit_entry WHERE chain = ? AND act = ? AND subject = ?`,
		uuid.UUID(m.Collective), string(collective.ActMadeCoordinator), string(m.Ref)).Scan(&at).Error
	return timeOrZero(at), fault(err)
}

func (db collectiveStore) SaveRemoval(ctx context.Context, r collective.Removal) error {
	return fault(db.conn(ctx).Exec(`INSERT INTO removal (collective_id, worker_id, by_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (collective_id, worker_id) DO UPDATE SET by_id = excluded.by_id, at = excluded.at`,
		uuid.UUID(r.Collective), uuid.UUID(r.Member), uuid.UUID(r.By), micro(r.At)).Error)
}

func (db collectiveStore) Removal(ctx context.Context, id collective.ID, member worker.ID) (collective.Removal, bool, error) {
	var row struct {
		ByID uuid.UUID
		At   int64
	}
	res := db.conn(ctx).Raw(`SELECT by_id, at FROM removal WHERE collective_id = ? AND worker_id = ?`, uuid.UUID(id), uuid.UUID(member)).Scan(&row)
	return collective.Removal{Collective: id, Member: member, By: worker.ID(row.ByID), At: timeOf(row.At)}, res.RowsAffected > 0, fault(res.Error)
}

func (db collectiveStore) DropRemovals(ctx context.Context, id collective.ID, w worker.ID) error {
	return fault(db.conn(ctx).Exec(`DELETE FROM removal WHERE collective_id = ? AND (worker_id = ? OR by_id = ?)`,
		uuid.UUID(id), uuid.UUID(w), uuid.UUID(w)).Error)
}

// memberHolding is where the worker belongs or belonged.
func (db *DB) memberHolding() holding {
	return holding{
		kind: "collectives",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			var rows []memberRow
			if err := db.conn(ctx).Raw(`SELECT `+memberColumns+` FROM member m WHERE m.worker_id = ? ORDER BY m.joined_at`, uuid.UUID(id)).
				Scan(&rows).Error; err != nil {
				return nil, fault(err)
			}
			type membership struct {
				Collective  string    `json:"collective"`
				Pseudonym   string    `json:"pseudonym"`
				Coordinator bool      `json:"coordinator"`
				Joined      time.Time `json:"joined"`
				Left        time.Time `json:"left,omitzero"`
				Removed     bool      `json:"removed,omitempty"`
			}
			var all []membership
			for _, r := range rows {
				c, err := db.Collectives().Collective(ctx, collective.ID(r.CollectiveID))
				if err != nil {
					return nil, err
				}
				all = append(all, membership{c.Name, r.Pseudonym, r.Coordinator, timeOf(r.JoinedAt), timeOrZero(r.LeftAt), r.RemovedEntry > 0})
			}
			return all, nil
		},
		erase: func(ctx context.Context, id worker.ID) error {
			err := db.conn(ctx).Exec(`DELETE FROM removal WHERE worker_id = ? OR by_id = ?`, uuid.UUID(id), uuid.UUID(id)).Error
			if err == nil {
				err = db.conn(ctx).Exec(`DELETE FROM member WHERE worker_id = ?`, uuid.UUID(id)).Error
			}
			return fault(err)
		},
	}
}
