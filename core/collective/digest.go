package collective

import (
	"time"

	"manyhands/core"
)

// Digest is when a collective's coordinators get theirs.
type Digest struct {
	// Hour is the hour of the collective's clock, 0 to 23.
	Hour int
	Day  Day
}

// Day is every day, or a day of the week.
type Day string

// EveryDay is each day; the others are the days of the week from Monday on.
const (
	EveryDay  Day = "every"
	Monday    Day = "mon"
	Tuesday   Day = "tue"
	Wednesday Day = "wed"
	Thursday  Day = "thu"
	Friday    Day = "fri"
	Saturday  Day = "sat"
	Sunday    Day = "sun"
)

// Days are all values of a Day, in the order in which they are offered.
func Days() []Day {
	return []Day{EveryDay, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}
}

// DefaultDigest is what a new collective begins with.
func DefaultDigest() Digest { return Digest{Hour: 18, Day: EveryDay} }

// valid refuses an hour or a day that there is not: Invalid
// "error.collective_hour" or "error.collective_day".
func (d Digest) valid() error {
	if d.Hour < 0 || d.Hour > 23 {
		return core.Refuse(core.Invalid, "error.collective_hour", "Typed", d.Hour)
	}
	for _, day := range Days() {
		if d.Day == day {
			return nil
		}
	}
	return core.Refuse(core.Invalid, "error.collective_day", "Typed", string(d.Day))
}

// on tells whether there is a digest on a weekday.
func (d Day) on(w time.Weekday) bool {
	if d == EveryDay {
		return true
	}
	return d == Days()[1+(int(w)+6)%7]
}

// NextDigest is the first time after the given one at which the digest is due:
// by the collective's clock, once on each of its days, whatever that clock
// does. An hour that the clocks skip is made up for when they have moved on;
// one that comes twice is taken once.
func (c Collective) NextDigest(after time.Time) time.Time {
	zone, err := time.LoadLocation(c.Zone)
	if err != nil {
		zone = time.UTC // a zone is checked when it is set; better at some hour than never
	}
	local := after.In(zone)
	for day := -1; ; day++ {
		noon := time.Date(local.Year(), local.Month(), local.Day()+day, 12, 0, 0, 0, zone)
		if !c.Digest.Day.on(noon.Weekday()) {
			continue
		}
		if at := atHour(noon, c.Digest.Hour); at.After(after) {
			return at
		}
	}
}

// atHour is when the clock shows an hour on a day, or first shows a later one.
func atHour(day time.Time, hour int) time.Time {
	at := time.Date(day.Year(), day.Month(), day.Day(), hour, 0, 0, 0, day.Location())
	if at.Hour() == hour && at.Day() == day.Day() {
		return at
	}
	// The hour is skipped that day; the clocks move by whole minutes.
	at = at.Add(-3 * time.Hour).Truncate(time.Minute)
	for at.Day() != day.Day() || at.Hour() < hour {
		at = at.Add(time.Minute)
	}
	return at
}
