package cloud_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sshhelp/diag"
	"sshhelp/sim/scenario"
)

var comparePrefixes = cmp.Options{
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
}

func prefixes(list ...string) []netip.Prefix {
	all := []netip.Prefix{}
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

func TestNetwork(t *testing.T) {
	s := start(t, nil)
	n := read[*diag.Network](t, open(t, s, "ann"), "web-1", diag.SourceNetwork)
	if len(n.Ports) != 1 || len(n.Gaps) != 0 {
		t.Fatalf("network %+v", n)
	}
	p := n.Ports[0]
	want := diag.Port{
		NetworkName: "net", Status: "ACTIVE", AdminUp: true, PortSecurity: true,
		Fixed: []diag.FixedIP{{
			IP: netip.MustParseAddr("127.20.0.10"), CIDR: netip.MustParsePrefix("127.20.0.0/24"), Gateway: netip.MustParseAddr("127.20.0.1"),
		}},
		Floating: []diag.FloatingIP{{IP: netip.MustParseAddr("127.30.0.10"), Fixed: netip.MustParseAddr("127.20.0.10"), Status: "ACTIVE"}},
		Routers:  []diag.Router{{Name: "router", Status: "ACTIVE", AdminUp: true, GatewayIPs: []netip.Addr{netip.MustParseAddr("127.30.0.254")}, Legs: []netip.Addr{netip.MustParseAddr("127.20.0.1")}}},
	}
	diff := cmp.Diff(want, p, comparePrefixes,
		cmpopts.IgnoreFields(diag.Port{}, "ID", "Name", "NetworkID", "MAC", "Groups"), cmpopts.IgnoreFields(diag.FixedIP{}, "SubnetID"),
		cmpopts.IgnoreFields(diag.FloatingIP{}, "ID", "RouterID"), cmpopts.IgnoreFields(diag.Router{}, "ID", "Gateway"))
	if diff != "" {
		t.Errorf("port (-want +got):\n%s", diff)
	}
	if p.ID == "" || p.MAC == "" || p.NetworkID == "" || p.Floating[0].RouterID == "" || p.Routers[0].Gateway == "" {
		t.Errorf("port %+v lacks an ID", p)
	}
}

func TestRules(t *testing.T) {
	c := open(t, start(t, nil), "ann")
	n := read[*diag.Network](t, c, "web-1", diag.SourceNetwork)
	var ingress []diag.Rule
	egress := 0
	for _, r := range n.Ports[0].Groups[0].Rules {
		if r.Ingress {
			ingress = append(ingress, r)
		} else {
			egress++
		}
	}
	slices.SortFunc(ingress, func(a, b diag.Rule) int { return strings.Compare(a.RemoteAddressGroup, b.RemoteAddressGroup) })
	want := []diag.Rule{
		{Group: "ssh", Ingress: true, Protocol: "tcp", MinPort: 22, MaxPort: 22, Remote: netip.MustParsePrefix("198.51.100.0/24")},
		{
			Group: "ssh", Ingress: true, Protocol: "tcp", MinPort: 22, MaxPort: 22, RemoteAddressGroup: "office",
			Members: prefixes("198.51.100.0/24", "192.0.2.7/32"),
		},
	}
	if diff := cmp.Diff(want, ingress, comparePrefixes, cmpopts.IgnoreFields(diag.Rule{}, "ID")); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if egress != 2 {
		t.Errorf("%d rules for what goes out, want Neutron's two", egress)
	}
	none := read[*diag.Network](t, c, "jumphost", diag.SourceNetwork)
	if g := none.Ports[0].Groups; len(g) != 1 || g[0].Rules == nil || len(g[0].Rules) != 0 {
		t.Errorf("group without rules: %+v, want an empty list, not nil", g)
	}
	free := read[*diag.Network](t, c, "open", diag.SourceNetwork)
	if p := free.Ports[0]; p.PortSecurity || p.Groups == nil || len(p.Groups) != 0 {
		t.Errorf("without port security: %+v", p)
	}
}

func TestMembersOfAGroupThatARuleAdmits(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	n := read[*diag.Network](t, c, "behind-jump", diag.SourceNetwork)
	for _, r := range n.Ports[0].Groups[0].Rules {
		switch {
		case !r.Ingress:
		case r.AdmitsPort(22):
			if r.RemoteGroup != "bastions" {
				t.Errorf("group %q, want its name", r.RemoteGroup)
			}
			if diff := cmp.Diff(prefixes("127.20.0.77/32", "127.20.0.99/32"), r.Members, comparePrefixes); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
		case r.Members != nil:
			t.Errorf("members were read for %v, which has nothing to do with SSH", r)
		}
	}
	if n := calls(s, "GET /network/v2.0/ports?fields="); n != 1 {
		t.Errorf("members were read %d times, want for one group", n)
	}
}

// Members of a default group matter only where there is an address to look for.
func TestMembersOfADefaultGroup(t *testing.T) {
	s := start(t, func(c *scenario.Cloud) {
		for i := range c.Servers {
			if c.Servers[i].Name == "web-10" {
				c.Servers[i].SecurityGroups = []string{"default"}
				c.Servers[i].Ports[0].SecurityGroups = nil
			}
		}
	})
	c := open(t, s, "ann")
	e := known(find(t, c, "web-10"))
	members := func() (all []netip.Prefix) {
		for _, r := range readOf[*diag.Network](t, c, e, diag.SourceNetwork).Ports[0].Groups[0].Rules {
			if r.RemoteGroup != "" && !r.IPv6 {
				all = r.Members
			}
		}
		return all
	}
	if got := members(); got != nil {
		t.Errorf("members %v, though nothing is known of where the person is", got)
	}
	e.Asked.From = netip.MustParseAddr("127.20.0.9")
	if diff := cmp.Diff(prefixes("127.20.0.100/32"), members(), comparePrefixes); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	e.Asked.From, e.Asked.FromWhy = netip.Addr{}, diag.FromHere
	if members() == nil {
		t.Error("no members, though the person is where we probe from")
	}
}

func TestPortsOfAnInstance(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	both := read[*diag.Network](t, c, "both", diag.SourceNetwork)
	if len(both.Ports) != 2 || both.Ports[0].NetworkName != "dual" || len(both.Ports[0].Fixed) != 2 || both.Ports[1].NetworkName != "net" {
		t.Errorf("ports %+v, want them in the order of the instance's addresses", both.Ports)
	}
	if none := read[*diag.Network](t, c, "broken", diag.SourceNetwork); none.Ports == nil || len(none.Ports) != 0 {
		t.Errorf("an instance without ports: %+v", none)
	}
	down := read[*diag.Network](t, c, "web-10", diag.SourceNetwork).Ports[0]
	if down.Status != "DOWN" || down.Binding != "" || down.Host != "" {
		t.Errorf("a member sees %+v, want the binding hidden", down)
	}
	if p := read[*diag.Network](t, open(t, s, "adm"), "web-10", diag.SourceNetwork).Ports[0]; p.Binding != "binding_failed" || p.Host == "" {
		t.Errorf("an administrator sees %+v", p)
	}
	if f := down.Floating; f == nil || len(f) != 0 {
		t.Errorf("no floating IP is %#v, want an empty list, not nil", f)
	}
}

// TestWhatNeutronAndNovaDisagreeOn: Nova's copy of the addresses can be old.
func TestWhatNeutronAndNovaDisagreeOn(t *testing.T) {
	s := start(t, func(c *scenario.Cloud) {
		for i := range c.Servers {
			switch c.Servers[i].Name {
			case "web-10":
				c.Servers[i].StaleFloatingIP = "127.30.0.10"
			case "jumphost":
				c.Servers[i].StaleFloatingIP = "127.30.0.99"
			}
		}
	})
	c := open(t, s, "ann")
	web := find(t, c, "web-1")
	n := read[*diag.Network](t, c, "web-10", diag.SourceNetwork)
	if len(n.Strayed) != 1 || n.Strayed[0].DeviceID != web.ID || n.Strayed[0].PortID == "" || n.Strayed[0].IP.String() != "127.30.0.10" {
		t.Errorf("strayed %+v, want web-1's floating IP", n.Strayed)
	}
	if n := read[*diag.Network](t, c, "jumphost", diag.SourceNetwork); n.Strayed != nil {
		t.Errorf("strayed %+v, though nothing is known of that floating IP", n.Strayed)
	}
	s.ForgetCalls()
	if n := read[*diag.Network](t, c, "web-1", diag.SourceNetwork); n.Strayed != nil || calls(s, "GET /network/v2.0/floatingips") != 1 {
		t.Errorf("strayed %+v with %d calls, want none with one", n.Strayed, calls(s, "GET /network/v2.0/floatingips"))
	}
	fail(t, s, "/network/v2.0/floatingips", "503")
	if n := read[*diag.Network](t, c, "web-10", diag.SourceNetwork); n.Strayed != nil || len(n.Gaps) != 1 {
		t.Errorf("strayed %+v, gaps %+v without floating IPs", n.Strayed, n.Gaps)
	}
}

// TestWhatGuestsAreToldAndLet reads what decides over answers and the guest's own
// packets.
func TestWhatGuestsAreToldAndLet(t *testing.T) {
	s := start(t, func(c *scenario.Cloud) {
		for i := range c.SecurityGroups {
			g := &c.SecurityGroups[i]
			if g.Name == "jump" {
				g.Stateless = true
				g.Rules = append(slices.DeleteFunc(g.Rules, func(r scenario.Rule) bool { return r.Direction == "egress" }), scenario.Rule{Direction: "egress", Protocol: "tcp", Ports: scenario.PortRange{Min: 80, Max: 80}, RemoteAddressGroup: "office"})
			}
		}
		for i := range c.Networks {
			if c.Networks[i].Name == "net" {
				c.Networks[i].Subnets[0].HostRoutes = []string{"198.51.100.0/24"}
			}
		}
		for i := range c.Servers {
			if c.Servers[i].Name == "behind-jump" {
				c.Servers[i].ConfigDrive = true
				c.Servers[i].Ports = []scenario.Port{{AllowedAddressPairs: []scenario.AddressPair{{IP: "127.20.0.98"}, {IP: "127.20.0.98", MAC: "FA:16:3E:00:00:01"}}}}
			}
		}
	})
	c := open(t, s, "ann")
	if drive := find(t, c, "behind-jump").ConfigDrive; drive == nil || !*drive {
		t.Errorf("config drive %v", drive)
	}
	p := read[*diag.Network](t, c, "behind-jump", diag.SourceNetwork).Ports[0]
	if diff := cmp.Diff([]string{"fa:16:3e:00:00:01"}, p.AllowedMACs); diff != "" || len(p.AllowedPairs) != 2 {
		t.Errorf("allowed MACs (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(prefixes("198.51.100.0/24"), p.Fixed[0].Routes, comparePrefixes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
	if !p.Stateless() {
		t.Errorf("groups %+v, want one that is stateless", p.Groups)
	}
	for _, r := range p.Groups[0].Rules {
		if r.RemoteAddressGroup == "office" && len(r.Members) != 2 {
			t.Errorf("members %v of the address group that the guest may ask", r.Members)
		}
	}
	if q, _ := p.LetsMetadata(); q != diag.No {
		t.Errorf("the guest may ask the metadata service: %v, want no, as it is in no group", q)
	}
}

// That there is no router may be said only where we would see it.
func TestRouters(t *testing.T) {
	s := start(t, nil)
	ann, adm := open(t, s, "ann"), open(t, s, "adm")
	routers := func(n *diag.Network) []diag.Router { return n.Ports[0].Routers }
	if r := routers(read[*diag.Network](t, ann, "isolated", diag.SourceNetwork)); r == nil || len(r) != 0 {
		t.Errorf("isolated: %#v, want an empty list, not nil", r)
	}
	if r := routers(read[*diag.Network](t, ann, "on-shared", diag.SourceNetwork)); r != nil {
		t.Errorf("on another project's network: %#v, want nil", r)
	}
	if r := routers(read[*diag.Network](t, adm, "on-shared", diag.SourceNetwork)); len(r) != 1 || r[0].Name != "other-router" {
		t.Errorf("an administrator sees %#v, want the other project's router", r)
	}
}

func TestGroupOfAnotherProject(t *testing.T) {
	s := start(t, nil)
	adm := open(t, s, "adm")
	theirs := known(find(t, adm, "theirs"))
	if g := readOf[*diag.Network](t, adm, theirs, diag.SourceNetwork).Ports[0].Groups; len(g) != 1 || g[0].Rules == nil || g[0].Name != "foreign" {
		t.Errorf("an administrator sees %+v", g)
	}
	hidden := open(t, s, "ann", answering(map[string]string{"/security-groups": `{"security_groups": []}`}))
	g := readOf[*diag.Network](t, hidden, known(find(t, hidden, "web-1")), diag.SourceNetwork).Ports[0].Groups
	if len(g) != 1 || g[0].ID == "" || g[0].Rules != nil {
		t.Errorf("a group that is not shown: %+v, want its ID and nil rules", g)
	}
}

// One list that fails costs no other, and is said.
func TestNetworkInParts(t *testing.T) {
	for path, check := range map[string]func(*diag.Port) bool{
		"security-groups": func(p *diag.Port) bool { return len(p.Groups) == 1 && p.Groups[0].Rules == nil && p.Routers != nil },
		"floatingips":     func(p *diag.Port) bool { return p.Floating == nil && p.Groups[0].Rules != nil },
		"routers":         func(p *diag.Port) bool { return p.Routers == nil && p.Floating != nil },
		"subnets":         func(p *diag.Port) bool { return !p.Fixed[0].CIDR.IsValid() && p.NetworkName == "net" },
		"networks":        func(p *diag.Port) bool { return p.Fixed[0].CIDR.IsValid() && p.NetworkName == "" },
		"address-groups": func(p *diag.Port) bool {
			return !slices.ContainsFunc(p.Groups[0].Rules, func(r diag.Rule) bool { return r.Members != nil })
		},
	} {
		s := start(t, nil)
		c := open(t, s, "ann")
		e := known(find(t, c, "web-1"))
		fail(t, s, "/network/v2.0/"+path, "503")
		fail(t, s, "/network/v2.0/"+path+"/*", "503")
		n := readOf[*diag.Network](t, c, e, diag.SourceNetwork)
		if !check(&n.Ports[0]) || len(n.Gaps) != 1 || n.Gaps[0].Why != diag.GapUnavailable || n.Gaps[0].Source != diag.SourceNetwork {
			t.Errorf("without %s: %+v", path, n)
		}
		e.Add(n)
		if len(e.Gaps) != 1 {
			t.Errorf("without %s: the evidence tells of %d gaps", path, len(e.Gaps))
		}
	}
}

// Late lists end with the source's time, and what came before stays.
func TestNetworkThatIsHalfLate(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	e := known(find(t, c, "web-1"))
	fail(t, s, "/network/v2.0/floatingips", "hang")
	fact, err := c.Read(within(t, 200*time.Millisecond), e, diag.SourceNetwork)
	n, ok := fact.(*diag.Network)
	if err != nil || !ok || n.Ports[0].Floating != nil || len(n.Ports[0].Groups[0].Rules) == 0 {
		t.Fatalf("network %+v, %v", fact, err)
	}
	if !slices.ContainsFunc(n.Gaps, func(g diag.Gap) bool { return g.Why == diag.GapTimedOut && strings.Contains(g.Text, "floating IPs") }) {
		t.Errorf("gaps %+v", n.Gaps)
	}
}

func TestNetworkAsksLittle(t *testing.T) {
	s := start(t, nil)
	c := open(t, s, "ann")
	e := known(find(t, c, "web-10"))
	s.ForgetCalls()
	readOf[*diag.Network](t, c, e, diag.SourceNetwork)
	// ports; groups, floating IPs, routers' ports, routers, subnets, networks; the address group
	if n := len(s.Calls()); n != 8 {
		t.Errorf("%d calls, want 8: %+v", n, s.Calls())
	}
	const latency = 100 * time.Millisecond
	s.SetLatency(latency)
	began := time.Now()
	readOf[*diag.Network](t, c, e, diag.SourceNetwork)
	if took := time.Since(began); took > 3*latency*12/10 {
		t.Errorf("took %v, want three steps of %v", took, latency)
	}
}
