package core

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal an Error is; the bot chooses its manner by it.
type Kind string

// The kinds of refusal.
const (
	Invalid     Kind = "invalid"     // what was given cannot be understood or accepted
	NotFound    Kind = "not_found"   // there is no such thing, or the asker may not know of it
	Forbidden   Kind = "forbidden"   // the asker may not do this
	Conflict    Kind = "conflict"    // it was true when drawn, and is no longer
	Limited     Kind = "limited"     // too often, too many, too long
	Unavailable Kind = "unavailable" // cannot be done now
)

// Error is a refusal that the domain means: a kind for the program, and for
// the person the key of a sentence in the catalogues with its values. What is
// not an Error is a fault of ours and is never shown as it stands.
type Error struct {
	Kind Kind
	// Key names the sentence, for example "error.score_range".
	Key string
	// Values fill the sentence's places by name; a string among them is
	// taken as typed by someone and is isolated and escaped when shown.
	Values map[string]any
}

// Refuse makes an Error. Values come in pairs: a name, then its value.
func Refuse(kind Kind, key string, pairs ...any) *Error {
	e := &Error{Kind: kind, Key: key}
	if len(pairs)%2 != 0 {
		panic("core: Refuse wants pairs for " + key)
	}
	for i := 0; i < len(pairs); i += 2 {
		if e.Values == nil {
			e.Values = map[string]any{}
		}
		e.Values[pairs[i].(string)] = pairs[i+1]
	}
	return e
}

// Error names the kind and the key only: values may hold personal text, and
// an error's text ends in logs.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Kind, e.Key) }

// Is makes errors.Is(err, core.Refuse(kind, key)) compare kind and key.
func (e *Error) Is(target error) bool {
	var t *Error
	return errors.As(target, &t) && t.Kind == e.Kind && t.Key == e.Key
}

// KindOf returns the kind of the refusal that err wraps, or "" where it wraps
// none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return ""
}
