package causes

import (
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
		{Do: "Try its other address, if it has one there.", Code: "openstack server show -c addresses {id}"},
		{Do: "Open its virtual console, log in, and remove one of the two.", Code: "sudo ip route del default via {gateway}", Who: diag.Inside},
		{Do: "For good, let one subnet hand out no gateway.", Code: "openstack subnet set --gateway none SUBNET"},
		{Do: "If one of the interfaces is not needed, detach it.", Code: "openstack server remove port {id} PORT"},
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
		Args: diag.Args{"interfaces": listed(names), "gateway": c.Gateways[len(c.Gateways)-1].IP.String()},
	}
}
