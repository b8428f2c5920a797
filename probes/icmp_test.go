package probes

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"sshhelp/diag"
)

// pinging is a prober whose echo requests go to a function. The real sockets
// are tried elsewhere, in a network of their own.
func pinging(serve func(net.Conn)) *Prober {
	p := New(Options{Name: "here"})
	p.echo = func(netip.Addr) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			serve(server)
		}()
		return client, nil
	}
	return p
}

// requests calls answer with each echo request.
func requests(answer func(n int, c net.Conn, request *icmp.Message)) func(net.Conn) {
	return func(c net.Conn) {
		buf := make([]byte, 1500)
		for i := 1; ; i++ {
			n, err := c.Read(buf)
			if err != nil {
				return
			}
			m, err := icmp.ParseMessage(1, buf[:n])
			if err != nil {
				return
			}
			answer(i, c, m)
		}
	}
}

func reply(c net.Conn, m *icmp.Message, change func(*icmp.Echo)) {
	echo := *m.Body.(*icmp.Echo)
	change(&echo)
	b, err := (&icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: &echo}).Marshal(nil)
	if err == nil {
		c.Write(b)
	}
}

var there = netip.MustParseAddr("198.51.100.7")

func TestPingTiming(t *testing.T) {
	same := func(*icmp.Echo) {}
	for name, c := range map[string]struct {
		answer func(int, net.Conn, *icmp.Message)
		want   diag.Outcome
		rtt    time.Duration
		after  time.Duration
	}{
		"first": {func(_ int, c net.Conn, m *icmp.Message) {
			time.Sleep(20 * time.Millisecond)
			reply(c, m, same)
		}, diag.OK, 20 * time.Millisecond, 20 * time.Millisecond},
		"second": {func(n int, c net.Conn, m *icmp.Message) {
			if n == 2 {
				time.Sleep(30 * time.Millisecond)
				reply(c, m, same)
			}
		}, diag.OK, 30 * time.Millisecond, 1030 * time.Millisecond},
		"first, but late": {func(n int, c net.Conn, m *icmp.Message) {
			if n == 2 {
				time.Sleep(500 * time.Millisecond)
				reply(c, m, func(e *icmp.Echo) { e.Seq = 0 })
			}
		}, diag.OK, 1500 * time.Millisecond, 1500 * time.Millisecond},
		"silence": {func(int, net.Conn, *icmp.Message) {}, diag.TimedOut, 0, 3 * time.Second},
		"somebody else's": {func(_ int, c net.Conn, m *icmp.Message) {
			reply(c, m, func(e *icmp.Echo) { e.Data = make([]byte, 16) })
			reply(c, m, func(e *icmp.Echo) { e.Seq = 7 })
			c.Write([]byte("nonsense"))
		}, diag.TimedOut, 0, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				got := pinging(requests(c.answer)).Ping(t.Context(), there)
				if got.Outcome != c.want || got.RTT != c.rtt || time.Since(began) != c.after {
					t.Errorf("got %+v after %s, want %s in %s after %s", got, time.Since(began), c.want, c.rtt, c.after)
				}
			})
		})
	}
}

func TestPingCanceled(t *testing.T) {
	for _, early := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), pingBudget-early)
			defer cancel()
			got := pinging(requests(func(int, net.Conn, *icmp.Message) {})).Ping(ctx, there)
			if got.Outcome != diag.Canceled {
				t.Errorf("got %+v, want canceled", got)
			}
		})
	}
}

// TestPingNotPossible: where no socket is to be had, the person hears what the
// operator can do.
func TestPingNotPossible(t *testing.T) {
	p := New(Options{AllowAny: true})
	p.echo = func(netip.Addr) (net.Conn, error) { return nil, errNoEcho }
	fact, err := p.Read(t.Context(), &diag.Evidence{Asked: diag.Asked{Address: there, Port: 22}}, diag.SourcePing)
	var gap *diag.Gap
	if fact != nil || !errors.As(err, &gap) || gap.Why != diag.GapUnsupported || gap.Text != "No ping was sent: this machine permits no ICMP socket." {
		t.Errorf("got %v, %+v", fact, err)
	}
	p.echo = func(netip.Addr) (net.Conn, error) { return nil, syscall.EMFILE }
	if c := p.Check(t.Context()); c.Mark != diag.CheckUnknown || c.Text != "too many open files" {
		t.Errorf("got %+v", c)
	}
}

func TestEchoMessages(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		r, other := newEchoRequest(v6, 0), newEchoRequest(v6, 0)
		for seq := range 2 {
			b := r.message(seq, time.Now())
			if _, ok := r.answers(b); ok {
				t.Error("a request passes for its answer")
			}
			b[0] = byte(ipv4.ICMPTypeEchoReply)
			if v6 {
				b[0] = byte(ipv6.ICMPTypeEchoReply)
			}
			if got, ok := r.answers(b); !ok || got != seq {
				t.Errorf("answer %d is taken for %d, %t", seq, got, ok)
			}
			if _, ok := other.answers(b); ok {
				t.Error("somebody else's answer is taken for ours")
			}
		}
	}
}

// FuzzEchoAnswer: anything may come on a raw socket.
func FuzzEchoAnswer(f *testing.F) {
	r := newEchoRequest(false, 0)
	f.Add(r.message(0, time.Now()))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if seq, ok := r.answers(b); ok && (seq < 0 || seq >= len(r.sent)) {
			t.Errorf("answers request %d of %d", seq, len(r.sent))
		}
	})
}
