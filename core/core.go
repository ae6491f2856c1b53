// Package core holds what every noun of the domain shares: identifiers that
// may leave the server, the one error type, and the clock and randomness that
// are passed in rather than taken.
package core

import (
	"crypto/rand"
	"encoding/base64"
	"io"
	"time"

	"github.com/google/uuid"
)

// Clock tells the present time. Everything that asks for the time takes one,
// so that a script's clock and a real one run the same code.
type Clock func() time.Time

// Random is where chance comes from: crypto/rand.Reader in service, a seeded
// reader where a transcript is played.
type Random io.Reader

// CryptoRandom is the randomness of a running service.
var CryptoRandom Random = rand.Reader

// Ref is the outward name of a thing: 128 random bits in 22 characters of
// unpadded base64url. Unlike a key inside (a UUIDv7) it does not tell when the
// thing was made, so it may appear in buttons and links.
type Ref string

// RefLen is the number of characters of a Ref.
const RefLen = 22

// NewRef draws a Ref. It panics only where the source of chance is broken,
// since nothing sensible can be done without one.
func NewRef(r Random) Ref {
	var b [16]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("core: no randomness: " + err.Error())
	}
	return Ref(base64.RawURLEncoding.EncodeToString(b[:]))
}

// ParseRef returns s as a Ref, and false where it cannot be one.
func ParseRef(s string) (Ref, bool) {
	if len(s) != RefLen {
		return "", false
	}
	if b, err := base64.RawURLEncoding.DecodeString(s); err != nil || len(b) != 16 {
		return "", false
	}
	return Ref(s), true
}

// NewKey makes a key that stays inside: a UUIDv7, which sorts by time of
// making and must therefore never leave the server.
func NewKey(now time.Time, r Random) uuid.UUID {
	var u uuid.UUID
	if _, err := io.ReadFull(r, u[6:]); err != nil {
		panic("core: no randomness: " + err.Error())
	}
	ms := now.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	u[6] = u[6]&0x0f | 0x70
	u[8] = u[8]&0x3f | 0x80
	return u
}
