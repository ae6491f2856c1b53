package database

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core/collective"
)

func (db collectiveStore) SaveRoom(ctx context.Context, r collective.Room) error {
	sealed, err := db.sealJSON(ctx, serverKey, roomAddress, bots.Address{Lane: r.Lane, Data: r.Data})
	if err != nil {
		return err
	}
	// GORM takes bytes that follow a parenthesis for a list: the key comes
	// second.
	return fault(db.conn(ctx).Exec(`INSERT INTO room (collective_id, lane, network, sealed_address, bound_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (lane) DO UPDATE SET collective_id = excluded.collective_id, sealed_address = excluded.sealed_address,
			bound_at = excluded.bound_at`,
		uuid.UUID(r.Collective), db.laneKey(r.Network, r.Lane), r.Network, sealed, micro(r.BoundAt)).Error)
}

func (db collectiveStore) RoomAt(ctx context.Context, network, lane string) (r collective.Room, found bool, err error) {
	var row struct {
		CollectiveID  uuid.UUID
		Network       string
		SealedAddress []byte
		BoundAt       int64
	}
	res := db.conn(ctx).Raw(`SELECT collective_id, network, sealed_address, bound_at FROM room WHERE lane = ?`, db.laneKey(network, lane)).Scan(&row)
	if res.Error != nil || res.RowsAffected == 0 {
		return r, false, fault(res.Error)
	}
	var to bots.Address
	if err := db.openJSON(ctx, serverKey, roomAddress, row.SealedAddress, &to); err != nil {
		return r, false, fmt.Errorf("room: %w", err)
	}
	return collective.Room{
		Collective: collective.ID(row.CollectiveID), Network: row.Network, Lane: to.Lane, Data: to.Data, BoundAt: timeOf(row.BoundAt),
	}, true, nil
}

func (db collectiveStore) DropRoom(ctx context.Context, network, lane string) error {
	return fault(db.conn(ctx).Exec(`DELETE FROM room WHERE lane = ?`, db.laneKey(network, lane)).Error)
}

func (db collectiveStore) DropRooms(ctx context.Context, id collective.ID) error {
	return fault(db.conn(ctx).Exec(`DELETE FROM room WHERE collective_id = ?`, uuid.UUID(id)).Error)
}
