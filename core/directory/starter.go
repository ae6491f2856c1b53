package directory

import (
	"crypto/sha256"
	_ "embed" // the starter directory
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"manyhands/core"
)

//go:embed starter.csv
var starterCSV string

// Starter is the directory a new server begins with: platforms of click-work,
// each with the source it was taken from. Refs and keys are derived from the
// name, so that all servers agree on them and filling a directory twice adds
// nothing. An error is a fault of the built-in file.
func Starter() ([]Platform, error) { return readStarter(strings.NewReader(starterCSV)) }

// columns of the starter directory, in order.
var columns = []string{
	"name", "other_names", "website", "kinds", "countries",
	"requester_id_format", "status", "source", "note",
}

func readStarter(r io.Reader) ([]Platform, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("directory: starter: %w", err)
	}
	if len(rows) == 0 || strings.Join(rows[0], ",") != strings.Join(columns, ",") {
		return nil, fmt.Errorf("directory: starter: columns are not %v", columns)
	}
	platforms := make([]Platform, 0, len(rows)-1)
	for _, row := range rows[1:] {
		p, err := starterPlatform(row)
		if err != nil {
			return nil, fmt.Errorf("directory: starter: %q: %w", row[0], err)
		}
		platforms = append(platforms, p)
	}
	return platforms, nil
}

func starterPlatform(row []string) (Platform, error) {
	name, err := NewName(row[0])
	if err != nil {
		return Platform{}, err
	}
	p := Platform{
		Name: name, Website: row[2], RequesterIDs: ParseIDFormat(row[5]),
		Status: ParseStatus(row[6]), Source: row[7], Note: row[8],
	}
	p.ID, p.Ref = starterKeys(name)
	if claimed(row[4]) {
		p.Claimed = row[4]
	} else {
		p.Countries = row[4]
	}
	for kind := range strings.SplitSeq(row[3], "|") {
		p.Kinds = append(p.Kinds, Work(kind))
	}
	if p.OtherNames, err = otherNames(name, row[1]); err != nil {
		return Platform{}, err
	}
	return p, p.Validate()
}

// claimed tells whether a cell says of itself that it is the platform's own
// claim.
func claimed(cell string) bool {
	for _, mark := range []string{"self-reported", "claimed", "own blog"} {
		if strings.Contains(cell, mark) {
			return true
		}
	}
	return false
}

// otherNames are the names in a cell where "; " parts them. A bracket explains
// the name before it. Two cells describe instead of naming, and the name of
// the row itself in other letters is no other name.
func otherNames(name Name, cell string) ([]Name, error) {
	var names []Name
	for part := range strings.SplitSeq(cell, ";") {
		text, _, _ := strings.Cut(part, "(")
		text = strings.TrimSpace(text)
		if text == "" || Fold(text) == Fold(name.String()) ||
			strings.HasPrefix(text, "workers called ") || strings.HasSuffix(text, " subsidiary") {
			continue
		}
		n, err := NewName(text)
		if err != nil {
			return nil, err
		}
		names = append(names, n)
	}
	return names, nil
}

// starterKeys derives the key (a UUIDv8, RFC 9562 section 5.8) and the Ref of
// a starter platform from the two halves of one hash.
func starterKeys(name Name) (PlatformID, core.Ref) {
	sum := sha256.Sum256([]byte("manyhands starter platform\n" + Fold(name.String())))
	key := uuid.UUID(sum[16:])
	key[6] = key[6]&0x0f | 0x80
	key[8] = key[8]&0x3f | 0x80
	return PlatformID(key), core.Ref(base64.RawURLEncoding.EncodeToString(sum[:16]))
}
