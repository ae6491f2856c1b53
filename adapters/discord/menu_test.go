package discord

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"manyhands/adapters/discord/discordtest"
	"manyhands/bots"
)

// notes is a State in memory.
type notes map[string]string

func (n notes) Recall(_ context.Context, key string) (string, error) { return n[key], nil }

func (n notes) Remember(_ context.Context, key, value string) error {
	n[key] = value
	return nil
}

func run(context.Context, *bots.Call) (*bots.Answer, error) { return nil, nil }

func commands() []*bots.Command {
	many := &bots.Command{Name: "many", Params: []bots.Param{{Name: "again", Kind: bots.OneOf{Prefix: "again", Values: []string{"yes", "no"}}}}}
	for i := range 30 {
		many.Params = append(many.Params, bots.Param{Name: fmt.Sprint("p", i), Kind: bots.Day{}})
	}
	return []*bots.Command{
		rate(), many,
		{Name: "help"},
		{Name: "secret", Hidden: true},
		{Name: "collective", Run: run, Subs: []*bots.Command{
			{Name: "collective_create", Params: []bots.Param{{Name: "name", Kind: bots.Line{Max: 50}}}},
			{Name: "collective_room", RoomOnly: true},
		}},
		{Name: "bind", RoomOnly: true},
	}
}

func puts(w *world) int {
	n := 0
	for _, c := range w.Calls() {
		if c.Method == "PUT" {
			n++
		}
	}
	return n
}

func TestMenu(t *testing.T) {
	w := newWorld(t)
	w.menu(commands()...)
	byName := map[string]discordtest.Command{}
	for _, c := range w.Commands(nil) {
		byName[c.Name] = c
	}
	if len(byName) != 5 {
		t.Errorf("%d commands", len(byName))
	}
	r := byName["rate"]
	if len(r.Options) != 3 || !r.Options[0].Autocomplete || len(r.Options[1].Choices) != 5 || r.Options[1].Choices[1].Value != "2" || r.Options[2].Autocomplete {
		t.Errorf("rate: %+v", r)
	}
	for _, o := range r.Options {
		if o.Required {
			t.Errorf("%s is required", o.Name)
		}
	}
	if len(*r.Contexts) != 3 || len(r.IntegrationTypes) != 2 || r.DefaultMemberPermissions != nil || len(*byName["bind"].Contexts) != 1 {
		t.Errorf("places: %+v", r)
	}
	if m := byName["many"]; len(m.Options) != 25 || len(m.Options[0].Choices) != 2 {
		t.Errorf("many: %d options, %+v", len(m.Options), m.Options[0])
	}
	c := byName["collective"]
	if len(c.Options) != 3 || c.Options[0].Name != bareName || c.Options[1].Name != "create" || c.Options[1].Options[0].Name != "name" {
		t.Errorf("collective: %+v", c.Options)
	}
	if h := byName["help"]; h.Description == "help" || len(h.DescriptionLocalizations) == 0 && h.Description == "" {
		t.Errorf("help: %+v", h)
	}
}

func TestMenuIsPublishedWhereItChanged(t *testing.T) {
	w := newWorld(t)
	state := notes{}
	publish := func(of ...*bots.Command) {
		t.Helper()
		if err := w.network(state).PublishMenu(w.ctx, bots.Menu{Commands: of, Catalogue: w.catalogue}); err != nil {
			t.Fatal(err)
		}
	}
	publish(commands()...)
	publish(commands()...)
	if n := puts(w); n != 1 {
		t.Errorf("published %d times", n)
	}
	publish(commands()[1:]...)
	if n := puts(w); n != 2 || len(w.Commands(nil)) != 4 {
		t.Errorf("published %d times", n)
	}
	w.Fail(discordtest.Fault{Method: "PUT", Answer: discordtest.Refuse(400, 30034, "Max number of daily application command creates has been reached (200)")})
	d := w.network(state)
	err := d.PublishMenu(w.ctx, bots.Menu{Commands: commands(), Catalogue: w.catalogue})
	var failed *refusal
	if !errors.As(err, &failed) || failed.code != 30034 {
		t.Errorf("got %v", err)
	}
	if err = d.PublishMenu(w.ctx, bots.Menu{Commands: commands(), Catalogue: w.catalogue}); err != nil || len(w.Commands(nil)) != 5 {
		t.Errorf("what was refused was taken as published: %v", err)
	}
}

func TestMenuThatDiscordWouldRefuseIsNamed(t *testing.T) {
	w := newWorld(t)
	for word, c := range map[string]*bots.Command{
		"name":     {Name: "Rate"},
		"too long": {Name: strings.Repeat("a", 33)},
	} {
		err := w.d.PublishMenu(w.ctx, bots.Menu{Commands: []*bots.Command{c}, Catalogue: w.catalogue})
		if err == nil || !strings.Contains(err.Error(), c.Name) {
			t.Errorf("%s: %v", word, err)
		}
	}
	if puts(w) != 0 {
		t.Error("something was published")
	}
}
