package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// message takes a message and answers 202 once it is stored. 401 asks for a
// session first, 400 and 413 will never be taken, anything else passes.
func (c *Chat) message(w http.ResponseWriter, r *http.Request) {
	var p posted
	if !readJSON(w, r, &p) {
		return
	}
	if p.check() != nil {
		http.Error(w, "not a message", http.StatusBadRequest)
		return
	}
	token, s, ok := c.session(r)
	if !ok {
		c.noSession(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), requestTime)
	defer cancel()
	number, err := c.echo(ctx, s, &p)
	if err != nil {
		c.fail(w, "message", err)
		return
	}
	if number < 0 {
		c.noSession(w, r)
		return
	}
	a, err := arrived{
		Session: s, Lang: hint(r, p.Lang), Number: number, At: c.Clock().UnixMilli(), Text: p.Text, Press: p.Press, Written: p.Written,
	}.arrival(p.Key)
	if err != nil {
		c.fail(w, "message", err)
		return
	}
	c.hub.working(string(s))
	taken, err := c.bring(ctx, a)
	switch {
	case err != nil:
		c.fail(w, "message", err)
	case !taken:
		unavailable(w)
	default:
		c.setCookie(w, r, token)
		w.WriteHeader(http.StatusAccepted)
	}
}

// echo stores what the person said, so that a page loaded again shows both
// sides. It returns the message's number, 0 for a press, and -1 where the
// session has ended.
func (c *Chat) echo(ctx context.Context, s session, p *posted) (int64, error) {
	if p.Press != nil {
		ended, err := c.Store.Ended(ctx, networkName, string(s))
		if err != nil || !ended {
			return 0, err
		}
		return -1, nil
	}
	body, err := json.Marshal(shown{Me: true, Key: p.Key, Text: bots.CleanText(p.said())})
	if err != nil {
		return 0, err
	}
	number, err := c.Store.Show(ctx, networkName, string(s), 0, keyID(p.Key), body)
	if err != nil {
		return 0, err
	}
	if number == 0 {
		return -1, nil
	}
	c.hub.shown(string(s), false)
	return number, nil
}

// noSession says that there is no session, and takes the cookie of an ended
// one.
func (c *Chat) noSession(w http.ResponseWriter, r *http.Request) {
	c.setCookie(w, r, "")
	answerJSON(w, http.StatusUnauthorized, map[string]bool{"open": false})
}

// leave ends the session: what it was shown is erased, its open pages are
// cleared, its token is worth nothing any more, and the bot writes to it no
// longer. What the worker gave stays theirs.
func (c *Chat) leave(w http.ResponseWriter, r *http.Request) {
	if _, s, ok := c.session(r); ok {
		ctx, cancel := context.WithTimeout(r.Context(), requestTime)
		defer cancel()
		if err := c.Store.Clear(ctx, networkName, string(s)); err != nil {
			c.fail(w, "leave", err)
			return
		}
		c.hub.end(string(s))
		a, err := arrived{Session: s, At: c.Clock().UnixMilli(), Left: true}.arrival("left")
		if err == nil {
			_, err = c.bring(ctx, a)
		}
		if err != nil {
			// Not a reason to stay: whatever is sent there comes back as gone.
			c.Log.Warn("the bot was not told that a session ended", "error", err)
		}
	}
	c.setCookie(w, r, "")
	c.setLanguage(w, r, "")
	w.WriteHeader(http.StatusNoContent)
}

func readJSON(w http.ResponseWriter, r *http.Request, v any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		http.Error(w, "application/json is expected", http.StatusUnsupportedMediaType)
		return false
	}
	err := json.NewDecoder(r.Body).Decode(v)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		http.Error(w, "too long", http.StatusRequestEntityTooLarge)
		return false
	case err != nil:
		http.Error(w, "not a message", http.StatusBadRequest)
		return false
	}
	return true
}

// hint is the language that the page or the browser asks for, as one of ours
// or "". A browser's whole list of languages would help to recognise it, so
// no more than the answer is kept.
func hint(r *http.Request, page string) string {
	for _, h := range []string{page, r.Header.Get("Accept-Language")} {
		if h = strings.TrimSpace(h); h != "" && len(h) <= 1000 {
			return string(locale.Match(h))
		}
	}
	return ""
}
