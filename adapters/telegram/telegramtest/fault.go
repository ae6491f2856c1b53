package telegramtest

import (
	"net/http"
	"strings"
	"time"
)

// Cut says when a connection is cut without an answer.
type Cut string

// The moments of a cut: the call did nothing, or did all and only the answer
// is lost.
const (
	CutBefore Cut = "before"
	CutAfter  Cut = "after"
)

// Fault makes the next calls go wrong. Of several faults the oldest that fits
// is used.
type Fault struct {
	// Method is whom it hits; empty means every method but getUpdates.
	Method string
	// Chat hits only calls for that chat_id, where it is not 0.
	Chat int64
	// Skip lets so many calls through first; then Times go wrong, 0 meaning one
	// and a negative number all.
	Skip, Times int
	// Delay and Until hold the call first, for a time or until a channel is
	// closed. A fault with nothing else only holds.
	Delay time.Duration
	Until <-chan struct{}
	// RetryAfter answers 429 with so many seconds.
	RetryAfter int
	// Reason answers a refusal that needs no values.
	Reason Reason
	// Status and Body answer as they stand, for example a gateway's HTML page.
	Status int
	Body   string
	Cut    Cut
}

// BadGateway is the page that a proxy gives where Telegram is away.
const BadGateway = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"

// Fail adds a fault.
func (s *Server) Fail(f Fault) {
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.unlock()
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.unlock()
	s.faults = nil
}

func (f *Fault) fits(c *Call) bool {
	if f.Method == "" && c.Method == "getUpdates" || f.Method != "" && !strings.EqualFold(f.Method, c.Method) {
		return false
	}
	return f.Chat == 0 || c.params.int("chat_id") == f.Chat
}

// takeFault returns a copy of the fault that hits this call, or nil.
func (s *Server) takeFault(c *Call) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if !f.fits(c) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			return nil
		}
		if f.Times--; f.Times == 0 {
			s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
		}
		hit := *f
		return &hit
	}
	return nil
}

// before plays what of a fault comes before the effect, and reports whether the
// call ended with it.
func (s *Server) before(w http.ResponseWriter, r *http.Request, c *Call, f *Fault) bool {
	if f == nil {
		return false
	}
	if !s.hold(r, f) {
		s.finish(w, c, nil, refuse(ServerRestart))
		return true
	}
	switch {
	case f.Cut == CutBefore:
		s.cut(c)
	case f.RetryAfter > 0:
		s.finish(w, c, nil, tooMany(f.RetryAfter))
	case f.Reason != "":
		s.finish(w, c, nil, refuse(f.Reason))
	case f.Status > 0:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body))
		s.mu.Lock()
		c.Status = f.Status
		s.unlock()
	default:
		return false
	}
	return true
}

// hold keeps a call as long as the fault says; false means that the server was
// closed or the caller left meanwhile.
func (s *Server) hold(r *http.Request, f *Fault) bool {
	if f.Delay > 0 {
		timer := time.NewTimer(f.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.closed:
			return false
		case <-r.Context().Done():
			return false
		}
	}
	if f.Until != nil {
		select {
		case <-f.Until:
		case <-s.closed:
			return false
		case <-r.Context().Done():
			return false
		}
	}
	return true
}
