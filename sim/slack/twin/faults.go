package twin

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"golang.org/x/time/rate"
)

// keepCalls bounds the record of Web API calls.
const keepCalls = 5000

// Call is one finished Web API call. Error is "" for success, else Slack's code or the HTTP status ordered by Fail.
type Call struct {
	Method  string        `json:"method"`
	Channel string        `json:"channel,omitempty"`
	TS      string        `json:"ts,omitempty"` // of the message or thread it was about
	At      time.Time     `json:"at"`
	Took    time.Duration `json:"took"` // in nanoseconds
	Error   string        `json:"error,omitempty"`
}

// Fault is one kind of trouble. Exactly one of Error, Status and Lost says which; RetryAfter goes with status 429.
type Fault struct {
	Error      string        // Slack error code in an answer of status 200, e.g. "internal_error"
	Status     int           // HTTP status without a Slack body, e.g. 503; 429 is a rate limit
	RetryAfter time.Duration // whole seconds, rounded up
	Lost       bool          // the call is carried out, then the connection breaks before the answer
}

// faults are the troubles ordered, the record of calls, and the buckets of the real limits.
type faults struct {
	queued  map[string][]Fault
	delays  map[string]time.Duration
	holds   map[string]chan struct{}
	calls   []Call
	buckets map[string]*rate.Limiter
}

func (f *faults) init() {
	f.queued = map[string][]Fault{}
	f.delays = map[string]time.Duration{}
	f.holds = map[string]chan struct{}{}
	f.buckets = map[string]*rate.Limiter{}
}

// Fail makes the next count calls of method fail; "*" means any method. Orders queue up; a negative count takes
// those for the method back.
func (t *Twin) Fail(method string, f Fault, count int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if count < 0 {
		delete(t.faults.queued, method)
	}
	for range count {
		t.faults.queued[method] = append(t.faults.queued[method], f)
	}
}

// RateLimit answers the next count calls of method with 429 and Retry-After.
func (t *Twin) RateLimit(method string, retryAfter time.Duration, count int) {
	t.Fail(method, Fault{Status: http.StatusTooManyRequests, RetryAfter: retryAfter}, count)
}

// Delay makes every call of method wait for d before it is carried out; 0 takes it back.
func (t *Twin) Delay(method string, d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.faults.delays[method] = d
}

// Hold makes calls of method wait until release is called (once or more often).
func (t *Twin) Hold(method string) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	gate := make(chan struct{})
	t.faults.holds[method] = gate
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.faults.holds[method] == gate {
			delete(t.faults.holds, method)
			close(gate)
		}
	}
}

// suffer waits as ordered and takes the next fault for method, nil if there is none.
func (t *Twin) suffer(r *http.Request, method string) *Fault {
	t.mu.Lock()
	gate, delay := t.faults.holds[method], max(t.faults.delays[method], t.faults.delays["*"])
	t.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-r.Context().Done():
		}
	}
	if delay > 0 {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, key := range []string{method, "*"} {
		if q := t.faults.queued[key]; len(q) > 0 {
			t.faults.queued[key] = q[1:]
			return &q[0]
		}
	}
	return nil
}

func (f *Fault) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	switch {
	case f.Error != "":
		_, _ = w.Write(raw(reply{"ok": false, "error": f.Error}))
	case f.Status == http.StatusTooManyRequests:
		w.Header().Set("Retry-After", seconds(f.RetryAfter))
		w.WriteHeader(f.Status)
		_, _ = w.Write(raw(reply{"ok": false, "error": "ratelimited"}))
	default:
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(http.StatusText(f.Status)))
	}
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

func (t *Twin) finish(c Call, code string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c.Took, c.Error = time.Since(c.At), code
	t.faults.calls = remember(t.faults.calls, c, keepCalls)
	t.ring()
}

// Calls returns the finished calls of method, oldest first; "" means of all methods.
func (t *Twin) Calls(method string) []Call {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := []Call{}
	for _, c := range t.faults.calls {
		if method == "" || c.Method == method {
			out = append(out, c)
		}
	}
	return out
}

// postBurst is how many posts a channel takes at once before the limit of one per second holds. Slack only says
// that short bursts pass.
const postBurst = 4

// limit enforces Slack's rates if the twin was started with RealLimits. mu is held.
func (t *Twin) limit(c *call, m method) error {
	if !t.real {
		return nil
	}
	key, every, burst := c.method, rate.Limit(float64(m.tier)/60), m.tier
	if c.method == "chat.postMessage" {
		key, every, burst = "post "+c.str("channel"), 1, postBurst
	} else if m.tier == 0 {
		return nil
	}
	b := t.faults.buckets[key]
	if b == nil {
		b = rate.NewLimiter(every, burst)
		t.faults.buckets[key] = b
	}
	res := b.ReserveN(t.now(), 1)
	if wait := res.DelayFrom(t.now()); wait > 0 {
		res.CancelAt(t.now())
		return &apiError{code: "ratelimited", retryAfter: wait}
	}
	return nil
}
