package telegram

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

const (
	// standIn is what the client library knows as the token.
	standIn = "0:stand-in"
	// callTime bounds an ordinary call, uploadTime one that carries a file,
	// and pollGrace what a poll may last beyond its own wait.
	callTime   = 15 * time.Second
	uploadTime = time.Minute
	pollGrace  = 10 * time.Second
	// maxAnswer bounds an answer; the server sends at most 4 MiB of updates
	// (tdlib/telegram-bot-api Client.cpp:16307).
	maxAnswer = 16 << 20
)

// roundTrip is a function as an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// withToken puts the token into a request's address at the last moment. The
// token lives in this function alone, where nothing prints it; what comes
// back, an error or an answer, speaks of the request as it was made.
func withToken(token string, base http.RoundTripper) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		out := r.Clone(r.Context())
		out.URL.Path = strings.Replace(out.URL.Path, "/bot"+standIn+"/", "/bot"+token+"/", 1)
		out.URL.RawPath = ""
		resp, err := base.RoundTrip(out)
		if err != nil {
			return nil, err
		}
		resp.Request = r
		return resp, nil
	})
}

// scrubber returns a function that takes the token, and its secret half alone,
// out of a text.
func scrubber(token string) func(string) string {
	_, secret, _ := strings.Cut(token, ":")
	const gone = "[token]"
	r := strings.NewReplacer(token, gone, url.QueryEscape(token), gone, url.PathEscape(token), gone, secret, gone)
	return r.Replace
}

// stay keeps a client from following: an address to go to instead may hold the
// token, and no answer of the Bot API is one.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// transport is Go's own with as many kept connections as lanes send at once.
func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = 16
	return t
}

// client lends one call its context, and notes the status of its answer, both
// of which the client library does not know.
type client struct {
	ctx    context.Context
	http   *http.Client
	status int
}

func (c *client) Do(r *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(r.WithContext(c.ctx))
	if err != nil {
		return nil, err
	}
	c.status = resp.StatusCode
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(resp.Body, maxAnswer), resp.Body}
	return resp, nil
}

// call asks a method of the Bot API and returns its result. files are sent
// along, where there are any.
func (t *Telegram) call(ctx context.Context, method string, p tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, *failure) {
	within := callTime
	if len(files) > 0 {
		within = uploadTime
	}
	return t.callWithin(ctx, within, method, p, files...)
}

func (t *Telegram) callWithin(ctx context.Context, within time.Duration, method string, p tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, *failure) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	c := &client{ctx: ctx, http: t.http}
	api := &tgbotapi.BotAPI{Token: standIn, Client: c}
	api.SetAPIEndpoint(t.endpoint)
	var resp *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		resp, err = api.UploadFiles(method, p, files)
	} else {
		resp, err = api.MakeRequest(method, p)
	}
	if err != nil {
		return nil, t.failureOf(err, c.status)
	}
	return resp.Result, nil
}

// jsonText is a value as the Bot API takes nested values: as JSON in a text.
func jsonText(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic("telegram: " + err.Error()) // a type of ours that has no JSON
	}
	return string(text)
}
