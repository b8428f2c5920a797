package probes_test

import (
	"context"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sshhelp/diag"
	"sshhelp/probes"
)

var target = netip.MustParseAddrPort("198.51.100.7:22")

// TestSilentTargets: a hundred addresses that never answer take as long as
// one, which is exactly the budget, and leave nothing running.
func TestSilentTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := probes.New(probes.Options{Dial: dialSilence})
		began := time.Now()
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				r := p.Target(t.Context(), target)
				if r.Connect.Outcome != diag.TimedOut || r.Connect.Took != 5*time.Second || r.SSH != nil {
					t.Errorf("got %+v, want timed-out after 5 s", r.Connect)
				}
			})
		}
		wg.Wait()
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("took %s, want 5 s", took)
		}
	})
}

// stalls are the stages at which a server can leave us waiting.
var stalls = []struct {
	name  string
	dial  dialer
	after time.Duration // until we give up
	stage func(diag.Reach) diag.Outcome
}{
	{"connect", dialSilence, 5 * time.Second, func(r diag.Reach) diag.Outcome { return r.Connect.Outcome }},
	{"identification", dialServer(say("")), 10 * time.Second, func(r diag.Reach) diag.Outcome { return r.SSH.Ident }},
	{"half an identification", dialServer(say("SSH-2.0-Open")), 10 * time.Second, func(r diag.Reach) diag.Outcome { return r.SSH.Ident }},
	{"key exchange", dialServer(say("SSH-2.0-x\r\n")), 10 * time.Second, func(r diag.Reach) diag.Outcome { return r.SSH.Kex }},
	{"a packet", dialServer(say("SSH-2.0-x\r\n\x00\x00\x01\x00")), 10 * time.Second, func(r diag.Reach) diag.Outcome { return r.SSH.Kex }},
	{"a second key exchange", dialServer(say("SSH-2.0-x\r\n")), 15 * time.Second, func(r diag.Reach) diag.Outcome { return r.SSH.SmallKex }},
}

// say says something and then listens for ever.
func say(text string) func(net.Conn) {
	return func(c net.Conn) {
		go io.WriteString(c, text) // a pipe blocks until somebody reads
		io.Copy(io.Discard, c)
	}
}

// TestTimedOut: when the stage's own budget ends, that is evidence.
func TestTimedOut(t *testing.T) {
	for _, c := range stalls {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				r := probes.New(probes.Options{Dial: c.dial}).Target(t.Context(), target)
				whole := c.after
				if r.SSH != nil && r.SSH.SmallKex == diag.TimedOut {
					whole = 15 * time.Second // a stalled exchange is tried once more
				}
				if got := c.stage(r); got != diag.TimedOut || time.Since(began) != whole {
					t.Errorf("got %s after %s, want timed-out after %s", got, time.Since(began), whole)
				}
			})
		})
	}
}

// TestCanceled: when our own time ends, at whatever stage and in whatever way,
// that says nothing about the other side. A deadline that falls together with
// the stage's own is ours.
func TestCanceled(t *testing.T) {
	for _, c := range stalls {
		for _, early := range []time.Duration{0, time.Millisecond, c.after / 4} {
			t.Run(c.name+" "+early.String(), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), c.after-early)
					defer cancel()
					began := time.Now()
					r := probes.New(probes.Options{Dial: c.dial}).Target(ctx, target)
					if got := c.stage(r); got != diag.Canceled || time.Since(began) != c.after-early {
						t.Errorf("got %s after %s, want canceled after %s", got, time.Since(began), c.after-early)
					}
				})
			})
		}
	}
}

// TestTrickle: a server that sends a byte a second does not stretch the budget.
func TestTrickle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trickle := func(c net.Conn) {
			for {
				time.Sleep(time.Second)
				if _, err := io.WriteString(c, "x\n"); err != nil {
					return
				}
			}
		}
		began := time.Now()
		r := probes.New(probes.Options{Dial: dialServer(trickle)}).Target(t.Context(), target)
		if r.SSH.Ident != diag.NotSSH || time.Since(began) != 10*time.Second {
			t.Errorf("got %+v after %s, want not-ssh after 10 s", r.SSH, time.Since(began))
		}
		time.Sleep(time.Second) // of the bubble: the server notices
	})
}

// TestListensFirst: a server is given two seconds before it is spoken to, and
// is spoken to once.
func TestListensFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var heard string
		r := probes.New(probes.Options{Dial: dialServer(func(c net.Conn) {
			buf := make([]byte, 1000)
			n, _ := c.Read(buf)
			heard = string(buf[:n])
			if took := time.Since(began); took != 2*time.Second {
				t.Errorf("spoken to after %s, want 2 s", took)
			}
			io.WriteString(c, "SSH-2.0-late\r\n")
			n, _ = c.Read(buf)
			if n < 6 || buf[5] != 20 {
				t.Errorf("then got %q, want a KEXINIT", buf[:n])
			}
		})}).Target(t.Context(), target)
		if heard != "SSH-2.0-sshhelp\r\n" || r.SSH.Version != "SSH-2.0-late" || r.SSH.Kex != diag.Closed {
			t.Errorf("heard %q, got %+v", heard, r.SSH)
		}
	})
}

// TestSideBySide: the addresses of one instance are probed at the same time.
func TestSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := probes.New(probes.Options{Name: "melbourne", Dial: dialSilence, OtherPorts: []uint16{}})
		began := time.Now()
		fact, err := p.Read(t.Context(), known("198.51.100.1", "198.51.100.2", "2001:db8::3", "198.51.100.4"), diag.SourceSSH)
		reaches, ok := fact.(diag.Reaches)
		if err != nil || !ok || len(reaches) != 4 || time.Since(began) != 5*time.Second {
			t.Fatalf("got %v, %v after %s", fact, err, time.Since(began))
		}
		for _, r := range reaches {
			if r.From != "melbourne" || !r.StartedAt.Equal(began) || r.Connect.Outcome != diag.TimedOut {
				t.Errorf("got %+v", r)
			}
		}
	})
}
