package discord

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"manyhands/adapters/discord/discordstage"
	"manyhands/bots"
	"manyhands/bots/locale"
)

// text draws a text as people type it, with all that means something to
// Discord.
func text(t *rapid.T, label string) string {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{
			" ", "\n", "\n\n", "**", "*a*", "__", "_x_", "~~", "`", "```\n", "||", "> ", ">>> ", "# ", "### ", "-# ", "- ", "* ", "1. ", "12) ",
			"\\", "\\*", "[a](https://evil.example)", "<@1>", "<@&2>", "<#3>", "<:a:1>", "<t:0:R>", "</rate:1>", "@everyone", "@here", ":smile:",
			"https://example.org/a_b*c?d=1&e=(f)", "see https://example.org.", "xhttps://no.example", "\u2068Acme_Data\u2069", "\u2068https://a.example/x_y\u2069",
			"é", "e\u0301", "👩‍👩‍👧‍👦", "🇫🇷", "شركة", "12:30:45", "• ", "» ", ": ", "<", ">", "\u200d", "ﷺ",
		}),
		rapid.StringMatching(`[a-zA-Z]{1,12}`),
		rapid.StringN(1, 8, -1),
	)
	all := strings.Join(rapid.SliceOfN(piece, 0, 25).Draw(t, label), "")
	if rapid.Bool().Draw(t, label+" is long") {
		all = strings.Repeat(all, rapid.IntRange(1, 20).Draw(t, "times"))
	}
	return bots.CleanText(all)
}

func reply(t *rapid.T) bots.Outgoing {
	o := bots.Outgoing{Lang: locale.English}
	kinds := []bots.BlockKind{bots.Heading, bots.Paragraph, bots.Field, bots.Item, bots.Quote, bots.Note}
	for i := range rapid.IntRange(1, 8).Draw(t, "blocks") {
		b := bots.OutBlock{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Text: text(t, fmt.Sprint("text ", i))}
		if b.Kind == bots.Quote && b.Text == "" {
			b.Text = "silence" // an empty quote is not shown
		}
		if b.Kind == bots.Field {
			b.Label = strings.ReplaceAll(text(t, "label"), "\n", " ")
			if r := []rune(b.Label); len(r) > 80 {
				b.Label = string(r[:80])
			}
		}
		o.Blocks = append(o.Blocks, b)
	}
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		var row []bots.OutButton
		for range rapid.IntRange(1, 7).Draw(t, "in a row") {
			row = append(row, bots.OutButton{
				Label: text(t, "button"), Data: rapid.SampledFrom([]string{"a.b..0", "c.d..1", "help.run..0"}).Draw(t, "data"),
			})
		}
		o.Buttons = append(o.Buttons, row)
	}
	if rapid.Bool().Draw(t, "asks") {
		o.Ask = &bots.OutAsk{Data: "report.write.AAAAAAAAAAAAAAAAAAAAAA.1", Label: text(t, "ask")}
	}
	return o
}

// squeezed is a text without what splitting may change: white space where it
// was cut, and the sign before a quote that goes on.
func squeezed(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(s, "»", "")), "")
}

func TestEveryReplyIsTakenByDiscordAndCanBeReadBack(t *testing.T) {
	w := newWorld(t)
	nth := 0
	rapid.Check(t, func(t *rapid.T) {
		o := reply(t)
		parts, err := w.d.Split(o)
		if err != nil {
			t.Fatal(err)
		}
		pieces := cutUp(linesOf(o.Blocks))
		var whole strings.Builder
		buttons := 0
		for i, part := range parts {
			var b body
			if err := json.Unmarshal(part.Body, &b); err != nil {
				t.Fatal(err)
			}
			for _, r := range b.Rows {
				buttons += len(r.Buttons)
			}
			plain := discordstage.Plain(b.Content)
			if i < len(pieces) && plain != pieces[i].plain {
				t.Fatalf("read back\n%q\nnot\n%q\nfrom\n%q", plain, pieces[i].plain, b.Content)
			}
			whole.WriteString(plain + "\n")
			for _, form := range [][]byte{part.Body, part.Plain} {
				if len(form) == 0 {
					continue
				}
				nth++
				_, err := w.d.Send(w.ctx, bots.Parcel{ID: fmt.Sprint(nth), To: room(w.room.ID), Part: bots.Part{Body: form}})
				if err != nil {
					t.Fatalf("refused: %v\n%s", err, form)
				}
			}
			if n := utf8.RuneCountInString(b.Content); n > mostContent {
				t.Fatalf("%d characters", n)
			}
		}
		if got, want := squeezed(whole.String()), squeezed(o.Plain()); got != want {
			t.Fatalf("together\n%q\nnot\n%q", got, want)
		}
		if len(parts) == 1 && strings.TrimSpace(parts1(pieces)) != strings.TrimSpace(o.Plain()) {
			t.Fatalf("one part reads\n%q\nnot\n%q", parts1(pieces), o.Plain())
		}
		want := 0
		for _, r := range o.Buttons {
			want += len(r)
		}
		if o.Ask != nil {
			want++
		}
		if buttons != want {
			t.Fatalf("%d buttons, want %d", buttons, want)
		}
	})
}

func parts1(pieces []piece) string {
	if len(pieces) == 0 {
		return ""
	}
	return pieces[0].plain
}

// A cut falls between words where there are any, and never within a letter.
func TestCutsFallBetweenWords(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]string{"silence", "👩‍👩‍👧‍👦", "e\u0301e\u0301", "a_b", "🇫🇷🇲🇬"}).Draw(t, "word")
		kind := rapid.SampledFrom([]bots.BlockKind{bots.Heading, bots.Paragraph, bots.Quote, bots.Note, bots.Item}).Draw(t, "kind")
		n := rapid.IntRange(200, 900).Draw(t, "times")
		for _, p := range cutUp(linesOf([]bots.OutBlock{{Kind: kind, Text: strings.TrimSpace(strings.Repeat(word+" ", n))}})) {
			for _, w := range strings.Fields(strings.TrimLeft(p.plain, "»• ")) {
				if w != word {
					t.Fatalf("cut to %q", w)
				}
			}
		}
		unbroken := strings.Repeat(word, n)
		for _, p := range cutUp(linesOf([]bots.OutBlock{{Kind: bots.Paragraph, Text: unbroken}})) {
			if len(p.plain)%len(firstLetter(word)) != 0 && word != "silence" && word != "a_b" {
				t.Fatalf("cut within a letter: %q", p.plain)
			}
		}
	})
}

func firstLetter(word string) string { return atoms(word, inLine)[0].plain }

func TestSplitIsTheSameEveryTime(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		o := reply(t)
		a, _ := w.d.Split(o)
		b, _ := w.d.Split(o)
		for i := range a {
			if string(a[i].Body) != string(b[i].Body) || string(a[i].Plain) != string(b[i].Plain) {
				t.Fatal("two splits differ")
			}
		}
	})
}

func TestMarkup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		block bots.OutBlock
		want  string
	}{
		{bots.OutBlock{Kind: bots.Heading, Text: "Acme *Data*"}, `**Acme \*Data\***`},
		{bots.OutBlock{Kind: bots.Field, Label: "Pay", Text: "3.4"}, "**Pay:** 3.4"},
		{bots.OutBlock{Kind: bots.Item, Text: "one"}, "• one"},
		{bots.OutBlock{Kind: bots.Note, Text: "small"}, "-# small"},
		{bots.OutBlock{Kind: bots.Quote, Text: "a\nb"}, "> a\n> b"},
		{bots.OutBlock{Kind: bots.Paragraph, Text: "# no\n- no\n1. no\n> no\n-# no"}, "\\# no\n\\- no\n1\\. no\n\\> no\n\\-# no"},
		{bots.OutBlock{Kind: bots.Paragraph, Text: ":smile: 12:30 a: b"}, `\:smile: 12:30 a: b`},
		{bots.OutBlock{Kind: bots.Paragraph, Text: "\u2068https://a.example/x_y\u2069, ok"}, "\u2068<https://a.example/x_y>\u2069, ok"},
		{bots.OutBlock{Kind: bots.Heading, Text: "https://a.example/x_y"}, `**https\://a.example/x\_y**`},
		{bots.OutBlock{Kind: bots.Paragraph, Text: `a\b`}, `a\\b`},
	} {
		pieces := cutUp(linesOf([]bots.OutBlock{c.block}))
		if len(pieces) != 1 || pieces[0].md != c.want {
			t.Errorf("%+v: got %q, want %q", c.block, pieces, c.want)
		}
	}
}

func TestButtons(t *testing.T) {
	w := newWorld(t)
	rows := w.d.rows(bots.Outgoing{
		Lang: locale.English,
		Buttons: [][]bots.OutButton{
			{{Label: "Save", Data: "a.save..0", Weight: bots.Primary}, {Label: "Forget", Data: "a.forget..0", Weight: bots.Danger}},
			{{Label: strings.Repeat("long ", 40), Data: "a.save..0"}, {Label: "Web", URL: "https://example.org"}, {Label: "none"}, {Label: "bad", URL: "javascript:x"}},
		},
		Ask: &bots.OutAsk{Data: "a.write.AAAAAAAAAAAAAAAAAAAAAA.z", Label: "Comment"},
	})
	got, _ := json.Marshal(rows)
	want := `[{"type":1,"components":[{"type":2,"style":1,"label":"Save","custom_id":"a.save..0"},{"type":2,"style":4,"label":"Forget","custom_id":"a.forget..0"}]},` +
		`{"type":1,"components":[{"type":2,"style":2,"label":"` + strings.TrimSpace(strings.Repeat("long ", 16)) + `…","custom_id":"a.save..0 2"},{"type":2,"style":5,"label":"Web","url":"https://example.org"}]},` +
		`{"type":1,"components":[{"type":2,"style":1,"label":"Write…","custom_id":"w:a.write.AAAAAAAAAAAAAAAAAAAAAA.z Comment"}]}]`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if dataOf("a.save..0 2") != "a.save..0" || formOf("a.save..0 2") != nil {
		t.Error("a second button of the same data is not understood")
	}
	if f := formOf(rows[2].Buttons[0].CustomID); f == nil || f.title != "Comment" || f.long || f.data != "a.write.AAAAAAAAAAAAAAAAAAAAAA.z" {
		t.Errorf("form: %+v", f)
	}
}
