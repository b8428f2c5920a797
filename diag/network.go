package diag

import "net/netip"

// Network is what Neutron says of the way to the instance. Ports is never nil.
type Network struct {
	Ports []Port `json:"ports"`
	// Strayed are floating IPs that Nova counts among the instance's addresses
	// while Neutron ties them to no port of it.
	Strayed []FloatingIP `json:"strayed,omitempty"`
	// Gaps are the parts that could not be read while others could.
	Gaps []Gap `json:"-"`
}

// Port is a Neutron port of the instance with all that decides over it.
type Port struct {
	ID           string         `json:"id"`
	Name         string         `json:"name,omitempty"`
	NetworkID    string         `json:"network_id"`
	NetworkName  string         `json:"network_name,omitempty"`
	MAC          string         `json:"mac,omitempty"`
	Status       string         `json:"status"` // ACTIVE, DOWN, BUILD, ERROR
	AdminUp      bool           `json:"admin_up"`
	Binding      string         `json:"binding,omitempty"` // vif_type; "" if not shown to us
	Host         string         `json:"host,omitempty"`    // "" if not shown to us
	PortSecurity bool           `json:"port_security"`     // false: no rule is applied at all
	Fixed        []FixedIP      `json:"fixed,omitempty"`
	AllowedPairs []netip.Prefix `json:"allowed_pairs,omitempty"`
	AllowedMACs  []string       `json:"allowed_macs,omitempty"` // besides MAC, from allowed pairs; lower case
	Groups       []Group        `json:"groups"`
	Floating     []FloatingIP   `json:"floating,omitempty"` // nil: not gathered
	Routers      []Router       `json:"routers,omitempty"`  // of its subnets; nil: not gathered
}

// FixedIP is an address that Neutron gave to a port.
type FixedIP struct {
	IP       netip.Addr   `json:"ip"`
	SubnetID string       `json:"subnet_id,omitempty"`
	CIDR     netip.Prefix `json:"cidr,omitzero"` // not valid: the subnet could not be read
	Gateway  netip.Addr   `json:"gateway,omitzero"`
	// Routes are where the subnet's own host routes lead to.
	Routes []netip.Prefix `json:"routes,omitempty"`
}

// NoWayBack reports whether the subnet hands out neither a gateway nor a route
// that could stand for one, so that the guest has no way to answer outsiders
// through it. A subnet that was not read reports false.
func (f *FixedIP) NoWayBack() bool {
	return f.CIDR.IsValid() && !f.Gateway.IsValid() && len(f.Routes) == 0
}

// FloatingIP is a floating IP that is tied to a port.
type FloatingIP struct {
	ID       string     `json:"id"`
	IP       netip.Addr `json:"ip"`
	Fixed    netip.Addr `json:"fixed,omitzero"`
	Status   string     `json:"status"` // ACTIVE, DOWN, ERROR
	RouterID string     `json:"router_id,omitempty"`
	// PortID and DeviceID are of the port it is tied to and of what that belongs
	// to; given of strayed ones only, "" if it is tied to none.
	PortID   string `json:"port_id,omitempty"`
	DeviceID string `json:"device_id,omitempty"`
}

// Router is a router on one of a port's subnets.
type Router struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Status  string `json:"status,omitempty"`
	AdminUp bool   `json:"admin_up"`
	Gateway string `json:"gateway,omitempty"` // the external network's ID; "" for none
	// GatewayIPs are the router's addresses on it; none if not shown to us.
	GatewayIPs []netip.Addr `json:"gateway_ips,omitempty"`
	// Legs are its addresses on the port's subnets.
	Legs []netip.Addr `json:"legs,omitempty"`
}

// Group is a security group of a port.
type Group struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Rules []Rule `json:"rules"` // nil: could not be read; empty: it has none
	// Stateless: answers to what its rules let pass are not let back by
	// themselves, but need rules of their own in the other direction.
	Stateless bool `json:"stateless,omitzero"`
}

// Rule is one security-group rule.
type Rule struct {
	ID       string `json:"id"`
	Group    string `json:"group,omitempty"` // name of its group
	Ingress  bool   `json:"ingress"`
	IPv6     bool   `json:"ipv6,omitzero"`
	Protocol string `json:"protocol,omitempty"` // "tcp", "6", ...; "" for any
	MinPort  int    `json:"min_port,omitempty"` // 0 with MaxPort 0: all ports
	MaxPort  int    `json:"max_port,omitempty"`
	// Remote is the CIDR it admits; the zero Prefix admits every address unless
	// RemoteGroup or RemoteAddressGroup is set.
	Remote             netip.Prefix `json:"remote,omitzero"`
	RemoteGroup        string       `json:"remote_group,omitempty"`         // name or ID
	RemoteAddressGroup string       `json:"remote_address_group,omitempty"` // name or ID
	// Members are the addresses behind RemoteGroup or RemoteAddressGroup; nil
	// if they could not be read.
	Members []netip.Prefix `json:"members,omitempty"`
}
