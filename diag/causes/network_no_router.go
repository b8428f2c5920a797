package causes

import (
	"strings"

	"sshhelp/diag"
)

var networkNoRouter = &diag.Cause{
	ID:    "network/no-router",
	Title: "no router leads from the instance's network to the outside",
	Doc: `A private network of a project reaches the outside through a router that has one
leg in that network and its gateway in an external one. Without the router, or
without its gateway, no floating IP can work and nothing from outside arrives.`,
	Text:   "The network of {name} has no way to the outside: {routers}.",
	Breaks: diag.AtAddress,
	Check:  checkNoRouter,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See whether there is a router, and whether it has an external gateway.", Code: "openstack router list --long\nopenstack network list --external"},
		{Do: "If there is a router without a gateway, give it one.", Code: "openstack router set --external-gateway EXTERNAL-NETWORK ROUTER"},
		{Do: "If there is none, make one and connect the subnet to it.", Code: "openstack router create ROUTER\nopenstack router set --external-gateway EXTERNAL-NETWORK ROUTER\nopenstack router add subnet ROUTER SUBNET"},
		{Do: "Then give the instance a floating IP.", Code: "openstack floating ip create EXTERNAL-NETWORK\nopenstack server add floating ip {id} FLOATING-IP"},
	}},
}

// checkNoRouter: a public address of an external network needs no router of the
// project.
func checkNoRouter(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	port := p.PortOf(target)
	state := routers(port)
	inside := p.Inside(target) && !floating(p.Evidence, target)
	switch {
	case p.Instance == nil || state == routersUnknown:
		return diag.Verdict{}
	case state == routersUsable, p.Connects() != nil, fromInside(p.Evidence) != nil:
		return diag.Verdict{State: diag.RuledOut}
	case state == noRouters && !inside:
		return diag.Verdict{}
	case state == noRouters:
		return diag.Verdict{
			State:   diag.Confirmed,
			Because: []diag.Observation{portSays(port, "no router on its subnets")},
			Args:    diag.Args{"routers": "it has no router"},
		}
	}
	var words []string
	v := diag.Verdict{State: diag.Confirmed}
	for _, r := range port.Routers {
		words = append(words, "router "+routerName(r)+" "+deadBecause(r))
		v.Because = append(v.Because, diag.Observation{Source: diag.SourceNetwork, Where: "router " + r.ID, Text: deadBecause(r)})
	}
	v.Args = diag.Args{"routers": strings.Join(words, "; ")}
	return v
}

func routerName(r diag.Router) string {
	if r.Name != "" {
		return r.Name
	}
	return r.ID
}

func deadBecause(r diag.Router) string {
	switch {
	case r.Gateway == "":
		return "has no external gateway"
	case !r.AdminUp:
		return "is switched off"
	}
	return "is in the state " + r.Status
}
