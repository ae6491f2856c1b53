package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/core"
)

// A first look at the demo shows a living place: figures on a card, cases in
// several states, members.
func TestDemoIsALivingPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := Settings{Data: dir, Key: testKey, Database: "sqlite:" + filepath.Join(dir, "demo.db")}
	link, err := makeDemo(t.Context(), s, time.Now(), io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs strings.Builder
	status := runWith(t.Context(), []string{"chat", "--as", "visitor", "--data", dir, "--database", s.Database, "--key", s.Key},
		Streams{In: strings.NewReader("/start " + link + "\n/requester Placeholder Vision\n/digest\n/cases\n/collective members\n"), Out: &out, Err: &errs},
		Outside{Clock: time.Now, Random: core.CryptoRandom})
	if status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	for _, want := range []string{"Rated by 5 workers or more", "Fairness: ", "22 members", "New: ", "in review"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("a visitor does not see %q in:\n%s", want, out.String())
		}
	}
}
