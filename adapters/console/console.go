// Package console is the network of a terminal: people by name, who type lines
// and read lines. It serves someone at a prompt (Interactive) and scripts
// (Stage), and has no outside but the two.
package console

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// Name is the network's name.
const Name = "console"

// Network is the console as the bot sees it. It brings what happens on a Stage
// and delivers to it.
type Network struct{ stage *Stage }

var _ bots.Network = (*Network)(nil)

// New makes the network of a stage. After a restart a new one is made of the
// same stage, and gets what the old one had not brought yet.
func New(s *Stage) *Network { return &Network{stage: s} }

// Name is the word by which accounts of the console are told apart.
func (*Network) Name() string { return Name }

// Readers says who can read what is said here.
func (*Network) Readers() locale.Text { return locale.T("readers.console") }

// The waits between attempts to store what arrived.
const (
	retryLeast = 10 * time.Millisecond
	retryMost  = time.Second
)

// Run brings what happens on the stage until ctx ends. What could not be
// stored is brought again.
func (n *Network) Run(ctx context.Context, in bots.Receiver) error {
	wait := retryLeast
	for {
		batch, upTo, err := n.stage.waiting(ctx)
		if err != nil {
			return nil // ctx has ended
		}
		if in.Receive(ctx, batch...) == nil {
			n.stage.taken(upTo)
			wait = retryLeast
			continue
		}
		t := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			t.Stop()
			return nil
		case <-t.C:
		}
		wait = min(2*wait, retryMost)
	}
}

// raw is an arrival as it is stored.
type raw struct {
	Who     string      `json:"who"`
	Lang    string      `json:"lang,omitempty"`
	Chat    place       `json:"chat"`
	Manages bool        `json:"manages,omitempty"`
	ID      string      `json:"id,omitempty"`
	Sent    time.Time   `json:"sent"`
	Text    string      `json:"text,omitempty"`
	Edited  bool        `json:"edited,omitempty"`
	Press   *bots.Press `json:"press,omitempty"`
	File    *bots.File  `json:"file,omitempty"`
	MovedTo *place      `json:"moved_to,omitempty"`
}

// Decode says what an arrival means.
func (*Network) Decode(a bots.Arrival) (bots.Message, error) {
	var r raw
	if err := json.Unmarshal(a.Raw, &r); err != nil {
		return bots.Message{}, fmt.Errorf("console: decode: %w", err)
	}
	m := bots.Message{
		From: bots.Sender{ID: r.Who, Language: r.Lang, Manages: r.Manages},
		Chat: bots.Chat{ID: string(r.Chat), Room: r.Chat.isRoom()},
		ID:   r.ID, Here: r.Chat.address(), Sent: r.Sent,
		Text: r.Text, Edited: r.Edited, Press: r.Press,
	}
	if r.Who != "" {
		m.Private = privateOf(r.Who).address()
	}
	if r.File != nil {
		m.Files = []bots.File{*r.File}
	}
	if r.MovedTo != nil {
		m.Event, m.MovedTo = bots.ChatMoved, r.MovedTo.address()
	}
	return m, nil
}

// Split makes one part of every reply: a terminal has no limits. There is no
// plain form, since a terminal refuses nothing.
func (*Network) Split(o bots.Outgoing) ([]bots.Part, error) {
	body, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return []bots.Part{{Body: body}}, nil
}

// Send shows a part on the stage. A message that is to be replaced and does
// not stand there is shown anew.
func (n *Network) Send(ctx context.Context, p bots.Parcel) (string, error) {
	if ctx.Err() != nil {
		return "", &bots.SendError{Failure: bots.Later, Reason: "the program is stopping"}
	}
	var o bots.Outgoing
	if err := json.Unmarshal(p.Part.Body, &o); err != nil {
		return "", &bots.SendError{Failure: bots.Refused, Reason: "not a reply"}
	}
	id, failure := n.stage.show(place(p.To.Data), p.Edit, o)
	if failure != nil {
		return "", failure
	}
	return id, nil
}
