package scenario

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
)

func (f *filler) servers() {
	// Addresses that are written down are taken before free ones are given.
	for i := range f.Servers {
		for j := range f.Servers[i].Ports {
			for _, a := range f.Servers[i].Ports[j].FixedIPs {
				if addr, err := netip.ParseAddr(a); err == nil {
					f.used[addr] = true
				}
			}
		}
	}
	nth := map[string]int{}
	for i := range f.Servers {
		s := &f.Servers[i]
		key := s.Project + "\x00" + s.Name
		nth[key]++
		f.server(s, at("servers", i, s.Name), nth[key])
	}
}

func (f *filler) server(s *Server, path string, nth int) {
	if s.Name == "" {
		f.fail(path, "the name is missing")
	}
	f.inProject(path, &s.Project)
	f.ofUser(path, &s.User)
	setDefault(&s.ID, ID("server", s.Project, s.Name, fmt.Sprint(nth)))
	f.state(s, path)
	f.launch(s, path)
	if s.SecurityGroups == nil {
		s.SecurityGroups = f.Defaults.SecurityGroups
	}
	if s.Ports == nil && f.Defaults.Network != "" {
		s.Ports = []Port{{}}
	}
	for i := range s.Ports {
		f.port(s, i, fmt.Sprintf("%s.ports[%d]", path, i))
	}
	f.floating(s, path)
	if s.SSHD == nil && s.Address().IsValid() {
		s.SSHD = slices.Clone(f.Defaults.SSHD)
	}
	f.listeners(s, s.SSHD, path)
	if s.Console == nil {
		s.Console = &Console{Text: HealthyConsole}
		if f.Defaults.Console != nil {
			*s.Console = *f.Defaults.Console
		}
	}
	s.Console.Text = f.fillIn(s, s.Console.Text)
	if s.AfterReboot != nil {
		f.listeners(s, s.AfterReboot.SSHD, path+".after_reboot")
		if c := s.AfterReboot.Console; c != nil {
			c.Text = f.fillIn(s, c.Text)
		}
	}
}

func (f *filler) state(s *Server, path string) {
	setDefault(&s.Status, "ACTIVE")
	st, ok := states[s.Status]
	if !ok {
		f.oneOf(path+".status", s.Status, slices.Sorted(maps.Keys(states))...)
	}
	setDefault(&s.VMState, st.vm)
	setDefault(&s.TaskState, st.task)
	newIfNil(&s.PowerState, st.power)
	host := "compute-1"
	if !st.hosted {
		host = ""
	}
	newIfNil(&s.Host, host)
	if *s.Host != "" {
		setDefault(&s.HostStatus, "UP")
	}
	f.oneOf(path+".host_status", s.HostStatus, "", "UP", "DOWN", "UNKNOWN", "MAINTENANCE")
	setDefault(&s.Created, 24*60*60*1e9)
	setDefault(&s.Updated, s.Created)
	if s.Fault != nil {
		setDefault(&s.Fault.Code, 500)
	}
}

func (f *filler) launch(s *Server, path string) {
	newIfNil(&s.Image, f.Defaults.Image)
	setDefault(&s.Flavor, f.Defaults.Flavor)
	newIfNil(&s.KeyName, f.Defaults.KeyName)
	known(f, path+".image", *s.Image, f.Images, func(i *Image) bool { return i.Name == *s.Image })
	known(f, path+".flavor", s.Flavor, f.Flavors, func(x *Flavor) bool { return x.Name == s.Flavor })
	known(f, path+".key_name", *s.KeyName, f.KeyPairs,
		func(k *KeyPair) bool { return k.Name == *s.KeyName && k.User == s.User })
	image := find(f.Images, func(i *Image) bool { return i.Name == *s.Image })
	if image != nil {
		setDefault(&s.AdminUser, image.Properties["os_admin_user"])
	}
	setDefault(&s.AdminUser, s.VolumeImageMetadata["os_admin_user"])
	setDefault(&s.AdminUser, "debian")
}

func (f *filler) port(s *Server, i int, path string) {
	p := &s.Ports[i]
	setDefault(&p.Network, f.Defaults.Network)
	setDefault(&p.ID, ID("port", s.ID, fmt.Sprint(i)))
	setDefault(&p.MAC, macOf(p.ID))
	setDefault(&p.VIFType, "ovs")
	newIfNil(&p.AdminStateUp, true)
	newIfNil(&p.PortSecurity, true)
	setDefault(&p.Status, states[s.Status].portStatus(p))
	f.oneOf(path+".status", p.Status, "ACTIVE", "DOWN", "BUILD", "ERROR")
	if p.SecurityGroups == nil && *p.PortSecurity {
		p.SecurityGroups = s.SecurityGroups
	}
	for j, g := range p.SecurityGroups {
		if f.SecurityGroup(s.Project, g) == nil {
			f.fail(fmt.Sprintf("%s.security_groups[%d]", path, j), "there is none called %q", g)
		}
	}
	f.fixedIPs(p, path)
}

func (f *filler) fixedIPs(p *Port, path string) {
	n := f.Network(p.Network)
	if n == nil {
		f.fail(path+".network", "there is none called %q", p.Network)
		return
	}
	if p.FixedIPs == nil {
		if a := f.free(n); a.IsValid() {
			p.FixedIPs = []string{a.String()}
		}
	}
	for i, text := range p.FixedIPs {
		at := fmt.Sprintf("%s.fixed_ips[%d]", path, i)
		if a := f.address(at, text); a.IsValid() && n.SubnetOf(a) == nil {
			f.fail(at, "%s is in no subnet of %s", text, n.Name)
		}
	}
}

// free gives an address of the first IPv4 subnet, else of the first one, from
// the hundredth on, so that low ones stay for those written down.
func (f *filler) free(n *Network) netip.Addr {
	subnets := slices.Clone(n.Subnets)
	slices.SortStableFunc(subnets, func(a, b Subnet) int {
		return strings.Count(a.CIDR, ":") - strings.Count(b.CIDR, ":")
	})
	for _, s := range subnets {
		prefix, err := netip.ParsePrefix(s.CIDR)
		if err != nil {
			continue // reported where the subnet is
		}
		a := prefix.Addr()
		for i := 0; prefix.Contains(a); i, a = i+1, a.Next() {
			if (i >= 100 || prefix.Bits() > a.BitLen()-8) && i > 0 && !f.used[a] {
				f.used[a] = true
				return a
			}
		}
	}
	return netip.Addr{}
}

// floating ties the server's floating IP to its first IPv4 address and adds it
// to those of the cloud, where twins look for it.
func (f *filler) floating(s *Server, path string) {
	if s.FloatingIP == nil {
		return
	}
	fip := s.FloatingIP
	f.tie(fip, s, path+".floating_ip")
	setDefault(&fip.Project, s.Project)
	known := find(f.FloatingIPs, func(x *FloatingIP) bool { return x.Address == fip.Address })
	switch {
	case known == nil:
		f.FloatingIPs = append(f.FloatingIPs, *fip)
	case known.PortID != fip.PortID:
		f.fail(path+".floating_ip", "%s is given twice", fip.Address)
	}
}

// tie leads a floating IP to the first IPv4 address of a server.
func (f *filler) tie(fip *FloatingIP, s *Server, path string) {
	for i := range s.Ports {
		for _, text := range s.Ports[i].FixedIPs {
			if a, err := netip.ParseAddr(text); err == nil && a.Is4() && fip.PortID == "" {
				fip.PortID, fip.FixedIP = s.Ports[i].ID, text
			}
		}
	}
	if fip.PortID == "" {
		f.fail(path, "the server has no IPv4 address to tie it to")
	}
}

func (f *filler) listeners(s *Server, list []SSHD, path string) {
	for i := range list {
		l, at := &list[i], fmt.Sprintf("%s.sshd[%d]", path, i)
		listen := "fixed"
		if s.FloatingIP != nil {
			listen = "floating"
		}
		setDefault(&l.Listen, listen)
		setDefault(&l.Port, 22)
		setDefault(&l.Behaviour, "healthy")
		if !s.ListenAddr(*l).IsValid() {
			f.fail(at+".listen", "%q is not floating, fixed or an address, or the server has none", l.Listen)
		}
		if l.Port < 1 || l.Port > 65535 {
			f.fail(at+".port", "%d is not a port", l.Port)
		}
	}
}

func (f *filler) floatingIPs() {
	seen := map[string]bool{}
	for i := range f.FloatingIPs {
		x, path := &f.FloatingIPs[i], at("floating_ips", i, f.FloatingIPs[i].Address)
		a := f.address(path+".address", x.Address)
		f.inProject(path, &x.Project)
		if s := f.Server(x.Server); x.Server != "" && s != nil {
			f.tie(x, s, path+".server")
		} else if x.Server != "" {
			f.fail(path+".server", "there is none called %q", x.Server)
		}
		setDefault(&x.ID, ID("floating IP", x.Address))
		if n := find(f.Networks, func(n *Network) bool { return n.External && n.SubnetOf(a) != nil }); n != nil {
			setDefault(&x.Network, n.Name)
		}
		if n := f.Network(x.Network); n == nil || !n.External {
			f.fail(path+".network", "there is no external network with that address")
		}
		setDefault(&x.Status, map[bool]string{true: "ACTIVE", false: "DOWN"}[x.PortID != ""])
		f.oneOf(path+".status", x.Status, "ACTIVE", "DOWN", "ERROR")
		if seen[x.Address] {
			f.fail(path, "given twice")
		}
		seen[x.Address] = true
	}
}
