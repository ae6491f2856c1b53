package discord

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"manyhands/bots"
)

// Events are decoded here and not by the library, which hands over an empty
// message where a component is of a type that it does not know (dg:message.go:
// 167, components.go:74). Only what is needed is looked at, so nothing new in
// an event can spoil it.

// user is dd:resources/user.mdx "User Structure".
type user struct {
	ID  string `json:"id"`
	Bot bool   `json:"bot"`
}

// message is dd:resources/message.mdx "Message Structure".
type message struct {
	ID          string  `json:"id"`
	Channel     string  `json:"channel_id"`
	Guild       string  `json:"guild_id"`
	Author      user    `json:"author"`
	Webhook     string  `json:"webhook_id"`
	Type        int     `json:"type"`
	Flags       int     `json:"flags"`
	Content     string  `json:"content"`
	Edited      *string `json:"edited_timestamp"`
	Attachments []struct {
		Name string `json:"filename"`
		Size int64  `json:"size"`
	} `json:"attachments"`
	// Cause is the interaction that the message answers.
	Cause *struct {
		User user `json:"user"`
	} `json:"interaction_metadata"`
}

const (
	// flagSuppressEmbeds and flagEphemeral are dd:resources/message.mdx
	// "Message Flags".
	flagSuppressEmbeds = 1 << 2
	flagEphemeral      = 1 << 6

	// messageDefault and messageReply are what people write; other types
	// tell of pins, calls and the like (ib. "Message Types").
	messageDefault = 0
	messageReply   = 19
)

func readMessage(raw []byte) (m message, err error) {
	if json.Unmarshal(raw, &m) != nil || m.ID == "" {
		return m, errors.New("discord: a message is not of the form that is documented")
	}
	return m, nil
}

// key is the unique key of a message that a person wrote to the bot, or of
// their edit of it; "" for any other. A message is also updated when previews of
// its links are added: then nobody edited it.
func (m message) key(kind string) string {
	switch {
	case m.Guild != "" || m.Author.ID == "" || m.Author.Bot || m.Webhook != "":
		return ""
	case m.Type != messageDefault && m.Type != messageReply:
		return ""
	case kind == "MESSAGE_CREATE":
		return "m:" + m.ID
	case m.Edited == nil:
		return ""
	}
	return "e:" + m.ID + ":" + *m.Edited
}

// The kinds of interactions (dd:interactions/receiving-and-responding.mdx
// "Interaction Type").
const (
	askCommand   = 2
	askComponent = 3
	askComplete  = 4
	askModal     = 5
)

// contextDirect is the conversation with the bot (ib. "Interaction Context
// Types").
const contextDirect = 1

// interaction is ib. "Interaction Structure".
type interaction struct {
	ID          string `json:"id"`
	Application string `json:"application_id"`
	Type        int    `json:"type"`
	Token       string `json:"token"`
	Guild       string `json:"guild_id"`
	Channel     string `json:"channel_id"`
	Context     *int   `json:"context"`
	Locale      string `json:"locale"`
	Member      *struct {
		User        user   `json:"user"`
		Permissions string `json:"permissions"`
	} `json:"member"`
	User    *user    `json:"user"`
	Message *message `json:"message"`
	Data    struct {
		Name       string   `json:"name"`
		Type       int      `json:"type"`
		Options    []option `json:"options"`
		CustomID   string   `json:"custom_id"`
		Components []field  `json:"components"`
	} `json:"data"`
}

// option is ib. "Application Command Interaction Data Option Structure".
type option struct {
	Name    string          `json:"name"`
	Type    int             `json:"type"`
	Value   json.RawMessage `json:"value"`
	Options []option        `json:"options"`
	Focused bool            `json:"focused"`
}

// field is a component of a form that was filled in (dd:components/
// reference.mdx), whatever it lies in.
type field struct {
	Value      json.RawMessage `json:"value"`
	Component  *field          `json:"component"`
	Components []field         `json:"components"`
}

func readInteraction(raw []byte) (i interaction, err error) {
	if json.Unmarshal(raw, &i) != nil || i.ID == "" || i.Token == "" {
		return i, errors.New("discord: an interaction is not of the form that is documented")
	}
	return i, nil
}

// user is who did it.
func (i interaction) user() user {
	switch {
	case i.Member != nil:
		return i.Member.User
	case i.User != nil:
		return *i.User
	}
	return user{}
}

// direct says whether it was done in the person's conversation with the bot.
func (i interaction) direct() bool {
	if i.Context != nil {
		return *i.Context == contextDirect
	}
	return i.Guild == ""
}

// plain says whether it was done at a lasting message of the conversation with
// the bot: then the conversation simply goes on there.
func (i interaction) plain() bool {
	return i.direct() && i.Message != nil && i.Message.Flags&flagEphemeral == 0
}

// mine says whether the message whose button was pressed stands before nobody
// but who pressed it, so that something personal may take its place.
func (i interaction) mine() bool {
	m := i.Message
	return m != nil && m.Flags&flagEphemeral != 0 && (m.Cause == nil || m.Cause.User.ID == i.user().ID)
}

// ack is the acknowledgement that it takes, or 0 where it is nothing of ours:
// "thinking" for a command or a form, seen by the person only; none that shows
// for a button. A form at a lasting message needs none that shows either: its
// answer is a message of its own.
func (i interaction) ack() int {
	const slash = 1 // dd:interactions/application-commands.mdx "Application Command Types"
	switch {
	case i.Type == askCommand && i.Data.Type == slash:
		return answerDefer
	case i.Type == askComponent && i.Message != nil:
		return answerDeferUpdate
	case i.Type == askModal && i.plain():
		return answerDeferUpdate
	case i.Type == askModal:
		return answerDefer
	}
	return 0
}

// The kinds of options that hold options.
const optionGroup = 2

// named is the command with its subcommands, and the options given to it.
func (i interaction) named() (words []string, options []option) {
	words, options = []string{i.Data.Name}, i.Data.Options
	for len(options) == 1 && options[0].Type <= optionGroup && options[0].Type > 0 {
		words, options = append(words, options[0].Name), options[0].Options
	}
	if last := len(words) - 1; last > 0 && words[last] == bareName {
		words = words[:last]
	}
	return words, options
}

// text is an option's value as if typed.
func (o option) text() string {
	var s string
	if json.Unmarshal(o.Value, &s) == nil {
		return s
	}
	return string(o.Value) // a number, true or false
}

// typing is the option that is being typed.
func (i interaction) typing() (command, param, typed string, ok bool) {
	words, options := i.named()
	for _, o := range options {
		if o.Focused {
			return strings.Join(words, "_"), o.Name, o.text(), true
		}
	}
	return "", "", "", false
}

// form is the form that the pressed button opens, or nil.
func (i interaction) form() *form {
	if i.Type != askComponent {
		return nil
	}
	return formOf(i.Data.CustomID)
}

// written is the text in the first field of a form.
func written(fields []field) string {
	for _, f := range fields {
		var text string
		if json.Unmarshal(f.Value, &text) == nil && text != "" {
			return text
		}
		within := f.Components
		if f.Component != nil {
			within = append([]field{*f.Component}, within...)
		}
		if text = written(within); text != "" {
			return text
		}
	}
	return ""
}

// manages says whether the member administers the channel: ADMINISTRATOR,
// MANAGE_CHANNELS or MANAGE_GUILD (dd:topics/permissions.mdx).
func (i interaction) manages() bool {
	if i.Member == nil {
		return false
	}
	bits, err := strconv.ParseUint(i.Member.Permissions, 10, 64)
	return err == nil && bits&(1<<3|1<<4|1<<5) != 0
}

// epoch is the first millisecond of 2015, from which ids count (dd:reference.mdx
// "Snowflakes").
const epoch = 1420070400000

// made is when the thing with an id was made; zero for what is no id.
func made(id string) time.Time {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(int64(n>>22) + epoch).UTC()
}

// envelope is how an arrival is kept: the event as it came, with its name.
type envelope struct {
	Type string          `json:"t"`
	Data json.RawMessage `json:"d"`
}

// arrival makes an arrival of an event. Its lane is the person: a conversation
// goes on between a server and the direct conversation.
func arrival(kind, key, person string, raw []byte) bots.Arrival {
	// What was read once can be written again.
	sealed, _ := json.Marshal(envelope{kind, raw})
	return bots.Arrival{Network: networkName, Key: key, Lane: laneOf(person), Raw: sealed}
}

func laneOf(person string) string { return "user:" + person }
