package commands

import (
	"context"
	"fmt"
	"time"

	"manyhands/bots"
	"manyhands/bots/locale"
	"manyhands/core"
	"manyhands/core/collective"
	"manyhands/core/digest"
	"manyhands/core/grievance"
	"manyhands/core/worker"
)

// DigestKind is the kind of due work that sends a collective's digest; its
// subject is the collective's key.
const DigestKind = "digest"

// Digests shows and sends digests.
type Digests struct{ DigestNeeds }

// DigestNeeds are what Digests is made of.
type DigestNeeds struct {
	Collectives *collective.Service
	Store       digest.Store
	Due         bots.DueWork
	Clock       core.Clock
}

// NewDigests makes Digests.
func NewDigests(n DigestNeeds) *Digests { return &Digests{n} }

// Command declares /digest: what the worker's collectives have to do, now. A
// case is new once, here or in what comes by itself.
func (d *Digests) Command() *bots.Command {
	return &bots.Command{Name: "digest", May: bots.Coordinators, Run: func(ctx context.Context, c *bots.Call) (*bots.Answer, error) {
		mine, err := d.Collectives.OfWorker(ctx, c.Actor.Worker.ID)
		if err != nil {
			return nil, err
		}
		a := &bots.Answer{}
		for _, m := range mine {
			if !m.Member.Coordinator {
				continue
			}
			r, err := d.show(ctx, m.Collective, c.Actor.Worker.ID)
			if err != nil {
				return nil, err
			}
			a.Replies = append(a.Replies, r)
		}
		return a, nil
	}}
}

// show is a coordinator's digest; what it shows is new no more.
func (d *Digests) show(ctx context.Context, c collective.Collective, reader worker.ID) (*bots.Reply, error) {
	now := d.Clock()
	g, err := d.Store.Digest(ctx, c.ID, reader, now)
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	var shown []grievance.ID
	for _, s := range g.Sections() {
		for _, l := range s.Lines {
			shown = append(shown, l.ID)
		}
	}
	if err := d.Store.Seen(ctx, reader, now, shown...); err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	return digestReply(&g, c), nil
}

// digestReply is a digest in words: each case has a number, and each number a
// button. An empty one is one line.
func digestReply(g *digest.Digest, c collective.Collective) *bots.Reply {
	if g.Empty() {
		return bots.Say("digest.empty", "Collective", c.Name, "Count", g.Open, "Untaken", g.Untaken)
	}
	out := bots.Head("digest.title", "Collective", c.Name)
	titles := []string{"digest.overdue", "digest.new", "digest.mine", "digest.waiting", "digest.unacknowledged"}
	var buttons []bots.Button
	left := 0
	for i, s := range g.Sections() {
		left += s.All - len(s.Lines)
		if len(s.Lines) > 0 {
			out.Say(titles[i], "Count", s.All)
			buttons = append(buttons, lines(out, s.Lines, len(buttons)+1, g.At)...)
		}
	}
	if left > 0 {
		out.Note("digest.more", "Count", left)
	}
	if g.Untaken > 0 {
		out.Note("digest.untaken", "Count", g.Untaken)
	}
	if len(g.Targets) > 0 {
		out.Say("digest.targets")
	}
	for _, t := range g.Targets {
		out.Item("digest.target", "Name", t.Name, "Count", t.Cases, "Authors", locale.T("count.workers", "Count", t.Authors))
	}
	out.Rows(5, buttons...)
	var last []bots.Button
	if received(g) {
		last = append(last, bots.Do(locale.T("button.acknowledge_all"), "cases", "all", c.Ref))
	}
	return out.Row(append(last, casesButton())...)
}

// received tells whether the digest shows anything to acknowledge.
func received(g *digest.Digest) bool {
	for _, s := range g.Sections() {
		for _, l := range s.Lines {
			if l.State == grievance.Received {
				return true
			}
		}
	}
	return false
}

// Work does the due work of DigestKind: the whole digest to each coordinator
// in private, figures only to the collective's rooms. It runs in the
// transaction that forgets the work, and schedules the next: so each goes out
// once, whatever ends in between.
func (d *Digests) Work(ctx context.Context, due bots.Due) (*bots.Answer, error) {
	id, ok := collective.ParseID(due.Subject)
	if !ok {
		return nil, fmt.Errorf("digest: %q is no collective", due.Subject)
	}
	c, err := d.Collectives.Store.Collective(ctx, id)
	if core.KindOf(err) == core.NotFound {
		return nil, nil // gone since: there is nobody to tell
	}
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	a := &bots.Answer{}
	coordinators, err := d.Collectives.Coordinators(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	for _, w := range coordinators {
		r, err := d.show(ctx, c, w)
		if err != nil {
			return nil, err
		}
		a.Notify(bots.Notice{Worker: w, Reply: r, Member: id, Coordinator: true})
	}
	figures, err := d.Store.Figures(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	a.Notify(bots.Notice{Rooms: id, Reply: roomReply(c, figures)})
	now := d.Clock()
	if err := d.Store.SaveSent(ctx, id, now); err != nil {
		return nil, fmt.Errorf("digest: %w", err)
	}
	return a, d.schedule(ctx, c, now, now)
}

// roomReply is what everyone in a room may know.
func roomReply(c collective.Collective, f digest.Figures) *bots.Reply {
	out := bots.Say("digest.room", "Collective", c.Name)
	open, resolved := f.Shown()
	if open > 0 {
		out.Item("digest.room_open", "Count", open)
	}
	if resolved > 0 {
		out.Item("digest.room_resolved", "Count", resolved)
	}
	return out.ToRoom()
}

// Schedule sets when a collective's digest is due next: to be called when it
// is made, and when its zone, hour or day change.
func (d *Digests) Schedule(ctx context.Context, c collective.Collective) error {
	last, err := d.Store.Sent(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	return d.schedule(ctx, c, d.Clock(), last)
}

func (d *Digests) schedule(ctx context.Context, c collective.Collective, now, last time.Time) error {
	due := bots.Due{Kind: DigestKind, Subject: c.ID.String(), At: digest.Next(c, now, last)}
	if err := d.Due.Schedule(ctx, due); err != nil {
		return fmt.Errorf("digest: %w", err)
	}
	return nil
}

// Print is a collective's digest as plain text in its own language, for the
// server's keeper: what a coordinator is shown who has seen and taken nothing.
// Nothing is marked as seen. Refusal: NotFound "error.collective_unknown".
func (d *Digests) Print(ctx context.Context, ref core.Ref, words *locale.Catalogue) (string, error) {
	c, err := d.Collectives.Store.CollectiveByRef(ctx, ref)
	if err != nil {
		return "", err
	}
	g, err := d.Store.Digest(ctx, c.ID, worker.ID{}, d.Clock())
	if err != nil {
		return "", fmt.Errorf("digest: %w", err)
	}
	return digestReply(&g, c).In(words, locale.Match(c.Language)).Plain(), nil
}
