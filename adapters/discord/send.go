package discord

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"time"

	"manyhands/bots"
)

// tokenKept is for how long an interaction's token answers (dd:interactions/
// receiving-and-responding.mdx "Interaction Callback"), less a moment.
const tokenKept = 15*time.Minute - 10*time.Second

// Send delivers one part and returns the message's id.
//
// An interaction is answered by its token while that lives, for its person
// alone, unless the part is for the whole room. Otherwise a direct message, or
// one in the room, is posted with a nonce that Discord enforces for some
// minutes, so that a part sent twice is shown once.
func (d *Discord) Send(ctx context.Context, p bots.Parcel) (string, error) {
	var to address
	var b body
	if json.Unmarshal([]byte(p.To.Data), &to) != nil || json.Unmarshal(p.Part.Body, &b) != nil || to == (address{}) {
		return "", &bots.SendError{Failure: bots.Refused, Reason: "the parcel cannot be read"}
	}
	m := outgoing{parcel: p, to: to, body: b}
	if to.Token != "" && !b.Notice && d.clock().Sub(made(to.Interaction)) < tokenKept {
		d.acks.wait(ctx, to.Interaction)
		id, failed := d.answer(ctx, m)
		if !tokenOver(failed) {
			return id, sendError(failed, false)
		}
	}
	room := to.Channel != "" && (to.User == "" || b.Room || b.Notice)
	id, failed := d.post(ctx, m, room)
	// A room that is lost to one person's answer says nothing of the person.
	return id, sendError(failed, room && to.User == "")
}

// outgoing is a part on its way.
type outgoing struct {
	parcel bots.Parcel
	to     address
	body   body
}

// tokenOver says whether a refusal means that the interaction's token answers
// no more: it is too old, or the interaction was never acknowledged. 401 then
// says nothing of the bot's own token (discordjs/discord.js#10798).
func tokenOver(r *refusal) bool {
	return r.is(codeWebhookToken, codeUnknownWebhook, codeUnknownInteraction, codeFollowUps)
}

// content is the body that makes or edits a message.
func (m outgoing) content(edit bool) payload {
	j := map[string]any{
		// Not even what looks like a mention is one, since Discord takes some
		// marks out of a text before it looks for them (discord/
		// discord-api-docs#1189).
		"allowed_mentions": map[string]any{"parse": []string{}},
	}
	if m.body.Content != "" || edit {
		j["content"] = m.body.Content
	}
	if len(m.body.Rows) > 0 || edit {
		j["components"] = append([]row{}, m.body.Rows...)
	}
	if edit {
		j["attachments"] = []any{}
	}
	if f := m.body.Document; f != nil {
		j["attachments"] = []any{map[string]any{"id": 0, "filename": fileName(f.Name)}}
	}
	return payload{json: j, file: m.body.Document}
}

// flagged adds flags.
func (p payload) flagged(flags int) payload {
	p.json.(map[string]any)["flags"] = flags
	return p
}

// answer answers an interaction by its token (dd:interactions/
// receiving-and-responding.mdx "Followup Messages").
func (d *Discord) answer(ctx context.Context, m outgoing) (string, *refusal) {
	webhook := "webhooks/" + m.to.Application + "/" + m.to.Token
	original := webhook + "/messages/@original"
	inPlace := m.parcel.Edit != "" && m.to.Ack == answerDeferUpdate && (m.to.Mine || m.body.Room)
	thinking := m.parcel.First && m.to.Ack == answerDefer
	if inPlace || thinking && !m.body.Room {
		id, failed := d.write(ctx, http.MethodPatch, original, m.content(true))
		if !failed.is(codeUnknownMessage) {
			return id, failed
		}
	}
	flags := flagSuppressEmbeds | flagEphemeral
	if m.body.Room {
		flags = flagSuppressEmbeds
		if thinking {
			// What everyone may see cannot take the place of what one person
			// sees: the first answer after a deferral would stay theirs.
			if _, failed := d.call(ctx, d.pace.call, http.MethodDelete, original, payload{}); failed != nil && !failed.is(codeUnknownMessage) {
				return "", failed
			}
		}
	}
	return d.write(ctx, http.MethodPost, webhook, m.content(false).flagged(flags))
}

// post posts into a room, or a person's conversation with the bot.
func (d *Discord) post(ctx context.Context, m outgoing, room bool) (string, *refusal) {
	channel := m.to.Channel
	if !room {
		var failed *refusal
		if channel, failed = d.directChannel(ctx, m.to.User); failed != nil {
			return "", failed
		}
	}
	messages := "channels/" + channel + "/messages"
	// Only a lasting message can be edited here.
	if m.parcel.Edit != "" && m.to.Token == "" {
		id, failed := d.write(ctx, http.MethodPatch, messages+"/"+m.parcel.Edit, m.content(true))
		if !failed.is(codeUnknownMessage, codeNotAuthor, codeOldEdits) {
			return id, failed
		}
	}
	p := m.content(false).flagged(flagSuppressEmbeds)
	j := p.json.(map[string]any)
	j["nonce"], j["enforce_nonce"] = nonce(m.parcel.ID), true
	id, failed := d.write(ctx, http.MethodPost, messages, p)
	if !room && failed.is(codeUnknownChannel) {
		d.forgetDirect(m.to.User) // found anew at the next attempt
		return "", &refusal{status: http.StatusNotFound, after: time.Second}
	}
	return id, failed
}

// write makes a call that makes or edits a message, and returns its id.
func (d *Discord) write(ctx context.Context, method, path string, p payload) (string, *refusal) {
	res, failed := d.call(ctx, d.pace.call, method, path, p)
	if failed != nil {
		return "", failed
	}
	var m struct {
		ID string `json:"id"`
	}
	_ = json.Unmarshal(res, &m) // delivered, whatever came back
	return m.ID, nil
}

// nonce is a parcel's id as Discord takes it: at most 25 characters (dd:
// resources/message.mdx "Create Message").
func nonce(id string) string {
	if len(id) <= 25 {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return base64.RawURLEncoding.EncodeToString(sum[:18])
}

// mostDirect is how many direct conversations are remembered.
const mostDirect = 20_000

// directChannel finds the channel of a person's conversation with the bot (dd:
// resources/user.mdx "Create DM"). It finds one too for somebody who takes no
// messages.
func (d *Discord) directChannel(ctx context.Context, person string) (string, *refusal) {
	d.mu.Lock()
	channel := d.direct[person]
	d.mu.Unlock()
	if channel != "" {
		return channel, nil
	}
	id, failed := d.write(ctx, http.MethodPost, "users/@me/channels", payload{json: map[string]string{"recipient_id": person}})
	if failed == nil && id == "" {
		failed = &refusal{}
	}
	if failed == nil {
		d.learnDirect(person, id)
	}
	return id, failed
}

func (d *Discord) learnDirect(person, channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.direct) >= mostDirect {
		clear(d.direct)
	}
	d.direct[person] = channel
}

func (d *Discord) forgetDirect(person string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.direct, person)
}

const (
	// afterHaste is the wait where Discord named none.
	afterHaste = 5 * time.Second
	// afterToken is the wait while the bot's token is refused.
	afterToken = 10 * time.Minute
)

// sendError says what a refusal means for the sender.
func sendError(r *refusal, room bool) error {
	if r == nil {
		return nil
	}
	e := &bots.SendError{Failure: bots.Refused, After: r.after, Reason: r.Error()}
	switch {
	case r.status == http.StatusTooManyRequests:
		e.Failure, e.After = bots.Later, max(r.after, time.Second)
		if r.after == 0 {
			e.After = afterHaste
		}
	case r.is(codeDirectClosed, codeNoMutualGuild, codeUnknownUser):
		e.Failure = bots.Gone
	case room && r.is(codeUnknownChannel, codeMissingAccess, codeMissingPermission):
		e.Failure = bots.Gone
	case r.status == http.StatusUnauthorized:
		e.Failure, e.After = bots.Later, afterToken
	case r.is(codeTooFast):
		e.Failure, e.After = bots.Later, max(r.after, afterHaste)
	case r.code == 0 && r.status != http.StatusBadRequest && r.status != http.StatusRequestEntityTooLarge,
		r.status >= 500:
		e.Failure = bots.Later // not delivered, perhaps: a broken line, server or proxy
	}
	return e
}
