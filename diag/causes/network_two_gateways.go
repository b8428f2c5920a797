package causes

import (
	"net/netip"
	"slices"

	"sshhelp/diag"
)

var networkTwoGateways = &diag.Cause{
	ID:    "network/two-gateways",
	Title: "it has two default routes",
	Doc: `An instance on two networks, both of which hand out a gateway, gets two
default routes. It then answers through one of them whatever came in by the other,
and the cloud drops such answers, because they bear an address that is not of that
network. One of the two addresses works, or none, or now this and now that.`,
	Text:   "{name} has a default route on each of {interfaces}, so its answers may leave by another way than the questions came.",
	Maybe:  "{name} is on several networks that each hand out a gateway, so its answers may leave by another way than the questions came.",
	Breaks: diag.AtAddress,
	Check:  checkTwoGateways,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Try its other address.", Code: "openstack server show -c addresses {id}"},
		{Do: "Or open its virtual console, log in with an account that has a password, and take away the route that belongs to the other network. It comes back at the next boot.", Code: "sudo ip route del default via {gateway}", Who: diag.Inside},
		{Do: "For good, let the other network's subnet hand out no gateway. That holds for every instance on it, from its next boot.", Code: "openstack subnet set --gateway none SUBNET"},
		{Do: "Or unplug the interface that is not needed. In the dashboard: \"Detach Interface\".", Code: "openstack server remove port {id} PORT"},
	}},
}

func checkTwoGateways(p *diag.Pass) diag.Verdict {
	if p.SSHAnswers() != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	c := p.Console
	if c == nil || !c.RoutesShown {
		return diag.Verdict{}
	}
	var names []string
	var seen []diag.Observation
	for _, g := range c.Gateways {
		known := false
		for _, name := range names {
			known = known || name == g.Interface
		}
		if !known {
			names, seen = append(names, g.Interface), append(seen, g.Line.Observe())
		}
	}
	if len(names) < 2 {
		return diag.Verdict{State: diag.RuledOut}
	}
	return diag.Verdict{
		State: diag.Confirmed, Because: seen,
		Args: diag.Args{"interfaces": listed(names), "gateway": otherGateway(p.Evidence).String()},
	}
}

// otherGateway is the one that is not of the network by which the instance is
// used; the last one if that is not known.
func otherGateway(e *diag.Evidence) netip.Addr {
	gateways := e.Console.Gateways
	if port := e.PortOf(e.Target().Addr()); port != nil && slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.CIDR.IsValid() }) {
		for _, g := range gateways {
			if !slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.CIDR.Contains(g.IP) }) {
				return g.IP
			}
		}
	}
	return gateways[len(gateways)-1].IP
}
