package locale

import "time"

// Text is something to be said: the key of a sentence in the catalogues, and
// the values for its places. The zero Text says nothing.
//
// A value is said according to its type:
//
//	string, Typed          typed by someone: isolated (see Isolate)
//	Plain                  our own words or a command to be copied: isolated
//	Text                   in the same language, not isolated
//	int and its kin        a number with the reader's group marks
//	Decimal                the same with a decimal mark
//	Money                  an amount with its currency
//	Date, Moment           a day; a day and a time
//	time.Time              as Moment
//
// A named type goes by what it is made of, and anything else as fmt prints
// it, isolated. A year or an identifier is not a number: say it as Plain.
//
// The value named Count chooses the plural form; it is an int or a Decimal.
type Text struct {
	Key    string
	Values map[string]any
}

// T makes a Text. Values come in pairs: a name, then its value. It panics
// where they do not, which is a fault of the program.
func T(key string, pairs ...any) Text {
	if len(pairs)%2 != 0 {
		panic("locale: T wants pairs for " + key)
	}
	t := Text{Key: key}
	for i := 0; i < len(pairs); i += 2 {
		if t.Values == nil {
			t.Values = make(map[string]any, len(pairs)/2)
		}
		t.Values[pairs[i].(string)] = pairs[i+1]
	}
	return t
}

// Typed is what somebody typed; the same as a string, said aloud.
type Typed string

// Plain is our own text that is the same in every language, such as the
// command "/rate acme pay 2". It is isolated, so that a command keeps its
// order within a sentence from right to left and can be copied whole; Strip
// takes the marks off what is pasted back.
type Plain string

// Decimal is a number in plain notation ("-3.40"), said with as many digits
// as it has. What is not such a number is said as Typed.
type Decimal string

// Money is an amount in plain notation with the ISO 4217 code of its
// currency. It is said with the currency's usual number of digits, and with
// more where the amount has more: a task may pay a tenth of a cent.
type Money struct {
	Amount   string
	Currency string
}

// Date is the day of a time, in that time's own zone.
type Date time.Time

// Moment is the day and the time of day of a time, in that time's own zone.
type Moment time.Time
