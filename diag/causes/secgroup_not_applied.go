package causes

import (
	"slices"

	"sshhelp/diag"
)

var secgroupNotApplied = &diag.Cause{
	ID:    "secgroup/not-applied",
	Title: "the compute host does not apply the rules as they are written",
	Doc: `Security-group rules are kept in the cloud's database and applied on the compute
host. Now and then a change, or a new instance's first set of rules, does not get
through to the host: the dashboard says that SSH is let in while the host still
drops it. Nobody outside the host can see that; changing the rules, or a hard
reboot, makes the host fetch them again.`,
	Text:   "The compute host of {name} drops packets that its rules let in.",
	Maybe:  "The compute host of {name} may not apply the rules as they are written: they let port {port} in and the system inside came up, yet nothing answers.",
	Breaks: diag.AtRules,
	Lines:  clientTimeouts,
	Check:  checkNotApplied,
	// What keeps the guest itself from answering needs no fault of the host.
	ExplainedBy: slices.Concat([]*diag.Cause{instanceWindowsImage, networkGuestAddress, networkGuestFirewall, networkTwoGateways}, notRunning, bootTrouble),
	Fix: diag.Remedy{
		Action: diag.HardReboot,
		Steps: []diag.Step{
			{Do: "Change something about the rules, so that the host fetches them again: let pings from your own address in, for example.{whose} Try again after a minute.", Code: "openstack security group rule create --ingress --ethertype {ethertype} --protocol {icmp} --remote-ip {from_cidr} {group}"},
			{Do: "Or take the group off the instance and put it on again. What else it lets in is shut out for that moment.", Code: "openstack server remove security group {id} {group}\nopenstack server add security group {id} {group}"},
			{Do: "If that does not help, save the console log and hard reboot the instance: it is set up anew on its host, rules included. What was in its memory is lost.", Code: "openstack console log show {id} > console.log\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
			{Do: "If that does not help either, give the cloud's support the ID {id} and the port {port_id}. Only they can see what the host does."},
			{Do: "Compare the rules on the host with those in the database, and see whether its network agent is alive and in sync.", Code: "openstack network agent list --host HOST", Who: diag.Operator},
		},
	},
}

// checkNotApplied never confirms: only the host itself could show it.
func checkNotApplied(p *diag.Pass) diag.Verdict {
	seen, up := unexplainedSilence(p), bootedBy(p.Evidence)
	if seen == nil || up == nil {
		return diag.Verdict{}
	}
	a := p.Admission(p.Target().Addr())
	if a.Unfiltered {
		return diag.Verdict{State: diag.RuledOut} // there is no rule to apply
	}
	args := ruleArgs(p.Evidence, &a)
	if a.Open != nil {
		args["group"] = groupOf(a.Port, a.Open)
	}
	return diag.Verdict{State: diag.Possible, Vague: true, Because: append(seen, up...), Args: args}
}
