package diag

import (
	"net/netip"
	"slices"
)

// An Answer is a yes, a no, or not known (the zero value).
type Answer int

const (
	NotKnown Answer = iota
	No
	Yes
)

// An Admission is what the security groups make of packets to one address on
// the asked port. It reads rules only; whether the host applies them is another
// question.
type Admission struct {
	// Port is the port that carries the address; nil if the network was not
	// read or no port carries it: then nothing else is known either.
	Port *Port
	// Unfiltered: port security is off, so that no rule applies.
	Unfiltered bool
	// NoGroup: no security group at all, which lets nothing in.
	NoGroup bool
	// Complete: the rules of every group could be read.
	Complete bool
	// Open is the widest rule that admits the port over the address's family:
	// for everybody if there is one, else for the person, else any; nil if none.
	Open *Rule
	// Rules are all that do, but for Internal ones.
	Rules []*Rule
	// Internal are rules of the kind that every default group has: they admit
	// any protocol from members of a group and say nothing of SSH.
	Internal []*Rule
	// OtherFamily are rules that admit the port over the other IP version only.
	OtherFamily []*Rule
	// Person tells whether the person's own address is admitted.
	Person Answer
	// Muted: the rules let packets in, but keep the answers in: the groups are
	// stateless, and no rule lets answers out.
	Muted bool
}

// Admission judges the rules for packets to an address of the instance.
func (e *Evidence) Admission(to netip.Addr) Admission {
	a := Admission{Port: e.PortOf(to)}
	if a.Port == nil {
		return a
	}
	a.Unfiltered = !a.Port.PortSecurity
	a.NoGroup = a.Port.PortSecurity && len(a.Port.Groups) == 0
	a.Complete = true
	for g := range a.Port.Groups {
		group := &a.Port.Groups[g]
		a.Complete = a.Complete && group.Rules != nil
		for r := range group.Rules {
			a.file(&group.Rules[r], e.Asked.Port, to.Unmap().Is6())
		}
	}
	a.judge(e.Asked.From.Unmap(), e.Person(to).IsValid())
	a.Muted = len(a.Rules) > 0 && a.Port.LetsAnswersOut(e.Person(to), to.Unmap().Is6()) == No
	if a.Muted && a.Person == Yes {
		a.Person = No
	}
	return a
}

// Person returns the person's address as the instance at that address would
// see it. It is not valid if it is not known: none was given, it is of the
// other IP version, or it is private while the way leads outside, where address
// translation replaces it.
func (e *Evidence) Person(to netip.Addr) netip.Addr {
	from, to := e.Asked.From.Unmap(), to.Unmap()
	switch {
	case !from.IsValid() || !to.IsValid(), from.Is6() != to.Is6():
		return netip.Addr{}
	case Private(from) && !Private(to) && !to.IsLoopback():
		return netip.Addr{}
	}
	return from
}

func (a *Admission) file(r *Rule, port uint16, v6 bool) {
	switch {
	case !r.AdmitsPort(port):
	case r.Protocol == "" && r.RemoteGroup != "":
		a.Internal = append(a.Internal, r)
	case r.IPv6 != v6:
		a.OtherFamily = append(a.OtherFamily, r)
	default:
		a.Rules = append(a.Rules, r)
	}
}

// judge picks the deciding rule and tells whether the person may pass. A rule that
// names the person's address lets them in wherever that is; that none does
// settles it only if it is the address that the rules will see.
func (a *Admission) judge(from netip.Addr, seen bool) {
	for _, r := range a.Rules {
		if r.AdmitsAnyone() {
			a.Open, a.Person = r, Yes
			return
		}
	}
	if len(a.Rules) > 0 {
		a.Open = a.Rules[0]
	}
	if a.Unfiltered {
		a.Person = Yes
		return
	}
	if !from.IsValid() {
		return
	}
	a.Person = No
	for _, r := range slices.Concat(a.Rules, a.Internal) {
		switch admitted, known := r.Admits(from); {
		case admitted:
			a.Open, a.Person = r, Yes
			return
		case !known:
			a.Person = NotKnown
		}
	}
	if !a.Complete || !seen {
		a.Person = NotKnown
	}
}

// Observe quotes the port that the rules belong to.
func (a *Admission) Observe() Observation {
	return Observation{Source: SourceNetwork, Where: "port " + a.Port.ID, Text: a.Port.groupsInWords()}
}

func (p *Port) groupsInWords() string {
	switch {
	case !p.PortSecurity:
		return "port security off"
	case len(p.Groups) == 0:
		return "no security group"
	}
	text := "security groups"
	for i, g := range p.Groups {
		if i > 0 {
			text += ","
		}
		if g.Name == "" {
			g.Name = g.ID
		}
		text += " " + g.Name
	}
	return text
}

// Observe quotes the rule.
func (r *Rule) Observe() Observation {
	return Observation{Source: SourceNetwork, Where: "rule " + r.ID, Text: r.String()}
}

// PortOf returns the port that carries an address, be it fixed or floating. If
// the address is not valid and there is one port only, it is that one. It
// returns nil if the network was not read or no port carries the address.
func (e *Evidence) PortOf(a netip.Addr) *Port {
	if e.Network == nil {
		return nil
	}
	for i := range e.Network.Ports {
		if e.Network.Ports[i].carries(a) {
			return &e.Network.Ports[i]
		}
	}
	if len(e.Network.Ports) == 1 && !a.IsValid() {
		return &e.Network.Ports[0]
	}
	return e.portOfFloating(a)
}

func (p *Port) carries(a netip.Addr) bool {
	return slices.ContainsFunc(p.Fixed, func(f FixedIP) bool { return f.IP == a }) ||
		slices.ContainsFunc(p.Floating, func(f FloatingIP) bool { return f.IP == a })
}

// portOfFloating finds the port of a floating IP by its MAC as Nova tells it,
// for a Neutron that did not show us floating IPs.
func (e *Evidence) portOfFloating(a netip.Addr) *Port {
	if e.Instance == nil {
		return nil
	}
	for _, known := range e.Instance.Addresses {
		if known.IP != a || known.MAC == "" {
			continue
		}
		for i := range e.Network.Ports {
			if e.Network.Ports[i].MAC == known.MAC {
				return &e.Network.Ports[i]
			}
		}
	}
	return nil
}
