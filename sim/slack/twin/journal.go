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
	j.changes = append(j.changes, c)
	if len(j.changes) > 2*keepChanges {
		j.changes = slices.Clone(j.changes[len(j.changes)-keepChanges:])
	}
	t.ring()
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

// Wait returns as soon as cond, called with the workspace at rest, is true; it is asked again after every change
// of any kind (messages, views, acks, calls, sockets). cond must not call methods of the twin.
func (t *Twin) wait(ctx context.Context, what string, cond func() bool) error {
	for {
		t.mu.Lock()
		done, bell := cond(), t.journal.bell
		t.mu.Unlock()
		if done {
			return nil
		}
		select {
		case <-bell:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", what, ctx.Err())
		case <-t.ctx.Done():
			return fmt.Errorf("wait for %s: the twin is closed", what)
		}
	}
}

// WaitMessage returns the first message, in order of ts, for which match is true, waiting for it if there is none.
// Ephemerals are offered to match like all others. match must not call methods of the twin.
func (t *Twin) WaitMessage(ctx context.Context, match func(Message) bool) (Message, error) {
	var found Message
	err := t.wait(ctx, "a message", func() bool {
		for _, c := range t.chat.channels {
			for _, m := range c.messages {
				if match(m) {
					found = m
					return true
				}
			}
		}
		return false
	})
	return found, err
}

// WaitView waits until user has a modal open, as top of the stack, for which match is true, and returns it.
func (t *Twin) WaitView(ctx context.Context, user string, match func(View) bool) (View, error) {
	return t.waitView(ctx, "a modal", func() *View { return t.views.top(t.userID(user)) }, match)
}

// WaitHome waits until user has an App Home for which match is true, and returns it.
func (t *Twin) WaitHome(ctx context.Context, user string, match func(View) bool) (View, error) {
	return t.waitView(ctx, "a home", func() *View { return t.views.home[t.userID(user)] }, match)
}

func (t *Twin) waitView(ctx context.Context, what string, get func() *View, match func(View) bool) (View, error) {
	var found View
	err := t.wait(ctx, what, func() bool {
		v := get()
		if v == nil || !match(*v) {
			return false
		}
		found = *v
		return true
	})
	return found, err
}

// WaitSockets waits until exactly n Socket Mode connections are open and greeted.
func (t *Twin) WaitSockets(ctx context.Context, n int) error {
	return t.wait(ctx, fmt.Sprintf("%d sockets", n), func() bool { return len(t.sockets.open) == n })
}

// WaitAck waits for the first ack for which match is true.
func (t *Twin) WaitAck(ctx context.Context, match func(Ack) bool) (Ack, error) {
	return waitIn(ctx, t, "an ack", func() []Ack { return t.sockets.acks }, match)
}

// WaitCall waits for the first finished Web API call for which match is true.
func (t *Twin) WaitCall(ctx context.Context, match func(Call) bool) (Call, error) {
	return waitIn(ctx, t, "a call", func() []Call { return t.faults.calls }, match)
}

func waitIn[T any](ctx context.Context, t *Twin, what string, list func() []T, match func(T) bool) (found T, err error) {
	err = t.wait(ctx, what, func() bool {
		i := slices.IndexFunc(list(), match)
		if i >= 0 {
			found = list()[i]
		}
		return i >= 0
	})
	return found, err
}

// Revision is the number of changes so far.
func (t *Twin) Revision() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.journal.revision
}

// WaitState waits until what user sees makes match true.
func (t *Twin) WaitState(ctx context.Context, user string, match func(State) bool) error {
	a, err := t.actor(user)
	if err != nil {
		return err
	}
	return t.wait(ctx, "a state", func() bool { return match(a.state()) })
}
