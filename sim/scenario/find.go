package scenario

import (
	"net/netip"
)

// Server returns the first server of that name or ID, or nil.
func (c *Cloud) Server(name string) *Server {
	return find(c.Servers, func(s *Server) bool { return s.Name == name || s.ID == name })
}

// Network returns the network of that name, or nil.
func (c *Cloud) Network(name string) *Network {
	return find(c.Networks, func(n *Network) bool { return n.Name == name })
}

// User returns the user of that name, or nil.
func (c *Cloud) User(name string) *User {
	return find(c.Users, func(u *User) bool { return u.Name == name })
}

// Project returns the project of that name, or nil.
func (c *Cloud) Project(name string) *Project {
	return find(c.Projects, func(p *Project) bool { return p.Name == name })
}

// Image returns the image of that name, or nil.
func (c *Cloud) Image(name string) *Image {
	return find(c.Images, func(i *Image) bool { return i.Name == name })
}

// Flavor returns the flavor of that name, or nil.
func (c *Cloud) Flavor(name string) *Flavor {
	return find(c.Flavors, func(x *Flavor) bool { return x.Name == name })
}

// KeyPair returns that user's key pair, or nil.
func (c *Cloud) KeyPair(user, name string) *KeyPair {
	return find(c.KeyPairs, func(k *KeyPair) bool { return k.User == user && k.Name == name })
}

// SecurityGroup returns that project's security group, or nil.
func (c *Cloud) SecurityGroup(project, name string) *SecurityGroup {
	return find(c.SecurityGroups, func(g *SecurityGroup) bool { return g.Project == project && g.Name == name })
}

// SubnetOf returns the subnet that holds a, or nil.
func (n *Network) SubnetOf(a netip.Addr) *Subnet {
	return find(n.Subnets, func(s *Subnet) bool {
		prefix, err := netip.ParsePrefix(s.CIDR)
		return err == nil && prefix.Contains(a)
	})
}

// FixedIPs returns all addresses of the server's ports, in order.
func (s *Server) FixedIPs() []netip.Addr {
	var all []netip.Addr
	for i := range s.Ports {
		for _, text := range s.Ports[i].FixedIPs {
			if a, err := netip.ParseAddr(text); err == nil {
				all = append(all, a)
			}
		}
	}
	return all
}

// Address returns where one would connect to: the floating IP, else the first
// fixed address, else the zero Addr.
func (s *Server) Address() netip.Addr {
	if s.FloatingIP != nil {
		a, _ := netip.ParseAddr(s.FloatingIP.Address)
		return a
	}
	if fixed := s.FixedIPs(); len(fixed) > 0 {
		return fixed[0]
	}
	return netip.Addr{}
}

// ListenAddr returns where l, one of s.SSHD, is to listen; the zero AddrPort
// if the server has no such address.
func (s *Server) ListenAddr(l SSHD) netip.AddrPort {
	var a netip.Addr
	switch fixed := s.FixedIPs(); {
	case l.Listen == "floating" && s.FloatingIP != nil:
		a, _ = netip.ParseAddr(s.FloatingIP.Address)
	case l.Listen == "fixed" && len(fixed) > 0:
		a = fixed[0]
	default:
		a, _ = netip.ParseAddr(l.Listen)
	}
	if !a.IsValid() {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(a, uint16(l.Port))
}
