package causes

import (
	"net/netip"
	"slices"
	"strings"

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

// checkTwoGateways: what gets an answer at the address in use is not harmed. The
// routes that the guest has tell more than those that the cloud hands out.
func checkTwoGateways(p *diag.Pass) diag.Verdict {
	switch c := p.Console; {
	case !divided(p.Evidence, p.Target()) && (p.SSHAnswers() != nil || p.Connects() != nil):
		return diag.Verdict{State: diag.RuledOut}
	case p.Instance != nil && !p.Instance.Runs():
		return diag.Verdict{}
	case c != nil && c.RoutesShown:
		return twoRoutes(p)
	}
	return twoSubnets(p)
}

// twoRoutes judges the default routes that the guest printed. Several on one
// interface are as they should be, as DHCP and a fixed setting make them.
func twoRoutes(p *diag.Pass) diag.Verdict {
	var names []string
	var seen []diag.Observation
	for _, g := range p.Console.Gateways {
		if !slices.Contains(names, g.Interface) {
			names, seen = append(names, g.Interface), append(seen, g.Line.Observe())
		}
	}
	if len(names) < 2 {
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{
		State: diag.Confirmed, Because: seen,
		Args: diag.Args{"interfaces": listed(names), "gateway": otherGateway(p.Evidence).String()},
	}
	target := p.Target().Addr()
	port := p.PortOf(target)
	switch {
	case port != nil && (!wayIsUp(p.Evidence, target) || shutTo(p, target)):
		v.Minor = true // packets do not even come to the guest
	case divided(p.Evidence, p.Target()), interfaceOf(p.Evidence, port) == names[0]:
		v.State = diag.Possible // answers leave by the right way for some, or the first one is the one that is used: answers go back as they came
	}
	return v
}

// shutTo reports whether the rules let nobody, or not the person, in at an address.
func shutTo(p *diag.Pass, a netip.Addr) bool {
	rules := p.Admission(a)
	return rules.Person == diag.No || rules.Complete && !rules.Unfiltered && rules.Open == nil
}

// interfaceOf names the guest's interface at a port: that of the port's MAC, else
// the one whose gateway is of the port's subnet; "" if neither is seen.
func interfaceOf(e *diag.Evidence, port *diag.Port) string {
	if port == nil {
		return ""
	}
	for _, dev := range e.Console.Interfaces {
		if dev.MAC != "" && strings.EqualFold(dev.MAC, port.MAC) {
			return dev.Name
		}
	}
	for _, g := range e.Console.Gateways {
		if slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.CIDR.IsValid() && f.CIDR.Contains(g.IP) }) {
			return g.Interface
		}
	}
	return ""
}

// twoSubnets suspects two ports in subnets that each hand out a gateway, where
// nothing else explains the silence. Many guests handle that well.
func twoSubnets(p *diag.Pass) diag.Verdict {
	if p.Network == nil {
		return diag.Verdict{}
	}
	var seen []diag.Observation
	known := true
	for i := range p.Network.Ports {
		port := &p.Network.Ports[i]
		for _, f := range port.Fixed {
			known = known && f.CIDR.IsValid()
			if f.IP.Is4() && f.Gateway.IsValid() {
				seen = append(seen, portSays(port, f.IP.String()+", gateway "+f.Gateway.String()))
				break
			}
		}
	}
	if len(seen) < 2 {
		if known {
			return diag.Verdict{State: diag.RuledOut}
		}
		return diag.Verdict{}
	}
	silence := unexplainedSilence(p)
	if silence == nil {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State: diag.Possible, Because: append(seen, silence...), Args: diag.Args{"interfaces": "its interfaces", "gateway": "GATEWAY"},
		Ask: "Does the instance have more than one default route? (\"ip route show default\", on its own console.)",
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
