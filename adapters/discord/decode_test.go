package discord

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"manyhands/bots"
)

// Each event in testdata, of the form that Discord documents, stands beside the
// message that it means.
func TestDecode(t *testing.T) {
	w := newWorld(t)
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, ".message.json") {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := w.d.Decode(bots.Arrival{Raw: raw})
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got, err := json.MarshalIndent(m, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		beside := strings.TrimSuffix(file, ".json") + ".message.json"
		want, err := os.ReadFile(beside)
		if err != nil || !bytes.Equal(bytes.TrimSpace(want), got) {
			t.Errorf("%s means\n%s\nand %s says\n%s (%v)", file, got, beside, want, err)
		}
	}
}

func TestDecodeOfWhatIsNone(t *testing.T) {
	w := newWorld(t)
	for _, raw := range []string{"", "{}", `{"t":"INTERACTION_CREATE","d":{}}`, `{"t":"MESSAGE_CREATE","d":[]}`, `{"t":"NEW","d":{"content":"private words"}}`} {
		m, err := w.d.Decode(bots.Arrival{Raw: []byte(raw)})
		if err == nil {
			t.Errorf("%q: %+v", raw, m)
		} else if strings.Contains(err.Error(), "words") {
			t.Errorf("the error tells what was written: %v", err)
		}
	}
}

// The library's own reading of an event that it cannot decode stays its own.
func TestArrivalKeepsTheWholeEvent(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"id":"1","content":"é \u2028","components":[{"type":99}]}`)
	a := arrival("MESSAGE_CREATE", "m:1", "2", raw)
	var e envelope
	if err := json.Unmarshal(a.Raw, &e); err != nil || a.Lane != "user:2" || a.Key != "m:1" {
		t.Fatalf("%+v %v", a, err)
	}
	var kept, came any
	if json.Unmarshal(e.Data, &kept) != nil || json.Unmarshal(raw, &came) != nil || string(must(json.Marshal(kept))) != string(must(json.Marshal(came))) {
		t.Errorf("kept %s", e.Data)
	}
}
