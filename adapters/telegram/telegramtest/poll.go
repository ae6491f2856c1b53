package telegramtest

import (
	"context"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// maxPoll is the longest poll in seconds (srv Client.h:1610).
const maxPoll = 50

// poll is a getUpdates call that waits.
type poll struct {
	ended chan error // told why another call ended it
}

// pollHistory is what StrictPolling remembers, in real time.
type pollHistory struct {
	offset       int
	started      time.Time
	nextConflict time.Time
}

// webhook is what setWebhook stored. This server keeps it but does not call it.
type webhook struct {
	url, secret, ip string
	connections     int
	nextSet         time.Time
}

// getUpdates answers at once what there is, or waits (srv Client.cpp:15700-15723,
// 16321-16400). Of two that wait the older is ended with a conflict.
func (s *Server) getUpdates(ctx context.Context, c *Call) (any, error) {
	s.mu.Lock()
	if s.hook.url != "" {
		wait := s.conflictDelay()
		s.mu.Unlock()
		s.pause(ctx, wait)
		return nil, refuse(WebhookActive)
	}
	offset := int(c.params.int("offset"))
	limit := c.params.clamped("limit", 100, 1, 100)
	timeout := time.Duration(c.params.clamped("timeout", 0, 0, maxPoll)) * time.Second
	s.queue.allow(c.params["allowed_updates"])
	if s.knobs.StrictPolling {
		limit, timeout = s.polls.slow(offset, limit, timeout)
	}
	if s.knobs.PollCap > 0 {
		timeout = min(timeout, s.knobs.PollCap)
	}
	updates := s.queue.take(offset, limit, s.clock())
	if len(updates) > 0 || timeout == 0 {
		s.unlock()
		return encodeUpdates(updates), nil
	}
	s.endPoll(OtherPoll)
	p := &poll{ended: make(chan error, 1)}
	s.poll = p
	s.unlock()
	return s.waitForUpdates(ctx, p, offset, limit, timeout)
}

func (s *Server) waitForUpdates(ctx context.Context, p *poll, offset, limit int, timeout time.Duration) (any, error) {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	for late := false; ; {
		s.mu.Lock()
		if s.poll == p {
			updates := s.queue.take(max(offset, 0), limit, s.clock())
			if len(updates) > 0 || late {
				s.poll = nil
				s.unlock()
				return encodeUpdates(updates), nil
			}
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case err := <-p.ended:
			s.mu.Lock()
			wait := s.conflictDelay()
			s.mu.Unlock()
			s.pause(ctx, wait)
			return nil, err
		case <-changed:
		case <-timer.C:
			late = true
		case <-ctx.Done():
			s.forget(p)
			return rawJSON("[]"), nil
		case <-s.closed:
			s.forget(p)
			return nil, refuse(ServerRestart)
		}
	}
}

// slow plays what a bot meets that asks for the same offset too often.
func (h *pollHistory) slow(offset, limit int, timeout time.Duration) (int, time.Duration) {
	now := time.Now()
	if offset == h.offset && timeout < 3*time.Second && now.Before(h.started.Add(3*time.Second)) {
		timeout = 3 * time.Second
	}
	if offset == h.offset && now.Before(h.started.Add(500*time.Millisecond)) {
		limit = 1
	}
	h.offset, h.started = offset, now
	return limit, timeout
}

// conflictDelay is how long a conflict is held back: the first not at all.
func (s *Server) conflictDelay() time.Duration {
	if !s.knobs.StrictPolling {
		return 0
	}
	now := time.Now()
	if now.Before(s.polls.nextConflict) {
		return 3 * time.Second
	}
	s.polls.nextConflict = now.Add(3 * time.Second)
	return 0
}

func (s *Server) pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-s.closed:
	}
}

func (s *Server) forget(p *poll) {
	s.mu.Lock()
	defer s.unlock()
	if s.poll == p {
		s.poll = nil
	}
}

func (s *Server) endPoll(why Reason) {
	if s.poll != nil {
		s.poll.ended <- refuse(why)
		s.poll = nil
	}
}

// Polling reports whether a getUpdates call waits now.
func (s *Server) Polling() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.poll != nil
}

var secretForm = regexp.MustCompile(`^[A-Za-z0-9_-]*$`)

// setWebhook follows srv Client.cpp:15726-15796 and 16003-16049.
func (s *Server) setWebhook(c *Call) (any, error) {
	address, now := c.params["url"], s.clock()
	if address == "" {
		return s.deleteWebhook(c)
	}
	if now.Before(s.hook.nextSet) {
		r := refuse(WebhookSetTooOften, 1).(*refusal)
		r.retryAfter = 1
		return nil, r
	}
	s.hook.nextSet = now.Add(s.knobs.WebhookPause)
	if _, ok := c.Files["certificate"]; ok {
		return nil, refuse(CertificateNotPlayed)
	}
	s.endPoll(PollEndedByWebhook)
	s.hook.url = ""
	if c.params.bool("drop_pending_updates") {
		s.queue.waiting, s.queue.again = nil, nil
	}
	if !strings.Contains(address, "://") {
		address = "https://" + address
	}
	u, err := url.Parse(address)
	switch secret := c.params["secret_token"]; {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, refuse(WebhookURLInvalid)
	case len(secret) > 256:
		return nil, refuse(SecretTooLong)
	case !secretForm.MatchString(secret):
		return nil, refuse(SecretCharacters)
	default:
		s.hook.url, s.hook.secret, s.hook.ip = c.params["url"], secret, c.params["ip_address"]
	}
	s.hook.connections = c.params.clamped("max_connections", 40, 1, 100)
	s.queue.allow(c.params["allowed_updates"])
	return true, nil
}

func (s *Server) deleteWebhook(c *Call) (any, error) {
	s.hook.url, s.hook.secret, s.hook.ip, s.hook.connections = "", "", "", 0
	if c.params.bool("drop_pending_updates") {
		s.queue.waiting, s.queue.again = nil, nil
	}
	return true, nil
}

func (s *Server) getWebhookInfo(*Call) (any, error) {
	info := object{"url": s.hook.url, "has_custom_certificate": false, "pending_update_count": len(s.queue.waiting)}
	if s.hook.url != "" {
		info["max_connections"] = s.hook.connections
		info["ip_address"] = "<unknown>"
		if s.hook.ip != "" {
			info["ip_address"] = s.hook.ip
		}
	}
	return info, nil
}

// Webhook is what setWebhook stored last: the URL and the secret token.
func (s *Server) Webhook() (address, secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hook.url, s.hook.secret
}
