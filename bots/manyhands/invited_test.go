package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"manyhands/adapters/discord/discordstage"
	"manyhands/adapters/telegram/telegramstage"
	"manyhands/bots"
	"manyhands/bots/transcript"
)

// bothStages is Telegram with Discord beside it.
type bothStages struct {
	transcript.Stage
	discord *discordstage.Stage
}

func (s bothStages) Reached(ctx context.Context) error {
	return errors.Join(s.Stage.Reached(ctx), s.discord.Reached(ctx))
}

// onTwoNetworks is one program that talks on Telegram and on Discord.
func onTwoNetworks(t *testing.T, postgres bool) (*world, *discordstage.Stage) {
	t.Helper()
	s := scriptSettings(t, postgres)
	clock, parts := transcript.NewClock(scriptStart), Parts{Random: newSeeded(), Log: testLog(t)}
	telegram, discord := telegramstage.New(clock.Now), discordstage.New(clock.Now)
	t.Cleanup(telegram.Close)
	t.Cleanup(discord.Close)
	w, err := newWorld(t.Context(), s, clock, bothStages{telegram, discord}, func(p *Program) ([]bots.Network, error) {
		s.TelegramToken, s.TelegramAPI = telegramstage.Token, telegram.API()
		s.DiscordToken, s.DiscordAPI = discordstage.Token, discord.API()
		return p.networks(s, Parts{Clock: clock.Now})
	}, parts)
	closing(t, w, err)
	return w, discord
}

// A code opens the same collective on every network, however it is written: in
// lower case, with O for 0 and I or L for 1, with blanks. Two accounts are two
// workers, as nobody can know better: the second one needs a place of its own.
func TestCodeOnTwoNetworks(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, discord := onTwoNetworks(t, postgres)
			says(t, w, "c1", "/collective create Evening hands")
			invite := func() string {
				got := plain(says(t, w, "c1", "/collective invite 1"))
				_, code, found := strings.Cut(got, "/collective join ")
				if !found {
					t.Fatalf("no code in %q", got)
				}
				return code[:len("7KQ2-M4ZD-90XT")]
			}
			onDiscord := func(text string) string {
				t.Helper()
				if err := discord.Say(t.Context(), "w1", "", text); err != nil {
					t.Fatal(err)
				}
				if err := w.Settle(t.Context()); err != nil {
					t.Fatal(err)
				}
				all, err := discord.Seen(t.Context(), "w1")
				if err != nil || len(all) == 0 {
					t.Fatalf("nothing is answered: %v", err)
				}
				return plain(all[len(all)-1].Text)
			}
			sloppy := strings.NewReplacer("0", "O", "1", "l", "-", " ")
			code := strings.ToLower(sloppy.Replace(invite()))
			if got := plain(says(t, w, "w1", "/collective join "+code)); !strings.Contains(got, "You are in Evening hands.") {
				t.Fatalf("%q is answered %q", code, got)
			}
			if got := plain(says(t, w, "w1", "/collective join "+code)); !strings.Contains(got, "already") {
				t.Errorf("the same again is answered %q", got)
			}
			if got := onDiscord("/start join_" + strings.ReplaceAll(code, " ", "")); !strings.Contains(got, "was just taken") {
				t.Errorf("from another network the used code is answered %q", got)
			}
			if got := onDiscord("/collective join " + invite()); !strings.Contains(got, "You are in Evening hands.") {
				t.Errorf("another code is answered %q", got)
			}
			if got := plain(says(t, w, "c1", "/collective")); !strings.Contains(got, "3 members") {
				t.Errorf("in the end there are %q", got)
			}
		})
	}
}
