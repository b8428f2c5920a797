package probes

import (
	"context"
	"net"
	"net/netip"
	"time"

	"sshhelp/diag"
)

// Target looks at one address and port, from the SYN to the host keys. It names
// no account. It always answers: what went wrong is in the outcomes, and an
// address that may not be probed is NotPermitted. Whose the address is cannot
// be seen from here; [Prober.Read] asks about an instance's own only.
func (p *Prober) Target(ctx context.Context, target netip.AddrPort) diag.Reach {
	return p.visit(ctx, target, noQuestions())
}

// connect opens the connection and notes how that went; it returns nil if it
// did not open.
func (p *Prober) connect(ctx context.Context, r *diag.Reach) net.Conn {
	dialCtx, cancel := context.WithTimeout(ctx, dialBudget)
	defer cancel()
	began := time.Now()
	conn, local, err := p.dial(dialCtx, r.Target.String())
	r.Connect = diag.Dial{Outcome: outcomeOf(ctx, err), Took: time.Since(began), By: sender(err), Err: explain(err)}
	if conn != nil {
		local = addrOf(conn.LocalAddr())
		tellOpen(ctx)
	}
	r.FromAddr = local
	return conn
}

// dial opens a connection; if it cannot, it still says from which local
// address it tried, where that is known.
func (p *Prober) dial(ctx context.Context, target string) (net.Conn, netip.Addr, error) {
	if p.Options.Dial == nil {
		return dialTold(ctx, target)
	}
	conn, err := p.Options.Dial(ctx, "tcp", target)
	if err != nil {
		return nil, netip.Addr{}, err // an interface that holds a nil pointer is not nil
	}
	return conn, netip.Addr{}, nil
}

func addrOf(a net.Addr) netip.Addr {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

func (p *Prober) log(r *diag.Reach) {
	args := []any{"target", r.Target, "connect", r.Connect.Outcome, "took", r.Connect.Took}
	if r.SSH != nil {
		args = append(args, "ident", r.SSH.Ident, "kex", r.SSH.Kex)
	}
	p.Logger.Debug("probed", args...)
}
