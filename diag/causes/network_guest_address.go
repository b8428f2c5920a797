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
	Text:   "{name} uses {has}, but the cloud gave it {given}: all its packets are dropped.",
	Maybe:  "{name} may use another address or MAC than the cloud gave it.",
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

func checkGuestAddress(p *diag.Pass) diag.Verdict {
	if p.SSHAnswers() != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	if hit := standing(p); hit != nil {
		return stuck(p, hit, diag.Args{"has": "an interface with another MAC than its settings expect", "given": "this one"})
	}
	if p.Console == nil || p.Network == nil {
		return diag.Verdict{}
	}
	known := false
	for i := range p.Network.Ports {
		v := comparePort(p.Console, &p.Network.Ports[i])
		if v.State == diag.Confirmed {
			return v
		}
		known = known || v.State == diag.RuledOut
	}
	if v := foreignMAC(p); v.State != diag.Unknown {
		return v
	}
	if known {
		return diag.Verdict{State: diag.RuledOut}
	}
	return diag.Verdict{}
}

// foreignMAC looks for an interface in use whose MAC no port has, while a port's
// is on no interface: the guest has changed it.
func foreignMAC(p *diag.Pass) diag.Verdict {
	if !p.Console.InterfacesWhole {
		return diag.Verdict{}
	}
	var lone *diag.Port
	macs := map[string]bool{}
	for i := range p.Network.Ports {
		port := &p.Network.Ports[i]
		mac := strings.ToLower(port.MAC)
		macs[mac] = true
		if port.PortSecurity && mac != "" && !slices.ContainsFunc(p.Console.Interfaces, func(d diag.Interface) bool { return d.MAC == mac }) {
			lone = port
		}
	}
	for i := range p.Console.Interfaces {
		dev := &p.Console.Interfaces[i]
		if lone == nil || dev.MAC == "" || macs[dev.MAC] || len(dev.Usable()) == 0 || !onSubnet(dev, lone) {
			continue
		}
		return diag.Verdict{
			State: diag.Confirmed, Because: []diag.Observation{dev.Line.Observe(), portSays(lone, "MAC "+lone.MAC)},
			Args: diag.Args{"has": "the MAC " + dev.MAC, "given": lone.MAC},
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

// comparePort holds a port against the guest's interface of the same MAC. An
// interface without an address is another fault.
func comparePort(c *diag.Console, port *diag.Port) diag.Verdict {
	if !port.PortSecurity || port.MAC == "" {
		return diag.Verdict{}
	}
	for i := range c.Interfaces {
		dev := &c.Interfaces[i]
		if dev.MAC != strings.ToLower(port.MAC) {
			continue
		}
		var has []string
		for _, a := range dev.Usable() {
			if a.Is4() {
				has = append(has, a.String())
			}
			if allowed(port, a) {
				return diag.Verdict{State: diag.RuledOut}
			}
		}
		if given := fixedIPv4(port); len(has) > 0 && len(given) > 0 {
			return diag.Verdict{
				State: diag.Confirmed, Because: []diag.Observation{dev.Line.Observe(), portSays(port, "fixed address "+listed(given))},
				Args: diag.Args{"has": listed(has), "given": listed(given)},
			}
		}
	}
	return diag.Verdict{}
}

// allowed reports whether the cloud lets an address through this port.
func allowed(port *diag.Port, a netip.Addr) bool {
	return slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.IP == a }) ||
		slices.ContainsFunc(port.AllowedPairs, func(pair netip.Prefix) bool { return pair.Contains(a) })
}

func fixedIPv4(port *diag.Port) []string {
	var given []string
	for _, f := range port.Fixed {
		if f.IP.Is4() {
			given = append(given, f.IP.String())
		}
	}
	return given
}
