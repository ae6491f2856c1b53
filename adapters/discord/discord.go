// Package discord brings the bot to Discord: slash commands, buttons, forms and
// direct messages.
//
// Everything personal is answered so that only its receiver sees it: by an
// ephemeral answer in a server, in the direct conversation otherwise. The bot
// asks for no privileged intent, so it hears nothing that is said in a server
// but the commands given to it.
//
// "dd:" stands for the pages under developers/ of
// github.com/discord/discord-api-docs, as of August 2026; "dg:" for
// github.com/bwmarrin/discordgo v0.29.0.
package discord

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
)

// Config is what a Discord is made of.
type Config struct {
	// Token is the bot's token as the developer portal gives it. It is held
	// here and shown to nobody: not in errors, not in logs.
	Token string
	// API is the address before "/api", for compatible servers; Discord's own
	// where it is empty.
	API       string
	Catalogue *locale.Catalogue
	Log       *slog.Logger
	// Clock is the bot's: waits that Discord asks for are counted by it.
	Clock core.Clock
	// State remembers which commands were published; without one they are
	// published at every start.
	State State
}

// State is a few words that outlive the program.
type State interface {
	// Recall returns what was remembered last under a key, or "".
	Recall(ctx context.Context, key string) (string, error)
	// Remember replaces it.
	Remember(ctx context.Context, key, value string) error
}

// Discord is the network. Make it with New and let the bot Run it.
type Discord struct {
	catalogue *locale.Catalogue
	log       *slog.Logger
	clock     core.Clock
	state     State

	token  string
	pace   pace
	client *http.Client
	// rest is the library's session for calls; it never holds the token and
	// is never opened.
	rest   *discordgo.Session
	limits *limits

	intake *intake
	acks   acks

	mu          sync.Mutex
	application string            // the application's id, once known
	direct      map[string]string // channels of direct conversations, by user
	refused     bool              // the log was told that the token is refused
}

var (
	_ bots.Network       = (*Discord)(nil)
	_ bots.MenuPublisher = (*Discord)(nil)
	_ bots.Linker        = (*Discord)(nil)
)

// pace is the network's own deadlines and pauses, in real time.
type pace struct {
	// call bounds one call, store how long an arrival may take to be stored
	// before it is acknowledged all the same, answer one acknowledgement.
	// Discord waits 3 s for the latter two together (dd:interactions/
	// receiving-and-responding.mdx "Interaction Callback").
	call, store, answer time.Duration
	// open bounds the beginning of a connection, end that of its end.
	open, end time.Duration
	// identify and resume are the first waits before a new session and
	// before going on with one; they double up to the others.
	identify, identifyMost time.Duration
	resume, resumeMost     time.Duration
	// steady is how long a connection has to hold for the waits to begin
	// anew.
	steady time.Duration
}

func usualPace() pace {
	return pace{
		call: 15 * time.Second, store: 1500 * time.Millisecond, answer: 1200 * time.Millisecond,
		open: 20 * time.Second, end: 3 * time.Second,
		identify: 5 * time.Second, identifyMost: 5 * time.Minute,
		resume: time.Second, resumeMost: time.Minute,
		steady: 5 * time.Minute,
	}
}

// New makes a Discord. It reaches nothing yet; its errors say what is wrong
// with the configuration.
func New(c Config) (*Discord, error) {
	token := strings.TrimPrefix(strings.TrimSpace(c.Token), "Bot ")
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return nil, errors.New("discord: the token is not one: expected the bot's token as the developer portal gives it")
	}
	api := c.API
	if api == "" {
		api = "https://discord.com"
	}
	base, err := url.Parse(strings.TrimSuffix(api, "/"))
	if err != nil || base.Host == "" || base.User != nil || base.Scheme != "https" && base.Scheme != "http" {
		return nil, errors.New("discord: the address of the API is none: expected one such as https://discord.com")
	}
	d := &Discord{
		catalogue: c.Catalogue, log: c.Log, clock: c.Clock, state: c.State,
		token: token, pace: usualPace(), limits: newLimits(c.Clock), direct: map[string]string{},
	}
	d.client = &http.Client{
		Transport: &transport{next: http.DefaultTransport.(*http.Transport).Clone(), base: base, token: token},
		Timeout:   30 * time.Second,
		// A redirection would carry interaction tokens elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if d.rest, err = d.session(placeholder); err != nil {
		return nil, err
	}
	d.intake = newIntake(d)
	return d, nil
}

// session makes a session of the library that does nothing by itself: no
// reconnection, no state, no retries, and no log, since its log prints tokens
// and what people wrote (dg:wsapi.go:592, 870).
func (d *Discord) session(token string) (*discordgo.Session, error) {
	s, err := discordgo.New(token)
	if err != nil {
		return nil, errors.New("discord: the library refused the configuration")
	}
	s.Client = d.client
	s.LogLevel = discordgo.LogError - 1
	s.ShouldReconnectOnError, s.ShouldReconnectVoiceOnSessionError = false, false
	s.ShouldRetryOnRateLimit, s.MaxRestRetries = false, 0
	s.StateEnabled, s.Compress, s.SyncEvents = false, false, true
	return s, nil
}

// networkName tells this network's accounts apart. It never changes.
const networkName = "discord"

// Name is the word by which accounts of this network are told apart.
func (d *Discord) Name() string { return networkName }

// Readers is the honest sentence on who can read what is said here.
func (d *Discord) Readers() locale.Text { return locale.T("readers.discord") }

// Link returns "": Discord has no address that opens a conversation with a bot
// and carries a word.
func (d *Discord) Link(string) string { return "" }

// pause waits, and tells whether ctx still goes on.
func pause(ctx context.Context, wait time.Duration) bool {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return ctx.Err() == nil
	}
}
