package bots

import (
	"context"
	"fmt"
	"strings"
	"time"

	"manyhands/bots/locale"
	"manyhands/core"
)

// post writes what came of a message into the outbox, in its transaction.
func (b *Bot) post(ctx context.Context, t *turn, a *Answer) error {
	if a == nil {
		a = &Answer{}
	}
	if len(a.Replies) == 0 && t.m.Slash != nil {
		a.Replies = append(a.Replies, Say("answer.nothing")) // a slash command waits for an answer
	}
	var rows []Outbound
	for i, r := range a.Replies {
		row := Outbound{ID: core.NewKey(t.now, b.Random), Network: t.network.Name(), To: t.m.Here, First: i == 0, Worker: t.met.Worker.ID}
		row.Out = r.In(b.Catalogue, t.lang)
		if t.m.Chat.Room && !t.m.PrivateSeen {
			if !r.Room {
				row.To = t.met.Private
				if i == 0 && strings.ContainsAny(t.m.Text, " \n") && (t.command == nil || !t.command.RoomOnly) {
					row.Out = r.Note("room.seen_by_all").In(b.Catalogue, t.lang)
				}
			}
			if row.To.Data == "" {
				row.To, row.Out = t.m.Here, b.inPrivate(t.network).In(b.Catalogue, t.lang)
				rows = append(rows, row)
				break
			}
		}
		if r.InPlace && t.m.Press != nil {
			row.Out.Edit = t.m.Press.Message
		}
		rows = append(rows, row)
	}
	more, err := b.notices(ctx, t.now, a.Notices)
	if err != nil {
		return err
	}
	if rows = append(rows, more...); len(rows) == 0 {
		return nil
	}
	if err := b.Store.Post(ctx, rows...); err != nil {
		return fmt.Errorf("post: %w", err)
	}
	return nil
}

// inPrivate is all that a room sees of an answer that cannot be given there.
func (b *Bot) inPrivate(n Network) *Reply {
	r := Say("room.in_private").ToRoom()
	if l, ok := n.(Linker); ok {
		if url := l.Link("hello"); url != "" {
			r.Row(Button{Label: locale.T("button.private"), URL: url})
		}
	}
	return r
}

// notices finds where notices go, and puts each into its reader's language.
func (b *Bot) notices(ctx context.Context, now time.Time, notices []Notice) ([]Outbound, error) {
	var rows []Outbound
	for _, n := range notices {
		var lang locale.Lang
		var reach []Reach
		if n.Worker.IsZero() {
			language, rooms, err := b.Store.Rooms(ctx, n.Rooms)
			if err != nil {
				return nil, fmt.Errorf("rooms: %w", err)
			}
			lang, reach = locale.Match(language), rooms
		} else {
			w, addresses, err := b.Store.Addresses(ctx, n.Worker)
			if err != nil {
				return nil, fmt.Errorf("addresses: %w", err)
			}
			lang = LangOf(w)
			reach = addresses[:min(1, len(addresses))]
		}
		r := n.Reply
		if r.Sensitive {
			r = Say("notice.news").Row(Do(locale.T("button.mine"), "mine", actionRun, ""))
		}
		for _, to := range reach {
			row := Outbound{
				ID: core.NewKey(now, b.Random), Network: to.Network, To: to.To, Out: r.In(b.Catalogue, lang),
				Worker: n.Worker, Member: n.Member, Coordinator: n.Coordinator,
			}
			row.Out.Notice = true
			rows = append(rows, row)
		}
	}
	return rows, nil
}

const (
	// maxSends is how often a row is tried before it is given up.
	maxSends = 30
	// backoffLeast and backoffMost bound the wait after a failed send; it
	// doubles in between.
	backoffLeast = time.Second
	backoffMost  = 10 * time.Minute
)

func backoff(attempts int) time.Duration {
	d := backoffLeast << min(attempts, 20)
	return min(d, backoffMost)
}

// sendLane sends a lane's rows in order until it is empty or has to wait.
func (b *Bot) sendLane(ctx context.Context, lane string) error {
	for ctx.Err() == nil {
		row, may, found, err := b.Store.First(ctx, lane, b.Clock())
		if err != nil {
			return fmt.Errorf("outbox: %w", err)
		}
		if !found {
			return nil
		}
		if !may {
			if err := b.Store.Abandon(ctx, row.ID, b.Clock(), "may not be read any more"); err != nil {
				return err
			}
			continue
		}
		if err := b.send(ctx, row); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// send delivers what is left of one row and keeps account of it.
func (b *Bot) send(ctx context.Context, row Outbound) error {
	network := b.networks[row.Network]
	if network == nil {
		return b.Store.Postpone(ctx, row.ID, b.Clock().Add(backoffMost))
	}
	var parts []Part
	err := caught(func(context.Context) (err error) {
		parts, err = network.Split(row.Out)
		return err
	})(ctx)
	if err != nil {
		return b.Store.Abandon(ctx, row.ID, b.Clock(), "cannot be rendered")
	}
	sent := row.Sent
	for i := len(sent); i < len(parts); i++ {
		p := Parcel{ID: fmt.Sprintf("%x.%d", row.ID[:10], i), To: row.To, Part: parts[i], First: row.First && i == 0}
		if i == 0 {
			p.Edit = row.Out.Edit
		}
		id, err := network.Send(ctx, p)
		if err != nil {
			var done bool
			if id, done, err = b.sendFailed(ctx, network, row, p, err); done || err != nil {
				return err
			}
		}
		sent = append(sent, id)
		if err := b.Store.PartSent(ctx, row.ID, sent, i == len(parts)-1, b.Clock()); err != nil {
			return fmt.Errorf("mark sent: %w", err)
		}
	}
	if len(parts) == 0 {
		return b.Store.PartSent(ctx, row.ID, sent, true, b.Clock())
	}
	return nil
}

// sendFailed does what a failure asks for. done is true where the row needs
// nothing more now.
func (b *Bot) sendFailed(ctx context.Context, n Network, row Outbound, p Parcel, err error) (id string, done bool, _ error) {
	if ctx.Err() != nil {
		return "", true, ctx.Err()
	}
	f := FailureOf(err)
	now := b.Clock()
	switch f.Failure {
	case Refused:
		if len(p.Part.Plain) > 0 {
			p.Part = Part{Body: p.Part.Plain}
			p.Edit = ""
			p.ID += "p"
			if id, err := n.Send(ctx, p); err == nil {
				return id, false, nil
			}
		}
		b.Log.Error("a reply was refused and given up", "network", row.Network, "reason", f.Reason)
		return "", true, b.Store.Abandon(ctx, row.ID, now, f.Reason)
	case Gone:
		if err := b.Store.Unreachable(ctx, row.Network, row.To); err != nil {
			return "", true, err
		}
		return "", true, b.Store.Abandon(ctx, row.ID, now, f.Reason)
	case Moved:
		return "", true, b.Store.InTx(ctx, func(ctx context.Context) error {
			return b.Store.Move(ctx, row.Network, row.To, f.MovedTo)
		})
	default:
		if row.Attempts+1 >= maxSends {
			b.Log.Error("a reply was given up after many attempts", "network", row.Network, "reason", f.Reason)
			return "", true, b.Store.Abandon(ctx, row.ID, now, f.Reason)
		}
		wait := max(f.After, backoff(row.Attempts))
		return "", true, b.Store.Postpone(ctx, row.ID, now.Add(wait))
	}
}
