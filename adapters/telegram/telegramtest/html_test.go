package telegramtest_test

import (
	stdhtml "html"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	. "manyhands/adapters/telegram/telegramtest"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, source, text string
		entities           []Entity
	}{
		{"plain", "a &amp; b &lt;c&gt; &quot;d&quot; &copy; &#1040;&#x1F600;", "a & b <c> \"d\" &copy; А\U0001F600", nil},
		{"entity without semicolon", "a &lt b", "a < b", nil},
		{"units are UTF-16", "\U0001F600<b>я</b>", "\U0001F600я", []Entity{{Type: "bold", Offset: 2, Length: 1}}},
		{"nested", "<b>a<i>b</i></b>", "ab", []Entity{{Type: "bold", Length: 2}, {Type: "italic", Offset: 1, Length: 1}}},
		{
			"every tag", "<strong>a</strong><em>b</em><del>c</del><ins>d</ins><tg-spoiler>e</tg-spoiler><blockquote>f</blockquote>", "abcdef",
			[]Entity{
				{Type: "bold", Length: 1},
				{Type: "italic", Offset: 1, Length: 1},
				{Type: "strikethrough", Offset: 2, Length: 1},
				{Type: "underline", Offset: 3, Length: 1},
				{Type: "spoiler", Offset: 4, Length: 1},
				{Type: "blockquote", Offset: 5, Length: 1},
			},
		},
		{"expandable", "<blockquote expandable>x</blockquote>", "x", []Entity{{Type: "expandable_blockquote", Length: 1}}},
		{"spoiler by class", `<span class="tg-spoiler">x</span>`, "x", []Entity{{Type: "spoiler", Length: 1}}},
		{"any end", "<b>x</>", "x", []Entity{{Type: "bold", Length: 1}}},
		{"upper case", "<B>x</B >", "x", []Entity{{Type: "bold", Length: 1}}},
		{"link", `<a href='https://example.org/?a=1&amp;b=2'>x</a>`, "x", []Entity{{Type: "text_link", Length: 1, URL: "https://example.org/?a=1&b=2"}}},
		{"link that is none", `<a href="nowhere">x</a>`, "x", nil},
		{"link by its text", "<a>example.org</a>", "example.org", []Entity{{Type: "text_link", Length: 11, URL: "http://example.org/"}}},
		{"mention by id", `<a href="tg://user?id=1001">Ann</a>`, "Ann", []Entity{{Type: "text_mention", Length: 3, User: ann}}},
		{"code with a language", `<pre><code class="language-go">x</code></pre>`, "x", []Entity{{Type: "pre", Length: 1, Language: "go"}}},
		{"pre", "<pre>x</pre><code>y</code>", "xy", []Entity{{Type: "pre", Length: 1}, {Type: "code", Offset: 1, Length: 1}}},
		{"touching are one", "<b>a</b><b>b</b>", "ab", []Entity{{Type: "bold", Length: 2}}},
		{"empty is none", "a<b></b>", "a", nil},
		{"trimmed with its entity", "  a <b>b </b> ", "a b", []Entity{{Type: "bold", Offset: 2, Length: 1}}},
		{"front kept in an entity", "<b> a</b>", " a", []Entity{{Type: "bold", Length: 2}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			m, _ := w.Message(ann, w.send(ann, c.source, "parse_mode", "html"))
			same(t, "text", m.Text, c.text)
			same(t, "raw", m.Raw, c.source)
			if !slices.Equal(m.Entities, c.entities) {
				t.Errorf("entities: got %+v, want %+v", m.Entities, c.entities)
			}
		})
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"a\tb\x00c\r\nd":          "a b c\nd",
		"\u202aa\u202e\u2028b":    "ab",
		"\u2068ann\u2069":         "\u2068ann\u2069",
		" \n a \n ":               "a",
		"a\u200e\u200f\u200eb":    "a\u200c\u200c\u200eb",
		"a\u030a":                 "a",
		"tab\t":                   "tab",
		"\u00a0x":                 "\u00a0x",
		strings.Repeat("x", 10):   "xxxxxxxxxx",
		"<b>not parsed</b> &amp;": "<b>not parsed</b> &amp;",
	} {
		same(t, source, Clean(source), want)
	}
}

func TestLengthCountsCodePointsAfterParsing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(ann, strings.Repeat("\U0001F600", 4096))
	w.send(ann, "<b>"+strings.Repeat("&amp;", 4096)+"</b>", "parse_mode", "HTML")
	m, _ := w.Message(ann, w.send(ann, strings.Repeat("<b>a</b> ", 150), "parse_mode", "HTML"))
	same(t, "entities", len(m.Entities), 100)
}

func FuzzHTML(f *testing.F) {
	for _, seed := range []string{
		"a", "<b>x</b>", "&lt;", "<a href='x", "</", "<", "&#", "&#x", "\x00<b\x00>", "<b/>",
		`<span class="tg-spoiler">x</span>`, "<3</a>", "\u200e\u200f\u202e", "\U0001F600&#xd83d;",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		_, _, _ = ParseHTML(source)
		if !utf8.ValidString(source) {
			return
		}
		text, entities, err := ParseHTML(stdhtml.EscapeString(source))
		if err != nil || len(entities) != 0 || Clean(text) != Clean(source) {
			t.Errorf("%q came back as %q, %v, %v", source, text, entities, err)
		}
		wrapped, entities, err := ParseHTML("<b>" + stdhtml.EscapeString(source) + "</b>")
		if err != nil || wrapped != text || len(entities) != min(1, len(text)) {
			t.Errorf("%q in bold came back as %q, %v, %v", source, wrapped, entities, err)
		}
	})
}
