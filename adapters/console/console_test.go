package console_test

import (
	"errors"
	"strings"
	"testing"

	"manyhands/adapters/console"
	"manyhands/bots"
	"manyhands/bots/transcript"
	"manyhands/core"
)

const script = `! clock 2026-11-24T08:00:00Z
! lang w1 sw-KE
w1> who
w1< w1, hint "sw-KE", manages false, room false
w2> who
w2< w2, hint "", manages false, room false
w1> + photo.jpg my screenshot
w1< file photo.jpg: my screenshot
w1> hello
w1< hello
w1> ~ hello, all
w1< edited: hello, all

# Buttons, in place, forged.
w1> panel
w1< Panel 0
w1< [More]
w1> [More]
w1<~ Panel 1
w1< [More]
attacker> [More] of w1
attacker< Panel 2
attacker< [More]
w1> choose Yes No
w1< Choose.
w1< [Yes] [No]
w1> [No]
w1< pressed data-No

# Rooms.
! room r w1 w2
w1@r> who
w1@r< w1, hint "sw-KE", manages true, room true
w2@r> who
w1@r< w2, hint "", manages false, room true
w2@r> private for you
w2< for you
w1@r> panel
w1@r< Panel 0
w1@r< [More]
! migrate r
w2@r> [More]
w2@r<~ Panel 1
w2@r< [More]
! leave r w1
w2@r> hello
w2@r< hello
w1@r< -

# The network's ways.
! again
w2> tell w1 hello
w1< hello
! block w1
w2> tell w1 again
w1< -
w1> hello
w1< hello
w1> one
& w2> two
& ! restart
w1< one
w2< two
! kill
w1> three
w1< three
`

func TestAScriptOnTheConsole(t *testing.T) {
	t.Parallel()
	s, err := transcript.Parse("script", script)
	if err != nil {
		t.Fatal(err)
	}
	x := newToy(t)
	r, err := transcript.Play(t.Context(), s, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Err(); err != nil {
		t.Error(err)
	}
	var gone int
	for _, err := range x.sent {
		if err != nil && bots.FailureOf(err).Failure == bots.Gone {
			gone++
		}
	}
	if gone != 1 {
		t.Errorf("%d messages to a closed chat were refused as gone: %v", gone, x.sent)
	}
}

func TestARedeliveryKeepsItsKey(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	ctx := t.Context()
	if err := x.stage.Again(ctx); err == nil {
		t.Error("nothing happened again")
	}
	must(t,
		x.stage.Say(ctx, "w1", "", "a"),
		x.Settle(ctx),
		x.stage.Again(ctx),
		x.stage.Say(ctx, "w1", "", "b"),
		x.Settle(ctx),
	)
	if len(x.keys) != 3 || x.keys[0] != x.keys[1] || x.keys[1] == x.keys[2] {
		t.Errorf("keys %q", x.keys)
	}
	if len(x.messages) != 2 {
		t.Errorf("%d messages", len(x.messages))
	}
}

func TestTwoProcessesShareNoKeyAndNoMessage(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for range 2 {
		x := newToy(t)
		x.stage = console.NewStage(x.clock.Now, core.CryptoRandom)
		must(t,
			x.Restart(t.Context(), false),
			x.stage.Say(t.Context(), "w1", "", "panel"),
			x.Settle(t.Context()),
		)
		seen, _ := x.stage.Seen(t.Context(), "w1")
		for _, id := range []string{x.keys[0], x.messages[0].ID, seen[0].ID} {
			if id == "" || ids[id] {
				t.Errorf("%q is used twice", id)
			}
			ids[id] = true
		}
	}
}

func TestWhatCannotBeStoredIsBroughtAgain(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	x.mu.Lock()
	x.failing = 2
	x.mu.Unlock()
	for _, text := range []string{"a", "b", "c"} {
		must(t, x.stage.Say(t.Context(), "w1", "", text))
	}
	must(t, x.Settle(t.Context()))
	var texts []string
	for _, m := range x.messages {
		texts = append(texts, m.Text)
	}
	if strings.Join(texts, "") != "abc" {
		t.Errorf("handled %q", texts)
	}
}

func TestWhatAStoppedNetworkDidNotBringTheNextOneDoes(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	if err := x.end(); err != nil {
		t.Fatal(err)
	}
	must(t, x.stage.Say(t.Context(), "w1", "", "a"))
	if len(x.keys) != 0 {
		t.Fatal("a stopped network brought something")
	}
	x.start()
	must(t, x.Settle(t.Context()))
	if len(x.messages) != 1 {
		t.Errorf("%d messages", len(x.messages))
	}
}

func TestADecodedMessage(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	ctx := t.Context()
	must(t,
		x.stage.Room(ctx, "r", "w1"),
		x.stage.Say(ctx, "w1", "r", "a"),
		x.stage.Say(ctx, "w1", "", "b"),
		x.stage.Migrate(ctx, "r"),
		x.Settle(ctx),
	)
	room, private, moved := x.messages[0], x.messages[1], x.messages[2]
	if room.Here == room.Private || room.Private != private.Here || private.Here != private.Private || room.PrivateSeen {
		t.Errorf("addresses: in the room %v and %v, in private %v", room.Here, room.Private, private.Here)
	}
	if !room.Sent.Equal(x.clock.Now()) {
		t.Errorf("sent at %v", room.Sent)
	}
	if moved.Event != bots.ChatMoved || moved.Here != room.Here || moved.MovedTo == room.Here || !moved.Chat.Room {
		t.Errorf("moved: %+v", moved)
	}
	if _, err := x.network.Decode(bots.Arrival{Raw: []byte("?")}); err == nil {
		t.Error("nonsense was decoded")
	}
}

func TestFailuresOfSending(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	ctx := t.Context()
	must(t,
		x.stage.Room(ctx, "r", "w1"),
		x.stage.Say(ctx, "w1", "r", "a"),
		x.stage.Migrate(ctx, "r"),
		x.Settle(ctx),
		x.stage.Block(ctx, "w2"),
	)
	old := x.messages[0].Here
	for _, c := range []struct {
		to   bots.Address
		body string
		want bots.Failure
	}{
		{old, "{}", bots.Moved},
		{bots.Address{Data: "#nowhere/1"}, "{}", bots.Gone},
		{bots.Address{Data: "@w2"}, "{}", bots.Gone},
		{bots.Address{}, "{}", bots.Refused},
		{bots.Address{Data: "@w1"}, "?", bots.Refused},
	} {
		_, err := x.network.Send(ctx, bots.Parcel{To: c.to, Part: bots.Part{Body: []byte(c.body)}})
		var f *bots.SendError
		if !errors.As(err, &f) || f.Failure != c.want {
			t.Errorf("to %q: %v, expected %s", c.to.Data, err, c.want)
		}
		if c.want == bots.Moved && f.MovedTo != x.messages[1].MovedTo {
			t.Errorf("moved to %v", f.MovedTo)
		}
	}
}

func TestWhatCannotBeDone(t *testing.T) {
	t.Parallel()
	x := newToy(t)
	ctx := t.Context()
	must(t, x.stage.Say(ctx, "w1", "", "link"), x.Settle(ctx))
	seen, _ := x.stage.Seen(ctx, "w1")
	for what, err := range map[string]error{
		"said in a room that is not":   x.stage.Say(ctx, "w1", "r", "a"),
		"edited without having spoken": x.stage.Edit(ctx, "w2", "", "a"),
		"left a room that is not":      x.stage.Leave(ctx, "r", "w1"),
		"migrated a room that is not":  x.stage.Migrate(ctx, "r"),
		"pressed a link":               x.stage.Press(ctx, "w1", seen[0], 0),
		"pressed a button that is not": x.stage.Press(ctx, "w1", seen[0], 2),
		"pressed what was never drawn": x.stage.Press(ctx, "w1", transcript.Seen{}, 0),
	} {
		if err == nil {
			t.Errorf("somebody %s", what)
		}
	}
}
