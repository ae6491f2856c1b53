package main

import (
	"strings"
	"testing"

	"manyhands/adapters/discord/discordstage"
	"manyhands/adapters/discord/discordtest"
)

// Discord's forms, which a script cannot leave open: what is written into one
// is the answer to its question, and where the conversation has ended
// meanwhile it is given back, so that it is not lost.
func TestFormsAnswerTheirQuestion(t *testing.T) {
	t.Parallel()
	for name, postgres := range map[string]bool{"sqlite": false, "postgres": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := stages["discord"](t, scriptSettings(t, postgres)).(*world)
			server := w.stage.(*discordstage.Stage).Server
			guild := server.Guild("hall", "en-US")
			room, ada, eve := guild.Text("hall"), server.User("ada"), server.User("eve")
			guild.Join(ada)
			guild.Join(eve)

			done := func(i *discordtest.Interaction, err error) {
				t.Helper()
				if err == nil {
					err = server.Wait(t.Context(), func() bool { return i.Answered() != 0 || i.Failed() })
				}
				if err == nil {
					err = w.Settle(t.Context())
				}
				if err != nil || i.Failed() {
					t.Fatalf("%v", err)
				}
			}
			press := func(label string) {
				t.Helper()
				m, b, ok := ada.Newest(label)
				if !ok {
					t.Fatalf("there is no button %s: %+v", label, ada.Sees(room))
				}
				done(ada.Press(m.ID, b.CustomID))
			}
			open := func() discordtest.Modal {
				t.Helper()
				press("Write…")
				if forms := ada.Modals(); len(forms) == 1 {
					return forms[0]
				}
				t.Fatal("no form is open")
				return discordtest.Modal{}
			}
			write := func(f discordtest.Modal, text string) {
				t.Helper()
				done(ada.Submit(f, map[string]string{f.Fields[0].CustomID: text}))
			}
			newest := func() string {
				all := ada.Sees(room)
				return plain(all[len(all)-1].Content)
			}

			if err := server.Wait(t.Context(), func() bool { return server.Gateway().Connected > 0 }); err != nil {
				t.Fatal(err)
			}
			done(ada.Run(room, "rate", discordtest.Opt("requester", "toloka")))
			press("Fair 2")
			press("Comment")
			write(open(), "Nothing but silence.")
			if got := newest(); !strings.Contains(got, "Nothing but silence.") || !strings.Contains(got, "2 of 5") {
				t.Errorf("after the form there is %q", got)
			}
			press("Comment")
			form := open()
			press("Cancel")
			write(form, "A sentence that took long to write.")
			if got := newest(); !strings.Contains(got, "has ended") || !strings.Contains(got, "A sentence that took long to write.") {
				t.Errorf("a form that came too late is answered %q", got)
			}
			done(ada.Run(room, "mine"))
			if got := newest(); !strings.Contains(got, "nothing of yours") {
				t.Errorf("something was kept: %q", got)
			}
			if got := eve.Sees(room); len(got) != 0 {
				t.Errorf("somebody else sees %+v", got)
			}
		})
	}
}
