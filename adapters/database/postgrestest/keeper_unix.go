//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package postgrestest

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed keeper.sh
var keeper string

// settings of a cluster that may forget everything, and serves many tests that
// each make a database of their own.
var settings = []string{
	"listen_addresses = ''",
	"port = 5432", // names the socket only
	"max_connections = 300",
	"fsync = off",
	"synchronous_commit = off",
	"full_page_writes = off",
	"wal_level = minimal",
	"max_wal_senders = 0",
	"checkpoint_timeout = 1h",
	"max_wal_size = 512MB",
	"jit = off",
	"logging_collector = off",
}

// start runs a keeper with a cluster from the programs in bin, and returns once
// the server answers.
func start(ctx context.Context, bin string) (*Server, error) {
	as, name, err := unprivileged()
	if err != nil {
		return nil, err
	}
	args := append([]string{"-c", keeper, "keeper", bin, tempDir()}, settings...)
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = "/" // the other user may not be able to enter ours
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: as}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	line, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("as user %s: %w", name, err)
	}
	dir, _ := bufio.NewReader(out).ReadString('\n') // what went wrong is in complaint
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = cmd.Wait() // the keeper's own status says nothing about the server
	}()
	dir = strings.TrimSpace(dir)
	s := &Server{URL: socketURL(dir), Programs: bin, User: name, keeper: line, done: done}
	if dir == "" {
		_ = line.Close()
		<-done
		return nil, fmt.Errorf("initdb as user %s: %s", name, strings.TrimSpace(complaint.String()))
	}
	if err := ready(ctx, s.URL); err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return nil, errors.Join(err, errors.New(strings.TrimSpace(string(log))), s.Stop())
	}
	return s, nil
}

// unprivileged returns the user that the server runs as: ourselves, except for
// root, which PostgreSQL refuses.
func unprivileged() (*syscall.Credential, string, error) {
	if os.Geteuid() != 0 {
		return nil, strconv.Itoa(os.Geteuid()), nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errU := strconv.ParseUint(u.Uid, 10, 32)
		gid, errG := strconv.ParseUint(u.Gid, 10, 32)
		if errU == nil && errG == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, name, nil
		}
	}
	return nil, "", errors.New("PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody")
}

// tempDir is the temporary folder that was asked for, or "" where the choice is
// the keeper's. The path of a socket has room for about 100 bytes, so a long one
// is passed over.
func tempDir() string {
	const rest = len("/manyhands-pg.XXXXXX/.s.PGSQL.5432")
	if dir := os.Getenv("TMPDIR"); len(dir)+rest <= 100 {
		return dir
	}
	return ""
}

// socketURL names everything that the variables PGHOST, PGUSER and their kin
// could change otherwise.
func socketURL(dir string) string {
	q := url.Values{"host": {dir}, "port": {"5432"}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres", RawQuery: q.Encode()}
	return u.String()
}

// ready waits until the server answers, at most half a minute.
func ready(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		conn, err := pgx.Connect(ctx, url)
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-again.C:
		}
	}
}
