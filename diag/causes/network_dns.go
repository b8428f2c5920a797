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
	Maybe:  "The name {query} {leads}.",
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
	default:
		v.State, v.Args["leads"] = leadsTo(p.Evidence, v.Args["server"])
		v.Because = []diag.Observation{{Source: diag.SourceDNS, Where: "dns " + n.Name, Text: listed(texts(n.Addrs))}}
	}
	return v
}

// leadsTo judges where a name leads. Of several addresses clients try one after
// the other, IPv6 first (RFC 6724); that some are others' may be on purpose, and
// an inside address is right for those inside.
func leadsTo(e *diag.Evidence, server string) (diag.State, string) {
	var own, others []netip.Addr
	for _, a := range e.Names.Addrs {
		if belongs(e, a) {
			own = append(own, a)
		} else {
			others = append(others, a)
		}
	}
	better := outside(e)
	inside := !slices.ContainsFunc(own, func(a netip.Addr) bool { return floating(e, a) || !e.Inside(a) })
	switch {
	case len(own) == 0:
		return diag.Confirmed, "leads to " + listed(texts(others)) + ", which is no address of " + server
	case len(others) > 0:
		return diag.Possible, "leads to " + listed(texts(others)) + " as well, which is no address of " + server
	case inside && better.IsValid() && !slices.Contains(own, better):
		return diag.Possible, "leads to " + listed(texts(own)) + ", which only those inside its network can use; from outside it is " + better.String()
	}
	return diag.RuledOut, ""
}

func texts(list []netip.Addr) []string {
	var words []string
	for _, a := range list {
		words = append(words, a.String())
	}
	return words
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
