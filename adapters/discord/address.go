package discord

import (
	"encoding/json"

	"manyhands/bots"
)

// address is what lies in bots.Address.Data: a person, whose direct
// conversation lasts; a channel, which lasts too; or an interaction, whose token
// answers for fifteen minutes, with both to fall back to.
type address struct {
	User    string `json:"user,omitempty"`
	Channel string `json:"channel,omitempty"`

	Application string `json:"app,omitempty"`
	Interaction string `json:"id,omitempty"`
	Token       string `json:"token,omitempty"`
	// Ack is how the interaction is acknowledged; Mine whether the message
	// whose button was pressed is before nobody else.
	Ack  int  `json:"ack,omitempty"`
	Mine bool `json:"mine,omitempty"`
}

func (a address) in(lane string) bots.Address {
	data, _ := json.Marshal(a) // texts and numbers only
	return bots.Address{Lane: lane, Data: string(data)}
}

// direct is a person's conversation with the bot.
func direct(person string) bots.Address { return address{User: person}.in(laneOf(person)) }

// room is a channel, as it is written to without anybody's having asked.
func room(channel string) bots.Address {
	return address{Channel: channel}.in("channel:" + channel)
}
