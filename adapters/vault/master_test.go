package vault_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/adapters/vault"
)

func TestMasterIsWrittenForItsOwnerAndReadBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made, err := vault.CreateMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fromFile, err := vault.LoadMaster(path)
	if err != nil || fromFile != made {
		t.Errorf("from the file: another master, %v", err)
	}
	fromValue, err := vault.LoadMaster(strings.TrimSpace(string(text)))
	if err != nil || fromValue != made {
		t.Errorf("from the value: another master, %v", err)
	}
}

func TestMasterIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "master.key")
	made, err := vault.CreateMaster(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.CreateMaster(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("the second time: %v", err)
	}
	if again, err := vault.LoadMaster(path); err != nil || again != made {
		t.Errorf("the file changed, %v", err)
	}
	other, err := vault.CreateMaster(path + "2")
	if err != nil || other == made {
		t.Errorf("two masters are the same, %v", err)
	}
}

func TestMasterThatIsNoneIsRefusedWithoutQuotingIt(t *testing.T) {
	t.Parallel()
	short := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 31))
	file := filepath.Join(t.TempDir(), "short.key")
	if err := os.WriteFile(file, []byte(short), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, source := range []string{"", short, "c2VjcmV0", file, file + ".none"} {
		_, err := vault.LoadMaster(source)
		if err == nil {
			t.Errorf("%q was taken", source)
		} else if source != "" && strings.Contains(err.Error(), source) {
			t.Errorf("the error quotes it: %v", err)
		}
	}
}

func TestMasterPrintsAsNothing(t *testing.T) {
	t.Parallel()
	m, err := vault.LoadMaster(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xab}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "key", m)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "key", &m)
	fmt.Fprintf(&b, "%v %+v %#v %s %x %d", m, m, m, m, m, []vault.Master{m})
	for _, secret := range []string{"171", "abab", "q6ur", "0xab"} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("printed: %s", b.String())
		}
	}
}
