package scenario

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A Network has subnets; an external one lends floating IPs.
type Network struct {
	Name     string   `yaml:"name"`
	ID       string   `yaml:"id"`
	Project  string   `yaml:"project"`
	External bool     `yaml:"external"`
	Shared   bool     `yaml:"shared"`
	MTU      int      `yaml:"mtu"` // 1450 if zero
	Subnets  []Subnet `yaml:"subnets"`
}

// A Subnet is one prefix of a network.
type Subnet struct {
	Name string `yaml:"name"`
	ID   string `yaml:"id"`
	CIDR string `yaml:"cidr"`
	// Gateway is the first address if empty; "none" for no gateway.
	Gateway string `yaml:"gateway"`
	// HostRoutes are the prefixes that it hands out routes to.
	HostRoutes []string `yaml:"host_routes"`
}

// A Router joins networks, and leads outside if it has a gateway.
type Router struct {
	Name         string   `yaml:"name"`
	ID           string   `yaml:"id"`
	Project      string   `yaml:"project"`
	Gateway      string   `yaml:"gateway"`  // name of an external network, or none
	Networks     []string `yaml:"networks"` // names
	Status       string   `yaml:"status"`   // ACTIVE if empty
	AdminStateUp *bool    `yaml:"admin_state_up"`
}

// A SecurityGroup is a set of rules. Each project also has one called
// "default", made by Complete if it is not given.
type SecurityGroup struct {
	Name    string `yaml:"name"`
	ID      string `yaml:"id"`
	Project string `yaml:"project"`
	Rules   []Rule `yaml:"rules"`
	// NoEgress leaves out the two rules by which Neutron lets everything
	// out of a new group.
	NoEgress bool `yaml:"no_egress"`
	// Stateless: answers need rules of their own.
	Stateless bool `yaml:"stateless"`
}

// A Rule lets packets pass. At most one of the remotes may be set; none is
// anywhere.
type Rule struct {
	ID                 string    `yaml:"id"`
	Direction          string    `yaml:"direction"` // ingress if empty
	EtherType          string    `yaml:"ethertype"` // IPv4, or IPv6 if the prefix is
	Protocol           string    `yaml:"protocol"`  // name, number, or empty for any
	Ports              PortRange `yaml:"ports"`     // 22 or 20-25
	RemoteIPPrefix     string    `yaml:"remote_ip_prefix"`
	RemoteGroup        string    `yaml:"remote_group"`
	RemoteAddressGroup string    `yaml:"remote_address_group"`
}

// A PortRange is the ports of a rule, both ends included. The zero PortRange
// is all ports.
type PortRange struct{ Min, Max int }

// UnmarshalYAML reads "22" or "20-25".
func (p *PortRange) UnmarshalYAML(n *yaml.Node) error {
	low, high, isRange := strings.Cut(n.Value, "-")
	if !isRange {
		high = low
	}
	var err error
	if p.Min, err = strconv.Atoi(strings.TrimSpace(low)); err == nil {
		p.Max, err = strconv.Atoi(strings.TrimSpace(high))
	}
	if err != nil || p.Min < 0 || p.Max > 65535 || p.Min > p.Max {
		return fmt.Errorf("%q is not a port or a range such as 20-25", n.Value)
	}
	return nil
}

// A FloatingIP is an address of an external network, tied to a port or free.
type FloatingIP struct {
	Address string `yaml:"address"`
	ID      string `yaml:"id"`
	Project string `yaml:"project"`
	Network string `yaml:"network"` // the first external one if empty
	// Status is ACTIVE when tied and DOWN when free, if empty.
	Status string `yaml:"status"`
	// Server, by name, is whose first IPv4 address it is tied to. It is not
	// for the floating IP of a server, which says so by its place.
	Server string `yaml:"server"`
	// PortID is the port it is tied to, or empty. Complete sets it for the
	// floating IPs of servers.
	PortID string `yaml:"port_id"`
	// FixedIP is the port's address it is translated to.
	FixedIP string `yaml:"fixed_ip"`
}

// UnmarshalYAML reads the short form: the address alone.
func (f *FloatingIP) UnmarshalYAML(n *yaml.Node) error {
	f.Address = n.Value
	return nil
}

// A Port joins a server to a network.
type Port struct {
	Name    string `yaml:"name"`
	ID      string `yaml:"id"`
	Network string `yaml:"network"`
	// FixedIPs; one free address of the first IPv4 subnet (else the first
	// subnet) if nil.
	FixedIPs []string `yaml:"fixed_ips"`
	MAC      string   `yaml:"mac"`
	// Status is ACTIVE for a server whose guest has a running hypervisor
	// process, else DOWN, if empty.
	Status       string `yaml:"status"`
	AdminStateUp *bool  `yaml:"admin_state_up"`
	// VIFType is "ovs" if empty; "binding_failed" and "unbound" are the
	// interesting ones. Only administrators see it.
	VIFType string `yaml:"vif_type"`
	// BindingHost is where it is bound; the server's host if empty.
	BindingHost  string `yaml:"binding_host"`
	PortSecurity *bool  `yaml:"port_security"`
	// SecurityGroups by name; those of the server if nil.
	SecurityGroups      []string      `yaml:"security_groups"`
	AllowedAddressPairs []AddressPair `yaml:"allowed_address_pairs"`
}

// An AddressPair is a further address that a port may use.
type AddressPair struct {
	IP  string `yaml:"ip_address"`
	MAC string `yaml:"mac_address"` // the port's own if empty
}
