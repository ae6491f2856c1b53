package main

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"manyhands/bots"
	"manyhands/core"
	"manyhands/core/directory"
	"manyhands/core/rating"
)

// publication is the daily batch: once a day it looks at every target about
// which something new is said, each in a transaction of its own.
type publication struct {
	ratings *rating.Service
	due     bots.DueWork
	clock   core.Clock
}

const (
	dueBatch  = "publish"        // the day's batch
	dueTarget = "publish.target" // one target of it
	// batchHour is when the batch runs, UTC: a quiet hour in most places
	// where workers are.
	batchHour = 3
)

func (p publication) register(due map[string]bots.DueFunc) {
	due[dueBatch] = p.batch
	due[dueTarget] = p.target
}

// first makes sure that a batch is due.
func (p publication) first(ctx context.Context) error {
	return p.due.Ensure(ctx, bots.Due{Kind: dueBatch, At: nextBatch(p.clock())})
}

func nextBatch(now time.Time) time.Time {
	t := time.Date(now.Year(), now.Month(), now.Day(), batchHour, 0, 0, 0, time.UTC)
	if !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}

func (p publication) batch(ctx context.Context, d bots.Due) (*bots.Answer, error) {
	targets, err := p.ratings.Unsettled(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range targets {
		if err := p.due.Schedule(ctx, bots.Due{Kind: dueTarget, Subject: t.String(), At: d.At}); err != nil {
			return nil, err
		}
	}
	return nil, p.first(ctx)
}

func (p publication) target(ctx context.Context, d bots.Due) (*bots.Answer, error) {
	kind, id, _ := strings.Cut(d.Subject, ":")
	key, err := uuid.Parse(id)
	if err != nil {
		return nil, err
	}
	t, err := directory.ParseTarget(directory.TargetKind(kind), key)
	if err != nil {
		return nil, err
	}
	return nil, p.ratings.PublishTarget(ctx, t)
}
