package parts_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/probes"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

const (
	trip = 50 * time.Millisecond
	// farthest is the limit: a complete probing may take this times the least.
	farthest = 1.3
)

// leastTrips are the round trips that a complete probing cannot do without, if
// it is to harm nobody and the server is an OpenSSH of today.
var leastTrips = []string{
	"SYN, and the server's SYN",
	"our ACK, and the server's identification: we listen first, or a server that hangs up would seem to break down",
	"our identification and lists, and the server's: which key exchange and host key it prefers cannot be guessed",
	"our part of the key exchange, and the server's, with its first host key and signature; further host keys: SYN, and the server's SYN",
	"new keys, service and method \"none\" at once, and the server's methods; further host keys: all of ours at once, and all of the server's",
	"the public keys, and whether they are accepted: they wait for the methods, as a key shown in vain is a failed login",
}

// BenchmarkDistance probes one instance completely (pings of two sizes, all host
// keys, algorithms, methods, whether the launch key is accepted) from far away,
// and compares the time with the least.
func BenchmarkDistance(b *testing.B) {
	if !parts.Root() {
		b.Fatal("accounts in a guest take root")
	}
	flights := &flights{}
	cloud, guest := farAway(b, flights)
	p := probes.New(probes.Options{Name: "here"})
	fastest := 100.0
	for b.Loop() {
		flights.begin()
		began := time.Now()
		reach := probeAll(b, p, cloud)
		took := time.Since(began)
		least := time.Duration(len(leastTrips)) * trip
		server := flights.serverTime()
		ratio, network := took.Seconds()/least.Seconds(), (took-server).Seconds()/least.Seconds()
		fastest = min(fastest, ratio)
		b.Logf("%v, %.2f times the least (%.2f without the %v that the server took to answer); %d host keys, %d connections, methods %v, launch key %s\n%s",
			took.Round(time.Millisecond), ratio, network, server.Round(time.Millisecond), len(reach.SSH.HostKeys), reach.Effort.Connections, methods(reach), accepted(reach), flights)
		if network > farthest {
			b.Errorf("on the way for %.2f times %d round trips of %v, more than %.1f", network, len(leastTrips), trip, farthest)
		}
		b.StopTimer()
		p = probes.New(probes.Options{Name: "here"}) // with a ledger that is empty
		b.StartTimer()
	}
	b.ReportMetric(fastest, "fastest-ratio")
	b.Logf("the fastest: %.2f times the least, which is %d round trips of %v:\n  %s", fastest, len(leastTrips), trip, strings.Join(leastTrips, "\n  "))
	b.Log("One more is OpenSSH's own: it sends its word on the service and the methods apart, and its kernel holds the second back until the first is acknowledged (RFC 896).")
	guest.Close()
}

// farAway makes a guest with the host keys that Debian makes, behind a link of
// 50 ms.
func farAway(b *testing.B, f *flights) (*scenario.Cloud, *parts.Guest) {
	c, err := scenario.Parse([]byte(theCloud))
	if err != nil {
		b.Fatal(err)
	}
	way := &parts.Way{N: 201, Floating: netip.MustParseAddr("203.0.113.201"), Fixed: netip.MustParseAddr("10.20.0.201"), Trip: trip, Seen: f.see}
	guest, err := parts.NewGuest(b.Context(), b.TempDir(), "far", way)
	if err != nil {
		b.Fatal(err)
	}
	launch := c.KeyPair("demo", "launch")
	err = guest.AddAccount(parts.Account{Name: "debian", UID: 1500, Keys: launch.PublicKey})
	if err == nil {
		err = guest.Run(b.Context(), "ssh-keygen -A >/dev/null")
	}
	if err == nil {
		_, err = guest.OpenSSH(b.Context(), "HostKey /etc/ssh/ssh_host_rsa_key", "HostKey /etc/ssh/ssh_host_ecdsa_key")
	}
	if err != nil {
		b.Fatal(err)
	}
	return c, guest
}

// probeAll asks for everything at once, as a diagnosis does.
func probeAll(b *testing.B, p *probes.Prober, c *scenario.Cloud) *diag.Reach {
	target := netip.MustParseAddr("203.0.113.201")
	known := &diag.Evidence{Asked: diag.Asked{Query: "far", Port: 22}, Instance: &diag.Instance{
		ID: "far", Name: "far", Status: "ACTIVE", Addresses: []diag.Address{{IP: target, Floating: true}},
	}}
	login := func(context.Context) []diag.Login {
		return []diag.Login{{User: "debian", Keys: []diag.LoginKey{{Whose: diag.LaunchKey, Line: c.KeyPair("demo", "launch").PublicKey}}}}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if fact, err := p.Read(b.Context(), known, diag.SourcePing); err != nil || len(fact.(diag.Pings)) != 2 {
			b.Errorf("pings: %v, %v", fact, err)
		}
	})
	fact, err := p.ReadLogin(b.Context(), known, login)
	wg.Wait()
	reaches, ok := fact.(diag.Reaches)
	if err != nil || !ok || len(reaches) != 1 || reaches[0].SSH == nil || len(reaches[0].SSH.HostKeys) != 3 || accepted(&reaches[0]) != diag.OK {
		b.Fatalf("got %+v, %v", fact, err)
	}
	return &reaches[0]
}

func methods(r *diag.Reach) []string {
	for _, a := range r.SSH.Auth {
		return a.Methods
	}
	return nil
}

func accepted(r *diag.Reach) diag.Outcome {
	for _, a := range r.SSH.Auth {
		for _, k := range a.Keys {
			return k.Accepted
		}
	}
	return diag.NotTried
}

// flights notes when TCP packets with something in them set out, by connection
// and direction.
type flights struct {
	mu    sync.Mutex
	began time.Time
	seen  map[uint16][]flight // by our port
	order []uint16
}

type flight struct {
	at    time.Duration
	forth bool
	what  string
}

func (f *flights) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.began, f.seen, f.order = time.Now(), map[uint16][]flight{}, nil
}

// see notes an IPv4 packet with TCP.
func (f *flights) see(forth bool, p []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil || len(p) < 40 || p[0]>>4 != 4 || p[9] != 6 {
		return
	}
	tcp := p[int(p[0]&15)*4:]
	ours, size := binary.BigEndian.Uint16(tcp), len(tcp)-int(tcp[12]>>4)*4
	if !forth {
		ours = binary.BigEndian.Uint16(tcp[2:])
	}
	what := fmt.Sprintf("%d bytes", size)
	switch flags := tcp[13]; {
	case flags&2 != 0:
		what = "SYN"
	case size > 0:
	case flags&1 != 0:
		what = "FIN"
	default:
		what = "" // a mere ACK
	}
	if !slices.Contains(f.order, ours) {
		f.order = append(f.order, ours)
	}
	f.seen[ours] = append(f.seen[ours], flight{time.Since(f.began), forth, what})
}

// serverTime is how long the server had all that it needed and had not yet
// answered, on the first connection of this time.
func (f *flights) serverTime() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, port := range f.order {
		if list := f.seen[port]; list[0].what == "SYN" {
			return waited(list)
		}
	}
	return 0
}

func waited(list []flight) time.Duration {
	var sum, due time.Duration // due: when the last of ours came to the server
	for _, x := range list {
		switch {
		case x.forth:
			due = x.at + trip/2
		case x.what != "" && due > 0 && x.at > due:
			sum += x.at - due
			due = x.at
		}
	}
	return sum
}

// String is one line for each connection: when what set out, in round trips.
func (f *flights) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for i, port := range f.order {
		fmt.Fprintf(&b, "  connection %d:", i+1)
		for _, x := range f.seen[port] {
			if x.what == "" {
				continue
			}
			arrow := "<"
			if x.forth {
				arrow = ">"
			}
			fmt.Fprintf(&b, " %.2f%s%s", float64(x.at)/float64(trip), arrow, x.what)
		}
		b.WriteString("\n")
	}
	return b.String()
}
