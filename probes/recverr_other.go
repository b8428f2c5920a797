//go:build !linux

package probes

import (
	"context"
	"net"
	"net/netip"
)

// dialTold opens a TCP connection. Only Linux tells which ICMP message ended
// an attempt; here "unreachable" is all that is learnt.
func dialTold(ctx context.Context, target string) (net.Conn, netip.Addr, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		return nil, netip.Addr{}, err
	}
	return conn, netip.Addr{}, nil
}
