package bots

import "time"

// Arrival is what a network brought, not yet understood: enough to store it
// once and in its place.
type Arrival struct {
	// Network is the Name of the network it came from.
	Network string
	// Key is the network's own unique key of it (a Telegram update_id, a
	// Discord interaction id). A key seen before within 48 hours is the same
	// arrival delivered again.
	Key string
	// Lane names the chat; arrivals of one lane are handled in order.
	Lane string
	// Raw is the message as the network sent it. It is sealed at rest.
	Raw []byte
}

// Message is what an arrival means, decoded by its network. Exactly one of
// Text, Slash, Press, Written and Event says what happened.
type Message struct {
	From Sender
	Chat Chat
	// ID is the network's id of the message, or "".
	ID string
	// Here answers where the message was said; Private answers its sender
	// alone. In a private chat they are the same.
	Here, Private Address
	// Room is the lasting address of the room it was said in, where Here is
	// not one (an answer that expires): what binds a room keeps it.
	Room Address
	// PrivateSeen is true where the network itself shows Here's answers to
	// the sender only (an ephemeral answer), so that nothing has to move.
	PrivateSeen bool
	// Sent is when the network says it was sent, or zero.
	Sent time.Time

	Text    string
	Edited  bool // Text is a correction of an earlier message
	Slash   *Slash
	Press   *Press
	Written *Written
	Files   []File
	Event   Event
	// MovedTo is the chat's new identity where Event is ChatMoved.
	MovedTo Address
}

// Sender is who a message is from, in the network's terms; never stored as it
// stands.
type Sender struct {
	ID string
	// Language is the network's hint, such as "pt-br", or "".
	Language string
	// Anonymous is true for someone who speaks as the chat itself (an
	// anonymous administrator): there is no worker behind it.
	Anonymous bool
	// Manages is true where the network says that the sender administers
	// the chat; only binding a room asks for it.
	Manages bool
}

// Chat is where a message was said.
type Chat struct {
	ID string
	// Room is true for a group chat or channel, false for a private chat.
	Room bool
}

// Slash is a command given through a network's own form for it. Options are
// texts, parsed by the kinds of their parameters just as typed text is.
type Slash struct {
	Command string // "rate", "collective create"
	Options map[string]string
}

// Press is a button pressed: the data it carried and the message it stood on.
type Press struct {
	Data    string
	Message string
}

// Written is a text written into a form that a button opened; Data is that
// button's.
type Written struct {
	Data string
	Text string
}

// File is an attachment as announced; nothing is fetched in this step.
type File struct {
	Name string
	Size int64
}

// Event is something that happened to a chat rather than was said in it.
type Event string

// The events that the bot acts on.
const (
	Blocked   Event = "blocked"    // the person closed their chat with the bot
	Unblocked Event = "unblocked"  // and opened it again
	BotLeft   Event = "bot_left"   // the bot was removed from a room
	ChatMoved Event = "chat_moved" // a room has a new identity
	Ignored   Event = "ignored"    // understood, and nothing to do
)

// Address says where a network delivers. Lane names the chat as in Arrival;
// Data is the network's own, opaque to everyone else, and sealed at rest.
type Address struct {
	Lane string `json:"lane"`
	Data string `json:"data"`
}

// Origin is the place a record was made from: needed for edits in place and
// corrections. It is kept sealed.
type Origin struct {
	Network string `json:"network"`
	Lane    string `json:"lane"`
	Message string `json:"message,omitempty"`
	Room    bool   `json:"room,omitempty"`
}
