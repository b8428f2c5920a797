package bot

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// A webhook hands cases to another system, such as one for tickets: a POST of the
// hand-over as JSON, with these headers:
//
//	Content-Type       application/json
//	Idempotency-Key    the same for every try of one case
//	X-Sshhelp-Time     seconds since 1970, in decimal
//	X-Sshhelp-Signature  "v1=" and the HMAC-SHA256 of TIME "." BODY in hex, by the shared secret
//
// Any 2xx takes the case over. What the other side has surely not taken (it could
// not be reached, or it says 429, 502, 503 or 504) is sent again. If it may have been
// taken (the connection broke after the request had left, or another answer), it is
// not: a case must never become two.
type webhook struct {
	url    string
	secret string
	client *http.Client
	now    func() time.Time
	log    *slog.Logger
	waits  []time.Duration // between tries
}

// Outcomes of a delivery besides success.
var (
	errNotTaken = errors.New("the webhook did not take it")
	errMaybe    = errors.New("it is not known whether the webhook took it")
)

// hookWaits are the pauses between tries: three minutes in all.
var hookWaits = []time.Duration{time.Second, 4 * time.Second, 15 * time.Second, 40 * time.Second, 2 * time.Minute}

func newWebhook(o Options) *webhook {
	return &webhook{
		url: o.Escalation.WebhookURL, secret: o.Escalation.WebhookSecret, now: time.Now, log: o.Logger, waits: hookWaits,
		client: &http.Client{
			Timeout:       20 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
}

// send delivers a case. It returns nil, errNotTaken, errMaybe, or why ctx ended.
func (h *webhook) send(ctx context.Context, key string, body []byte) error {
	for try := 0; ; try++ {
		err := h.try(ctx, key, body)
		if !errors.Is(err, errNotTaken) || try == len(h.waits) {
			return err
		}
		h.log.Warn("the webhook is tried again", "case", key, "err", err, "wait", h.waits[try])
		if !pause(ctx, h.waits[try]) {
			return ctx.Err()
		}
	}
}

func (h *webhook) try(ctx context.Context, key string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: its address cannot be used", errNotTaken)
	}
	at := strconv.FormatInt(h.now().Unix(), 10)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", key)
	req.Header.Set("X-Sshhelp-Time", at)
	req.Header.Set("X-Sshhelp-Signature", sign(h.secret, at, body))
	req.GetBody = nil // a transport that repeats a POST by itself could make two cases of one
	resp, err := h.client.Do(req)
	switch {
	case err == nil:
	case neverLeft(err):
		return fmt.Errorf("%w: %s", errNotTaken, "it cannot be reached")
	default:
		return fmt.Errorf("%w: %w", errMaybe, bareURL(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)) // so that the connection can be used again
	return taken(resp.StatusCode)
}

// taken judges the answer's status.
func taken(status int) error {
	switch {
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusTooManyRequests, status == http.StatusBadGateway, status == http.StatusServiceUnavailable, status == http.StatusGatewayTimeout:
		return fmt.Errorf("%w: status %d", errNotTaken, status)
	case status >= 500:
		return fmt.Errorf("%w: status %d", errMaybe, status)
	}
	return fmt.Errorf("%w for good: status %d", errRefused, status)
}

// errRefused: the other side does not want it, and would not the next time.
var errRefused = errors.New("the webhook refused it")

// sign makes the signature of a body at a time.
func sign(secret, at string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// bareURL takes the address, which may hold a token, out of an HTTP error.
func bareURL(err error) error {
	if inner := errors.Unwrap(err); inner != nil {
		return inner
	}
	return errors.New("the request failed")
}
