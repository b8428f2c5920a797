package probes

import (
	"context"
	"net/netip"
	"strings"

	"sshhelp/diag"
)

// readNames looks the query up if it is a name in DNS.
func (p *Prober) readNames(ctx context.Context, known *diag.Evidence) (diag.Fact, error) {
	name := known.Asked.Query
	if !isDNSName(name) {
		return nil, nil
	}
	return p.names(ctx, strings.TrimSuffix(strings.ToLower(name), ".")), nil
}

// names asks the resolver for both kinds of addresses.
func (p *Prober) names(ctx context.Context, name string) *diag.Names {
	result := &diag.Names{Name: name, From: p.Name()}
	lookup, cancel := context.WithTimeout(ctx, dnsBudget)
	defer cancel()
	addrs, err := p.Resolver.LookupNetIP(lookup, "ip", p.question(name))
	result.Outcome, result.Err = namesOutcome(ctx, err), explain(err)
	for _, a := range addrs {
		result.Addrs = append(result.Addrs, a.Unmap())
	}
	p.Logger.Debug("looked up", "name", name, "outcome", result.Outcome, "err", err)
	return result
}

// question ends a name in a dot, so that search domains are left alone: those
// of a cluster mean nothing to the person. On a terminal they are the person's
// own, and ssh would use them.
func (p *Prober) question(name string) string {
	if p.AllowAny {
		return name
	}
	return name + "."
}

// isDNSName reports whether a query can only be meant as a name in DNS, or may
// be: it has a dot and DNS would take it. Plain names of instances stay out of
// other people's name servers.
func isDNSName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if _, err := netip.ParseAddr(s); err == nil || len(s) > 253 {
		return false
	}
	labels := strings.Split(s, ".")
	for _, l := range labels {
		if !isLabel(l) {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// isLabel allows what RFC 1123 does, and the underscore, which is in use.
func isLabel(l string) bool {
	if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(l, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
	})
}
