package causes

import (
	"net/netip"

	"sshhelp/diag"
)

var networkPrivateOnly = &diag.Cause{
	ID:    "network/private-only",
	Title: "the address in use is for inside its own network only",
	Doc: `Private addresses (10.x, 172.16-31.x, 192.168.x and the like) work inside their
own network only; the same ones are in use in countless other places. To be
reached from outside, an instance needs a floating IP, which is a public address
that the cloud forwards to it, or another machine in the same network to go
through, a jump host.`,
	Text:   "{what}, which cannot be reached from outside its own network{instead}.",
	Maybe:  "{what}, which can be reached only from networks that have a route to it{instead}.",
	Breaks: diag.AtAddress,
	Check:  checkPrivateOnly,
	ExplainedBy: []*diag.Cause{
		networkNoRouter, // without a way out no floating IP can be had
	},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "If it has no floating IP, give it one: find the external network, take an address from it and tie it to the instance.{only_six} In the dashboard: \"Associate Floating IP\".", Code: "openstack network list --external\nopenstack floating ip create EXTERNAL-NETWORK\nopenstack server add floating ip {id} FLOATING-IP"},
		{Do: "Or go through another instance in the same network that you can reach, a jump host. Its account may have another name, and the security group must admit it too.", Code: "ssh -J {user}@JUMP-HOST -p {port} {user}@{address}"},
		{Do: "Or connect from inside: from the VPN or the site network that this cloud belongs to."},
	}},
}

func checkPrivateOnly(p *diag.Pass) diag.Verdict {
	if p.Instance == nil || len(p.Instance.Addresses) == 0 {
		return diag.Verdict{}
	}
	target := p.Target().Addr()
	port := p.PortOf(target)
	better := outside(p.Evidence)
	switch {
	case floating(p.Evidence, target) || !p.Inside(target), opensHere(p.Evidence) != nil, fromInside(p.Evidence) != nil:
		return diag.Verdict{State: diag.RuledOut} // there is a way after all
	case better.IsValid() && !p.Asked.Address.IsValid():
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: diag.Args{"only_six": "", "instead": ""}}
	if better.IsValid() {
		v.Args["what"] = target.String() + " is an address of " + orElse(p.Instance.Name, p.Instance.ID) + " for inside"
		v.Args["instead"] = "; use " + better.String() + " instead"
		v.Because = []diag.Observation{serverSays(p.Instance, "addresses "+target.String()+", and for outside "+better.String())}
	} else {
		var private []string
		for _, a := range p.Instance.Addresses {
			private = append(private, a.IP.String())
		}
		v.Args["what"] = orElse(p.Instance.Name, p.Instance.ID) + " has only private addresses (" + listed(private) + ")"
		v.Because = []diag.Observation{serverSays(p.Instance, "addresses "+listed(private)+", no floating IP")}
	}
	if !addressOf(p.Evidence, false).IsValid() {
		v.Args["only_six"] = " Floating IPs are IPv4, so an instance with IPv6 only needs an IPv4 network first."
	}
	// A network whose routers are hidden from us may be one of the site's own,
	// with a way to it for everybody inside; and who uses such an address where
	// there is another may have a reason, such as to sit inside.
	if insideToo(p.Evidence) || answers(p.Evidence) || routers(port) == routersUnknown || better.IsValid() && !knownOutside(p.Evidence) {
		v.State = diag.Possible
		v.Ask = "Are you inside the network that " + p.Instance.Name + " is in, or on a VPN to it?"
	}
	return v
}

// outside returns the address by which the instance is meant to be reached from
// elsewhere; not valid if it has none.
func outside(e *diag.Evidence) netip.Addr {
	anyone := *e
	anyone.Asked.Address = netip.Addr{}
	for _, a := range anyone.Targets() {
		if floating(e, a) || !e.Inside(a) {
			return a
		}
	}
	if port := e.PortOf(anyone.Target().Addr()); port != nil && len(port.Floating) > 0 {
		return port.Floating[0].IP // one that Nova has not noticed yet
	}
	return netip.Addr{}
}

// knownOutside reports whether the person is known to sit elsewhere than in a
// private network.
func knownOutside(e *diag.Evidence) bool {
	return e.Asked.FromWhy == diag.FromHere || e.Asked.From.IsValid() && !diag.Private(e.Asked.From)
}

// insideToo reports whether the person says that they connect from a private
// network: that may well be one with a way to the instance.
func insideToo(e *diag.Evidence) bool {
	return e.Asked.FromWhy == diag.FromSaid && e.Asked.From.IsValid() && diag.Private(e.Asked.From)
}
