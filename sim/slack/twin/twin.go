package twin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"
)

// Timing holds Slack's clocks. Tests scale them; the values of RealTiming are Slack's own.
type Timing struct {
	Ack            time.Duration   // how long an envelope may stay without ack
	Retries        []time.Duration // pauses before the second, third and fourth delivery of an event
	Trigger        time.Duration   // life of a trigger_id
	ResponseURL    time.Duration   // life of a response_url
	Status         time.Duration   // life of a thread status
	Ping           time.Duration   // pause between websocket pings
	Grace          time.Duration   // between a disconnect "warning" and the end of the connection
	ConnectionLife time.Duration   // after which Slack refreshes a connection; 0 means never
	FileProcessing time.Duration   // between completeUploadExternal and the file's message; 0 means at once
}

// RealTiming returns Slack's values.
func RealTiming() Timing {
	return Timing{
		Ack:         3 * time.Second,
		Retries:     []time.Duration{0, time.Minute, 5 * time.Minute},
		Trigger:     3 * time.Second,
		ResponseURL: 30 * time.Minute,
		Status:      2 * time.Minute,
		Ping:        5 * time.Second,
		Grace:       10 * time.Second,
	}
}

// Scaled returns the timing with every duration multiplied by f, which is below 1 in tests.
func (t Timing) Scaled(f float64) Timing {
	scale := func(d time.Duration) time.Duration { return time.Duration(float64(d) * f) }
	out := Timing{
		Ack: scale(t.Ack), Trigger: scale(t.Trigger), ResponseURL: scale(t.ResponseURL), Status: scale(t.Status),
		Ping: scale(t.Ping), Grace: scale(t.Grace), ConnectionLife: scale(t.ConnectionLife), FileProcessing: scale(t.FileProcessing),
	}
	for _, d := range t.Retries {
		out.Retries = append(out.Retries, scale(d))
	}
	return out
}

// Options configure a Twin. The zero value serves the default scenario on a free loopback port with Slack's timing.
type Options struct {
	Scenario   *Scenario        // nil: DefaultScenario
	Timing     *Timing          // nil: RealTiming
	Listen     string           // host:port; "" means 127.0.0.1:0
	BaseURL    string           // as clients reach it, without slash at the end; "": made from the listener
	Log        *slog.Logger     // nil: discarded
	Now        func() time.Time // for message ts and the lives of triggers and response URLs; nil: time.Now
	Seed       uint64           // of the choice among connections; 0: random
	RealLimits bool             // enforce Slack's rate limits
}

// Twin is a running workspace. All methods are safe for concurrent use.
//
// One mutex guards everything: a workspace for tests has no throughput to win, and a single order of events is
// worth having. Functions that do not lock by themselves say "mu is held".
type Twin struct {
	sc     *Scenario
	timing Timing
	log    *slog.Logger
	now    func() time.Time
	base   string
	real   bool

	srv    *http.Server
	ctx    context.Context // ends when the twin is closed; owner: Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	mu     sync.Mutex
	closed bool
	rnd    *rand.Rand
	ids    int // for every kind of id
	lastTS int64

	journal journal
	chat    chat
	people  people
	views   views
	files   files
	sockets sockets
	tickets tickets
	faults  faults
	watch   watch
}

// New starts a workspace that listens and serves until Close.
func New(opts Options) (*Twin, error) {
	sc := opts.Scenario
	if sc == nil {
		sc = DefaultScenario()
	} else if err := sc.complete(); err != nil {
		return nil, fmt.Errorf("scenario: %w", err)
	}
	ln, err := net.Listen("tcp", or(opts.Listen, "127.0.0.1:0"))
	if err != nil {
		return nil, fmt.Errorf("listen for the Slack twin: %w", err)
	}
	t := newTwin(sc, opts)
	t.base = or(opts.BaseURL, "http://"+ln.Addr().String())
	t.srv = &http.Server{
		Handler: t.handler(), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return t.ctx },
	}
	t.wg.Go(func() {
		if err := t.srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			t.log.Error("serve", "err", err)
		}
	})
	return t, nil
}

func newTwin(sc *Scenario, opts Options) *Twin {
	t := &Twin{sc: sc, timing: RealTiming(), log: opts.Log, now: opts.Now, real: opts.RealLimits}
	if opts.Timing != nil {
		t.timing = *opts.Timing
	}
	if t.log == nil {
		t.log = slog.New(slog.DiscardHandler)
	}
	if t.now == nil {
		t.now = time.Now
	}
	seed := opts.Seed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.rnd = rand.New(rand.NewPCG(seed, seed))
	t.ctx, t.cancel = context.WithCancel(context.Background())
	t.journal.init()
	t.faults.init()
	t.views.init()
	t.files.init()
	t.tickets.init()
	t.sockets.init()
	t.watch.init(sc.AllowMentions)
	t.populate()
	return t
}

// Close ends every connection and waits for everything the twin has started.
func (t *Twin) Close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.cancel()
	t.srv.Close()
	t.wg.Wait()
}

// URL is the base address, without a slash at the end.
func (t *Twin) URL() string { return t.base }

// APIURL is what a client takes as SLACK_API_URL; it ends in "/api/".
func (t *Twin) APIURL() string { return t.base + "/api/" }

// BotToken is the first valid bot token.
func (t *Twin) BotToken() string { return t.sc.Tokens.Bot[0] }

// AppToken is the first valid app-level token.
func (t *Twin) AppToken() string { return t.sc.Tokens.App[0] }

// BotUser is the user id of our bot, and BotID its bot id.
func (t *Twin) BotUser() string { return t.sc.Bot.UserID }

// BotID is the bot id of our bot, as it stands in bot_id of messages.
func (t *Twin) BotID() string { return t.sc.Bot.BotID }

// start runs f in a goroutine that Close waits for; after Close it does nothing. mu is held.
func (t *Twin) start(f func()) {
	if !t.closed {
		t.wg.Go(f)
	}
}

// after runs f, with mu held, when d has passed, unless the twin is closed before. mu is held.
func (t *Twin) after(d time.Duration, f func()) {
	t.start(func() {
		timer := time.NewTimer(d)
		defer timer.Stop()
		select {
		case <-timer.C:
			t.mu.Lock()
			defer t.mu.Unlock()
			f()
		case <-t.ctx.Done():
		}
	})
}

// id makes an id that was not used before. mu is held.
func (t *Twin) id(kind string) string {
	t.ids++
	return fmt.Sprintf("%s%08d", kind, t.ids)
}

// ts makes a message timestamp: seconds and microseconds, never the same twice, never backwards. mu is held.
func (t *Twin) ts() string {
	t.lastTS = max(t.lastTS+1, t.now().UnixMicro())
	return fmt.Sprintf("%d.%06d", t.lastTS/1e6, t.lastTS%1e6)
}
