package discordstage

import (
	"context"
	"sync"

	"manyhands/adapters/discord/discordtest"
)

// gauge tells when the bot has taken in what was done.
//
// The bot reads the gateway in order and takes an event in before it reads on,
// so a heartbeat that is asked for after an event is sent after the event was
// taken in. An interaction tells by itself, by being acknowledged.
type gauge struct {
	server *discordtest.Server

	mu      sync.Mutex
	dirty   bool // something was told that nothing acknowledges
	pending []asked
	// sends counts the heartbeats asked for on a connection: Discord takes
	// 120 sends in a minute, and the script's clock may stand still (dd:
	// events/gateway.mdx "Rate Limiting").
	sends, opened int
}

// asked is an interaction, and how many connections there had been.
type asked struct {
	*discordtest.Interaction
	opened int
}

const (
	// beats are the heartbeats asked for at a time: one more than could be the
	// one that a connection begins with.
	beats = 2
	// mostSends is after how many a fresh connection is wanted.
	mostSends = 100
)

// up waits until the bot is connected.
func (g *gauge) up(ctx context.Context) error {
	return g.server.Wait(ctx, func() bool { return g.server.Gateway().Connected > 0 })
}

// down waits until the bot is connected no more.
func (g *gauge) down(ctx context.Context) error {
	return g.server.Wait(ctx, func() bool { return g.server.Gateway().Connected == 0 })
}

// told notes that an event was sent.
func (g *gauge) told() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dirty = true
}

// asked notes that an interaction was sent.
func (g *gauge) asked(i *discordtest.Interaction) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.pending = append(g.pending, asked{i, g.server.Gateway().Opened})
}

// reached waits until all that was noted was taken in.
func (g *gauge) reached(ctx context.Context) error {
	g.mu.Lock()
	dirty, pending := g.dirty, g.pending
	g.dirty, g.pending = false, nil
	g.mu.Unlock()
	for _, i := range pending {
		err := g.server.Wait(ctx, func() bool {
			return i.Answered() != 0 || i.Failed() || g.server.Gateway().Opened > i.opened
		})
		if err != nil {
			return err
		}
		// What a lost connection swallowed may come again on the next.
		dirty = dirty || i.Answered() == 0
	}
	if !dirty {
		return nil
	}
	for {
		again, err := g.sweep(ctx)
		if err != nil || !again {
			return err
		}
	}
}

// sweep waits until the bot has read on; again says that its connection ended
// meanwhile.
func (g *gauge) sweep(ctx context.Context) (again bool, err error) {
	if err := g.up(ctx); err != nil {
		return false, err
	}
	before := g.server.Gateway()
	g.mu.Lock()
	if g.opened != before.Opened {
		g.opened, g.sends = before.Opened, 0
	}
	g.sends += beats
	worn := g.sends > mostSends
	g.mu.Unlock()
	if worn {
		g.server.Reconnect()
		return true, g.server.Wait(ctx, func() bool { return g.server.Gateway().Opened > before.Opened })
	}
	for range beats {
		g.server.RequestHeartbeat()
	}
	now := before
	err = g.server.Wait(ctx, func() bool {
		now = g.server.Gateway()
		return now.Heartbeats >= before.Heartbeats+beats || now.Opened != before.Opened || now.Connected == 0
	})
	return now.Heartbeats < before.Heartbeats+beats || now.Opened != before.Opened, err
}
