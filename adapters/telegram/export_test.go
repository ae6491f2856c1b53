package telegram

import (
	"context"
	"time"
)

// Resting replaces the pauses between attempts.
func (t *Telegram) Resting(rest func(context.Context, time.Duration)) { t.rest = rest }

// Rendered are the limits that splitting keeps to.
const (
	MaxText    = maxText
	MaxCaption = maxCaption
)

// Units measures a text as the limits count it.
func Units(s string) int { return units(s) }

// Blank tells whether a text shows nothing.
func Blank(s string) bool { return blank(s) }
