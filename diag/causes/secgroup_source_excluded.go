package causes

import (
	"slices"

	"sshhelp/diag"
)

var secgroupSourceExcluded = &diag.Cause{
	ID:    "secgroup/source-excluded",
	Title: "the SSH port is open, but not to where the person connects from",
	Doc: `A security-group rule can let a port in from certain addresses only, such as an
office's network or the members of a group. From anywhere else, at home or with
the VPN switched off, the same connection times out. Home and mobile addresses
change from time to time, so a rule for one of them wears out.`,
	Text:   "Port {port} of {name} is open to {sources} only, and you connect from {person}.",
	Maybe:  "Port {port} of {name} is open to {sources} only: from anywhere else nothing answers.",
	Breaks: diag.AtRules,
	Check:  checkSourceExcluded,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Make sure of the address from which you connect, as the outside sees it: search the web for \"what is my IP\"."},
		{Do: "If the rule is meant for an office or a VPN, connect from there: nothing has to be changed then."},
		{Do: "Or admit your address. It takes effect at once, for every instance that has the group. In the dashboard: Network, Security Groups, \"Manage Rules\".", Code: "openstack security group rule create --ingress --ethertype {ethertype} --protocol tcp --dst-port {port} --remote-ip {from_cidr} {group}"},
		tryAgain,
		{Do: "Or go through a machine that is admitted, a jump host. Its account may have another name.", Code: "ssh -J {user}@JUMP-HOST -p {port} {user}@{address}"},
	}},
}

// checkSourceExcluded: what the person's own machine has reached needs no rule
// to be read. Somebody else's success proves nothing for the person.
func checkSourceExcluded(p *diag.Pass) diag.Verdict {
	a := p.Admission(p.Target().Addr())
	switch {
	case a.Port == nil:
		return diag.Verdict{}
	case a.Unfiltered || a.NoGroup || a.Open != nil && a.Open.AdmitsAnyone(), a.Person == diag.Yes:
		return diag.Verdict{State: diag.RuledOut}
	case len(a.Rules) == 0:
		return diag.Verdict{}
	}
	through, shut := []diag.Observation(nil), []diag.Observation(nil)
	for _, r := range probes(p.Evidence) {
		if p.ShutOut(r) {
			shut = append(shut, r.ObserveConnect())
		}
		if !gotThrough(p.Evidence, r) {
			continue
		}
		if fromPerson(p.Evidence, r) {
			return diag.Verdict{State: diag.RuledOut}
		}
		through = append(through, r.ObserveConnect())
	}
	v := diag.Verdict{Because: observeRules(a.Rules), Args: ruleArgs(p.Evidence, &a)}
	v.Args["sources"] = sources(a.Rules)
	v.Args["group"] = groupOf(a.Port, a.Rules[0])
	if from := p.Person(p.Target().Addr()); from.IsValid() {
		v.Args["person"] = from.String()
		v.State = diag.Possible // members of a group, or a group, could not be read
		if a.Person == diag.No {
			v.State = diag.Confirmed
		}
		v.Because = append(v.Because, otherWay(p.Evidence)...)
		return v
	}
	if len(through) > 0 && len(shut) == 0 || !active(p.Evidence) {
		return diag.Verdict{}
	}
	v.Because = slices.Concat(v.Because, through, shut)
	v.State = diag.Possible
	v.Ask = "Which address do you connect from, as the outside sees it? (Search the web for \"what is my IP\".)"
	return v
}

// groupOf returns the ID of the group that a rule is in.
func groupOf(p *diag.Port, rule *diag.Rule) string {
	for g := range p.Groups {
		for r := range p.Groups[g].Rules {
			if &p.Groups[g].Rules[r] == rule {
				return p.Groups[g].ID
			}
		}
	}
	return "GROUP"
}
