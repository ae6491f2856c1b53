package database

import (
	"context"
	"slices"
	"time"
)

const (
	webBody = "web_message"
	// webEnded marks the head of a lane whose session is over.
	webEnded = "ended"
)

// WebMessages keeps what sessions of the web chat were shown.
type WebMessages struct{ db *DB }

// WebMessages is what sessions of the web chat were shown.
func (db *DB) WebMessages() WebMessages { return WebMessages{db} }

type webRow struct {
	Number  int64
	Event   int64
	Parcel  string
	KeyID   string
	Sealed  []byte
	ShownAt int64
}

// head moves a lane's head one event on and locks it: whoever else shows
// something in the lane waits, which is also what keeps a parcel from being
// shown twice. (A unique index on parcels would fail there: of two first
// messages at once, PostgreSQL may find the second head's clash in that index
// before the one it was told to update.) Events are near the time in microseconds, so
// that they go on rising where the head was swept or an older backup came
// back.
func (w WebMessages) head(ctx context.Context, lane []byte) (webRow, error) {
	var row webRow
	now := micro(w.db.clock())
	err := w.db.conn(ctx).Raw(`INSERT INTO web_message (number, lane, event, parcel, key_id, sealed, shown_at) VALUES (0, ?, ?, '', '', ?, ?)
		ON CONFLICT (lane, number) DO UPDATE SET shown_at = excluded.shown_at,
			event = CASE WHEN web_message.event < excluded.event THEN excluded.event ELSE web_message.event + 1 END
		RETURNING event, parcel`, lane, now, []byte{}, now).Scan(&row).Error
	return row, err
}

// Show stores a message of a session, or puts it in the place of another; it
// returns the message's number, or 0 where the session is over. A parcel is
// shown once.
func (w WebMessages) Show(ctx context.Context, network, lane string, replaces int64, parcel string, body []byte) (number int64, err error) {
	keyID, sealed, err := w.db.sealQueue(ctx, webBody, body)
	if err != nil {
		return 0, err
	}
	key := w.db.laneKey(network, lane)
	err = w.db.InTx(ctx, func(ctx context.Context) error {
		number = 0
		head, err := w.head(ctx, key)
		if err != nil || head.Parcel == webEnded {
			return err
		}
		err = w.db.conn(ctx).Raw(`SELECT number FROM web_message WHERE lane = ? AND parcel = ?`, key, parcel).Scan(&number).Error
		if err != nil || number != 0 {
			return err
		}
		now := micro(w.db.clock())
		if replaces > 0 {
			res := w.db.conn(ctx).Exec(`UPDATE web_message SET event = ?, parcel = ?, key_id = ?, sealed = ?, shown_at = ?
				WHERE lane = ? AND number = ?`, head.Event, parcel, keyID, sealed, now, key, replaces)
			if res.Error != nil || res.RowsAffected == 1 {
				number = replaces
				return res.Error
			}
		}
		number = head.Event
		return w.db.conn(ctx).Exec(`INSERT INTO web_message (number, lane, event, parcel, key_id, sealed, shown_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			number, key, head.Event, parcel, keyID, sealed, now).Error
	})
	return number, err
}

// Since calls each with what changed after an event, in order: the last limit
// of what was shown at from or later.
func (w WebMessages) Since(ctx context.Context, network, lane string, after int64, from time.Time, limit int,
	each func(number, event int64, at time.Time, body []byte) error,
) error {
	var rows []webRow
	err := w.db.View(ctx, func(ctx context.Context) error {
		return w.db.conn(ctx).Raw(`SELECT number, event, key_id, sealed, shown_at FROM web_message
			WHERE lane = ? AND number > 0 AND event > ? AND shown_at >= ? ORDER BY event DESC LIMIT ?`,
			w.db.laneKey(network, lane), after, micro(from), limit).Scan(&rows).Error
	})
	if err != nil {
		return err
	}
	for _, r := range slices.Backward(rows) {
		body, err := w.db.cipher.Open(ctx, r.KeyID, webBody, r.Sealed)
		if err != nil {
			return err
		}
		if err := each(r.Number, r.Event, timeOf(r.ShownAt), body); err != nil {
			return err
		}
	}
	return nil
}

// Clear erases a session's messages and marks it as over, without a time.
func (w WebMessages) Clear(ctx context.Context, network, lane string) error {
	key := w.db.laneKey(network, lane)
	return w.db.InTx(ctx, func(ctx context.Context) error {
		if _, err := w.head(ctx, key); err != nil {
			return err
		}
		if err := w.db.conn(ctx).Exec(`DELETE FROM web_message WHERE lane = ? AND number > 0`, key).Error; err != nil {
			return err
		}
		return w.db.conn(ctx).Exec(`UPDATE web_message SET parcel = ?, event = 0, shown_at = 0 WHERE lane = ?`, webEnded, key).Error
	})
}

// Ended tells whether a session is over.
func (w WebMessages) Ended(ctx context.Context, network, lane string) (bool, error) {
	var n int64
	err := w.db.View(ctx, func(ctx context.Context) error {
		return w.db.conn(ctx).Raw(`SELECT COUNT(*) FROM web_message WHERE lane = ? AND number = 0 AND parcel = ?`,
			w.db.laneKey(network, lane), webEnded).Scan(&n).Error
	})
	return n > 0, err
}

// Sweep erases what was shown before a time. That a session is over stays
// known, for its token must stay worthless.
func (w WebMessages) Sweep(ctx context.Context, before time.Time) error {
	return w.db.InTx(ctx, func(ctx context.Context) error {
		return w.db.conn(ctx).Exec(`DELETE FROM web_message WHERE shown_at < ? AND parcel <> ?`, micro(before), webEnded).Error
	})
}
