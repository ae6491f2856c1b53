package discord

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// frame writes a server's frame (RFC 6455, 5.2).
func frame(kind byte, content string) []byte {
	b := []byte{0x80 | kind}
	switch n := len(content); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, content...)
}

// dribble is a connection that gives its bytes in pieces.
type dribble struct {
	net.Conn
	t     *rapid.T
	bytes []byte
}

func (d *dribble) Read(p []byte) (int, error) {
	if len(d.bytes) == 0 {
		return 0, io.EOF
	}
	n := rapid.IntRange(1, min(len(p), len(d.bytes))).Draw(d.t, "piece")
	copy(p, d.bytes[:n])
	d.bytes = d.bytes[n:]
	return n, nil
}

func TestWireReadsAlong(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const upgraded = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
		before := []byte(upgraded)
		for _, f := range rapid.SliceOfN(rapid.SampledFrom([][]byte{
			frame(frameText, `{"op":0,"t":"READY","d":{}}`),
			frame(frameText, `{"op":0,"d":"`+strings.Repeat(`{"op":9}`, 100)+`"}`),
			frame(frameText, `{"op":0,"d":"`+strings.Repeat(`x`, 70_000)+`"}`),
			frame(frameText, ``), frame(frameText, `not JSON`), frame(2, `{"op":9}`), frame(9, "ping"),
			frame(frameText, `{"op":11}`),
		}), 2, 6).Draw(t, "frames") {
			before = append(before, f...)
		}
		end := rapid.SampledFrom([]string{`{"op":9,"d":false}`, `{"op":9,"d":true}`, "close", "none"}).Draw(t, "end")
		all := bytes.Clone(before)
		switch end {
		case "close":
			all = append(all, frame(frameClose, string(binary.BigEndian.AppendUint16(nil, 4004))+"reason")...)
		case "none":
		default:
			all = append(all, frame(frameText, end)...)
			all = append(all, frame(frameText, `{"op":0}`)...)
		}
		w := newWire(&dribble{t: t, bytes: all})
		got, err := io.ReadAll(w)
		is := w.state()
		switch end {
		case "close":
			if err != nil || is.code != 4004 || !bytes.Equal(got, all) {
				t.Fatalf("%d of %d bytes, code %d, %v", len(got), len(all), is.code, err)
			}
		case "none":
			if err != nil || is.stopped != nil || !bytes.Equal(got, all) {
				t.Fatalf("%d of %d bytes, %v", len(got), len(all), err)
			}
		default:
			want := errInvalidSession
			if strings.Contains(end, "true") {
				want = errInvalidForAWhile
			}
			// Of the message held back the library may have got a beginning,
			// but never the whole.
			if !errors.Is(err, want) || !bytes.HasPrefix(got, before) || len(got) >= len(before)+len(frame(frameText, end)) {
				t.Fatalf("%d of %d bytes, %v", len(got), len(before), err)
			}
			if _, err := w.Write([]byte("close")); err == nil {
				t.Fatal("something is still sent")
			}
		}
	})
}

func TestTunnelThroughAProxy(t *testing.T) {
	t.Parallel()
	for status, ok := range map[string]bool{"200 OK": true, "407 Proxy Authentication Required": false} {
		ours, theirs := net.Pipe()
		asked := make(chan *http.Request, 1)
		go func() {
			r, err := http.ReadRequest(bufio.NewReader(theirs))
			if err != nil {
				t.Error(err)
			}
			asked <- r
			_, _ = io.WriteString(theirs, "HTTP/1.1 "+status+"\r\n\r\n")
			_ = theirs.Close()
		}()
		err := tunnel(context.Background(), ours, &url.URL{User: url.UserPassword("u", "p")}, "gateway.example:443")
		r := <-asked
		if (err == nil) != ok || r.Method != "CONNECT" || r.Host != "gateway.example:443" || r.Header.Get("Proxy-Authorization") != "Basic dTpw" {
			t.Errorf("%s: %v %+v", status, err, r)
		}
		_ = ours.Close()
	}
}
