// Package networktest holds every network to the contract of bots.Network. A
// network's own tests call Run.
package networktest

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// Run holds a network to what can be told without anybody at the other end.
// open makes a network that may be used at once and reaches nothing outside.
func Run(t *testing.T, open func(t *testing.T) bots.Network) {
	t.Helper()
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("has a name that does not change", func(t *testing.T) {
		t.Parallel()
		a, b := open(t).Name(), open(t).Name()
		if a == "" || a != b || strings.ToLower(a) != a {
			t.Errorf("names %q and %q", a, b)
		}
	})
	t.Run("says who can read what", func(t *testing.T) {
		t.Parallel()
		if key := open(t).Readers().Key; !catalogue.Has(key) {
			t.Errorf("there is no sentence %q", key)
		}
	})
	t.Run("refuses what it cannot decode", func(t *testing.T) {
		t.Parallel()
		n := open(t)
		for _, raw := range []string{"", "{", "null", `"text"`, "[]", "\x00\xff", `{"update":{"message":17}}`} {
			if m, err := n.Decode(bots.Arrival{Network: n.Name(), Key: "1", Lane: "1", Raw: []byte(raw)}); err == nil && m.Event == "" && m.From.ID != "" {
				t.Errorf("%q was decoded as %+v", raw, m)
			}
		}
	})
	t.Run("splits the same way every time", func(t *testing.T) {
		t.Parallel()
		n := open(t)
		rapid.Check(t, func(t *rapid.T) {
			o := Reply(t)
			first, err := n.Split(o)
			if err != nil {
				t.Fatalf("a reply cannot be rendered: %v", err)
			}
			second, err := n.Split(o)
			if err != nil || len(first) != len(second) || len(first) == 0 {
				t.Fatalf("%d parts, then %d, %v", len(first), len(second), err)
			}
			for i := range first {
				if !bytes.Equal(first[i].Body, second[i].Body) || !bytes.Equal(first[i].Plain, second[i].Plain) {
					t.Fatalf("part %d differs", i)
				}
			}
		})
	})
	t.Run("tells a failed send in the bot's terms", func(t *testing.T) {
		t.Parallel()
		n := open(t)
		_, err := n.Send(t.Context(), bots.Parcel{ID: "1", To: bots.Address{Lane: "nowhere", Data: "nowhere"}, Part: bots.Part{Body: []byte("{")}})
		var failure *bots.SendError
		if !errors.As(err, &failure) {
			t.Errorf("a send to nowhere returned %v", err)
		}
	})
}

// Reply draws a reply such as the bot makes, with awkward words in it.
func Reply(t *rapid.T) bots.Outgoing {
	words := rapid.OneOf(rapid.String(), rapid.StringN(0, 3000, -1), rapid.SampledFrom([]string{
		"<3", "*bold* _so_ ~to~ `speak`", "@everyone <@1>", "[a](http://b)", "\u2068اسم\u2069 Acme (Data) 2.0", "👩‍👩‍👧‍👦🇲🇬", "> quote\n- item",
	}))
	kinds := []bots.BlockKind{bots.Heading, bots.Paragraph, bots.Field, bots.Item, bots.Quote, bots.Note}
	o := bots.Outgoing{Lang: rapid.SampledFrom(locale.Langs()).Draw(t, "language")}
	for range rapid.IntRange(1, 6).Draw(t, "blocks") {
		b := bots.OutBlock{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Text: "x" + words.Draw(t, "text")}
		if b.Kind == bots.Field {
			b.Label = "y" + rapid.StringN(0, 20, -1).Draw(t, "label")
		}
		o.Blocks = append(o.Blocks, b)
	}
	for range rapid.IntRange(0, 4).Draw(t, "rows") {
		var row []bots.OutButton
		for range rapid.IntRange(1, 4).Draw(t, "buttons") {
			row = append(row, bots.OutButton{Label: "z" + rapid.StringN(0, 30, -1).Draw(t, "button"), Data: bots.Data("help", "run", "", len(row))})
		}
		o.Buttons = append(o.Buttons, row)
	}
	return o
}
