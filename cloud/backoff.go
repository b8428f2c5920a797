package cloud

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gophercloud/gophercloud/v2"
)

// backOff waits as an API that is asked too often (429) says, so that the call
// is made again. If that is later than the caller can wait, it says so at once.
// gophercloud gives up by itself after five times.
func backOff(ctx context.Context, refused *gophercloud.ErrUnexpectedResponseCode, _ error, tries uint) error {
	wait := retryAfter(refused.ResponseHeader, time.Now())
	if wait == 0 {
		wait = time.Second << min(tries, 4) / 2
	}
	if deadline, ok := ctx.Deadline(); ok && time.Now().Add(wait).After(deadline) {
		return *refused
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retryAfter reads the header of RFC 9110, 10.2.3: seconds or a date. It is 0 if
// there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(value); err == nil && seconds > 0 {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}
