package probes

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
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
	// Ledger remembers what was done at which address; nil is one in memory.
	Ledger Ledger
	// Logger gets one line per probe at level debug; nil discards.
	Logger *slog.Logger
}

// A Prober probes from one vantage point. It is safe for concurrent use.
type Prober struct {
	Options
	// echo opens a socket for ICMP echo to one address. A read gives one ICMP
	// message without an IP header, or an [*icmpError] if one came instead.
	echo   func(netip.Addr) (net.Conn, error)
	ledger Ledger
	rand   io.Reader
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
	if o.Ledger == nil {
		o.Ledger = NewLedger(nil)
	}
	return &Prober{Options: o, echo: openEcho, ledger: o.Ledger, rand: rand.Reader}
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
		return p.readReaches(ctx, known, noQuestions())
	}
	return nil, &diag.Gap{Source: source, Why: diag.GapUnsupported, Text: fmt.Sprintf("No probe tells of %q.", source)}
}

// ReadLogin is [Prober.Read] for [diag.SourceSSH], and asks about accounts too, on
// the connections that it has open anyway. login is called at once, in a goroutine
// of its own, and may wait; of what it returns, maxLogins are asked about.
func (p *Prober) ReadLogin(ctx context.Context, known *diag.Evidence, login func(context.Context) []diag.Login) (diag.Fact, error) {
	asking := newQuestions()
	waiting, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		var logins []diag.Login
		defer func() { asking.tell(logins) }() // whatever becomes of login, nobody waits for ever
		logins = login(waiting)
	})
	defer wg.Wait()
	defer stop()
	return p.readReaches(ctx, known, asking)
}

func (p *Prober) readReaches(ctx context.Context, known *diag.Evidence, asking *questions) (diag.Fact, error) {
	targets, gap := p.targets(known, diag.SourceSSH)
	if len(targets) == 0 {
		return nil, asError(gap)
	}
	asking.alone = len(targets) == 1
	found := each(targets, func(a netip.Addr) []diag.Reach {
		target := netip.AddrPortFrom(a, known.Asked.Port)
		look := func(ctx context.Context) diag.Reach { return p.visit(ctx, target, asking) }
		if a != targets[0] { // other ports matter at the address that people use
			return []diag.Reach{look(ctx)}
		}
		return p.around(ctx, target, look)
	})
	all := slices.Concat(found...)
	if slices.ContainsFunc(all, func(r diag.Reach) bool { return r.Effort.Held > 0 }) && gap == nil {
		gap = &diag.Gap{Source: diag.SourceSSH, Why: diag.GapSkipped, Text: heldGap}
	}
	return diag.Reaches(all), asError(gap)
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
