package database

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"manyhands/bots"
)

// micro is how a time is stored: microseconds since 1970 UTC.
func micro(t time.Time) int64 { return t.UnixMicro() }

// timeOf undoes micro.
func timeOf(us int64) time.Time { return time.UnixMicro(us).UTC() }

// microOrNil stores the zero time as NULL.
func microOrNil(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	us := micro(t)
	return &us
}

// timeOrZero undoes microOrNil.
func timeOrZero(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return timeOf(*us)
}

// uuidOrNil stores the zero key as NULL.
func uuidOrNil[T ~[16]byte](id T) *uuid.UUID {
	u := uuid.UUID(id)
	if u == uuid.Nil {
		return nil
	}
	return &u
}

// uuidOrZero undoes uuidOrNil.
func uuidOrZero[T ~[16]byte](u *uuid.UUID) T {
	if u == nil {
		return T{}
	}
	return T(*u)
}

// A trap of GORM's raw SQL: a []byte right after an opening parenthesis, as in
// "VALUES (?, ...", is taken for a list and spread into one value a byte. So no
// statement here begins its values with one.

// laneBytes is the length of a stored lane: enough of the keyed hash that no
// two chats share one.
const laneBytes = 16

// laneKey is how a chat is stored: a keyed hash, so that the table does not
// say who wrote when.
func (db *DB) laneKey(network, lane string) []byte {
	return db.cipher.Lookup("lane", network, lane)[:laneBytes]
}

// queueKey is the key of the day: dropped after the retention of what it
// sealed.
func (db *DB) queueKey() string { return "queue:" + db.clock().UTC().Format(time.DateOnly) }

// serverKey seals what lasts and belongs to no worker and no case.
const serverKey = "server"

// sealQueue seals what is on its way under the key of the day.
func (db *DB) sealQueue(ctx context.Context, place string, plain []byte) (keyID string, sealed []byte, err error) {
	keyID = db.queueKey()
	sealed, err = db.cipher.Seal(ctx, keyID, place, plain)
	return keyID, sealed, err
}

func (db *DB) sealJSON(ctx context.Context, keyID, place string, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", place, err)
	}
	return db.cipher.Seal(ctx, keyID, place, plain)
}

func (db *DB) openJSON(ctx context.Context, keyID, place string, sealed []byte, v any) error {
	if len(sealed) == 0 {
		return nil
	}
	plain, err := db.cipher.Open(ctx, keyID, place, sealed)
	if err != nil {
		return fmt.Errorf("open %s: %w", place, err)
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("open %s: %w", place, err)
	}
	return nil
}

var _ bots.Store = (*DB)(nil)
