package main

import (
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"manyhands/adapters/database/postgrestest"
	"manyhands/adapters/discord/discordstage"
	"manyhands/adapters/telegram/telegramstage"
	"manyhands/adapters/webchat/webchattest"
	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/transcript"
)

// transcripts is where the conversations are, as tests and as manual.
const transcripts = "../transcripts"

// stages are the networks that every transcript is played on.
var stages = map[string]func(t *testing.T, s Settings) transcript.World{
	"console": func(t *testing.T, s Settings) transcript.World {
		parts := testParts(t)
		w, err := consoleWorld(t.Context(), s, parts.Log, parts.Catalogue)
		return closing(t, w, err)
	},
	"web": func(t *testing.T, s Settings) transcript.World {
		stage := webchattest.NewStage()
		t.Cleanup(stage.Close)
		clock, parts := transcript.NewClock(scriptStart), testParts(t)
		w, err := newWorld(t.Context(), s, clock, stage, func(p *Program) ([]bots.Network, error) {
			chat, err := p.webchat(s, Parts{Clock: clock.Now, Random: parts.Random}, parts.Log)
			stage.Serve(chat.Handler())
			return []bots.Network{chat}, err
		}, parts)
		return closing(t, w, err)
	},
	"discord": func(t *testing.T, s Settings) transcript.World {
		clock, parts := transcript.NewClock(scriptStart), testParts(t)
		stage := discordstage.New(clock.Now)
		t.Cleanup(stage.Close)
		w, err := newWorld(t.Context(), s, clock, stage, func(p *Program) ([]bots.Network, error) {
			s.DiscordToken, s.DiscordAPI = discordstage.Token, stage.API()
			return p.networks(s, Parts{Clock: clock.Now})
		}, parts)
		return closing(t, w, err)
	},
	"telegram": func(t *testing.T, s Settings) transcript.World {
		clock, parts := transcript.NewClock(scriptStart), testParts(t)
		stage := telegramstage.New(clock.Now)
		t.Cleanup(stage.Close)
		w, err := newWorld(t.Context(), s, clock, stage, func(p *Program) ([]bots.Network, error) {
			s.TelegramToken, s.TelegramAPI = telegramstage.Token, stage.API()
			return p.networks(s, Parts{Clock: clock.Now})
		}, parts)
		return closing(t, w, err)
	},
}

// catalogue is the sentences, read once for all scripts.
var catalogue = sync.OnceValues(locale.New)

// testParts are a script's parts but its clock.
func testParts(t *testing.T) Parts {
	words, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	return Parts{Random: newSeeded(), Log: testLog(t), Catalogue: words}
}

func testLog(t *testing.T) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}

func closing(t *testing.T, w *world, err error) transcript.World {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// testKey is the master key of scripted instances.
var testKey = base64.StdEncoding.EncodeToString([]byte("a master key for tests, 32 bytes"))

// scriptSettings are the settings of a new instance, copied from one that was
// opened once: migrated, with the starter platforms.
func scriptSettings(t *testing.T, postgres bool) Settings {
	t.Helper()
	dir := t.TempDir()
	s := Settings{Data: dir, Key: testKey}
	if postgres {
		s.Database = postgrestest.FromTemplate(t, "manyhands_program", func(url string) error {
			return openOnce(t.Context(), Settings{Data: dir, Key: testKey, Database: url})
		})
		return s
	}
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range template {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.Database = "sqlite:" + filepath.Join(dir, "script.db")
	return s
}

func openOnce(ctx context.Context, s Settings) error {
	p, err := Open(ctx, s, Parts{
		Clock: transcript.NewClock(scriptStart).Now, Random: newSeeded(), Log: slog.New(slog.DiscardHandler),
		Networks: func(*Program) ([]bots.Network, error) { return nil, nil },
	})
	if err != nil {
		return err
	}
	return p.Close()
}

// sqliteTemplate is the files of a new instance on SQLite.
var sqliteTemplate = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "manyhands-template-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := openOnce(context.Background(), Settings{Data: dir, Key: testKey, Database: "sqlite:" + filepath.Join(dir, "script.db")}); err != nil {
		return nil, err
	}
	files := map[string][]byte{}
	for _, name := range []string{"script.db", "script.db.keys"} {
		if files[name], err = os.ReadFile(filepath.Join(dir, name)); err != nil {
			return nil, err
		}
	}
	return files, nil
})

// Every conversation is the same on every network and on both databases. What
// a network cannot do is skipped by a guard in the script, and counted.
func TestTranscripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(transcripts, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	for n, network := range slices.Sorted(maps.Keys(stages)) {
		open := stages[network]
		for d, name := range []string{network + "/sqlite", network + "/postgres"} {
			postgres, turn := d == 1, 2*n+d
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				var played, skipped, steps atomic.Int64
				t.Cleanup(func() {
					t.Logf("%s: %d transcripts played (%d steps), %d skipped by their guards", name, played.Load(), steps.Load(), skipped.Load())
				})
				for i, file := range files {
					if raced && (i+turn)%(2*len(stages)) != 0 {
						continue
					}
					t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
						t.Parallel()
						r := playOne(t, file, open(t, scriptSettings(t, postgres)))
						if r.Skipped != "" {
							skipped.Add(1)
							return
						}
						played.Add(1)
						steps.Add(int64(r.Steps))
					})
				}
			})
		}
	}
}

func playOne(t *testing.T, file string, w transcript.World) transcript.Result {
	t.Helper()
	script, err := transcript.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := transcript.Play(t.Context(), script, w)
	if err = errors.Join(err, r.Err()); err != nil {
		t.Error(err)
	}
	return r
}

// TestMain keeps a machine's own settings out of the tests.
func TestMain(m *testing.M) {
	mainIfAsked()
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "MANYHANDS_") && name != "MANYHANDS_TEST_DATABASE" {
			_ = os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}
