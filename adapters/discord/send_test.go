package discord

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots"
)

// parcel is one part for somebody.
func (w *world) parcel(to bots.Address, text string) bots.Parcel {
	return bots.Parcel{ID: "0123456789abcdef0123.0", To: to, Part: must(w.d.Split(told(text)))[0]}
}

func TestFailuresOfSending(t *testing.T) {
	channel := func(w *world) bots.Address { return room(w.room.ID) }
	ada := func(w *world) bots.Address { return direct(w.ada.ID) }
	answers := func(a discordtest.Answer) func(w *world) {
		return func(w *world) { w.Fail(discordtest.Fault{Path: "/channels/*/messages", Answer: a}) }
	}
	for _, c := range []struct {
		name    string
		to      func(w *world) bots.Address
		break_  func(w *world)
		failure bots.Failure
		after   time.Duration
	}{
		{"DMs closed", ada, func(w *world) { w.ada.CloseDMs() }, bots.Gone, 0},
		{"left every guild", ada, func(w *world) { w.guild.Leave(w.ada) }, bots.Gone, 0},
		{"no such person", func(*world) bots.Address { return direct("12345") }, func(*world) {}, bots.Gone, 0},
		{"channel deleted", channel, func(w *world) { w.room.Delete() }, bots.Gone, 0},
		{"channel hidden", channel, func(w *world) { w.room.Permit(false, false) }, bots.Gone, 0},
		{"channel read only", channel, func(w *world) { w.room.Permit(true, false) }, bots.Gone, 0},
		{"too fast", ada, answers(discordtest.Limited(7 * time.Second)), bots.Later, 7 * time.Second},
		{"too fast together", channel, answers(discordtest.LimitedShared(2 * time.Second)), bots.Later, 2 * time.Second},
		{"too fast everywhere", channel, answers(discordtest.LimitedGlobally(9 * time.Second)), bots.Later, 9 * time.Second},
		{"banned", channel, answers(discordtest.CloudflareBan(time.Hour)), bots.Later, time.Hour},
		{"server broken", channel, answers(discordtest.HTML(502)), bots.Later, 0},
		{"server overloaded", channel, answers(discordtest.Refuse(503, 130000, "API resource is currently overloaded. Try again a little later")), bots.Later, 0},
		{"no answer", channel, answers(discordtest.Cut()), bots.Later, 0},
		{"automatic moderation", channel, answers(discordtest.Refuse(400, 200000, "blocked")), bots.Refused, 0},
		{"token refused", channel, func(w *world) { w.ResetToken("another") }, bots.Later, afterToken},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t)
			c.break_(w)
			_, err := w.d.Send(w.ctx, w.parcel(c.to(w), "hello"))
			var failure *bots.SendError
			if !errors.As(err, &failure) || failure.Failure != c.failure || failure.After != c.after {
				t.Fatalf("got %#v", err)
			}
			w.secretless("the error", err.Error())
		})
	}
}

func TestWaitsAreKept(t *testing.T) {
	w := newWorld(t)
	to := room(w.room.ID)
	w.Fail(discordtest.Fault{Path: "/channels/*/messages", Exhausted: 3 * time.Second})
	if _, err := w.d.Send(w.ctx, w.parcel(to, "one")); err != nil {
		t.Fatal(err)
	}
	calls := len(w.Calls())
	_, err := w.d.Send(w.ctx, w.parcel(to, "two"))
	if f := bots.FailureOf(err); f.Failure != bots.Later || f.After != 3*time.Second {
		t.Errorf("got %v", err)
	}
	if _, err := w.d.Send(w.ctx, w.parcel(direct(w.ada.ID), "elsewhere")); err != nil {
		t.Errorf("another channel waits too: %v", err)
	}
	if n := len(w.Calls()); n != calls+2 {
		t.Errorf("%d calls", n-calls)
	}
	w.clock.move(3 * time.Second)
	if _, err := w.d.Send(w.ctx, w.parcel(to, "two")); err != nil {
		t.Errorf("got %v", err)
	}
	w.Fail(discordtest.Fault{Answer: discordtest.LimitedGlobally(9 * time.Second)})
	_, _ = w.d.Send(w.ctx, w.parcel(to, "three"))
	if f := bots.FailureOf(must2(w.d.Send(w.ctx, w.parcel(direct(w.ada.ID), "four")))); f.After != 9*time.Second {
		t.Errorf("got %v", f)
	}
}

func must2(_ string, err error) error { return err }

func TestAPartSentTwiceIsShownOnce(t *testing.T) {
	w := newWorld(t)
	w.Fail(discordtest.Fault{Path: "/channels/*/messages", After: true, Answer: discordtest.Cut()})
	p := w.parcel(direct(w.ada.ID), "hello")
	if f := bots.FailureOf(must2(w.d.Send(w.ctx, p))); f.Failure != bots.Later {
		t.Fatalf("got %v", f)
	}
	if _, err := w.d.Send(w.ctx, p); err != nil {
		t.Fatal(err)
	}
	if got := texts(w.ada, w.ada.DM()); len(got) != 1 {
		t.Errorf("got %q", got)
	}
	if n := nonce(strings.Repeat("long", 20)); len(n) > 25 || n == nonce(strings.Repeat("long", 21)) {
		t.Errorf("nonce %q", n)
	}
}

// An interaction's token lives for fifteen minutes; then, or where it was never
// acknowledged, the answer comes as a direct message.
func TestAnswerAfterTheTokenDied(t *testing.T) {
	for name, kill := range map[string]func(w *world, here *bots.Address){
		"by our clock": func(w *world, _ *bots.Address) { w.clock.move(15 * time.Minute) },
		"by Discord's": func(w *world, _ *bots.Address) {
			w.Fail(discordtest.Fault{Path: "/webhooks/*/*/messages/@original", Answer: discordtest.Refuse(401, 50027, "Invalid Webhook Token")})
		},
		"never acknowledged": func(w *world, here *bots.Address) {
			here.Data = strings.Replace(here.Data, `"token":"`, `"token":"x`, 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.menu(rate())
			w.run()
			i := must(w.ada.Run(w.room, "rate"))
			w.wait("the deferral", func() bool { return i.Answered() != 0 })
			here := w.message(0).Here
			kill(w, &here)
			p := w.parcel(here, "late")
			p.First = true
			if _, err := w.d.Send(w.ctx, p); err != nil {
				t.Fatal(err)
			}
			if got := texts(w.ada, w.ada.DM()); len(got) != 1 || got[0] != "late" {
				t.Errorf("got %q", got)
			}
			if strings.Contains(w.log.String(), "refuses") {
				t.Errorf("a dead interaction was taken for a dead bot: %s", w.log)
			}
		})
	}
}

func TestRefusedTokenIsToldOnce(t *testing.T) {
	w := newWorld(t)
	w.ResetToken("another")
	for range 3 {
		_, _ = w.d.Send(w.ctx, w.parcel(direct(w.ada.ID), "hello"))
	}
	if n := strings.Count(w.log.String(), "level=ERROR"); n != 1 {
		t.Errorf("told %d times: %s", n, w.log)
	}
}

func TestDocuments(t *testing.T) {
	w := newWorld(t)
	o := told("your data")
	o.Document = &bots.Document{Name: `my "data"/é.json`, Type: "application/json", Content: []byte(`{"a":1}`)}
	w.answers(o)
	w.menu(rate())
	w.run()
	must(w.ada.Run(w.room, "rate"))
	w.wait("the answer", func() bool { return len(texts(w.ada, w.room)) == 1 })
	w.deliver(direct(w.ada.ID), o)
	for _, m := range append(w.ada.Sees(w.room), w.ada.Sees(w.ada.DM())...) {
		if len(m.Attachments) != 1 || m.Attachments[0].Filename != "my _data__é.json" || m.Attachments[0].ContentType != "application/json" {
			t.Fatalf("got %+v", m)
		}
		if f, ok := w.Download(m.Attachments[0]); !ok || string(f.Data) != `{"a":1}` {
			t.Errorf("got %q", f.Data)
		}
	}
}

func TestEditsOfLastingMessages(t *testing.T) {
	w := newWorld(t)
	to := direct(w.ada.ID)
	id := w.deliver(to, told("before", bots.OutButton{Label: "a", Data: "a.a..0"}))
	p := w.parcel(to, "after")
	p.Edit = id
	if got, err := w.d.Send(w.ctx, p); err != nil || got != id {
		t.Fatalf("got %q %v", got, err)
	}
	if got := w.ada.Sees(w.ada.DM()); len(got) != 1 || got[0].Content != "after" || len(got[0].Buttons()) != 0 {
		t.Errorf("got %+v", got)
	}
	p = w.parcel(to, "anew") // what is to be replaced is gone
	p.Edit = "1"
	if _, err := w.d.Send(w.ctx, p); err != nil {
		t.Fatal(err)
	}
	if got := texts(w.ada, w.ada.DM()); len(got) != 2 || got[1] != "anew" {
		t.Errorf("got %q", got)
	}
}

// A direct conversation that Discord forgot is opened anew.
func TestDirectChannelIsFoundAnew(t *testing.T) {
	w := newWorld(t)
	w.d.learnDirect(w.ada.ID, "99")
	if f := bots.FailureOf(must2(w.d.Send(w.ctx, w.parcel(direct(w.ada.ID), "hello")))); f.Failure != bots.Later {
		t.Fatalf("got %v", f)
	}
	if _, err := w.d.Send(w.ctx, w.parcel(direct(w.ada.ID), "hello")); err != nil {
		t.Fatal(err)
	}
}

// Whatever goes wrong, no error and no log line shows a token, and the library
// keeps no bucket for an interaction.
func TestTokensShowNowhere(t *testing.T) {
	w := newWorld(t)
	w.menu(rate())
	w.run()
	i := must(w.ada.Run(w.room, "rate"))
	w.wait("the deferral", func() bool { return i.Answered() != 0 })
	here := w.message(0).Here
	for _, a := range []discordtest.Answer{
		discordtest.Cut(), discordtest.HTML(500), discordtest.HTML(502), discordtest.Limited(time.Second),
		discordtest.Refuse(500, 0, secret+" "+i.Token), discordtest.Refuse(302, 0, "moved"), discordtest.CloudflareBan(time.Second),
	} {
		w.Fail(discordtest.Fault{Answer: a})
		_, err := w.d.Send(w.ctx, w.parcel(here, "hello"))
		if bots.FailureOf(err).Failure != bots.Later {
			t.Errorf("got %v", err)
		}
		w.secretless("an error", err.Error())
		if strings.Contains(err.Error(), i.Token) {
			t.Errorf("an error shows the interaction's token: %v", err)
		}
	}
	w.Close()
	_, err := w.d.Send(w.ctx, w.parcel(here, "hello"))
	w.secretless("an error", err.Error())
	err = w.d.PublishMenu(w.ctx, bots.Menu{Catalogue: w.catalogue})
	w.secretless("an error", err.Error())
	if strings.Contains(fmt.Sprintf("%+v", w.d.rest), secret) {
		t.Error("the library holds the token")
	}
}

func TestWrongConfigurationIsNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{{}, {Token: secret + " x"}, {Token: secret, API: "discord"}, {Token: secret, API: "ftp://x"}, {Token: secret, API: "https://u:" + secret + "@x"}} {
		if _, err := New(c); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", c.API, err)
		}
	}
}
