package probes

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"

	"sshhelp/diag"
)

// Options are what a [Prober] is made of. The zero value probes public
// addresses from the real network.
type Options struct {
	// Name of the vantage point; it stands in every result.
	Name string
	// Allow lists networks that may be probed although they are loopback,
	// link-local, multicast, unspecified, private or a metadata service.
	Allow []netip.Prefix
	// AllowAny lifts every restriction on addresses. It is for a terminal,
	// where the operator can reach them anyway.
	AllowAny bool
	// Resolver looks names up; nil is the system's.
	Resolver *net.Resolver
	// OtherPorts are looked at where no SSH server answers on the port that was
	// asked for; at most eight are. Nil is [UsualPorts], empty none.
	OtherPorts []uint16
	// Dial opens TCP connections; nil is the real network. The address is
	// always a literal. Who sent an ICMP error is then not known.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// Logger gets one line per probe at level debug; nil discards.
	Logger *slog.Logger
}

// A Prober probes from one vantage point. It is safe for concurrent use.
type Prober struct {
	Options
	// echo opens a socket for ICMP echo to one address. A read gives one ICMP
	// message without an IP header, or an [*icmpError] if one came instead.
	echo func(netip.Addr) (net.Conn, error)
}

// New returns a prober with defaults filled in.
func New(o Options) *Prober {
	if o.Resolver == nil {
		o.Resolver = net.DefaultResolver
	}
	if o.OtherPorts == nil {
		o.OtherPorts = UsualPorts()
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Prober{Options: o, echo: openEcho}
}

// Name returns the vantage point's name.
func (p *Prober) Name() string { return p.Options.Name }

// Sources lists what [Prober.Read] can be asked for.
func (p *Prober) Sources() []diag.Source {
	return []diag.Source{diag.SourceDNS, diag.SourcePing, diag.SourceSSH}
}

// Read asks one source about the instance in known. The fact is a [*diag.Names],
// [diag.Pings] or [diag.Reaches]; nil without an error means that there was
// nothing to ask. An error is always a [*diag.Gap], and may come together with
// a fact when only some of the addresses could be probed.
func (p *Prober) Read(ctx context.Context, known *diag.Evidence, source diag.Source) (diag.Fact, error) {
	switch source {
	case diag.SourceDNS:
		return p.readNames(ctx, known)
	case diag.SourcePing:
		return p.readPings(ctx, known)
	case diag.SourceSSH:
		return p.readReaches(ctx, known)
	}
	return nil, &diag.Gap{Source: source, Why: diag.GapUnsupported, Text: fmt.Sprintf("No probe tells of %q.", source)}
}

func (p *Prober) readReaches(ctx context.Context, known *diag.Evidence) (diag.Fact, error) {
	targets, gap := p.targets(known, diag.SourceSSH)
	if len(targets) == 0 {
		return nil, asError(gap)
	}
	found := each(targets, func(a netip.Addr) []diag.Reach {
		target := netip.AddrPortFrom(a, known.Asked.Port)
		look := func(ctx context.Context) diag.Reach { return p.Target(ctx, target) }
		if a != targets[0] { // other ports matter at the address that people use
			return []diag.Reach{look(ctx)}
		}
		return p.around(ctx, target, look)
	})
	return diag.Reaches(slices.Concat(found...)), asError(gap)
}

// each asks about all addresses side by side and keeps their order. There are
// at most maxTargets of them.
func each[T any](targets []netip.Addr, ask func(netip.Addr) T) []T {
	found := make([]T, len(targets))
	var wg sync.WaitGroup
	for i, a := range targets {
		wg.Go(func() { found[i] = ask(a) })
	}
	wg.Wait()
	return found
}

// asError keeps a nil gap from becoming an error that is not nil.
func asError(g *diag.Gap) error {
	if g == nil {
		return nil
	}
	return g
}
