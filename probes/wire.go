package probes

import (
	"errors"
	"net"
	"slices"
	"sync"
)

// A wire is the connection of one probe. It gives back what was read too far,
// remembers what the server said during the key exchange, and which error of
// the network ended it: the SSH library reports its own view of that.
type wire struct {
	net.Conn
	spoken bool // we have identified ourselves, so the library must not

	mu      sync.Mutex // the library reads and writes from goroutines of its own
	pending []byte     // read, but not by the library
	heard   []byte     // what the library has read
	skip    int        // so much of it was before the key exchange
	closed  bool
	err     error // the first of the network, unless we closed
}

// errTooMuch ends a key exchange in which a server does not come to the point.
var errTooMuch = errors.New("the server sent far more than a key exchange needs")

// giveBack lets the library read the identification once more, and what was
// read beyond it.
func (w *wire) giveBack(ident, rest []byte) {
	w.pending = slices.Concat(ident, []byte("\r\n"), rest)
	w.skip = len(ident) + 2
}

// Read implements [net.Conn] for the library.
func (w *wire) Read(b []byte) (int, error) {
	w.mu.Lock()
	if len(w.heard) >= maxKexBytes {
		w.mu.Unlock()
		return 0, w.note(errTooMuch)
	}
	if len(w.pending) > 0 {
		n := copy(b, w.pending)
		w.pending = w.pending[n:]
		w.heard = append(w.heard, b[:n]...)
		w.mu.Unlock()
		return n, nil
	}
	w.mu.Unlock()
	n, err := w.Conn.Read(b)
	w.mu.Lock()
	w.heard = append(w.heard, b[:n]...)
	w.mu.Unlock()
	return n, w.note(err)
}

// Write implements [net.Conn] for the library. Its first write is our
// identification, which may already have been sent.
func (w *wire) Write(b []byte) (int, error) {
	if w.spoken {
		w.spoken = false
		return len(b), nil
	}
	n, err := w.Conn.Write(b)
	return n, w.note(err)
}

// Close implements [net.Conn]. What fails afterwards is our own doing.
func (w *wire) Close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	return w.Conn.Close()
}

func (w *wire) note(err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil && w.err == nil && !w.closed {
		w.err = err
	}
	return err
}

// ended returns the error of the network, if any, and what was heard so far.
func (w *wire) ended() ([]byte, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.heard[min(w.skip, len(w.heard)):], w.err
}
