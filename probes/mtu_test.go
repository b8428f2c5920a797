package probes

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/net/icmp"

	"sshhelp/diag"
)

// A narrow path answers echo requests up to a size and says or does not say
// that larger ones do not pass.
type narrow struct {
	mtu  int
	says error // of a packet that does not pass; nil: it is dropped

	mu   sync.Mutex
	sent []int
}

// serve is the far end of the path.
func (n *narrow) serve(c net.Conn) {
	requests(func(_ int, c net.Conn, m *icmp.Message) {
		size := len(m.Body.(*icmp.Echo).Data) + echoHeaders(false)
		n.mu.Lock()
		n.sent = append(n.sent, size)
		n.mu.Unlock()
		if size <= n.mtu {
			reply(c, m, func(*icmp.Echo) {})
		}
	})(c)
}

// A toldConn fails a write of too large a packet with an ICMP message.
type toldConn struct {
	net.Conn
	path *narrow
}

func (c toldConn) Write(b []byte) (int, error) {
	if size := len(b) + 20; c.path.says != nil && size > c.path.mtu {
		c.path.mu.Lock()
		c.path.sent = append(c.path.sent, size)
		c.path.mu.Unlock()
		return 0, c.path.says
	}
	return c.Conn.Write(b)
}

// TestPathMTU: a large packet is sent beside the small one, and more only where
// that does not pass.
func TestPathMTU(t *testing.T) {
	router := netip.MustParseAddr("192.0.2.1")
	for name, c := range map[string]struct {
		path *narrow
		want []string
		sent []int
		took time.Duration
	}{
		"all passes":         {&narrow{mtu: 1500}, []string{"0 ok", "1500 ok"}, []int{44, 1500}, 0},
		"a black hole":       {&narrow{mtu: 1400}, []string{"0 ok", "1500 timed-out", "1450 timed-out", "1400 ok", "1280 ok"}, []int{44, 1280, 1400, 1450, 1450, 1500, 1500}, 6 * time.Second},
		"a router says":      {&narrow{mtu: 1400, says: &icmpError{typ: 3, code: 4, mtu: 1400, by: router}}, []string{"0 ok", "1500 unreachable (1400)", "1400 ok"}, []int{44, 1400, 1500}, 0},
		"an old router":      {&narrow{mtu: 1400, says: &icmpError{typ: 3, code: 4, by: router}}, []string{"0 ok", "1500 unreachable", "1450 unreachable", "1400 ok", "1280 ok"}, []int{44, 1280, 1400, 1450, 1500}, 0},
		"a router that lies": {&narrow{mtu: 1400, says: &icmpError{typ: 3, code: 4, mtu: 9000, by: router}}, []string{"0 ok", "1500 unreachable (9000)", "1450 unreachable (9000)", "1400 ok", "1280 ok"}, []int{44, 1280, 1400, 1450, 1500}, 0},
		"our own network":    {&narrow{mtu: 1450, says: &icmpError{own: true, mtu: 1450}}, []string{"0 ok", "1450 ok"}, []int{44, 1450, 1500}, 0},
		"silence":            {&narrow{}, []string{"0 timed-out"}, []int{44, 44, 1500, 1500}, 3 * time.Second},
		"something else":     {&narrow{mtu: 1400, says: errors.New("no buffers")}, []string{"0 ok"}, []int{44, 1500}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := pinging(c.path.serve)
				open := p.echo
				p.echo = func(a netip.Addr) (net.Conn, error) {
					conn, err := open(a)
					return toldConn{conn, c.path}, err
				}
				began := time.Now()
				fact, err := p.Read(t.Context(), pingable(), diag.SourcePing)
				took := time.Since(began)
				synctest.Wait()
				if got := sized(fact.(diag.Pings)); err != nil || !slices.Equal(got, c.want) || took != c.took {
					t.Errorf("got %q, %v after %s, want %q after %s", got, err, took, c.want, c.took)
				}
				if slices.Sort(c.path.sent); !slices.Equal(c.path.sent, c.sent) {
					t.Errorf("sent %d, want %d", c.path.sent, c.sent)
				}
			})
		})
	}
}

func pingable() *diag.Evidence {
	return &diag.Evidence{Asked: diag.Asked{Port: 22}, Instance: &diag.Instance{Addresses: []diag.Address{{IP: there}}}}
}

func sized(pings diag.Pings) []string {
	var list []string
	for _, p := range pings {
		text := fmt.Sprintf("%d %s", p.Size, p.Outcome)
		if p.MTU > 0 {
			text += fmt.Sprintf(" (%d)", p.MTU)
		}
		list = append(list, text)
	}
	return list
}
