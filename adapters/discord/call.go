package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"time"

	"github.com/bwmarrin/discordgo"

	"manyhands/bots"
)

// refusal is a call that failed. It names no address, token or text.
type refusal struct {
	status int // 0: no answer came
	code   int // Discord's own (dd:topics/opcodes-and-status-codes.mdx "JSON Error Codes"), 0 where none came
	after  time.Duration
}

func (r *refusal) Error() string {
	switch {
	case r.status == 0:
		return "Discord did not answer"
	case r.code == 0:
		return fmt.Sprintf("Discord answered %d", r.status)
	}
	return fmt.Sprintf("Discord answered %d, code %d", r.status, r.code)
}

// is says whether the refusal has one of these codes.
func (r *refusal) is(codes ...int) bool {
	if r == nil {
		return false
	}
	for _, c := range codes {
		if r.code == c {
			return true
		}
	}
	return false
}

// The codes that change what is done (dd:topics/opcodes-and-status-codes.mdx
// "JSON Error Codes").
const (
	codeUnknownChannel     = 10003
	codeUnknownMessage     = 10008
	codeUnknownUser        = 10013
	codeUnknownWebhook     = 10015
	codeUnknownInteraction = 10062
	codeOldEdits           = 30046
	codeTooFast            = 40003
	codeAcknowledged       = 40060
	codeFollowUps          = 40094
	codeMissingAccess      = 50001
	codeNotAuthor          = 50005
	codeDirectClosed       = 50007
	codeMissingPermission  = 50013
	codeWebhookToken       = 50027
	codeNoMutualGuild      = 50278
)

// payload is the body of a call: JSON, perhaps with a file beside it.
type payload struct {
	json any
	file *bots.Document
}

// call makes one call, without any retry, and returns the answer's JSON. path
// is below the API's version, such as "channels/1/messages".
func (d *Discord) call(ctx context.Context, within time.Duration, method, path string, p payload) ([]byte, *refusal) {
	if wait := d.limits.wait(method, path); wait > 0 {
		return nil, &refusal{status: http.StatusTooManyRequests, after: wait}
	}
	kind, body, err := p.encode()
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest}
	}
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ctx, a := noting(ctx)
	// A bucket of its own: the library keeps those that it makes for ever, by
	// address with the interaction's token, and lets one call a bucket under
	// way (dg:ratelimit.go:46, restapi.go:237).
	bucket := &discordgo.Bucket{}
	bucket.Lock()
	res, err := d.rest.RequestWithLockedBucket(method, discordgo.EndpointAPI+path, kind, body, bucket, 0,
		discordgo.WithContext(ctx), discordgo.WithRetryOnRatelimit(false), discordgo.WithRestRetries(0))
	d.limits.learn(method, path, a)
	if err == nil {
		return res, nil
	}
	if a.status == http.StatusUnauthorized && a.code != codeWebhookToken && !byToken("/"+path) {
		d.tokenRefused()
	}
	if a.status < 300 {
		a.status = 0 // the answer broke off: nobody knows what came of it
	}
	return nil, &refusal{status: a.status, code: a.code, after: a.wait}
}

// tokenRefused tells the server's keeper, once.
func (d *Discord) tokenRefused() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.refused {
		d.refused = true
		d.log.Error("Discord refuses the bot's token: nothing can be sent. Give the present one in MANYHANDS_DISCORD_TOKEN and start again.")
	}
}

// encode writes the body: JSON alone, or the form that carries a file (dd:
// reference.mdx "Uploading Files").
func (p payload) encode() (kind string, body []byte, err error) {
	if p.json == nil {
		return "application/json", nil, nil
	}
	text, err := json.Marshal(p.json)
	if err != nil || p.file == nil {
		return "application/json", text, err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part := func(disposition, kind string, content []byte) {
		if err != nil {
			return
		}
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", disposition)
		h.Set("Content-Type", kind)
		out, failed := w.CreatePart(h)
		if failed == nil {
			_, failed = out.Write(content)
		}
		err = failed
	}
	part(`form-data; name="payload_json"`, "application/json", text)
	part(`form-data; name="files[0]"; filename="`+fileName(p.file.Name)+`"`, mediaType(p.file.Type), p.file.Content)
	if failed := w.Close(); err == nil {
		err = failed
	}
	return w.FormDataContentType(), b.Bytes(), err
}

// fileName keeps a name within its quotes.
func fileName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == '"' || r == '\\' || r == '/' {
			return '_'
		}
		return r
	}, name)
	if name == "" {
		return "file"
	}
	return name
}

func mediaType(kind string) string {
	if kind == "" || strings.ContainsAny(kind, "\r\n") {
		return "application/octet-stream"
	}
	return kind
}
