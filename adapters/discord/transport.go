package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// placeholder is the token that the library holds for calls; the transport
// puts the true one in its place. The library keeps the whole request in its
// errors (dg:restapi.go:54).
const placeholder = "Bot placeholder"

// errNoAnswer replaces every fault of the line: their texts hold addresses, and
// addresses hold interaction tokens.
var errNoAnswer = errors.New("discord: no answer")

// mostErrorBody is how much of a refusal is read.
const mostErrorBody = 64 << 10

// transport sends the library's calls to the configured API, with the token,
// and notes what came back.
type transport struct {
	next  http.RoundTripper
	base  *url.URL
	token string
}

// RoundTrip leaves the caller's request as it is and sends a copy.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.Host = t.base.Scheme, t.base.Host, t.base.Host
	out.URL.Path, out.URL.RawPath = t.base.Path+r.URL.Path, ""
	if byToken(r.URL.Path) {
		out.Header.Del("Authorization") // the token in the address is enough
	} else {
		out.Header.Set("Authorization", "Bot "+t.token)
	}
	res, err := t.next.RoundTrip(out)
	if err != nil {
		if ctxErr := r.Context().Err(); ctxErr != nil {
			return nil, ctxErr
		}
		return nil, errNoAnswer
	}
	res.Request = r // not the copy with the token
	a := &answer{}
	if noted, ok := r.Context().Value(answerKey{}).(*answer); ok {
		a = noted
	}
	a.note(res)
	return res, nil
}

// byToken says whether a path is authorised by the interaction token in it.
func byToken(path string) bool {
	return strings.Contains(path, "/interactions/") || strings.Contains(path, "/webhooks/")
}

// answer is what Discord answered, apart from the content.
type answer struct {
	status int // 0: nothing came
	code   int // Discord's own, of a refusal
	// wait is how long Discord asks to wait after a refusal for haste, global
	// whether for every call.
	wait   time.Duration
	global bool
	// spent is set where the next call of this kind has to wait so long.
	spent time.Duration
}

type answerKey struct{}

// noting makes a context whose call is noted.
func noting(ctx context.Context) (context.Context, *answer) {
	a := &answer{}
	return context.WithValue(ctx, answerKey{}, a), a
}

// note reads the head of an answer, and the body of a refusal. It takes the
// limits out of the head: the library would sleep by them, whatever the
// context says (dg:ratelimit.go:95), and forgets the global one (dd:topics/
// rate-limits.mdx "Exceeded Global Rate Limit Response", dg:ratelimit.go:151).
func (a *answer) note(res *http.Response) {
	h := res.Header
	a.status = res.StatusCode
	if h.Get("X-RateLimit-Remaining") == "0" {
		a.spent = seconds(h.Get("X-RateLimit-Reset-After"))
	}
	a.global = h.Get("X-RateLimit-Global") != ""
	a.wait = seconds(h.Get("Retry-After"))
	for name := range h {
		if strings.HasPrefix(strings.ToLower(name), "x-ratelimit-") {
			delete(h, name)
		}
	}
	if res.StatusCode < 400 {
		return
	}
	body, _ := io.ReadAll(io.LimitReader(res.Body, mostErrorBody))
	_ = res.Body.Close()
	res.Body = io.NopCloser(bytes.NewReader(nil))
	var refusal struct {
		Code   int     `json:"code"`
		Wait   float64 `json:"retry_after"`
		Global bool    `json:"global"`
	}
	if json.Unmarshal(body, &refusal) != nil {
		return // a page of a proxy's
	}
	a.code = refusal.Code
	if res.StatusCode == http.StatusTooManyRequests {
		a.global = a.global || refusal.Global
		if refusal.Wait > 0 {
			a.wait = time.Duration(refusal.Wait * float64(time.Second))
		}
	}
}

func seconds(text string) time.Duration {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || n < 0 || n > 1e7 {
		return 0
	}
	return time.Duration(n * float64(time.Second))
}
