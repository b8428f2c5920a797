package probes_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/net/dns/dnsmessage"

	"sshhelp/diag"
	"sshhelp/probes"
)

// nameServer answers as each name says, on a loopback port.
type nameServer struct {
	conn net.PacketConn
	mu   sync.Mutex
	seen map[string]bool
}

func startNameServer(t *testing.T) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{conn: conn, seen: map[string]bool{}}
	var wg sync.WaitGroup
	wg.Go(s.serve)
	t.Cleanup(func() { conn.Close(); wg.Wait() })
	return s
}

// resolver asks this server, whatever the system is configured to ask.
func (s *nameServer) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", s.conn.LocalAddr().String())
	}}
}

func (s *nameServer) serve() {
	buf := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		var m dnsmessage.Message
		if err != nil || m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
		s.answer(&m, m.Questions[0])
		if b, err := m.Pack(); err == nil {
			s.conn.WriteTo(b, from)
		}
	}
}

func (s *nameServer) answer(m *dnsmessage.Message, q dnsmessage.Question) {
	s.mu.Lock()
	s.seen[q.Name.String()] = true
	s.mu.Unlock()
	header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}
	v4, v6 := q.Type == dnsmessage.TypeA, q.Type == dnsmessage.TypeAAAA
	switch name := q.Name.String(); {
	case name == "both.example.org." && v4, name == "four.example.org." && v4, name == "xn--bcher-kva.example.org." && v4:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: [4]byte{198, 51, 100, 7}}})
	case name == "both.example.org." && v6:
		m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: netip.MustParseAddr("2001:db8::7").As16()}})
	case name == "7.100.51.198.in-addr.arpa.", name == "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.":
		for _, n := range []string{"web-1.example.org.", "a\x1bb.example.org."} {
			if n, err := dnsmessage.NewName(n); err == nil {
				m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.PTRResource{PTR: n}})
			}
		}
	case name == "9.100.51.198.in-addr.arpa.":
		m.RCode = dnsmessage.RCodeServerFailure
	case name == "broken.example.org.":
		m.RCode = dnsmessage.RCodeServerFailure
	case name == "refused.example.org.":
		m.RCode = dnsmessage.RCodeRefused
	case name == "gone.example.org.":
		m.RCode = dnsmessage.RCodeNameError
	}
}

func TestNames(t *testing.T) {
	server := startNameServer(t)
	p := probes.New(probes.Options{Name: "here", Resolver: server.resolver()})
	a4, a6 := netip.MustParseAddr("198.51.100.7"), netip.MustParseAddr("2001:db8::7")
	for query, want := range map[string]*diag.Names{
		"both.example.org":    {Name: "both.example.org", Outcome: diag.OK, Addrs: []netip.Addr{a4, a6}},
		"FOUR.example.org.":   {Name: "four.example.org", Outcome: diag.OK, Addrs: []netip.Addr{a4}},
		"gone.example.org":    {Name: "gone.example.org", Outcome: diag.NoSuchName, Err: "no such host"},
		"Bücher.example.org":  {Name: "bücher.example.org", Outcome: diag.OK, Addrs: []netip.Addr{a4}},
		"bücher.example.org.": {Name: "bücher.example.org", Outcome: diag.OK, Addrs: []netip.Addr{a4}},
		"empty.example.org":   {Name: "empty.example.org", Outcome: diag.NoSuchName, Err: "no such host"},
		"broken.example.org":  {Name: "broken.example.org", Outcome: diag.Failed, Err: "the name server failed (SERVFAIL)"},
		"refused.example.org": {Name: "refused.example.org", Outcome: diag.Failed, Err: "the name server gives no answer to this question (REFUSED or the like)"},
	} {
		want.From = "here"
		fact, err := p.Read(t.Context(), &diag.Evidence{Asked: diag.Asked{Query: query}}, diag.SourceDNS)
		if err != nil {
			t.Errorf("%s: %v", query, err)
		}
		sorted := cmpopts.SortSlices(netip.Addr.Less)
		if diff := cmp.Diff(want, fact, sorted, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// TestReverse: the public addresses of the instance are asked about, and what
// fails there leaves no trace.
func TestReverse(t *testing.T) {
	server := startNameServer(t)
	p := probes.New(probes.Options{Resolver: server.resolver(), Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	e := known("198.51.100.7", "2001:db8::7", "198.51.100.8", "198.51.100.9", "10.1.2.3", "127.0.0.1", "169.254.1.1")
	e.Asked.Query = "gone.example.org"
	fact, err := p.Read(t.Context(), e, diag.SourceDNS)
	names, ok := fact.(*diag.Names)
	if err != nil || !ok || names.Outcome != diag.NoSuchName {
		t.Fatalf("got %+v, %v", fact, err)
	}
	want := map[string][]string{"198.51.100.7": {"web-1.example.org"}, "2001:db8::7": {"web-1.example.org"}, "198.51.100.8": {}}
	got := map[string][]string{}
	for a, n := range names.Reverse {
		got[a.String()] = n
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	server.mu.Lock()
	defer server.mu.Unlock()
	for name := range server.seen {
		if strings.HasSuffix(name, ".10.in-addr.arpa.") || strings.HasSuffix(name, ".127.in-addr.arpa.") || strings.HasSuffix(name, ".169.in-addr.arpa.") {
			t.Errorf("asked for %s", name)
		}
	}
}

// TestReverseSilence: a resolver that does not answer costs little, and no word.
func TestReverseSilence(t *testing.T) {
	silent := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go say("")(server)
		return client, nil
	}}
	synctest.Test(t, func(t *testing.T) {
		e := known("198.51.100.7")
		e.Asked.Query = "a.example.org"
		began := time.Now()
		fact, err := probes.New(probes.Options{Resolver: silent}).Read(t.Context(), e, diag.SourceDNS)
		names, ok := fact.(*diag.Names)
		if took := time.Since(began); err != nil || !ok || names.Reverse != nil || took != 8*time.Second {
			t.Errorf("got %+v, %v after %s", fact, err, took)
		}
		time.Sleep(time.Minute)
	})
}

// TestNoNames: what cannot be a name in DNS never reaches a name server.
func TestNoNames(t *testing.T) {
	server := startNameServer(t)
	p := probes.New(probes.Options{Resolver: server.resolver()})
	for _, query := range []string{
		"", "web-1", "web-1.", "7d0c1a2b-0000-4000-8000-000000000000", "203.0.113.9", "2001:db8::1", "::ffff:203.0.113.9",
		"1.2.3", "web 1.example.org", "a..b", ".org", "-a.org", "a-.org", "<!channel>.org", "サー バー.example", "web→1.example", "web.*", "10.0.0.256", "\xff.org",
	} {
		fact, err := p.Read(t.Context(), &diag.Evidence{Asked: diag.Asked{Query: query}}, diag.SourceDNS)
		if fact != nil || err != nil {
			t.Errorf("%q: got %v, %v, want nothing to do", query, fact, err)
		}
	}
	if len(server.seen) > 0 {
		t.Errorf("asked for %v", server.seen)
	}
}

// TestNamesTime: a name server that never answers is told from our own end.
func TestNamesTime(t *testing.T) {
	silent := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go say("")(server)
		return client, nil
	}}
	for _, c := range []struct {
		ours time.Duration
		want diag.Outcome
	}{{time.Minute, diag.TimedOut}, {8 * time.Second, diag.Canceled}, {time.Second, diag.Canceled}} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.ours)
			defer cancel()
			began := time.Now()
			fact, err := probes.New(probes.Options{Resolver: silent}).Read(ctx, &diag.Evidence{Asked: diag.Asked{Query: "a.example.org"}}, diag.SourceDNS)
			names, ok := fact.(*diag.Names)
			if took := time.Since(began); err != nil || !ok || names.Outcome != c.want || took != min(c.ours, 8*time.Second) {
				t.Errorf("got %+v, %v after %s, want %s", fact, err, took, c.want)
			}
			time.Sleep(time.Minute) // in which the library's own look-up ends too
		})
	}
}
