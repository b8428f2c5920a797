package cloud

import (
	"encoding/json"
	"net/netip"
	"slices"
	"strings"

	"sshhelp/diag"
)

// Neutron's objects as they come, with what is used of them. What this
// credential or cloud does not show is the zero value, but for fields that are
// pointers or raw: there it must be told apart from what is shown.

type port struct {
	ID           string        `json:"id"`
	Name         string        `json:"name"`
	NetworkID    string        `json:"network_id"`
	DeviceID     string        `json:"device_id"`
	MAC          string        `json:"mac_address"`
	Status       string        `json:"status"`
	AdminUp      bool          `json:"admin_state_up"`
	Binding      string        `json:"binding:vif_type"` // for administrators
	Host         string        `json:"binding:host_id"`  // for administrators
	PortSecurity *bool         `json:"port_security_enabled"`
	Groups       []string      `json:"security_groups"`
	Fixed        []fixedIP     `json:"fixed_ips"`
	Pairs        []addressPair `json:"allowed_address_pairs"`
}

type fixedIP struct {
	IP       string `json:"ip_address"`
	SubnetID string `json:"subnet_id"`
}

type addressPair struct {
	IP  string `json:"ip_address"` // an address or a prefix
	MAC string `json:"mac_address"`
}

// diag leaves Groups' rules, floating IPs and routers open. A Neutron without
// the extension shows no port security: it filters every port.
func (p *port) diag() diag.Port {
	d := diag.Port{
		ID: p.ID, Name: p.Name, NetworkID: p.NetworkID, MAC: p.MAC, Status: p.Status, AdminUp: p.AdminUp,
		Binding: p.Binding, Host: p.Host, PortSecurity: p.PortSecurity == nil || *p.PortSecurity,
		AllowedPairs: prefixes(p.Pairs), AllowedMACs: p.otherMACs(), Groups: []diag.Group{},
	}
	for _, f := range p.Fixed {
		if ip, err := netip.ParseAddr(f.IP); err == nil {
			d.Fixed = append(d.Fixed, diag.FixedIP{IP: ip.Unmap(), SubnetID: f.SubnetID})
		}
	}
	return d
}

// otherMACs are those that allowed pairs name; Neutron fills in the port's own.
func (p *port) otherMACs() []string {
	var all []string
	for _, pair := range p.Pairs {
		if mac := strings.ToLower(pair.MAC); mac != "" && !strings.EqualFold(mac, p.MAC) && !slices.Contains(all, mac) {
			all = append(all, mac)
		}
	}
	return all
}

func prefixes(pairs []addressPair) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range pairs {
		if prefix := parsePrefix(p.IP); prefix.IsValid() {
			all = append(all, prefix)
		}
	}
	return all
}

// parsePrefix reads a prefix, or an address as the prefix that holds it alone;
// the zero Prefix if it is neither.
func parsePrefix(text string) netip.Prefix {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked()
	}
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip.WithZone(""), ip.BitLen())
	}
	return netip.Prefix{}
}

type group struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Rules    *[]rule `json:"security_group_rules"`
	Stateful *bool   `json:"stateful"` // absent where the cloud knows no other
}

type rule struct {
	ID                 string `json:"id"`
	Direction          string `json:"direction"`
	EtherType          string `json:"ethertype"`
	Protocol           string `json:"protocol"`
	MinPort            int    `json:"port_range_min"`
	MaxPort            int    `json:"port_range_max"`
	Remote             string `json:"remote_ip_prefix"`
	RemoteGroup        string `json:"remote_group_id"`
	RemoteAddressGroup string `json:"remote_address_group_id"`
}

func (g *group) diag() diag.Group {
	d := diag.Group{ID: g.ID, Name: g.Name, Stateless: g.Stateful != nil && !*g.Stateful}
	if g.Rules == nil {
		return d
	}
	d.Rules = []diag.Rule{}
	for _, r := range *g.Rules {
		d.Rules = append(d.Rules, diag.Rule{
			ID: r.ID, Group: g.Name, Ingress: r.Direction == "ingress", IPv6: r.EtherType == "IPv6",
			Protocol: r.Protocol, MinPort: r.MinPort, MaxPort: r.MaxPort, Remote: parsePrefix(r.Remote),
			RemoteGroup: r.RemoteGroup, RemoteAddressGroup: r.RemoteAddressGroup,
		})
	}
	return d
}

type addressGroup struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

type floatingIP struct {
	ID       string `json:"id"`
	IP       string `json:"floating_ip_address"`
	Fixed    string `json:"fixed_ip_address"`
	Status   string `json:"status"`
	RouterID string `json:"router_id"`
	PortID   string `json:"port_id"`
	Port     struct {
		DeviceID string `json:"device_id"`
	} `json:"port_details"`
}

func (f *floatingIP) diag() diag.FloatingIP {
	d := diag.FloatingIP{ID: f.ID, Status: f.Status, RouterID: f.RouterID}
	d.IP, _ = netip.ParseAddr(f.IP)
	d.Fixed, _ = netip.ParseAddr(f.Fixed)
	return d
}

type router struct {
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Status  string          `json:"status"`
	AdminUp bool            `json:"admin_state_up"`
	Gateway json.RawMessage `json:"external_gateway_info"` // null: none; absent: not shown
}

func (r *router) diag() diag.Router {
	d := diag.Router{ID: r.ID, Name: r.Name, Status: r.Status, AdminUp: r.AdminUp}
	var gateway struct {
		NetworkID string    `json:"network_id"`
		Fixed     []fixedIP `json:"external_fixed_ips"`
	}
	if decode(r.Gateway, &gateway) == nil {
		d.Gateway = gateway.NetworkID
		for _, f := range gateway.Fixed {
			if ip, err := netip.ParseAddr(f.IP); err == nil {
				d.GatewayIPs = append(d.GatewayIPs, ip.Unmap())
			}
		}
	}
	return d
}

type network struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Project  string `json:"project_id"`
	Shared   bool   `json:"shared"`
	External bool   `json:"router:external"`
	Kind     string `json:"provider:network_type"` // for administrators
}

type subnet struct {
	ID      string `json:"id"`
	CIDR    string `json:"cidr"`
	Gateway string `json:"gateway_ip"`
	Routes  []struct {
		To string `json:"destination"`
	} `json:"host_routes"`
}
