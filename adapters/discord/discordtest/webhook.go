package discordtest

import "net/http"

// interactionOf finds the interaction whose token a call carries. A token
// unknown or past its fifteen minutes gives 401 with 50027 (dd#6851), which
// says nothing of the bot's own token; one without an answer yet stands for no
// webhook.
func (s *Server) interactionOf(q *query) (*Interaction, *Refusal) {
	if q.args["application"] != s.app.id {
		return nil, errUnknownWebhook
	}
	i := s.tokens[q.args["token"]]
	switch {
	case i == nil || s.clock().Sub(i.at) >= tokenKept:
		return nil, errWebhookToken
	case i.answered == 0 || i.kind == askComplete:
		return nil, errUnknownWebhook
	}
	return i, nil
}

// madeBy finds a message that a token made: @original or a follow-up.
func (s *Server) madeBy(q *query) (*Interaction, *message, *Refusal) {
	i, refusal := s.interactionOf(q)
	if refusal != nil {
		return nil, nil, refusal
	}
	m := i.original
	if id := q.args["message"]; id != "@original" {
		m = nil
		for _, one := range i.made {
			if one.ID == id {
				m = one
			}
		}
	}
	switch {
	case i.channel.deleted:
		return nil, nil, errUnknownChannel
	case m == nil || m.Deleted:
		return nil, nil, errUnknownMessage
	}
	return i, m, nil
}

// getAnswer is dd:interactions/receiving-and-responding.mdx "Get Original
// Interaction Response" and "Get Followup Message".
func getAnswer(s *Server, q *query) (int, any, *Refusal) {
	_, m, refusal := s.madeBy(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	return http.StatusOK, s.messageObject(m), nil
}

// editAnswer is ib. "Edit Original Interaction Response" and "Edit Followup
// Message".
func editAnswer(s *Server, q *query) (int, any, *Refusal) {
	_, m, refusal := s.madeBy(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	return s.editMade(m, q)
}

func (s *Server) editMade(m *message, q *query) (int, any, *Refusal) {
	d, refusal := readDraft(q, m)
	if refusal == nil {
		// The end of the thinking notifies like a new message would.
		refusal = s.apply(m, d, m.Thinking)
	}
	if refusal != nil {
		return 0, nil, refusal
	}
	m.Thinking = false
	s.change(m)
	return http.StatusOK, s.messageObject(m), nil
}

// deleteAnswer is ib. "Delete Original Interaction Response" and "Delete
// Followup Message".
func deleteAnswer(s *Server, q *query) (int, any, *Refusal) {
	_, m, refusal := s.madeBy(q)
	if refusal != nil {
		return 0, nil, refusal
	}
	s.remove(m)
	return http.StatusNoContent, nil, nil
}

// followUp is ib. "Create Followup Message". The first one after a deferral
// edits the loading message, whose secrecy stays as it was.
func followUp(s *Server, q *query) (int, any, *Refusal) {
	i, refusal := s.interactionOf(q)
	switch {
	case refusal != nil:
		return 0, nil, refusal
	case i.channel.deleted:
		return 0, nil, errUnknownChannel
	case i.original != nil && i.original.Thinking && !i.original.Deleted:
		return s.editMade(i.original, q)
	case i.userOnly() && i.followUps >= maxFollowUps:
		return 0, nil, errTooManyFollowUps
	}
	d, refusal := readDraft(q, nil)
	if refusal != nil {
		return 0, nil, refusal
	}
	m := i.message(d.Flags)
	if i.original != nil {
		m.kind, m.ReplyTo = kindReply, i.original.ID
	}
	if refusal = s.apply(m, d, true); refusal != nil {
		return 0, nil, refusal
	}
	i.followUps++
	i.made = append(i.made, m)
	s.post(m)
	return http.StatusOK, s.messageObject(m), nil
}

// userOnly says that only the person has the application installed, not the
// place where they used it.
func (i *Interaction) userOnly() bool {
	_, guild := i.owners["0"]
	return !guild
}
