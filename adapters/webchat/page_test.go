package webchat_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"manyhands/bots/locale"
)

func TestHeaders(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t)
	for _, path := range []string{"/", "/chat/session", "/nothing"} {
		h := b.request(http.MethodGet, path, "", nil).Header
		policy := h.Get("Content-Security-Policy")
		for _, want := range []string{
			"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "img-src 'self' data:", "base-uri 'none'",
			"form-action 'self'", "frame-ancestors 'none'",
		} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy %q lacks %q", path, policy, want)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: the policy %q", path, policy)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Permissions-Policy") == "" {
			t.Errorf("%s: headers %v", path, h)
		}
	}
}

func (b *browser) page(path, accept string) string {
	b.t.Helper()
	res := b.request(http.MethodGet, path, "", func(r *http.Request) { r.Header.Set("Accept-Language", accept) })
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		b.t.Fatalf("%s: status %d, %v", path, res.StatusCode, err)
	}
	return string(body)
}

func TestPageSpeaksTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t)
	for _, c := range []struct{ path, accept, want string }{
		{"/", "", `<html lang="en" dir="ltr">`},
		{"/", "ar-EG,en;q=0.5", `<html lang="ar" dir="rtl">`},
		{"/?lang=fr", "en", `<html lang="fr" dir="ltr">`},
		{"/", "en", `<html lang="fr" dir="ltr">`}, // chosen before
	} {
		if page := b.page(c.path, c.accept); !strings.Contains(page, c.want) {
			t.Errorf("%+v: not found", c)
		}
	}
	page := b.page("/", "")
	for _, name := range locale.Names() {
		if !strings.Contains(page, name) {
			t.Errorf("the page does not offer %s", name)
		}
	}
	if left := regexp.MustCompile(`\[web\.[a-z._]+\]`).FindString(page); left != "" {
		t.Errorf("a sentence is missing: %s", left)
	}
	if strings.Contains(page, " style=") || regexp.MustCompile(`<script>|\son[a-z]+=`).MatchString(page) {
		t.Error("inline script or style")
	}
}

func TestPageIsSmallKeptAndCompressed(t *testing.T) {
	t.Parallel()
	b := newWorld(t).browser(t)
	page := b.page("/", "")
	total := len(page)
	paths := append(regexp.MustCompile(`/chat/assets/[a-z]+\.[0-9a-f]{16}\.[a-z]+`).FindAllString(page, -1), "/")
	slices.Sort(paths)
	for _, path := range slices.Compact(paths) {
		plain := b.page(path, "")
		if path != "/" {
			total += len(plain)
		}
		res := b.request(http.MethodGet, path, "", func(r *http.Request) { r.Header.Set("Accept-Encoding", "br, gzip;q=1") })
		z, err := gzip.NewReader(res.Body)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if unzipped, err := io.ReadAll(z); err != nil || !bytes.Equal(unzipped, []byte(plain)) {
			t.Errorf("%s: compressed it is something else, %v", path, err)
		}
		again := b.request(http.MethodGet, path, "", func(r *http.Request) {
			r.Header.Set("Accept-Encoding", "gzip")
			r.Header.Set("If-None-Match", res.Header.Get("ETag"))
		})
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s again: status %d", path, again.StatusCode)
		}
	}
	if total > 60<<10 {
		t.Errorf("the page weighs %d bytes", total)
	}
	if res := b.request(http.MethodGet, "/chat/assets/page.0000000000000000.js", "", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("another version: status %d", res.StatusCode)
	}
}
