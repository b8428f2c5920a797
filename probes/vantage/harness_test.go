package vantage

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"sshhelp/diag"
)

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		child()
		return
	}
	os.Exit(m.Run())
}

// quick is a pace for tests. Signs of life must still come in time on a machine
// that runs all tests at once.
func quick() pace {
	p := normalPace()
	p.beat, p.silent, p.pickup, p.away = 100*time.Millisecond, 2*time.Second, 3*time.Second, time.Second
	p.drain, p.block = 5*time.Second, 100*time.Millisecond
	return p
}

// A memory is a Redis that a test can stop and start again.
type memory struct {
	url         string
	stop, start func()
}

// onBoth runs a test on redis-server and on miniredis.
func onBoth(t *testing.T, run func(t *testing.T, m memory)) {
	t.Run("redis-server", func(t *testing.T) { t.Parallel(); run(t, redisServer(t)) })
	t.Run("miniredis", func(t *testing.T) { t.Parallel(); run(t, memory{url: "redis://" + miniredis.RunT(t).Addr()}) })
}

// redisServer is Debian's redis-server on a free loopback port. It keeps nothing,
// so that a restart is also a loss of memory.
func redisServer(t testing.TB) memory {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	ln.Close()
	var cmd *exec.Cmd
	stop := func() {
		if cmd != nil {
			_ = cmd.Process.Kill() // it is there until Wait
			_ = cmd.Wait()         // killed
			cmd = nil
		}
	}
	start := func() {
		cmd = exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
		out, err := cmd.StdoutPipe()
		if err == nil {
			err = cmd.Start()
		}
		if err != nil {
			cmd = nil
			t.Fatalf("start redis-server (Debian package redis-server): %v", err)
		}
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), "Ready to accept connections") {
				return
			}
		}
		t.Fatal("redis-server ended before it was ready")
	}
	start()
	t.Cleanup(stop)
	return memory{"redis://127.0.0.1:" + port, stop, start}
}

func open(t *testing.T, m memory) *Line {
	t.Helper()
	l, err := Open(Options{RedisURL: m.url, KeyPrefix: "test:", Logger: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	l.pace = quick()
	t.Cleanup(func() { l.Close() })
	return l
}

// fake is a prober, or a local witness, whose answers a test decides.
type fake struct {
	name  string
	read  func(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error)
	check diag.Check
	reads atomic.Int32
}

func (f *fake) Name() string                     { return f.name }
func (f *fake) Sources() []diag.Source           { return []diag.Source{diag.SourcePing, diag.SourceSSH} }
func (f *fake) Check(context.Context) diag.Check { return f.check }

func (f *fake) Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	f.reads.Add(1)
	if f.read == nil {
		return diag.Reaches{reach(f.name, diag.OK)}, nil
	}
	return f.read(ctx, known, source)
}

var target = netip.MustParseAddrPort("203.0.113.9:22")

func reach(from string, o diag.Outcome) diag.Reach {
	return diag.Reach{Target: target, From: from, Connect: diag.Dial{Outcome: o}}
}

// known is an instance that is asked about.
func known() *diag.Evidence {
	return &diag.Evidence{
		Asked: diag.Asked{Query: "web-1", Port: 22, User: "sam", From: netip.MustParseAddr("198.51.100.7")},
		Instance: &diag.Instance{ID: "7d0c", Name: "web-1", Addresses: []diag.Address{
			{IP: netip.MustParseAddr("10.0.0.5"), MAC: "fa:16:3e:00:00:01"}, {IP: target.Addr(), Floating: true},
		}},
	}
}

// serve runs a station until the test ends, or until stop, which waits.
func serve(t *testing.T, l *Line, o StationOptions) (stop func()) {
	t.Helper()
	s, err := NewStation(l, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { s.Run(ctx); close(ended) }()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	until(t, s.name+" is there", func() bool { return state(t, l, s.name).State != diag.VantageOffline })
	return stop
}

func state(t *testing.T, l *Line, name string) diag.Vantage {
	t.Helper()
	all, err := l.States(t.Context(), []string{name})
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}

// until waits for a condition.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); {
		if time.Now().After(end) {
			t.Fatalf("not in time: %s", what)
		}
		rest(t.Context(), 10*time.Millisecond)
	}
}

func newPanel(t *testing.T, l *Line, local Witness, names ...string) Witness {
	t.Helper()
	w, err := NewPanel(l, local, names)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// ask asks for SSH as an engine does, and returns the evidence with what was
// added.
func ask(t *testing.T, w Witness, budget time.Duration) *diag.Evidence {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), budget)
	defer cancel()
	e := known()
	fact, err := w.Read(ctx, e, diag.SourceSSH)
	if err != nil {
		t.Error(err)
	}
	if fact != nil {
		e.Add(fact)
	}
	return e
}

// seen lists who saw what, for comparison.
func seen(e *diag.Evidence) string {
	var words []string
	for _, r := range e.Reach {
		words = append(words, fmt.Sprintf("%s:%v", r.From, r.Connect.Outcome))
	}
	for _, v := range e.Vantages {
		words = append(words, fmt.Sprintf("%s=%s", v.Name, v.State))
	}
	return strings.Join(words, " ")
}
