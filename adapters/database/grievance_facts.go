package database

import (
	"context"
	"fmt"
	"time"

	"manyhands/core/grievance"
	"manyhands/core/money"
)

// grievanceFacts are the facts by which somebody who knows of the harm from
// elsewhere could tell whose grievance it is: they lie sealed, as its words do.
type grievanceFacts struct {
	// Happened is a day, YYYY-MM-DD.
	Happened string `json:"happened,omitempty"`
	Country  string `json:"country,omitempty"`
	// Amount is in plain notation, Currency an ISO 4217 code.
	Amount   string `json:"amount,omitempty"`
	Currency string `json:"currency,omitempty"`
}

// sealFacts returns nil where there are none: the author was erased, and the
// key may be gone.
func (s grievanceStore) sealFacts(ctx context.Context, g grievance.Grievance) ([]byte, error) {
	f := grievanceFacts{Country: g.Country}
	if !g.Happened.IsZero() {
		f.Happened = g.Happened.Format(time.DateOnly)
	}
	if !g.Lost.IsZero() {
		f.Amount, f.Currency = g.Lost.Number(), g.Lost.Currency()
	}
	if f == (grievanceFacts{}) {
		return nil, nil
	}
	return s.db.sealJSON(ctx, caseKey(g.ID), factsPlace, f)
}

// openFacts puts sealed facts into the grievance that they are of.
func (s grievanceStore) openFacts(ctx context.Context, sealed []byte, g *grievance.Grievance) (err error) {
	var f grievanceFacts
	if err := s.db.openJSON(ctx, caseKey(g.ID), factsPlace, sealed, &f); err != nil {
		return err
	}
	g.Country = f.Country
	if f.Happened != "" {
		if g.Happened, err = time.Parse(time.DateOnly, f.Happened); err != nil {
			return fmt.Errorf("grievance: %w", err)
		}
	}
	if f.Currency != "" {
		if g.Lost, err = money.New(f.Amount, f.Currency); err != nil {
			return fmt.Errorf("grievance: a stored amount: %w", err)
		}
	}
	return nil
}
