package causes

import "sshhelp/diag"

var secgroupNone = &diag.Cause{
	ID:    "secgroup/none",
	Title: "the instance has no security group, so nothing is let in",
	Doc: `Security groups are the cloud's own firewall: a connection gets in only if a rule
of one of the instance's groups allows it. Without any group there is no rule,
and everything that arrives is dropped without an answer.`,
	Text:   "{name} has no security group, so everything that comes in is dropped.",
	Breaks: diag.AtRules,
	Check:  checkSecgroupNone,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Make a group that lets SSH in from your own address, if you have none yet.{whose} {source} in its place admits everybody, which is usual and safe enough while only keys can log in.", Code: "openstack security group create ssh\nopenstack security group rule create --ingress --ethertype {ethertype} --protocol tcp --dst-port {port} --remote-ip {from_cidr} ssh"},
		{Do: "Put the group on the instance, on all of its ports. It takes effect at once, without a reboot. In the dashboard: \"Edit Security Groups\".", Code: "openstack server add security group {id} ssh"},
		{Do: "If it has several ports and only the one that carries {address} is to be opened, put the group on that one in place of the step before.", Code: "openstack port set --security-group ssh {port_id}"},
		tryAgain,
	}},
}

func checkSecgroupNone(p *diag.Pass) diag.Verdict {
	a := p.Admission(p.Target().Addr())
	switch {
	case a.Port == nil:
		return diag.Verdict{}
	case !a.NoGroup || passes(p.Evidence, a.Port) != nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	return diag.Verdict{State: diag.Confirmed, Because: append([]diag.Observation{a.Observe()}, otherWay(p.Evidence)...), Args: ruleArgs(p.Evidence, &a)}
}
