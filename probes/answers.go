package probes

import (
	"context"
	"net/netip"
	"slices"

	"sshhelp/diag"
)

// Answers reports whether an SSH server names itself at an address of the
// instance in known, on the port that was asked for. It opens one connection to
// each address and asks nothing, so that it can be called every few seconds while
// an instance boots. told is false if none of the addresses may be probed.
func (p *Prober) Answers(ctx context.Context, known *diag.Evidence) (yes, told bool) {
	targets, _ := p.targets(known, diag.SourceSSH)
	if len(targets) == 0 {
		return false, false
	}
	found := each(targets, func(a netip.Addr) diag.Reach {
		return p.knock(ctx, netip.AddrPortFrom(a, known.Asked.Port))
	})
	return slices.ContainsFunc(found, func(r diag.Reach) bool { return r.SSH != nil && r.SSH.Ident == diag.OK }), true
}
