package causes

import (
	"net/netip"
	"slices"

	"sshhelp/diag"
)

// probes returns what was seen of the asked port from outside, at the address
// that the person is taken to use first. Attempts that tell nothing are left
// out, and so are other ports and other machines.
func probes(e *diag.Evidence) []*diag.Reach {
	var told []*diag.Reach
	for _, target := range e.Targets() {
		for i := range e.Reach {
			r := &e.Reach[i]
			if r.Target.Addr() == target && r.Target.Port() == e.Asked.Port && r.Connect.Outcome.Told() {
				told = append(told, r)
			}
		}
	}
	return told
}

// passes returns a probe by which TCP opened on the asked port through this
// very port of the network, nil if none did. It outweighs any rule.
func passes(e *diag.Evidence, port *diag.Port) *diag.Reach {
	for _, r := range probes(e) {
		if r.Connect.Outcome == diag.OK && e.PortOf(r.Target.Addr()) == port {
			return r
		}
	}
	return nil
}

// opensHere returns a probe by which TCP opened on the asked port, made from here
// or from where the person sits; nil if there is none. One from another place,
// which may be inside the cloud, shows no way for anybody else.
func opensHere(e *diag.Evidence) *diag.Reach {
	for _, r := range probes(e) {
		if r.Connect.Outcome == diag.OK && counts(e, r) {
			return r
		}
	}
	return nil
}

// counts reports whether a probe was made from here or from where the person sits.
func counts(e *diag.Evidence, r *diag.Reach) bool { return !e.Remote(r.From) || e.FromPerson(r) }

// otherwise returns a probe of the same address from another place by which TCP
// opened, nil if there is none.
func otherwise(e *diag.Evidence, r *diag.Reach) *diag.Reach {
	for _, other := range probes(e) {
		if other.Target == r.Target && other.From != r.From && other.Connect.Outcome == diag.OK {
			return other
		}
	}
	return nil
}

// divided reports whether TCP opens at an address from one place and not from
// another.
func divided(e *diag.Evidence, target netip.AddrPort) bool {
	opens, fails := false, false
	for _, r := range probes(e) {
		if r.Target == target {
			opens, fails = opens || r.Connect.Outcome == diag.OK, fails || r.Connect.Outcome != diag.OK
		}
	}
	return opens && fails
}

// answers reports whether the instance itself came back with something, on any
// port or to a ping. A refusal is left out: it may be a device's on the way.
func answers(e *diag.Evidence) bool {
	return slices.ContainsFunc(e.Reach, func(r diag.Reach) bool { return gotThrough(e, &r) }) ||
		slices.ContainsFunc(e.Pings, func(p diag.Ping) bool { return p.Outcome == diag.OK })
}

// refuses reports whether a connection was refused, on any port.
func refuses(e *diag.Evidence) bool {
	return slices.ContainsFunc(e.Reach, func(r diag.Reach) bool { return r.Connect.Outcome == diag.Refused })
}

// gotThrough reports whether packets of a probe certainly came to the instance
// and back: a connection opened, or an ICMP error bears its own address.
func gotThrough(e *diag.Evidence, r *diag.Reach) bool {
	switch r.Connect.Outcome {
	case diag.OK, diag.Reset, diag.Closed:
		return true
	}
	return rejectedItself(e, r)
}

// fromInside returns a probe that was answered and made, here or by the person,
// from an address of the instance's own network, nil if there is none. From elsewhere, what answers at
// a private address may be another machine that has the same.
func fromInside(e *diag.Evidence) *diag.Reach {
	port := e.PortOf(e.Target().Addr())
	if port == nil {
		return nil
	}
	for _, r := range probes(e) {
		answered := gotThrough(e, r) || r.Connect.Outcome == diag.Refused
		if answered && counts(e, r) && slices.ContainsFunc(port.Fixed, func(f diag.FixedIP) bool { return f.CIDR.IsValid() && f.CIDR.Contains(r.FromAddr) }) {
			return r
		}
	}
	return nil
}

// ours reports whether an address is one of the instance's own.
func ours(e *diag.Evidence, a netip.Addr) bool {
	return a.IsValid() && (a == e.Target().Addr() || e.Instance != nil &&
		slices.ContainsFunc(e.Instance.Addresses, func(own diag.Address) bool { return own.IP == a }))
}

// unexplainedSilence returns the observations of a connection attempt that was
// never answered although all that can be seen would let it through: the
// instance runs, its port and address are up, and the rules admit who tried. It
// returns nil if there is none such.
func unexplainedSilence(p *diag.Pass) []diag.Observation {
	target := p.Target().Addr()
	if !active(p.Evidence) || !target.IsValid() || !wayIsUp(p.Evidence, target) {
		return nil
	}
	rules := p.Admission(target)
	var seen []diag.Observation
	for _, r := range probes(p.Evidence) {
		switch {
		case r.Target.Addr() != target:
		case r.Connect.Outcome != diag.TimedOut:
			return nil
		case admitsProbe(p.Evidence, &rules, r):
			seen = append(seen, r.ObserveConnect())
		}
	}
	if rules.Person == diag.Yes && p.Connects() == nil {
		seen = append(seen, quote(saidOfTarget(p))...)
	}
	if len(seen) == 0 {
		return nil
	}
	return append(seen, whatAdmits(&rules))
}

// wayIsUp reports whether the cloud shows nothing wrong with the address.
func wayIsUp(e *diag.Evidence, target netip.Addr) bool {
	port := e.PortOf(target)
	if port == nil || portTrouble(e, port) != "" || floatingTrouble(port, target) != nil || strayedTo(e, target) != nil {
		return false
	}
	if list := deciding(port, target); len(list) > 0 && stateOf(list) == routersDead && (floating(e, target) || isGateway(port, target, list)) {
		return false
	}
	return !e.Inside(target) || floating(e, target) || routers(port) == routersUnknown
}

// admitsProbe reports whether the rules let the place in that a probe came from.
func admitsProbe(e *diag.Evidence, rules *diag.Admission, r *diag.Reach) bool {
	switch {
	case rules.Muted:
		return false
	case rules.Unfiltered, rules.Open != nil && rules.Open.AdmitsAnyone():
		return true
	case e.FromPerson(r):
		return rules.Person == diag.Yes
	case !r.FromAddr.IsValid():
		return false
	}
	return slices.ContainsFunc(rules.Rules, func(rule *diag.Rule) bool {
		admitted, _ := rule.Admits(r.FromAddr)
		return admitted
	})
}

// whatAdmits quotes the rule that should let packets in, or the lack of any.
func whatAdmits(rules *diag.Admission) diag.Observation {
	if rules.Open == nil || rules.Unfiltered {
		return rules.Observe()
	}
	return rules.Open.Observe()
}
