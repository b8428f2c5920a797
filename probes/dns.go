package probes

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"unicode"

	"sshhelp/diag"
)

// readNames looks the query up if it is a name in DNS, and asks which names the
// instance's addresses have. Nobody's resolver is asked of what no name was
// given for.
func (p *Prober) readNames(ctx context.Context, known *diag.Evidence) (diag.Fact, error) {
	name := known.Asked.Query
	if !isDNSName(name) {
		return nil, nil
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	var reverse map[netip.Addr][]string
	var wg sync.WaitGroup
	wg.Go(func() { reverse = p.reverse(ctx, known) })
	result := p.names(ctx, name)
	wg.Wait()
	result.Reverse = reverse
	return result, nil
}

// names asks the resolver for both kinds of addresses.
func (p *Prober) names(ctx context.Context, name string) *diag.Names {
	result := &diag.Names{Name: name, From: p.Name()}
	lookup, cancel := context.WithTimeout(ctx, dnsBudget)
	defer cancel()
	addrs, err := p.Resolver.LookupNetIP(lookup, "ip", p.question(name))
	result.Outcome, result.Err = namesOutcome(ctx, err), explain(err)
	for _, a := range addrs {
		if a = a.Unmap(); !slices.Contains(result.Addrs, a) {
			result.Addrs = append(result.Addrs, a)
		}
	}
	p.Logger.Debug("looked up", "name", name, "outcome", result.Outcome, "err", err)
	return result
}

// question is a name as a name server knows it: in ASCII, and with a dot at its
// end, so that search domains are left alone: those of a cluster mean nothing to
// the person. On a terminal they are the person's own, and ssh would use them.
func (p *Prober) question(name string) string {
	name = asciiName(name)
	if p.AllowAny {
		return name
	}
	return name + "."
}

// reverse asks for the names of the instance's public addresses. Few addresses
// have one, and few of those that have are looked after: whatever goes wrong
// here is not worth a word, and little time. nil: not one could be asked for.
func (p *Prober) reverse(ctx context.Context, known *diag.Evidence) map[netip.Addr][]string {
	ctx, cancel := context.WithTimeout(ctx, reverseBudget)
	defer cancel()
	addrs := p.public(known.Instance)
	names, asked := make([][]string, len(addrs)), make([]bool, len(addrs))
	var wg sync.WaitGroup
	for i, a := range addrs {
		wg.Go(func() {
			found, err := p.Resolver.LookupAddr(ctx, a.String())
			names[i], asked[i] = tidy(found), err == nil || len(found) > 0 || isNotFound(err)
		})
	}
	wg.Wait()
	var result map[netip.Addr][]string
	for i, a := range addrs {
		if asked[i] && result == nil {
			result = map[netip.Addr][]string{}
		}
		if asked[i] {
			result[a] = names[i]
		}
	}
	return result
}

// public returns the first few of an instance's addresses that the whole world
// knows by the same meaning; what names a private network gives to its own is
// nobody's business outside.
func (p *Prober) public(i *diag.Instance) []netip.Addr {
	var addrs []netip.Addr
	if i == nil {
		return nil
	}
	for _, own := range i.Addresses {
		a := own.IP.Unmap()
		if len(addrs) < maxTargets && p.forbidden(a) == "" && !diag.Private(a) && !a.IsLoopback() && !slices.Contains(addrs, a) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// tidy makes names from the reverse tree fit to show: anybody can write
// anything there.
func tidy(names []string) []string {
	kept := []string{}
	for _, n := range names[:min(len(names), maxReverse)] {
		kept = append(kept, visible([]byte(strings.TrimSuffix(n, "."))))
	}
	slices.Sort(kept)
	return kept
}

// isDNSName reports whether a query can only be meant as a name in DNS, or may
// be: it has a dot and DNS would take it. Plain names of instances stay out of
// other people's name servers.
func isDNSName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if _, err := netip.ParseAddr(s); err == nil || len(asciiName(s)) > 253 {
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

// isLabel allows what RFC 1123 does, the underscore, which is in use, and
// letters of all languages (RFC 5890).
func isLabel(l string) bool {
	if a := asciiLabel(l); l == "" || len(a) > 63 || l[0] == '-' || l[len(l)-1] == '-' {
		return false
	}
	return !strings.ContainsFunc(l, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' ||
			r >= 0x80 && r != unicode.ReplacementChar && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r)))
	})
}
