package causes

import (
	"net/netip"
	"slices"
	"strings"

	"sshhelp/diag"
)

var networkDNS = &diag.Cause{
	ID:    "network/dns",
	Title: "the name does not lead to the instance",
	Doc: `A name in DNS is an entry that somebody wrote; it does not follow an instance by
itself. It may be missing, not have spread yet, or still name the address of an
earlier instance.`,
	Text:   "The name {query} {leads}.",
	Breaks: diag.AtName,
	Check:  checkNetworkDNS,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use the address in place of the name.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "See which addresses the instance has.", Code: "openstack server show {id} -c addresses"},
		{Do: "Let whoever looks after the name change it to that address. An old answer may be remembered for some hours."},
	}},
}

// checkNetworkDNS: what our own resolver says of a name that the person uses.
func checkNetworkDNS(p *diag.Pass) diag.Verdict {
	n := p.Names
	if n == nil || !n.Outcome.Told() && n.Outcome != diag.OK {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil)}
	v.Args["query"] = n.Name
	switch {
	case n.Outcome == diag.NoSuchName && p.Instance != nil && strings.EqualFold(p.Instance.Name, n.Name):
		return diag.Verdict{} // found by its own name, which only looks like one of DNS
	case n.Outcome == diag.NoSuchName:
		v.Args["leads"] = "does not exist in DNS, or has no address"
		v.Because = []diag.Observation{{Source: diag.SourceDNS, Where: "dns " + n.Name, Text: orElse(n.Err, "no such name")}}
	case n.Outcome != diag.OK || p.Instance == nil || len(p.Instance.Addresses) == 0 || len(n.Addrs) == 0:
		return diag.Verdict{}
	case slices.ContainsFunc(n.Addrs, func(a netip.Addr) bool { return belongs(p.Evidence, a) }):
		return diag.Verdict{State: diag.RuledOut}
	default:
		var found []string
		for _, a := range n.Addrs {
			found = append(found, a.String())
		}
		v.Args["leads"] = "leads to " + listed(found) + ", which is no address of " + v.Args["server"]
		v.Because = []diag.Observation{{Source: diag.SourceDNS, Where: "dns " + n.Name, Text: listed(found)}}
	}
	return v
}

func orElse(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

// belongs reports whether an address is one of the instance's, as Nova or Neutron
// tells.
func belongs(e *diag.Evidence, a netip.Addr) bool {
	a = a.Unmap()
	if e.Instance != nil && slices.ContainsFunc(e.Instance.Addresses, func(own diag.Address) bool { return own.IP.Unmap() == a }) {
		return true
	}
	return e.PortOf(a) != nil
}
