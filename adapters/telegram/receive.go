package telegram

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"manyhands/bots"
)

// envelope is what is stored of an update: the update as it came, and what had
// to be asked for beside it, so that decoding it asks nothing.
type envelope struct {
	// Bot is this bot's own username.
	Bot string `json:"bot"`
	// Manages is true where the sender administered the group just then. It is
	// asked for commands and presses in groups alone.
	Manages bool            `json:"manages,omitempty"`
	Update  json.RawMessage `json:"update"`
}

// glance is as much of an update as has to be known before it is stored.
type glance struct {
	Message           *glanceMessage `json:"message"`
	EditedMessage     *glanceMessage `json:"edited_message"`
	ChannelPost       *glanceMessage `json:"channel_post"`
	EditedChannelPost *glanceMessage `json:"edited_channel_post"`
	MyChatMember      *glanceMessage `json:"my_chat_member"`
	CallbackQuery     *struct {
		ID      string         `json:"id"`
		From    user           `json:"from"`
		Message *glanceMessage `json:"message"`
	} `json:"callback_query"`
}

type glanceMessage struct {
	Chat       chat   `json:"chat"`
	From       *user  `json:"from"`
	SenderChat *chat  `json:"sender_chat"`
	Text       string `json:"text"`
	Caption    string `json:"caption"`
}

// Updates that cannot be read so far go into a lane of their own; other kinds
// than those that were asked for, which may wait from before, into another.
const (
	unreadLane = "unread"
	otherLane  = "other"
)

// item is one update on its way to the store.
type item struct {
	key, lane string
	envelope  envelope
	// chat and user are set where it has to be asked whether the user
	// administers the chat.
	chat, user int64
}

// read is a batch of updates, ready to be stored.
type read struct {
	items   []item
	presses []string // the ids of callback queries
	next    int64    // the offset that confirms the batch
}

// read takes a batch apart. Telegram numbers updates upwards, so that one
// whose number cannot be read has at least the number after the one before;
// where nothing came before, at least that of the offset. Numbers may start
// again lower after a quiet week, so none is compared with an older batch's
// (https://core.telegram.org/bots/api#update).
func (t *Telegram) read(updates []json.RawMessage, bot string, offset int64) *read {
	b := &read{next: offset}
	for _, raw := range updates {
		it := item{lane: unreadLane, envelope: envelope{Bot: bot, Update: raw}}
		var numbered struct {
			ID *int64 `json:"update_id"`
		}
		if json.Unmarshal(raw, &numbered) != nil || numbered.ID == nil {
			sum := sha256.Sum256(raw)
			it.key = "bytes:" + hex.EncodeToString(sum[:16])
			if b.next > 0 {
				b.next++
			}
		} else {
			it.key = strconv.FormatInt(*numbered.ID, 10)
			b.next = *numbered.ID + 1
			b.look(&it, raw)
		}
		b.items = append(b.items, it)
	}
	return b
}

// look finds an update's lane, and what has to be asked or answered.
func (b *read) look(it *item, raw json.RawMessage) {
	var g glance
	if json.Unmarshal(raw, &g) != nil {
		return
	}
	if q := g.CallbackQuery; q != nil {
		if q.ID != "" {
			b.presses = append(b.presses, q.ID)
		}
		it.lane = strconv.FormatInt(q.From.ID, 10)
		if q.Message != nil {
			it.lane = strconv.FormatInt(q.Message.Chat.ID, 10)
			if q.Message.Chat.group() {
				it.chat, it.user = q.Message.Chat.ID, q.From.ID
			}
		}
		return
	}
	it.lane = otherLane
	for _, m := range []*glanceMessage{g.Message, g.EditedMessage, g.ChannelPost, g.EditedChannelPost, g.MyChatMember} {
		if m != nil {
			it.lane = strconv.FormatInt(m.Chat.ID, 10)
		}
	}
	m := g.Message
	if m == nil || m.From == nil || m.SenderChat != nil || !m.Chat.group() {
		return
	}
	if isCommand(m.Text, it.envelope.Bot) || isCommand(m.Caption, it.envelope.Bot) {
		it.chat, it.user = m.Chat.ID, m.From.ID
	}
}

func (b *read) arrivals() []bots.Arrival {
	out := make([]bots.Arrival, 0, len(b.items))
	for _, it := range b.items {
		out = append(out, bots.Arrival{
			Network: networkName, Key: it.key, Lane: it.lane, Raw: []byte(jsonText(it.envelope)),
		})
	}
	return out
}

// storeTime is how long the end of a button's spinner waits for the store.
const storeTime = 1500 * time.Millisecond

// acknowledge ends the spinner of pressed buttons, once their updates are
// stored or after storeTime; it says nothing, so that it may come before the
// answer. A press that is too old to be acknowledged is none the worse for it
// (reported at go-telegram-bot-api/telegram-bot-api#579).
func (t *Telegram) acknowledge(ctx context.Context, wg *sync.WaitGroup, presses []string, stored <-chan struct{}) {
	if len(presses) == 0 {
		return
	}
	wg.Go(func() {
		timer := time.NewTimer(storeTime)
		defer timer.Stop()
		select {
		case <-stored:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		for _, id := range presses {
			wg.Go(func() {
				if _, f := t.call(ctx, "answerCallbackQuery", tgbotapi.Params{"callback_query_id": id}); f != nil {
					t.log.Debug("a press was not acknowledged", "network", networkName, "error", f.why)
				}
			})
		}
	})
}

const (
	// rightsTime bounds what a batch may wait for the rights of its senders,
	// rightsLife is how long they are remembered, and rightsAtOnce how many
	// are asked at the same time.
	rightsTime   = time.Second
	rightsLife   = time.Minute
	rightsAtOnce = 8
	rightsMost   = 10_000
)

// rights remembers for a while who administers which group.
type rights struct {
	mu    sync.Mutex
	known map[[2]int64]right
}

type right struct {
	manages bool
	until   time.Time
}

// addRights notes with each command and press in a group whether its sender
// administers it. It does what it can in rightsTime: whom Telegram does not
// tell of in time, manages nothing, and may ask again.
func (t *Telegram) addRights(ctx context.Context, b *read) {
	ctx, cancel := context.WithTimeout(ctx, rightsTime)
	defer cancel()
	var wg sync.WaitGroup
	slots := make(chan struct{}, rightsAtOnce)
	for i := range b.items {
		it := &b.items[i]
		if it.chat == 0 {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			it.envelope.Manages = t.manages(ctx, it.chat, it.user)
		})
	}
	wg.Wait()
}

// manages tells whether a user administers a group.
func (t *Telegram) manages(ctx context.Context, chat, user int64) bool {
	who, now := [2]int64{chat, user}, t.clock()
	t.rights.mu.Lock()
	r, known := t.rights.known[who]
	t.rights.mu.Unlock()
	if known && now.Before(r.until) {
		return r.manages
	}
	result, f := t.call(ctx, "getChatMember", tgbotapi.Params{
		"chat_id": strconv.FormatInt(chat, 10), "user_id": strconv.FormatInt(user, 10),
	})
	if f != nil {
		return false
	}
	var m struct {
		Status string `json:"status"`
	}
	if json.Unmarshal(result, &m) != nil {
		return false
	}
	r = right{manages: m.Status == "creator" || m.Status == "administrator", until: now.Add(rightsLife)}
	t.rights.mu.Lock()
	defer t.rights.mu.Unlock()
	if len(t.rights.known) >= rightsMost {
		clear(t.rights.known)
	}
	t.rights.known[who] = r
	return r.manages
}
