package main

import (
	"context"
	"time"

	"manyhands/adapters/database"
	"manyhands/adapters/vault"
	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/collective"
)

// retention drops, four times a day, what has been kept long enough, and the
// queue keys of days that nothing needs any more: what they sealed cannot be
// read again, in no backup either.
type retention struct {
	db          *database.DB
	vault       *vault.Vault
	collectives *collective.Service
	clock       core.Clock
}

const (
	dueSweep     = "sweep"
	betweenSweep = 6 * time.Hour
)

func (r retention) register(due map[string]bots.DueFunc) { due[dueSweep] = r.sweep }

func (r retention) first(ctx context.Context) error {
	return r.db.Ensure(ctx, bots.Due{Kind: dueSweep, At: r.clock().Add(betweenSweep)})
}

func (r retention) sweep(ctx context.Context, _ bots.Due) (*bots.Answer, error) {
	now := r.clock()
	if err := r.db.Sweep(ctx, now); err != nil {
		return nil, err
	}
	if err := r.collectives.Sweep(ctx); err != nil {
		return nil, err
	}
	keys, err := r.vault.Keys(ctx, vault.QueuePrefix)
	if err != nil {
		return nil, err
	}
	idle, err := r.db.IdleQueueKeys(ctx, now, keys)
	if err != nil {
		return nil, err
	}
	for _, id := range idle {
		if err := r.vault.Forget(ctx, id); err != nil {
			return nil, err
		}
	}
	return nil, r.first(ctx)
}
