//go:build !linux

package probes

import (
	"net"
	"net/netip"
)

// openEcho fails: sockets for ICMP differ between systems, and the machines
// that probe run Linux.
func openEcho(netip.Addr) (net.Conn, error) { return nil, errNoEcho }
