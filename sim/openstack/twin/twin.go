// Package twin owns a working imitation of an OpenStack cloud: Keystone, Nova,
// Neutron, Glance and as much of Cinder as a server that boots from a volume
// needs, over HTTP on one loopback port.
//
// It answers from a scenario and keeps what changes (tokens, states of servers)
// in memory. What it answers was compared with a real cloud of the Zed release;
// where a behaviour surprises clients, the code that imitates it says so.
// Policies are the newer defaults: a reader may see, but neither read console
// logs nor act.
//
// It is separate from the command in the folder above so that tests can start
// one, make it fail (Fail, ExpireTokens, SetLatency) and count what was asked
// of it (Calls).
package twin

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"sshhelp/sim/scenario"
)

// Options of a Server. The zero Options are good for tests.
type Options struct {
	// Listen is host:port; 127.0.0.1:0, a free port, if empty.
	Listen string
	// Logger gets a line for each call at debug level; none if nil.
	Logger *slog.Logger
	// Latency is added to each call.
	Latency time.Duration
	// Now is the clock; time.Now if nil. Ages in the scenario are counted
	// from what it says when the Server starts.
	Now func() time.Time
	// OnAction, if set, is told of each action that was accepted, by its key
	// ("os-start", "reboot HARD"), with the server as it is then. The answer
	// waits for it; it may call the Server's methods.
	OnAction func(server scenario.Server, action string)
}

// A Server is a running cloud. Its methods may be called at any time.
type Server struct {
	opts     Options
	listener net.Listener
	http     *http.Server
	stopped  chan struct{} // closed when the listener's goroutine has ended
	closing  chan struct{} // closed when Close begins: wakes what hangs

	mu      sync.Mutex
	cloud   scenario.Cloud // its servers and floating IPs are ours to change
	epoch   time.Time      // when ages count from
	times   map[string]stamps
	tokens  map[string]*token
	life    time.Duration // of tokens
	latency time.Duration
	pending map[string]pending // by server ID
	// actionTime is how long actions take.
	actionTime time.Duration
	faults     []*fault
	calls      []Call
}

// stamps are when a server was made and last changed, by server ID.
type stamps struct{ created, updated time.Time }

// New starts a cloud. It completes c (see scenario.Cloud.Complete) and then
// works on a copy; do not start two from one value at the same moment.
func New(c *scenario.Cloud, opts Options) (*Server, error) {
	if err := c.Complete(); err != nil {
		return nil, fmt.Errorf("complete the scenario: %w", err)
	}
	if opts.Listen == "" {
		opts.Listen = "127.0.0.1:0"
	}
	if opts.Logger == nil {
		opts.Logger = slog.New(slog.DiscardHandler)
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	l, err := net.Listen("tcp", opts.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the OpenStack twin: %w", err)
	}
	s := &Server{
		opts: opts, listener: l, stopped: make(chan struct{}), closing: make(chan struct{}),
		cloud: *c, epoch: opts.Now(), times: map[string]stamps{},
		tokens: map[string]*token{}, pending: map[string]pending{}, life: time.Hour, latency: opts.Latency,
	}
	s.cloud.Servers = slices.Clone(c.Servers)
	s.cloud.FloatingIPs = slices.Clone(c.FloatingIPs)
	for _, v := range s.cloud.Servers {
		s.times[v.ID] = stamps{v.Created.Before(s.epoch), v.Updated.Before(s.epoch)}
	}
	s.http = &http.Server{Handler: s.record(s.routes()), ReadHeaderTimeout: time.Minute}
	go func() {
		defer close(s.stopped)
		_ = s.http.Serve(l) // always ends with ErrServerClosed: Close is the only way
	}()
	return s, nil
}

// URL is where the twin listens, without a path. Keystone is at
// URL()+"/identity/v3".
func (s *Server) URL() string { return "http://" + s.listener.Addr().String() }

// Close ends the twin, and the calls under way with it.
func (s *Server) Close() {
	s.mu.Lock()
	select {
	case <-s.closing:
	default:
		close(s.closing)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil { // a client that does not read its answer
		_ = s.http.Close()
	}
	<-s.stopped
}

// routes is the table of everything that can be asked.
func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	s.routeKeystone(mux)
	s.routeNova(mux)
	s.routeNeutron(mux)
	s.routeGlance(mux)
	s.routeCinder(mux)
	return mux
}
