package diag

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// AdmitsPort reports whether the rule lets TCP packets to the port in, from
// some address.
func (r *Rule) AdmitsPort(port uint16) bool {
	return r.Ingress && !r.void() && r.covers(port, port) == Yes
}

// covers reports whether the rule is about TCP packets to all ports from low to
// high; not known is some of them. A protocol may be given by number, 6 for TCP
// (IANA); none is any, which some clients write as a word or as 0.
func (r *Rule) covers(low, high uint16) Answer {
	switch strings.ToLower(r.Protocol) {
	case "", "any", "0":
		return Yes
	case "tcp", "6":
	default:
		return No
	}
	switch {
	case r.MinPort == 0 && r.MaxPort == 0, r.MinPort <= int(low) && int(high) <= r.MaxPort:
		return Yes
	case r.MaxPort < int(low) || int(high) < r.MinPort:
		return No
	}
	return NotKnown
}

// void reports whether the rule can match no packet, because its prefix is of
// the other IP version. Neutron refuses to make such rules.
func (r *Rule) void() bool { return r.Remote.IsValid() && r.Remote.Addr().Is6() != r.IPv6 }

// AdmitsAnyone reports whether the rule admits every address of its family.
func (r *Rule) AdmitsAnyone() bool {
	return r.RemoteGroup == "" && r.RemoteAddressGroup == "" && !r.void() && (!r.Remote.IsValid() || r.Remote.Bits() == 0)
}

// Admits reports whether the rule admits packets from the address, or to it if
// it is a rule for what goes out, and whether that is known: it is not where
// the members of a group could not be read.
func (r *Rule) Admits(other netip.Addr) (admitted, known bool) {
	other = other.Unmap()
	if other.Is6() != r.IPv6 {
		return false, true
	}
	if r.AdmitsAnyone() {
		return true, true
	}
	if r.Remote.IsValid() {
		return r.Remote.Contains(other), true
	}
	for _, m := range r.Members {
		if m.Contains(other) {
			return true, true
		}
	}
	return false, r.Members != nil
}

// passes reports whether the rule lets TCP packets of its direction and family
// pass: to all ports from low to high, to the other side if they go out and from
// it if they come in. An other side that is not valid is somebody, not known who.
func (r *Rule) passes(ingress, v6 bool, other netip.Addr, low, high uint16) Answer {
	if r.Ingress != ingress || r.IPv6 != v6 || r.void() {
		return No
	}
	ports := r.covers(low, high)
	if ports == No {
		return No
	}
	admitted, known := r.AdmitsAnyone(), false
	if other.IsValid() {
		admitted, known = r.Admits(other)
	}
	switch {
	case admitted:
		return ports
	case known:
		return No
	}
	return NotKnown
}

// passes is [Rule.passes] of all rules of all groups together.
func (p *Port) passes(ingress, v6 bool, other netip.Addr, low, high uint16) Answer {
	if !p.PortSecurity {
		return Yes
	}
	all := No
	for g := range p.Groups {
		group := &p.Groups[g]
		if group.Rules == nil {
			all = NotKnown
		}
		for r := range group.Rules {
			switch group.Rules[r].passes(ingress, v6, other, low, high) {
			case Yes:
				return Yes
			case NotKnown:
				all = NotKnown
			}
		}
	}
	return all
}

// Stateless reports whether the port's groups keep no account of connections.
// Neutron refuses to put groups of both kinds on one port.
func (p *Port) Stateless() bool {
	return p.PortSecurity && slices.ContainsFunc(p.Groups, func(g Group) bool { return g.Stateless })
}

// The ports that a client of either side answers are sent to: those that Linux
// picks by itself (ip_local_port_range); other systems pick some of them.
const lowAnswerPort, highAnswerPort = 32768, 60999

// LetsAnswersOut reports whether the rules let the answers of an SSH server out,
// to the other side if that is valid. Only stateless groups can keep them in.
func (p *Port) LetsAnswersOut(other netip.Addr, v6 bool) Answer {
	if !p.Stateless() {
		return Yes
	}
	return p.passes(false, v6, other, lowAnswerPort, highAnswerPort)
}

// metadataAddr is where the metadata service answers, by HTTP (Nova's admin
// guide, "Metadata service").
var metadataAddr = netip.MustParseAddr("169.254.169.254")

// LetsMetadata reports whether the rules let the guest ask the metadata service,
// and whether they let its answers back in, which only stateless groups can fail
// to. That of IPv6, at fe80::a9fe:a9fe, is left out: few guests ask it, and few
// clouds have it. DHCP needs no rule: Neutron lets it pass by itself.
func (p *Port) LetsMetadata() (question, answers Answer) {
	question = p.passes(false, false, metadataAddr, 80, 80)
	if !p.Stateless() {
		return question, Yes
	}
	return question, p.passes(true, false, metadataAddr, lowAnswerPort, highAnswerPort)
}

// Ports puts the rule's ports into words: "22", "20-25", "all ports".
func (r *Rule) Ports() string {
	switch {
	case r.MinPort == 0 && r.MaxPort == 0:
		return "all ports"
	case r.MinPort == r.MaxPort:
		return strconv.Itoa(r.MinPort)
	}
	return strconv.Itoa(r.MinPort) + "-" + strconv.Itoa(r.MaxPort)
}

// Sources puts what the rule admits, or where it lets packets go, into words: a
// CIDR, "anywhere", or a group.
func (r *Rule) Sources() string {
	switch {
	case r.RemoteGroup != "":
		return "members of group " + r.RemoteGroup
	case r.RemoteAddressGroup != "":
		return "address group " + r.RemoteAddressGroup
	case r.Remote.IsValid():
		return r.Remote.String()
	}
	return "anywhere"
}

// String gives the rule on one line, as evidence: "tcp 22 from 0.0.0.0/0 (group web)".
func (r *Rule) String() string {
	protocol := r.Protocol
	if protocol == "" {
		protocol = "any protocol"
	}
	way := " from "
	if !r.Ingress {
		way = " out to "
	}
	s := protocol + " " + r.Ports() + way + r.Sources()
	if r.IPv6 {
		s = "IPv6 " + s
	}
	if r.Group != "" {
		s += " (group " + r.Group + ")"
	}
	return s
}
