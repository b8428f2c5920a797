package vantage

import (
	"context"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
	"sshhelp/probes"
	sshd "sshhelp/sim/sshd/twin"
)

// TestTwoPlacesSeeDifferently: from here nothing answers, from melbourne an SSH
// server does. The probers are the real ones; no packet leaves the loopback.
func TestTwoPlacesSeeDifferently(t *testing.T) {
	t.Parallel()
	server, err := sshd.Start(t.Context(), sshd.Options{Listen: "127.0.0.1:0", Behaviour: "healthy"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	silent := func(context.Context, string, string) (net.Conn, error) { return nil, os.ErrDeadlineExceeded }
	open22 := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr != target.String() {
			t.Errorf("melbourne dialled %s", addr)
		}
		return (&net.Dialer{}).DialContext(ctx, network, server.Addr().String())
	}
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		serve(t, open(t, m), StationOptions{Prober: probes.New(probes.Options{Name: "melbourne", Dial: open22}), Version: "1.2.3"})
		e := ask(t, newPanel(t, l, probes.New(probes.Options{Name: "lab", Dial: silent}), "melbourne"), 12*time.Second)
		if got, want := seen(e), "lab:timed-out melbourne:ok melbourne=online"; got != want {
			t.Fatalf("%s, want %s", got, want)
		}
		there := e.Reach[1]
		if there.SSH == nil || there.SSH.Kex != diag.OK || len(there.SSH.HostKeys) == 0 || time.Since(there.StartedAt) > time.Minute {
			t.Errorf("melbourne saw %+v", there)
		}
		if v := e.Vantages[0]; v.Version != "1.2.3" || v.Heartbeat.IsZero() || v.LastAnswer.IsZero() {
			t.Errorf("melbourne is %+v", v)
		}
	})
}

// TestSecretFree: the other place is told what it needs to probe, not who asks.
func TestSecretFree(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	var told *diag.Evidence
	serve(t, l, StationOptions{Prober: &fake{name: "melbourne", read: func(_ context.Context, known *diag.Evidence, _ diag.Source) (diag.Fact, error) {
		told = known
		return nil, nil
	}}})
	ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 10*time.Second)
	want := &diag.Evidence{
		Asked: diag.Asked{Port: 22, PortSaid: true},
		Instance: &diag.Instance{ID: "7d0c", Addresses: []diag.Address{
			{IP: netip.MustParseAddr("10.0.0.5")}, {IP: target.Addr(), Floating: true},
		}},
	}
	if diff := cmp.Diff(want, told, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}

// TestOtherClock: the Redis server's clock is hours off, and nobody minds.
func TestOtherClock(t *testing.T) {
	t.Parallel()
	for _, off := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		server := miniredis.RunT(t)
		server.SetTime(time.Now().Add(off))
		l := open(t, memory{url: "redis://" + server.Addr()})
		serve(t, l, StationOptions{Prober: &fake{name: "melbourne"}})
		e := ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 10*time.Second)
		if got, want := seen(e), "lab:ok melbourne:ok melbourne=online"; got != want {
			t.Errorf("%v off: %s, want %s", off, got, want)
		}
		if age := time.Since(e.Vantages[0].Heartbeat); age < -time.Minute || age > time.Minute {
			t.Errorf("%v off: the last sign of life was %v ago", off, age)
		}
	}
}

// TestNotWaitedFor: places that cannot be relied on cost no time.
func TestNotWaitedFor(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		sick := &fake{name: "sydney", check: diag.Check{Mark: diag.CheckFailed, Text: "no socket"}}
		serve(t, l, StationOptions{Prober: sick})
		stop := serve(t, l, StationOptions{Prober: &fake{name: "perth"}})
		stop()
		began := time.Now()
		e := ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne", "sydney", "perth"), 10*time.Second)
		if got, want := seen(e), "lab:ok melbourne=offline sydney=degraded perth=offline"; got != want {
			t.Errorf("%s, want %s", got, want)
		}
		for i, want := range []string{"no sign of life yet", "its own check fails: no socket", "it was stopped"} {
			if !strings.Contains(e.Vantages[i].Why, want) {
				t.Errorf("%s: %q, want %q", e.Vantages[i].Name, e.Vantages[i].Why, want)
			}
		}
		if took := time.Since(began); took > 2900*time.Millisecond || sick.reads.Load() > 0 {
			t.Errorf("took %v, and the degraded place was asked %d times", took, sick.reads.Load())
		}
	})
}

// TestLetsJobsLie: a place that is alive and takes nothing up is degraded, for
// this diagnosis and, as its jobs lie, for others.
func TestLetsJobsLie(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	l.pace.pickup, l.pace.lie = time.Second, 100*time.Millisecond
	gate := make(chan struct{})
	begun := make(chan struct{}, 9)
	serve(t, l, StationOptions{Slots: 1, Prober: &fake{name: "melbourne", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) {
		begun <- struct{}{}
		<-gate
		return nil, nil
	}}})
	defer close(gate)
	w := newPanel(t, l, &fake{name: "lab"}, "melbourne")
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan struct{})
	go func() { defer close(first); w.Read(ctx, known(), diag.SourceSSH) }()
	<-begun
	e := ask(t, w, 10*time.Second)
	if got, want := seen(e), "lab:ok melbourne=degraded"; got != want || e.Vantages[0].Why != "it did not take up a job within 1 second" {
		t.Errorf("%s (%q), want %s", got, e.Vantages[0].Why, want)
	}
	if v := state(t, l, "melbourne"); v.State != diag.VantageDegraded || !strings.Contains(v.Why, "a job has waited there") {
		t.Errorf("melbourne is %+v", v)
	}
	cancel()
	<-first
}

// TestTooLate: the asker's time ends before the place has answered; what was
// seen here is kept.
func TestTooLate(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	l.pace.margin = -time.Second
	serve(t, l, StationOptions{Prober: &fake{name: "melbourne", read: func(ctx context.Context, _ *diag.Evidence, _ diag.Source) (diag.Fact, error) {
		<-ctx.Done()
		return nil, nil
	}}})
	e := ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 500*time.Millisecond)
	if got, want := seen(e), "lab:ok"; got != want || len(e.Gaps) != 1 || e.Gaps[0].Why != diag.GapCanceled {
		t.Errorf("%s, gaps %+v", got, e.Gaps)
	}
}

// TestGapsOfOtherPlaces name their place.
func TestGapsOfOtherPlaces(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	gap := &diag.Gap{Source: diag.SourceSSH, Why: diag.GapSkipped, Text: "10.0.0.5 was not probed."}
	serve(t, l, StationOptions{Prober: &fake{name: "melbourne", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) { return nil, gap }}})
	serve(t, l, StationOptions{Prober: &fake{name: "sydney", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) { panic("a bug") }}})
	e := ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne", "sydney"), 10*time.Second)
	if len(e.Gaps) != 2 || e.Gaps[0].Text != "From melbourne: 10.0.0.5 was not probed." || e.Gaps[1].Why != diag.GapFailed {
		t.Errorf("gaps %+v", e.Gaps)
	}
}

// TestNames: of several answers of DNS the one that helps is taken.
func TestNames(t *testing.T) {
	t.Parallel()
	own := &diag.Names{From: "own", Outcome: diag.OK, Addrs: []netip.Addr{target.Addr()}}
	other := &diag.Names{From: "other", Outcome: diag.OK, Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.9")}}
	unknown := &diag.Names{From: "unknown", Outcome: diag.NoSuchName}
	silent := &diag.Names{From: "silent", Outcome: diag.TimedOut}
	order := []*diag.Names{own, other, unknown, silent, nil}
	for i, a := range order {
		for j, b := range order {
			if got := clearer(known(), a, b); got != order[min(i, j)] {
				t.Errorf("of %v and %v: %v", a, b, got)
			}
		}
	}
	e := known()
	for query, want := range map[string]bool{"web-1": false, "203.0.113.9": false, "2001:db8::1": false, "web-1.example.org": true} {
		e.Asked.Query = query
		if got := worthAsking(e, diag.SourceDNS); got != want {
			t.Errorf("%s is asked about: %t", query, got)
		}
	}
}

// calls is a local witness that asks about logins.
type calls struct {
	*fake
	logins int
}

func (c *calls) ReadLogin(ctx context.Context, known *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error) {
	c.logins += len(login(ctx))
	return c.Read(ctx, known, diag.SourceSSH)
}

// TestLoginsAreAskedOnce: from this place alone, however many look.
func TestLoginsAreAskedOnce(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	serve(t, l, StationOptions{Prober: &fake{name: "melbourne"}})
	if _, ok := newPanel(t, l, &fake{name: "lab"}, "melbourne").(caller); ok {
		t.Error("a panel asks about logins whose local witness does not")
	}
	local := &calls{fake: &fake{name: "lab"}}
	w, ok := newPanel(t, l, local, "melbourne").(caller)
	if !ok {
		t.Fatal("a panel does not ask about logins whose local witness does")
	}
	asked := 0
	fact, err := w.ReadLogin(t.Context(), known(), func(context.Context) []diag.Login { asked++; return []diag.Login{{User: "debian"}} })
	e := known()
	e.Add(fact)
	if got := seen(e); err != nil || got != "lab:ok melbourne:ok melbourne=online" || asked != 1 || local.logins != 1 {
		t.Errorf("%s, %v, asked %d times", got, err, asked)
	}
	if got := ask(t, w, 10*time.Second); len(got.Reach) != 2 || local.logins != 1 {
		t.Errorf("Read of a calling panel: %s", seen(got))
	}
	if !slices.Equal(w.Sources(), local.Sources()) {
		t.Errorf("sources %q", w.Sources())
	}
}

func TestPanelRefuses(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://127.0.0.1:1"})
	for _, names := range [][]string{{"lab"}, {"melbourne", "melbourne"}, {""}, {"<!channel>"}, {"a", "b", "c", "d", "e", "f", "g", "h", "i"}} {
		if _, err := NewPanel(l, &fake{name: "lab"}, names); err == nil {
			t.Errorf("%q is accepted", names)
		}
	}
	if _, err := NewStation(l, StationOptions{Prober: &fake{name: "a\nb"}}); err == nil {
		t.Error("a station of an impossible name")
	}
	if _, err := Open(Options{RedisURL: "http://user:hunter2@redis"}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a wrong URL: %v", err)
	}
}

// BenchmarkAsk is what it takes to have a place look that sees at once: the cost
// of the way over a redis-server on the same machine.
func BenchmarkAsk(b *testing.B) {
	m := redisServer(b)
	l, err := Open(Options{RedisURL: m.url})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	station, err := NewStation(l, StationOptions{Prober: &fake{name: "melbourne"}})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() { station.Run(ctx); close(ended) }()
	defer func() { cancel(); <-ended }()
	w, err := NewPanel(l, &fake{name: "lab"}, []string{"melbourne"})
	if err != nil {
		b.Fatal(err)
	}
	for there := false; !there; {
		states, err := l.States(ctx, []string{"melbourne"})
		there = err == nil && states[0].State == diag.VantageOnline
	}
	for b.Loop() {
		e := known()
		fact, err := w.Read(ctx, e, diag.SourceSSH)
		if err != nil {
			b.Fatal(err)
		}
		if e.Add(fact); len(e.Reach) != 2 {
			b.Fatalf("got %s", seen(e))
		}
	}
}
