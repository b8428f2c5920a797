package causes

import (
	"net/netip"
	"slices"
	"strings"

	"sshhelp/diag"
)

var networkNoRouter = &diag.Cause{
	ID:    "network/no-router",
	Title: "no router leads from the instance's network to the outside",
	Doc: `A private network of a project reaches the outside through a router that has one
leg in that network and its gateway in an external one. Without the router, or
without its gateway, no floating IP can work and nothing from outside arrives. The
guest must know the router as well: it is told by the subnet's gateway address.`,
	Text:   "The network of {name} has no way to the outside: {routers}.",
	Maybe:  "The answers of {name} may find no way out of its network: {routers}.",
	Breaks: diag.AtAddress,
	Check:  checkNoRouter,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which routers and which external networks there are.", Code: "openstack router list --long\nopenstack network list --external"},
		{Do: "If its router has no external gateway, give it one.", Code: "openstack router set --external-gateway EXTERNAL-NETWORK {router}"},
		{Do: "If its router is switched off, switch it on.", Code: "openstack router set --enable {router}"},
		{Do: "If it has no router, make one and connect its subnet to it.", Code: "openstack router create NEW-ROUTER\nopenstack router set --external-gateway EXTERNAL-NETWORK NEW-ROUTER\nopenstack router add subnet NEW-ROUTER {subnet}"},
		{Do: "If the subnet names no gateway, or another than the router's address in it, set that. Running instances learn it at their next boot.", Code: "openstack subnet set --gateway ROUTER-IP {subnet}"},
		{Do: "If its router is on, has a gateway and yet is not ACTIVE, give the cloud's support the router {router} and the ID {id}."},
		{Do: "Then give the instance a floating IP, if it has none.", Code: "openstack floating ip create EXTERNAL-NETWORK\nopenstack server add floating ip {id} FLOATING-IP"},
	}},
}

// checkNoRouter: a public address of an external network needs no router of the
// project, and one that is beside its gateway is of no matter.
func checkNoRouter(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	port := p.PortOf(target)
	if p.Instance == nil || routers(port) == routersUnknown {
		return diag.Verdict{}
	}
	list := deciding(port, target)
	state := stateOf(list)
	public := !p.Inside(target) && !floating(p.Evidence, target)
	switch {
	case opensHere(p.Evidence) != nil, fromInside(p.Evidence) != nil:
		return diag.Verdict{State: diag.RuledOut}
	case state == routersUsable:
		return noWayBack(p, port, list)
	case public && (state == noRouters || !isGateway(port, target, list)):
		return diag.Verdict{}
	case state == noRouters:
		return diag.Verdict{
			State:   diag.Confirmed,
			Because: []diag.Observation{portSays(port, "no router on its subnets")},
			Args:    diag.Args{"routers": "it has no router", "router": "ROUTER", "subnet": subnetOf(port, target)},
		}
	}
	var words []string
	v := diag.Verdict{State: diag.Confirmed}
	for _, r := range list {
		words = append(words, "router "+routerName(r)+" "+deadBecause(r))
		v.Because = append(v.Because, diag.Observation{Source: diag.SourceNetwork, Where: "router " + r.ID, Text: deadBecause(r)})
	}
	v.Because = append(v.Because, otherWay(p.Evidence)...)
	v.Args = diag.Args{"routers": strings.Join(words, "; "), "router": list[0].ID, "subnet": subnetOf(port, target)}
	return v
}

// isGateway reports whether one of the routers is the gateway of the subnet that
// the address is in, as far as that is known.
func isGateway(port *diag.Port, a netip.Addr, list []diag.Router) bool {
	f := behind(port, a)
	return f == nil || !f.Gateway.IsValid() || slices.ContainsFunc(list, func(r diag.Router) bool {
		return len(r.Legs) == 0 || slices.Contains(r.Legs, f.Gateway)
	})
}

// noWayBack suspects a subnet that tells its guests of no router, or of another
// than the one by which packets come, where nothing else explains the silence.
// Guests may have routes of their own.
func noWayBack(p *diag.Pass, port *diag.Port, list []diag.Router) diag.Verdict {
	target := p.Target().Addr()
	f := behind(port, target)
	if f == nil || !f.NoWayBack() && isGateway(port, target, list) {
		return diag.Verdict{State: diag.RuledOut}
	}
	seen := unexplainedSilence(p)
	if seen == nil {
		return diag.Verdict{}
	}
	says := "its subnet " + f.CIDR.String() + " hands out no gateway"
	if f.Gateway.IsValid() {
		says = "its subnet hands out the gateway " + f.Gateway.String() + ", which is not router " + routerName(list[0])
	}
	return diag.Verdict{
		State: diag.Possible, Because: append([]diag.Observation{portSays(port, says)}, seen...),
		Args: diag.Args{"routers": says, "router": list[0].ID, "subnet": subnetOf(port, f.IP)},
	}
}

// subnetOf names the subnet for a command: that of the address, or of the port's
// first one if the address is a floating IP.
func subnetOf(port *diag.Port, a netip.Addr) string {
	for _, f := range port.Fixed {
		if f.IP == a && f.SubnetID != "" {
			return f.SubnetID
		}
	}
	if len(port.Fixed) > 0 && port.Fixed[0].SubnetID != "" {
		return port.Fixed[0].SubnetID
	}
	return "SUBNET"
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
