package discord

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"manyhands/bots"
)

// Decode says what an arrival of this network means.
func (d *Discord) Decode(a bots.Arrival) (bots.Message, error) {
	var e envelope
	if json.Unmarshal(a.Raw, &e) != nil {
		return bots.Message{}, errors.New("discord: an arrival cannot be read")
	}
	switch e.Type {
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		m, err := readMessage(e.Data)
		if err != nil {
			return bots.Message{}, err
		}
		return m.decode(e.Type), nil
	case "INTERACTION_CREATE":
		i, err := readInteraction(e.Data)
		if err != nil {
			return bots.Message{}, err
		}
		return i.decode(), nil
	}
	return bots.Message{}, fmt.Errorf("discord: an arrival of the unknown kind %q", e.Type)
}

func (m message) decode(kind string) bots.Message {
	to := direct(m.Author.ID)
	out := bots.Message{
		From: bots.Sender{ID: m.Author.ID}, Chat: bots.Chat{ID: m.Channel}, ID: m.ID,
		Here: to, Private: to, PrivateSeen: true, Sent: made(m.ID),
		Text: m.Content, Edited: kind == "MESSAGE_UPDATE",
	}
	if m.key(kind) == "" {
		return bots.Message{Event: bots.Ignored}
	}
	for _, f := range m.Attachments {
		out.Files = append(out.Files, bots.File{Name: f.Name, Size: f.Size})
	}
	return out
}

func (i interaction) decode() bots.Message {
	person := i.user().ID
	if person == "" || i.ack() == 0 {
		return bots.Message{Event: bots.Ignored}
	}
	out := bots.Message{
		From: bots.Sender{ID: person, Language: i.Locale, Manages: i.manages()},
		Chat: bots.Chat{ID: i.Channel, Room: !i.direct()},
		Sent: made(i.ID), PrivateSeen: true, Here: i.here(),
	}
	if i.direct() {
		out.Private = direct(person)
	} else {
		// Here answers one person, and for fifteen minutes.
		out.Room = room(i.Channel)
	}
	switch i.Type {
	case askCommand:
		words, options := i.named()
		out.Slash = &bots.Slash{Command: strings.Join(words, " "), Options: map[string]string{}}
		for _, o := range options {
			out.Slash.Options[o.Name] = o.text()
		}
	case askComponent:
		out.Press = &bots.Press{Data: dataOf(i.Data.CustomID), Message: i.Message.ID}
	case askModal:
		out.Written = &bots.Written{Data: i.Data.CustomID, Text: written(i.Data.Components)}
	}
	return out
}

// here answers where it was done.
func (i interaction) here() bots.Address {
	person := i.user().ID
	if i.plain() {
		return direct(person)
	}
	a := address{User: person, Application: i.Application, Interaction: i.ID, Token: i.Token, Ack: i.ack(), Mine: i.mine()}
	if !i.direct() {
		a.Channel = i.Channel
	}
	return a.in(laneOf(person))
}
