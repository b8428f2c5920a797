package causes

import (
	"net/netip"
	"slices"

	"sshhelp/diag"
)

var secgroupFamilyExcluded = &diag.Cause{
	ID:    "secgroup/family-excluded",
	Title: "the SSH port is let in over the other IP version only",
	Doc: `A security-group rule holds for IPv4 or for IPv6, never for both. A rule for SSH
over IPv4 says nothing of IPv6: whoever uses the instance's IPv6 address is not
let in, and the other way round.`,
	Text:   "Port {port} of {name} is let in over {other} only, but {address} is an {ethertype} address.",
	Maybe:  "The rules that could be read let port {port} of {name} in over {other} only, but {address} is an {ethertype} address.",
	Breaks: diag.AtRules,
	Check:  checkFamilyExcluded,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "{use_other}."},
		{Do: "Add a rule for {ethertype}, from your own address.{whose} {source} in its place admits everybody, which is usual and safe enough while only keys can log in. It takes effect at once, for every instance that has the group.", Code: "openstack security group rule create --ingress --ethertype {ethertype} --protocol tcp --dst-port {port} --remote-ip {from_cidr} {group}"},
	}},
}

func checkFamilyExcluded(p *diag.Pass) diag.Verdict {
	target := p.Target().Addr()
	a := p.Admission(target)
	switch {
	case a.Port == nil || p.Instance == nil || !target.IsValid():
		return diag.Verdict{}
	case a.Unfiltered || len(a.Rules) > 0 || len(a.OtherFamily) == 0 || a.Person == diag.Yes:
		return diag.Verdict{State: diag.RuledOut}
	case slices.ContainsFunc(probes(p.Evidence), func(r *diag.Reach) bool { return r.Target.Addr() == target && gotThrough(p.Evidence, r) }):
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{State: diag.Confirmed, Because: append(observeRules(a.OtherFamily), a.Observe()), Args: ruleArgs(p.Evidence, &a)}
	if !a.Complete {
		v.State = diag.Possible
	}
	v.Args["other"] = "IPv6"
	if target.Is6() {
		v.Args["other"] = "IPv4"
	}
	v.Args["use_other"] = "Stay with " + target.String() + ": it has no " + v.Args["other"] + " address to use in its place"
	if other := addressOf(p.Evidence, !target.Is6()); other.IsValid() {
		v.Args["use_other"] = "Use the instance's " + v.Args["other"] + " address: " + other.String()
	}
	return v
}

// addressOf returns the address of that family by which the instance is best
// reached, whichever the person uses; not valid if it has none.
func addressOf(e *diag.Evidence, v6 bool) netip.Addr {
	anyone := *e
	anyone.Asked.Address = netip.Addr{}
	for _, a := range anyone.Targets() {
		if a.Is6() == v6 {
			return a
		}
	}
	return netip.Addr{}
}
