package vault

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	macsubtle "github.com/tink-crypto/tink-go/v2/mac/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const masterSize = 32

// Master is the secret from which the server's keys are derived. It lives in
// a file or in the environment, never in the database. It prints as nothing.
type Master struct {
	secret [masterSize]byte
}

// LoadMaster reads a master from source: its value, 32 bytes in padded base64
// (44 characters), or else the path of a file that holds that. Errors never
// quote source, since it may be a mistyped secret.
func LoadMaster(source string) (Master, error) {
	if m, err := parseMaster(source); err == nil {
		return m, nil
	}
	text, err := os.ReadFile(source)
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err
		}
		return Master{}, fmt.Errorf("vault: the master key is neither 32 bytes in base64 nor a file that can be read: %w", err)
	}
	m, err := parseMaster(string(text))
	if err != nil {
		return Master{}, fmt.Errorf("vault: the master key's file: %w", err)
	}
	return m, nil
}

func parseMaster(text string) (Master, error) {
	var m Master
	b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(text))
	if err != nil || len(b) != masterSize {
		return Master{}, errors.New("does not hold 32 bytes in base64")
	}
	copy(m.secret[:], b)
	return m, nil
}

// CreateMaster draws a master and writes it to a new file at path that only
// its owner can read (0600). It refuses with fs.ErrExist where there is a
// file already: what is sealed under an overwritten master is lost.
func CreateMaster(path string) (Master, error) {
	var m Master
	rand.Read(m.secret[:]) // never fails: crypto/rand ends the program instead
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Master{}, fmt.Errorf("vault: create the master key: %w", err)
	}
	_, err = f.WriteString(base64.StdEncoding.EncodeToString(m.secret[:]) + "\n")
	// On the disk before anything is sealed under it.
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		os.Remove(path)
		return Master{}, fmt.Errorf("vault: write the master key: %w", err)
	}
	return m, nil
}

// String keeps the secret out of texts.
func (Master) String() string { return "[master key]" }

// Format keeps the secret out of every verb of fmt.
func (m Master) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, m.String()) }

// LogValue keeps the secret out of logs.
func (Master) LogValue() slog.Value { return slog.StringValue("[master key]") }

// Names under which keys are derived from the master (RFC 5869, "info"). They
// never change.
const (
	lookupInfo = "manyhands vault look-up key 1"
	wrapInfo   = "manyhands vault key-encryption key 1"
)

func (m Master) derive(info string) ([]byte, error) {
	k, err := hkdf.Key(sha256.New, m.secret[:], nil, info, masterSize)
	if err != nil {
		return nil, fmt.Errorf("vault: derive a key: %w", err)
	}
	return k, nil
}

// wrapper is the key-encryption key: AES256-GCM.
func (m Master) wrapper() (tink.AEAD, error) {
	k, err := m.derive(wrapInfo)
	if err != nil {
		return nil, err
	}
	a, err := subtle.NewAESGCM(k)
	if err != nil {
		return nil, fmt.Errorf("vault: key-encryption key: %w", err)
	}
	return a, nil
}

func newLookup(key []byte) (tink.MAC, error) {
	h, err := macsubtle.NewHMAC("SHA256", key, sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("vault: look-up key: %w", err)
	}
	return h, nil
}
