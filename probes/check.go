package probes

import (
	"context"
	"errors"
	"net/netip"

	"sshhelp/diag"
)

// Check tells whether this machine may send pings, which is the one thing that
// probing needs permission for. It opens a socket and sends nothing.
func (p *Prober) Check(context.Context) diag.Check {
	c := diag.Check{What: "Probes: ping", Mark: diag.CheckOK, Text: "an ICMP socket could be opened"}
	conn, err := p.echo(netip.AddrFrom4([4]byte{127, 0, 0, 1}))
	switch {
	case err == nil:
		conn.Close()
		if s, ok := conn.(interface{ kind() string }); ok {
			c.Text = "possible with " + s.kind()
		}
	case errors.Is(err, errNoEcho):
		c.Mark, c.Text, c.Fix = diag.CheckLimited, err.Error()+"; diagnoses go without ping", pingFix
	default:
		c.Mark, c.Text = diag.CheckUnknown, err.Error()
	}
	return c
}
