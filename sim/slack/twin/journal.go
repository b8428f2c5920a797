package twin

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// keepChanges is how far back a reader of the change stream can resume.
const keepChanges = 4096

// Change is one step in the life of the workspace, as readers of the stream get it.
type Change struct {
	Revision int      `json:"revision"`
	Kind     string   `json:"kind"`
	User     string   `json:"user,omitempty"` // the only user concerned; "" means all who see Channel
	Channel  string   `json:"channel,omitempty"`
	TS       string   `json:"ts,omitempty"`
	ThreadTS string   `json:"thread_ts,omitempty"`
	Status   *string  `json:"status,omitempty"`
	Message  *Message `json:"message,omitempty"`
	View     *View    `json:"view,omitempty"`
	Sockets  *int     `json:"sockets,omitempty"`
}

// MarshalJSON writes a view that was closed as null instead of leaving it out.
func (c Change) MarshalJSON() ([]byte, error) {
	type fields Change
	if c.Kind != "view" && c.Kind != "home" {
		return json.Marshal(fields(c))
	}
	return json.Marshal(struct {
		fields
		View *View `json:"view"`
	}{fields(c), c.View})
}

// journal is the growing list of changes and the bell that wakes who waits for the next.
type journal struct {
	revision int
	changes  []Change
	bell     chan struct{} // closed and replaced at every change
}

func (j *journal) init() { j.bell = make(chan struct{}) }

// changed records c and wakes everyone who waits. mu is held.
func (t *Twin) changed(c Change) {
	j := &t.journal
	j.revision++
	c.Revision = j.revision
	j.changes = remember(j.changes, c, keepChanges)
	t.ring()
}

// remember appends to a record and forgets its oldest part when it has grown to twice what is kept.
func remember[T any](list []T, v T, keep int) []T {
	list = append(list, v)
	if len(list) >= 2*keep {
		list = slices.Clone(list[len(list)-keep:])
	}
	return list
}

// ring wakes everyone who waits, for changes that no user sees. mu is held.
func (t *Twin) ring() {
	close(t.journal.bell)
	t.journal.bell = make(chan struct{})
}

// since returns the changes after revision that user may see; ok is false when some are forgotten. mu is held.
func (t *Twin) since(revision int, user string) (out []Change, ok bool) {
	j := &t.journal
	oldest := j.revision - len(j.changes)
	if revision < oldest || revision > j.revision {
		return nil, false
	}
	for _, c := range j.changes[revision-oldest:] {
		if c.User == user || c.User == "" && t.sees(user, c.Channel) {
			out = append(out, c)
		}
	}
	return out, true
}

// await returns the first of the candidates for which match is true, looking again after every change of any kind
// (messages, views, acks, calls, sockets). look runs with mu held, match without, so that match may ask the twin.
func await[T any](ctx context.Context, t *Twin, what string, look func() []T, match func(T) bool) (T, error) {
	for {
		t.mu.Lock()
		candidates, bell := look(), t.journal.bell
		t.mu.Unlock()
		if i := slices.IndexFunc(candidates, match); i >= 0 {
			return candidates[i], nil
		}
		var none T
		select {
		case <-bell:
		case <-ctx.Done():
			return none, fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-t.ctx.Done():
			return none, fmt.Errorf("wait for %s: the twin is closed", what)
		}
	}
}

// WaitMessage returns the first message, channel by channel and in order of ts, for which match is true, waiting for
// it if there is none. Ephemerals are offered to match like all others.
func (t *Twin) WaitMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	return await(ctx, t, "a message", func() []Message {
		var all []Message
		for _, c := range t.chat.channels {
			all = append(all, c.messages...)
		}
		return all
	}, match)
}

// WaitView waits until user has a modal open, as top of the stack, for which match is true, and returns it.
func (t *Twin) WaitView(ctx context.Context, user string, match func(View) bool) (View, error) {
	return await(ctx, t, "a modal", func() []View { return listOf(t.views.top(t.userID(user))) }, match)
}

// WaitHome waits until user has an App Home for which match is true, and returns it.
func (t *Twin) WaitHome(ctx context.Context, user string, match func(View) bool) (View, error) {
	return await(ctx, t, "a home", func() []View { return listOf(t.views.home[t.userID(user)]) }, match)
}

func listOf(v *View) []View {
	if v == nil {
		return nil
	}
	return []View{*v}
}

// WaitSockets waits until exactly n Socket Mode connections are open and greeted.
func (t *Twin) WaitSockets(ctx context.Context, n int) error {
	_, err := await(ctx, t, fmt.Sprintf("%d sockets", n), func() []int { return []int{len(t.sockets.open)} },
		func(open int) bool { return open == n })
	return err
}

// WaitAck waits for the first ack for which match is true.
func (t *Twin) WaitAck(ctx context.Context, match func(Ack) bool) (Ack, error) {
	return await(ctx, t, "an ack", func() []Ack { return slices.Clone(t.sockets.acks) }, match)
}

// WaitAcked waits until no envelope is under way: each was acked or given up.
func (t *Twin) WaitAcked(ctx context.Context) error {
	_, err := await(ctx, t, "all acks", func() []int {
		n := 0
		for _, f := range t.sockets.flights {
			if !f.acked && !f.late {
				n++
			}
		}
		return []int{n}
	}, func(n int) bool { return n == 0 })
	return err
}

// WaitCall waits for the first finished Web API call for which match is true.
func (t *Twin) WaitCall(ctx context.Context, match func(Call) bool) (Call, error) {
	return await(ctx, t, "a call", func() []Call { return slices.Clone(t.faults.calls) }, match)
}

// WaitState waits until what user sees makes match true, and returns it.
func (t *Twin) WaitState(ctx context.Context, user string, match func(State) bool) (State, error) {
	a, err := t.actor(user)
	if err != nil {
		return State{}, err
	}
	return await(ctx, t, "a state", func() []State { return []State{a.state()} }, match)
}

// Revision is the number of changes so far.
func (t *Twin) Revision() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.journal.revision
}
