package discordtest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/bwmarrin/discordgo"

	"manyhands/adapters/discord/discordtest"
)

// respond answers an interaction and fails the test where that is refused.
func respond(t *testing.T, s *discordgo.Session, i *discordgo.InteractionCreate, kind discordgo.InteractionResponseType, data *discordgo.InteractionResponseData) {
	if err := s.InteractionRespond(i.Interaction, &discordgo.InteractionResponse{Type: kind, Data: data}); err != nil {
		t.Errorf("answer %d: %v", kind, err)
	}
}

func TestLibraryOpens(t *testing.T) {
	w := newWorld(t)
	joined := make(chan *discordgo.GuildCreate, 1)
	s := w.bot(func(_ *discordgo.Session, g *discordgo.GuildCreate) { joined <- g })
	if g := <-joined; g.ID != w.guild.ID || len(g.Channels) != 1 || g.Channels[0].Name != "general" {
		t.Errorf("guild: %+v", g.Guild)
	}
	if s.State.User.ID != w.ApplicationID() || s.State.Application.ID != w.ApplicationID() {
		t.Errorf("user: %+v", s.State.User)
	}
	if b, err := s.GatewayBot(); err != nil || b.SessionStartLimit.Remaining != 999 {
		t.Errorf("gateway: %+v %v", b, err)
	}
	if u, err := s.User("@me"); err != nil || !u.Bot {
		t.Errorf("me: %+v %v", u, err)
	}
	if a, err := s.Application("@me"); err != nil || a.ID != w.ApplicationID() {
		t.Errorf("application: %+v %v", a, err)
	}
	if c, err := s.Channel(w.room.ID); err != nil || c.GuildID != w.guild.ID {
		t.Errorf("channel: %+v %v", c, err)
	}
}

func TestLibraryIsRefused(t *testing.T) {
	w := newWorld(t)
	s := w.client()
	s.Identify.Token, s.Token = "Bot other", "Bot other"
	if err := s.Open(); err == nil {
		t.Error("a wrong token opens")
	}
	s = w.client()
	s.Identify.Intents |= discordgo.IntentMessageContent
	w.clock.move(time.Minute)
	if err := s.Open(); err == nil {
		t.Error("an intent without leave opens")
	}
}

func TestLibraryCommandToAnswer(t *testing.T) {
	w := newWorld(t)
	s := w.bot(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		data := i.ApplicationCommandData()
		respond(t, s, i, discordgo.InteractionResponseDeferredChannelMessageWithSource, &discordgo.InteractionResponseData{Flags: discordgo.MessageFlagsEphemeral})
		sub := data.Options[0]
		text := fmt.Sprintf("%s/%s %d %s %s", data.Name, sub.Name, sub.Options[0].IntValue(), string(i.Locale), string(*i.GuildLocale))
		who := data.Resolved.Users[sub.Options[1].Value.(string)].Username
		file := data.Resolved.Attachments[sub.Options[2].Value.(string)]
		res, err := s.Client.Get(file.URL)
		if err != nil {
			t.Error(err)
			return
		}
		defer res.Body.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(res.Body)
		text += " " + who + " " + b.String()
		if _, err = s.InteractionResponseEdit(i.Interaction, &discordgo.WebhookEdit{Content: &text}); err != nil {
			t.Error(err)
		}
	})
	registered, err := s.ApplicationCommandBulkOverwrite(w.ApplicationID(), "", []*discordgo.ApplicationCommand{{
		Name: "rate", Description: "d", NameLocalizations: &map[discordgo.Locale]string{discordgo.German: "werten"},
		Options: []*discordgo.ApplicationCommandOption{{
			Type: discordgo.ApplicationCommandOptionSubCommand, Name: "pay", Description: "d",
			Options: []*discordgo.ApplicationCommandOption{
				{Type: discordgo.ApplicationCommandOptionInteger, Name: "score", Description: "d", Required: true},
				{Type: discordgo.ApplicationCommandOptionUser, Name: "who", Description: "d"},
				{Type: discordgo.ApplicationCommandOptionAttachment, Name: "photo", Description: "d"},
			},
		}},
	}})
	if err != nil || len(registered) != 1 || registered[0].ID == "" {
		t.Fatalf("registered %v: %v", registered, err)
	}
	w.ada.SetLocale("fr")
	i, err := w.ada.Run(w.room, "rate pay", discordtest.Opt("score", 4), discordtest.Opt("who", w.ada),
		discordtest.Opt("photo", discordtest.Upload{Name: "a.txt", Type: "text/plain", Data: []byte("bytes")}))
	if err != nil {
		t.Fatal(err)
	}
	w.wait("the answer", func() bool { m, ok := i.Reply(); return ok && !m.Thinking })
	if m := w.ada.Sees(w.room)[0]; m.Content != "rate/pay 4 fr en-GB ada bytes" || !m.Ephemeral {
		t.Errorf("got %+v", m)
	}
}

func TestLibraryButtonModalAndUpdate(t *testing.T) {
	w := newWorld(t)
	s := w.bot(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		switch i.Type {
		case discordgo.InteractionMessageComponent:
			respond(t, s, i, discordgo.InteractionResponseModal, &discordgo.InteractionResponseData{
				CustomID: "reason", Title: i.MessageComponentData().CustomID,
				Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
					discordgo.TextInput{CustomID: "why", Label: "Why", Style: discordgo.TextInputParagraph, Required: true, MaxLength: 100},
				}}},
			})
		case discordgo.InteractionModalSubmit:
			row := i.ModalSubmitData().Components[0].(*discordgo.ActionsRow)
			respond(t, s, i, discordgo.InteractionResponseUpdateMessage, &discordgo.InteractionResponseData{
				Content: i.Message.Content + " because " + row.Components[0].(*discordgo.TextInput).Value,
			})
		}
	})
	channel, err := s.UserChannelCreate(w.ada.ID)
	if err != nil || channel.ID != w.ada.DM().ID {
		t.Fatalf("DM: %v %v", channel, err)
	}
	if _, err = s.ChannelMessageSendComplex(channel.ID, &discordgo.MessageSend{
		Content: "done",
		Components: []discordgo.MessageComponent{discordgo.ActionsRow{Components: []discordgo.MessageComponent{
			discordgo.Button{Label: "Withdraw", CustomID: "withdraw"},
		}}},
	}); err != nil {
		t.Fatal(err)
	}
	m, b, _ := w.ada.Newest("Withdraw")
	if _, err = w.ada.Press(m.ID, b.CustomID); err != nil {
		t.Fatal(err)
	}
	w.wait("the modal", func() bool { return len(w.ada.Modals()) == 1 })
	form := w.ada.Modals()[0]
	if form.Title != "withdraw" || form.Fields[0].Label != "Why" {
		t.Errorf("modal: %+v", form)
	}
	if _, err = w.ada.Submit(form, map[string]string{"why": "I erred"}); err != nil {
		t.Fatal(err)
	}
	w.wait("the update", func() bool { return w.ada.Sees(w.ada.DM())[0].Edits == 1 })
	if m = w.ada.Sees(w.ada.DM())[0]; m.Content != "done because I erred" || len(m.Buttons()) != 0 {
		t.Errorf("got %+v", m)
	}
}

func TestLibraryCompletes(t *testing.T) {
	w := newWorld(t)
	w.bot(func(s *discordgo.Session, i *discordgo.InteractionCreate) {
		o := i.ApplicationCommandData().Options[0]
		if !o.Focused {
			t.Error("nothing is being typed")
		}
		respond(t, s, i, discordgo.InteractionApplicationCommandAutocompleteResult, &discordgo.InteractionResponseData{
			Choices: []*discordgo.ApplicationCommandOptionChoice{{
				Name: o.StringValue() + "me", Value: "1",
				NameLocalizations: map[discordgo.Locale]string{discordgo.SpanishES: "acmé"},
			}},
		})
	})
	w.commands(command("rate", option(3, "what", o{"autocomplete": true})))
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for locale, want := range map[string]string{"de": "acme", "es-419": "acmé"} {
		w.ada.SetLocale(locale)
		got, err := w.ada.Complete(ctx, w.room, "rate", discordtest.Opt("what", "ac"))
		if err != nil || len(got) != 1 || got[0].Name != want || got[0].Value != "1" {
			t.Errorf("%s: %v %v", locale, got, err)
		}
	}
}

func TestLibraryReadsErrors(t *testing.T) {
	w := newWorld(t)
	s := w.client()
	w.ada.CloseDMs()
	_, err := s.ChannelMessageSend(w.ada.DM().ID, "hello")
	var rest *discordgo.RESTError
	if !errors.As(err, &rest) || rest.Response.StatusCode != 403 || rest.Message.Code != discordgo.ErrCodeCannotSendMessagesToThisUser {
		t.Errorf("closed DM: %v", err)
	}
	w.Fail(discordtest.Fault{Answer: discordtest.LimitedGlobally(7 * time.Second)})
	_, err = s.ChannelMessageSend(w.room.ID, "hello")
	var limit *discordgo.RateLimitError
	if !errors.As(err, &limit) || limit.RetryAfter != 7*time.Second {
		t.Errorf("429: %v", err)
	}
	w.Fail(discordtest.Fault{Answer: discordtest.CloudflareBan(time.Second)})
	if _, err = s.ChannelMessageSend(w.room.ID, "hello"); err == nil || errors.As(err, &limit) {
		t.Errorf("429 as a page: %v", err)
	}
	// The library tries a 502 again, up to three times: four messages.
	w.Fail(discordtest.Fault{Times: 4, After: true, Answer: discordtest.HTML(502)})
	if _, err = s.ChannelMessageSend(w.room.ID, "hello"); err == nil || len(w.room.Messages()) != 4 {
		t.Errorf("502: %v, %d messages", err, len(w.room.Messages()))
	}
}

func TestLibrarySendsFilesAndNonces(t *testing.T) {
	w := newWorld(t)
	s := w.client()
	if _, err := s.ChannelMessageSendComplex(w.room.ID, &discordgo.MessageSend{
		Embed: &discordgo.MessageEmbed{Title: "Card", Image: &discordgo.MessageEmbedImage{URL: "attachment://card.png"}},
		Files: []*discordgo.File{{Name: "card.png", ContentType: "image/png", Reader: bytes.NewReader([]byte("png"))}},
	}); err != nil {
		t.Fatal(err)
	}
	m := w.ada.Sees(w.room)[0]
	if file, ok := w.Download(m.Attachments[0]); !ok || string(file.Data) != "png" || m.Embeds[0].Title != "Card" {
		t.Errorf("got %+v", m)
	}
	for range 2 {
		url := discordgo.EndpointChannelMessages(w.room.ID)
		body := map[string]any{"content": "a", "nonce": "1", "enforce_nonce": true}
		if _, err := s.RequestWithBucketID(http.MethodPost, url, body, "send"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(w.room.Messages()); n != 2 {
		t.Errorf("%d messages", n)
	}
	list, err := s.ChannelMessages(w.room.ID, 100, "", m.ID, "")
	if err != nil || len(list) != 1 || list[0].Content != "a" {
		t.Errorf("after: %v %v", list, err)
	}
}

func TestLibraryResumes(t *testing.T) {
	w := newWorld(t)
	texts := make(chan string, 10)
	resumed := make(chan bool, 1)
	s := w.client()
	s.ShouldReconnectOnError = true
	s.SyncEvents = true
	s.AddHandler(func(_ *discordgo.Session, m *discordgo.MessageCreate) { texts <- m.Content })
	s.AddHandler(func(*discordgo.Session, *discordgo.Resumed) { resumed <- true })
	if err := s.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w.Reconnect()
	w.wait("the end of the connection", func() bool { return len(w.Gateway().Closes) == 1 })
	if code := w.Gateway().Closes[0]; code != 1012 {
		t.Errorf("closed with %d", code)
	}
	if _, err := w.ada.Say(w.ada.DM(), "missed"); err != nil {
		t.Fatal(err)
	}
	<-resumed
	if got := <-texts; got != "missed" {
		t.Errorf("got %q", got)
	}
	if g := w.Gateway(); g.Resumes != 1 || g.Identifies != 1 {
		t.Errorf("gateway: %+v", g)
	}
}

// A component type that the library does not know makes it hand over an empty
// message (discordgo message.go:167, components.go:74); the raw event has all.
func TestLibraryMeetsUnknownComponents(t *testing.T) {
	w := newWorld(t)
	empty := make(chan *discordgo.MessageCreate, 1)
	raw := make(chan *discordgo.Event, 10)
	w.bot(
		func(_ *discordgo.Session, m *discordgo.MessageCreate) { empty <- m },
		func(_ *discordgo.Session, e *discordgo.Event) {
			if e.Type == "MESSAGE_CREATE" {
				raw <- e
			}
		})
	w.Dispatch("MESSAGE_CREATE", o{
		"id": "1", "channel_id": w.room.ID, "guild_id": w.guild.ID, "author": o{"id": "2"}, "content": "hello",
		"components": []o{{"type": 999}},
	})
	if m := <-empty; m.Message.Author != nil || m.ID != "" {
		t.Errorf("got %+v", m.Message)
	}
	if e := <-raw; !bytes.Contains(e.RawData, []byte(`"content":"hello"`)) {
		t.Errorf("got %s", e.RawData)
	}
}
