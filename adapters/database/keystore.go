package database

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"manyhands/core"
)

// Keys keeps wrapped data keys, apart from what they seal: for SQLite in a
// file of its own beside the database, so that a copy of the one without the
// other reads nothing, and a key erased is erased from older copies' use too.
// It never takes part in a transaction: a key is there before what it seals.
type Keys struct{ db *DB }

// OpenKeys opens the key store that belongs to a database's address, and makes
// it where there is none.
func OpenKeys(ctx context.Context, address string) (*Keys, error) {
	db := &DB{}
	var err error
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		err = db.openSQLite(path + ".keys")
	} else {
		err = db.openPostgres(address)
	}
	if err != nil {
		return nil, err
	}
	if err := db.ping(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	k := &Keys{db}
	if err := k.create(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return k, nil
}

func (k *Keys) create(ctx context.Context) error {
	return k.db.InTx(ctx, func(ctx context.Context) error {
		if k.db.postgres {
			if err := k.db.conn(ctx).Exec("SELECT pg_advisory_xact_lock(?)", migrationLock).Error; err != nil {
				return err
			}
		}
		return k.db.conn(ctx).Exec(`CREATE TABLE IF NOT EXISTS data_key (id TEXT PRIMARY KEY, wrapped BYTEA NOT NULL)`).Error
	})
}

// Close closes the store.
func (k *Keys) Close() error { return k.db.Close() }

type keyRow struct {
	ID      string `gorm:"primaryKey"`
	Wrapped []byte
}

func (keyRow) TableName() string { return "data_key" }

// on is the store's own connection, whatever transaction ctx carries.
func (k *Keys) on(ctx context.Context) *gorm.DB { return k.db.write.WithContext(ctx) }

// Get returns a wrapped key, or a NotFound refusal "error.erased".
func (k *Keys) Get(ctx context.Context, id string) ([]byte, error) {
	var row keyRow
	res := k.on(ctx).Where("id = ?", id).Limit(1).Find(&row)
	if res.Error != nil {
		return nil, fmt.Errorf("key store: %w", fault(res.Error))
	}
	if res.RowsAffected == 0 {
		return nil, core.Refuse(core.NotFound, "error.erased")
	}
	return row.Wrapped, nil
}

// Put keeps a wrapped key unless there is one, and returns the one kept.
func (k *Keys) Put(ctx context.Context, id string, wrapped []byte) ([]byte, error) {
	row := keyRow{ID: id, Wrapped: wrapped}
	if err := k.on(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
		return nil, fmt.Errorf("key store: %w", fault(err))
	}
	return k.Get(ctx, id)
}

// Replace swaps a wrapped key for another where it still is old.
func (k *Keys) Replace(ctx context.Context, id string, old, fresh []byte) error {
	res := k.on(ctx).Model(&keyRow{}).Where("id = ? AND wrapped = ?", id, old).Update("wrapped", fresh)
	if res.Error == nil && res.RowsAffected == 0 {
		return core.Refuse(core.Conflict, "error.erased")
	}
	return fault(res.Error)
}

// Delete erases a key; one that is not there is erased already.
func (k *Keys) Delete(ctx context.Context, id string) error {
	if err := fault(k.on(ctx).Where("id = ?", id).Delete(&keyRow{}).Error); err != nil || k.db.postgres {
		return err
	}
	// Erased from the write-ahead log too: what it sealed must be gone.
	return fault(k.on(ctx).Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
}

// List returns the ids that begin with prefix, in order.
func (k *Keys) List(ctx context.Context, prefix string) ([]string, error) {
	var ids []string
	err := k.on(ctx).Model(&keyRow{}).Where("substr(id, 1, ?) = ?", len(prefix), prefix).Order("id").Pluck("id", &ids).Error
	return ids, fault(err)
}
