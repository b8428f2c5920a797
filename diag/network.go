package diag

import (
	"net/netip"
	"strconv"
	"strings"
)

// Network is what Neutron says of the way to the instance. Ports is never nil.
type Network struct {
	Ports []Port `json:"ports"`
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
	Groups       []Group        `json:"groups"`
	Floating     []FloatingIP   `json:"floating,omitempty"` // nil: not gathered
	Routers      []Router       `json:"routers,omitempty"`  // of its subnets; nil: not gathered
}

// FixedIP is an address that Neutron gave to a port.
type FixedIP struct {
	IP       netip.Addr   `json:"ip"`
	SubnetID string       `json:"subnet_id,omitempty"`
	CIDR     netip.Prefix `json:"cidr,omitzero"`
	Gateway  netip.Addr   `json:"gateway,omitzero"`
}

// FloatingIP is a floating IP that is tied to a port.
type FloatingIP struct {
	ID       string     `json:"id"`
	IP       netip.Addr `json:"ip"`
	Fixed    netip.Addr `json:"fixed,omitzero"`
	Status   string     `json:"status"` // ACTIVE, DOWN, ERROR
	RouterID string     `json:"router_id,omitempty"`
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
}

// Group is a security group of a port.
type Group struct {
	ID    string `json:"id"`
	Name  string `json:"name,omitempty"`
	Rules []Rule `json:"rules"` // nil: could not be read; empty: it has none
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

// AdmitsPort reports whether the rule lets TCP packets to the port in, from
// some address. A protocol may be given by number: 6 is TCP (IANA).
func (r *Rule) AdmitsPort(port uint16) bool {
	if !r.Ingress {
		return false
	}
	switch strings.ToLower(r.Protocol) {
	case "", "any", "0":
		return true
	case "tcp", "6":
		return r.MinPort == 0 && r.MaxPort == 0 || r.MinPort <= int(port) && int(port) <= r.MaxPort
	}
	return false
}

// AdmitsAnyone reports whether the rule admits every address of its family.
func (r *Rule) AdmitsAnyone() bool {
	return r.RemoteGroup == "" && r.RemoteAddressGroup == "" && (!r.Remote.IsValid() || r.Remote.Bits() == 0)
}

// Admits reports whether the rule admits packets from the address, and whether
// that is known: it is not where the members of a group could not be read.
func (r *Rule) Admits(from netip.Addr) (admitted, known bool) {
	from = from.Unmap()
	if from.Is6() != r.IPv6 {
		return false, true
	}
	if r.AdmitsAnyone() {
		return true, true
	}
	if r.Remote.IsValid() {
		return r.Remote.Contains(from), true
	}
	for _, m := range r.Members {
		if m.Contains(from) {
			return true, true
		}
	}
	return false, r.Members != nil
}

// Ports puts the rule's ports into words: "22", "20-25", "all ports".
func (r *Rule) Ports() string {
	switch {
	case r.MinPort == 0 && r.MaxPort == 0:
		return "all ports"
	case r.MinPort == r.MaxPort:
		return strconv.Itoa(r.MinPort)
	}
	return strconv.Itoa(r.MinPort) + "-" + strconv.Itoa(r.MaxPort)
}

// Sources puts what the rule admits into words: a CIDR, "anywhere", or a group.
func (r *Rule) Sources() string {
	switch {
	case r.RemoteGroup != "":
		return "members of group " + r.RemoteGroup
	case r.RemoteAddressGroup != "":
		return "address group " + r.RemoteAddressGroup
	case r.Remote.IsValid():
		return r.Remote.String()
	}
	return "anywhere"
}

// String gives the rule on one line, as evidence: "tcp 22 from 0.0.0.0/0 (group web)".
func (r *Rule) String() string {
	protocol := r.Protocol
	if protocol == "" {
		protocol = "any protocol"
	}
	s := protocol + " " + r.Ports() + " from " + r.Sources()
	if r.IPv6 {
		s = "IPv6 " + s
	}
	if r.Group != "" {
		s += " (group " + r.Group + ")"
	}
	return s
}
