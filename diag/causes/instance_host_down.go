package causes

import (
	"cmp"

	"sshhelp/diag"
)

var instanceHostDown = &diag.Cause{
	ID:    "instance/host-down",
	Title: "the compute host that the instance runs on is down",
	Doc: `Every instance runs on a physical machine of the cloud, its compute host. When
that machine or its link fails, the instance is gone from the network although
the cloud still calls it ACTIVE, and none of your own commands can help. Most
clouds show the state of the host to their operators only.`,
	Text:   "The compute host of {name} is down{host}: only the cloud's operators can bring the instance back.",
	Maybe:  "The compute host of {name} may be down, or the system inside hangs: {detail}.",
	Breaks: diag.AtInstance,
	Lines:  clientTimeouts,
	Check:  checkHostDown,
	// A guest that cannot answer is silent on a host that is well.
	ExplainedBy: []*diag.Cause{instanceWindowsImage, networkGuestAddress, networkTwoGateways, bootEmergencyMode, bootInProgress, bootKernelPanic},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Look whether other instances of yours are gone as well, and whether the cloud's status page tells of a fault."},
		{Do: "Open the instance's own console: if it shows a login prompt and takes what you type, the host is up and the fault is elsewhere.", Code: "openstack console url show {id}"},
		{Do: "Give the cloud's support the ID {id} and ask whether its host is up. A reboot or a stop will hang while the host is down."},
		{Do: "Find its host and look at the compute service there.", Code: "openstack --os-compute-api-version 2.16 server show {id} -c OS-EXT-SRV-ATTR:host -c host_status\nopenstack compute service list --service nova-compute", Who: diag.Operator},
		{Do: "If the host will not come back, rebuild the instance elsewhere. Make sure first that the host is really off, and that the disk is on shared storage or a volume: if it is not, it is made anew and its data is lost.", Code: "openstack --os-compute-api-version 2.14 server evacuate {id}", Who: diag.Operator, Risk: diag.LosesData},
	}},
}

// checkHostDown: a guest that answers runs on a host that runs, whatever the
// cloud thinks of its own service there. In MAINTENANCE no new instances come,
// but the present ones run. DOWN is an operator's word; UNKNOWN means no more than
// that the service on the host was not heard of lately (nova.compute.api,
// get_instance_host_status), while the guests may well run on.
func checkHostDown(p *diag.Pass) diag.Verdict {
	i := p.Instance
	switch {
	case i == nil:
		return diag.Verdict{}
	case i.HostStatus == "UP", answers(p.Evidence):
		return diag.Verdict{State: diag.RuledOut}
	case i.HostStatus == "DOWN" || i.HostStatus == "UNKNOWN":
		return notHeardOf(p)
	}
	if seen := unexplainedSilence(p); seen != nil && !refuses(p.Evidence) && !(p.Console != nil && midBoot(p.Console)) {
		return diag.Verdict{
			State: diag.Possible, Vague: true, Because: seen,
			Args: diag.Args{"detail": "the cloud calls the instance ACTIVE, its rules let you in, and yet nothing answers"},
			Ask:  "Does the instance's own console, in the dashboard, show a login prompt that takes what you type?",
		}
	}
	return diag.Verdict{}
}

// notHeardOf judges a host of which the cloud says that it is not up. If it was
// only not heard of, that must tell in something else: a guest that is silent
// for no other reason, or a change that does not come to its end.
func notHeardOf(p *diag.Pass) diag.Verdict {
	i, host := p.Instance, ""
	if i.Host != "" {
		host = " (" + i.Host + ")"
	}
	seen := serverSays(i, "host status "+i.HostStatus+", host "+cmp.Or(i.Host, "not shown"))
	v := diag.Verdict{
		State: diag.Confirmed, Because: append([]diag.Observation{seen}, statusSeen(i)...),
		Args: diag.Args{"host": host, "detail": "nothing was heard lately of the cloud's own service on that host" + host},
	}
	if i.HostStatus == "UNKNOWN" && active(p.Evidence) && unexplainedSilence(p) == nil {
		v.State = diag.Possible
	}
	return v
}

// midBoot reports whether the console shows a boot that did not come to its end:
// then the guest's own silence needs no dead host.
func midBoot(c *diag.Console) bool { return !c.Empty && c.Up == nil }
