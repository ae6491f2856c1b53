package transcript_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/bots/transcript"
)

func play(t *testing.T, name, text string, w transcript.World) transcript.Result {
	t.Helper()
	s, err := transcript.Parse(name, text)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	r, err := transcript.Play(t.Context(), s, w)
	if err != nil {
		t.Fatalf("play: %v", err)
	}
	return r
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryFormIsPlayed(t *testing.T) {
	t.Parallel()
	text := read(t, "testdata/everything.txt")
	r := play(t, "everything.txt", text, newEcho())
	if err := r.Err(); err != nil {
		t.Fatal(err)
	}
	if r.Updated != text {
		t.Errorf("a script that was kept to is rewritten:\n%s", r.Updated)
	}
	if r.Steps < 50 {
		t.Errorf("only %d steps were played", r.Steps)
	}
}

// The exchange is itself a script, without anything left open, and holds.
func TestTheExchangeIsAScript(t *testing.T) {
	t.Parallel()
	r := play(t, "everything.txt", read(t, "testdata/everything.txt"), newEcho())
	if strings.Contains(r.Exchange, "hint \"fr\", ...") || !strings.Contains(r.Exchange, "w2> say join K7-1\n") {
		t.Errorf("something was left open:\n%s", r.Exchange)
	}
	again := play(t, "exchange.txt", r.Exchange, newEcho())
	if err := again.Err(); err != nil {
		t.Error(err)
	}
	if again.Exchange != r.Exchange {
		t.Errorf("the exchange of the exchange differs:\n%s", again.Exchange)
	}
}

// Each file of testdata/fails is a script that does not hold, then what is
// told of it, then the script as it is updated, which holds.
func TestScriptsThatMustFail(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/fails/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			parts := strings.Split(read(t, file), "-----\n")
			if len(parts) != 3 {
				t.Fatalf("%d parts", len(parts))
			}
			r := play(t, "script", parts[0], newEcho())
			if r.Err() == nil {
				t.Fatal("the script passed")
			}
			if got := r.Report() + "\n"; got != parts[1] {
				t.Errorf("told:\n%s\nexpected:\n%s", got, parts[1])
			}
			if r.Updated != parts[2] {
				t.Errorf("updated:\n%s\nexpected:\n%s", r.Updated, parts[2])
			}
		})
	}
}

func TestAnUpdatedScriptHolds(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/fails/*.txt")
	for _, file := range files {
		if strings.HasPrefix(filepath.Base(file), "undoable") {
			continue // its fault is in what is done, which nobody rewrites
		}
		r := play(t, file, strings.Split(read(t, file), "-----\n")[0], newEcho())
		if err := play(t, file, r.Updated, newEcho()).Err(); err != nil {
			t.Error(err)
		}
	}
}

func TestAGuardSkips(t *testing.T) {
	t.Parallel()
	const text = "! only files\n! only rooms edit\nw1> say hello\n"
	r := play(t, "guard", text, newEcho(transcript.Edit))
	if r.Skipped != "needs edit" || r.Steps != 0 || r.Err() != nil {
		t.Errorf("skipped %q after %d steps, %v", r.Skipped, r.Steps, r.Err())
	}
	if r := play(t, "guard", text, newEcho(transcript.Block)); r.Skipped != "" || r.Steps != 1 {
		t.Errorf("skipped %q after %d steps", r.Skipped, r.Steps)
	}
}

func TestWhatANetworkCannotDoWantsAGuard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line    string
		feature transcript.Feature
	}{
		{"w1> ~ say x", transcript.Edit},
		{"w1> + a.txt", transcript.Files},
		{"w1@r> say x", transcript.Rooms},
		{"! room r w1", transcript.Rooms},
		{"! leave r w1", transcript.Rooms},
		{"! migrate r", transcript.Migrate},
		{"! block w1", transcript.Block},
		{"! again", transcript.Again},
		{"! lang w1 fr", transcript.Lang},
		{"w2> [Yes] of w1", transcript.Forge},
	} {
		r := play(t, "script", c.line+"\n", newEcho(c.feature))
		if len(r.Failures) != 1 || !strings.Contains(r.Failures[0].What, "! only "+string(c.feature)) {
			t.Errorf("%s: %v", c.line, r.Err())
		}
	}
}

func TestAWorldThatFailsEndsThePlay(t *testing.T) {
	t.Parallel()
	s, err := transcript.Parse("script", "w1> say a\nw1< b\n\nserver> explode\nw1> say c\n")
	if err != nil {
		t.Fatal(err)
	}
	r, err := transcript.Play(t.Context(), s, newEcho())
	if err == nil || !strings.Contains(err.Error(), "script:4: no such program") {
		t.Errorf("error %v", err)
	}
	if r.Steps != 1 || len(r.Failures) != 1 {
		t.Errorf("%d steps, %v", r.Steps, r.Err())
	}
}

// jump is a world that does not know what is due next.
type jump struct{ *echo }

func (jump) NextDue() {}

func TestWithoutAPlannerTheClockJumps(t *testing.T) {
	t.Parallel()
	r := play(t, "script", "! clock 2026-11-24T08:00:00Z\nw1> later 24h one\n! clock +2d\nw1< one at 26 Nov 08:00\n", jump{newEcho()})
	if err := r.Err(); err != nil {
		t.Error(err)
	}
}

// restless is a world in which something is always due in an instant.
type restless struct{ *echo }

func (r restless) NextDue(context.Context) (time.Time, bool, error) {
	return r.clock.Now().Add(time.Nanosecond), true, nil
}

func TestEndlessWorkEndsThePlay(t *testing.T) {
	t.Parallel()
	s, err := transcript.Parse("script", "! clock +1d\n")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := transcript.Play(t.Context(), s, restless{newEcho()}); err == nil {
		t.Error("the clock got past endless work")
	}
}

func TestUpdateWritesTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "script.txt")
	if err := os.WriteFile(path, []byte("w1> say a\nw1< b\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, want := range []bool{true, false} {
		s, err := transcript.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := transcript.Play(t.Context(), s, newEcho())
		if err != nil {
			t.Fatal(err)
		}
		if changed, err := transcript.Update(path, r); changed != want || err != nil {
			t.Errorf("round %d: changed %v, %v", i, changed, err)
		}
	}
	if got := read(t, path); got != "w1> say a\nw1< a\n" {
		t.Errorf("written:\n%s", got)
	}
	if changed, err := transcript.Update(path, transcript.Result{Skipped: "needs rooms"}); changed || err != nil {
		t.Errorf("a skipped script was written: %v, %v", changed, err)
	}
}
