package vault

import (
	"container/list"
	"sync"
	"time"

	"github.com/tink-crypto/tink-go/v2/tink"

	"manyhands/core"
)

// mostOpened is how many opened keys are held; the least used goes first.
const mostOpened = 2048

// opened holds the keys in use, unwrapped. Safe for many goroutines.
type opened struct {
	clock core.Clock

	mu    sync.Mutex
	byID  map[string]*list.Element // of *openKey
	order *list.List               // the last used first
	now   mark
}

// mark counts how often a key was dropped. A key fetched before a drop must
// not be held after it: it may be the one that was dropped.
type mark uint64

type openKey struct {
	id    string
	aead  tink.AEAD
	until time.Time
}

func newOpened(clock core.Clock) *opened {
	return &opened{clock: clock, byID: map[string]*list.Element{}, order: list.New()}
}

// get returns an opened key, or nil.
func (o *opened) get(id string) tink.AEAD {
	now := o.clock()
	o.mu.Lock()
	defer o.mu.Unlock()
	e := o.byID[id]
	if e == nil {
		return nil
	}
	k := e.Value.(*openKey)
	if !now.Before(k.until) {
		o.remove(e)
		return nil
	}
	o.order.MoveToFront(e)
	return k.aead
}

// mark is taken before a key is fetched, and given to put.
func (o *opened) mark() mark {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.now
}

// put holds a key, unless one was dropped since its mark.
func (o *opened) put(id string, a tink.AEAD, seen mark) {
	until := o.clock().Add(CacheFor)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.now != seen {
		return
	}
	if e := o.byID[id]; e != nil {
		o.remove(e)
	}
	o.byID[id] = o.order.PushFront(&openKey{id: id, aead: a, until: until})
	for o.order.Len() > mostOpened {
		o.remove(o.order.Back())
	}
}

func (o *opened) drop(id string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.now++
	if e := o.byID[id]; e != nil {
		o.remove(e)
	}
}

// remove is called with mu held.
func (o *opened) remove(e *list.Element) {
	o.order.Remove(e)
	delete(o.byID, e.Value.(*openKey).id)
}
