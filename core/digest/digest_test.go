package digest

import (
	"testing"
	"time"
	_ "time/tzdata"

	"pgregory.net/rapid"

	"manyhands/core/collective"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func every(zone string, hour int, on collective.Day) collective.Collective {
	return collective.Collective{Zone: zone, Digest: collective.Digest{Hour: hour, Day: on}}
}

// In each of these years clocks move in some way of their own: at midnight, by
// half an hour, in both halves of the year, across a whole day.
var years = []struct {
	zone  string
	year  int
	days  int // of the local calendar
	moves string
}{
	{"Africa/Cairo", 2026, 365, "forward at midnight"},
	{"Africa/Casablanca", 2026, 365, "back for Ramadan"},
	{"America/Sao_Paulo", 2018, 365, "forward and back at midnight"},
	{"Australia/Lord_Howe", 2026, 365, "by half an hour"},
	{"Europe/Paris", 2026, 365, "at two and three"},
	{"America/New_York", 2028, 366, "at two, in a leap year"},
	{"Pacific/Apia", 2011, 364, "over the date line: 30 December is missing"},
	{"Asia/Kathmandu", 2026, 365, "never"},
}

func TestADigestIsDueOnceEachLocalDay(t *testing.T) {
	t.Parallel()
	for _, y := range years {
		for _, hour := range []int{0, 1, 2, 3, 8, 18, 23} {
			z := zone(t, y.zone)
			c := every(y.zone, hour, collective.EveryDay)
			last := time.Date(y.year-1, 12, 31, 23, 59, 0, 0, z)
			seen := map[time.Time]bool{}
			for {
				at := Next(c, last, last)
				if !at.After(last) {
					t.Fatalf("%s, %d o'clock: %s does not come after %s", y.zone, hour, at, last)
				}
				if at.In(z).Year() > y.year {
					break
				}
				if d := day(at, z); seen[d] {
					t.Errorf("%s, %d o'clock: twice on %s", y.zone, hour, d.Format(time.DateOnly))
				} else {
					seen[d] = true
				}
				if got := at.In(z).Hour(); got != hour && got != hour+1 {
					t.Errorf("%s: at %s instead of %d o'clock", y.zone, at.In(z), hour)
				}
				last = at
			}
			if len(seen) != y.days {
				t.Errorf("%s, %d o'clock, clocks moving %s: %d digests in %d days", y.zone, hour, y.moves, len(seen), y.days)
			}
		}
	}
}

func TestAnHourThatIsSkippedOrComesTwice(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		zone  string
		hour  int
		after string
		want  string
	}{
		// 24 April 2026: from 00:00 straight to 01:00.
		{"Africa/Cairo", 0, "2026-04-23T12:00:00+02:00", "2026-04-24T01:00:00+03:00"},
		// 29 October 2026: from 24:00 back to 23:00. It is the second 23:00.
		{"Africa/Cairo", 23, "2026-10-29T12:00:00+03:00", "2026-10-29T23:00:00+02:00"},
		{"Africa/Cairo", 23, "2026-10-29T23:00:00+02:00", "2026-10-30T23:00:00+02:00"},
		// 4 November 2018: from 00:00 straight to 01:00.
		{"America/Sao_Paulo", 0, "2018-11-03T12:00:00-03:00", "2018-11-04T01:00:00-02:00"},
		// 4 October 2026: from 02:00 straight to 02:30.
		{"Australia/Lord_Howe", 2, "2026-10-03T12:00:00+10:30", "2026-10-04T02:30:00+11:00"},
		// 29 March 2026: from 02:00 straight to 03:00.
		{"Europe/Paris", 2, "2026-03-28T12:00:00+01:00", "2026-03-29T03:00:00+02:00"},
		// 25 October 2026: from 03:00 back to 02:00. It is the second 02:00.
		{"Europe/Paris", 2, "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+01:00"},
		{"Europe/Paris", 2, "2026-10-25T02:00:00+01:00", "2026-10-26T02:00:00+01:00"},
	} {
		after, err := time.Parse(time.RFC3339, x.after)
		if err != nil {
			t.Fatal(err)
		}
		if got := Next(every(x.zone, x.hour, collective.EveryDay), after, time.Time{}); got.In(zone(t, x.zone)).Format(time.RFC3339) != x.want {
			t.Errorf("%s, %d o'clock after %s: %s, want %s", x.zone, x.hour, x.after, got.In(zone(t, x.zone)).Format(time.RFC3339), x.want)
		}
	}
}

func TestALateDigestIsThatDaysDigest(t *testing.T) {
	t.Parallel()
	c := every("Africa/Nairobi", 18, collective.EveryDay)
	z := zone(t, c.Zone)
	late := time.Date(2026, 11, 26, 9, 0, 0, 0, z) // yesterday's, after a night without power
	if got, want := Next(c, late, late), time.Date(2026, 11, 27, 18, 0, 0, 0, z); !got.Equal(want) {
		t.Errorf("after a late digest the next is due %s, want %s", got, want)
	}
}

func TestChangingTheHourDoesNotMakeTwoInADay(t *testing.T) {
	t.Parallel()
	z := zone(t, "Africa/Nairobi")
	sent := time.Date(2026, 11, 25, 8, 0, 0, 0, z)
	now := sent.Add(time.Hour)
	for _, x := range []struct {
		c    collective.Collective
		want time.Time
	}{
		{every("Africa/Nairobi", 18, collective.EveryDay), time.Date(2026, 11, 26, 18, 0, 0, 0, z)},
		{every("Africa/Nairobi", 7, collective.EveryDay), time.Date(2026, 11, 26, 7, 0, 0, 0, z)},
		{every("Africa/Nairobi", 18, collective.Wednesday), time.Date(2026, 12, 2, 18, 0, 0, 0, z)},
		// In Lima it is still the 25th, and was when the digest went out.
		{every("America/Lima", 23, collective.EveryDay), time.Date(2026, 11, 26, 23, 0, 0, 0, zone(t, "America/Lima"))},
	} {
		if got := Next(x.c, now, sent); !got.Equal(x.want) {
			t.Errorf("%s at %d: the next is due %s, want %s", x.c.Zone, x.c.Digest.Hour, got, x.want)
		}
	}
}

// Whatever the zone, the hour, the day and the delays: one digest on each day
// of the calendar that asks for one, and never two on one day.
func TestWeeklyDigestsWithDelays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := every(rapid.SampledFrom(collective.Zones()).Draw(t, "zone"), rapid.IntRange(0, 23).Draw(t, "hour"),
			rapid.SampledFrom(collective.Days()).Draw(t, "day"))
		z := zone(t, c.Zone)
		now := time.Unix(rapid.Int64Range(1_000_000_000, 1_900_000_000).Draw(t, "start"), 0)
		last := now
		for range 20 {
			at := Next(c, now, last)
			if !at.After(now) {
				t.Fatalf("%s is not after %s", at, now)
			}
			if !day(at, z).After(day(last, z)) {
				t.Fatalf("twice on %s", day(at, z).Format(time.DateOnly))
			}
			if c.Digest.Day != collective.EveryDay {
				if want := collective.Days()[1+(int(at.In(z).Weekday())+6)%7]; want != c.Digest.Day {
					t.Fatalf("on %s instead of %s", want, c.Digest.Day)
				}
			}
			now = at.Add(time.Duration(rapid.IntRange(0, 36*3600).Draw(t, "late")) * time.Second)
			last = now
		}
	})
}

func TestTrimLeavesWhatFits(t *testing.T) {
	t.Parallel()
	lines := func(n int) Section { return Section{Lines: make([]Line, n), All: n} }
	d := Digest{Overdue: lines(3), New: lines(15), Mine: lines(10), Waiting: lines(1)}
	d.Trim()
	if len(d.Overdue.Lines) != 3 || len(d.New.Lines) != 15 || len(d.Mine.Lines) != 2 || len(d.Waiting.Lines) != 0 || d.Mine.All != 10 {
		t.Errorf("trimmed to %d, %d, %d, %d", len(d.Overdue.Lines), len(d.New.Lines), len(d.Mine.Lines), len(d.Waiting.Lines))
	}
	if d.Empty() || !(&Digest{Open: 3}).Empty() {
		t.Error("a digest is empty where nothing asks for anything, and only there")
	}
}
