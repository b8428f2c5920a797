package diag

import (
	"net/netip"
	"slices"
)

// sharedSpace is the carriers' address space (RFC 6598); like RFC 1918 it is
// not reachable from elsewhere.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// Private reports whether an address cannot be reached from the internet by
// design: RFC 1918, RFC 4193, RFC 6598, link-local. Loopback is not counted:
// it never is an instance's address but in a simulation.
func Private(a netip.Addr) bool {
	a = a.Unmap()
	return a.IsPrivate() || a.IsLinkLocalUnicast() || sharedSpace.Contains(a)
}

// Targets returns the addresses by which the instance is meant to be reached
// from outside, best first: the one that the person uses, floating IPs, public
// fixed addresses. Private fixed addresses are left out if there is anything
// better, because from elsewhere they may belong to another machine.
func (e *Evidence) Targets() []netip.Addr {
	if e.Asked.Address.IsValid() {
		return []netip.Addr{e.Asked.Address}
	}
	if e.Instance == nil {
		return nil
	}
	var floating, public, private []netip.Addr
	hidden := e.Instance.behindFloating()
	for _, a := range e.Instance.Addresses {
		switch {
		case a.Floating:
			floating = append(floating, a.IP)
		case e.Inside(a.IP):
			private = append(private, a.IP)
		case !hidden || a.IP.Is6():
			public = append(public, a.IP)
		}
	}
	if all := slices.Concat(floating, public); len(all) > 0 {
		return all
	}
	// Of inside addresses people use IPv4: cloud networks route it first.
	slices.SortStableFunc(private, func(a, b netip.Addr) int { return a.BitLen() - b.BitLen() })
	return private
}

// Inside reports whether an address can be reached from inside the cloud or the
// site only: it is [Private], or its network's routers have no way out for its
// IP version. An IPv6 address of a network whose router has an IPv4 gateway
// only looks public and leads nowhere.
func (e *Evidence) Inside(a netip.Addr) bool {
	if Private(a) {
		return true
	}
	port := e.PortOf(a)
	if port == nil || slices.ContainsFunc(port.Floating, func(f FloatingIP) bool { return f.IP == a }) {
		return false
	}
	known := false
	for _, r := range port.Routers {
		for _, ip := range r.GatewayIPs {
			known = true
			if ip.Is6() == a.Is6() {
				return false
			}
		}
	}
	return known
}

// behindFloating reports whether a floating IP stands for the IPv4 addresses.
func (i *Instance) behindFloating() bool {
	return slices.ContainsFunc(i.Addresses, func(a Address) bool { return a.Floating })
}

// Target returns the address and port that the person is taken to use.
func (e *Evidence) Target() netip.AddrPort {
	targets := e.Targets()
	if len(targets) == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(targets[0], e.Asked.Port)
}

// SSHAnswers returns a probe by which an SSH server identified itself on the
// asked port, whatever place it was made from; nil if none did. A live answer
// outweighs anything older. What answers on another port may be another server,
// such as that of an early stage of the boot.
func (e *Evidence) SSHAnswers() *Reach {
	for i := range e.Reach {
		if r := &e.Reach[i]; r.SSH != nil && r.SSH.Ident == OK && r.Target.Port() == e.Asked.Port {
			return r
		}
	}
	return nil
}

// Connects returns a probe by which TCP opened on the asked port, whatever place
// it was made from; nil if none did.
func (e *Evidence) Connects() *Reach {
	for i := range e.Reach {
		if r := &e.Reach[i]; r.Connect.Outcome == OK && r.Target.Port() == e.Asked.Port {
			return r
		}
	}
	return nil
}

// assumptions lists what was taken for granted, so that it can be corrected.
func assumptions(e *Evidence) []Assumption {
	list := []Assumption{}
	add := func(what, value, why, correct string) {
		list = append(list, Assumption{What: what, Value: value, Why: why, Correct: correct})
	}
	if e.Instance == nil {
		return list
	}
	if t := e.Target(); t.IsValid() && !e.Asked.Address.IsValid() && len(e.Instance.Addresses) > 1 {
		add("address", t.Addr().String(), "the first address meant for the outside", "the address itself in place of the name")
	}
	switch {
	case e.Asked.PortSaid:
	case e.Asked.Port == 22:
		add("port", "22", "the usual one", "port 2222")
	default:
		add("port", itoa(int(e.Asked.Port)), "this site's configuration", "port 22")
	}
	if user, why := e.account(); user != "" && e.Asked.User == "" {
		add("account", user, why, "user NAME")
	}
	if e.Asked.FromWhy == FromHere && e.Asked.From.IsValid() {
		add("source", e.Asked.From.String(), "this machine's own address", "from ADDRESS")
	}
	return list
}
