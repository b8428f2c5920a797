package causes

import (
	"fmt"

	"sshhelp/diag"
)

var networkPortDown = &diag.Cause{
	ID:    "network/port-down",
	Title: "the instance's port on the network is down",
	Doc: `A port is the socket by which the instance is plugged into a network of the
cloud. When it is down, switched off, or could not be set up on the compute host
("binding_failed"), no packet gets in or out, whatever the guest does.`,
	Text:   "The network port of {name} that carries {address} does not work: {trouble}.",
	Maybe:  "The network port of {name} that carries {address} may not work: {trouble}.",
	Breaks: diag.AtAddress,
	Check:  checkPortDown,
	// The port of an instance that does not run is down, as it should be.
	ExplainedBy: notRunning,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look at the port.", Code: "openstack port show {port_id} -c status -c admin_state_up -c binding_vif_type"},
		{Do: "If it is switched off (admin_state_up is False), switch it on.", Code: "openstack port set --enable {port_id}"},
		{Do: "If it is on but not ACTIVE, save the console log and hard reboot the instance: its ports are plugged in anew. What was in its memory is lost.", Code: "openstack console log show {id} > console.log\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
		{Do: "If that does not help, give the cloud's support the port {port_id} and the ID {id}."},
		{Do: "See whether the network agent on the instance's host is alive; the log of neutron-server says why a binding failed.", Code: "openstack network agent list --host HOST", Who: diag.Operator},
	}},
}

func checkPortDown(p *diag.Pass) diag.Verdict {
	port := p.PortOf(p.Target().Addr())
	if port == nil {
		return diag.Verdict{}
	}
	trouble := portTrouble(p.Evidence, port)
	switch {
	case passes(p.Evidence, port) != nil:
		return diag.Verdict{State: diag.RuledOut}
	case trouble == "":
		return misplaced(p, port)
	}
	text := fmt.Sprintf("status %s, admin state up %t", port.Status, port.AdminUp)
	if port.Binding != "" {
		text += ", binding " + port.Binding
	}
	return diag.Verdict{
		State:   diag.Confirmed,
		Because: append([]diag.Observation{portSays(port, text)}, otherWay(p.Evidence)...),
		Args:    diag.Args{"trouble": trouble, "port_id": port.ID},
	}
}

// misplaced suspects a port that is set up on another host than the instance runs
// on, as a migration leaves it that did not come to its end. Bare metal has such
// pairs of names at all times, so that only silence makes it worth a word.
func misplaced(p *diag.Pass, port *diag.Port) diag.Verdict {
	if p.Instance == nil || port.Host == "" || p.Instance.Host == "" || port.Host == p.Instance.Host {
		return diag.Verdict{State: diag.RuledOut}
	}
	seen := unexplainedSilence(p)
	if seen == nil {
		return diag.Verdict{}
	}
	says := "it is set up on host " + port.Host + ", while the instance runs on " + p.Instance.Host
	return diag.Verdict{
		State: diag.Possible, Because: append([]diag.Observation{portSays(port, "bound to host "+port.Host)}, seen...),
		Args: diag.Args{"trouble": says, "port_id": port.ID},
	}
}
