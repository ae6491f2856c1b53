package transcript

import (
	"context"
	"time"
)

// Feature is something that not every network can do. Scripts name features
// after "! only".
type Feature string

// The features.
const (
	Rooms   Feature = "rooms"   // group chats or channels: Room, Leave, and a room's name elsewhere
	Files   Feature = "files"   // Attach
	Edit    Feature = "edit"    // Edit
	Block   Feature = "block"   // Block
	Migrate Feature = "migrate" // Migrate
	Again   Feature = "again"   // Again
	Lang    Feature = "lang"    // Lang
	Forge   Feature = "forge"   // Press of what somebody else sees
)

// Features are all features.
func Features() []Feature {
	return []Feature{Rooms, Files, Edit, Block, Migrate, Again, Lang, Forge}
}

// Stage is a network with its people in a script's hands. It outlives restarts
// of the program, as a network does. Its methods may be called at the same
// time for different people. An error ends the play: refusals of the bot are
// not errors, they are seen.
//
// who is a person's name in the script, room a room's, "" being the private
// chat with the bot. People exist from their first mention on. What a person
// does is done when the method returns, though the bot may not have taken it
// yet; see Reached.
type Stage interface {
	// Can tells whether the network can do f. The other methods are never
	// called for what it cannot do.
	Can(f Feature) bool

	// Say lets a person type a text. A person who blocked the bot has
	// opened the chat again. Where a form is open before the person, the
	// text is its answer.
	Say(ctx context.Context, who, room, text string) error
	// Press lets a person press the button of that index in m.Buttons. m was
	// returned by Seen, perhaps for somebody else: then the press is forged,
	// and reaches the bot as this network would let it. A link cannot be
	// pressed.
	Press(ctx context.Context, who string, m Seen, button int) error
	// Edit changes the last text that the person typed there.
	Edit(ctx context.Context, who, room, text string) error
	// Attach sends a small file of that name, with words that may be "".
	Attach(ctx context.Context, who, room, name, words string) error

	// Again delivers the last update once more, unchanged.
	Again(ctx context.Context) error
	// Lang sets the hint of a person's language that the network gives.
	Lang(ctx context.Context, who, hint string) error
	// Room makes a room with the bot in it. The first member administers it.
	Room(ctx context.Context, room string, members ...string) error
	// Leave takes a person out of a room.
	Leave(ctx context.Context, room, who string) error
	// Block lets a person close the chat with the bot.
	Block(ctx context.Context, who string) error
	// Migrate gives a room a new identity; its name and members stay.
	Migrate(ctx context.Context, room string) error

	// Reached waits until all that was done here has reached the bot: its
	// Receive has returned, or would never be called for it.
	Reached(ctx context.Context) error
	// Seen returns all that the bot showed to the person since the last
	// call, in order. Not what people wrote themselves.
	Seen(ctx context.Context, who string) ([]Seen, error)
}

// Seen is one message as a person sees it, or what it has become.
type Seen struct {
	Who string
	// Room is where everyone sees it, or "" where only Who does: in the
	// private chat, or in an answer within a room that no other member sees.
	Room string
	// ID is the stage's own name for the message: the same for everyone who
	// sees it, and for all that it becomes.
	ID string
	// Text is the words in their canonical plain form, that of
	// bots.Outgoing.Plain, whatever the network made of them.
	Text string
	// Buttons are the labels, row by row.
	Buttons []string
	// InPlace is true where it takes the place of what had this ID before.
	InPlace bool
	Files   []File
	// Handle is what the stage needs to press the buttons as they are drawn
	// here. Nobody else looks into it.
	Handle any
}

// File is a file that the bot sent.
type File struct {
	Name string
	Type string // the media type, such as "image/png"
}

// World is the program on one network and one database, in a script's hands.
type World interface {
	// Clock is the clock of everything in this world.
	Clock() *Clock
	// Stage is the network. What it returned before a restart stays valid
	// after it.
	Stage() Stage
	// Settle waits until all that was done has reached the bot and nothing
	// is left to handle, to do by the clock, to send or to be seen.
	Settle(ctx context.Context) error
	// Restart stops the program and starts it again: cleanly, or abruptly,
	// as when it is killed in the middle of what it does.
	Restart(ctx context.Context, abrupt bool) error
	// Server runs a command of the server's keeper and returns what it
	// printed, refusals included. It returns an error only where the command
	// could not be run at all.
	Server(ctx context.Context, args []string) (string, error)
}

// Planner is a World that knows when something is due next. Where time passes
// by "! clock +7d" it stops on the way, so that all work is done at its own
// time; in another World the clock jumps.
type Planner interface {
	// NextDue tells when something is due next; false where nothing is.
	NextDue(ctx context.Context) (at time.Time, found bool, err error)
}
