package causes

import (
	"net/netip"

	"sshhelp/diag"
)

var networkFloatingIPDown = &diag.Cause{
	ID:    "network/floating-ip-down",
	Title: "the floating IP does not lead to the instance",
	Doc: `A floating IP is a public address that a router of the cloud forwards to the
instance. When its status is not ACTIVE the forwarding is not set up, and packets
to it go nowhere, however well the instance itself is. It may also be tied to
another port than the one that is meant, or to none, while the list of the
instance's addresses still shows it: that list is a copy, which can be out of date.`,
	Text:   "The floating IP {address} of {name} {trouble}.",
	Breaks: diag.AtAddress,
	Check:  checkFloatingIPDown,
	// A floating IP follows its port and its router.
	ExplainedBy: append([]*diag.Cause{networkNoRouter, networkPortDown}, notRunning...),
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look at it: what is its status, and which port has it?", Code: "openstack floating ip show {address}"},
		{Do: "If it is tied to this instance, take it off and put it on again: that sets the forwarding up anew. You keep the address. In the dashboard: \"Disassociate Floating IP\" (do not release it), then \"Associate Floating IP\".", Code: "openstack server remove floating ip {id} {address}\nopenstack server add floating ip --fixed-ip-address {fixed} {id} {address}"},
		{Do: "If it is tied to something else, that was somebody's wish: ask in your project. If it is free, tie it to this instance.", Code: "openstack server add floating ip --fixed-ip-address {fixed} {id} {address}"},
		{Do: "If it stays down, give the cloud's support the address {address} and the ID {id}."},
		{Do: "See whether the L3 agent or gateway host of router {router} is alive.", Code: "openstack network agent list --router {router}", Who: diag.Operator},
	}},
}

// checkFloatingIPDown: Neutron knows where a floating IP leads, and whatever
// answers at one that leads elsewhere is not the instance.
func checkFloatingIPDown(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	port := p.PortOf(target)
	if !floating(p.Evidence, target) {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: diag.Args{"router": "ROUTER", "fixed": "FIXED-IP"}}
	if port != nil && len(fixedIPv4(port)) == 1 {
		v.Args["fixed"] = fixedIPv4(port)[0]
	}
	if f := strayedTo(p.Evidence, target); f != nil {
		v.Args["trouble"], v.Because = astray(f)
		return v
	}
	if port == nil {
		return diag.Verdict{}
	}
	f := floatingTrouble(port, target)
	if f == nil || passes(p.Evidence, port) != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	where, says := "floating IP "+f.IP.String(), "status "+f.Status
	v.Args["trouble"] = "is " + f.Status + ": packets to it are not forwarded"
	if f.Status == "ACTIVE" || f.Status == "" {
		says = "leads to " + f.Fixed.String()
		v.Args["trouble"] = says + ", which is not an address of its port"
	} else if f.Fixed.IsValid() {
		v.Args["fixed"] = f.Fixed.String()
	}
	if f.RouterID != "" {
		v.Args["router"] = f.RouterID
	}
	v.Because = append([]diag.Observation{{Source: diag.SourceNetwork, Where: where, Text: says}}, otherWay(p.Evidence)...)
	return v
}

// strayedTo returns the floating IP of that address if Neutron ties it to no port
// of the instance, else nil.
func strayedTo(e *diag.Evidence, a netip.Addr) *diag.FloatingIP {
	if e.Network == nil {
		return nil
	}
	for i := range e.Network.Strayed {
		if f := &e.Network.Strayed[i]; f.IP == a {
			return f
		}
	}
	return nil
}

// astray says where a floating IP leads that does not lead to the instance.
func astray(f *diag.FloatingIP) (trouble string, seen []diag.Observation) {
	seen = []diag.Observation{{Source: diag.SourceNetwork, Where: "floating IP " + f.IP.String()}}
	switch {
	case f.PortID == "":
		seen[0].Text, trouble = "tied to no port", "is tied to no port any more: packets to it go nowhere"
	case f.DeviceID == "":
		seen[0].Text, trouble = "tied to port "+f.PortID, "is tied to another port by now ("+f.PortID+"): packets to it go there"
	default:
		seen[0].Text = "tied to port " + f.PortID + " of " + f.DeviceID
		trouble = "is tied to something else by now (" + f.DeviceID + "): packets to it go there"
	}
	return trouble, seen
}
