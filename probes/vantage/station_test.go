package vantage

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"sshhelp/diag"
	"sshhelp/probes"
)

// aJob is a job that would be run.
func aJob(change func(*job)) *job {
	j := newJob("AAAAAAAAAAAAAAAAAAAAAAAAAA", diag.SourceSSH, known(), 20*time.Second, 20*time.Second)
	change(j)
	return j
}

func encoded(j *job) string {
	text, _ := json.Marshal(j)
	return string(text)
}

// TestForgedJobs: whoever can write to Redis gets no address probed that the
// place's own guard forbids, and nothing else that makes no sense.
func TestForgedJobs(t *testing.T) {
	t.Parallel()
	loopback := netip.MustParseAddr("127.0.0.1")
	own := func(a netip.Addr) func(*job) {
		return func(j *job) { j.Instance.Addresses = []address{{IP: a, Floating: true}} }
	}
	big := aJob(func(*job) {})
	big.Query = strings.Repeat("x", maxJob)
	for name, text := range map[string]string{
		"loopback":            encoded(aJob(own(loopback))),
		"loopback as IPv6":    encoded(aJob(own(netip.MustParseAddr("::ffff:127.0.0.1")))),
		"metadata":            encoded(aJob(own(netip.MustParseAddr("169.254.169.254")))),
		"not the instance's":  encoded(aJob(func(j *job) { j.Address = netip.MustParseAddr("192.0.2.1") })),
		"private":             encoded(aJob(func(j *job) { j.Address = netip.MustParseAddr("10.0.0.5") })),
		"no instance":         encoded(aJob(func(j *job) { j.Instance, j.Address = nil, target.Addr() })),
		"other format":        encoded(aJob(func(j *job) { j.Format = 2 })),
		"no ID":               encoded(aJob(func(j *job) { j.ID = "" })),
		"ID is a key":         encoded(aJob(func(j *job) { j.ID = "../../sshhelp:check:1" })),
		"unknown source":      encoded(aJob(func(j *job) { j.Source = diag.SourceConsole })),
		"no budget":           encoded(aJob(func(j *job) { j.Budget = 0 })),
		"endless budget":      encoded(aJob(func(j *job) { j.Budget = 1 << 40 })),
		"budget overflows":    encoded(aJob(func(j *job) { j.Budget, j.Wait = 1<<62, 1 })),
		"no port":             encoded(aJob(func(j *job) { j.Port = 0 })),
		"a thousand of them":  encoded(aJob(func(j *job) { j.Instance.Addresses = make([]address, 1000) })),
		"no address":          encoded(aJob(func(j *job) { j.Instance.Addresses = []address{{}} })),
		"an interface":        encoded(aJob(func(j *job) { j.Instance.Addresses[0].IP = netip.MustParseAddr("fe80::1%eth0") })),
		"oversized":           encoded(big),
		"a word":              "quit",
		"nothing":             "",
		"unknown field":       strings.Replace(encoded(aJob(func(*job) {})), "{", `{"key":"x",`, 1),
		"something behind it": encoded(aJob(func(*job) {})) + encoded(aJob(func(*job) {})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := miniredis.RunT(t)
			l := open(t, memory{url: "redis://" + server.Addr()})
			var dialled atomic.Int32
			serve(t, l, StationOptions{Prober: probes.New(probes.Options{Name: "melbourne", Dial: func(context.Context, string, string) (net.Conn, error) {
				dialled.Add(1)
				return nil, net.ErrClosed
			}})})
			if err := l.put(t.Context(), "melbourne", text); err != nil {
				t.Fatal(err)
			}
			good := aJob(func(j *job) { j.ID = "BBBBBBBBBBBBBBBBBBBBBBBBBB" })
			if err := l.put(t.Context(), "melbourne", encoded(good)); err != nil {
				t.Fatal(err)
			}
			// The good one comes after it, and is dialled.
			until(t, "the job behind it is done", func() bool { return dialled.Load() > 0 && server.Exists(l.reply(good.ID)) })
			until(t, "all is done", func() bool { n, _ := server.List(l.reply(good.ID)); return len(n) == 2 })
			if n := dialled.Load(); n != 1 {
				t.Errorf("dialled %d times", n)
			}
		})
	}
}

// TestRunOnce: a job that comes again, comes too late, or bears a time that
// cannot be is not run.
func TestRunOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		p := &fake{name: "melbourne"}
		serve(t, l, StationOptions{Prober: p})
		now := time.Now().UnixMilli()
		text := encoded(aJob(func(*job) {}))
		push := func(entry string) {
			if err := l.db.RPush(t.Context(), l.jobs("melbourne"), entry).Err(); err != nil {
				t.Fatal(err)
			}
		}
		for _, ms := range []int64{now, now, now - 1, now - 25_000, now + 3_600_000} {
			push(fmt.Sprintf("%d %s", ms, text))
		}
		late := encoded(aJob(func(j *job) { j.ID, j.Wait = "CCCCCCCCCCCCCCCCCCCCCCCCCC", 3000 }))
		push(fmt.Sprintf("%d %s", now-4000, late))
		early := encoded(aJob(func(j *job) { j.ID = "DDDDDDDDDDDDDDDDDDDDDDDDDD" }))
		push(fmt.Sprintf("%d %s", now+3_600_000, early))
		push("now " + early)
		last := encoded(aJob(func(j *job) { j.ID = "EEEEEEEEEEEEEEEEEEEEEEEEEE" }))
		push(fmt.Sprintf("%d %s", now, last))
		until(t, "the last job is answered", func() bool { return l.db.LLen(t.Context(), l.reply("EEEEEEEEEEEEEEEEEEEEEEEEEE")).Val() == 2 })
		if n := p.reads.Load(); n != 2 {
			t.Errorf("%d jobs were run, want 2", n)
		}
	})
}

// TestBounded: however many ask, a place does so much at once.
func TestBounded(t *testing.T) {
	t.Parallel()
	l := open(t, memory{url: "redis://" + miniredis.RunT(t).Addr()})
	var now, most atomic.Int32
	serve(t, l, StationOptions{Slots: 2, Prober: &fake{name: "melbourne", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		rest(t.Context(), 20*time.Millisecond)
		return diag.Reaches{reach("melbourne", diag.OK)}, nil
	}}})
	w := newPanel(t, l, &fake{name: "lab"}, "melbourne")
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if e := ask(t, w, 20*time.Second); len(e.Reach) != 2 {
				t.Errorf("got %s", seen(e))
			}
		})
	}
	wg.Wait()
	if n := most.Load(); n != 2 {
		t.Errorf("%d at once, want 2", n)
	}
}

// TestStopFinishes: a job under way at the end is answered, and none is taken up
// any more.
func TestStopFinishes(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l := open(t, m)
		gate, begun := make(chan struct{}), make(chan struct{})
		stop := serve(t, l, StationOptions{Prober: &fake{name: "melbourne", read: func(context.Context, *diag.Evidence, diag.Source) (diag.Fact, error) {
			close(begun)
			<-gate
			return diag.Reaches{reach("melbourne", diag.OK)}, nil
		}}})
		said := make(chan *diag.Evidence)
		go func() { said <- ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 20*time.Second) }()
		<-begun
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		until(t, "no more jobs are taken", func() bool { return state(t, l, "melbourne").Why == "it is being stopped" })
		rest(t.Context(), 5*l.pace.block) // the asker looks whether it is still there
		close(gate)
		if got := seen(<-said); got != "lab:ok melbourne:ok melbourne=online" {
			t.Errorf("got %s", got)
		}
		<-stopped
		if v := state(t, l, "melbourne"); v.State != diag.VantageOffline || !strings.HasPrefix(v.Why, "it was stopped") {
			t.Errorf("melbourne is %+v", v)
		}
	})
}

// TestStopHandsBack: what would take too long is done by another process of the
// same place.
func TestStopHandsBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, m memory) {
		l, slow := open(t, m), open(t, m)
		slow.pace.drain = 100 * time.Millisecond
		begun := make(chan struct{})
		stop := serve(t, slow, StationOptions{Prober: &fake{name: "melbourne", read: func(ctx context.Context, _ *diag.Evidence, _ diag.Source) (diag.Fact, error) {
			close(begun)
			<-ctx.Done()
			return diag.Reaches{reach("melbourne", diag.Canceled)}, nil
		}}})
		said := make(chan *diag.Evidence)
		go func() { said <- ask(t, newPanel(t, l, &fake{name: "lab"}, "melbourne"), 20*time.Second) }()
		<-begun
		serve(t, open(t, m), StationOptions{Prober: &fake{name: "melbourne"}})
		stop()
		if got := seen(<-said); got != "lab:ok melbourne:ok melbourne=online" {
			t.Errorf("got %s", got)
		}
	})
}
