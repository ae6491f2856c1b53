package database

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"testing"

	"manyhands/bots"
	"manyhands/bots/commands"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
)

// stubNetwork is a network whose messages are what tests write, and which
// remembers what was sent to each chat.
type stubNetwork struct {
	mu   sync.Mutex
	sent map[string][]bots.Outgoing // by the address's data
}

func (*stubNetwork) Name() string                             { return "test" }
func (*stubNetwork) Run(context.Context, bots.Receiver) error { return nil }
func (*stubNetwork) Readers() locale.Text                     { return locale.T("value", "Value", "nobody") }

func (*stubNetwork) Link(word string) string { return "https://chat.example/bot?start=" + word }

func (*stubNetwork) Decode(a bots.Arrival) (m bots.Message, err error) {
	return m, json.Unmarshal(a.Raw, &m)
}

func (*stubNetwork) Split(o bots.Outgoing) ([]bots.Part, error) {
	body, err := json.Marshal(o)
	return []bots.Part{{Body: body}}, err
}

func (n *stubNetwork) Send(_ context.Context, p bots.Parcel) (string, error) {
	var o bots.Outgoing
	if err := json.Unmarshal(p.Part.Body, &o); err != nil {
		return "", err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sent[p.To.Data] = append(n.sent[p.To.Data], o)
	return p.ID, nil
}

// talk is a bot that knows collectives, and people who write to it.
type talk struct {
	*village
	net *stubNetwork
	bot *bots.Bot
	n   int
}

func newTalk(t *testing.T, db *DB, clock *testClock) *talk {
	t.Helper()
	catalogue := collectiveTexts(t)
	k := &talk{village: newVillage(t, db, clock), net: &stubNetwork{sent: map[string][]bots.Outgoing{}}}
	c := commands.NewCollectives(k.Service)
	registry := bots.NewRegistry(append(bots.Controls(), c.Command(), commands.Start(c.JoinByCode))...)
	k.bot = bots.New(bots.Parts{
		Store: db, Networks: []bots.Network{k.net}, Registry: registry, Catalogue: catalogue, Clock: clock.Now, Random: core.CryptoRandom,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), FreeText: "start", Coordinates: k.Coordinates,
	})
	return k
}

// collectiveTexts are the sentences of these conversations.
func collectiveTexts(t *testing.T) *locale.Catalogue {
	t.Helper()
	catalogue, err := locale.New()
	if err != nil {
		t.Fatal(err)
	}
	return catalogue
}

// room is the lane of a group chat.
const room = "room"

// message is what somebody says in private, or in the room.
func message(who, where string) bots.Message {
	m := bots.Message{From: bots.Sender{ID: who}, Private: testAddress(who), Here: testAddress(who)}
	if where != "" {
		m.Here, m.Chat.Room = testAddress(where), true
	}
	return m
}

// say brings messages at once, and returns the last thing that the first
// speaker got in private.
func (k *talk) say(ms ...bots.Message) bots.Outgoing {
	k.t.Helper()
	before := len(k.net.sent["chat "+ms[0].From.ID])
	var batch []bots.Arrival
	for _, m := range ms {
		k.n++
		raw, err := json.Marshal(m)
		if err != nil {
			k.t.Fatal(err)
		}
		batch = append(batch, bots.Arrival{Network: "test", Key: fmt.Sprint(k.n), Lane: m.Here.Lane, Raw: raw})
	}
	if err := k.bot.Receive(k.t.Context(), batch...); err != nil {
		k.t.Fatal(err)
	}
	if _, err := k.bot.Drain(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
	got := k.net.sent["chat "+ms[0].From.ID]
	if len(got) == before {
		return bots.Outgoing{}
	}
	return got[len(got)-1]
}

func (k *talk) write(who, text string) bots.Outgoing {
	k.t.Helper()
	m := message(who, "")
	m.Text = text
	return k.say(m)
}

func (k *talk) press(who string, data string) bots.Outgoing {
	k.t.Helper()
	m := message(who, "")
	m.Press = &bots.Press{Data: data, Message: "1"}
	return k.say(m)
}

// button finds the data of a button by its label.
func (k *talk) button(o bots.Outgoing, label string) string {
	k.t.Helper()
	for _, row := range o.Buttons {
		for _, b := range row {
			if locale.Strip(b.Label) == label {
				return b.Data
			}
		}
	}
	k.t.Fatalf("no button %q below %q", label, plain(o))
	return ""
}

func plain(o bots.Outgoing) string { return locale.Strip(o.Plain()) }

// expect is that an answer holds these words.
func (k *talk) expect(o bots.Outgoing, words ...string) bots.Outgoing {
	k.t.Helper()
	for _, w := range words {
		if !strings.Contains(plain(o), w) {
			k.t.Fatalf("got %q, want %q in it", plain(o), w)
		}
	}
	return o
}

var (
	codeIn      = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}`)
	pseudonymIn = regexp.MustCompile(`[a-z]+-[a-z]+-\d\d`)
)

// code lets somebody make a code.
func (k *talk) code(who, uses string) string {
	k.t.Helper()
	o := k.expect(k.write(who, "/collective invite "+uses), "Here is a code", "I show it this once", "start=join_")
	return codeIn.FindString(plain(o))
}

func TestAnInvitationIsSharedInConversation(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.expect(k.write("ana", "/collective"), "You are in no collective yet")
		k.expect(k.write("ana", "/collective create"), "What shall the collective be called?")
		k.expect(k.write("ana", "Tana hands"), "You made Tana hands")

		// Two at the same moment, one use: one is in, the other is told kindly.
		code := k.code("ana", "1")
		bea, cleo := message("bea", ""), message("cleo", "")
		bea.Text, cleo.Text = "/start join_"+strings.ReplaceAll(code, "-", ""), "/start join_"+strings.ReplaceAll(code, "-", "")
		k.say(bea, cleo)
		in, out := "bea", "cleo"
		if strings.Contains(plain(k.last("cleo")), "You are in") {
			in, out = out, in
		}
		k.expect(k.last(in), "You are in Tana hands", "a made-up name hides little")
		k.expect(k.last(out), "was just taken by someone else", "You did nothing wrong")

		// Again, by the same worker: in lower case, with o for 0 and l for 1.
		again := strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(code))
		k.expect(k.write(in, "/collective join "+again), "You are in Tana hands already")

		// Expired, unknown and mistyped are one answer.
		late := k.code("ana", "1")
		clock.Advance(collective.InvitationLasts)
		const no = "This code does not work"
		k.mistyped(out, late)
		k.mistyped(out, "0000-0000-0000")
		k.write(out, "/cancel")
		k.expect(k.write(out, "/start join_hello"), no)
		k.expect(k.press(out, k.button(k.last(out), "Try another code")), "Please send the code")
		k.expect(k.write(out, k.code("ana", "10")), "You are in Tana hands")
	})
}

// mistyped tries a code that opens nothing: that is said, and the code asked for
// once more.
func (k *talk) mistyped(who, code string) {
	k.t.Helper()
	k.expect(k.write(who, "/collective join "+code), "Please send the code")
	got := k.net.sent["chat "+who]
	k.expect(got[len(got)-2], "This code does not work")
}

func (k *talk) last(who string) bots.Outgoing {
	got := k.net.sent["chat "+who]
	if len(got) == 0 {
		return bots.Outgoing{}
	}
	return got[len(got)-1]
}

func TestTwentyWrongCodesInAMinuteAreStopped(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana hands")
		code := k.code("ana", "1")
		for i := range 19 {
			k.expect(k.write("eve", fmt.Sprintf("/start join_00000000%04d", i)), "This code does not work")
		}
		k.expect(k.write("eve", "/start join_000000009999"), "many wrong codes")
		k.expect(k.write("eve", "/collective join "+code), "many wrong codes")
		// Another copy of the program, the same database.
		k2 := newTalk(t, db, clock)
		k2.n = 1000
		k2.expect(k2.write("eve", "/collective join "+code), "many wrong codes")
		clock.Advance(collective.GuessSpan)
		k2.expect(k2.write("eve", "/collective join "+code), "You are in Tana hands")
	})
}

func TestOtherCoordinatorsHearOfANewOne(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana hands")
		code := k.code("ana", "10")
		names := map[string]string{}
		for _, who := range []string{"bea", "eve", "ida"} {
			names[who] = pseudonymIn.FindString(plain(k.write(who, "/collective join "+code)))
		}
		sure := k.write("ana", "/collective coordinators "+names["bea"])
		k.press("ana", k.button(sure, "Make coordinator"))
		sure = k.write("bea", "/collective coordinators "+names["eve"])
		told := len(k.net.sent["chat ana"])
		k.expect(k.press("bea", k.button(sure, "Make coordinator")), names["eve"]+" is now a coordinator")
		k.expect(k.last("ana"), names["eve"]+" was made a coordinator of Tana hands")
		k.expect(k.last("eve"), "You are now a coordinator of Tana hands")
		k.press("bea", k.button(sure, "Make coordinator")) // once more tells nobody again
		if got := len(k.net.sent["chat ana"]); got != told+1 {
			t.Errorf("the other coordinator was told %d times", got-told)
		}
		if strings.Contains(plain(k.last("ida")), names["eve"]) {
			t.Error("a plain member was told")
		}
	})
}

func TestRemovingByTwoCoordinatorsInConversation(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana hands")
		old := k.code("ana", "10")
		bea := pseudonymIn.FindString(plain(k.write("bea", "/collective join "+old)))
		eve := pseudonymIn.FindString(plain(k.write("eve", "/collective join "+old)))
		page := k.write("eve", "/collective")

		sure := k.expect(k.write("ana", "/collective coordinators "+bea), "Make "+bea)
		k.expect(k.press("eve", k.button(sure, "Make coordinator")), "Only coordinators of Tana hands")
		k.expect(k.press("stranger", k.button(sure, "Make coordinator")), "I know no such collective")
		k.expect(k.press("ana", k.button(sure, "Make coordinator")), bea+" is now a coordinator")
		k.expect(k.last("bea"), "You are now a coordinator of Tana hands")

		sure = k.expect(k.write("ana", "/collective remove "+eve), "Remove "+eve)
		remove := k.button(sure, "Remove")
		k.expect(k.press("eve", remove), "Only coordinators of Tana hands")
		k.expect(k.press("ana", remove), "when another coordinator agrees")
		k.expect(k.press("ana", remove), "when another coordinator agrees") // once more is not a second
		asked := k.expect(k.last("bea"), "proposes to remove a member")
		if strings.Contains(plain(asked), eve) {
			t.Errorf("a lock screen shows %q", plain(asked))
		}
		k.expect(k.press("eve", k.button(asked, "Remove")), "Only coordinators of Tana hands")
		asked = k.expect(k.press("bea", k.button(asked, "Remove")), "Remove "+eve)
		k.button(asked, "Keep them")
		k.expect(k.press("bea", k.button(asked, "Remove")), eve+" is no longer in Tana hands")
		k.expect(k.last("eve"), "You are no longer in Tana hands")

		// Old buttons say so; the old code lets nobody in; a new one of their
		// own does.
		k.expect(k.press("eve", k.button(page, "Members")), "You are no longer in Tana hands")
		k.expect(k.press("eve", k.button(page, "Leave")), "You are no longer in Tana hands")
		k.mistyped("eve", old)
		k.expect(k.write("eve", "/collective join "+k.code("bea", "10")), "A coordinator can make a new code for you alone")
		k.expect(k.write("eve", "/collective join "+k.code("bea", "1")), "You are in Tana hands")
	})
}

func TestSettingsInConversation(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana hands")
		k.write("bea", "/collective join "+k.code("ana", "1"))
		page := k.expect(k.write("ana", "/collective settings hour 7 day Monday language fr"), "Saved", "Monday, 07:00", "Français")
		k.expect(k.press("ana", k.button(page, "Hour")), "At which hour")
		k.expect(k.press("ana", k.button(k.last("ana"), "18:00")), "Monday, 18:00")
		k.expect(k.press("bea", k.button(page, "Hour")), "Only coordinators of Tana hands")
		k.expect(k.press("bea", "collective_settings.hour-9."+refIn(k.button(page, "Hour"))+".0"), "Only coordinators of Tana hands")
		k.expect(k.press("ana", "collective_settings.hour-99."+refIn(k.button(page, "Hour"))+".0"), "I could not read 99")

		k.expect(k.press("ana", k.button(page, "Time zone")), "By which clock")
		k.expect(k.write("ana", "nairob"), "Do you mean one of these?")
		k.expect(k.press("ana", k.button(k.last("ana"), "Africa/Nairobi")), "Time zone: Africa/Nairobi")
		k.expect(k.write("ana", "/collective zone Port au Prince"), "Time zone: America/Port-au-Prince")
		k.expect(k.press("ana", k.button(page, "Name")), "called from now on")
		k.expect(k.write("ana", "Evening hands"), "Settings of Evening hands")
		k.expect(k.press("ana", k.button(page, "Members may invite too")), "Coordinators and members in good standing")
		k.expect(k.press("ana", "collective_settings.outsiders-yes."+refIn(k.button(page, "Hour"))+".0"), "the server's keeper vouches")
	})
}

func refIn(data string) string { return strings.Split(data, ".")[2] }

func TestARoomIsBoundInConversation(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana hands")
		in := func(who, text string, manages bool) bots.Outgoing {
			m := message(who, room)
			m.Text, m.From.Manages = text, manages
			return k.say(m)
		}
		k.expect(k.write("ana", "/collective bind"), "only in a group chat")
		k.expect(in("ana", "/collective bind", false), "Only someone who administers this chat")
		in("ana", "/collective bind", true)
		k.expect(k.last(room), "This chat now belongs to Tana hands", "What is personal, tell me in private")
		seen := len(k.net.sent["chat "+room])
		k.write("eve", "/collective create Rivals")
		k.expect(in("eve", "/collective bind", true), "belongs to another collective")
		k.expect(in("eve", "/collective unbind", true), "I know no such collective")
		k.expect(in("ana", "/collective members", false), "Members of Tana hands")
		if len(k.net.sent["chat "+room]) != seen {
			t.Errorf("the room was told %q", plain(k.last(room)))
		}
		in("ana", "/collective unbind", true)
		k.expect(k.last(room), "does not belong to Tana hands any more")
	})
}

func TestWhoIsInSeveralPicks(t *testing.T) {
	t.Parallel()
	openBoth(t, func(t *testing.T, db *DB, clock *testClock) {
		k := newTalk(t, db, clock)
		k.write("ana", "/collective create Tana")
		k.write("ana", "/collective create Tana hands")
		k.expect(k.write("ana", "/collective"), "Tana, 1 member", "Tana hands, 1 member")
		k.expect(k.write("ana", "/collective invite"), "Which one do you mean?")
		k.expect(k.press("ana", k.button(k.last("ana"), "Tana")), "How many people", "Tana")
		k.expect(k.press("ana", k.button(k.last("ana"), "10 people")), "code for Tana. It lets in 10 people")
		k.expect(k.write("ana", "/collective invite tana hands 50"), "code for Tana hands. It lets in 50 people")
		k.expect(k.write("ana", "/collective invite Tana 1000"), "from 1 to 100")
		k.expect(k.write("ana", "/cancel"))
		k.expect(k.write("ana", "/collective leave Nowhere"), "in no collective called Nowhere")
		k.expect(k.write("ana", "/cancel"))
		k.expect(k.write("ana", "/collective leave Tana"), "Leave Tana?")
		k.expect(k.press("ana", k.button(k.last("ana"), "Yes, leave")), "You have left Tana.")
		k.expect(k.write("ana", "/collective"), "Tana hands", "1 member", "a made-up name hides little")
	})
}
