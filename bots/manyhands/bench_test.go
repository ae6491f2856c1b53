package main

import (
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"manyhands/adapters/console"
	"manyhands/adapters/database/postgrestest"
	"manyhands/bots"
	"manyhands/core"
)

// commitsOfAMessage is how many transactions one message with one answer
// takes: received, taken up, handled, marked as sent.
const commitsOfAMessage = 4

// BenchmarkMessage is one rating from the network to the sent answer, through
// receive, handle and send, in so many chats at once. Beside it stands its
// limit: as many commits of one small row each, straight through the driver.
func BenchmarkMessage(b *testing.B) {
	for _, postgres := range []bool{false, true} {
		name := map[bool]string{false: "sqlite", true: "postgres"}[postgres]
		for _, chats := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/chats=%d", name, chats), func(b *testing.B) { benchMessages(b, postgres, chats) })
		}
		b.Run(name+"/limit", func(b *testing.B) { benchCommits(b, postgres) })
	}
}

func benchMessages(b *testing.B, postgres bool, chats int) {
	dir := b.TempDir()
	s := Settings{Data: dir, Key: testKey, Database: "sqlite:" + filepath.Join(dir, "bench.db")}
	if postgres {
		s.Database = postgrestest.Database(b)
	}
	stage := console.NewStage(time.Now, core.CryptoRandom)
	p, err := Open(b.Context(), s, Parts{
		Clock: time.Now, Random: core.CryptoRandom, Log: slog.New(slog.DiscardHandler),
		Networks: func(*Program) ([]bots.Network, error) { return []bots.Network{console.New(stage)}, nil },
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = p.Close() })
	go func() { _ = p.Bot.Listen(b.Context()) }()
	round := func(n int) {
		for i := range n {
			line := fmt.Sprintf("/rate toloka fair %d pay %d", 1+i%5, 1+i%4)
			if err := stage.Say(b.Context(), fmt.Sprintf("w%d", i%chats), "", line); err != nil {
				b.Fatal(err)
			}
		}
		if err := stage.Reached(b.Context()); err != nil {
			b.Fatal(err)
		}
		if _, err := p.Bot.Drain(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	round(chats) // everyone is met, every statement was seen
	b.ResetTimer()
	if chats > 1 {
		round(b.N)
	} else {
		for range b.N {
			round(1)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}

func benchCommits(b *testing.B, postgres bool) {
	driver, address := "sqlite", "file:"+filepath.Join(b.TempDir(), "limit.db")+
		"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	place := "?"
	if postgres {
		driver, address, place = "pgx", postgrestest.Database(b), "$1"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE small (text TEXT)`); err != nil {
		b.Fatal(err)
	}
	row := strings.Repeat("x", 200)
	b.ResetTimer()
	for range b.N * commitsOfAMessage {
		tx, err := db.BeginTx(b.Context(), nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := tx.ExecContext(b.Context(), `INSERT INTO small VALUES (`+place+`)`, row); err != nil {
			b.Fatal(err)
		}
		if err := tx.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
}
