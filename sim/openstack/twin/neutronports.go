package twin

import (
	"cmp"
	"net/netip"

	"sshhelp/sim/scenario"
)

// common are the attributes that all of Neutron's things have.
func (s *Server) common(item obj, id, name, project string) obj {
	owner := ""
	if p := s.cloud.Project(project); p != nil {
		owner = p.ID
	}
	for key, value := range (obj{
		"id": id, "name": name, "project_id": owner, "tenant_id": owner, "description": "", "tags": []string{},
		"created_at": stamp(s.epoch), "updated_at": stamp(s.epoch), "revision_number": 1,
	}) {
		item[key] = value
	}
	return item
}

// ports are those of servers, of routers and of floating IPs; the last two
// without a project where Neutron has them so.
func (s *Server) ports() []obj {
	var list []obj
	for i := range s.cloud.Servers {
		v := &s.cloud.Servers[i]
		for j := range v.Ports {
			if v.Status != "DELETED" {
				list = append(list, s.serverPort(v, &v.Ports[j]))
			}
		}
	}
	for i := range s.cloud.Routers {
		list = append(list, s.routerPorts(&s.cloud.Routers[i])...)
	}
	for i := range s.cloud.FloatingIPs {
		f := &s.cloud.FloatingIPs[i]
		p := s.plainPort("network:floatingip", f.ID, f.Network, "", f.Address)
		p["status"] = "N/A"
		list = append(list, p)
	}
	return list
}

func (s *Server) serverPort(v *scenario.Server, p *scenario.Port) obj {
	var groups []string
	for _, name := range p.SecurityGroups {
		groups = append(groups, s.cloud.SecurityGroup(v.Project, name).ID)
	}
	pairs := []obj{}
	for _, pair := range p.AllowedAddressPairs {
		mac := pair.MAC
		if mac == "" {
			mac = p.MAC
		}
		pairs = append(pairs, obj{"ip_address": pair.IP, "mac_address": mac})
	}
	vif, host, details := p.VIFType, cmp.Or(p.BindingHost, *v.Host), obj{"port_filter": true, "connectivity": "l2", "bridge_name": "br-int"}
	if host == "" {
		vif = "unbound"
	}
	if vif != "ovs" {
		details = obj{}
	}
	item := s.common(obj{
		"network_id": s.cloud.Network(p.Network).ID, "mac_address": p.MAC, "admin_state_up": *p.AdminStateUp,
		"status": p.Status, "device_id": v.ID, "device_owner": "compute:nova", "fixed_ips": s.fixedIPs(p),
		"allowed_address_pairs": pairs, "extra_dhcp_opts": []obj{}, "security_groups": orEmpty(groups),
		"binding:vnic_type": "normal", "binding:profile": obj{}, "binding:host_id": host,
		"binding:vif_type": vif, "binding:vif_details": details, "port_security_enabled": *p.PortSecurity,
	}, p.ID, p.Name, v.Project)
	item["created_at"] = stamp(s.times[v.ID].created)
	return item
}

func (s *Server) fixedIPs(p *scenario.Port) []obj {
	list := []obj{}
	for _, text := range p.FixedIPs {
		a, err := netip.ParseAddr(text)
		if err != nil {
			continue // the scenario has been completed, so there is none
		}
		if sub := s.cloud.Network(p.Network).SubnetOf(a); sub != nil {
			list = append(list, obj{"subnet_id": sub.ID, "ip_address": text})
		}
	}
	return list
}

// routerPorts: one on each subnet that has a gateway, in the router's project,
// and one to the outside, in none.
func (s *Server) routerPorts(r *scenario.Router) []obj {
	var list []obj
	for _, name := range r.Networks {
		for _, sub := range s.cloud.Network(name).Subnets {
			if sub.Gateway != "none" {
				list = append(list, s.plainPort("network:router_interface", r.ID, name, r.Project, sub.Gateway))
			}
		}
	}
	if r.Gateway != "" {
		list = append(list, s.plainPort("network:router_gateway", r.ID, r.Gateway, "", s.outside(r)...))
	}
	return list
}

// plainPort is one that belongs to no server.
func (s *Server) plainPort(owner, device, network, project string, addresses ...string) obj {
	p := scenario.Port{Network: network, FixedIPs: addresses}
	id := scenario.ID(owner, append([]string{device, network}, addresses...)...)
	return s.common(obj{
		"network_id": s.cloud.Network(network).ID, "mac_address": "fa:16:3e:" + id[0:2] + ":" + id[2:4] + ":" + id[4:6],
		"admin_state_up": true, "status": "ACTIVE", "device_id": device, "device_owner": owner, "fixed_ips": s.fixedIPs(&p),
		"allowed_address_pairs": []obj{}, "extra_dhcp_opts": []obj{}, "security_groups": []string{},
		"binding:vnic_type": "normal", "binding:profile": obj{}, "binding:host_id": "", "binding:vif_type": "unbound",
		"binding:vif_details": obj{}, "port_security_enabled": false,
	}, id, "", project)
}

// outside are the router's own addresses on its external network, one of each
// subnet: the last ones, counted down by router, as servers' addresses grow from
// below.
func (s *Server) outside(r *scenario.Router) []string {
	var all []string
	n := s.cloud.Network(r.Gateway)
	if n == nil {
		return nil
	}
	for i := range n.Subnets {
		prefix, err := netip.ParsePrefix(n.Subnets[i].CIDR)
		if err != nil {
			continue
		}
		a := lastOf(prefix).Prev()
		for j := range s.cloud.Routers {
			if s.cloud.Routers[j].ID == r.ID {
				break
			}
			a = a.Prev()
		}
		all = append(all, a.String())
	}
	return all
}

// hidePort: how a port is bound is for administrators.
func hidePort(*call, obj) []string {
	return []string{"binding:profile", "binding:host_id", "binding:vif_type", "binding:vif_details"}
}

// floatingIPs: one that leads to a port has the router between, if there is
// one.
func (s *Server) floatingIPs() []obj {
	var list []obj
	ports := map[any]obj{}
	for _, p := range s.ports() {
		ports[p["id"]] = p
	}
	for i := range s.cloud.FloatingIPs {
		f := &s.cloud.FloatingIPs[i]
		item := s.common(obj{
			"floating_ip_address": f.Address, "floating_network_id": s.cloud.Network(f.Network).ID,
			"router_id": nil, "port_id": orNull(f.PortID), "fixed_ip_address": orNull(f.FixedIP),
			"status": f.Status, "port_details": nil,
		}, f.ID, "", f.Project)
		delete(item, "name")
		if p := ports[f.PortID]; p != nil {
			item["router_id"] = s.routerOf(p["network_id"].(string))
			details := obj{}
			for _, key := range []string{"name", "network_id", "mac_address", "admin_state_up", "status", "device_id", "device_owner"} {
				details[key] = p[key]
			}
			item["port_details"] = details
		}
		list = append(list, item)
	}
	return list
}

func (s *Server) routerOf(networkID string) any {
	for i := range s.cloud.Routers {
		for _, name := range s.cloud.Routers[i].Networks {
			if r := &s.cloud.Routers[i]; r.Gateway != "" && s.cloud.Network(name).ID == networkID {
				return r.ID
			}
		}
	}
	return nil
}
