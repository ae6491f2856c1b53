package discord

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// dialer reaches the gateway and keeps hold of the connection: the library
// neither shows it nor lets go of it where it hangs.
type dialer struct {
	mu   sync.Mutex
	wire *wire
	shut bool
}

// websocket is the dialer as the library takes it.
func (d *dialer) websocket() *websocket.Dialer {
	return &websocket.Dialer{
		HandshakeTimeout: 15 * time.Second,
		NetDialContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			return d.keep(reach(ctx, "http", addr))
		},
		NetDialTLSContext: func(ctx context.Context, _, addr string) (net.Conn, error) {
			c, err := reach(ctx, "https", addr)
			if err != nil {
				return nil, err
			}
			host, _, _ := net.SplitHostPort(addr)
			secure := tls.Client(c, &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12})
			if err := secure.HandshakeContext(ctx); err != nil {
				_ = c.Close()
				return nil, err
			}
			return d.keep(secure, nil)
		},
	}
}

func (d *dialer) keep(c net.Conn, err error) (net.Conn, error) {
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shut {
		_ = c.Close()
		return nil, net.ErrClosed
	}
	d.wire = newWire(c)
	return d.wire, nil
}

// present is the connection of the moment, or nil.
func (d *dialer) present() *wire {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wire
}

// cut ends the connection without a word; forever lets none follow.
func (d *dialer) cut(forever bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.shut = d.shut || forever
	if d.wire != nil {
		_ = d.wire.Close()
	}
}

// reach connects to addr, through the proxy of the environment where it names
// one, as calls do too.
func reach(ctx context.Context, scheme, addr string) (net.Conn, error) {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: scheme, Host: addr}})
	if err != nil {
		return nil, errors.New("discord: the proxy's address cannot be read")
	}
	plain := &net.Dialer{Timeout: 10 * time.Second}
	if proxy == nil {
		return plain.DialContext(ctx, "tcp", addr)
	}
	port := proxy.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[proxy.Scheme]
	}
	if proxy.Scheme != "http" && proxy.Scheme != "https" {
		return nil, errors.New("discord: only http and https proxies can be used")
	}
	c, err := plain.DialContext(ctx, "tcp", net.JoinHostPort(proxy.Hostname(), port))
	if err != nil {
		return nil, err
	}
	if proxy.Scheme == "https" {
		c = tls.Client(c, &tls.Config{ServerName: proxy.Hostname(), MinVersion: tls.VersionTLS12})
	}
	if err := tunnel(ctx, c, proxy, addr); err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// tunnel asks a proxy for a line to addr.
func tunnel(ctx context.Context, c net.Conn, proxy *url.URL, addr string) error {
	if until, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(until)
		defer func() { _ = c.SetDeadline(time.Time{}) }()
	}
	ask := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: addr}, Host: addr, Header: http.Header{}}
	if u := proxy.User; u != nil {
		secret, _ := u.Password()
		ask.Header.Set("Proxy-Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(u.Username()+":"+secret)))
	}
	if err := ask.Write(c); err != nil {
		return errNoAnswer
	}
	// The far end says nothing before it is spoken to, so nothing of its can
	// be in the buffer.
	res, err := http.ReadResponse(bufio.NewReader(c), ask)
	if err != nil {
		return errNoAnswer
	}
	if res.StatusCode != http.StatusOK {
		return errors.New("discord: the proxy refused the connection")
	}
	return nil
}
