package telegramtest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The queue's bounds (tdlib/td tddb/td/db/TQueue.cpp:86-88) and those of one
// answer (srv Client.cpp:16307-16319).
const (
	maxQueued     = 100_000
	maxUpdate     = 512 << 10
	maxUpdates    = 4 << 20
	futureOffsets = 10
)

// update is one update as it will be told: its JSON without update_id.
type update struct {
	id      int
	kind    string
	body    string
	expires time.Time
	told    bool
}

// queue holds what the bot has not confirmed.
type queue struct {
	next    int // the id of the next update; the tail
	waiting []*update
	again   []*update // to be told once more, whatever the offset
	last    *update
	allowed map[string]bool
}

func allKinds() []string {
	return []string{
		"message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
		"business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
		"message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
		"pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
		"chat_join_request", "chat_boost", "removed_chat_boost",
	}
}

// defaultKinds are all but three (spec getUpdates; srv Client.h:1456).
func defaultKinds() map[string]bool {
	kinds := map[string]bool{}
	for _, k := range allKinds() {
		kinds[k] = k != "chat_member" && k != "message_reaction" && k != "message_reaction_count"
	}
	return kinds
}

// allow takes an allowed_updates parameter: absent, null or no array keeps what
// was, an array that names nothing known resets it (srv Client.cpp:16892-16943).
func (q *queue) allow(raw string) {
	var names []json.RawMessage
	if raw == "" || json.Unmarshal([]byte(raw), &names) != nil || names == nil {
		return
	}
	kinds := map[string]bool{}
	for _, item := range names {
		var name string
		if json.Unmarshal(item, &name) != nil {
			return
		}
		if name = strings.ToLower(name); slices.Contains(allKinds(), name) {
			kinds[name] = true
		}
	}
	if len(kinds) == 0 {
		kinds = defaultKinds()
	}
	q.allowed = kinds
}

// push queues an update of a kind, unless the bot does not want that kind now:
// what is allowed is asked when an update is made, not when it is told.
func (s *Server) push(kind string, value object, life time.Duration) {
	if !s.queue.allowed[kind] {
		return
	}
	s.pushRaw(kind, string(encode(object{kind: value})), life)
}

func (s *Server) pushRaw(kind, body string, life time.Duration) int {
	q := &s.queue
	if len(q.waiting) >= maxQueued || len(body) > maxUpdate {
		return 0
	}
	u := &update{id: q.next, kind: kind, body: body, expires: s.clock().Add(life)}
	q.next++
	q.last = u
	q.waiting = append(q.waiting, u)
	return u.id
}

// take returns what getUpdates answers with that offset and limit, and forgets
// what the offset confirms (TQueue.cpp:297-312; srv Client.cpp:16321-16360).
func (q *queue) take(offset, limit int, now time.Time) []*update {
	q.waiting = slices.DeleteFunc(q.waiting, func(u *update) bool { return u.expires.Before(now) })
	head := q.next
	if len(q.waiting) > 0 {
		head = q.waiting[0].id
	}
	switch {
	case offset < 0:
		q.waiting = q.waiting[max(0, len(q.waiting)+offset):]
	case offset == 0, offset > q.next+futureOffsets, offset < head-maxQueued:
	default:
		q.waiting = slices.DeleteFunc(q.waiting, func(u *update) bool { return u.id < offset })
	}
	out := q.repeated()
	size := maxUpdates
	for _, u := range q.waiting {
		if size -= 50 + len(u.body); len(out) >= limit || size <= 0 {
			break
		}
		out = append(out, u)
	}
	for _, u := range out {
		u.told = true
	}
	return out
}

// repeated takes what is to be told again and is not about to be told anyway.
func (q *queue) repeated() []*update {
	var out, later []*update
	for _, u := range q.again {
		switch {
		case !u.told:
			later = append(later, u)
		case !slices.Contains(q.waiting, u):
			out = append(out, u)
		}
	}
	q.again = later
	return out
}

// encodeUpdates writes updates as the array that getUpdates answers.
func encodeUpdates(updates []*update) rawJSON {
	var b strings.Builder
	b.WriteByte('[')
	for i, u := range updates {
		if i > 0 {
			b.WriteByte(',')
		}
		rest, isObject := strings.CutPrefix(strings.TrimSpace(u.body), "{")
		switch {
		case !isObject:
			b.WriteString(u.body)
		case strings.HasPrefix(strings.TrimSpace(rest), "}"):
			fmt.Fprintf(&b, `{"update_id":%d}`, u.id)
		default:
			fmt.Fprintf(&b, `{"update_id":%d,%s`, u.id, rest)
		}
	}
	b.WriteByte(']')
	return rawJSON(b.String())
}

// Redeliver tells the last update once more, with the same update_id, even
// where the bot has confirmed it. It does nothing where there was none.
func (s *Server) Redeliver() {
	s.mu.Lock()
	defer s.unlock()
	if s.queue.last != nil {
		s.queue.again = append(s.queue.again, s.queue.last)
	}
}

// Inject queues an update as it stands, its update_id put in front; raw is a
// JSON object of any content, known or not. Anything else is put into the array
// without an id. It returns the update's id.
func (s *Server) Inject(raw string) int {
	s.mu.Lock()
	defer s.unlock()
	return s.pushRaw("", raw, s.knobs.MessageExpiry)
}

// ResetIDs makes the next update's id the one given, as after a week without
// updates, when ids start again at a random number (spec Update; TQueue.cpp:156
// draws it from 2,000,001 to 1,000,000,000). What is unconfirmed is forgotten.
func (s *Server) ResetIDs(next int) {
	s.mu.Lock()
	defer s.unlock()
	s.queue.next, s.queue.waiting, s.queue.again, s.queue.last = next, nil, nil, nil
}

// Pending is how many updates the bot has not confirmed.
func (s *Server) Pending() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.queue.waiting) + len(s.queue.again)
}

// Idle reports whether the bot has confirmed every update and waits for more.
func (s *Server) Idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.poll != nil && len(s.queue.waiting)+len(s.queue.again) == 0
}
