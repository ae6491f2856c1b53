package discord

import (
	"strings"
	"testing"
	"time"

	"manyhands/adapters/discord/discordtest"
)

func TestOnlyDirectMessagesAreAskedFor(t *testing.T) {
	w := newWorld(t)
	w.run()
	must(w.ada.Say(w.room, "among people"))
	must(w.ada.Say(w.ada.DM(), "to the bot"))
	if m := w.message(0); m.Text != "to the bot" {
		t.Errorf("heard %q", m.Text)
	}
}

// Discord may ask to reconnect before the session stands; the library's Open
// then never returns.
func TestReconnectBeforeReady(t *testing.T) {
	for name, early := range map[string]discordtest.Early{"in place of HELLO": discordtest.EarlyHello, "in place of READY": discordtest.EarlyReady} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.ReconnectEarly(early, 2)
			w.run()
			must(w.ada.Say(w.ada.DM(), "hello"))
			w.message(0)
			if g := w.Gateway(); g.Opened != 3 {
				t.Errorf("gateway: %+v", g)
			}
		})
	}
}

func TestOpenThatHangsIsGivenUp(t *testing.T) {
	w := newWorld(t)
	w.d.pace.open = 50 * time.Millisecond
	hold := make(chan struct{})
	defer close(hold)
	w.Fail(discordtest.Fault{Path: "/gateway", Hold: hold})
	w.run()
	if g := w.Gateway(); g.Identifies != 1 {
		t.Errorf("gateway: %+v", g)
	}
}

func TestSessionIsResumed(t *testing.T) {
	for name, break_ := range map[string]func(w *world){
		"op 7":       func(w *world) { w.Reconnect() },
		"close 4000": func(w *world) { w.CloseGateway(4000) },
		"close 4008": func(w *world) { w.CloseGateway(4008) },
		"cut":        func(w *world) { w.CutGateway() },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run()
			break_(w)
			w.wait("the end", func() bool { return len(w.Gateway().Closes) == 1 })
			must(w.ada.Say(w.ada.DM(), "meanwhile"))
			if m := w.message(0); m.Text != "meanwhile" {
				t.Errorf("got %q", m.Text)
			}
			if g := w.Gateway(); g.Resumes != 1 || g.Identifies != 1 {
				t.Errorf("gateway: %+v", g)
			}
		})
	}
}

func TestSessionThatIsOverIsBegunAnew(t *testing.T) {
	for name, over := range map[string]func(w *world){
		"op 9":       func(w *world) { w.InvalidateSessions(false) },
		"close 4007": func(w *world) { w.CloseGateway(4007) },
		"close 4009": func(w *world) { w.CloseGateway(4009) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run()
			over(w)
			w.wait("a new session", func() bool { g := w.Gateway(); return g.Identifies == 2 && g.Connected == 1 })
			must(w.ada.Say(w.ada.DM(), "hello"))
			w.message(0)
			if g := w.Gateway(); g.Resumes != 0 {
				t.Errorf("gateway: %+v", g)
			}
		})
	}
}

// Op 9 after an identification is answered by the library with the next, at
// once and for ever.
func TestIdentifyIsNoHotLoop(t *testing.T) {
	w := newWorld(t)
	w.SetConcurrency(1)
	w.d.pace.identify, w.d.pace.identifyMost = time.Millisecond, time.Hour
	w.Server.ReconnectEarly(discordtest.EarlyReady, 0)
	w.run()
	w.InvalidateSessions(false)
	w.wait("some tries", func() bool { return w.Gateway().Identifies >= 4 })
	if g := w.Gateway(); g.Opened != g.Identifies {
		t.Errorf("%d identifications on %d connections", g.Identifies, g.Opened)
	}
	w.clock.move(time.Minute)
	w.wait("the connection", func() bool { return w.Gateway().Connected == 1 })
}

func TestIdentifiesKeepApart(t *testing.T) {
	t.Parallel()
	p := usualPace()
	var waits []time.Duration
	for n := range 9 {
		waits = append(waits, doubled(p.identify, p.identifyMost, n))
	}
	if waits[0] != 5*time.Second || waits[1] != 10*time.Second || waits[8] != 5*time.Minute {
		t.Errorf("waits %v", waits)
	}
}

func TestZombieIsClosedSoThatItsSessionLives(t *testing.T) {
	w := newWorld(t)
	w.SetHeartbeat(50 * time.Millisecond)
	w.MuteAcks(true)
	w.run()
	w.wait("the end", func() bool { return len(w.Gateway().Closes) > 0 })
	w.MuteAcks(false)
	if code := w.Gateway().Closes[0]; code != 4000 {
		t.Errorf("closed with %d", code)
	}
	must(w.ada.Say(w.ada.DM(), "meanwhile"))
	w.message(0)
	if g := w.Gateway(); g.Resumes == 0 || g.Identifies != 1 {
		t.Errorf("gateway: %+v", g)
	}
}

func TestFatalCodesStopWithASentence(t *testing.T) {
	for code, word := range map[int]string{4004: "token", 4010: "shard", 4011: "sharding", 4012: "version", 4013: "intents", 4014: "intents"} {
		t.Run(word, func(t *testing.T) {
			w := newWorld(t)
			w.CloseIdentifies(code)
			w.start()
			err := w.stopped()
			if err == nil || !strings.Contains(err.Error(), word) {
				t.Fatalf("%d: %v", code, err)
			}
			w.secretless("the error", err.Error())
			if g := w.Gateway(); g.Identifies != 1 {
				t.Errorf("gateway: %+v", g)
			}
		})
	}
}

func TestTokenThatChangesStops(t *testing.T) {
	w := newWorld(t)
	w.run()
	w.ResetToken("another")
	if err := w.stopped(); err == nil || !strings.Contains(err.Error(), "token") {
		t.Errorf("stopped with %v", err)
	}
	w.start()
	if err := w.stopped(); err == nil || !strings.Contains(err.Error(), "MANYHANDS_DISCORD_TOKEN") {
		t.Errorf("stopped with %v", err)
	}
}

func TestReserveOfIdentifiesIsLeftAlone(t *testing.T) {
	w := newWorld(t)
	w.SetIdentifyBudget(reserve)
	w.start()
	if err := w.stopped(); err == nil || !strings.Contains(err.Error(), "so often today") {
		t.Errorf("stopped with %v", err)
	}
	if g := w.Gateway(); g.Opened != 0 {
		t.Errorf("gateway: %+v", g)
	}
}

func TestServerThatIsAwayIsTriedAgain(t *testing.T) {
	w := newWorld(t)
	w.Fail(discordtest.Fault{Path: "/gateway/bot", Answer: discordtest.HTML(502)})
	w.Fail(discordtest.Fault{Path: "/gateway/bot", Answer: discordtest.Cut()})
	w.Fail(discordtest.Fault{Path: "/gateway", Answer: discordtest.HTML(500)})
	w.run()
	if g := w.Gateway(); g.Identifies != 1 {
		t.Errorf("gateway: %+v", g)
	}
}
