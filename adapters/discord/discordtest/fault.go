package discordtest

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"time"
)

// Fault makes calls go wrong. The zero Method and Path match every call.
type Fault struct {
	Method string
	// Path is a pattern of path.Match, such as /channels/*/messages.
	Path string
	// Times is how many calls it hits: 0 means one, less than 0 all.
	Times int
	// After lets the call have its effect first; only the answer goes wrong.
	After bool
	// Answer is what the caller gets; the zero Answer is the usual one.
	Answer Answer
	// Hold keeps the call waiting until it is closed, before any effect.
	Hold <-chan struct{}
	// Exhausted puts Remaining 0 and this Reset-After on a normal answer.
	Exhausted time.Duration
}

// Fail puts a fault in place. Faults are tried in the order they came, each
// until it is used up.
func (s *Server) Fail(f Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults = append(s.faults, &f)
}

// Heal takes all faults away.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// fault takes the fault that hits a call, or nil.
func (s *Server) fault(call *Call) *Fault {
	for i, f := range s.faults {
		if f.Method != "" && f.Method != call.Method {
			continue
		}
		if ok, _ := path.Match(f.Path, call.Path); !ok && f.Path != "" {
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = append(s.faults[:i:i], s.faults[i+1:]...)
			}
		}
		return f
	}
	return nil
}

// Answer is a wrong answer.
type Answer struct {
	make func(s *Server, call *Call) answer
}

func (a Answer) empty() bool { return a.make == nil }

func (a Answer) answer(s *Server, call *Call) answer { return a.make(s, call) }

// Cut breaks the connection off instead of answering.
func Cut() Answer {
	return Answer{func(*Server, *Call) answer { return answer{cut: true} }}
}

// Refuse answers with an error of Discord's: for example 403, 50007, or 400,
// 200000 (blocked by automatic moderation), or 400, 30046 (too many edits of
// an old message). The codes are those of
// dd:topics/opcodes-and-status-codes.mdx.
func Refuse(status, code int, message string) Answer {
	return Answer{func(*Server, *Call) answer {
		return refuse(status, code, message).answer(http.Header{})
	}}
}

// HTML answers with a page, as a proxy in front of a broken server does.
func HTML(status int) Answer {
	return Answer{func(*Server, *Call) answer { return page(status, nil) }}
}

func page(status int, h http.Header) answer {
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", "text/html; charset=UTF-8")
	body := fmt.Sprintf("<!DOCTYPE html><html><head><title>%d %s</title></head><body></body></html>", status, http.StatusText(status))
	return answer{status: status, header: h, body: []byte(body)}
}

// Limited answers 429 for the route alone (dd:topics/rate-limits.mdx
// "Exceeded User Rate Limit Response").
func Limited(wait time.Duration) Answer { return limited(wait, "user", "You are being rate limited.") }

// LimitedShared answers 429 for a resource that others use up too; it counts
// towards no ban (ib. "Exceeded Resource Rate Limit Response").
func LimitedShared(wait time.Duration) Answer {
	return limited(wait, "shared", "The resource is being rate limited.")
}

func limited(wait time.Duration, scope, message string) Answer {
	return Answer{func(s *Server, call *Call) answer {
		r, _, _ := match(call)
		h := s.limitHeader(call, r)
		h.Set("Content-Type", "application/json")
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		h.Set("X-RateLimit-Remaining", "0")
		h.Set("X-RateLimit-Reset", epoch(s.clock().Add(wait)))
		h.Set("X-RateLimit-Reset-After", seconds(wait))
		h.Set("X-RateLimit-Scope", scope)
		return limitAnswer(h, message, wait, false)
	}}
}

// LimitedGlobally answers 429 for the whole application: with Retry-After,
// X-RateLimit-Global and X-RateLimit-Scope only (ib. "Exceeded Global Rate
// Limit Response").
func LimitedGlobally(wait time.Duration) Answer {
	return Answer{func(*Server, *Call) answer {
		h := http.Header{}
		h.Set("Content-Type", "application/json")
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		h.Set("X-RateLimit-Global", "true")
		h.Set("X-RateLimit-Scope", "global")
		return limitAnswer(h, "You are being rate limited.", wait, true)
	}}
}

func limitAnswer(h http.Header, message string, wait time.Duration, global bool) answer {
	return answer{status: http.StatusTooManyRequests, header: h, body: mustJSON(object{
		"message": message, "retry_after": wait.Seconds(), "global": global,
	})}
}

// CloudflareBan answers 429 with a page instead of JSON, as Cloudflare does in
// Discord's place after too many wrong calls (ib. "Invalid Request Limit aka
// Cloudflare bans").
func CloudflareBan(wait time.Duration) Answer {
	return Answer{func(*Server, *Call) answer {
		h := http.Header{}
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		h.Set("Server", "cloudflare")
		return page(http.StatusTooManyRequests, h)
	}}
}

func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
