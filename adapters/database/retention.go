package database

import (
	"context"
	"fmt"
	"strings"
	"time"
)

const (
	// keysKept is how long the keys of handled updates are kept, to know a
	// repeat: networks deliver again within a day. A longer list would be a
	// log of who wrote when.
	keysKept = 48 * time.Hour
	// asideKept is how long a message that could not be handled is kept, for
	// the server's keeper to look into what went wrong.
	asideKept = 14 * 24 * time.Hour
	// sentKept is how long emptied rows of the outbox are kept.
	sentKept = 48 * time.Hour
	// shownKept is how long the web chat can be scrolled back.
	shownKept = 24 * time.Hour
	// queueKeysKept is how long a day's queue key is kept, where nothing
	// that still waits needs it.
	queueKeysKept = 72 * time.Hour
)

// Sweep drops what has been kept long enough; see the constants here. It runs
// in ctx's transaction.
func (db *DB) Sweep(ctx context.Context, now time.Time) error {
	for _, s := range []struct {
		statement string
		kept      time.Duration
	}{
		{`DELETE FROM inbox WHERE state = 1 AND received_at < ?`, keysKept},
		{`DELETE FROM inbox WHERE state = 2 AND received_at < ?`, asideKept},
		{`DELETE FROM outbox WHERE state <> 0 AND posted_at < ?`, sentKept},
		{`DELETE FROM dialog WHERE updated_at < ?`, dialogRetention},
		{`DELETE FROM web_message WHERE shown_at < ?`, shownKept},
	} {
		if err := db.conn(ctx).Exec(s.statement, micro(now.Add(-s.kept))).Error; err != nil {
			return fmt.Errorf("sweep: %w", fault(err))
		}
	}
	return nil
}

// IdleQueueKeys returns those of ids, the queue keys there are, that have been
// kept long enough and that nothing kept needs any more.
func (db *DB) IdleQueueKeys(ctx context.Context, now time.Time, ids []string) ([]string, error) {
	needed := map[string]bool{}
	for _, table := range []string{"inbox", "outbox", "dialog", "web_message"} {
		var used []string
		if err := db.conn(ctx).Raw(`SELECT DISTINCT key_id FROM ` + table).Scan(&used).Error; err != nil {
			return nil, fmt.Errorf("queue keys: %w", fault(err))
		}
		for _, id := range used {
			needed[id] = true
		}
	}
	var idle []string
	for _, id := range ids {
		day, err := time.Parse(time.DateOnly, strings.TrimPrefix(id, "queue:"))
		if err == nil && now.Sub(day) > queueKeysKept && !needed[id] {
			idle = append(idle, id)
		}
	}
	return idle, nil
}
