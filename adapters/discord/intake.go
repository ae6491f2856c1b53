package discord

import (
	"context"
	"fmt"
	"sync"
	"time"

	"manyhands/bots"
)

const (
	// mostWaiting is how many arrivals wait in memory to be stored before
	// the gateway has to wait too.
	mostWaiting = 10_000
	// storeAgain is the pause after a batch that could not be stored.
	storeAgain = time.Second
)

// intake takes events off the gateway, in order, and brings them to the
// receiver. The gateway is read by one goroutine, which take may hold up for as
// long as storing takes, but for no longer than pace.store in all: behind it
// wait other people's interactions, which have three seconds each.
type intake struct {
	d *Discord

	mu       sync.Mutex
	ctx      context.Context // Run's; nil where it does not run
	receiver bots.Receiver
	waiting  []item        // the oldest first
	came     chan struct{} // one waits for an arrival
	moved    chan struct{} // closed when a batch was stored
	tasks    sync.WaitGroup
}

// item is an arrival on its way into the store.
type item struct {
	arrival bots.Arrival
	at      time.Time
	stored  chan struct{} // closed when it is stored
}

func newIntake(d *Discord) *intake {
	return &intake{d: d, came: make(chan struct{}, 1), moved: make(chan struct{})}
}

// begin lets arrivals in until ctx ends. The end that it returns waits until
// what came is stored, or could not be at a last try, and is acknowledged.
func (in *intake) begin(ctx context.Context, r bots.Receiver) (end func()) {
	in.mu.Lock()
	in.ctx, in.receiver = ctx, r
	in.mu.Unlock()
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		in.store(ctx)
	}()
	return func() {
		in.mu.Lock()
		in.ctx = nil
		in.mu.Unlock()
		<-stopped
		in.tasks.Wait()
	}
}

// do runs a task beside the gateway; false where Run has ended.
func (in *intake) do(task func(ctx context.Context, r bots.Receiver)) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.ctx == nil {
		return false
	}
	ctx, r := in.ctx, in.receiver
	in.tasks.Go(func() { task(ctx, r) })
	return true
}

// take does with an event what has to be done at once. It is the library's
// handler: nothing that it does may panic, since nobody would recover
// (dg:event.go:166).
func (in *intake) take(kind string, raw []byte) {
	defer func() {
		if fault := recover(); fault != nil {
			in.d.log.Error("an event of Discord's could not be taken", "event", kind, "fault", fmt.Sprintf("%T", fault))
		}
	}()
	switch kind {
	case "INTERACTION_CREATE":
		i, err := readInteraction(raw)
		if err != nil {
			in.d.log.Error("an interaction cannot be read", "error", err)
			return
		}
		in.interaction(i, raw)
	case "MESSAGE_CREATE", "MESSAGE_UPDATE":
		m, err := readMessage(raw)
		if err != nil {
			in.d.log.Error("a message cannot be read", "error", err)
			return
		}
		if key := m.key(kind); key != "" {
			in.d.learnDirect(m.Author.ID, m.Channel)
			in.wait(in.put(arrival(kind, key, m.Author.ID, raw)))
		}
	}
}

// interaction answers at once what needs no store, and lets anything else be
// stored and acknowledged.
func (in *intake) interaction(i interaction, raw []byte) {
	switch {
	case i.user().ID == "" || i.user().Bot:
	case i.Type == askComplete:
		in.do(func(ctx context.Context, r bots.Receiver) { in.d.complete(ctx, r, i) })
	case i.form() != nil:
		in.do(func(ctx context.Context, _ bots.Receiver) { in.d.openForm(ctx, i) })
	case i.ack() != 0:
		done := in.d.acks.begin(i.ID) // before anybody can answer it
		it := in.put(arrival("INTERACTION_CREATE", "i:"+i.ID, i.user().ID, raw))
		if done != nil && (it == nil || !in.do(func(ctx context.Context, _ bots.Receiver) {
			defer done()
			in.d.acknowledge(ctx, i, it)
		})) {
			done()
		}
		in.wait(it)
	}
}

// put queues an arrival; nil where Run has ended.
func (in *intake) put(a bots.Arrival) *item {
	it := item{arrival: a, at: time.Now(), stored: make(chan struct{})}
	for {
		in.mu.Lock()
		if in.ctx == nil {
			in.mu.Unlock()
			return nil
		}
		if len(in.waiting) < mostWaiting {
			in.waiting = append(in.waiting, it)
			in.mu.Unlock()
			select {
			case in.came <- struct{}{}:
			default:
			}
			return &it
		}
		moved, ctx := in.moved, in.ctx
		in.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return nil
		}
	}
}

// wait holds the gateway up until an arrival is stored, or until storing takes
// too long.
func (in *intake) wait(it *item) {
	if it == nil {
		return
	}
	in.mu.Lock()
	oldest := it.at
	if len(in.waiting) > 0 && in.waiting[0].at.Before(oldest) {
		oldest = in.waiting[0].at
	}
	in.mu.Unlock()
	late := time.NewTimer(time.Until(oldest.Add(in.d.pace.store)))
	defer late.Stop()
	select {
	case <-it.stored:
	case <-late.C:
	}
}

// store brings what waits to the receiver, again and again until it is taken.
func (in *intake) store(ctx context.Context) {
	for {
		select {
		case <-in.came:
		case <-ctx.Done():
			// What was acknowledged should not be lost to a clean stop.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), in.d.pace.end)
			defer cancel()
			_ = in.storeAll(last)
			return
		}
		for in.storeAll(ctx) != nil && pause(ctx, storeAgain) {
		}
	}
}

// storeAll stores what waits in one batch.
func (in *intake) storeAll(ctx context.Context) error {
	in.mu.Lock()
	batch := in.waiting[:len(in.waiting):len(in.waiting)]
	in.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	arrivals := make([]bots.Arrival, len(batch))
	for i, it := range batch {
		arrivals[i] = it.arrival
	}
	if err := in.receiver.Receive(ctx, arrivals...); err != nil {
		if ctx.Err() == nil {
			in.d.log.Warn("what arrived could not be stored and will be tried again", "network", networkName, "error", err)
		}
		return err
	}
	in.mu.Lock()
	in.waiting = in.waiting[len(batch):]
	close(in.moved)
	in.moved = make(chan struct{})
	in.mu.Unlock()
	for _, it := range batch {
		close(it.stored)
	}
	return nil
}
