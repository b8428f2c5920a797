package probes

import (
	"fmt"
	"net/netip"
	"slices"

	"sshhelp/diag"
)

// special are networks that are never an instance's public face: behind them
// stand this machine itself, its neighbours, or the credentials of the cloud
// that it runs in.
var special = []struct {
	net  netip.Prefix
	what string
}{
	{netip.MustParsePrefix("169.254.169.254/32"), "a metadata service"},
	{netip.MustParsePrefix("fd00:ec2::254/128"), "a metadata service"},
	{netip.MustParsePrefix("127.0.0.0/8"), "a loopback address"},
	{netip.MustParsePrefix("::1/128"), "a loopback address"},
	{netip.MustParsePrefix("0.0.0.0/8"), "not the address of a machine"},
	{netip.MustParsePrefix("::/128"), "not the address of a machine"},
	{netip.MustParsePrefix("169.254.0.0/16"), "a link-local address"},
	{netip.MustParsePrefix("fe80::/10"), "a link-local address"},
	{netip.MustParsePrefix("224.0.0.0/4"), "a multicast address"},
	{netip.MustParsePrefix("ff00::/8"), "a multicast address"},
	{netip.MustParsePrefix("240.0.0.0/4"), "not the address of a machine"},
}

// nat64 is the prefix under which translators embed IPv4 addresses (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// plain returns the address that packets will really go to: IPv4 in the clothes
// of IPv6 is IPv4.
func plain(a netip.Addr) netip.Addr {
	a = a.Unmap()
	if nat64.Contains(a) {
		b := a.As16()
		return netip.AddrFrom4([4]byte(b[12:]))
	}
	return a
}

// forbidden says why an address may not be probed whosever it is; "" if it may.
func (p *Prober) forbidden(a netip.Addr) string {
	if !a.IsValid() {
		return "There is no address to probe."
	}
	if p.allowed(a) {
		return ""
	}
	if a.Zone() != "" {
		return fmt.Sprintf("%s was not probed: it is a link-local address.", a)
	}
	for _, s := range special {
		if s.net.Contains(plain(a)) {
			return fmt.Sprintf("%s was not probed: it is %s.", a, s.what)
		}
	}
	return ""
}

func (p *Prober) allowed(a netip.Addr) bool {
	return p.AllowAny || slices.ContainsFunc(p.Allow, func(n netip.Prefix) bool { return n.Contains(plain(a)) })
}

// foreign says why an address may not be probed for this instance; "" if it
// may: it must be the instance's own, and must mean the same machine from here.
func (p *Prober) foreign(a netip.Addr, known *diag.Evidence) string {
	if p.allowed(a) {
		return ""
	}
	if known.Instance == nil {
		return fmt.Sprintf("%s was not probed: it is not known to be the instance's.", a)
	}
	own := slices.IndexFunc(known.Instance.Addresses, func(o diag.Address) bool { return o.IP.Unmap() == a.Unmap() })
	if own < 0 {
		return fmt.Sprintf("%s was not probed: it is not an address of this instance.", a)
	}
	if diag.Private(plain(a)) && !known.Instance.Addresses[own].Floating {
		return fmt.Sprintf("%s was not probed: it is a private address, and from here it may be another machine.", a)
	}
	return ""
}

// targets returns the addresses of the instance that may be probed, and a gap
// that tells of those that may not. The gap is nil if there are none.
func (p *Prober) targets(known *diag.Evidence, source diag.Source) ([]netip.Addr, *diag.Gap) {
	var targets []netip.Addr
	var gap *diag.Gap
	skip := func(text string) {
		if gap == nil { // one sentence is enough
			gap = &diag.Gap{Source: source, Why: diag.GapSkipped, Text: text}
		}
	}
	all := known.Targets()
	for _, a := range all {
		why := p.forbidden(a)
		if why == "" {
			why = p.foreign(a, known)
		}
		switch {
		case why != "":
			skip(why)
		case len(targets) == maxTargets:
			skip(fmt.Sprintf("Only %d of its %d addresses were probed.", maxTargets, len(all)))
		default:
			targets = append(targets, a.Unmap())
		}
	}
	return targets, gap
}
