package discord

import (
	"strings"
	"sync"
	"time"

	"manyhands/core"
)

// limits remembers for how long Discord does not want to hear of something, so
// that nothing is asked in vain: ten thousand refused calls in ten minutes
// lead to a ban (dd:topics/rate-limits.mdx "Invalid Request Limit"). Nobody
// sleeps for it: the sender is told when to try again.
type limits struct {
	clock core.Clock

	mu     sync.Mutex
	all    time.Time
	routes map[string]time.Time
}

func newLimits(clock core.Clock) *limits {
	return &limits{clock: clock, routes: map[string]time.Time{}}
}

// mostRoutes is how many waits are remembered before those that are over are
// swept.
const mostRoutes = 1000

// routeOf names the calls that are counted together: those of one method and
// kind in one channel. Calls by an interaction's token count for themselves.
func routeOf(method, path string) string {
	steps := strings.Split(strings.Trim(path, "/"), "/")
	if len(steps) > 3 {
		steps = steps[:3] // without the message
	}
	return method + " " + strings.Join(steps, "/")
}

// wait tells how long a call has to wait.
func (l *limits) wait(method, path string) time.Duration {
	if byToken("/" + path) {
		return 0 // not under the global limit (dd:interactions/receiving-and-responding.mdx "Endpoints")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	until := l.routes[routeOf(method, path)]
	if l.all.After(until) {
		until = l.all
	}
	return max(0, until.Sub(l.clock()))
}

// learn takes in what an answer said of limits.
func (l *limits) learn(method, path string, a *answer) {
	wait := a.spent
	if a.status == 429 {
		wait = max(wait, a.wait)
	}
	if wait == 0 || byToken("/"+path) && !a.global {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	until := l.clock().Add(wait)
	if a.status == 429 && a.global {
		l.all = until
		return
	}
	if len(l.routes) >= mostRoutes {
		for route, over := range l.routes {
			if !over.After(l.clock()) {
				delete(l.routes, route)
			}
		}
	}
	l.routes[routeOf(method, path)] = until
}
