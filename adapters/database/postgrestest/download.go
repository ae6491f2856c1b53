package postgrestest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// downloaded is the version that is fetched where the machine has none.
const downloaded = embedded.V15

// startDownloaded starts a cluster from the programs that embedded-postgres
// publishes, fetched once and kept in the user's cache.
func startDownloaded(ctx context.Context, log io.Writer) (*Server, error) {
	cache, err := cacheDir()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(cache, "postgresql-"+string(downloaded))
	bin := filepath.Join(home, "bin")
	if !hasServer(bin) {
		say(log, "no PostgreSQL here; downloading %s through embedded-postgres", downloaded)
		if err := download(embedded.DefaultConfig(), cache, home); err != nil {
			return nil, fmt.Errorf("download PostgreSQL %s: %w", downloaded, err)
		}
	}
	return start(ctx, bin)
}

// cacheDir is a folder that the server's user can read: root's own cache lies
// in a home that others may not enter.
func cacheDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/manyhands", nil
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "manyhands"), err
}

// download fetches and unpacks the programs into home, by way of a folder
// beside it, so that home is there whole or not at all.
func download(config embedded.Config, cache, home string) error {
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp(cache, "download-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	fresh, data := filepath.Join(work, "fresh"), filepath.Join(work, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		return err
	}
	// The library unpacks and then starts a server, which no keeper would watch
	// and which refuses root. A folder of data that names its version but holds
	// nothing lets the start fail right after the unpacking.
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		return err
	}
	server := embedded.NewDatabase(config.Version(downloaded).CachePath(work).
		RuntimePath(filepath.Join(work, "run")).BinariesPath(fresh).DataPath(data).
		Port(0).Logger(io.Discard))
	err = server.Start()
	if err == nil {
		return server.Stop()
	}
	if !hasServer(filepath.Join(fresh, "bin")) {
		return err
	}
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if err := os.Rename(fresh, home); err != nil && !hasServer(filepath.Join(home, "bin")) {
		return err // not merely because another process came first
	}
	return nil
}
