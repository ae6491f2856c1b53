// Package webchattest has what tests of the web chat need: a store in memory,
// and a stage on which transcripts are played through the real handler.
package webchattest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	"manyhands/adapters/webchat"
	"manyhands/core"
)

// Memory is a store that lives as long as the program.
type Memory struct {
	clock core.Clock
	mu    sync.Mutex
	lanes map[string]*memoryLane
	err   error
}

type memoryLane struct {
	last     int64
	ended    bool
	messages []memoryMessage
}

type memoryMessage struct {
	number, event int64
	parcel        string
	at            time.Time
	body          []byte
}

var _ webchat.Store = (*Memory)(nil)

// NewMemory makes an empty store.
func NewMemory(clock core.Clock) *Memory {
	return &Memory{clock: clock, lanes: map[string]*memoryLane{}}
}

// Fail lets every method return err until it is called with nil.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

// lane returns a lane, made where there is none; the lock is held.
func (m *Memory) lane(network, lane string) (*memoryLane, error) {
	key := network + "\x00" + lane
	if m.lanes[key] == nil {
		m.lanes[key] = &memoryLane{}
	}
	return m.lanes[key], m.err
}

// Show stores a message; see webchat.Store.
func (m *Memory) Show(_ context.Context, network, lane string, replaces int64, parcel string, body []byte) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, err := m.lane(network, lane)
	if err != nil || l.ended {
		return 0, err
	}
	for _, x := range l.messages {
		if x.parcel == parcel {
			return x.number, nil
		}
	}
	now := m.clock()
	l.last = max(l.last+1, now.UnixMicro())
	fresh := memoryMessage{number: l.last, event: l.last, parcel: parcel, at: now, body: body}
	for i, x := range l.messages {
		if x.number == replaces {
			fresh.number = replaces
			l.messages[i] = fresh
			return replaces, nil
		}
	}
	l.messages = append(l.messages, fresh)
	return fresh.number, nil
}

// Since tells what changed; see webchat.Store.
func (m *Memory) Since(_ context.Context, network, lane string, after int64, from time.Time, limit int,
	each func(number, event int64, at time.Time, body []byte) error,
) error {
	m.mu.Lock()
	l, err := m.lane(network, lane)
	var found []memoryMessage
	for _, x := range l.messages {
		if x.event > after && !x.at.Before(from) {
			found = append(found, x)
		}
	}
	m.mu.Unlock()
	if err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b memoryMessage) int { return cmp.Compare(a.event, b.event) })
	for _, x := range found[max(0, len(found)-limit):] {
		if err := each(x.number, x.event, x.at, x.body); err != nil {
			return err
		}
	}
	return nil
}

// Clear ends a session; see webchat.Store.
func (m *Memory) Clear(_ context.Context, network, lane string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, err := m.lane(network, lane)
	if err == nil {
		l.messages, l.ended = nil, true
	}
	return err
}

// Ended tells whether a session is over; see webchat.Store.
func (m *Memory) Ended(_ context.Context, network, lane string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, err := m.lane(network, lane)
	return l.ended, err
}

// Sweep erases what is old; see webchat.Store.
func (m *Memory) Sweep(_ context.Context, before time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, l := range m.lanes {
		l.messages = slices.DeleteFunc(l.messages, func(x memoryMessage) bool { return x.at.Before(before) })
	}
	return m.err
}

// Count is how many messages a lane holds.
func (m *Memory) Count(network, lane string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, _ := m.lane(network, lane)
	return len(l.messages)
}
