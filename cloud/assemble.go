package cloud

import (
	"net/netip"
	"slices"

	"sshhelp/diag"
)

// port puts together what is known of one port.
func (s *survey) port(p *port) diag.Port {
	d := p.diag()
	for _, id := range p.Groups {
		d.Groups = append(d.Groups, s.group(id))
	}
	if n := s.network(p.NetworkID); n != nil {
		d.NetworkName = n.Name
	}
	for i := range d.Fixed {
		s.place(&d.Fixed[i])
	}
	d.Floating = s.floatingOf(p.ID)
	d.Routers = s.routersOf(p)
	return d
}

// group returns a group with its rules; with nil rules if it is not shown to us,
// as one of another project.
func (s *survey) group(id string) diag.Group {
	if i := slices.IndexFunc(s.groups, func(g group) bool { return g.ID == id }); i >= 0 {
		return s.groups[i].diag()
	}
	return diag.Group{ID: id}
}

func (s *survey) network(id string) *network {
	if i := slices.IndexFunc(s.networks, func(n network) bool { return n.ID == id }); i >= 0 {
		return &s.networks[i]
	}
	return nil
}

// place fills in the subnet of an address.
func (s *survey) place(f *diag.FixedIP) {
	i := slices.IndexFunc(s.subnets, func(n subnet) bool { return n.ID == f.SubnetID })
	if i < 0 {
		return
	}
	f.CIDR = parsePrefix(s.subnets[i].CIDR)
	f.Gateway, _ = netip.ParseAddr(s.subnets[i].Gateway) // null: the subnet has none
	for _, r := range s.subnets[i].Routes {
		if to := parsePrefix(r.To); to.IsValid() {
			f.Routes = append(f.Routes, to)
		}
	}
}

func (s *survey) floatingOf(id string) []diag.FloatingIP {
	if s.floating == nil {
		return nil
	}
	all := []diag.FloatingIP{}
	for i := range s.floating {
		if f := &s.floating[i]; f.PortID == id {
			if d := f.diag(); d.IP.IsValid() {
				all = append(all, d)
			}
		}
	}
	return all
}

// routersOf returns the routers on the port's subnets. It is nil, not known, if
// one of them is hidden from us, and if none is seen where some could be hidden.
func (s *survey) routersOf(p *port) []diag.Router {
	if s.interfaces == nil {
		return nil
	}
	found := []diag.Router{}
	for _, in := range s.interfaces {
		if !onSubnets(&in, p) {
			continue
		}
		if known := slices.IndexFunc(found, func(r diag.Router) bool { return r.ID == in.DeviceID }); known >= 0 {
			found[known].Legs = append(found[known].Legs, legs(&in)...)
			continue
		}
		i := slices.IndexFunc(s.routers, func(r router) bool { return r.ID == in.DeviceID })
		if i < 0 || s.routers[i].Gateway == nil {
			return nil
		}
		router := s.routers[i].diag()
		router.Legs = legs(&in)
		found = append(found, router)
	}
	if len(found) == 0 && !s.seesAll(s.network(p.NetworkID)) {
		return nil
	}
	return found
}

func legs(in *port) []netip.Addr {
	var all []netip.Addr
	for _, f := range in.Fixed {
		if ip, err := netip.ParseAddr(f.IP); err == nil {
			all = append(all, ip.Unmap())
		}
	}
	return all
}

// onSubnets reports whether a router's port is on a subnet of the port's.
func onSubnets(in, p *port) bool {
	return slices.ContainsFunc(in.Fixed, func(a fixedIP) bool {
		return slices.ContainsFunc(p.Fixed, func(b fixedIP) bool { return a.SubnetID == b.SubnetID })
	})
}

// seesAll reports whether we would see every way out of a network: not if it is
// somebody else's, or if the physical network beneath it may have a router that
// Neutron does not know.
func (s *survey) seesAll(n *network) bool {
	switch {
	case n == nil, n.Shared, n.External, n.Kind == "flat", n.Kind == "vlan":
		return false
	}
	who := s.who()
	return who.admin() || n.Project != "" && n.Project == who.Project.ID
}
