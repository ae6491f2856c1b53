package telegram

import (
	"strconv"
	"strings"

	"manyhands/bots"
)

// place is where a message goes: a chat, and in a forum one of its topics.
// A person's id is that of their private chat with the bot.
type place struct {
	chat   int64
	thread int64 // message_thread_id of a topic, or 0
}

// address is the place as the bot keeps it. All topics of a chat are one lane.
func (p place) address() bots.Address {
	lane := strconv.FormatInt(p.chat, 10)
	if p.thread == 0 {
		return bots.Address{Lane: lane, Data: lane}
	}
	return bots.Address{Lane: lane, Data: lane + "/" + strconv.FormatInt(p.thread, 10)}
}

// placeOf reads an address of ours; false where it is none.
func placeOf(a bots.Address) (place, bool) {
	chat, thread, topic := strings.Cut(a.Data, "/")
	var p place
	var err error
	if p.chat, err = strconv.ParseInt(chat, 10, 64); err != nil || p.chat == 0 {
		return p, false
	}
	if topic {
		p.thread, err = strconv.ParseInt(thread, 10, 64)
	}
	return p, err == nil
}

// messageID names a message together with its chat: the same number means
// another message after a group became a supergroup, and an edit must never
// hit that one.
func messageID(chat, number int64) string {
	return strconv.FormatInt(chat, 10) + ":" + strconv.FormatInt(number, 10)
}

// messageIn returns the number of a message that was named by messageID, and
// false where it is none of that chat.
func messageIn(chat int64, id string) (int64, bool) {
	in, number, ok := strings.Cut(id, ":")
	if !ok || in != strconv.FormatInt(chat, 10) {
		return 0, false
	}
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && n > 0
}
