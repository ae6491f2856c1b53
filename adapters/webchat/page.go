package webchat

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"manyhands/bots/locale"
)

//go:embed page
var pageFiles embed.FS

// assetPath is where what the page needs is served, each under a name that
// holds its hash: it may be kept for ever.
const assetPath = "/chat/assets/"

// pages is the page in every language and what it needs, ready to be sent.
type pages struct {
	byLang map[locale.Lang]file
	assets map[string]file
}

// file is something to be sent, plain and compressed.
type file struct {
	kind, tag    string
	plain, gzips []byte
}

func newFile(kind string, plain []byte) (file, error) {
	sum := sha256.Sum256(plain)
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return file{}, err
	}
	if _, err := z.Write(plain); err != nil {
		return file{}, err
	}
	if err := z.Close(); err != nil {
		return file{}, err
	}
	return file{kind: kind, tag: hex.EncodeToString(sum[:8]), plain: plain, gzips: b.Bytes()}, nil
}

// newPages renders the page in every language.
func newPages(c *locale.Catalogue, name string) (*pages, error) {
	p := &pages{byLang: map[locale.Lang]file{}, assets: map[string]file{}}
	links := map[string]string{}
	for asset, kind := range map[string]string{
		"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "mark.svg": "image/svg+xml",
	} {
		plain, err := pageFiles.ReadFile("page/" + asset)
		if err != nil {
			return nil, err
		}
		f, err := newFile(kind, plain)
		if err != nil {
			return nil, err
		}
		base, ext, _ := strings.Cut(asset, ".")
		hashed := base + "." + f.tag + "." + ext
		p.assets[hashed] = f
		links[base+ext] = assetPath + hashed
	}
	for _, l := range locale.Langs() {
		html, err := render(c, l, name, links)
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", l, err)
		}
		if p.byLang[l], err = newFile("text/html; charset=utf-8", html); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// first are the commands offered to who has said nothing yet; their labels are
// "web.first.NAME".
var first = []string{"requester", "rate", "report", "collective", "help"}

type pageLanguage struct {
	Code, Name string
	Chosen     bool
}

func render(c *locale.Catalogue, l locale.Lang, name string, links map[string]string) ([]byte, error) {
	say := func(key string) string { return c.Say(l, locale.T(key)) }
	var langs []pageLanguage
	for _, x := range locale.Langs() {
		langs = append(langs, pageLanguage{string(x), x.Name(), x == l})
	}
	t, err := template.New("page.html").Funcs(template.FuncMap{"say": say}).ParseFS(pageFiles, "page/page.html")
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Lang": string(l), "Dir": direction(l), "Name": name, "Links": links, "Langs": langs, "First": first,
	})
	return b.Bytes(), err
}

// page sends the page in the language that the address asks for (?lang=), or
// that was chosen before, or that the browser asks for.
func (c *Chat) page(w http.ResponseWriter, r *http.Request) {
	hint := r.Header.Get("Accept-Language")
	if cookie, err := r.Cookie(languageCookie); err == nil {
		hint = cookie.Value
	}
	if asked := r.URL.Query().Get("lang"); asked != "" && len(asked) < 40 {
		hint = asked
		c.setLanguage(w, r, string(locale.Match(asked)))
	}
	f := c.pages.byLang[locale.Match(hint)]
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Accept-Language, Cookie, Accept-Encoding")
	f.send(w, r)
}

// asset sends what the page needs.
func (p *pages) asset(w http.ResponseWriter, r *http.Request) {
	f, ok := p.assets[r.PathValue("file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Header().Set("Vary", "Accept-Encoding")
	f.send(w, r)
}

func (f file) send(w http.ResponseWriter, r *http.Request) {
	body, tag := f.plain, f.tag
	h := w.Header()
	if takesGzip(r) {
		body, tag = f.gzips, f.tag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+tag+`"`)
	if strings.Contains(r.Header.Get("If-None-Match"), `"`+tag+`"`) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // whoever is gone needs no page
	}
}

func takesGzip(r *http.Request) bool {
	for _, part := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(part, ";")
		if strings.TrimSpace(coding) == "gzip" && strings.ReplaceAll(q, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
