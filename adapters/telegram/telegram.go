// Package telegram is Telegram as a network: private chats, groups,
// supergroups with their topics, and channels as rooms.
//
// Updates are fetched by long polling, and one counts as fetched only once it
// is stored; nothing is kept here between two starts, for Telegram itself keeps
// what was not confirmed, for a day. The client library is used for its two
// ways of asking alone (MakeRequest and UploadFiles), and never holds the
// bot's token: a stand-in takes its place until the request leaves the
// program.
package telegram

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

// Config is what a Telegram is made of. It prints as nothing, since it holds
// the token.
type Config struct {
	// Token is the bot's, as BotFather gives it.
	Token string `json:"-"`
	// API is the base address of the Bot API server, with or without a path;
	// DefaultAPI where it is empty.
	API   string
	Log   *slog.Logger
	Clock core.Clock
	// Poll is how long a request for updates may wait for one, in whole
	// seconds; DefaultPoll where it is zero.
	Poll time.Duration
	// Transport carries the requests; one of Go's own where it is nil.
	Transport http.RoundTripper
}

// Format prints a Config without what it holds.
func (Config) Format(f fmt.State, _ rune) { fmt.Fprint(f, "telegram.Config") }

// LogValue logs a Config without what it holds.
func (Config) LogValue() slog.Value { return slog.StringValue("telegram.Config") }

const (
	// DefaultAPI is Telegram's own Bot API server.
	DefaultAPI = "https://api.telegram.org"
	// DefaultPoll is the longest wait that the Bot API server grants
	// (tdlib/telegram-bot-api Client.h:1610).
	DefaultPoll = 50 * time.Second
)

// Telegram is the network. Make one with New.
type Telegram struct {
	log      *slog.Logger
	clock    core.Clock
	poll     time.Duration
	endpoint string
	http     *http.Client
	// scrub takes the token out of a text.
	scrub func(string) string
	// rest waits for a time, or until ctx ends.
	rest func(ctx context.Context, d time.Duration)
	// username is the bot's own, "" until it has been asked for.
	username atomic.Pointer[string]
	rights   rights
}

var (
	_ bots.Network       = (*Telegram)(nil)
	_ bots.MenuPublisher = (*Telegram)(nil)
	_ bots.Linker        = (*Telegram)(nil)
)

// tokenForm is more than BotFather's tokens need, and nothing that could
// change the meaning of an address.
var tokenForm = regexp.MustCompile(`^[0-9]{1,20}:[A-Za-z0-9_-]{1,100}$`)

// New makes a Telegram. It asks nothing of the network; it fails only where
// the token or the address cannot be right, and repeats neither.
func New(c Config) (*Telegram, error) {
	if !tokenForm.MatchString(c.Token) {
		return nil, errors.New("telegram: the token must be as BotFather gives it: digits, a colon, letters and digits")
	}
	if c.API == "" {
		c.API = DefaultAPI
	}
	u, err := url.Parse(c.API)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("telegram: the address of the Bot API server must be like " + DefaultAPI)
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Clock == nil {
		return nil, errors.New("telegram: a clock is needed")
	}
	if c.Poll <= 0 || c.Poll > DefaultPoll {
		c.Poll = DefaultPoll
	}
	if c.Transport == nil {
		c.Transport = transport()
	}
	return &Telegram{
		log: c.Log, clock: c.Clock, poll: max(time.Second, c.Poll.Truncate(time.Second)),
		endpoint: strings.ReplaceAll(strings.TrimRight(u.Scheme+"://"+u.Host+u.Path, "/"), "%", "%%") + "/bot%s/%s",
		http:     &http.Client{Transport: withToken(c.Token, c.Transport), CheckRedirect: stay},
		scrub:    scrubber(c.Token),
		rest:     rest,
		rights:   rights{known: map[[2]int64]right{}},
	}, nil
}

// networkName tells this network's accounts apart. It never changes.
const networkName = "telegram"

// Name is the word by which accounts of this network are told apart.
func (t *Telegram) Name() string { return networkName }

// Readers is the honest sentence on who can read what is said here.
func (t *Telegram) Readers() locale.Text { return locale.T("readers.telegram") }

// linkWord is what a link to a bot may carry
// (https://core.telegram.org/bots/features#deep-linking).
var linkWord = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Link returns the address of the private chat with the bot, which sends
// "/start WORD" when it is followed. It is "" for a word that a link cannot
// carry, and until Run has learnt the bot's name.
func (t *Telegram) Link(word string) string {
	name := t.name()
	if name == "" || !linkWord.MatchString(word) {
		return ""
	}
	return "https://t.me/" + name + "?start=" + word
}

func (t *Telegram) name() string {
	if p := t.username.Load(); p != nil {
		return *p
	}
	return ""
}
