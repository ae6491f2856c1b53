package telegram

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"manyhands/bots"
)

// Send delivers a part and returns its name, that of the edited message where
// one was replaced. A message that cannot be replaced any more is followed by
// a new one, and a topic that is gone is left for its chat. The Bot API knows
// no way to send a message only once (tdlib/telegram-bot-api#482): a part
// whose answer was lost comes twice.
func (t *Telegram) Send(ctx context.Context, p bots.Parcel) (string, error) {
	to, ok := placeOf(p.To)
	if !ok {
		return "", &bots.SendError{Failure: bots.Refused, Reason: "the address is none of Telegram's"}
	}
	b := bodyOf(p.Part.Body)
	if number, ok := messageIn(to.chat, p.Edit); ok && b.File == nil {
		f := t.edit(ctx, to, number, b)
		if f == nil || f.is("message is not modified") {
			return p.Edit, nil
		}
		if !f.isOverForEdits() {
			return "", sendError(f)
		}
	}
	number, f := t.post(ctx, to, b)
	if f != nil && to.thread != 0 && f.is("thread not found", "TOPIC_") {
		// Topics can be closed, deleted and switched off (tucnak/telebot#762).
		to.thread = 0
		number, f = t.post(ctx, to, b)
	}
	if f != nil {
		return "", sendError(f)
	}
	return messageID(to.chat, number), nil
}

// isOverForEdits is true where the message is gone, too old, or no text.
func (f *failure) isOverForEdits() bool {
	return f.is("message to edit not found", "message can't be edited", "there is no text in the message to edit",
		"MESSAGE_ID_INVALID", "message identifier is not specified")
}

// params are a message's own, without its place.
func (b body) params() tgbotapi.Params {
	p := tgbotapi.Params{}
	text := "text"
	if b.File != nil {
		text = "caption"
	} else {
		p["link_preview_options"] = `{"is_disabled":true}`
	}
	p.AddNonEmpty(text, b.Text)
	if b.HTML && b.Text != "" {
		p["parse_mode"] = "HTML"
	}
	if len(b.Keyboard) > 0 {
		p["reply_markup"] = jsonText(map[string]any{"inline_keyboard": b.Keyboard})
	}
	return p
}

func (t *Telegram) edit(ctx context.Context, to place, number int64, b body) *failure {
	p := b.params()
	p["chat_id"] = strconv.FormatInt(to.chat, 10)
	p["message_id"] = strconv.FormatInt(number, 10)
	_, f := t.call(ctx, "editMessageText", p)
	return f
}

// post sends a new message and returns its number.
func (t *Telegram) post(ctx context.Context, to place, b body) (int64, *failure) {
	p := b.params()
	p["chat_id"] = strconv.FormatInt(to.chat, 10)
	p.AddNonZero64("message_thread_id", to.thread)
	method, files := "sendMessage", []tgbotapi.RequestFile(nil)
	if b.File != nil {
		method = "sendDocument"
		files = []tgbotapi.RequestFile{{Name: "document", Data: tgbotapi.FileBytes{Name: b.File.Name, Bytes: b.File.Content}}}
	}
	result, f := t.call(ctx, method, p, files...)
	if f != nil {
		return 0, f
	}
	var sent struct {
		ID int64 `json:"message_id"`
	}
	if json.Unmarshal(result, &sent) != nil {
		return 0, nil // it is there, though without a name
	}
	return sent.ID, nil
}

// tokenPause is how long a lane rests where the token is not valid: Run has
// said so, and the rows wait for a valid one.
const tokenPause = time.Minute

// sendError tells the bot what a failure asks for.
func sendError(f *failure) *bots.SendError {
	e := &bots.SendError{Failure: bots.Later, After: f.after, Reason: f.why}
	switch {
	case !f.refused && f.code == http.StatusRequestEntityTooLarge:
		e.Failure = bots.Refused
	case !f.refused || f.code >= http.StatusInternalServerError:
	case f.badToken():
		e.After = tokenPause
	case f.movedTo != 0:
		e.Failure, e.MovedTo = bots.Moved, place{chat: f.movedTo}.address()
	case f.code == http.StatusForbidden, f.is("chat not found"):
		e.Failure = bots.Gone
	case f.code == http.StatusBadRequest, f.code == http.StatusRequestEntityTooLarge:
		e.Failure = bots.Refused
	}
	return e
}
