package telegram_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/telegram"
	"manyhands/bots"
)

// TestDecode holds what is made of stored updates, in the shapes of
// https://core.telegram.org/bots/api#update, against what they mean: NAME.json
// and NAME.want. Fields that are zero are left out of the latter.
func TestDecode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	names, err := filepath.Glob("testdata/decode/*.json")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".json"), func(t *testing.T) {
			t.Parallel()
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(strings.TrimSuffix(name, ".json") + ".want")
			if err != nil {
				t.Fatal(err)
			}
			m, err := w.tg.Decode(bots.Arrival{Network: "telegram", Raw: raw})
			if err != nil {
				t.Fatal(err)
			}
			if got := meaning(t, m); got != string(want) {
				t.Errorf("got %swant %s", got, want)
			}
		})
	}
}

// meaning is a message as JSON, without what is zero.
func meaning(t *testing.T, m bots.Message) string {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	prune(fields)
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(fields); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func prune(fields map[string]any) {
	for k, v := range fields {
		switch v := v.(type) {
		case map[string]any:
			if prune(v); len(v) == 0 {
				delete(fields, k)
			}
		case nil:
			delete(fields, k)
		case string:
			if v == "" || v == "0001-01-01T00:00:00Z" {
				delete(fields, k)
			}
		case bool:
			if !v {
				delete(fields, k)
			}
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, raw := range []string{
		``, `null`, `{}`, `[]`, `{"update":7}`, `{"update":[]}`, `{"update":{"message":{"chat":7}}}`,
		`{"update":{"message":{"message_id":"x"}}}`, `{"bot":1,"update":{}}`,
	} {
		if m, err := w.tg.Decode(bots.Arrival{Raw: []byte(raw)}); err == nil {
			t.Errorf("%s means %+v", raw, m)
		}
	}
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/decode/*.json")
	if err != nil || len(names) == 0 {
		f.Fatal(names, err)
	}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	tg, err := telegram.New(telegram.Config{Token: token, Clock: time.Now})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := tg.Decode(bots.Arrival{Raw: raw})
		if err != nil || m.Event != "" {
			return
		}
		if m.Here.Data == "" || m.Chat.Room && m.Press == nil && !strings.HasPrefix(m.Text, "/") {
			t.Errorf("%s means %+v", raw, m)
		}
	})
}
