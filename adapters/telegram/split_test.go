package telegram_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"pgregory.net/rapid"

	"manyhands/adapters/telegram"
	"manyhands/adapters/telegram/telegramtest"
	"manyhands/bots"
	"manyhands/bots/locale"
)

// posted splits a reply, sends every part, and returns the messages that stand
// in ann's chat then.
func (w *world) posted(o bots.Outgoing) []telegramtest.Message {
	w.t.Helper()
	before := len(w.FromBot(ann))
	parts, err := w.tg.Split(o)
	if err != nil {
		w.t.Fatal(err)
	}
	for i, p := range parts {
		for _, body := range [][]byte{p.Body, p.Plain} {
			if _, err := w.tg.Send(w.t.Context(), bots.Parcel{To: chatOf(ann), Part: bots.Part{Body: body}}); err != nil {
				w.t.Fatalf("part %d of %d: %v\n%s", i+1, len(parts), err, body)
			}
		}
	}
	all := w.FromBot(ann)[before:]
	var formatted []telegramtest.Message
	for i, m := range all {
		if i%2 == 0 {
			formatted = append(formatted, m)
			continue
		}
		if last := all[i-1]; m.Text != last.Text || m.ParseMode != "" {
			w.t.Errorf("without markup it reads %q, with it %q", m.Text, last.Text)
		}
	}
	return formatted
}

// awkward are texts that broke other bots.
var awkward = []string{
	"<3", "</b>", "<b>bold</b>", "a < b && c > d", "&lt;", "&amp;lt;", "&#60;", `"quoted" 'too'`, "<", "&", ">",
	"<!-- -->", "<a href=\"tg://user?id=1\">x</a>", "*x* _y_ `z` \\*", "\\", "]]>",
	"\u2068Acme (Data) 2.0\u2069", "تقييم \u2068Acme\u2069: 2 من 5", "\u2067עברית\u2069", "🇲🇬🇫🇷", "👩🏽‍🚀👨‍👩‍👧‍👦", "e\u0301a\u0308", "नमस्ते", "한국어",
	"x\u200by", "a\u200db", "zalgo" + strings.Repeat("\u0300", 50), "1\n\n2", "tab\there", "😀", "«guillemets»",
}

func TestAwkwardTextsSurvive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, s := range awkward {
		for _, kind := range []bots.BlockKind{bots.Heading, bots.Paragraph, bots.Field, bots.Item, bots.Quote, bots.Note} {
			o := bots.Outgoing{Blocks: []bots.OutBlock{{Kind: bots.Heading, Text: "Title"}, {Kind: kind, Label: s, Text: s}}}
			got := w.posted(o)
			if len(got) != 1 {
				t.Fatalf("%s %q: %d messages", kind, s, len(got))
			}
			same(t, string(kind), got[0].Text, telegramtest.Clean(o.Plain()))
		}
	}
}

func TestRendering(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bots.Outgoing{
		Lang: locale.English,
		Blocks: []bots.OutBlock{
			{Kind: bots.Heading, Text: "Acme & co"},
			{Kind: bots.Paragraph, Text: "Known since March."},
			{Kind: bots.Field, Label: "Fairness", Text: "2"},
			{Kind: bots.Item, Text: "one"},
			{Kind: bots.Quote, Text: "they <never> pay"},
			{Kind: bots.Note, Text: "as of today"},
		},
		Buttons: [][]bots.OutButton{
			{{Label: "Save", Data: "rate.save..0", Weight: bots.Primary}, {Label: "Erase\nall", Data: "rate.erase..0", Weight: bots.Danger}},
			{{Label: "Page", URL: "https://example.org/x?a=1&b=2"}},
		},
	}
	got := w.posted(o)[0]
	same(t, "text", got.Text, o.Plain())
	same(t, "raw", got.Raw, "<b>Acme &amp; co</b>\nKnown since March.\n<b>Fairness</b>: 2\n• one\n"+
		"<blockquote>» they &lt;never&gt; pay</blockquote>\n<i>as of today</i>")
	same(t, "buttons", fmt.Sprint(got.Buttons), "[[{Save rate.save..0   } {Erase all rate.erase..0   }] [{Page  https://example.org/x?a=1&b=2  }]]")
	p := w.Calls("sendMessage")[0].Params
	same(t, "preview", p["link_preview_options"], `{"is_disabled":true}`)
	for _, style := range []string{`"style":"primary"`, `"style":"danger"`} {
		if !strings.Contains(p["reply_markup"], style) {
			t.Errorf("no %s in %s", style, p["reply_markup"])
		}
	}
}

func TestSplitIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bots.Outgoing{Blocks: []bots.OutBlock{{Kind: bots.Quote, Text: strings.Repeat("So much to tell. ", 900)}}}
	a, _ := w.tg.Split(o)
	b, _ := w.tg.Split(o)
	same(t, "parts", fmt.Sprint(a), fmt.Sprint(b))
	same(t, "number", len(a), 4)
}

func TestWhereItIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	line := func(n int) string { return strings.TrimSpace(strings.Repeat("word ", n/5)) }
	for name, c := range map[string]struct {
		blocks []string
		ends   []string // of the parts
		begins []string
	}{
		"at a block":        {[]string{line(3000) + " A", line(2000) + "\n" + line(900)}, []string{"A", "word"}, []string{"word", "word"}},
		"at a line":         {[]string{line(3000) + "A.\n" + line(500) + ". " + line(3000)}, []string{"A.", "word"}, []string{"word", "word"}},
		"at a sentence":     {[]string{"x " + line(3000) + " A. B " + line(3000)}, []string{"A.", "word"}, []string{"x", "B"}},
		"at a word":         {[]string{strings.Repeat("longish ", 1000)}, []string{"longish", "longish"}, []string{"longish", "longish"}},
		"anywhere":          {[]string{strings.Repeat("x", 4097)}, []string{"xx", "x"}, []string{"xx", "x"}},
		"not in an emoji":   {[]string{strings.Repeat("x", 4090) + "👨‍👩‍👧‍👦"}, []string{"x", "👨‍👩‍👧‍👦"}, []string{"x", "👨‍👩‍👧‍👦"}},
		"not in a flag":     {[]string{strings.Repeat("🇲🇬", 1025)}, []string{"🇲🇬", "🇲🇬"}, []string{"🇲🇬", "🇲🇬"}},
		"exactly full":      {[]string{strings.Repeat("x", 4096)}, []string{"x"}, []string{"x"}},
		"full of surrogate": {[]string{strings.Repeat("😀", 2048)}, []string{"😀"}, []string{"😀"}},
		"one too many":      {[]string{strings.Repeat("😀", 2049)}, []string{"😀", "😀"}, []string{"😀", "😀"}},
		"markup is free":    {[]string{strings.Repeat("<", 4096)}, []string{"<"}, []string{"<"}},
		"one huge letter":   {[]string{"a" + strings.Repeat("\u0301", 5000)}, []string{"\u0301", "\u0301"}, []string{"a", "\u0301"}},
		"blank":             {[]string{strings.Repeat(" ", 5000), strings.Repeat("\n", 5000), "\u200b"}, nil, nil},
	} {
		o := bots.Outgoing{}
		for _, b := range c.blocks {
			o.Blocks = append(o.Blocks, bots.OutBlock{Kind: bots.Paragraph, Text: b})
		}
		got := w.posted(o)
		if len(got) != len(c.ends) {
			t.Errorf("%s: %d parts, want %d", name, len(got), len(c.ends))
			continue
		}
		for i, m := range got {
			if !strings.HasPrefix(m.Text, c.begins[i]) || !strings.HasSuffix(m.Text, c.ends[i]) {
				t.Errorf("%s: part %d is %.20q ... %.20q", name, i+1, m.Text, m.Text[max(0, len(m.Text)-20):])
			}
		}
	}
}

// outgoing draws replies of all kinds of text, short and long.
func outgoing(t *rapid.T) bots.Outgoing {
	kinds := []bots.BlockKind{bots.Heading, bots.Paragraph, bots.Field, bots.Item, bots.Quote, bots.Note}
	word := rapid.OneOf(
		rapid.SampledFrom(awkward),
		rapid.StringN(0, 30, 60),
		rapid.StringMatching(`[a-z<>&]{1,12}[.!?]?`),
	)
	text := rapid.Custom(func(t *rapid.T) string {
		words := rapid.SliceOfN(word, 1, 12).Draw(t, "words")
		between := rapid.SampledFrom([]string{" ", "\n", "", ". ", "\n\n"}).Draw(t, "between")
		return strings.Repeat(strings.Join(words, between)+between, rapid.SampledFrom([]int{1, 1, 2, 20, 60}).Draw(t, "times"))
	})
	var o bots.Outgoing
	for range rapid.IntRange(1, 6).Draw(t, "blocks") {
		o.Blocks = append(o.Blocks, bots.OutBlock{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: word.Draw(t, "label"), Text: text.Draw(t, "text"),
		})
	}
	if rapid.Bool().Draw(t, "buttons") {
		o.Buttons = [][]bots.OutButton{{{Label: word.Draw(t, "button"), Data: "rate.save..0"}}}
	}
	return o
}

// bodyText is the text of a part as it is sent.
func bodyText(t *rapid.T, raw []byte) string {
	var b struct{ Text string }
	if err := json.Unmarshal(raw, &b); err != nil {
		t.Fatal(err)
	}
	return b.Text
}

func TestPartsAreTheWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rapid.Check(t, func(t *rapid.T) {
		o := outgoing(t)
		parts, err := w.tg.Split(o)
		if err != nil {
			t.Fatal(err)
		}
		plain := removed.Replace(strings.ToValidUTF8(o.Plain(), "\uFFFD"))
		if telegram.Blank(plain) {
			plain = "…" // what buttons stand under then
		}
		rest := plain
		before := len(w.FromBot(ann))
		for i, p := range parts {
			part := bodyText(t, p.Plain)
			if n := telegram.Units(part); n > telegram.MaxText {
				t.Fatalf("part %d has %d units", i, n)
			}
			skipped, after, found := strings.Cut(rest, part)
			if !found || !telegram.Blank(skipped) {
				t.Fatalf("part %d is not the next: %.60q", i, part)
			}
			checkCut(t, plain, len(plain)-len(after))
			rest = after
			if _, err := w.tg.Send(w.t.Context(), bots.Parcel{To: chatOf(ann), Part: p}); err != nil {
				t.Fatalf("part %d: %v", i, err)
			}
		}
		if len(parts) > 0 && !telegram.Blank(rest) {
			t.Fatalf("left out: %.60q", rest)
		}
		got := w.FromBot(ann)[before:]
		for i, m := range got {
			if want := telegramtest.Clean(bodyText(t, parts[i].Plain)); m.Text != want {
				t.Fatalf("part %d reads %.80q, want %.80q", i, m.Text, want)
			}
			if has := len(m.Buttons) > 0; has != (i == len(got)-1 && len(o.Buttons) > 0) {
				t.Fatalf("part %d of %d has buttons: %t", i+1, len(got), has)
			}
		}
	})
}

// removed is what Telegram takes out of every text.
var removed = strings.NewReplacer("\r", "", "\u2028", "", "\u2029", "", "\u202a", "", "\u202b", "", "\u202c", "", "\u202d", "", "\u202e", "",
	"\u0333", "", "\u033f", "", "\u030a", "")

// checkCut fails where a character of fewer than a hundred code points is cut,
// but for a blank at its end: those are trimmed.
func checkCut(t *rapid.T, s string, at int) {
	from, state := 0, -1
	for from < at {
		c, _, _, next := uniseg.StepString(s[from:], state)
		if from+len(c) > at && utf8.RuneCountInString(c) < 100 && strings.Trim(c[at-from:], " \n") != "" {
			t.Fatalf("%q is cut at byte %d of it", c, at-from)
		}
		from, state = from+len(c), next
	}
}

func TestButtons(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	row := func(n int) (row []bots.OutButton) {
		for i := range n {
			row = append(row, bots.OutButton{Label: fmt.Sprint(i), Data: fmt.Sprintf("x.y..%d", i)})
		}
		return row
	}
	long := "\u2068" + strings.Repeat("👩🏽‍🚀", 60) + "\u2069"
	o := bots.Outgoing{Buttons: [][]bots.OutButton{
		row(20),
		{},
		{{Label: long, Data: strings.Repeat("d", 64)}, {Label: " \n", Data: "x.y..0"}},
		{{Label: "bad", Data: strings.Repeat("d", 65)}, {Label: "bad", URL: "javascript:alert(1)"}, {Label: "bad", URL: "https://"}, {Label: "bad"}},
	}}
	got := w.posted(o)
	if len(got) != 1 {
		t.Fatalf("%d messages", len(got))
	}
	var rows []int
	for _, r := range got[0].Buttons {
		rows = append(rows, len(r))
	}
	same(t, "rows", fmt.Sprint(rows), "[8 8 4 2]")
	label := got[0].Buttons[3][0].Text
	if telegram.Units(label) > 80 || !strings.HasSuffix(label, "👩🏽‍🚀…\u2069") {
		t.Errorf("%q", label)
	}
	same(t, "blank label", got[0].Buttons[3][1].Text, "…")

	many, err := w.tg.Split(bots.Outgoing{Blocks: o.Blocks, Buttons: [][]bots.OutButton{row(150)}})
	if err != nil || len(many) != 1 || strings.Count(string(many[0].Body), `"text"`) != 101 {
		t.Errorf("a hundred and fifty buttons: %v %s", err, many[0].Body)
	}
	none, err := w.tg.Split(bots.Outgoing{})
	if err != nil || len(none) != 0 {
		t.Errorf("nothing to say: %v %s", err, none)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := bots.Outgoing{
		Blocks:   []bots.OutBlock{{Kind: bots.Heading, Text: "Your <data>"}},
		Buttons:  [][]bots.OutButton{{{Label: "Erase", Data: "forget.run..0"}}},
		Document: &bots.Document{Name: "my \"data\".json", Type: "application/json", Content: []byte(`{"a":1}`)},
	}
	got := w.posted(o)
	same(t, "messages", len(got), 1)
	same(t, "caption", got[0].Text, "Your <data>")
	same(t, "content", string(got[0].Document.Data), `{"a":1}`)
	same(t, "buttons", len(got[0].Buttons), 1)

	o.Blocks = append(o.Blocks, bots.OutBlock{Kind: bots.Paragraph, Text: strings.Repeat("long ", 220)})
	got = w.posted(o)
	same(t, "messages", len(got), 2)
	if got[0].Document != nil || len(got[0].Buttons) != 0 || got[1].Document == nil || len(got[1].Buttons) != 1 || got[1].Text != "" {
		t.Errorf("%+v", got)
	}
}
