package collective

import (
	"io"
	"strings"
	"time"

	"github.com/google/uuid"

	"manyhands/core"
	"manyhands/core/worker"
)

// InvitationID is an invitation's key inside.
type InvitationID uuid.UUID

// Invitation lets a number of workers into a collective for a while. Its code
// is shown once, to who makes it, and kept as a keyed hash only.
type Invitation struct {
	ID         InvitationID
	Collective ID
	// By is who made it, or zero for the server's keeper.
	By worker.ID
	// ByCoordinator is true where By was a coordinator then.
	ByCoordinator bool
	// Uses is how many workers it lets in, Used how many it has.
	Uses, Used int
	// Founder makes who uses it a coordinator who stands from the start;
	// Steward makes them a steward of the server as well.
	Founder, Steward bool
	MadeAt           time.Time
	ExpiresAt        time.Time
	// Closed is true where it was taken back.
	Closed bool
	// Entry is the number of its making in the collective's log.
	Entry int64
}

const (
	// MostUses is the most workers that one invitation lets in.
	MostUses = 100
	// InvitationLasts is how long an invitation is good for.
	InvitationLasts = 7 * 24 * time.Hour

	// GuessesStop is how many wrong codes within GuessSpan stop a worker:
	// the code after so many is not looked at. It stops that worker alone.
	// There is no such number for all together, by which a few could keep
	// everyone out: even at 1,000 guesses a second, finding one of a thousand
	// codes of 60 bits takes some tens of thousands of years.
	GuessesStop = 19
	// GuessSpan is the time in which guesses are counted.
	GuessSpan = time.Minute
	// GuessesKept is how long guesses are remembered.
	GuessesKept = time.Hour

	// MostVouches is how many workers one can vouch for in VouchSpan.
	MostVouches = 3
	// VouchSpan is the time in which vouches are counted.
	VouchSpan = 90 * 24 * time.Hour
)

// open tells whether somebody can still be let in by it.
func (i Invitation) open(now time.Time) bool { return !i.Closed && now.Before(i.ExpiresAt) }

// readmits tells whether it lets in a member who was removed: it was made for
// one person alone, by a coordinator, after the removal.
func (i Invitation) readmits(m Member) bool {
	return i.Uses == 1 && i.ByCoordinator && i.Entry > m.RemovedEntry
}

// Vouch is one worker's word for another, given by an invitation.
type Vouch struct {
	Collective ID
	// By is who vouches, or zero for the server's keeper.
	By     worker.ID
	Worker worker.ID
	At     time.Time
}

// codeAlphabet is Crockford's base 32: no I, L, O or U
// (https://www.crockford.com/base32.html).
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// codeLen is the number of characters of a code, five bits each: 60 bits.
const codeLen = 12

// linkWord begins the word by which a link carries a code.
const linkWord = "join_"

// Code is what an invited worker types: twelve characters of codeAlphabet,
// without dashes.
type Code string

// NewCode draws a code. It panics where the source of chance is broken.
func NewCode(r core.Random) Code {
	var b [codeLen]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("collective: no randomness: " + err.Error())
	}
	for i := range b {
		b[i] = codeAlphabet[b[i]&31]
	}
	return Code(b[:])
}

// ParseCode reads a code as people type it: in either case, with spaces,
// dashes or dots anywhere, O for 0, I or L for 1; also as a link's word, or
// at the end of a whole link. It returns false for what no code can be.
func ParseCode(typed string) (Code, bool) {
	typed = strings.ToUpper(typed)
	if i := strings.LastIndex(typed, strings.ToUpper(linkWord)); i >= 0 {
		typed = typed[i+len(linkWord):]
	}
	var b []byte
	for _, r := range typed {
		switch r {
		case ' ', '-', '_', '.', '\t', '\n', '\u00a0', '\u2010', '\u2011', '\u2013':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		if r > 127 || !strings.ContainsRune(codeAlphabet, r) || len(b) == codeLen {
			return "", false
		}
		b = append(b, byte(r))
	}
	return Code(b), len(b) == codeLen
}

// String is the code in groups, as it is shown: "7KQ2-M4ZD-90XT".
func (c Code) String() string {
	if len(c) != codeLen {
		return string(c)
	}
	return string(c[:4]) + "-" + string(c[4:8]) + "-" + string(c[8:])
}

// Word is the code as a link carries it: "join_7KQ2M4ZD90XT".
func (c Code) Word() string { return linkWord + string(c) }
