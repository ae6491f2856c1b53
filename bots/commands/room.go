package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core/collective"
)

// bind makes the chat it is said in a room of the collective. It is the one
// answer of these that the chat sees, for it concerns everyone there.
func (t *Collectives) bind() *bots.Command {
	return &bots.Command{
		Name: "collective_bind", RoomOnly: true,
		Params: []bots.Param{t.which(true)},
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			m, instead, err := t.resolve(ctx, c, true)
			if err != nil {
				return nil, err
			}
			if instead != nil {
				return roomless(instead), nil
			}
			room := collective.Room{Network: c.Network.Name(), Lane: c.Chat.Lane, Data: c.Chat.Data}
			in, err := t.service.BindRoom(ctx, c.Actor.Worker.ID, m.Collective.Ref, room, c.Manages)
			if err != nil {
				return nil, err
			}
			return bots.Answered(bots.Say("collective.room_bound", "Name", in.Name).Say("collective.room_seen").ToRoom()), nil
		},
	}
}

func (t *Collectives) unbind() *bots.Command {
	return &bots.Command{
		Name: "collective_unbind", RoomOnly: true,
		Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
			in, err := t.service.UnbindRoom(ctx, c.Actor.Worker.ID, c.Network.Name(), c.Chat.Lane, c.Manages)
			if err != nil {
				return nil, err
			}
			return bots.Answered(bots.Say("collective.room_unbound", "Name", in.Name).ToRoom()), nil
		},
	}
}

// roomless takes the buttons off what is answered instead of binding: in
// private they would not be pressed in the room.
func roomless(a *bots.Answer) *bots.Answer {
	for _, r := range a.Replies {
		r.Buttons = nil
		r.Say("collective.bind_which", "Command", locale.Plain("/collective bind"))
	}
	return a
}
