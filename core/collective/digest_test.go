package collective_test

import (
	"testing"
	"time"

	"manyhands/core/collective"
)

func TestTheDigestComesOnceADayWhateverTheClockDoes(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"UTC", "Indian/Antananarivo", "Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Beirut"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		for _, hour := range []int{0, 1, 2, 3, 18, 23} {
			c := collective.Collective{Zone: zone, Digest: collective.Digest{Hour: hour, Day: collective.EveryDay}}
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			day := dayNumber(c.NextDigest(at).In(where))
			for at.Year() < 2027 {
				next := c.NextDigest(at)
				if !next.After(at) {
					t.Fatalf("%s %d: after %v comes %v", zone, hour, at, next)
				}
				local := next.In(where)
				if dayNumber(local) != day {
					t.Fatalf("%s %d: day %d became %v", zone, hour, day, local)
				}
				if local.Hour() < hour {
					t.Fatalf("%s %d: too early at %v", zone, hour, local)
				}
				at, day = next, day+1
			}
		}
	}
}

// dayNumber counts the days of the calendar.
func dayNumber(t time.Time) int64 {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC).Unix() / 86400
}

func TestAWeeklyDigestComesOnItsDay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) // a Wednesday
	for day, want := range map[collective.Day]string{
		collective.Monday: "2026-11-30T05:00:00Z", collective.Sunday: "2026-11-29T05:00:00Z",
		collective.Wednesday: "2026-12-02T05:00:00Z", collective.EveryDay: "2026-11-26T05:00:00Z",
	} {
		c := collective.Collective{Zone: "Africa/Nairobi", Digest: collective.Digest{Hour: 8, Day: day}}
		if got := c.NextDigest(at).UTC().Format(time.RFC3339); got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
}

func TestAnHourThatIsSkippedIsMadeUpFor(t *testing.T) {
	t.Parallel()
	// In Paris, 29 March 2026 has no 02:00 to 02:59; in Beirut, no 00:00.
	for zone, want := range map[string]string{"Europe/Paris": "2026-03-29T03:00:00+02:00", "Asia/Beirut": "2026-03-29T01:00:00+03:00"} {
		where, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		hour := map[string]int{"Europe/Paris": 2, "Asia/Beirut": 0}[zone]
		c := collective.Collective{Zone: zone, Digest: collective.Digest{Hour: hour, Day: collective.Sunday}}
		got := c.NextDigest(time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)).In(where).Format(time.RFC3339)
		if got != want {
			t.Errorf("%s: %s, want %s", zone, got, want)
		}
	}
}
