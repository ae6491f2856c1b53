package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// errNone is the answer where no way led to a server.
var errNone = errors.New(`no PostgreSQL could be found or started for the tests. One of these helps:
  - install the server (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql)
  - or set MANYHANDS_TEST_DATABASE=postgres://user:password@host:5432/postgres to a server, 13 or newer,
    whose user may create databases (ALTER USER ... CREATEDB); the tests make and drop their own`)

// places are where distributions put the server's programs, a folder a version.
var places = []string{
	"/usr/lib/postgresql/*/bin",
	"/usr/pgsql-*/bin",
	"/usr/lib/postgresql*/bin",
	"/usr/libexec/postgresql*",
	"/usr/local/pgsql/bin",
	"/opt/homebrew/opt/postgresql@*/bin",
	"/usr/local/opt/postgresql@*/bin",
	"/Applications/Postgres.app/Contents/Versions/*/bin",
}

// Start starts a private cluster from the programs on this machine, and where
// there are none installs or downloads them, telling progress to log. It does
// not look at MANYHANDS_TEST_DATABASE. The server stands until Stop is called
// or this process ends.
func Start(ctx context.Context, log io.Writer) (*Server, error) {
	var tried []error
	try := func(bins []string) *Server {
		for _, bin := range bins {
			if ctx.Err() != nil {
				break
			}
			s, err := start(ctx, bin)
			if err == nil {
				return s
			}
			tried = append(tried, fmt.Errorf("%s: %w", bin, err))
		}
		return nil
	}
	if s := try(programs(ctx)); s != nil {
		return s, nil
	}
	if ctx.Err() == nil && canInstall() {
		err := install(ctx, log)
		if err != nil {
			tried = append(tried, err)
		} else if s := try(programs(ctx)); s != nil {
			return s, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := startDownloaded(ctx, log)
	if err == nil {
		return s, nil
	}
	return nil, errors.Join(append([]error{errNone}, append(tried, err)...)...)
}

// programs returns the folders that hold both initdb and postgres, best first:
// the search path, then the known places, newest version first, then what
// pg_config says.
func programs(ctx context.Context) []string {
	var dirs []string
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// A link (many machines link initdb alone) is followed to the folder that
		// holds the other programs too.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			initdb = real
		}
		dirs = append(dirs, filepath.Dir(initdb))
	}
	for _, place := range places {
		found, _ := filepath.Glob(place) // the only error is a malformed pattern
		slices.SortFunc(found, func(a, b string) int { return version(b) - version(a) })
		dirs = append(dirs, found...)
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	var whole []string
	for _, dir := range dirs {
		if !slices.Contains(whole, dir) && hasServer(dir) {
			whole = append(whole, dir)
		}
	}
	return whole
}

// version reads the major version out of a path such as
// /usr/lib/postgresql/15/bin; 0 where there is none.
func version(path string) int {
	digits := func(r rune) bool { return r < '0' || r > '9' }
	for _, part := range slices.Backward(strings.FieldsFunc(path, digits)) {
		if n, err := strconv.Atoi(part); err == nil {
			return n
		}
	}
	return 0
}

// hasServer tells whether dir holds the two programs that a cluster needs.
func hasServer(dir string) bool {
	for _, name := range []string{"initdb", "postgres"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return false
		}
	}
	return true
}
