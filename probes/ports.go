package probes

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"sshhelp/diag"
)

// UsualPorts returns where SSH servers are mostly found: on 22, or on one of the
// two that people take who wish to be spared by password guessers.
func UsualPorts() []uint16 { return []uint16{22, 2222, 22022} }

// around looks at the port that was asked for and, if no SSH server speaks
// there, at the others, each only as far as its identification. A port that has
// not opened for elsewhereAfter probably never will; the others are then tried
// while it is still waited for, so that silence does not cost twice.
//
// The first result is that of the asked port. Of the others only those are kept
// that tell something.
func (p *Prober) around(ctx context.Context, asked netip.AddrPort, look func(context.Context) diag.Reach) []diag.Reach {
	ports := p.others(asked.Port())
	opened := make(chan struct{})
	first := make(chan diag.Reach, 1)
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() { first <- look(onOpen(ctx, sync.OnceFunc(func() { close(opened) }))) })

	elsewhere, cancel := context.WithCancel(ctx)
	defer cancel()
	found := make([]diag.Reach, len(ports))
	start := sync.OnceFunc(func() {
		for i, port := range ports {
			wg.Go(func() { found[i] = p.knock(elsewhere, netip.AddrPortFrom(asked.Addr(), port)) })
		}
	})
	patience := time.NewTimer(elsewhereAfter)
	defer patience.Stop()
	var r diag.Reach
	select {
	case r = <-first:
	case <-opened:
		r = <-first
	case <-patience.C:
		start()
		r = <-first
	}
	if !lacksSSH(&r) {
		return []diag.Reach{r}
	}
	start()
	wg.Wait()
	found = slices.DeleteFunc(found, func(o diag.Reach) bool { return untold(&o, &r) })
	return append([]diag.Reach{r}, found...)
}

// others returns the ports to look at besides the one that was asked for.
func (p *Prober) others(asked uint16) []uint16 {
	var ports []uint16
	for _, port := range p.OtherPorts {
		if port != asked && port != 0 && len(ports) < maxOtherPorts && !slices.Contains(ports, port) {
			ports = append(ports, port)
		}
	}
	return ports
}

// lacksSSH reports whether a probe shows that the port is not, or not for us,
// that of an SSH server, while its host may be there. A server that says that it
// has too many connections is one, and is spared further ones.
func lacksSSH(r *diag.Reach) bool {
	switch r.Connect.Outcome {
	case diag.Refused, diag.TimedOut, diag.Prohibited:
		return true
	case diag.OK:
		hungUp := r.SSH != nil && (r.SSH.Ident == diag.Closed || r.SSH.Ident == diag.Reset) && len(r.SSH.Before) == 0
		return hungUp || r.SSH != nil && r.SSH.Ident == diag.NotSSH
	}
	return false
}

// untold reports whether a probe of another port tells nothing that the first
// one did not: nobody asked for it, so that neither silence nor a lack of time
// is worth a word.
func untold(other, first *diag.Reach) bool {
	switch o := other.Connect.Outcome; {
	case !o.Told(), o == diag.TimedOut, o != diag.OK && o == first.Connect.Outcome:
		return true
	}
	return other.SSH != nil && !other.SSH.Ident.Told()
}

// knock opens a connection and listens for an identification. It says nothing
// itself, and a server that waits for its client is not waited for.
func (p *Prober) knock(ctx context.Context, target netip.AddrPort) diag.Reach {
	r := diag.Reach{Target: target, From: p.Name(), StartedAt: time.Now()}
	p.ledger.Spend(target.Addr(), Look)
	conn := p.connect(ctx, &r)
	if conn == nil {
		p.log(&r)
		return r
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	r.SSH, r.Effort.Connections = &diag.SSHFacts{}, 1
	w := &wire{Conn: conn}
	w.SetReadDeadline(time.Now().Add(knockBudget))
	var parser identParser
	parser.report(ctx, hear(w, &parser), r.SSH)
	p.log(&r)
	return r
}

// openKey is the context's key of what [onOpen] was given.
type openKey struct{}

// onOpen has f called when a connection under the context opens.
func onOpen(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, openKey{}, f)
}

// tellOpen calls what [onOpen] was given, if it was.
func tellOpen(ctx context.Context) {
	if f, ok := ctx.Value(openKey{}).(func()); ok {
		f()
	}
}
