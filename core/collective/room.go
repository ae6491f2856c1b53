package collective

import (
	"context"
	"time"

	"manyhands/core"
	"manyhands/core/worker"
)

// Room is a group chat or channel that belongs to a collective. Figures are
// posted to it, and never what one worker said.
type Room struct {
	Collective ID
	Network    string
	// Lane names the chat as arrivals from it do; Data is how the network
	// delivers to it, opaque.
	Lane, Data string
	BoundAt    time.Time
}

// BindRoom makes a chat a room of the collective. A coordinator may who also
// administers the chat, which the network told (manages). Refusals besides:
// Forbidden "error.room_manage", Conflict "error.room_taken" where it is
// another collective's room.
func (s *Service) BindRoom(ctx context.Context, w worker.ID, ref core.Ref, r Room, manages bool) (Collective, error) {
	c, me, err := s.enter(ctx, w, ref, s.coordinator)
	if err != nil {
		return c, err
	}
	if !manages {
		return c, core.Refuse(core.Forbidden, "error.room_manage")
	}
	bound, found, err := s.Store.RoomAt(ctx, r.Network, r.Lane)
	if err != nil {
		return c, err
	}
	if found && bound.Collective != c.ID {
		return c, core.Refuse(core.Conflict, "error.room_taken")
	}
	r.Collective, r.BoundAt = c.ID, s.Clock()
	if err := s.Store.SaveRoom(ctx, r); err != nil {
		return c, err
	}
	return c, s.log(ctx, c.ID, by(me), ActRoomBound, c.Ref, "network", r.Network)
}

// UnbindRoom lets a room go. A coordinator of its collective may who also
// administers the chat. Refusals besides: NotFound "error.room_unbound",
// Forbidden "error.room_manage".
func (s *Service) UnbindRoom(ctx context.Context, w worker.ID, network, lane string, manages bool) (Collective, error) {
	r, found, err := s.Store.RoomAt(ctx, network, lane)
	if err != nil {
		return Collective{}, err
	}
	if !found {
		return Collective{}, core.Refuse(core.NotFound, "error.room_unbound")
	}
	c, err := s.Store.Collective(ctx, r.Collective)
	if err != nil {
		return c, err
	}
	c, me, err := s.enter(ctx, w, c.Ref, s.coordinator)
	if err != nil {
		return c, err
	}
	if !manages {
		return c, core.Refuse(core.Forbidden, "error.room_manage")
	}
	if err := s.Store.DropRoom(ctx, network, lane); err != nil {
		return c, err
	}
	return c, s.log(ctx, c.ID, by(me), ActRoomUnbound, c.Ref, "network", network)
}
