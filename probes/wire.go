package probes

import (
	"errors"
	"io"
	"net"
)

// A wire is the connection of one probe, which cuts what comes into packets
// (RFC 4253, 6) and gathers what goes out until it is worth a segment. It is
// used by one goroutine.
type wire struct {
	net.Conn
	rand   io.Reader
	spoken bool   // we have identified ourselves
	server string // its identification as it came

	unread []byte // what was read and not yet used
	heard  int    // bytes since the identification
	unsent []byte
	in     lane // from the server
	out    lane // to it
}

// A lane is one direction of a connection.
type lane struct {
	box box
	seq uint32 // of the next packet
}

func newWire(conn net.Conn, rand io.Reader) *wire {
	return &wire{Conn: conn, rand: rand, in: lane{box: noBox{}}, out: lane{box: noBox{}}}
}

// Errors of what a server sends.
var (
	errTooMuch = errors.New("the server sent far more than a key exchange needs")
	errLength  = errors.New("the server sent a packet of an impossible length")
	errForged  = errors.New("the server sent a packet that cannot be decrypted")
)

// A goodbye is a server's disconnect message (RFC 4253, 11.1).
type goodbye string

// Error returns the server's words.
func (g goodbye) Error() string { return "the server said: " + string(g) }

// fill reads until there are n bytes to use.
func (w *wire) fill(n int) error {
	for len(w.unread) < n {
		if w.heard >= maxHeard {
			return errTooMuch
		}
		var buf [4096]byte
		acknowledge(w.Conn)
		got, err := w.Conn.Read(buf[:])
		w.heard += got
		w.unread = append(w.unread, buf[:got]...)
		if err != nil && len(w.unread) < n {
			return err
		}
	}
	return nil
}

// packet returns the payload of the next packet, which is never empty.
func (w *wire) packet() ([]byte, error) {
	head := w.in.box.head()
	if err := w.fill(head); err != nil {
		return nil, err
	}
	length := w.in.box.length(w.in.seq, w.unread[:head])
	if length < 2 || length > maxPacket {
		return nil, errLength
	}
	whole := 4 + int(length) + w.in.box.tag()
	if whole < head {
		return nil, errLength
	}
	if err := w.fill(whole); err != nil {
		return nil, err
	}
	p, err := w.in.box.open(w.in.seq, w.unread[:whole])
	if err != nil {
		return nil, err
	}
	w.unread = w.unread[whole:]
	w.in.seq++
	if padding := int(p[0]); len(p) < padding+2 {
		return nil, errLength
	}
	return p[1 : len(p)-int(p[0])], nil
}

// read returns the next message that means something: not those that a client
// may ignore. A disconnect is a [goodbye].
func (w *wire) read() ([]byte, error) {
	for {
		m, err := w.packet()
		if err != nil {
			return nil, err
		}
		switch m[0] {
		case msgIgnore, msgUnimplemented, msgDebug:
		case msgDisconnect:
			return nil, parseGoodbye(m)
		default:
			return m, nil
		}
	}
}

// put adds a message to what goes out next.
func (w *wire) put(payload []byte) {
	w.unsent = append(w.unsent, w.out.box.seal(w.out.seq, pad(payload, w.out.box))...)
	w.out.seq++
}

// flush sends what was put, all at once. What could not be sent is noticed by
// the read that follows, after the last words of the server that may have come.
func (w *wire) flush() {
	if len(w.unsent) == 0 {
		return
	}
	_, _ = w.Conn.Write(w.unsent)
	w.unsent = nil
}

// pad makes a packet of a payload: its length, that of the padding, the payload
// and at least four bytes of padding (RFC 4253, 6). The padding is of zeros:
// there is nothing to hide.
func pad(payload []byte, b box) []byte {
	block, counted := b.block()
	size := 5 + len(payload)
	if !counted {
		size -= 4
	}
	padding := block - size%block
	if padding < 4 {
		padding += block
	}
	p := make([]byte, 5+len(payload)+padding)
	putLength(p, uint32(len(p)-4))
	p[4] = byte(padding)
	copy(p[5:], payload)
	return p
}
