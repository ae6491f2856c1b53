package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"

	"manyhands/adapters/telegram/telegramstage"
	"manyhands/bots"
	"manyhands/bots/transcript"
)

// secretTalk is a conversation whose every word a thief would like to find.
const secretTalk = `
server> collective create "Secretive Sparrows" --steward
server< ...start {link}
  | ...
w1> /start {link}
w1> /rate toloka fair 1 my comment names nobody yet harms me
w1> /add Unheard Of Requester
w1> toloka
w1> /report
w1> Unheard Of Requester
w1> they threatened me because I organised
w1> /requester a name that I only looked up
w1> something that is no command at all
w2> /start {link}
w2> what I said before I left
w2> /forget
w2> [Yes, erase it]
! kill
w1> /mydata
`

// spoken are the sentences of the talk that must be found nowhere.
var spoken = []string{
	"my comment names nobody yet harms me", "they threatened me because I organised", "a name that I only looked up",
	"something that is no command at all", "what I said before I left", "Secretive Sparrows",
}

// Whoever gets the database, its backup or the logs learns neither who spoke
// nor what was said.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scriptSettings(t, postgres)
			var log lockedBuffer
			clock, parts := transcript.NewClock(scriptStart), Parts{Random: newSeeded(), Log: slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
			stage := telegramstage.New(clock.Now)
			t.Cleanup(stage.Close)
			w, err := newWorld(t.Context(), s, clock, stage, func(p *Program) ([]bots.Network, error) {
				s.TelegramToken, s.TelegramAPI = telegramstage.Token, stage.API()
				return p.networks(s, Parts{Clock: clock.Now})
			}, parts)
			closing(t, w, err)
			script, err := transcript.Parse("secret", secretTalk)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := transcript.Play(t.Context(), script, w); err != nil {
				t.Fatal(err)
			}
			secrets := append([]string{telegramstage.Token, s.Key}, spoken...)
			for _, who := range []string{"w1", "w2"} {
				secrets = append(secrets, strconv.FormatInt(stage.UserID(who), 10))
			}
			haystacks := map[string][]byte{"the log": log.Bytes()} // and the write-ahead log, on SQLite
			if postgres {
				haystacks["the database"] = dump(t, s.Database)
			} else {
				readFolder(t, s.Data, haystacks)
			}
			for where, hay := range haystacks {
				for _, secret := range secrets {
					if form := holds(hay, secret); form != "" {
						t.Errorf("%s holds %q (%s)", where, secret, form)
					}
				}
			}
			// The search finds what is there: names of requesters are public.
			if where := "Unheard Of Requester"; !anyHolds(haystacks, where) {
				t.Errorf("the search does not find %q, which is kept in the open", where)
			}
		})
	}
}

// holds tells in which form a text is there: as it is, in hexadecimal, in
// base64 at any offset, or in the two-byte letters of JSON escapes.
func holds(hay []byte, text string) string {
	lower := bytes.ToLower(hay)
	needle := strings.ToLower(text)
	if bytes.Contains(lower, []byte(needle)) {
		return "as it is"
	}
	if bytes.Contains(lower, []byte(hex.EncodeToString([]byte(text)))) {
		return "in hexadecimal"
	}
	for shift := range 3 {
		// Without the characters at both ends that depend on neighbours.
		coded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + text))
		inner := coded[(shift*8+5)/6+1 : len(coded)-2]
		if len(inner) > 12 && (bytes.Contains(hay, []byte(inner)) || bytes.Contains(hay, []byte(strings.NewReplacer("+", "-", "/", "_").Replace(inner)))) {
			return "in base64"
		}
	}
	return ""
}

func anyHolds(haystacks map[string][]byte, text string) bool {
	for _, hay := range haystacks {
		if holds(hay, text) != "" {
			return true
		}
	}
	return false
}

func readFolder(t *testing.T, dir string, into map[string][]byte) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		into[d.Name()], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// dump is every row of every table as text, as a dump of the database has it.
func dump(t *testing.T, address string) []byte {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var out bytes.Buffer
	for _, table := range column(t, db, `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`) {
		for _, row := range column(t, db, fmt.Sprintf(`SELECT t::text FROM %q t`, table)) {
			out.WriteString(row + "\n")
		}
	}
	return out.Bytes()
}

func column(t *testing.T, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(context.WithoutCancel(t.Context()), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}
