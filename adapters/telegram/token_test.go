package telegram_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/telegram"
	"manyhands/bots"
)

// answers is a transport made of a function.
type answers func(*http.Request) (*http.Response, error)

func (f answers) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// leaky are ways to fail that hold the token in as many places as can be.
func leaky(t *testing.T) map[string]http.RoundTripper {
	t.Helper()
	body := func(status int, header http.Header, text func(r *http.Request) string) http.RoundTripper {
		return answers(func(r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			for k, v := range header {
				w.Header()[k] = v
			}
			w.WriteHeader(status)
			_, _ = w.WriteString(text(r))
			return w.Result(), nil
		})
	}
	where := func(r *http.Request) string { return r.URL.String() }
	refusal := func(code int) func(*http.Request) string {
		return func(r *http.Request) string {
			return fmt.Sprintf(`{"ok":false,"error_code":%d,"description":"Bad Request: %s and %s alone"}`, code, r.URL.Path, secret)
		}
	}
	return map[string]http.RoundTripper{
		"error with the address": answers(func(r *http.Request) (*http.Response, error) {
			return nil, &url.Error{Op: "Post", URL: r.URL.String(), Err: errors.New("GOAWAY for " + r.URL.Path)}
		}),
		"cut":                  answers(func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("reset %s", r.URL) }),
		"no name":              answers(func(r *http.Request) (*http.Response, error) { return nil, &net.DNSError{Err: r.URL.Path, Name: token} }),
		"no time":              answers(func(r *http.Request) (*http.Response, error) { return nil, context.DeadlineExceeded }),
		"500 with the address": body(500, nil, where),
		"200 with the address": body(200, nil, where),
		"redirected":           body(307, http.Header{"Location": {"https://elsewhere.example/bot" + token + "/getMe"}}, where),
		"redirected nowhere":   body(307, http.Header{"Location": {"https://%zz/bot" + token}}, where),
		"refused":              body(400, nil, refusal(400)),
		"forbidden":            body(403, nil, refusal(403)),
		"unauthorised":         body(401, nil, refusal(401)),
		"conflict":             body(409, nil, refusal(409)),
		"restart":              body(500, nil, refusal(500)),
		"plain HTTP":           http.DefaultTransport, // to an address where nobody listens
	}
}

func TestTheTokenIsNowhere(t *testing.T) {
	t.Parallel()
	catalogue := newCatalogue(t)
	for name, transport := range leaky(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := &buffer{}
			c := telegram.Config{
				Token: token, API: "http://127.0.0.1:1", Clock: time.Now, Transport: transport,
				Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
			}
			tg, err := telegram.New(c)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			rested := 0
			tg.Resting(func(context.Context, time.Duration) {
				if rested++; rested == 3 {
					cancel()
				}
			})
			var said strings.Builder
			tell := func(err error) { fmt.Fprintf(&said, "%v %+v %#v\n", err, err, err) }
			tell(tg.Run(ctx, &memory{changed: make(chan struct{})}))
			parts, _ := tg.Split(bots.Outgoing{Blocks: []bots.OutBlock{{Text: "x"}}, Document: &bots.Document{Name: "a.txt", Content: []byte("x")}})
			for _, p := range []bots.Parcel{
				{To: chatOf(ann), Part: parts[0]},
				{To: chatOf(ann), Part: bots.Part{Body: []byte("x")}, Edit: "7100000001:3"},
			} {
				_, err := tg.Send(t.Context(), p)
				if err == nil {
					t.Error("sent")
				}
				tell(err)
			}
			tell(tg.PublishMenu(t.Context(), bots.Menu{Commands: bots.Controls(), Catalogue: catalogue}))
			slog.New(slog.NewJSONHandler(log, nil)).Info("configured", "config", c)
			slog.New(slog.NewTextHandler(log, nil)).Info("configured", "config", c)
			fmt.Fprintf(&said, "%v %+v %#v %v %+v %#v", c, c, c, tg, tg, tg)
			for _, v := range []any{c, tg} {
				text, _ := json.Marshal(v)
				said.Write(text)
			}
			for where, text := range map[string]string{"what was said": said.String(), "the log": log.String()} {
				if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
					t.Errorf("the token is in %s:\n%s", where, text)
				}
			}
		})
	}
}

func TestNewRefusesInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []telegram.Config{
		{},
		{Token: secret, Clock: time.Now},
		{Token: "1:" + secret + "/getMe", Clock: time.Now},
		{Token: token, Clock: time.Now, API: "ftp://" + secret},
		{Token: token, Clock: time.Now, API: "https://user:" + secret + "@example.org"},
		{Token: token, Clock: time.Now, API: secret},
		{Token: token},
	} {
		_, err := telegram.New(c)
		if err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", c.API, err)
		}
	}
}

func TestTheAddressMayHaveAPath(t *testing.T) {
	t.Parallel()
	var got string
	tg, err := telegram.New(telegram.Config{Token: token, Clock: time.Now, API: "https://example.org/telegram%20api/", Transport: answers(
		func(r *http.Request) (*http.Response, error) {
			got = r.URL.String()
			return nil, errors.New("enough")
		})})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = tg.Send(t.Context(), bots.Parcel{To: chatOf(ann), Part: bots.Part{Body: []byte("x")}})
	same(t, "address", got, "https://example.org/telegram%20api/bot"+token+"/sendMessage")
}
