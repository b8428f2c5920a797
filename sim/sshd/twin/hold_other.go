//go:build !linux

package twin

import (
	"errors"
	"net/netip"
)

var errLinuxOnly = errors.New("this behaviour needs Linux")

func holdClosed(string) (netip.AddrPort, func(), error) {
	return netip.AddrPort{}, func() {}, errLinuxOnly
}

func holdFull(string) (netip.AddrPort, func(), error) {
	return netip.AddrPort{}, func() {}, errLinuxOnly
}
