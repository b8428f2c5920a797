package causes

import (
	"slices"

	"sshhelp/diag"
)

var networkNoAddress = &diag.Cause{
	ID:    "network/no-address",
	Title: "the instance has no address",
	Doc: `The instance is not plugged into any network, so there is no address at which it
could be reached. Either it was launched without a network, or its port was
taken away later.`,
	Text:   "{name} has no network address at all, so nothing can reach it.",
	Breaks: diag.AtAddress,
	Check:  checkNoAddress,
	ExplainedBy: []*diag.Cause{
		instanceBuildStuck, instanceBuilding, instanceDeleted, instanceError, // none was given yet, or it was taken back
	},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which networks there are, and plug the instance into the one you want. In the dashboard: \"Attach Interface\".", Code: "openstack network list\nopenstack server add network {id} NETWORK"},
		{Do: "If the system inside does not use the new interface by itself, reboot it.", Code: "openstack server reboot {id}", Risk: diag.Restarts},
		{Do: "If the network is a private one, the instance needs a floating IP as well.", Code: "openstack network list --external\nopenstack floating ip create EXTERNAL-NETWORK\nopenstack server add floating ip {id} FLOATING-IP"},
	}},
}

func checkNoAddress(p *diag.Pass) diag.Verdict {
	switch {
	case p.Instance == nil:
		return diag.Verdict{}
	case len(p.Instance.Addresses) > 0:
		return diag.Verdict{State: diag.RuledOut}
	case p.Network != nil && slices.ContainsFunc(p.Network.Ports, func(port diag.Port) bool { return len(port.Fixed) > 0 }):
		return diag.Verdict{} // Nova has not noticed yet what Neutron gave
	}
	return diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{serverSays(p.Instance, "no addresses")}}
}
