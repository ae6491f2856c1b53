package postgrestest

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// programsTxz is a tar, packed by xz, of bin/initdb, bin/postgres and
// bin/pg_ctl: scripts that only fail.
const programsTxz = `/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/AKBdADEaShsFkZA3OlG9V3Gz1uQT2IkFiqoMHBasuMpKCqpfKPtBYsys
5JdzrIb4A2st7uUH/JzMqJmxoDa7nTZeRJC3mULu5Q/S+CkyBahDJ6WKtVPpk2jGu/uO18OBK8dNIvAN9OwHFlMI+qZPL+N1eULG6XvkTHkP5APz
5duwsxY85Hr9OSZ8s7LR9BygvYj+weeMweR2wjiCES2FaVDlxAAA+9A2RZzKG0sAAbwBgFAAAOi22BKxxGf7AgAAAAAEWVo=`

// The real repository cannot be reached from everywhere; this one has its form.
func TestDownloadLeavesWholeProgramsOnly(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // the library leaves its log there; hence not parallel
	packed, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(programsTxz, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	archive := zip.NewWriter(&jar)
	file, err := archive.Create("postgres.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(packed); err != nil {
		t.Fatal(err)
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	repository := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, string(downloaded)+".jar") {
			http.NotFound(w, r) // there is no checksum: the library then does without
			return
		}
		_, _ = w.Write(jar.Bytes())
	}))
	t.Cleanup(repository.Close)

	cache := t.TempDir()
	home := filepath.Join(cache, "postgresql")
	config := embedded.DefaultConfig().BinaryRepositoryURL(repository.URL)
	var both sync.WaitGroup
	for range 2 { // as two test processes do
		both.Go(func() {
			if err := download(config, cache, home); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if !hasServer(filepath.Join(home, "bin")) {
		t.Error("the programs are not there")
	}
	entries, err := os.ReadDir(cache)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the programs there is more: %v (%v)", entries, err)
	}
}

func TestNewestVersionComesFirst(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]int{
		"/usr/lib/postgresql/15/bin":          15,
		"/usr/pgsql-9/bin":                    9,
		"/opt/homebrew/opt/postgresql@17/bin": 17,
		"/usr/local/pgsql/bin":                0,
	} {
		if got := version(path); got != want {
			t.Errorf("%s: version %d, want %d", path, got, want)
		}
	}
}
