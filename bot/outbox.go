package bot

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

// A priority orders calls of one lane; within one, first come, first served.
type priority int

const (
	answer   priority = iota // final edits and what a person waits for
	reply                    // further messages
	progress                 // gives way to all else, and is dropped rather than late
)

// maxTimes is how often a call is made at most: with Slack out of reach, for about
// half a minute.
const maxTimes = 6

// outbox lets calls go at the pace that Slack allows per method, posts per
// channel too, the important ones first. A Retry-After holds back everything in
// its lane, not only the call that met it.
type outbox struct {
	log *slog.Logger

	mu    sync.Mutex
	lanes map[string]*lane
}

func newOutbox(log *slog.Logger) *outbox { return &outbox{log: log, lanes: map[string]*lane{}} }

// maxLanes bounds the memory for channels that were posted to once.
const maxLanes = 1000

// lane returns the lane for a method; calls to chat.postMessage have one per
// channel. Rates are Slack's published ones with a fifth left for other replicas.
func (o *outbox) lane(method, channel string) *lane {
	key, every, burst := method, 1500*time.Millisecond, 15.0 // tier 3: 50 a minute
	switch method {
	case "chat.postMessage":
		key, every, burst = method+" "+channel, time.Second, 3
	case "usergroups.users.list": // tier 2: 20 a minute
		every, burst = 3750*time.Millisecond, 10
	case "chat.postEphemeral", "users.info", "views.open", "views.update", "files.completeUploadExternal": // tier 4: 100 a minute
		every, burst = 750*time.Millisecond, 30
	case "response_url":
		every, burst = 50*time.Millisecond, 50
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	l := o.lanes[key]
	if l == nil {
		if len(o.lanes) >= maxLanes {
			for k, old := range o.lanes {
				if old.idle() {
					delete(o.lanes, k)
				}
			}
		}
		l = newLane(every, burst)
		o.lanes[key] = l
	}
	return l
}

// do makes a call when its turn comes, and again when Slack asks for patience or
// when the call could not even leave: then nothing was done by it.
func (o *outbox) do(ctx context.Context, method, channel string, p priority, call func(context.Context) error) error {
	l := o.lane(method, channel)
	for try := 1; ; try++ {
		if err := l.take(ctx, p); err != nil {
			return err
		}
		err := call(ctx)
		wait, again := patienceFor(err, try)
		if !again {
			return err
		}
		l.block(wait)
		o.log.Warn("Slack is to be called again", "method", method, "err", err, "wait", wait, "try", try)
		if p == progress || try == maxTimes {
			return err
		}
	}
}

// patienceFor says whether a call may be made again, whatever it does, and how
// long its lane should rest before.
func patienceFor(err error, try int) (wait time.Duration, again bool) {
	var limited *slack.RateLimitedError
	if errors.As(err, &limited) {
		return limited.RetryAfter, true
	}
	return time.Second << (try - 1), neverLeft(err)
}

// neverLeft: there was no connection to send the call on.
func neverLeft(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && dial.Op == "dial"
}

// A lane is a token bucket with a queue in front of it.
type lane struct {
	every time.Duration // until one more token
	burst float64

	mu      sync.Mutex
	tokens  float64
	filled  time.Time
	blocked time.Time // until when Slack wants no call
	waiting [progress + 1][]*turn
}

// A turn is one call that waits.
type turn struct{ wake chan struct{} }

func newLane(every time.Duration, burst float64) *lane {
	return &lane{every: every, burst: burst, tokens: burst, filled: time.Now()}
}

// take waits for a token.
func (l *lane) take(ctx context.Context, p priority) error {
	t := &turn{wake: make(chan struct{}, 1)}
	l.join(t, p)
	defer l.leave(t, p)
	for {
		wait, first := l.try(t)
		if first && wait <= 0 {
			return nil
		}
		var due <-chan time.Time
		if first {
			timer := time.NewTimer(wait)
			defer timer.Stop()
			due = timer.C
		}
		select {
		case <-due:
		case <-t.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// room reports whether a call could go at once and leave a few tokens for
// others. Progress asks this first, so that it never stands in the way.
func (l *lane) room() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refill()
	return l.head() == nil && l.tokens >= min(3, l.burst) && time.Now().After(l.blocked)
}

// try takes a token if t is first in line and there is one; else it says how
// long the first must wait.
func (l *lane) try(t *turn) (wait time.Duration, first bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.head() != t {
		return 0, false
	}
	l.refill()
	if wait := time.Until(l.blocked); wait > 0 {
		return wait, true
	}
	if l.tokens < 1 {
		return time.Duration((1 - l.tokens) * float64(l.every)), true
	}
	l.tokens--
	return 0, true
}

func (l *lane) refill() {
	now := time.Now()
	l.tokens = min(l.burst, l.tokens+float64(now.Sub(l.filled))/float64(l.every))
	l.filled = now
}

func (l *lane) join(t *turn, p priority) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[p] = append(l.waiting[p], t)
}

// leave takes t out of the line and wakes whoever is first now.
func (l *lane) leave(t *turn, p priority) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting[p] = slices.DeleteFunc(l.waiting[p], func(o *turn) bool { return o == t })
	if next := l.head(); next != nil {
		select {
		case next.wake <- struct{}{}:
		default:
		}
	}
}

func (l *lane) head() *turn {
	for _, q := range l.waiting {
		if len(q) > 0 {
			return q[0]
		}
	}
	return nil
}

// block holds the lane back as Slack asked.
func (l *lane) block(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.blocked) {
		l.blocked = until
	}
}

func (l *lane) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head() == nil && time.Now().After(l.blocked)
}
