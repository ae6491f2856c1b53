package telegram

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"manyhands/bots"
)

// groupAnonymousBot is in whose name an anonymous administrator writes
// (https://core.telegram.org/bots/api#message, sender_chat).
const groupAnonymousBot = 1087968824

// Decode says what a stored update means. What is said in a room and is no
// command for this bot, and all that Telegram tells by itself, is Ignored.
func (t *Telegram) Decode(a bots.Arrival) (bots.Message, error) {
	var e envelope
	if json.Unmarshal(a.Raw, &e) != nil || len(e.Update) == 0 {
		return bots.Message{}, errors.New("telegram: what was stored is no update")
	}
	var u update
	if json.Unmarshal(e.Update, &u) != nil {
		return bots.Message{}, errors.New("telegram: the update has another form than documented")
	}
	switch {
	case u.Message != nil:
		return u.Message.said(e), nil
	case u.EditedMessage != nil:
		return u.EditedMessage.edited(e), nil
	case u.ChannelPost != nil:
		return u.ChannelPost.said(e), nil
	case u.CallbackQuery != nil:
		return u.CallbackQuery.pressed(e), nil
	case u.MyChatMember != nil:
		return u.MyChatMember.happened(), nil
	}
	return bots.Message{Event: bots.Ignored}, nil
}

// place is where a message was said. A thread that is no forum's topic only
// gathers replies, and cannot be written to.
func (m *message) place() place {
	if m.InTopic {
		return place{chat: m.Chat.ID, thread: m.Thread}
	}
	return place{chat: m.Chat.ID}
}

// about is what every message has. In a room the sender's private address is
// not known: whether that chat is open, Telegram does not tell.
func (m *message) about() bots.Message {
	out := bots.Message{
		Chat: bots.Chat{ID: strconv.FormatInt(m.Chat.ID, 10), Room: !m.Chat.private()},
		Here: m.place().address(),
	}
	if m.Chat.private() {
		out.Private = out.Here
	}
	if m.From != nil {
		out.From = sender(*m.From)
	}
	return out
}

func sender(u user) bots.Sender {
	return bots.Sender{ID: strconv.FormatInt(u.ID, 10), Language: u.Language}
}

// said is a message that somebody sent.
func (m *message) said(e envelope) bots.Message {
	out := m.about()
	out.ID, out.Sent = messageID(m.Chat.ID, m.ID), moment(m.Date)
	out.From.Manages = e.Manages
	out.From.Anonymous = m.SenderChat != nil || m.From == nil || m.From.ID == groupAnonymousBot
	switch {
	case m.MigrateTo != 0:
		out.Event, out.MovedTo = bots.ChatMoved, place{chat: m.MigrateTo}.address()
		return out
	case m.MigrateFrom != 0:
		// The same told in the new chat: it means the same.
		out.Event, out.MovedTo = bots.ChatMoved, out.Here
		out.Here = place{chat: m.MigrateFrom}.address()
		return out
	}
	out.Text = m.Text
	if out.Text == "" {
		out.Text = m.Caption
	}
	out.Files = m.files()
	if m.ignored(out, e.Bot) {
		return bots.Message{From: out.From, Chat: out.Chat, ID: out.ID, Here: out.Here, Private: out.Private, Sent: out.Sent, Event: bots.Ignored}
	}
	return out
}

// ignored is true for what asks for no answer: service messages, what a linked
// channel forwards, other bots, and in a room all but commands for this bot.
func (m *message) ignored(out bots.Message, bot string) bool {
	switch {
	case m.Forwarded, out.Text == "" && len(out.Files) == 0 && !m.otherContent():
		return true
	case m.From != nil && m.From.IsBot && m.SenderChat == nil && m.From.ID != groupAnonymousBot:
		return true
	}
	return out.Chat.Room && !isCommand(out.Text, bot)
}

func (m *message) otherContent() bool {
	for _, p := range []*present{
		m.Sticker, m.Story, m.PaidMedia, m.Contact, m.Dice, m.Game, m.Poll, m.Checklist, m.Venue, m.Location,
	} {
		if p != nil {
			return true
		}
	}
	return false
}

// isCommand is true for a text that begins with a command, and with one for
// this bot where it names a bot, as Telegram's menu does in groups.
func isCommand(text, bot string) bool {
	word, ok := strings.CutPrefix(text, "/")
	if !ok {
		return false
	}
	if i := strings.IndexAny(word, " \n\t"); i >= 0 {
		word = word[:i]
	}
	name, of, named := strings.Cut(word, "@")
	return name != "" && (!named || strings.EqualFold(of, bot))
}

// files are the files of a message, with a name where Telegram gives none.
func (m *message) files() []bots.File {
	var out []bots.File
	add := func(f *file, name string) {
		if f == nil {
			return
		}
		if f.Name != "" {
			name = f.Name
		}
		out = append(out, bots.File{Name: name, Size: f.Size})
	}
	if n := len(m.Photo); n > 0 {
		add(&m.Photo[n-1], "photo.jpg") // the largest of its sizes
	}
	if m.Animation == nil { // which comes as a document too
		add(m.Document, "document")
	}
	add(m.Animation, "animation.mp4")
	add(m.Audio, "audio.mp3")
	add(m.Video, "video.mp4")
	add(m.VideoNote, "video.mp4")
	add(m.Voice, "voice.ogg")
	return out
}

// edited is a correction of what was sent. One by nobody's account is ignored,
// so that it is not answered as a command.
func (m *message) edited(e envelope) bots.Message {
	out := m.said(e)
	switch {
	case out.Event != "":
	case out.From.Anonymous:
		out.Event, out.Text, out.Files = bots.Ignored, "", nil
	default:
		out.Edited = true
		if m.EditDate != 0 {
			out.Sent = moment(m.EditDate)
		}
	}
	return out
}

// pressed is a button that was pressed. It always comes from the person's own
// account, anonymous administrators' too (tdlib/telegram-bot-api#667). When it
// was pressed, Telegram does not say.
func (c *callback) pressed(e envelope) bots.Message {
	if c.Message == nil || c.Data == "" {
		return bots.Message{From: sender(c.From), Event: bots.Ignored}
	}
	out := c.Message.about()
	out.From = sender(c.From)
	out.From.Manages = e.Manages
	out.Press = &bots.Press{Data: c.Data, Message: messageID(c.Message.Chat.ID, c.Message.ID)}
	return out
}

// happened is a change of what the bot is in a chat.
func (m *membership) happened() bots.Message {
	out := (&message{Chat: m.Chat, From: &m.From}).about()
	out.Sent = moment(m.Date)
	gone := m.New.Status == "kicked" || m.New.Status == "left" || m.New.Status == "restricted" && !m.New.IsMember
	switch {
	case m.Chat.private() && gone:
		out.Event = bots.Blocked
	case m.Chat.private():
		out.Event = bots.Unblocked
	case gone:
		out.Event = bots.BotLeft
	default:
		out.Event = bots.Ignored
	}
	return out
}

// moment is a time of Telegram's; 0 is none.
func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}
