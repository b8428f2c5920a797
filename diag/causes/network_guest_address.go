package causes

import (
	"net/netip"
	"slices"
	"strings"

	"sshhelp/diag"
)

var networkGuestAddress = &diag.Cause{
	ID:    "network/guest-address",
	Title: "the guest uses another address than the cloud gave it",
	Doc: `The cloud ties each port to one MAC and its own addresses, and drops whatever
bears others, so that nobody can pose as somebody else. A guest that was given a
fixed address by hand, that was copied from another with its settings, or that
expects another MAC, cannot be reached however open its rules are.`,
	Text:   "{name} uses {has}, but the cloud gave it {given}: {effect}.",
	Maybe:  "{name} may not use what the cloud gave it ({given}): it has {has}.",
	Breaks: diag.AtAddress,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Device (\S+) has (?:different )?MAC address(?: than expected| \S+, instead of)`,
		Example:  `Bringing up interface eth0:  Device eth0 has different MAC address than expected, ignoring.`,
		NearMiss: `eth0: MAC address changed to fa:16:3e:00:00:01`,
	}},
	Check: checkGuestAddress,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which address and MAC the cloud gave it.", Code: "openstack port list --server {id}"},
		{Do: "Open its virtual console, log in with an account that has a password, and set its interface to DHCP, with no MAC written down (in netplan, NetworkManager, ifcfg files, /etc/network/interfaces or udev's 70-persistent-net.rules).", Code: "openstack console url show {id}", Who: diag.Inside},
		{Do: "If it is meant to have the address that it uses, give that to its port as well. It must be a free one of the same subnet.", Code: "openstack port set --fixed-ip ip-address=IP PORT"},
		{Do: "If it is to answer for several addresses, a cluster's for example, allow them on its port.", Code: "openstack port set --allowed-address ip-address=IP PORT"},
	}},
}

// dropped is what anti-spoofing makes of a guest with a wrong address.
const dropped = "all its packets are dropped"

// checkGuestAddress holds the guest's own table against what Neutron gave, for the
// port by which it is used, if that is known: a second one may be as it likes.
func checkGuestAddress(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	switch {
	case p.SSHAnswers() != nil, answersAt(p.Evidence, target):
		return diag.Verdict{State: diag.RuledOut}
	case p.Instance != nil && !p.Instance.Runs():
		return diag.Verdict{}
	}
	if hit := standing(p); hit != nil {
		return stuck(p, hit, diag.Args{"has": "an interface with another MAC than its settings expect", "given": "this one", "effect": "it is not used"})
	}
	if p.Console == nil || p.Network == nil {
		return diag.Verdict{}
	}
	if port := p.PortOf(target); port != nil {
		return comparePort(p, port)
	}
	known := false
	for i := range p.Network.Ports {
		v := comparePort(p, &p.Network.Ports[i])
		if v.State > diag.RuledOut {
			return v
		}
		known = known || v.State == diag.RuledOut
	}
	if known {
		return diag.Verdict{State: diag.RuledOut}
	}
	return diag.Verdict{}
}

// answersAt reports whether the instance came back with something at an address.
func answersAt(e *diag.Evidence, a netip.Addr) bool {
	return slices.ContainsFunc(e.Reach, func(r diag.Reach) bool { return r.Target.Addr() == a && gotThrough(e, &r) }) ||
		slices.ContainsFunc(e.Pings, func(p diag.Ping) bool { return p.Target == a && p.Outcome == diag.OK })
}

// foreignMAC looks for an interface in use whose MAC no port has, while the
// port's is on no interface: the guest has changed it.
func foreignMAC(p *diag.Pass, port *diag.Port) diag.Verdict {
	c, mac := p.Console, strings.ToLower(port.MAC)
	if !c.InterfacesWhole || slices.ContainsFunc(c.Interfaces, func(d diag.Interface) bool { return d.MAC == mac }) {
		return diag.Verdict{}
	}
	legal := slices.Clone(port.AllowedMACs)
	for _, other := range p.Network.Ports {
		legal = append(legal, strings.ToLower(other.MAC))
	}
	for i := range c.Interfaces {
		dev := &c.Interfaces[i]
		if dev.MAC == "" || slices.Contains(legal, dev.MAC) || len(dev.Usable()) == 0 || !onSubnet(dev, port) {
			continue
		}
		return diag.Verdict{
			State: diag.Confirmed, Because: []diag.Observation{dev.Line.Observe(), portSays(port, "MAC "+port.MAC)},
			Args: diag.Args{"has": "the MAC " + dev.MAC, "given": port.MAC, "effect": dropped},
		}
	}
	return diag.Verdict{}
}

// onSubnet reports whether an interface has an address of the port's own, so
// that it is meant to be the port's and no bridge or container network.
func onSubnet(dev *diag.Interface, port *diag.Port) bool {
	return slices.ContainsFunc(dev.Usable(), func(a netip.Addr) bool {
		return slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.IP == a || f.CIDR.IsValid() && f.CIDR.Contains(a) })
	})
}

// comparePort holds a port against the guest's interface of the same MAC; it may
// stand in several rows, as a bridge and what is plugged into it.
func comparePort(p *diag.Pass, port *diag.Port) diag.Verdict {
	if port.MAC == "" {
		return diag.Verdict{}
	}
	var dev *diag.Interface
	var has []netip.Addr
	masked := false
	for i := range p.Console.Interfaces {
		d := &p.Console.Interfaces[i]
		if d.MAC != strings.ToLower(port.MAC) {
			continue
		}
		if dev == nil || len(has) == 0 {
			dev = d
		}
		has, masked = append(has, d.Usable()...), masked || d.Masked
	}
	switch {
	case dev == nil && port.PortSecurity:
		return foreignMAC(p, port)
	case dev == nil || masked:
		return diag.Verdict{}
	case len(has) == 0:
		return bareInterface(p, port, dev)
	}
	return compareAddresses(p, port, dev, has)
}

// compareAddresses judges what the guest has against what the port may bear, and
// against the address at which packets arrive.
func compareAddresses(p *diag.Pass, port *diag.Port, dev *diag.Interface, has []netip.Addr) diag.Verdict {
	four := ofVersion(has, false)
	legal := slices.ContainsFunc(has, func(a netip.Addr) bool { return allowed(port, a) })
	v := diag.Verdict{State: diag.Confirmed, Args: diag.Args{"has": listed(four), "effect": dropped}}
	given := fixedIPv4(port)
	meant := behind(port, p.Target().Addr())
	switch {
	case !legal && port.PortSecurity && len(four) > 0 && len(given) > 0:
		v.Args["given"] = listed(given)
	case meant == nil || slices.Contains(has, meant.IP):
		if !legal {
			return diag.Verdict{}
		}
		return diag.Verdict{State: diag.RuledOut}
	case !legal:
		return diag.Verdict{}
	case meant.IP.Is4():
		v.Args["given"], v.Args["effect"] = meant.IP.String(), "nobody in it answers at that address"
	default: // the table may be older than the router's advertisement that brings it
		seen := unexplainedSilence(p)
		if seen == nil || !p.Console.InterfacesWhole {
			return diag.Verdict{}
		}
		v.State, v.Args["has"], v.Args["given"] = diag.Possible, "no address of IPv6 but its link's own", meant.IP.String()
		v.Because = seen
	}
	v.Because = append([]diag.Observation{dev.Line.Observe(), portSays(port, "fixed address "+v.Args["given"])}, v.Because...)
	return v
}

// bareInterface suspects an interface that the guest did not set up while it did
// another one. With one interface alone that is no matter of addresses.
func bareInterface(p *diag.Pass, port *diag.Port, dev *diag.Interface) diag.Verdict {
	others := slices.ContainsFunc(p.Console.Interfaces, func(d diag.Interface) bool {
		return d.MAC != dev.MAC && len(d.Usable()) > 0 && slices.ContainsFunc(p.Network.Ports, func(o diag.Port) bool { return strings.EqualFold(o.MAC, d.MAC) })
	})
	seen := unexplainedSilence(p)
	if !others || seen == nil || !p.Console.InterfacesWhole {
		return diag.Verdict{}
	}
	given := listed(ofVersion(addressesOf(port), false))
	return diag.Verdict{
		State: diag.Possible, Because: append([]diag.Observation{dev.Line.Observe(), portSays(port, "fixed address "+given)}, seen...),
		Args: diag.Args{"has": "no address on " + dev.Name, "given": given, "effect": dropped},
	}
}

func addressesOf(port *diag.Port) []netip.Addr {
	var all []netip.Addr
	for _, f := range port.Fixed {
		all = append(all, f.IP)
	}
	return all
}

// ofVersion lists the addresses of one IP version.
func ofVersion(list []netip.Addr, v6 bool) []string {
	var words []string
	for _, a := range list {
		if a.Is6() == v6 {
			words = append(words, a.String())
		}
	}
	return words
}

// allowed reports whether the cloud lets an address through this port.
func allowed(port *diag.Port, a netip.Addr) bool {
	return slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.IP == a }) ||
		slices.ContainsFunc(port.AllowedPairs, func(pair netip.Prefix) bool { return pair.Contains(a) })
}

func fixedIPv4(port *diag.Port) []string { return ofVersion(addressesOf(port), false) }
