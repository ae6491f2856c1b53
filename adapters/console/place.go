package console

import (
	"strconv"
	"strings"

	"manyhands/bots"
)

// place is a chat: "@NAME" a person's with the bot, "#ROOM/2" a room in its
// second identity.
type place string

func privateOf(who string) place { return place("@" + who) }

func roomAs(room string, identity int) place {
	return place("#" + room + "/" + strconv.Itoa(identity))
}

func (p place) isRoom() bool { return strings.HasPrefix(string(p), "#") }

// person is whose chat it is; "" for a room.
func (p place) person() string {
	who, _ := strings.CutPrefix(string(p), "@")
	if p.isRoom() {
		return ""
	}
	return who
}

// room is the room's name and identity.
func (p place) room() (name string, identity int) {
	name, n, _ := strings.Cut(strings.TrimPrefix(string(p), "#"), "/")
	identity, _ = strconv.Atoi(n)
	return name, identity
}

func (p place) address() bots.Address { return bots.Address{Lane: string(p), Data: string(p)} }
