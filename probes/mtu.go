package probes

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"sync"

	"sshhelp/diag"
)

// Sizes of IP packets. fullSize is what an Ethernet carries, and what the larger
// packets of a key exchange have; ladder is tried where that gets lost: tunnels
// of clouds (VXLAN, Geneve) leave 1450 or less, VPNs 1400 or so, and 1280 is the
// least that IPv6 permits (RFC 8200, 5).
const fullSize = 1500

var ladder = []int{1450, 1400, 1280}

// pings asks one address with a small packet and, at the same time, with a large
// one that must not be split. If only the small one comes back it looks for the
// size that passes: the one that a router named, else a few usual ones.
//
// The answers may be split on their way back, so that what passes is the way
// there; the other direction shows in the key exchange.
func (p *Prober) pings(ctx context.Context, target netip.Addr) []diag.Ping {
	var large diag.Ping
	var wg sync.WaitGroup
	if p.forbidden(target) == "" {
		wg.Go(func() { large = p.largest(ctx, target) })
	}
	small := p.Ping(ctx, target)
	wg.Wait()
	if small.Outcome != diag.OK || !large.Outcome.Told() {
		return []diag.Ping{small}
	}
	found := []diag.Ping{small, large}
	if large.Outcome == diag.OK {
		return found
	}
	sizes := smaller(large)
	rest := make([]diag.Ping, len(sizes))
	for i, size := range sizes {
		wg.Go(func() { rest[i], _ = p.ping(ctx, target, size) })
	}
	wg.Wait()
	return append(found, slices.DeleteFunc(rest, func(r diag.Ping) bool { return !r.Outcome.Told() })...)
}

// largest pings with the largest packet that this machine's own network carries,
// and no larger than fullSize.
func (p *Prober) largest(ctx context.Context, target netip.Addr) diag.Ping {
	ping, err := p.ping(ctx, target, fullSize)
	var icmp *icmpError
	if errors.As(err, &icmp) && icmp.own && icmp.mtu < fullSize && icmp.mtu >= leastMTU(target) {
		ping, _ = p.ping(ctx, target, icmp.mtu)
	}
	return ping
}

// smaller returns the sizes to try after one that did not pass.
func smaller(large diag.Ping) []int {
	if large.MTU >= leastMTU(large.Target) && large.MTU < large.Size {
		return []int{large.MTU}
	}
	return slices.DeleteFunc(slices.Clone(ladder), func(size int) bool { return size >= large.Size })
}

// leastMTU is what every network must carry: RFC 8200, 5, and for IPv4 what
// every host must be able to take (RFC 1122, 3.3.2).
func leastMTU(a netip.Addr) int {
	if a.Unmap().Is6() {
		return 1280
	}
	return 576
}
