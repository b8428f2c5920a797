package bot

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"
)

// TestLaneKeepsThePace: a burst, then one call per interval.
func TestLaneKeepsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(time.Second, 3)
		started := time.Now()
		for range 8 {
			if err := l.take(t.Context(), reply); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(started); took != 5*time.Second {
			t.Errorf("8 calls in %s, want 5 s", took)
		}
	})
}

// TestLanePriorities: what matters overtakes what was there before.
func TestLanePriorities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(time.Second, 1)
		var mu sync.Mutex
		var order []priority
		var wg sync.WaitGroup
		if err := l.take(t.Context(), reply); err != nil { // the burst
			t.Fatal(err)
		}
		for _, p := range []priority{progress, reply, progress, answer, reply, answer} {
			wg.Go(func() {
				if err := l.take(t.Context(), p); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				order = append(order, p)
			})
			synctest.Wait()
		}
		if l.room() {
			t.Error("room for progress while others wait")
		}
		wg.Wait()
		if want := []priority{answer, answer, reply, reply, progress, progress}; !slices.Equal(order, want) {
			t.Errorf("order %v, want %v", order, want)
		}
	})
}

// TestLaneLetsGo: a call that is given up makes way.
func TestLaneLetsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLane(time.Minute, 1)
		if err := l.take(t.Context(), answer); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := l.take(ctx, answer); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("take: %v", err)
		}
		if l.head() != nil {
			t.Error("somebody still waits")
		}
	})
}

// TestRetryAfterHoldsTheLane: all calls of the method wait, others do not.
func TestRetryAfterHoldsTheLane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(slog.New(slog.DiscardHandler))
		started := time.Now()
		calls := 0
		err := o.do(t.Context(), "users.info", "", answer, func(context.Context) error {
			if calls++; calls < 3 {
				return &slack.RateLimitedError{RetryAfter: 30 * time.Second}
			}
			return nil
		})
		if err != nil || time.Since(started) != time.Minute {
			t.Errorf("%v after %s, want success after a minute", err, time.Since(started))
		}
		limited := func(context.Context) error { return &slack.RateLimitedError{RetryAfter: time.Hour} }
		if err := o.do(t.Context(), "chat.update", "", progress, limited); err == nil {
			t.Error("a progress edit waited for its turn")
		}
		started = time.Now()
		if err := o.do(t.Context(), "chat.postMessage", "C1", reply, func(context.Context) error { return nil }); err != nil || time.Since(started) != 0 {
			t.Errorf("another lane waited: %v after %s", err, time.Since(started))
		}
	})
}

// TestOutOfReach: what could not leave is tried again, what may have left is not.
func TestOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox(slog.New(slog.DiscardHandler))
		calls := 0
		err := o.do(t.Context(), "chat.postMessage", "C1", answer, func(context.Context) error {
			if calls++; calls < 4 {
				return &url.Error{Op: "Post", Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
			}
			return &url.Error{Op: "Post", Err: &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}}
		})
		if calls != 4 || err == nil {
			t.Errorf("%d calls, then %v; want three that could not leave and one that broke", calls, err)
		}
	})
}

func TestLanesAreBounded(t *testing.T) {
	o := newOutbox(slog.New(slog.DiscardHandler))
	for i := range 3 * maxLanes {
		o.lane("chat.postMessage", string(rune(i)))
	}
	if len(o.lanes) > maxLanes {
		t.Errorf("%d lanes", len(o.lanes))
	}
}
