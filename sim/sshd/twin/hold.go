package twin

import (
	"net"
	"net/netip"
)

// fixed returns the address of a literal such as "127.0.0.1:0".
func fixed(listen string) (netip.AddrPort, error) {
	a, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return netip.AddrPort{}, err
	}
	p := a.AddrPort()
	return netip.AddrPortFrom(p.Addr().Unmap(), p.Port()), nil
}
