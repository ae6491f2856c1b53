package webchat

import (
	"slices"
	"sync"
	"time"
)

const (
	// maxLines is how many pages of one session are kept up to date at a
	// time. Browsers open at most six connections to a host over HTTP/1.1,
	// and the page needs one to send.
	maxLines = 4
	// mostLines is how many pages of all sessions are kept up to date at a
	// time: one takes some 60 kB, and anyone can open them.
	mostLines = 2000
	// workingAtMost is how long an answer is said to be under way.
	workingAtMost = time.Minute
)

// ending is why a line ends.
type ending string

const (
	endLeft      ending = "left"      // the session has ended
	endElsewhere ending = "elsewhere" // too many pages: the oldest goes quiet
	endStopped   ending = "stopped"   // the program stops
)

// hub wakes the open lines of a lane when something was stored for it. It
// holds no message: a line reads the store from where it stands, so nothing
// can be lost or come out of order between the two.
type hub struct {
	mu      sync.Mutex
	stopped bool
	most    int // lines at a time
	open    int // lines now
	lanes   map[string]*laneLines
}

type laneLines struct {
	lines   []*line
	working time.Time // since when an answer is under way, or zero
}

// line is one open page.
type line struct {
	woken chan struct{}
	ended chan ending
}

func newHub() *hub { return &hub{most: mostLines, lanes: map[string]*laneLines{}} }

// stop ends every line and lets no new one in.
func (h *hub) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = true
	for _, l := range h.lanes {
		l.end(endStopped)
	}
	clear(h.lanes)
}

// add adds a line to a lane, until close; nil where the program is stopping or
// has as many as it takes. Beyond maxLines the lane's oldest is ended.
func (h *hub) add(lane string) *line {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || h.open >= h.most {
		return nil
	}
	h.open++
	l := h.of(lane)
	for len(l.lines) >= maxLines {
		l.lines[0].ended <- endElsewhere
		l.lines = l.lines[1:]
	}
	n := &line{woken: make(chan struct{}, 1), ended: make(chan ending, 1)}
	l.lines = append(l.lines, n)
	return n
}

// close takes away what add gave, once, also where it was ended before.
func (h *hub) close(lane string, gone *line) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
	if l := h.lanes[lane]; l != nil {
		l.lines = slices.DeleteFunc(l.lines, func(x *line) bool { return x == gone })
		if len(l.lines) == 0 {
			delete(h.lanes, lane)
		}
	}
}

// shown wakes a lane's lines; answered ends the sign that an answer is under
// way.
func (h *hub) shown(lane string, answered bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.lanes[lane]; l != nil {
		if answered {
			l.working = time.Time{}
		}
		l.wake()
	}
}

// working says that an answer is under way. Without an open line nobody would
// see it, and it is not kept.
func (h *hub) working(lane string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.lanes[lane]; l != nil {
		l.working = time.Now()
		l.wake()
	}
}

// isWorking tells whether an answer is under way.
func (h *hub) isWorking(lane string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	l := h.lanes[lane]
	return l != nil && !l.working.IsZero() && time.Since(l.working) < workingAtMost
}

// end tells a lane's lines that the session is over.
func (h *hub) end(lane string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if l := h.lanes[lane]; l != nil {
		l.end(endLeft)
		delete(h.lanes, lane)
	}
}

func (h *hub) of(lane string) *laneLines {
	if h.lanes[lane] == nil {
		h.lanes[lane] = &laneLines{}
	}
	return h.lanes[lane]
}

func (l *laneLines) wake() {
	for _, x := range l.lines {
		select {
		case x.woken <- struct{}{}:
		default: // it is awake already
		}
	}
}

// end tells each line why it ends; each has room for one reason and is
// dropped with it.
func (l *laneLines) end(why ending) {
	for _, x := range l.lines {
		x.ended <- why
	}
	l.lines = nil
}
