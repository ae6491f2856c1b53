package webchat

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"time"
)

const (
	// cookieName is the session's cookie; over TLS it gets the prefix
	// "__Host-", which browsers accept from this very host only, so that no
	// neighbouring host can slip a session of its own under a visitor
	// (RFC 6265bis, section 4.1.3).
	cookieName = "manyhands"
	// languageCookie remembers the language of the page's own words.
	languageCookie = "manyhands_language"
	// cookieAge is the longest that browsers keep a cookie: 400 days
	// (RFC 6265bis, section 5.5). It begins anew with each message.
	cookieAge = 400 * 24 * time.Hour
	// tokenBytes is the length of a session's token.
	tokenBytes = 32
)

// session is one browser's conversation, by its hash: the account's user id
// and the lane at once.
type session string

// newToken draws a session's token. It panics only where the source of chance
// is broken.
func (c *Chat) newToken() string {
	var b [tokenBytes]byte
	if _, err := io.ReadFull(c.Random, b[:]); err != nil {
		panic("webchat: no randomness: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// sessionOf hashes a token; false for what is none. The token has 256 random
// bits, so its plain hash tells nothing of it.
func sessionOf(token string) (session, bool) {
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(b) != tokenBytes {
		return "", false
	}
	sum := sha256.Sum256(append([]byte("manyhands web session\x00"), b...))
	return session(base64.RawURLEncoding.EncodeToString(sum[:])), true
}

// secure tells whether the browser's own connection is encrypted: directly, up
// to a proxy that says so, or by the page's public address, for a proxy that
// does not. A visitor who lies about it harms only their own cookie.
func (c *Chat) secure(r *http.Request) bool {
	if scheme, _, _ := strings.Cut(c.URL, "://"); strings.EqualFold(scheme, "https") {
		return true
	}
	forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Proto"), ",")
	return r.TLS != nil || strings.EqualFold(strings.TrimSpace(forwarded), "https")
}

func (c *Chat) sessionCookie(r *http.Request) string {
	if c.secure(r) {
		return "__Host-" + cookieName
	}
	return cookieName
}

// session returns the request's token and session; false where it has none.
func (c *Chat) session(r *http.Request) (token string, s session, ok bool) {
	cookie, err := r.Cookie(c.sessionCookie(r))
	if err != nil {
		return "", "", false
	}
	s, ok = sessionOf(cookie.Value)
	return cookie.Value, s, ok
}

// openSession returns the request's token and session; open is false where it
// has none, or one that was ended.
func (c *Chat) openSession(r *http.Request) (token string, s session, open bool, err error) {
	token, s, ok := c.session(r)
	if !ok {
		return "", "", false, nil
	}
	ended, err := c.Store.Ended(r.Context(), networkName, string(s))
	return token, s, err == nil && !ended, err
}

// setCookie gives the browser a session, or takes it away where token is "".
//
// SameSite is Strict: the page is fetched without any session, and its own
// requests then carry it however the visitor came, so links from elsewhere
// work all the same.
func (c *Chat) setCookie(w http.ResponseWriter, r *http.Request, token string) {
	http.SetCookie(w, &http.Cookie{
		Name: c.sessionCookie(r), Value: token, Path: "/", MaxAge: ageOf(token),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: c.secure(r),
	})
}

// setLanguage remembers the page's language, or forgets it where lang is "".
// Lax, since the page itself is asked for by links from elsewhere.
func (c *Chat) setLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	http.SetCookie(w, &http.Cookie{
		Name: languageCookie, Value: lang, Path: "/", MaxAge: ageOf(lang),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: c.secure(r),
	})
}

func ageOf(value string) int {
	if value == "" {
		return -1
	}
	return int(cookieAge / time.Second)
}

// askSession tells the page whether its browser has a session.
func (c *Chat) askSession(w http.ResponseWriter, r *http.Request) {
	_, _, open, err := c.openSession(r)
	if err != nil {
		c.fail(w, "session", err)
		return
	}
	answerJSON(w, http.StatusOK, map[string]bool{"open": open})
}

// beginSession gives the browser a session where it has none. It is a step of
// its own, before the first message: an answer that is lost on its way then
// leaves nothing behind, and the message itself can be repeated under its key.
func (c *Chat) beginSession(w http.ResponseWriter, r *http.Request) {
	token, _, open, err := c.openSession(r)
	if err != nil {
		c.fail(w, "session", err)
		return
	}
	if !open {
		token = c.newToken()
	}
	c.setCookie(w, r, token)
	w.WriteHeader(http.StatusNoContent)
}
