package collective_test

import (
	"strings"
	"testing"
	"time"

	"manyhands/core"
	"manyhands/core/collective"
)

func TestEveryZoneIsKnownToTheClockAndFitsAButton(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, z := range collective.Zones() {
		if _, err := time.LoadLocation(z); err != nil {
			t.Errorf("%s: %v", z, err)
		}
		place := collective.ZonePlace(z)
		if seen[place] != "" {
			t.Errorf("%s and %s are called after the same place", z, seen[place])
		}
		seen[place] = z
		if got, err := collective.NewZone(place); err != nil || got != z {
			t.Errorf("%s: found %q, %v", place, got, err)
		}
		if len(place) > 14 || strings.Trim(place, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_") != "" {
			t.Errorf("%s does not fit a button", place)
		}
	}
}

func TestZonesAreFoundAsTheyAreTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Africa/Nairobi": "Africa/Nairobi", " nairobi ": "Africa/Nairobi", "são paulo": "America/Sao_Paulo", "SAO_PAULO": "America/Sao_Paulo",
		"antananarivo": "Indian/Antananarivo", "utc": "UTC", "Asia/Calcutta": "Asia/Calcutta", "port au prince": "America/Port-au-Prince",
	} {
		if got, err := collective.NewZone(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", typed, got, err, want)
		}
	}
	for _, typed := range []string{"", "Local", "local", "here", "../etc/passwd", "/etc/localtime", "Africa", "Africa/../Africa/Nairobi"} {
		if got, err := collective.NewZone(typed); core.KindOf(err) != core.Invalid {
			t.Errorf("%q was taken as %q (%v)", typed, got, err)
		}
	}
	if near := collective.ZonesNear("nair", 3); len(near) != 1 || near[0] != "Africa/Nairobi" {
		t.Errorf("near: %v", near)
	}
	if near := collective.ZonesNear("a", 3); len(near) != 0 {
		t.Errorf("near one letter: %v", near)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{" Tana \n hands\t": "Tana hands", "العاملون": "العاملون", "🌊": "🌊"} {
		if got, err := collective.NewName(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for typed, kind := range map[string]core.Kind{"": core.Invalid, " \n": core.Invalid, "...": core.Invalid, strings.Repeat("é", 61): core.Limited} {
		if _, err := collective.NewName(typed); core.KindOf(err) != kind {
			t.Errorf("%q: %v", typed, err)
		}
	}
}

func TestCodesAreReadBack(t *testing.T) {
	t.Parallel()
	seen := map[collective.Code]bool{}
	for range 200 {
		c := collective.NewCode(core.CryptoRandom)
		if seen[c] || len(c) != 12 || strings.ContainsAny(string(c), "ILOU") {
			t.Fatalf("drew %s", c)
		}
		seen[c] = true
		for _, typed := range []string{string(c), c.String(), strings.ToLower(c.String()), c.Word(), "https://x.example/?start=" + c.Word(), " " + c.String() + "\n"} {
			if got, ok := collective.ParseCode(typed); !ok || got != c {
				t.Errorf("%q was read as %q", typed, got)
			}
		}
	}
	if got, ok := collective.ParseCode("oO0i-Il1L-abCD"); !ok || got != "00011111ABCD" {
		t.Errorf("read %q, %v", got, ok)
	}
	for _, typed := range []string{"", "short", "0123-4567-89AB-C", "0123-4567-89AU", "0123-4567-89Aé", "join_"} {
		if got, ok := collective.ParseCode(typed); ok {
			t.Errorf("%q was taken as %q", typed, got)
		}
	}
}
