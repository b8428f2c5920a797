package scenario

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

func (f *filler) networks() {
	f.unique("networks", namesOf(f.Networks, func(n *Network) string { return n.Name }))
	for i := range f.Networks {
		n, path := &f.Networks[i], at("networks", i, f.Networks[i].Name)
		f.inProject(path, &n.Project)
		setDefault(&n.ID, ID("network", n.Name))
		setDefault(&n.MTU, 1450)
		for j := range n.Subnets {
			f.subnet(n, j, fmt.Sprintf("%s.subnets[%d]", path, j))
		}
		if f.Defaults.Network == "" && !n.External {
			f.Defaults.Network = n.Name
		}
	}
	f.isNetwork("defaults.network", f.Defaults.Network)
}

func (f *filler) subnet(n *Network, i int, path string) {
	s := &n.Subnets[i]
	prefix, err := netip.ParsePrefix(s.CIDR)
	if err != nil || prefix != prefix.Masked() {
		f.fail(path+".cidr", "%q is not a network such as 10.0.0.0/24", s.CIDR)
		return
	}
	setDefault(&s.Name, fmt.Sprintf("%s-%d", n.Name, i))
	for j, to := range s.HostRoutes {
		f.prefix(fmt.Sprintf("%s.host_routes[%d]", path, j), to)
	}
	setDefault(&s.ID, ID("subnet", n.Name, s.CIDR))
	setDefault(&s.Gateway, prefix.Addr().Next().String())
	if s.Gateway != "none" {
		f.used[f.address(path+".gateway", s.Gateway)] = true
	}
}

// address parses an address, or reports it.
func (f *filler) address(path, text string) netip.Addr {
	a, err := netip.ParseAddr(text)
	if err != nil {
		f.fail(path, "%q is not an IP address", text)
	}
	return a
}

func (f *filler) isNetwork(path, name string) {
	known(f, path, name, f.Networks, func(n *Network) bool { return n.Name == name })
}

func (f *filler) routers() {
	f.unique("routers", namesOf(f.Routers, func(r *Router) string { return r.Name }))
	for i := range f.Routers {
		r, path := &f.Routers[i], at("routers", i, f.Routers[i].Name)
		f.inProject(path, &r.Project)
		setDefault(&r.ID, ID("router", r.Name))
		setDefault(&r.Status, "ACTIVE")
		newIfNil(&r.AdminStateUp, true)
		for j, n := range r.Networks {
			f.isNetwork(fmt.Sprintf("%s.networks[%d]", path, j), n)
		}
		if n := f.Network(r.Gateway); r.Gateway != "" && (n == nil || !n.External) {
			f.fail(path+".gateway", "there is no external network called %q", r.Gateway)
		}
	}
}

func (f *filler) groups() {
	for i := range f.AddressGroups {
		a, path := &f.AddressGroups[i], at("address_groups", i, f.AddressGroups[i].Name)
		f.inProject(path, &a.Project)
		setDefault(&a.ID, ID("address group", a.Project, a.Name))
		for j, p := range a.Addresses {
			f.prefix(fmt.Sprintf("%s.addresses[%d]", path, j), p)
		}
	}
	for i := range f.SecurityGroups {
		g := &f.SecurityGroups[i]
		f.inProject(at("security_groups", i, g.Name), &g.Project)
	}
	for _, p := range f.Projects {
		if f.SecurityGroup(p.Name, "default") == nil {
			f.SecurityGroups = append(f.SecurityGroups, defaultGroup(p.Name))
		}
	}
	for i := range f.SecurityGroups {
		f.group(i)
	}
	for i, name := range f.Defaults.SecurityGroups {
		if f.SecurityGroup(f.Defaults.Project, name) == nil {
			f.fail(fmt.Sprintf("defaults.security_groups[%d]", i), "there is none called %q", name)
		}
	}
}

// defaultGroup is what Neutron makes for a new project: in from one another,
// out to everywhere.
func defaultGroup(project string) SecurityGroup {
	return SecurityGroup{Name: "default", Project: project, Rules: []Rule{
		{EtherType: "IPv4", RemoteGroup: "default"},
		{EtherType: "IPv6", RemoteGroup: "default"},
	}}
}

func (f *filler) group(i int) {
	g, path := &f.SecurityGroups[i], at("security_groups", i, f.SecurityGroups[i].Name)
	setDefault(&g.ID, ID("security group", g.Project, g.Name))
	if !g.NoEgress && !slices.ContainsFunc(g.Rules, func(r Rule) bool { return r.Direction == "egress" }) {
		g.Rules = append(g.Rules, Rule{Direction: "egress", EtherType: "IPv4"}, Rule{Direction: "egress", EtherType: "IPv6"})
	}
	for j := range g.Rules {
		f.rule(g, j, fmt.Sprintf("%s.rules[%d]", path, j))
	}
}

func (f *filler) rule(g *SecurityGroup, i int, path string) {
	r := &g.Rules[i]
	setDefault(&r.ID, ID("rule", g.ID, fmt.Sprint(i)))
	setDefault(&r.Direction, "ingress")
	f.oneOf(path+".direction", r.Direction, "ingress", "egress")
	if r.RemoteIPPrefix != "" && f.prefix(path+".remote_ip_prefix", r.RemoteIPPrefix).Addr().Is6() {
		setDefault(&r.EtherType, "IPv6")
	}
	setDefault(&r.EtherType, "IPv4")
	f.oneOf(path+".ethertype", r.EtherType, "IPv4", "IPv6")
	if r.RemoteGroup != "" && f.SecurityGroup(g.Project, r.RemoteGroup) == nil {
		f.fail(path+".remote_group", "there is none called %q", r.RemoteGroup)
	}
	known(f, path+".remote_address_group", r.RemoteAddressGroup, f.AddressGroups,
		func(a *AddressGroup) bool { return a.Name == r.RemoteAddressGroup && a.Project == g.Project })
	if remotes := r.RemoteIPPrefix + r.RemoteGroup + r.RemoteAddressGroup; len(remotes) >
		max(len(r.RemoteIPPrefix), len(r.RemoteGroup), len(r.RemoteAddressGroup)) {
		f.fail(path, "at most one of remote_ip_prefix, remote_group and remote_address_group may be given")
	}
	if r.Ports != (PortRange{}) && r.Protocol == "" {
		f.fail(path+".ports", "ports need a protocol") // as Neutron refuses it
	}
}

func (f *filler) prefix(path, text string) netip.Prefix {
	p, err := netip.ParsePrefix(text)
	if err != nil && !strings.Contains(text, "/") { // Neutron takes an address as well
		var a netip.Addr
		if a, err = netip.ParseAddr(text); err == nil {
			p = netip.PrefixFrom(a, a.BitLen())
		}
	}
	if err != nil {
		f.fail(path, "%q is not a prefix such as 10.0.0.0/24", text)
	}
	return p
}
