package twin

import "slices"

// Disconnect tells every open connection to go, with reason "warning", "refresh_requested", "link_disabled" or
// another. A warned connection stays usable for Timing.Grace, the others are closed at once.
func (t *Twin) Disconnect(reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sockets.open {
		t.dismiss(s, reason)
	}
}

// DisconnectSocket is Disconnect for the connection with this number (Socket.ID).
func (t *Twin) DisconnectSocket(id int, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.socketByID(id); s != nil {
		t.dismiss(s, reason)
	}
}

// Cut ends a connection without a word, as a broken network does: no disconnect and no close frame.
func (t *Twin) Cut(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.socketByID(id); s != nil {
		s.ws.NetConn().Close()
	}
}

// Stall makes a connection half open: it still counts and gets its share of envelopes, but nothing is written to it,
// pings included, and nothing it sends is taken.
func (t *Twin) Stall(id int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if s := t.socketByID(id); s != nil {
		s.stalled = true
	}
}

// Duplicate makes each of the next n envelopes arrive twice.
func (t *Twin) Duplicate(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sockets.duplicate = n
}

// InjectFrame writes data, which need not be JSON, as a text frame to every open connection.
func (t *Twin) InjectFrame(data []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sockets.open {
		s.send(frame{data: slices.Clone(data)})
	}
}

// SendEvent delivers any event, as if it had happened in channel (id or name, "" for none), with ack clock and retries.
func (t *Twin) SendEvent(channel string, event map[string]any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sendEvent(t.channelFor("", channel), event)
}

func (t *Twin) socketByID(id int) *socket {
	for _, s := range t.sockets.open {
		if s.id == id {
			return s
		}
	}
	return nil
}
