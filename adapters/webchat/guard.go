package webchat

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// policy is the page's Content-Security-Policy: nothing but its own script,
// style, picture and requests, in no frame, and no way from text to script.
var policy = strings.Join([]string{
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"connect-src 'self'",
	"img-src 'self' data:",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
	"require-trusted-types-for 'script'",
	"trusted-types 'none'",
}, "; ")

// headed puts the headers that every answer carries.
func (c *Chat) headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

const (
	// askedBy is the header that the page's own requests carry. Another
	// site cannot send it without asking first, which is never granted.
	askedBy = "X-Manyhands"
	// maxBody is the most that a request may bring.
	maxBody = 64 << 10
	// requestTime bounds a request, from its first byte to its answer.
	requestTime = 15 * time.Second
)

// guarded lets requests through that change something only where they come
// from the page itself: by their header, and by what the browser says of
// their origin (Sec-Fetch-Site, else Origin against Host).
func (c *Chat) guarded(next http.HandlerFunc) http.Handler {
	origin := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if origin.Check(r) != nil || r.Header.Get(askedBy) == "" {
			http.Error(w, "not from this page", http.StatusForbidden)
			return
		}
		until := time.Now().Add(requestTime)
		control := http.NewResponseController(w)
		_ = control.SetReadDeadline(until) // a recorder in a test has none
		_ = control.SetWriteDeadline(until)
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		next(w, r)
	})
}

// fail answers for a fault of ours: it passes, and the page tries again.
func (c *Chat) fail(w http.ResponseWriter, what string, err error) {
	c.Log.Warn("the web chat could not serve a request and will be asked again", "what", what, "error", err)
	unavailable(w)
}

func unavailable(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "2")
	http.Error(w, "try again", http.StatusServiceUnavailable)
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // whoever is gone needs no answer
}
