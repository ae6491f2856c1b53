package database

import (
	"context"
	"time"

	"github.com/google/uuid"

	"manyhands/core/collective"
	"manyhands/core/worker"
)

type invitationRow struct {
	ID            uuid.UUID
	CollectiveID  uuid.UUID
	MadeBy        *uuid.UUID
	ByCoordinator bool
	Uses          int
	Used          int
	Founder       bool
	Steward       bool
	MadeAt        int64
	ExpiresAt     int64
	Closed        bool
	Entry         int64
}

func (r invitationRow) invitation() collective.Invitation {
	return collective.Invitation{
		ID: collective.InvitationID(r.ID), Collective: collective.ID(r.CollectiveID), By: uuidOrZero[worker.ID](r.MadeBy),
		ByCoordinator: r.ByCoordinator, Uses: r.Uses, Used: r.Used, Founder: r.Founder, Steward: r.Steward,
		MadeAt: timeOf(r.MadeAt), ExpiresAt: timeOf(r.ExpiresAt), Closed: r.Closed, Entry: r.Entry,
	}
}

func (db *DB) codeKey(code collective.Code) []byte {
	return db.cipher.Lookup("invitation", string(code))
}

func (db collectiveStore) NewInvitation(ctx context.Context, i collective.Invitation, code collective.Code) error {
	return fault(db.conn(ctx).Exec(`INSERT INTO invitation (id, collective_id, lookup, made_by, by_coordinator, uses, used, founder, steward,
			made_at, expires_at, closed, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		uuid.UUID(i.ID), uuid.UUID(i.Collective), db.codeKey(code), uuidOrNil(i.By), i.ByCoordinator, i.Uses, i.Used, i.Founder, i.Steward,
		micro(i.MadeAt), micro(i.ExpiresAt), i.Closed, i.Entry).Error)
}

func (db collectiveStore) InvitationByCode(ctx context.Context, code collective.Code) (collective.Invitation, bool, error) {
	var row invitationRow
	res := db.conn(ctx).Raw(`SELECT id, collective_id, made_by, by_coordinator, uses, used, founder, steward, made_at, expires_at, closed, entry
		FROM invitation WHERE lookup = ?`, db.codeKey(code)).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return collective.Invitation{}, false, fault(res.Error)
	}
	return row.invitation(), true, nil
}

func (db collectiveStore) Used(ctx context.Context, i collective.InvitationID, w worker.ID) (bool, error) {
	var n int64
	err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM invitation_use WHERE invitation_id = ? AND worker_id = ?`, uuid.UUID(i), uuid.UUID(w)).Scan(&n).Error
	return n > 0, fault(err)
}

func (db collectiveStore) Use(ctx context.Context, i collective.Invitation, w worker.ID, at time.Time) error {
	err := db.conn(ctx).Exec(`INSERT INTO invitation_use (collective_id, invitation_id, worker_id, at) VALUES (?, ?, ?, ?)`,
		uuid.UUID(i.Collective), uuid.UUID(i.ID), uuid.UUID(w), micro(at)).Error
	if err == nil {
		err = db.conn(ctx).Exec(`UPDATE invitation SET used = used + 1 WHERE id = ?`, uuid.UUID(i.ID)).Error
	}
	return fault(err)
}

func (db collectiveStore) CloseInvitations(ctx context.Context, id collective.ID, w worker.ID, used bool) error {
	q := `UPDATE invitation SET closed = TRUE WHERE collective_id = ? AND (made_by = ?`
	values := []any{uuid.UUID(id), uuid.UUID(w)}
	if used {
		q += ` OR id IN (SELECT invitation_id FROM invitation_use WHERE worker_id = ?)`
		values = append(values, uuid.UUID(w))
	}
	return fault(db.conn(ctx).Exec(q+`)`, values...).Error)
}

func (db collectiveStore) SaveGuess(ctx context.Context, w worker.ID, at time.Time) error {
	err := db.conn(ctx).Exec(`DELETE FROM guess WHERE worker_id = ? AND at < ?`, uuid.UUID(w), micro(at.Add(-collective.GuessesKept))).Error
	if err == nil {
		err = db.conn(ctx).Exec(`INSERT INTO guess (worker_id, at) VALUES (?, ?)`, uuid.UUID(w), micro(at)).Error
	}
	return fault(err)
}

func (db collectiveStore) Guesses(ctx context.Context, w worker.ID, after time.Time) (int, error) {
	var n int
	err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM guess WHERE worker_id = ? AND at > ?`, uuid.UUID(w), micro(after)).Scan(&n).Error
	return n, fault(err)
}

func (db collectiveStore) SaveVouch(ctx context.Context, v collective.Vouch) error {
	err := db.conn(ctx).Exec(`INSERT INTO vouch (collective_id, worker_id, by_id, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (collective_id, worker_id) DO UPDATE SET by_id = excluded.by_id, at = excluded.at`,
		uuid.UUID(v.Collective), uuid.UUID(v.Worker), uuidOrNil(v.By), micro(v.At)).Error
	if err == nil {
		err = db.conn(ctx).Exec(`UPDATE worker SET vouched_at = ? WHERE id = ? AND vouched_at IS NULL`, micro(v.At), uuid.UUID(v.Worker)).Error
	}
	return fault(err)
}

// Vouches locks the voucher's row, so that the same word is not given in two
// collectives at once.
func (db collectiveStore) Vouches(ctx context.Context, by worker.ID, after time.Time) (int, error) {
	if db.postgres {
		var one int
		if err := db.conn(ctx).Raw(`SELECT 1 FROM worker WHERE id = ? FOR NO KEY UPDATE`, uuid.UUID(by)).Scan(&one).Error; err != nil {
			return 0, fault(err)
		}
	}
	var n int
	err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM vouch WHERE by_id = ? AND at > ?`, uuid.UUID(by), micro(after)).Scan(&n).Error
	return n, fault(err)
}

func (db collectiveStore) Sweep(ctx context.Context, guesses, expired, vouched time.Time) error {
	for _, s := range []struct {
		statement string
		before    time.Time
	}{
		{`DELETE FROM guess WHERE at < ?`, guesses},
		{`DELETE FROM invitation WHERE expires_at < ?`, expired}, // their uses go with them
		{`UPDATE vouch SET by_id = NULL WHERE at < ? AND by_id IS NOT NULL`, vouched},
	} {
		if err := db.conn(ctx).Exec(s.statement, micro(s.before)).Error; err != nil {
			return fault(err)
		}
	}
	return nil
}

// invitationHolding is the invitations that the worker made, and by which they
// came; with the vouches that go with them, and wrong codes.
func (db *DB) invitationHolding() holding {
	return holding{
		kind: "invitations",
		read: func(ctx context.Context, id worker.ID) (any, error) {
			var rows []invitationRow
			if err := db.conn(ctx).Raw(`SELECT uses, used, made_at, expires_at, closed FROM invitation WHERE made_by = ? ORDER BY made_at`,
				uuid.UUID(id)).Scan(&rows).Error; err != nil {
				return nil, fault(err)
			}
			var given int
			if err := db.conn(ctx).Raw(`SELECT COUNT(*) FROM vouch WHERE by_id = ?`, uuid.UUID(id)).Scan(&given).Error; err != nil {
				return nil, fault(err)
			}
			var made []map[string]any
			for _, r := range rows {
				made = append(made, map[string]any{
					"uses": r.Uses, "used": r.Used, "made": timeOf(r.MadeAt), "expires": timeOf(r.ExpiresAt), "taken_back": r.Closed,
				})
			}
			return map[string]any{"made": made, "vouches_given": given}, nil
		},
		erase: func(ctx context.Context, id worker.ID) error {
			for _, statement := range []string{
				`UPDATE invitation SET closed = TRUE, made_by = NULL WHERE made_by = ?`,
				`UPDATE vouch SET by_id = NULL WHERE by_id = ?`,
				`DELETE FROM vouch WHERE worker_id = ?`,
				`DELETE FROM invitation_use WHERE worker_id = ?`,
				`DELETE FROM guess WHERE worker_id = ?`,
			} {
				if err := db.conn(ctx).Exec(statement, uuid.UUID(id)).Error; err != nil {
					return fault(err)
				}
			}
			return nil
		},
	}
}
