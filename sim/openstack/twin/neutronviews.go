package twin

import (
	"net/netip"

	"sshhelp/sim/scenario"
)

func (s *Server) routers() []obj {
	var list []obj
	for i := range s.cloud.Routers {
		r := &s.cloud.Routers[i]
		var gateway any
		if n := s.cloud.Network(r.Gateway); n != nil {
			gateway = obj{
				"network_id": n.ID, "enable_snat": true,
				"external_fixed_ips": s.fixedIPs(&scenario.Port{Network: r.Gateway, FixedIPs: s.outside(r)}),
			}
		}
		list = append(list, s.common(obj{
			"admin_state_up": *r.AdminStateUp, "status": r.Status, "external_gateway_info": gateway,
			"availability_zones": []string{}, "availability_zone_hints": []string{}, "routes": []obj{}, "flavor_id": nil,
			"distributed": false, "ha": false,
		}, r.ID, r.Name, r.Project))
	}
	return list
}

func hideRouter(*call, obj) []string { return []string{"distributed", "ha"} }

func (s *Server) networks() []obj {
	var list []obj
	for i := range s.cloud.Networks {
		n := &s.cloud.Networks[i]
		var subnets []string
		for _, sub := range n.Subnets {
			subnets = append(subnets, sub.ID)
		}
		item := s.common(obj{
			"admin_state_up": true, "mtu": n.MTU, "status": "ACTIVE", "subnets": orEmpty(subnets), "shared": n.Shared,
			"availability_zones": []string{}, "availability_zone_hints": []string{}, "ipv4_address_scope": nil,
			"ipv6_address_scope": nil, "router:external": n.External, "port_security_enabled": true,
			"provider:network_type": "vxlan", "provider:physical_network": nil, "provider:segmentation_id": i + 1,
		}, n.ID, n.Name, n.Project)
		if n.External {
			item["is_default"] = false
		}
		list = append(list, item)
	}
	return list
}

// showNetwork: everybody sees what is shared and what leads outside.
func showNetwork(_ *call, n obj) bool { return n["shared"] == true || n["router:external"] == true }

// hideNetwork: that a network leads outside is hidden from members of other
// projects; a filter for it works all the same.
func hideNetwork(c *call, n obj) []string {
	hidden := []string{"provider:network_type", "provider:physical_network", "provider:segmentation_id"}
	if n["project_id"] != c.caller.project.ID {
		hidden = append(hidden, "router:external")
	}
	return hidden
}

func (s *Server) subnets() []obj {
	var list []obj
	for i := range s.cloud.Networks {
		n := &s.cloud.Networks[i]
		for j := range n.Subnets {
			list = append(list, s.subnet(n, &n.Subnets[j]))
		}
	}
	return list
}

func (s *Server) subnet(n *scenario.Network, sub *scenario.Subnet) obj {
	version, gateway := 4, any(sub.Gateway)
	var mode any
	pools := []obj{}
	if p, err := netip.ParsePrefix(sub.CIDR); err == nil {
		if p.Addr().Is6() {
			version, mode = 6, "slaac"
		}
		pools = append(pools, obj{"start": p.Addr().Next().Next().String(), "end": lastOf(p).Prev().String()})
	}
	if sub.Gateway == "none" {
		gateway = nil
	}
	routes := []obj{}
	for _, to := range sub.HostRoutes {
		routes = append(routes, obj{"destination": to, "nexthop": sub.Gateway})
	}
	return s.common(obj{
		"network_id": n.ID, "ip_version": version, "subnetpool_id": nil, "enable_dhcp": true, "cidr": sub.CIDR,
		"ipv6_ra_mode": mode, "ipv6_address_mode": mode, "gateway_ip": gateway, "allocation_pools": pools,
		"host_routes": routes, "dns_nameservers": []string{}, "service_types": []string{},
	}, sub.ID, sub.Name, n.Project)
}

// lastOf is the last address of a prefix.
func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Addr().AsSlice()
	for i := p.Bits(); i < p.Addr().BitLen(); i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	a, _ := netip.AddrFromSlice(bytes) // four or sixteen bytes, as they were
	return a
}

// showSubnet: those of shared networks; not those of external ones.
func (s *Server) showSubnet(_ *call, sub obj) bool {
	for i := range s.cloud.Networks {
		if s.cloud.Networks[i].ID == sub["network_id"] {
			return s.cloud.Networks[i].Shared
		}
	}
	return false
}

func (s *Server) securityGroups() []obj {
	var list []obj
	for i := range s.cloud.SecurityGroups {
		g := &s.cloud.SecurityGroups[i]
		rules := []obj{}
		for j := range g.Rules {
			rules = append(rules, s.rule(g, &g.Rules[j]))
		}
		list = append(list, s.common(obj{"stateful": !g.Stateless, "shared": false, "security_group_rules": rules}, g.ID, g.Name, g.Project))
	}
	return list
}

func (s *Server) securityGroupRules() []obj {
	var list []obj
	for i := range s.cloud.SecurityGroups {
		g := &s.cloud.SecurityGroups[i]
		for j := range g.Rules {
			item := s.rule(g, &g.Rules[j])
			delete(item, "tags")
			delete(item, "standard_attr_id")
			list = append(list, item)
		}
	}
	return list
}

func (s *Server) rule(g *scenario.SecurityGroup, r *scenario.Rule) obj {
	item := s.common(obj{
		"security_group_id": g.ID, "ethertype": r.EtherType, "direction": r.Direction, "protocol": orNull(r.Protocol),
		"port_range_min": portOrNull(r, r.Ports.Min), "port_range_max": portOrNull(r, r.Ports.Max),
		"remote_ip_prefix": orNull(r.RemoteIPPrefix), "normalized_cidr": normalized(r.RemoteIPPrefix),
		"remote_group_id": nil, "remote_address_group_id": nil, "standard_attr_id": 1,
	}, r.ID, "", g.Project)
	delete(item, "name")
	if remote := s.cloud.SecurityGroup(g.Project, r.RemoteGroup); remote != nil {
		item["remote_group_id"] = remote.ID
	}
	for i := range s.cloud.AddressGroups {
		if a := &s.cloud.AddressGroups[i]; a.Name == r.RemoteAddressGroup && a.Project == g.Project {
			item["remote_address_group_id"] = a.ID
		}
	}
	return item
}

// normalized is the prefix without host bits.
func normalized(prefix string) any {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return orNull(prefix)
	}
	return p.Masked().String()
}

func portOrNull(r *scenario.Rule, port int) any {
	if r.Ports == (scenario.PortRange{}) {
		return nil
	}
	return port
}

func (s *Server) addressGroups() []obj {
	var list []obj
	for i := range s.cloud.AddressGroups {
		a := &s.cloud.AddressGroups[i]
		owner := s.cloud.Project(a.Project).ID
		list = append(list, obj{
			"id": a.ID, "name": a.Name, "project_id": owner, "tenant_id": owner, "description": "",
			"addresses": orEmpty(a.Addresses),
		})
	}
	return list
}
