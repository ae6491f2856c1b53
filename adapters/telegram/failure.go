package telegram

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
	"unicode/utf8"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// failure is why a call brought nothing. Its words are Telegram's own, without
// what they quote, or from a fixed list: an error of the HTTP client is never
// shown, since it may hold an address.
type failure struct {
	// refused is true for an answer of the Bot API itself; code is then its
	// error_code, and otherwise the status of an answer that was none, or 0.
	refused bool
	code    int
	// words are Telegram's in full, for comparing; why is what may be shown.
	words, why string
	after      time.Duration // as told, or 0
	movedTo    int64         // the chat's new id, or 0
}

func (f *failure) Error() string { return f.why }

// is tells whether Telegram refused with words that contain one of these.
func (f *failure) is(words ...string) bool {
	if !f.refused || f.code != http.StatusBadRequest {
		return false
	}
	said := strings.ToLower(f.words)
	for _, w := range words {
		if strings.Contains(said, strings.ToLower(w)) {
			return true
		}
	}
	return false
}

// badToken is true where the Bot API does not know the token: 401 for one of
// the right form, 404 for any other (tdlib/telegram-bot-api
// Client.cpp:16291, HttpConnection.cpp:36).
func (f *failure) badToken() bool {
	return f.refused && (f.code == http.StatusUnauthorized || f.code == http.StatusNotFound)
}

// failureOf reads what the client library returned. The status is the
// answer's: the library drops it, and drops error_code too after an upload
// (telegram-bot-api v5.5.1 bot.go:257).
func (t *Telegram) failureOf(err error, status int) *failure {
	var refusal *tgbotapi.Error
	if !errors.As(err, &refusal) {
		return &failure{code: status, why: unanswered(err, status)}
	}
	code := refusal.Code
	if code == 0 {
		code = status
	}
	if code < http.StatusBadRequest {
		return &failure{code: status, why: "the answer is not one of the Bot API"}
	}
	words := t.scrub(refusal.Message)
	return &failure{
		refused: true, code: code, words: words, why: shown(words),
		after: time.Duration(max(0, refusal.RetryAfter)) * time.Second, movedTo: refusal.MigrateToChatID,
	}
}

// mostWords bounds what is shown of a refusal, in bytes.
const mostWords = 80

// shown is what may be shown of a refusal's words: without their class, and
// without anything that they quote, which may be what somebody wrote.
func shown(words string) string {
	for _, class := range []string{"Bad Request: ", "Forbidden: ", "Unauthorized: ", "Conflict: "} {
		words = strings.TrimPrefix(words, class)
	}
	for _, mark := range []string{`"`, ` '`, ": ", "://"} {
		words, _, _ = strings.Cut(words, mark)
	}
	for len(words) > mostWords {
		_, n := utf8.DecodeLastRuneInString(words)
		words = words[:len(words)-n]
	}
	if words = strings.TrimSpace(words); words == "" {
		return "refused without words"
	}
	return words
}

// unanswered names what kept a call from its answer.
func unanswered(err error, status int) string {
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	var timeout interface{ Timeout() bool }
	switch {
	case status >= http.StatusInternalServerError:
		return "Telegram's server is not well"
	case status >= http.StatusMultipleChoices && status < http.StatusBadRequest:
		return "the address of the Bot API server leads elsewhere"
	case status != 0:
		return "the answer is not one of the Bot API"
	case errors.Is(err, context.Canceled):
		return "stopped"
	case errors.As(err, &name):
		return "the name of the Bot API server is not found"
	case errors.As(err, &certificate):
		return "the certificate of the Bot API server is not trusted"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the Bot API server refuses connections"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "no answer in time"
	}
	return "the connection was cut"
}
