package commands

import (
	"context"

	"manyhands/bots"
	"manyhands/bots/locale"
)

// Privacy declares /privacy: who can read what, what is kept, and for how
// long.
func Privacy() *bots.Command {
	return &bots.Command{Name: "privacy", Run: func(_ context.Context, c *bots.Call) (*bots.Answer, error) {
		out := bots.Head("privacy.title").Text(c.Network.Readers())
		for _, key := range []string{"privacy.stored", "privacy.sealed", "privacy.keeper", "privacy.coordinators", "privacy.requester", "privacy.kept"} {
			out.Item(key)
		}
		return bots.Answered(out.Row(bots.Do(locale.T("menu.mydata"), "mydata", "run", ""), bots.Do(locale.T("menu.forget"), "forget", "run", ""))), nil
	}}
}

// About declares /about: who owns this and where it comes from.
func About(version string) *bots.Command {
	return &bots.Command{Name: "about", Public: true, Run: func(_ context.Context, c *bots.Call) (*bots.Answer, error) {
		out := bots.Head("about.title").Say("about.what").Say("about.licence").Note("about.version", "Version", locale.Plain(version))
		return bots.Answered(out.Row(bots.Do(locale.T("menu.privacy"), "privacy", "run", ""), bots.Do(locale.T("menu.help"), "help", "run", "")).ToRoom()), nil
	}}
}
