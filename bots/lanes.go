package bots

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// lanesAtOnce is how many lanes are worked on at the same time.
	lanesAtOnce = 16
	// lanesRead is how many lanes are asked for at a time.
	lanesRead = 64
	// lanesPause is how long a lane that failed rests, and how often the
	// store is asked without having been woken (rows whose time has come).
	lanesPause = time.Second
)

// lanes works on many lanes at once and on each in order.
type lanes struct {
	list func(ctx context.Context, limit int) ([]string, error)
	work func(ctx context.Context, lane string) error

	woken chan struct{}
	mu    sync.Mutex
	busy  map[string]bool
}

func newLanes(list func(context.Context, int) ([]string, error), work func(context.Context, string) error) *lanes {
	return &lanes{list: list, work: work, woken: make(chan struct{}, 1), busy: map[string]bool{}}
}

func (l *lanes) wake() {
	select {
	case l.woken <- struct{}{}:
	default:
	}
}

func (l *lanes) claim(lane string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy[lane] {
		return false
	}
	l.busy[lane] = true
	return true
}

func (l *lanes) release(lane string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.busy, lane)
}

// run works until ctx ends; failures are told to complain and tried again.
func (l *lanes) run(ctx context.Context, complain func(error)) {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, lanesAtOnce)
	tick := time.NewTicker(lanesPause)
	defer tick.Stop()
	for {
		names, err := l.list(ctx, lanesRead)
		if err != nil && ctx.Err() == nil {
			complain(err)
		}
		for _, lane := range names {
			if !l.claim(lane) {
				continue
			}
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				l.release(lane)
				return
			}
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := l.work(ctx, lane)
				if err != nil && ctx.Err() == nil {
					complain(err)
					pause(ctx, lanesPause)
				}
				l.release(lane)
				<-slots
				if err == nil {
					l.wake() // something may have come while it was finishing
				}
			}()
		}
		select {
		case <-ctx.Done():
			return
		case <-l.woken:
		case <-tick.C:
		}
	}
}

// drain works until no lane has anything left that can be done now. It says
// whether there was anything. A lane's failure is tried again until the store
// says that nothing is pending.
func (l *lanes) drain(ctx context.Context) (bool, error) {
	did := false
	for {
		names, err := l.list(ctx, lanesRead)
		if err != nil || len(names) == 0 {
			return did, err
		}
		did = true
		var wg sync.WaitGroup
		errs := make([]error, len(names))
		for i, lane := range names {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for range MaxAttempts {
					if errs[i] = l.work(ctx, lane); errs[i] == nil {
						return
					}
				}
			}()
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return did, err
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
