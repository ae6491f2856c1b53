package database

import (
	"context"

	"manyhands/core"
	"manyhands/core/card"
	"manyhands/core/directory"
	"manyhands/core/worker"
)

// Cards reads cards.
func (db *DB) Cards() card.Reader { return cardReader{db} }

type cardReader struct{ db *DB }

// Card returns the card of a requester or platform; see card.Reader. Figures
// are read as published, never computed while someone waits.
func (r cardReader) Card(ctx context.Context, ref core.Ref, reader worker.ID) (card.Card, error) {
	c, err := r.named(ctx, ref)
	if err != nil {
		return c, err
	}
	ratings := r.db.Ratings()
	f, ok, err := ratings.Published(ctx, c.Target)
	if err != nil {
		return c, err
	}
	if ok {
		c.Figures = &f
	}
	mine, ok, err := ratings.Live(ctx, reader, c.Target)
	if ok {
		c.Mine = &mine.Content
	}
	return c, err
}

func (r cardReader) named(ctx context.Context, ref core.Ref) (card.Card, error) {
	s := r.db.Directory()
	q, err := s.RequesterByRef(ctx, ref)
	if err == nil {
		c := card.Card{
			Target: q.ID.Target(), Ref: ref, Name: q.Name.String(), Lookalike: q.Lookalike, ExternalID: q.ExternalID,
			Status: directory.Status{State: directory.Unknown},
		}
		for _, f := range q.Former {
			c.Former = append(c.Former, f.Name.String())
		}
		if q.Platform.IsZero() {
			return c, nil
		}
		p, err := s.Platform(ctx, q.Platform)
		c.Platform, c.PlatformRef, c.Status = p.Name.String(), p.Ref, p.Status
		return c, err
	}
	if core.KindOf(err) != core.NotFound {
		return card.Card{}, err
	}
	var row platformRow
	res := r.db.conn(ctx).Raw(platformColumns+`WHERE ref = ?`, string(ref)).Scan(&row)
	if res.Error != nil {
		return card.Card{}, fault(res.Error)
	}
	if res.RowsAffected == 0 {
		return card.Card{}, core.Refuse(core.NotFound, "error.target_unknown")
	}
	p, err := row.platform()
	c := card.Card{
		Target: p.ID.Target(), Ref: ref, Name: p.Name.String(), Status: p.Status, Countries: p.Countries, Claimed: p.Claimed,
		Reported: p.Reported, Source: p.Source, Note: p.Note, Website: p.Website, Kinds: p.Kinds,
	}
	for _, o := range p.OtherNames {
		c.Former = append(c.Former, o.String())
	}
	return c, err
}
