package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The kinds of interactions (dd:interactions/receiving-and-responding.mdx
// "Interaction Type").
const (
	askCommand   = 2
	askComponent = 3
	askComplete  = 4
	askModal     = 5
)

// The kinds of answers (ib. "Interaction Callback Type").
const (
	AnswerMessage      = 4
	AnswerDefer        = 5
	AnswerDeferUpdate  = 6
	AnswerUpdate       = 7
	AnswerAutocomplete = 8
	AnswerModal        = 9
)

const (
	// answerWithin and tokenKept are the life of an interaction's token
	// without and with an answer (ib. "Interaction Callback").
	answerWithin = 3 * time.Second
	tokenKept    = 15 * time.Minute
	// maxFollowUps holds for an application that only the person installed
	// (ib. "Create Followup Message").
	maxFollowUps = 5
)

// Interaction is what a person did with a command, a component or a modal.
type Interaction struct {
	s     *Server
	ID    string
	Token string

	kind      int
	user      *User
	channel   *Channel
	at        moment
	name      string // of the command, with its subcommands
	command   *Command
	focus     *CommandOption // what is being completed
	owners    map[string]string
	source    *message // whose component was used
	answered  int
	original  *message
	made      []*message
	followUps int
	choices   []Choice
}

// Answered is the kind of the answer so far, and 0 where there is none.
func (i *Interaction) Answered() int {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.answered
}

// Failed says whether the three seconds are over without an answer: the person
// reads that the application did not respond.
func (i *Interaction) Failed() bool {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	return i.answered == 0 && i.late()
}

func (i *Interaction) late() bool { return i.s.clock().Sub(i.at) > answerWithin }

// Reply is the answer as it stands now; false where there is none or it was
// deleted.
func (i *Interaction) Reply() (Message, bool) {
	i.s.mu.Lock()
	defer i.s.mu.Unlock()
	if i.original == nil || i.original.Deleted {
		return Message{}, false
	}
	return i.original.Message, true
}

// answerInteraction is ib. "Create Interaction Response".
func answerInteraction(s *Server, q *query) (int, any, *Refusal) {
	i := s.asked[q.args["interaction"]]
	switch {
	case i == nil || i.Token != q.args["token"]:
		return 0, nil, errUnknownInteraction
	case i.answered != 0:
		return 0, nil, errAlreadyAnswered
	case i.late():
		return 0, nil, errUnknownInteraction
	}
	body, refusal := decode[struct {
		Type int             `json:"type"`
		Data json.RawMessage `json:"data"`
	}](q)
	if refusal != nil {
		return 0, nil, refusal
	}
	if may := i.mayAnswer(); !slices.Contains(may, body.Type) {
		var f form
		offered := make([]string, len(may))
		for n, t := range may {
			offered[n] = strconv.Itoa(t)
		}
		f.choice("type", strings.Join(offered, ", "))
		return 0, nil, f.refusal()
	}
	inner := *q.Call
	inner.Body = body.Data
	if refusal = s.answerWith(i, body.Type, &query{Call: &inner}); refusal != nil {
		return 0, nil, refusal
	}
	i.answered = body.Type
	s.signal()
	if q.truth("with_response") {
		return http.StatusOK, s.callbackObject(i), nil
	}
	return http.StatusNoContent, nil, nil
}

// mayAnswer lists the kinds of answers an interaction takes (ib. "Interaction
// Callback Type", with its notes). A modal that a component opened can update
// that component's message.
func (i *Interaction) mayAnswer() []int {
	switch {
	case i.kind == askComplete:
		return []int{AnswerAutocomplete}
	case i.kind == askComponent:
		return []int{AnswerMessage, AnswerDefer, AnswerDeferUpdate, AnswerUpdate, AnswerModal}
	case i.kind == askModal && i.source != nil:
		return []int{AnswerMessage, AnswerDefer, AnswerDeferUpdate, AnswerUpdate}
	case i.kind == askModal:
		return []int{AnswerMessage, AnswerDefer}
	default:
		return []int{AnswerMessage, AnswerDefer, AnswerModal}
	}
}

// answerWith does what an answer of a kind does.
func (s *Server) answerWith(i *Interaction, kind int, q *query) *Refusal {
	switch kind {
	case AnswerDefer:
		return s.deferAnswer(i, q)
	case AnswerDeferUpdate:
		i.keep(i.source)
		return nil
	case AnswerAutocomplete:
		return s.complete(i, q)
	case AnswerModal:
		return s.openModal(i, q)
	}
	d, refusal := decode[draft](q)
	if refusal != nil {
		return refusal
	}
	d.files = q.Files
	var f form
	d.check(&f, d.Flags&flagComponentsV2 != 0 || kind == AnswerUpdate && i.source.v2)
	if refusal = f.under("data"); refusal != nil {
		return refusal
	}
	if kind == AnswerUpdate {
		if i.source.Deleted {
			return errUnknownMessage
		}
		if refusal = s.apply(i.source, &d, false); refusal != nil {
			return refusal
		}
		i.keep(i.source)
		s.change(i.source)
		return nil
	}
	m := i.message(d.Flags)
	if refusal = s.apply(m, &d, true); refusal != nil {
		return refusal
	}
	i.keep(m)
	s.post(m)
	return nil
}

// keep makes a message the original answer.
func (i *Interaction) keep(m *message) {
	i.original = m
	i.made = append(i.made, m)
}

// message begins a message made by the interaction's token.
func (i *Interaction) message(flags int) *message {
	m := &message{channel: i.channel, author: i.s.bot, webhook: true, cause: i}
	m.Ephemeral = flags&flagEphemeral != 0
	if m.Ephemeral {
		m.For = i.user.ID
	}
	switch {
	case i.command != nil:
		m.kind = kindCommand
	case i.source != nil:
		m.kind, m.ReplyTo = kindReply, i.source.ID
	}
	return m
}

// deferAnswer shows that the application is thinking. Only EPHEMERAL may be
// set (ib. "Messages", first note).
func (s *Server) deferAnswer(i *Interaction, q *query) *Refusal {
	d, refusal := decode[draft](q)
	if refusal != nil {
		return refusal
	}
	if d.Flags&^flagEphemeral != 0 {
		var f form
		f.choice("flags", "64")
		return f.under("data")
	}
	m := i.message(d.Flags)
	m.Thinking = true
	i.keep(m)
	s.post(m)
	return nil
}

// complete takes the choices for an option (ib. "Autocomplete").
func (s *Server) complete(i *Interaction, q *query) *Refusal {
	data, refusal := decode[struct {
		Choices []Choice `json:"choices"`
	}](q)
	if refusal != nil {
		return refusal
	}
	var f form
	f.count("choices", len(data.Choices), 0, 25)
	for n, c := range data.Choices {
		c.check(&f, below("choices", n), i.focus.Type)
	}
	if refusal = f.under("data"); refusal == nil {
		i.choices = data.Choices
	}
	return refusal
}

// callbackObject is ib. "Interaction Callback Response Object".
func (s *Server) callbackObject(i *Interaction) object {
	o := object{"id": i.ID, "type": i.kind}
	response := object{"interaction": o}
	if m := i.original; m != nil {
		o["response_message_id"] = m.ID
		o["response_message_loading"] = m.Thinking
		o["response_message_ephemeral"] = m.Ephemeral
		if i.answered == AnswerMessage || i.answered == AnswerUpdate {
			response["resource"] = object{"type": i.answered, "message": s.messageObject(m)}
		}
	}
	return response
}
