package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

const (
	openMethod = "apps.connections.open"
	openEvery  = 5 * time.Second
	openBurst  = 3

	maxFrame   = 1 << 20 // bytes of one envelope
	ackMost    = time.Second
	maxIntakes = 16 // envelopes of one connection on their way into Redis
)

// connect keeps one Socket Mode connection until ctx ends. slack-go's client
// reconnects by itself; here its events are read without ever waiting for
// anything but a free intake, because a client that is not read goes deaf.
func (b *Bot) connect(ctx context.Context, i int) {
	client := socketmode.New(b.web.api, socketmode.OptionReadLimit(maxFrame))
	var wg sync.WaitGroup
	wg.Go(func() { b.hear(ctx, i, client, &wg) })
	err := client.RunContext(ctx)
	b.links.lost(i)
	if ctx.Err() == nil {
		b.fail(openFailure(err))
	}
	wg.Wait()
}

// openFailure is why slack-go's client has ended by itself.
func openFailure(err error) error {
	if p := permanent(openMethod, err); p != nil {
		return p
	}
	return err
}

// hear reads the client's events until ctx ends.
func (b *Bot) hear(ctx context.Context, i int, client *socketmode.Client, wg *sync.WaitGroup) {
	intakes := make(chan struct{}, maxIntakes)
	for {
		select {
		case <-ctx.Done():
			return
		case e := <-client.Events:
			env, ok := b.sort(i, e)
			if !ok {
				continue
			}
			select {
			case intakes <- struct{}{}:
			case <-ctx.Done():
				return
			}
			wg.Go(func() {
				defer func() { <-intakes }()
				b.take(ctx, client, env)
			})
		}
	}
}

// An envelope is one delivery on a socket.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
	Attempt int             `json:"retry_attempt"`
}

// sort notes what an event says of the connection and returns the envelope in
// it, if any. Payloads are decoded here and not by slack-go, whose strictness
// about blocks would hide a whole message and leave it without ack: such events
// come as bad messages and are taken all the same.
func (b *Bot) sort(i int, e socketmode.Event) (envelope, bool) {
	var env envelope
	switch e.Type {
	case socketmode.EventTypeHello:
		b.links.hello(i)
		b.log.Info("Slack says hello", "connection", i, "connections_of_app", e.Request.NumConnections)
	case socketmode.EventTypeConnecting:
		b.links.lost(i)
	case socketmode.EventTypeConnectionError:
		b.refused(i, e)
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := e.Data.(*socketmode.ErrorBadMessage)
		if ok && json.Unmarshal(bad.Message, &env) == nil && env.ID != "" {
			return env, true
		}
		b.log.Warn("unreadable frame from Slack")
	case socketmode.EventTypeErrorWriteFailed:
		b.log.Warn("an ack could not be sent; Slack will deliver again")
	default:
		if e.Request != nil && e.Request.EnvelopeID != "" {
			return envelope{e.Request.EnvelopeID, e.Request.Type, e.Request.Payload, e.Request.RetryAttempt}, true
		}
	}
	return env, false
}

// refused ends the bot if Slack will not let us in for as long as nobody
// changes something; slack-go would try forever.
func (b *Bot) refused(i int, e socketmode.Event) {
	b.links.lost(i)
	failure, ok := e.Data.(*slack.ConnectionErrorEvent)
	if !ok {
		return
	}
	if p := permanent(openMethod, failure.ErrorObj); p != nil {
		b.fail(p)
		return
	}
	b.log.Warn("cannot connect to Slack", "connection", i, "err", failure.ErrorObj, "retry_in", failure.Backoff)
}

// take has one envelope's wish queued and acks. What could not be queued is not
// acked, so that Slack delivers it again; commands are answered in the ack.
func (b *Bot) take(ctx context.Context, client *socketmode.Client, env envelope) {
	payload, ok := b.receive(ctx, env)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, ackMost)
	defer cancel()
	if err := client.AckCtx(ctx, env.ID, payload); err != nil && !errors.Is(err, context.Canceled) {
		b.log.Warn("cannot ack", "envelope", env.ID, "err", err)
	}
}

// opener slows apps.connections.open down: when Slack drops every new
// connection, slack-go opens the next with no pause, thousands a second.
type opener struct {
	next http.RoundTripper
	lane *lane
}

// RoundTrip implements [http.RoundTripper].
func (o *opener) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/"+openMethod) {
		if err := o.lane.take(r.Context(), answer); err != nil {
			return nil, err
		}
	}
	return o.next.RoundTrip(r)
}

// links knows which connections have said hello.
type links struct {
	now func() time.Time

	mu   sync.Mutex
	up   []bool
	last time.Time // when one was up last, or the start
}

func newLinks(n int, now func() time.Time) *links {
	return &links{now: now, up: make([]bool, n), last: now()}
}

func (l *links) hello(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.up[i] = true
}

func (l *links) lost(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.up[i] {
		l.last = l.now()
	}
	l.up[i] = false
}

// greeted counts the connections that are up.
func (l *links) greeted() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, up := range l.up {
		if up {
			n++
		}
	}
	return n
}

// quiet is for how long none has been up.
func (l *links) quiet() time.Duration {
	if l.greeted() > 0 {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now().Sub(l.last)
}
