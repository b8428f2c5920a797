package causes

import "sshhelp/diag"

var networkFloatingIPDown = &diag.Cause{
	ID:    "network/floating-ip-down",
	Title: "the floating IP is not active",
	Doc: `A floating IP is a public address that a router of the cloud forwards to the
instance. When its status is not ACTIVE the forwarding is not set up, and packets
to it go nowhere, however well the instance itself is.`,
	Text:   "The floating IP {address} of {name} is {status}: packets to it are not forwarded.",
	Breaks: diag.AtAddress,
	Check:  checkFloatingIPDown,
	// A floating IP follows its port and its router.
	ExplainedBy: append([]*diag.Cause{networkNoRouter, networkPortDown}, notRunning...),
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look at it.", Code: "openstack floating ip show {address}"},
		{Do: "Take it off and put it on again: that sets the forwarding up anew. You keep the address. In the dashboard: \"Disassociate Floating IP\" (do not release it), then \"Associate Floating IP\".", Code: "openstack server remove floating ip {id} {address}\nopenstack server add floating ip --fixed-ip-address {fixed} {id} {address}"},
		{Do: "If it stays down, give the cloud's support the address {address} and the ID {id}."},
		{Do: "See whether the L3 agent or gateway host of router {router} is alive.", Code: "openstack network agent list --router {router}", Who: diag.Operator},
	}},
}

func checkFloatingIPDown(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	port := p.PortOf(target)
	if port == nil || !floating(p.Evidence, target) {
		return diag.Verdict{}
	}
	f := floatingTrouble(port, target)
	if f == nil || passes(p.Evidence, port) != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	router := f.RouterID
	if router == "" {
		router = "ROUTER"
	}
	fixed := "FIXED-IP"
	if f.Fixed.IsValid() {
		fixed = f.Fixed.String()
	} else if own := fixedIPv4(port); len(own) == 1 {
		fixed = own[0]
	}
	return diag.Verdict{
		State:   diag.Confirmed,
		Because: []diag.Observation{{Source: diag.SourceNetwork, Where: "floating IP " + f.IP.String(), Text: "status " + f.Status}},
		Args:    diag.Args{"status": f.Status, "router": router, "fixed": fixed},
	}
}
