package discordtest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Transport sends what is meant for Discord (discord.com, discordapp.com and
// their subdomains, so also the file server cdn.discordapp.com) to the test
// server at base. Requests to base itself pass; any other host is an error, so
// that no test reaches the network.
func Transport(base string) http.RoundTripper {
	to, err := url.Parse(base)
	if err != nil {
		panic("discordtest: bad base: " + err.Error())
	}
	return &transport{to: to, next: &http.Transport{}}
}

type transport struct {
	to   *url.URL
	next *http.Transport
}

// RoundTrip leaves the caller's request as it is and sends a copy.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != t.to.Host && !isDiscord(r.URL.Hostname()) {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, fmt.Errorf("discordtest: a test may not reach %q", r.URL.Hostname())
	}
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host, r.Host = t.to.Scheme, t.to.Host, t.to.Host
	return t.next.RoundTrip(r)
}

// CloseIdleConnections is what http.Client.CloseIdleConnections calls.
func (t *transport) CloseIdleConnections() { t.next.CloseIdleConnections() }

func isDiscord(host string) bool {
	for _, domain := range []string{"discord.com", "discordapp.com", "discordapp.net"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
