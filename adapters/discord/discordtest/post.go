package discordtest

import (
	"net/http"
	"time"
)

// nonceKept is how long an enforced nonce is remembered. Documented as "the
// past few minutes" (dd:resources/message.mdx "Create Message").
const nonceKept = 3 * time.Minute

// posted remembers which message a nonce made.
type posted struct {
	message *message
	at      moment
}

// postMessage is dd:resources/message.mdx "Create Message".
func postMessage(s *Server, q *query) (int, any, *Refusal) {
	c, refusal := s.botChannel(q.args["channel"])
	if refusal == nil {
		refusal = c.mayWrite()
	}
	if refusal != nil {
		return 0, nil, refusal
	}
	d, refusal := readDraft(q, nil)
	if refusal != nil {
		return 0, nil, refusal
	}
	if old := s.sameNonce(c, d); old != nil {
		return http.StatusOK, s.messageObject(old), nil
	}
	m := &message{channel: c, author: s.bot}
	m.Nonce = string(d.Nonce)
	if refusal = replyTo(m, d); refusal != nil {
		return 0, nil, refusal
	}
	// Other flags, such as EPHEMERAL, cannot be set here and are dropped: the
	// message is then seen by all.
	if refusal = s.apply(m, d, true); refusal != nil {
		return 0, nil, refusal
	}
	s.post(m)
	if d.EnforceNonce && d.Nonce != "" {
		s.nonces[c.ID+"/"+m.Nonce] = posted{m, s.clock()}
	}
	return http.StatusOK, s.messageObject(m), nil
}

// sameNonce is the message that an enforced nonce already made. Whether nonces
// count per channel or per author alone is not documented; per channel here.
func (s *Server) sameNonce(c *Channel, d *draft) *message {
	if !d.EnforceNonce || d.Nonce == "" {
		return nil
	}
	old, ok := s.nonces[c.ID+"/"+string(d.Nonce)]
	if !ok || s.clock().Sub(old.at) >= nonceKept {
		return nil
	}
	return old.message
}

// replyTo makes a message a reply; the message replied to must exist, unless
// the request says that it need not.
func replyTo(m *message, d *draft) *Refusal {
	if d.Reference == nil || d.Reference.MessageID == "" {
		return nil
	}
	if m.channel.find(d.Reference.MessageID) == nil {
		if d.Reference.FailIfNotExist != nil && !*d.Reference.FailIfNotExist {
			return nil
		}
		var f form
		f.wrong("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
		return f.refusal()
	}
	m.kind, m.ReplyTo = kindReply, d.Reference.MessageID
	return nil
}

// botMessage finds a message that the bot may look at by its channel. An
// ephemeral one is not found this way, only by its interaction's token.
func (s *Server) botMessage(q *query) (*message, *Refusal) {
	c, refusal := s.botChannel(q.args["channel"])
	if refusal != nil {
		return nil, refusal
	}
	m := c.find(q.args["message"])
	if m == nil || m.Ephemeral {
		return nil, errUnknownMessage
	}
	return m, nil
}

// getMessage is ib. "Get Channel Message".
func getMessage(s *Server, q *query) (int, any, *Refusal) {
	m, refusal := s.botMessage(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	return http.StatusOK, s.restObject(m), nil
}

// listMessages is ib. "Get Channel Messages": newest first, also with after,
// which gives those nearest to the id.
func listMessages(s *Server, q *query) (int, any, *Refusal) {
	c, refusal := s.botChannel(q.args["channel"])
	if refusal != nil {
		return 0, nil, refusal
	}
	var f form
	limit := q.limit(&f, "limit", 50, 1, 100)
	before, after, around := q.Query.Get("before"), q.Query.Get("after"), q.Query.Get("around")
	if before != "" && after != "" || around != "" && before+after != "" {
		f.wrong("", "MUTUALLY_EXCLUSIVE", "before, after and around are mutually exclusive")
	}
	if refusal = f.refusal(); refusal != nil {
		return 0, nil, refusal
	}
	var found []*message
	for _, m := range c.messages {
		if m.Deleted || m.Ephemeral ||
			before != "" && !older(m.ID, before) || after != "" && !older(after, m.ID) {
			continue
		}
		found = append(found, m)
	}
	list := []object{}
	for _, m := range window(found, limit, after != "", around) {
		list = append([]object{s.restObject(m)}, list...)
	}
	return http.StatusOK, list, nil
}

// window cuts a list to its limit: the oldest, the newest, or those around.
func window(found []*message, limit int, oldest bool, around string) []*message {
	if len(found) <= limit {
		return found
	}
	from := len(found) - limit
	if oldest {
		from = 0
	}
	if around != "" {
		at := 0
		for at < len(found) && older(found[at].ID, around) {
			at++
		}
		from = min(max(0, at-limit/2), len(found)-limit)
	}
	return found[from : from+limit]
}

// patchMessage is ib. "Edit Message".
func patchMessage(s *Server, q *query) (int, any, *Refusal) {
	m, refusal := s.botMessage(q)
	switch {
	case refusal != nil:
		return 0, nil, refusal
	case m.author != s.bot:
		return 0, nil, errNotAuthor
	case m.channel.archived:
		return 0, nil, errArchived
	}
	d, refusal := readDraft(q, m)
	if refusal == nil {
		refusal = s.apply(m, d, false)
	}
	if refusal != nil {
		return 0, nil, refusal
	}
	s.change(m)
	return http.StatusOK, s.messageObject(m), nil
}

// deleteMessage is ib. "Delete Message". The bot has no power over others'
// messages here.
func deleteMessage(s *Server, q *query) (int, any, *Refusal) {
	m, refusal := s.botMessage(q)
	switch {
	case refusal != nil:
		return 0, nil, refusal
	case m.author != s.bot && m.channel.Guild == nil:
		return 0, nil, errOnDirectChannel
	case m.author != s.bot:
		return 0, nil, errMissingPermission
	}
	s.remove(m)
	return http.StatusNoContent, nil, nil
}
