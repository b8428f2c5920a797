package twin

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// Failures that a user sees when the bot does not take a command or a click.
const (
	OperationTimeout = "operation_timeout" // no ack in time
	DispatchFailed   = "dispatch_failed"   // no connection is open
)

// Ack is the fate of one delivery of one envelope.
type Ack struct {
	EnvelopeID string          `json:"envelope_id"`
	Type       string          `json:"type"`    // events_api, slash_commands, interactive; "" if unknown
	What       string          `json:"what"`    // event type, command, or interaction type
	Attempt    int             `json:"attempt"` // 0 for the first delivery
	Socket     int             `json:"socket"`  // on which connection the ack came
	Latency    time.Duration   `json:"latency"` // from delivery to ack, in nanoseconds
	Size       int             `json:"size"`    // bytes of the ack's frame
	Payload    json.RawMessage `json:"payload,omitempty"`
	Late       bool            `json:"late,omitempty"`      // after the ack clock had run out: it counts as none
	Dropped    bool            `json:"dropped,omitempty"`   // 20480 bytes or more: Slack drops it silently
	Unknown    bool            `json:"unknown,omitempty"`   // no such envelope, or not even JSON
	Repeated   bool            `json:"repeated,omitempty"`  // acked before
	Ignored    bool            `json:"ignored,omitempty"`   // had a payload that this envelope does not accept
	Elsewhere  bool            `json:"elsewhere,omitempty"` // came on another connection than the envelope went out on
}

// flight is one envelope under way.
type flight struct {
	id, typ, what string
	attempt       int
	socket        int
	sent          time.Time
	accepts       bool
	acked, late   bool
	answer        func(payload json.RawMessage) // runs with mu held when the ack counts; only where a payload is accepted
	latency       time.Duration                 // from delivery to the ack that counts
	done          chan struct{}                 // closed when acked in time, or given up
	failure       string                        // "" if acked
}

// envelope is one delivery to make.
type envelope struct {
	typ, what   string
	payload     any
	accepts     bool
	attempt     int
	retryReason string
	answer      func(json.RawMessage)
}

// launch sends an envelope over one connection, chosen at random, and starts its ack clock. With no connection open
// the flight has failed already. mu is held.
func (t *Twin) launch(e envelope) *flight {
	f := &flight{
		id: t.id("env-"), typ: e.typ, what: e.what, attempt: e.attempt, accepts: e.accepts, answer: e.answer,
		sent: time.Now(), done: make(chan struct{}),
	}
	if len(t.sockets.open) == 0 {
		f.failure, f.late = DispatchFailed, true
		close(f.done)
		return f
	}
	t.track(f)
	data := map[string]any{"envelope_id": f.id, "type": f.typ, "accepts_response_payload": f.accepts, "payload": e.payload}
	if e.typ == "events_api" {
		data["retry_attempt"], data["retry_reason"] = e.attempt, e.retryReason
	}
	f.socket = t.dispatch(data)
	if t.sockets.duplicate > 0 {
		t.sockets.duplicate--
		t.repeat(data)
	}
	t.after(t.timing.Ack, func() {
		if !f.acked && !f.late {
			f.late, f.failure = true, OperationTimeout
			close(f.done)
		}
	})
	return f
}

// keepFlights is how many envelopes, and acks, are remembered. A later ack for an older envelope counts as unknown.
const keepFlights = 10000

// track makes a flight known to who acks. mu is held.
func (t *Twin) track(f *flight) {
	s := &t.sockets
	s.flights[f.id] = f
	s.order = append(s.order, f.id)
	if len(s.order) > keepFlights {
		delete(s.flights, s.order[0])
		s.order = s.order[1:]
	}
}

// dispatch writes an envelope to one open connection. mu is held.
func (t *Twin) dispatch(data map[string]any) int {
	s := t.sockets.open[t.rnd.IntN(len(t.sockets.open))]
	s.send(frame{data: raw(data)})
	return s.id
}

// repeat is what a duplicate looks like: an event comes again in a new envelope with the same event_id, as a retry
// does; a command or a click in the same envelope. mu is held.
func (t *Twin) repeat(data map[string]any) {
	if data["type"] == "events_api" {
		data = maps.Clone(data)
		data["envelope_id"], data["retry_attempt"], data["retry_reason"] = t.id("env-"), 1, "timeout"
		copied := &flight{
			id: data["envelope_id"].(string), typ: "events_api", what: "duplicate", attempt: 1,
			sent: time.Now(), done: make(chan struct{}),
		}
		t.track(copied)
	}
	t.dispatch(data)
}

// deliverEvent sends an event and repeats it, as Slack does, until it is acked or the retries are used up. mu is held.
func (t *Twin) deliverEvent(what string, payload map[string]any) {
	e := envelope{typ: "events_api", what: what, payload: payload}
	f := t.launch(e)
	t.start(func() {
		for _, pause := range t.timing.Retries {
			if t.landed(f) {
				return
			}
			timer := time.NewTimer(pause)
			select {
			case <-timer.C:
			case <-t.ctx.Done():
				timer.Stop()
				return
			}
			t.mu.Lock()
			e.attempt++
			e.retryReason = "timeout"
			f = t.launch(e)
			t.mu.Unlock()
		}
		t.landed(f)
	})
}

// landed waits for the end of a flight and reports whether it was acked; true when the twin is closed.
func (t *Twin) landed(f *flight) bool {
	select {
	case <-f.done:
		t.mu.Lock()
		defer t.mu.Unlock()
		return f.failure == ""
	case <-t.ctx.Done():
		return true
	}
}

// acked takes an ack from a connection. mu is held.
func (t *Twin) acked(s *socket, id string, payload json.RawMessage, size int, bad bool) {
	a := Ack{EnvelopeID: id, Socket: s.id, Size: size, Payload: payload, Dropped: size >= maxAck}
	f := t.sockets.flights[id]
	if f == nil || bad {
		a.Unknown = true
		t.recordAck(a)
		return
	}
	a.Type, a.What, a.Attempt, a.Latency = f.typ, f.what, f.attempt, time.Since(f.sent)
	a.Late, a.Repeated, a.Elsewhere = f.late, f.acked, f.socket != 0 && f.socket != s.id
	hasPayload := len(payload) > 0 && string(payload) != "null"
	a.Ignored = hasPayload && !f.accepts
	if !a.Dropped && !a.Late && !a.Repeated {
		f.acked, f.latency = true, a.Latency
		if f.answer != nil {
			if !hasPayload {
				payload = nil
			}
			f.answer(payload)
		}
		close(f.done)
	}
	t.recordAck(a)
}

func (t *Twin) recordAck(a Ack) {
	t.sockets.acks = remember(t.sockets.acks, a, keepFlights)
	t.ring()
}

// Acks returns every ack received, oldest first.
func (t *Twin) Acks() []Ack {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.sockets.acks)
}
