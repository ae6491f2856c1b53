package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/bots/transcript"
	"manyhands/core"
)

// forge is a network on which anything can be said: an arrival is the message
// it means.
type forge struct{}

func (forge) Name() string                                   { return "forge" }
func (forge) Run(ctx context.Context, _ bots.Receiver) error { <-ctx.Done(); return nil }
func (forge) Readers() locale.Text                           { return locale.T("readers.console") }
func (forge) Send(context.Context, bots.Parcel) (string, error) {
	return "1", nil
}

func (forge) Split(o bots.Outgoing) ([]bots.Part, error) {
	return []bots.Part{{Body: []byte(o.Plain())}}, nil
}

func (forge) Decode(a bots.Arrival) (m bots.Message, err error) {
	err = json.Unmarshal(a.Raw, &m)
	return m, err
}

// forgery says things to a program on the forge.
type forgery struct {
	t   *testing.T
	p   *Program
	log *lockedBuffer
	n   int
}

func newForgery(t *testing.T) *forgery {
	f := &forgery{t: t, log: new(lockedBuffer)}
	var err error
	f.p, err = Open(t.Context(), scriptSettings(t, false), Parts{
		Clock: transcript.NewClock(scriptStart).Now, Random: newSeeded(), Log: slog.New(slog.NewTextHandler(f.log, nil)),
		Networks: func(*Program) ([]bots.Network, error) { return []bots.Network{forge{}}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.p.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func (f *forgery) send(m bots.Message) {
	f.t.Helper()
	f.n++
	m.From.ID = "attacker"
	m.Here = bots.Address{Lane: "attacker", Data: "attacker"}
	m.Private = m.Here
	raw, err := json.Marshal(m)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.p.Bot.Receive(f.t.Context(), bots.Arrival{Network: "forge", Key: fmt.Sprint(f.n), Lane: "attacker", Raw: raw}); err != nil {
		f.t.Fatal(err)
	}
}

// done handles what was sent; nothing of it may be a fault of ours.
func (f *forgery) done(what string) {
	f.t.Helper()
	if _, err := f.p.Bot.Drain(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	if log := string(f.log.Bytes()); strings.Contains(log, "set aside") {
		f.t.Fatalf("%s: a forged message is a fault: %s", what, log)
	}
}

// Whoever writes a button's data themselves gets an answer, and never a fault,
// whatever command, action and version it names, and whatever is in progress.
func TestForgedButtonsAreNoFaults(t *testing.T) {
	t.Parallel()
	f := newForgery(t)
	platforms := func() (ref core.Ref) {
		err := f.p.DB.View(t.Context(), func(ctx context.Context) error {
			all, err := f.p.Directory.Platforms(ctx)
			if err == nil && len(all) == 0 {
				err = errors.New("no platforms")
			}
			if err == nil {
				ref = all[0].Ref
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return ref
	}()
	actions := []string{
		"run", "skip", "save", "save-x", "resume", "write", "pick", "clear", "clear-x", "set", "set-x-y", "set-fair-9", "set-again-zz", "set-kind-zz",
		"ask-x", "ask-comment", "choose-zz", "nest-cancel", "nest-back", "nest-cases", "nest-add", "open", "read", "take", "list-99999999999", "all", "sure",
	}
	names := []string{"nothing"}
	for _, c := range f.p.Bot.Registry.Commands {
		names = append(names, c.Name)
		for _, s := range c.Subs {
			names = append(names, s.Name)
		}
	}
	versions := []string{"0", "zik0z0"}
	if raced {
		versions = versions[:1]
	}
	for _, name := range names {
		f.send(bots.Message{Text: "/" + strings.ReplaceAll(name, "_", " ")})
		for _, action := range actions {
			for _, subject := range []core.Ref{"", platforms} {
				for _, version := range versions {
					f.send(bots.Message{Press: &bots.Press{Data: strings.Join([]string{name, action, string(subject), version}, ".")}})
				}
			}
			f.send(bots.Message{Written: &bots.Written{Data: name + "." + action + "..0", Text: "x"}})
		}
		if name != "forget" {
			f.done(name)
		}
	}
	f.done("all")
}

// A line of any length is answered while others wait for no noticeable time:
// what is longer than anybody writes is not read.
func TestEndlessLinesAreNotRead(t *testing.T) {
	t.Parallel()
	f := newForgery(t)
	for _, line := range []string{
		"/collective settings " + strings.Repeat("zone x ", 9000), "/rate toloka " + strings.Repeat("pay 1 ", 9000),
		"/report toloka kind other " + strings.Repeat("amount 1 ", 9000), strings.Repeat("a", 100_000), strings.Repeat("\u0301", 20_000),
	} {
		f.send(bots.Message{Text: line})
		f.send(bots.Message{Written: &bots.Written{Data: "rate.write..0", Text: line}})
		f.send(bots.Message{Slash: &bots.Slash{Command: "rate", Options: map[string]string{"comment": line}}})
	}
	f.done("endless lines")
}
