package bots

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/worker"
)

// MaxAttempts is how often a message is tried before it is set aside.
const MaxAttempts = 3

// Parts are what a Bot is made of.
type Parts struct {
	Store     Store
	Networks  []Network
	Registry  *Registry
	Catalogue *locale.Catalogue
	Clock     core.Clock
	Random    core.Random
	Log       *slog.Logger
	// FreeText names the command that takes what is typed outside any
	// dialog and is no command.
	FreeText string
	// Coordinates tells whether a worker coordinates any collective.
	Coordinates func(ctx context.Context, w worker.ID) (bool, error)
	// Due does work with a time, by its kind.
	Due map[string]DueFunc
}

// Bot receives, handles and sends.
type Bot struct {
	Parts
	networks map[string]Network
	inbox    *lanes
	outbox   *lanes
}

// New makes a bot of its parts.
func New(p Parts) *Bot {
	b := &Bot{Parts: p, networks: map[string]Network{}}
	var served []string
	for _, n := range p.Networks {
		b.networks[n.Name()] = n
		served = append(served, n.Name())
	}
	b.inbox = newLanes(func(ctx context.Context, limit int) ([]string, error) {
		return p.Store.InboxLanes(ctx, served, limit)
	}, b.handleLane)
	b.outbox = newLanes(func(ctx context.Context, limit int) ([]string, error) {
		return p.Store.OutboxLanes(ctx, served, p.Clock(), limit)
	}, b.sendLane)
	return b
}

// Receive stores a batch in one commit; see Receiver.
func (b *Bot) Receive(ctx context.Context, batch ...Arrival) error {
	if len(batch) == 0 {
		return nil
	}
	n, err := b.Store.Receive(ctx, b.Clock(), batch)
	if err != nil {
		return fmt.Errorf("receive: %w", err)
	}
	if n > 0 {
		b.inbox.wake()
	}
	return nil
}

// handleLane handles one lane until it is empty, in order.
func (b *Bot) handleLane(ctx context.Context, lane string) error {
	for ctx.Err() == nil {
		p, found, err := b.Store.TakeUp(ctx, lane)
		if err != nil {
			return fmt.Errorf("take up: %w", err)
		}
		if !found {
			return nil
		}
		if p.Attempts > MaxAttempts {
			err = errors.New("the program ended while handling it") // every time
		} else {
			err = b.handle(ctx, p)
		}
		if err == nil {
			b.outbox.wake()
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if p.Attempts < MaxAttempts {
			b.Log.Warn("a message failed and will be tried again", "network", p.Network, "attempt", p.Attempts, "error", err)
			return err
		}
		if err := b.setAside(ctx, p, err); err != nil {
			return err
		}
		b.outbox.wake()
	}
	return ctx.Err()
}

// handle makes all of a message happen, or none.
func (b *Bot) handle(ctx context.Context, p Pending) error {
	network := b.networks[p.Network]
	if network == nil {
		return fmt.Errorf("handle: the network %q is not served here", p.Network)
	}
	m, err := network.Decode(p.Arrival)
	if err != nil {
		return fmt.Errorf("handle: decode: %w", err)
	}
	err = b.Store.InTx(ctx, caught(func(ctx context.Context) error {
		first, err := b.Store.Handled(ctx, p.Handle, b.Clock())
		if err != nil || !first {
			return err
		}
		return b.message(ctx, network, m)
	}))
	if err != nil {
		return fmt.Errorf("handle: %w", err)
	}
	return nil
}

// caught makes an error of a panic: a fault of ours in one message must not
// take the others down. It says what kind of fault and where, and no value,
// which may be somebody's words.
func caught(fn func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		defer func() {
			if fault := recover(); fault != nil {
				err = fmt.Errorf("a panic of type %T at %s", fault, faultyLine())
			}
		}()
		return fn(ctx)
	}
}

// faultyLine is the innermost line of our own code on a panicking stack.
func faultyLine() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "manyhands/") {
			return fmt.Sprintf("%s:%d", filepath.Base(f.File), f.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}

// message runs in the transaction of one message.
func (b *Bot) message(ctx context.Context, network Network, m Message) error {
	switch m.Event {
	case "":
	case ChatMoved:
		return b.Store.Move(ctx, network.Name(), m.Here, m.MovedTo)
	case Blocked:
		return b.Store.Unreachable(ctx, network.Name(), m.Here)
	default:
		return nil
	}
	if m.From.Anonymous {
		return b.anonymous(ctx, network, m)
	}
	now := b.Clock()
	private := m.Private
	if m.Chat.Room && m.PrivateSeen {
		private = Address{} // an ephemeral answer's address does not last
	}
	met, err := b.Store.Meet(ctx, worker.Account{Network: network.Name(), UserID: m.From.ID}, private, m.From.Language,
		worker.Worker{ID: worker.ID(core.NewKey(now, b.Random)), Pseudonym: worker.NewPseudonym(b.Random), Since: now})
	if err != nil {
		return fmt.Errorf("meet: %w", err)
	}
	t := &turn{b: b, network: network, m: m, met: met, lang: LangOf(met.Worker), now: now}
	lane := m.Here.Lane
	if m.Chat.Room && !m.PrivateSeen {
		lane = met.Private.Lane // what is personal goes on in private
	}
	if t.dialog, err = b.Store.Dialog(ctx, met.Worker.ID, network.Name(), lane); err != nil {
		return fmt.Errorf("dialog: %w", err)
	}
	t.unpack()
	answer, err := t.run(ctx)
	if err != nil {
		return err
	}
	if answer != nil && answer.Lang != "" {
		t.lang = answer.Lang
	}
	if answer != nil && answer.Forgotten {
		t.met, t.changed = Met{}, false
	} else {
		t.pack(answer)
	}
	if t.changed && lane != "" {
		if err := b.Store.SaveDialog(ctx, met.Worker.ID, network.Name(), lane, t.dialog, now); err != nil {
			return fmt.Errorf("save dialog: %w", err)
		}
	}
	return b.post(ctx, t, answer)
}

// anonymous answers a command of someone who speaks as the room itself.
func (b *Bot) anonymous(ctx context.Context, network Network, m Message) error {
	if !strings.HasPrefix(m.Text, "/") {
		return nil
	}
	r := Say("room.anonymous").ToRoom()
	if l, ok := network.(Linker); ok {
		if url := l.Link("hello"); url != "" {
			r.Row(Button{Label: locale.T("button.private"), URL: url})
		}
	}
	t := &turn{b: b, network: network, m: m, lang: locale.Match(m.From.Language), now: b.Clock()}
	return b.post(ctx, t, Answered(r))
}

// LangOf is the language a worker reads: what they chose, else their
// network's hint.
func LangOf(w worker.Worker) locale.Lang {
	if w.Language != "" {
		return locale.Match(w.Language)
	}
	return locale.Match(w.Hint)
}

// setAside gives up on a message, and tells the person a reference.
func (b *Bot) setAside(ctx context.Context, p Pending, cause error) error {
	reference := string(core.NewRef(b.Random))[:8]
	b.Log.Error("a message was set aside", "network", p.Network, "reference", reference, "error", cause)
	err := b.Store.InTx(ctx, func(ctx context.Context) error {
		if err := b.Store.SetAside(ctx, p.Handle, b.Clock(), reference, errorClass(cause)); err != nil {
			return err
		}
		network := b.networks[p.Network]
		if network == nil {
			return nil
		}
		m, err := network.Decode(p.Arrival)
		if err != nil || m.Event != "" || m.Here.Data == "" {
			return nil // what cannot be decoded has nobody to answer
		}
		t := &turn{b: b, network: network, m: m, lang: locale.Match(m.From.Language), now: b.Clock()}
		return b.post(ctx, t, Answered(Say("error.incident", "Reference", locale.Plain(reference))))
	})
	if err != nil {
		return fmt.Errorf("set aside: %w", err)
	}
	return nil
}

// errorClass is what of an error may be kept: the texts of our own wrapping,
// which hold nothing personal; a driver's error may quote values, so only its
// type is kept.
func errorClass(err error) string {
	for e := err; e != nil; e = errors.Unwrap(e) {
		err = e
	}
	return fmt.Sprintf("%T", err)
}

// turn is one message being handled.
type turn struct {
	b       *Bot
	network Network
	m       Message
	met     Met
	lang    locale.Lang
	now     time.Time
	dialog  *Dialog
	changed bool
	// command is the one that the message began, if it began one.
	command *Command
	// unsure is true where a sentence begins like a keyword: it is shown
	// before it is saved.
	unsure bool
	// offered and shelved are what the dialog's row remembers besides.
	offered []Offer
	shelved *Dialog
}

func (t *turn) actor() Actor { return Actor{Worker: t.met.Worker, Lang: t.lang} }

func (t *turn) reading(args Args) Reading {
	return Reading{Lang: t.lang, Now: t.now, Actor: t.actor(), Args: args, Catalogue: t.b.Catalogue}
}

// setDialog replaces the dialog in progress; nil ends it.
func (t *turn) setDialog(d *Dialog) {
	t.dialog, t.changed = d, true
}
