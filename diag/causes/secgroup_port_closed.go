package causes

import "sshhelp/diag"

var secgroupPortClosed = &diag.Cause{
	ID:    "secgroup/port-closed",
	Title: "no security-group rule lets SSH through",
	Doc: `Security groups are the cloud's own firewall: a connection gets in only if a rule
of one of the instance's groups allows its port. A new project's default group
allows nothing from outside, only traffic between its own members, so SSH has to
be allowed by a rule of its own. Without one, attempts simply time out. Where a
group is stateless, the answers need a rule of their own as well, on their way out.`,
	Text:   "No rule of the security groups of {name} lets {what}{internal}.",
	Maybe:  "The rules that could be read do not let port {port} in to {name}{internal}, but {unknown}.",
	Breaks: diag.AtRules,
	// Whoever moved the server to another port had no need for a rule for this one.
	ExplainedBy: []*diag.Cause{sshdOtherPort},
	Check:       checkPortClosed,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See what the groups let through.", Code: "openstack security group rule list --{direction} {group}"},
		{Do: "Add a rule for {packets} your own address.{whose} {source} in its place admits everybody, which is usual and safe enough while only keys can log in. It takes effect at once, for every instance that has the group. In the dashboard: Network, Security Groups, \"Manage Rules\".", Code: "openstack security group rule create --{direction} --ethertype {ethertype} --protocol tcp --dst-port {ports} --remote-ip {from_cidr} {group}"},
		{Do: "Or, if another group of your project allows SSH already, put that one on the instance. In the dashboard: \"Edit Security Groups\".", Code: "openstack security group list\nopenstack server add security group {id} GROUP"},
		tryAgain,
		{Do: "If your SSH server listens on another port than {port}, say which: both the rule and the ssh command need it."},
	}},
}

// checkPortClosed: what comes in and is never answered is not let through. Rules
// between members of a group are no rules for SSH, unless the person is known to
// be a member.
func checkPortClosed(p *diag.Pass) diag.Verdict {
	a := p.Admission(p.Target().Addr())
	through := passes(p.Evidence, a.Port)
	if through != nil && !counts(p.Evidence, through) && len(a.Internal) > 0 {
		through = nil // that place may be a member of the group
	}
	switch {
	case a.Port == nil:
		return diag.Verdict{}
	case a.Muted && through == nil:
		return muted(p.Evidence, &a)
	case a.Unfiltered || a.NoGroup || len(a.Rules) > 0 || len(a.OtherFamily) > 0 || a.Person == diag.Yes:
		return diag.Verdict{State: diag.RuledOut}
	case through != nil:
		return diag.Verdict{State: diag.RuledOut}
	case !a.Complete && !silentTo(p.Evidence):
		return diag.Verdict{} // the groups that could not be read may well let it in
	}
	v := diag.Verdict{State: diag.Confirmed, Args: closedArgs(p.Evidence, &a)}
	v.Because = append([]diag.Observation{a.Observe()}, otherRules(&a, p.Asked.Port)...)
	if groups := insiders(&a); groups != "" {
		v.Args["internal"] = " (only members of group " + groups + " are let in)"
		v.Because = append(v.Because, a.Internal[0].Observe())
	}
	v.Because = append(v.Because, otherWay(p.Evidence)...)
	switch {
	case !a.Complete:
		v.State, v.Args["unknown"] = diag.Possible, "those of "+unread(a.Port)+" could not be read"
	case mayBeMember(p.Evidence, &a):
		v.State, v.Args["unknown"] = diag.Possible, "who the members are could not be read"
	}
	return v
}

// closedArgs fill what is said of a port that is not let in.
func closedArgs(e *diag.Evidence, a *diag.Admission) diag.Args {
	args := ruleArgs(e, a)
	args["internal"], args["unknown"] = "", ""
	args["what"] = "port " + args["ports"] + " in"
	args["direction"], args["packets"] = "ingress", "SSH from"
	return args
}

// muted is the verdict on stateless groups that keep the answers in.
func muted(e *diag.Evidence, a *diag.Admission) diag.Verdict {
	v := diag.Verdict{State: diag.Confirmed, Args: closedArgs(e, a)}
	v.Args["what"] = "the answers from its port " + v.Args["ports"] + " out, which they need because the groups are stateless"
	v.Args["direction"], v.Args["packets"], v.Args["ports"] = "egress", "what goes out to", "1024:65535"
	v.Because = []diag.Observation{portSays(a.Port, "stateless groups, no rule that lets TCP out to high ports"), a.Rules[0].Observe()}
	return v
}

// silentTo reports whether a probe of the asked port was never answered.
func silentTo(e *diag.Evidence) bool {
	for _, r := range probes(e) {
		if r.Connect.Outcome == diag.TimedOut {
			return true
		}
	}
	return false
}

// mayBeMember: somebody who connects from a private address may sit on another
// instance of the same group, if its members are not known.
func mayBeMember(e *diag.Evidence, a *diag.Admission) bool {
	return len(a.Internal) > 0 && a.Person == diag.NotKnown && e.Asked.FromWhy == diag.FromSaid && diag.Private(e.Asked.From)
}
