package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"manyhands/bots"
)

// kinds are the updates that are wanted. The list is sent with every poll,
// since an absent one keeps what some other program asked for
// (https://core.telegram.org/bots/api#getupdates).
var kinds = []string{"message", "edited_message", "channel_post", "callback_query", "my_chat_member"}

const (
	// pauseLeast and pauseMost bound the pause after a failure; it doubles in
	// between, and each is cut by up to a half so that programs that lost the
	// server together do not come back together.
	pauseLeast = time.Second
	pauseMost  = time.Minute
	// batch is the most updates of one poll, the most there can be.
	batch = 100
)

// Run brings updates until ctx ends, and returns nil then. It asks Telegram
// for the bot's name, takes away a webhook, and polls. A batch is stored by
// one Receive, and only after that the next poll confirms it; where Receive
// fails, the same updates come again. It returns an error only where the
// token is not valid. The network's own pauses are real time.
func (t *Telegram) Run(ctx context.Context, in bots.Receiver) error {
	var answers sync.WaitGroup
	defer answers.Wait()
	if err := t.begin(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	polls := t.trouble("updates")
	stores := t.trouble("the store")
	offset := int64(0)
	for {
		updates, f := t.updates(ctx, offset)
		if ctx.Err() != nil {
			return nil
		}
		if f != nil {
			if err := polls.met(ctx, f); err != nil {
				return err
			}
			continue
		}
		polls.over()
		if len(updates) == 0 {
			continue
		}
		b := t.read(updates, t.name(), offset)
		stored := make(chan struct{})
		t.acknowledge(ctx, &answers, b.presses, stored)
		t.addRights(ctx, b)
		if err := in.Receive(ctx, b.arrivals()...); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			stores.failed(ctx, t.scrub(err.Error()))
			continue
		}
		close(stored)
		stores.over()
		if b.next == offset { // nothing in it had a number
			t.rest(ctx, pauseLeast)
		}
		offset = b.next
	}
}

// begin learns the bot's name and takes away a webhook, as often as it takes.
func (t *Telegram) begin(ctx context.Context) error {
	start := t.trouble("the start")
	for ctx.Err() == nil {
		f := t.learn(ctx)
		if f == nil {
			f = t.dropWebhook(ctx)
		}
		if f == nil {
			start.over()
			return nil
		}
		if err := start.met(ctx, f); err != nil {
			return err
		}
	}
	return nil
}

// learn asks for the bot's own name, which commands in groups carry.
func (t *Telegram) learn(ctx context.Context) *failure {
	result, f := t.call(ctx, "getMe", nil)
	if f != nil {
		return f
	}
	var me struct {
		Username string `json:"username"`
	}
	if json.Unmarshal(result, &me) != nil || !linkWord.MatchString(me.Username) {
		return &failure{why: "getMe tells no name"}
	}
	t.username.Store(&me.Username)
	return nil
}

// dropWebhook takes away a webhook, which would keep every update from a poll.
// What waits stays.
func (t *Telegram) dropWebhook(ctx context.Context) *failure {
	result, f := t.call(ctx, "getWebhookInfo", nil)
	if f != nil {
		return f
	}
	var hook struct {
		URL string `json:"url"`
	}
	if err := json.Unmarshal(result, &hook); err != nil || hook.URL == "" {
		return nil
	}
	if _, f = t.call(ctx, "deleteWebhook", tgbotapi.Params{"drop_pending_updates": "false"}); f == nil {
		t.log.Warn("a webhook was set for the bot and has been taken away: messages are fetched from here now", "network", networkName)
	}
	return f
}

// updates polls. The offset confirms all that came before it.
func (t *Telegram) updates(ctx context.Context, offset int64) ([]json.RawMessage, *failure) {
	p := tgbotapi.Params{
		"timeout": strconv.Itoa(int(t.poll / time.Second)), "limit": strconv.Itoa(batch), "allowed_updates": jsonText(kinds),
	}
	if offset != 0 {
		p["offset"] = strconv.FormatInt(offset, 10)
	}
	result, f := t.callWithin(ctx, t.poll+pollGrace, "getUpdates", p)
	if f != nil {
		return nil, f
	}
	var updates []json.RawMessage
	if json.Unmarshal(result, &updates) != nil {
		return nil, &failure{why: "the answer is not one of the Bot API"}
	}
	return updates, nil
}

// trouble is one thing that can go wrong again and again. It is told once, and
// once more when it is over.
type trouble struct {
	t    *Telegram
	with string
	n    int
	told string
}

func (t *Telegram) trouble(with string) *trouble { return &trouble{t: t, with: with} }

// met deals with a failed call: it waits as told, or longer each time. It
// returns an error where going on is useless.
func (p *trouble) met(ctx context.Context, f *failure) error {
	if f.badToken() {
		return errors.New("the token is not valid (or the address of the Bot API server is not): ask BotFather for the bot's token")
	}
	why := f.why
	if f.refused && f.code == http.StatusConflict {
		why = "another program fetches this bot's messages: only one may run with a token"
		if strings.Contains(f.words, "ebhook") {
			why = "somebody set a webhook for this bot"
			if p.t.dropWebhook(ctx) == nil {
				p.n = 0
			}
		}
	}
	p.wait(ctx, why, f.after)
	return nil
}

// failed deals with any other failure.
func (p *trouble) failed(ctx context.Context, why string) { p.wait(ctx, why, 0) }

func (p *trouble) wait(ctx context.Context, why string, least time.Duration) {
	if ctx.Err() != nil {
		return
	}
	if why != p.told {
		p.t.log.Warn("Telegram: something fails and is tried again", "with", p.with, "error", why)
		p.told = why
	}
	d := min(pauseLeast<<min(p.n, 16), pauseMost)
	p.n++
	p.t.rest(ctx, max(least, d-jitter(d)))
}

func (p *trouble) over() {
	if p.told != "" {
		p.t.log.Info("Telegram: it works again", "with", p.with)
	}
	p.n, p.told = 0, ""
}

// jitter is up to half of a pause. It takes no part in what a script can see,
// and must not draw from a script's seeded source.
func jitter(d time.Duration) time.Duration { return rand.N(d/2 + 1) } // no secret hangs on it

// rest waits in real time.
func rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// Check asks Telegram whether it takes the token. The error says what to do,
// and holds no token.
func (t *Telegram) Check(ctx context.Context) error {
	f := t.learn(ctx)
	switch {
	case f == nil:
		return nil
	case f.code == http.StatusUnauthorized, f.code == http.StatusNotFound:
		return errors.New("the token is not valid: ask BotFather for it")
	}
	return errors.New("Telegram did not answer: " + f.why) //nolint:staticcheck // a name begins the sentence
}
