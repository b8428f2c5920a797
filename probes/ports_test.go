package probes_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sshhelp/diag"
	"sshhelp/probes"
)

// A host answers on each port in its own way; on others it refuses.
type host map[string]dialer

// counted returns the host's dialler, and what was dialled.
func (h host) counted() (dialer, *[]string) {
	var mu sync.Mutex
	dialled := new([]string)
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		mu.Lock()
		*dialled = append(*dialled, addr)
		mu.Unlock()
		_, port, err := net.SplitHostPort(addr)
		if dial, ok := h[port]; ok && err == nil {
			return dial(ctx, network, addr)
		}
		return nil, syscall.ECONNREFUSED
	}, dialled
}

func speaks(text string) dialer {
	return dialServer(func(c net.Conn) {
		io.WriteString(c, text)
		io.Copy(io.Discard, c)
	})
}

func speaksLate(ctx context.Context, network, addr string) (net.Conn, error) {
	return dialServer(func(c net.Conn) {
		go io.Copy(io.Discard, c)
		time.Sleep(3 * time.Second)
		io.WriteString(c, sshIdent)
	})(ctx, network, addr)
}

func hangsUp(text string) dialer {
	return dialServer(func(c net.Conn) { io.WriteString(c, text) })
}

// after answers like dial, only later.
func after(d time.Duration, dial dialer) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(d):
			return dial(ctx, network, addr)
		}
	}
}

const sshIdent = "SSH-2.0-OpenSSH_9.2\r\n"

// TestOtherPorts: other ports are looked at where the asked one is not an SSH
// server's, and only there; silence does not cost twice.
func TestOtherPorts(t *testing.T) {
	for name, c := range map[string]struct {
		host   host
		want   []string // targets in the result, and what they are
		dialed int
		took   time.Duration
	}{
		"refused":               {host{"2222": speaks(sshIdent)}, []string{"22 refused", "2222 SSH"}, 3, 0},
		"not SSH":               {host{"22": hangsUp("HTTP/1.1 400 Bad Request\r\n"), "22022": speaks(sshIdent)}, []string{"22 ok", "2222 refused", "22022 SSH"}, 3, 0},
		"closes early":          {host{"22": hangsUp(""), "2222": speaks(sshIdent)}, []string{"22 ok", "2222 SSH", "22022 refused"}, 3, 0},
		"drops":                 {host{"22": dialSilence, "2222": speaks(sshIdent), "22022": dialSilence}, []string{"22 timed-out", "2222 SSH"}, 3, 6500 * time.Millisecond},
		"drops all":             {host{"22": dialSilence, "2222": dialSilence, "22022": dialSilence}, []string{"22 timed-out"}, 3, 6500 * time.Millisecond},
		"drops, refuses":        {host{"22": dialSilence}, []string{"22 timed-out", "2222 refused", "22022 refused"}, 3, 5 * time.Second},
		"an answer comes late":  {host{"22": after(2*time.Second, hangsUp(sshIdent)), "2222": dialSilence}, []string{"22 SSH"}, 3, 2 * time.Second},
		"no route":              {host{"22": fails(syscall.EHOSTUNREACH)}, []string{"22 unreachable"}, 1, 0},
		"works":                 {host{"22": hangsUp(sshIdent), "2222": speaks(sshIdent)}, []string{"22 SSH"}, 1, 0},
		"too many connections":  {host{"22": hangsUp("Exceeded MaxStartups\r\n"), "2222": speaks(sshIdent)}, []string{"22 ok"}, 1, 0},
		"slow, but opened":      {host{"22": speaksLate}, []string{"22 SSH"}, 1, 3 * time.Second},
		"waits for its client":  {host{"2222": dialServer(func(c net.Conn) { io.Copy(io.Discard, c) })}, []string{"22 refused", "2222 ok"}, 3, 3 * time.Second},
		"another host entirely": {host{"2222": speaks("220 mail.example.org\r\n")}, []string{"22 refused", "2222 ok"}, 3, 3 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				dial, dialled := c.host.counted()
				began := time.Now()
				fact, err := probes.New(probes.Options{Dial: dial}).Read(t.Context(), known("198.51.100.7"), diag.SourceSSH)
				if got := listed(fact.(diag.Reaches)); err != nil || !slices.Equal(got, c.want) {
					t.Errorf("got %q, %v, want %q", got, err, c.want)
				}
				if took := time.Since(began); took != c.took || len(*dialled) != c.dialed {
					t.Errorf("%d connections, %s; want %d, %s: %q", len(*dialled), took, c.dialed, c.took, *dialled)
				}
			})
		})
	}
}

func fails(err error) dialer {
	return func(context.Context, string, string) (net.Conn, error) { return nil, err }
}

func listed(reaches diag.Reaches) []string {
	var list []string
	for _, r := range reaches {
		what := r.Connect.Outcome.String()
		if r.SSH != nil && r.SSH.Ident == diag.OK {
			what = "SSH"
		}
		list = append(list, fmt.Sprintf("%d %s", r.Target.Port(), what))
	}
	return list
}

// TestOtherPortsOnce: configured ports take the place of the usual ones, the
// asked one is not asked twice, and only the first address is looked at.
func TestOtherPortsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dial, dialled := host{}.counted()
		p := probes.New(probes.Options{Dial: dial, OtherPorts: []uint16{22, 4022, 4022, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}})
		if _, err := p.Read(t.Context(), known("198.51.100.7", "198.51.100.8"), diag.SourceSSH); err != nil {
			t.Error(err)
		}
		want := []string{
			"198.51.100.7:1", "198.51.100.7:2", "198.51.100.7:22", "198.51.100.7:3", "198.51.100.7:4", "198.51.100.7:4022",
			"198.51.100.7:5", "198.51.100.7:6", "198.51.100.7:7", "198.51.100.8:22",
		}
		if slices.Sort(*dialled); !slices.Equal(*dialled, want) {
			t.Errorf("dialled %q, want %q", *dialled, want)
		}
	})
}

// TestOtherPortsOurTime: when our own time is over, other ports leave no trace.
func TestOtherPortsOurTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		fact, err := probes.New(probes.Options{Dial: dialSilence}).Read(ctx, known("198.51.100.7"), diag.SourceSSH)
		if got := listed(fact.(diag.Reaches)); err != nil || !slices.Equal(got, []string{"22 canceled"}) {
			t.Errorf("got %q, %v", got, err)
		}
	})
}
