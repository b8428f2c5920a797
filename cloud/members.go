package cloud

import (
	"context"
	"net/netip"
	"net/url"
	"slices"

	"sshhelp/diag"
)

// Bounds of what is read about groups that rules admit.
const (
	maxRemotes = 10   // groups
	maxMembers = 2000 // ports in one
)

// A remote is a group, of ports or of addresses, that a rule admits.
type remote struct {
	id        string
	addresses bool // an address group
	name      string
	members   []netip.Prefix // nil: not read
	err       error
}

// members fills in who is in the groups that deciding rules admit, and their
// names.
func (s *survey) members(ctx context.Context, n *diag.Network) *diag.Gap {
	remotes := s.remotes(n)
	tasks := make([]func(), len(remotes))
	for i := range remotes {
		tasks[i] = func() { s.readRemote(ctx, remotes[i]) }
	}
	together(tasks...)
	var gap *diag.Gap
	for _, r := range remotes {
		if r.err != nil {
			gap = s.lost("the members of a group that a rule admits", r.err)
		}
	}
	eachRule(n, func(rule *diag.Rule) {
		rule.Members, rule.RemoteGroup, rule.RemoteAddressGroup = s.named(rule, remotes)
	})
	return gap
}

func eachRule(n *diag.Network, do func(*diag.Rule)) {
	for p := range n.Ports {
		for g := range n.Ports[p].Groups {
			for r := range n.Ports[p].Groups[g].Rules {
				do(&n.Ports[p].Groups[g].Rules[r])
			}
		}
	}
}

// remotes lists the groups to read. A default group admits all protocols from
// itself, which says nothing of SSH: its members are of use only where there is
// an address, now or once it is known where we probe from, to look for in them.
func (s *survey) remotes(n *diag.Network) []*remote {
	asked := s.known.Asked
	located := asked.From.IsValid() || asked.FromWhy == diag.FromHere
	var all []*remote
	eachRule(n, func(r *diag.Rule) {
		id := r.RemoteGroup + r.RemoteAddressGroup // one of them at most
		if id == "" || !decides(r, asked.Port) || !located && r.Ingress && r.Protocol == "" || len(all) == maxRemotes ||
			slices.ContainsFunc(all, func(o *remote) bool { return o.id == id }) {
			return
		}
		all = append(all, &remote{id: id, addresses: r.RemoteAddressGroup != ""})
	})
	return all
}

// decides reports whether it depends on the rule who reaches the port, or whether
// the guest reaches the metadata service: that one can be in an address group, but
// in no group of ports.
func decides(r *diag.Rule, port uint16) bool {
	return r.AdmitsPort(port) || !r.Ingress && !r.IPv6 && r.RemoteAddressGroup != ""
}

func (s *survey) readRemote(ctx context.Context, r *remote) {
	if r.addresses {
		s.readAddressGroup(ctx, r)
		return
	}
	known := slices.ContainsFunc(s.groups, func(g group) bool { return g.ID == r.id })
	together(
		func() { s.readPortsIn(ctx, r) },
		func() {
			if !known {
				s.readName(ctx, r)
			}
		},
	)
}

func (s *survey) readAddressGroup(ctx context.Context, r *remote) {
	var body struct {
		Group addressGroup `json:"address_group"`
	}
	r.err = s.ask(ctx, call{op: "read address group " + r.id, service: neutron, path: "address-groups/" + r.id}, &body)
	if r.err != nil {
		return
	}
	r.name, r.members = body.Group.Name, []netip.Prefix{}
	for _, text := range body.Group.Addresses {
		if p := parsePrefix(text); p.IsValid() {
			r.members = append(r.members, p)
		}
	}
}

// readPortsIn reads the addresses of a group's ports, and those that may be used
// besides them, which Neutron admits as well. An older Neutron may not know the
// filter and send other ports too.
func (s *survey) readPortsIn(ctx context.Context, r *remote) {
	ports, more, err := list[port](ctx, s.Cloud, call{
		op: "read ports in group " + r.id, service: neutron, path: "ports",
		query: url.Values{"security_groups": {r.id}, "fields": {"id", "fixed_ips", "allowed_address_pairs", "security_groups"}},
	}, "ports", maxMembers)
	if r.err = err; err != nil || more {
		return
	}
	r.members = []netip.Prefix{}
	for _, p := range ports {
		if !slices.Contains(p.Groups, r.id) {
			continue
		}
		for _, f := range p.Fixed {
			if one := parsePrefix(f.IP); one.IsValid() {
				r.members = append(r.members, one)
			}
		}
		r.members = append(r.members, prefixes(p.Pairs)...)
	}
}

// readName is for a group that is on none of the instance's own ports. Without
// its name the rule still has its ID.
func (s *survey) readName(ctx context.Context, r *remote) {
	groups, _, err := list[group](ctx, s.Cloud, call{
		op: "read name of group " + r.id, service: neutron, path: "security-groups",
		query: url.Values{"id": {r.id}, "fields": {"id", "name"}},
	}, "security_groups", 1)
	if err == nil && len(groups) == 1 {
		r.name = groups[0].Name
	}
}

// named returns the members of the group that a rule admits, of the rule's own
// family, and the group's name in place of its ID.
func (s *survey) named(rule *diag.Rule, remotes []*remote) (members []netip.Prefix, group, addressGroup string) {
	group, addressGroup = rule.RemoteGroup, rule.RemoteAddressGroup
	if i := slices.IndexFunc(remotes, func(r *remote) bool { return r.id == group+addressGroup }); i >= 0 {
		r := remotes[i]
		if r.members != nil {
			members = append([]netip.Prefix{}, keep(r.members, func(p *netip.Prefix) bool { return p.Addr().Is6() == rule.IPv6 })...)
		}
		if r.name != "" && r.addresses {
			addressGroup = r.name
		} else if r.name != "" {
			group = r.name
		}
	}
	if own := s.group(group); own.Name != "" {
		group = own.Name
	}
	return members, group, addressGroup
}
