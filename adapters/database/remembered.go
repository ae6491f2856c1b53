package database

import "context"

// Recall returns what was remembered under a name, or "". It opens a
// transaction of its own.
func (db *DB) Recall(ctx context.Context, name string) (value string, err error) {
	err = db.View(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Raw(`SELECT value FROM remembered WHERE name = ?`, name).Scan(&value).Error
	})
	return value, err
}

// Remember keeps a value under a name. It opens a transaction of its own.
func (db *DB) Remember(ctx context.Context, name, value string) error {
	return db.InTx(ctx, func(ctx context.Context) error {
		return db.conn(ctx).Exec(`INSERT INTO remembered (name, value) VALUES (?, ?)
			ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value).Error
	})
}
