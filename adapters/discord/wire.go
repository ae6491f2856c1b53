package discord

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net"
	"sync"
	"time"
)

// What ends a connection from within, before the library gets to see it.
var (
	errEarlyReconnect   = errors.New("discord: the gateway asked to reconnect before the session stood")
	errInvalidSession   = errors.New("discord: the gateway ended the session")
	errInvalidForAWhile = errors.New("discord: the gateway asks to try the session again")
)

// wire is a gateway's connection that reads along. It holds back what the
// library mistakes: op 9, which it answers with a new IDENTIFY at once and for
// ever (dg:wsapi.go:618), and op 7 before the session stands, on which its Open
// never returns (dg:wsapi.go:57, 609). It also knows what the library does not
// tell: the close code, and when the last heartbeat was acknowledged.
type wire struct {
	net.Conn

	frames frames

	mu sync.Mutex
	standing
	seen int // messages so far

	closing chan struct{} // closed when a close frame was sent
	once    sync.Once
}

// standing is how a connection stands.
type standing struct {
	stopped  error         // what ended it from within
	code     int           // with which the gateway closed it; 0 until then
	interval time.Duration // between heartbeats, as the gateway asks; 0 until then
	beat     time.Time     // the last acknowledgement
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c, closing: make(chan struct{})}
	w.frames.look = w.look
	return w
}

// Read hands on what came, up to a message that is held back.
func (w *wire) Read(p []byte) (int, error) {
	if err := w.stop(); err != nil {
		return 0, err
	}
	n, err := w.Conn.Read(p)
	if kept := w.frames.feed(p[:n]); kept < n {
		if kept == 0 {
			return 0, w.stop()
		}
		return kept, nil
	}
	return n, err
}

// Write sends, but nothing more once the connection was stopped from within:
// the library's close frame would end a session that could be resumed.
func (w *wire) Write(p []byte) (int, error) {
	if err := w.stop(); err != nil {
		return 0, err
	}
	n, err := w.Conn.Write(p)
	if n > 0 && p[0] == 0x80|frameClose {
		w.once.Do(func() { close(w.closing) })
	}
	return n, err
}

func (w *wire) stop() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopped
}

// state is how the connection stands.
func (w *wire) state() standing {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.standing
}

// The operations that are looked at (dd:topics/opcodes-and-status-codes.mdx
// "Gateway Opcodes").
const (
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opAcknowledged   = 11
)

// look takes note of one message; false holds it back. A long message comes
// without its content: none of those looked at is long.
func (w *wire) look(kind byte, content []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if kind == frameClose {
		if len(content) >= 2 {
			w.code = int(binary.BigEndian.Uint16(content))
		}
		return true
	}
	w.seen++
	var m struct {
		Op   int             `json:"op"`
		Data json.RawMessage `json:"d"`
	}
	if len(content) == 0 || json.Unmarshal(content, &m) != nil {
		return true
	}
	switch m.Op {
	case opHello:
		var hello struct {
			Interval int64 `json:"heartbeat_interval"`
		}
		if json.Unmarshal(m.Data, &hello) == nil {
			w.interval, w.beat = time.Duration(hello.Interval)*time.Millisecond, time.Now()
		}
	case opAcknowledged:
		w.beat = time.Now()
	case opInvalidSession:
		w.stopped = errInvalidSession
		if bytes.Equal(m.Data, []byte("true")) {
			w.stopped = errInvalidForAWhile
		}
	case opReconnect:
		if w.seen <= 2 { // HELLO and READY are the two that Open reads
			w.stopped = errEarlyReconnect
		}
	}
	return w.stopped == nil
}

// Kinds of websocket frames (RFC 6455, 5.2).
const (
	frameText  = 1
	frameClose = 8
	// mostLooked is the longest content that is looked at.
	mostLooked = 512
)

// frames takes a server's byte stream apart: the answer to the upgrade, then
// frames, which a server does not mask.
type frames struct {
	// look is shown every whole text message and close frame, with its
	// content where that is short; false ends the stream before it.
	look func(kind byte, content []byte) bool

	upgraded bool
	head     []byte // of the upgrade's answer, or of a frame
	content  []byte
	left     uint64 // bytes of the frame's content still to come
	kind     byte
	looked   bool // content is gathered
	ended    bool
}

// feed takes more of the stream and returns how much of it may be handed on.
func (f *frames) feed(p []byte) int {
	begun := 0 // where in p the present frame began
	for i := 0; i < len(p); {
		if f.ended {
			return 0
		}
		if !f.upgraded {
			f.head = append(f.head, p[i])
			i++
			if bytes.HasSuffix(f.head, []byte("\r\n\r\n")) {
				f.upgraded, f.head = true, f.head[:0]
			}
			begun = i
			continue
		}
		if f.left == 0 {
			f.head = append(f.head, p[i])
			i++
			if !f.header() {
				continue
			}
		} else {
			n := min(uint64(len(p)-i), f.left)
			if f.looked {
				f.content = append(f.content, p[i:i+int(n)]...)
			}
			f.left -= n
			i += int(n)
		}
		if f.left == 0 {
			f.head = f.head[:0]
			if (f.kind == frameText || f.kind == frameClose) && !f.look(f.kind, f.content) {
				f.ended = true
				return begun
			}
			begun = i
		}
	}
	return len(p)
}

// header reads a frame's head, and tells whether it is whole.
func (f *frames) header() bool {
	if len(f.head) < 2 {
		return false
	}
	size, long := uint64(f.head[1]&0x7f), 0
	switch size {
	case 126:
		long = 2
	case 127:
		long = 8
	}
	if len(f.head) < 2+long {
		return false
	}
	for i, b := range f.head[2:] {
		if i == 0 {
			size = 0
		}
		size = size<<8 | uint64(b)
	}
	f.kind, f.left = f.head[0]&0x0f, size
	f.looked = size <= mostLooked && f.head[0]&0x80 != 0
	f.content = f.content[:0]
	return true
}
