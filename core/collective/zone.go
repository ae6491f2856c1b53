package collective

import (
	_ "embed"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the machine need not know the zones

	"golang.org/x/text/unicode/norm"

	"manyhands/core"
)

// zoneNames are the zones of the places that people name, one for each
// country and clock: the third column of zone.tab in the IANA time zone
// database (in the public domain), 2026.
//
//go:embed zone.txt
var zoneNames string

// Zones are the zones that can be found by the name of a place, sorted.
func Zones() []string { return strings.Fields(zoneNames) }

// place is the last part of a zone's name, its words divided by underscores.
func place(zone string) string { return zone[strings.LastIndexByte(zone, '/')+1:] }

// ZonePlace is the short form of a zone's name, which FindZone takes too:
// "Nairobi" for Africa/Nairobi. It has letters, "-" and "_" only.
func ZonePlace(zone string) string { return place(zone) }

// NewZone takes the name of an IANA zone or, in whatever case and accents, of
// the place it is called after: "Africa/Nairobi", "nairobi", "são paulo". The
// refusal is Invalid "error.collective_zone" (Typed).
func NewZone(typed string) (string, error) {
	want := foldPlace(typed)
	if want == "utc" || want == "gmt" || want == "etc/utc" {
		return "UTC", nil
	}
	for _, z := range Zones() {
		if foldPlace(z) == want || foldPlace(place(z)) == want {
			return z, nil
		}
	}
	// An older name of a zone ("Asia/Calcutta") is known to the clock alone.
	if zone := strings.TrimSpace(typed); strings.Contains(zone, "/") {
		if loaded, err := time.LoadLocation(zone); err == nil {
			return loaded.String(), nil
		}
	}
	return "", core.Refuse(core.Invalid, "error.collective_zone", "Typed", typed)
}

// ZonesNear are up to limit zones whose name holds what was typed, to be
// offered: those of a place or country's part that begins with it first.
func ZonesNear(typed string, limit int) []string {
	want := foldPlace(typed)
	if len(want) < 2 {
		return nil
	}
	var begin, hold []string
	for _, z := range Zones() {
		switch {
		case strings.HasPrefix(foldPlace(place(z)), want):
			begin = append(begin, z)
		case strings.Contains(foldPlace(z), want):
			hold = append(hold, z)
		}
	}
	all := slices.Concat(begin, hold)
	return all[:min(limit, len(all))]
}

// foldPlace makes names of places comparable.
func foldPlace(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x300 && r < 0x370: // combining marks
			return -1
		case r == ' ', r == '-':
			return '_'
		}
		return r
	}, norm.NFKD.String(strings.ToLower(strings.TrimSpace(s))))
	return s
}
