package parts_test

import (
	"fmt"
	"net/netip"
	"strings"

	"sshhelp/diag"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

// blackHole keeps routers from saying that a packet is too big.
const blackHole = `table inet hole { chain out { type filter hook output priority 0;
	icmp type destination-unreachable drop; icmpv6 type { destination-unreachable, packet-too-big } drop; }; }`

func networkSamples() []sample {
	return []sample{
		{made: "OpenSSH as a cloud image sets it up"},
		{made: "dropbear in place of OpenSSH", inside: func(m *made) { m.image(); m.runs(m.Dropbear(m.ctx, "22")) }, server: noHostKeys},
		{made: "OpenSSH at an IPv6 address, on a path that carries 1280 bytes and says so", narrow: 1280, server: withIPv6, asked: atIPv6},
		{made: "OpenSSH on a path that carries 1280 bytes and says so", narrow: 1280},
		{made: "OpenSSH lets ping be dropped by the guest's nftables", inside: func(m *made) { m.image(); m.sshd(); m.firewall("icmp type echo-request drop") }},

		{cause: "network/no-address", made: "no port", nowhere: true, outside: true, server: func(v *scenario.Server) { v.Ports, v.FloatingIP = []scenario.Port{}, nil }},
		{cause: "network/private-only", made: "a private address, no floating IP", nowhere: true, outside: true, server: func(v *scenario.Server) { v.FloatingIP = nil }},
		{cause: "network/no-router", made: "a network that no router joins", nowhere: true, outside: true, server: func(v *scenario.Server) {
			v.Ports, v.FloatingIP = []scenario.Port{{Network: "cut-off"}}, nil
		}},
		{cause: "network/wrong-address", made: "the real client tries an address that is not the server's", told: func(m *made) []string {
			return m.sshTo("203.0.113.249", "-o", "ConnectTimeout=2")
		}},
		{cause: "network/dns", made: "a name that leads to another address", server: func(v *scenario.Server) { v.Name = "dns.example.org" }},
		{cause: "network/port-down", made: "port DOWN; nothing answers", nowhere: true, outside: true, server: func(v *scenario.Server) { v.Ports[0].Status = "DOWN" }},
		{cause: "network/floating-ip-down", made: "floating IP DOWN; nothing answers", nowhere: true, outside: true, server: func(v *scenario.Server) { v.FloatingIP.Status = "DOWN" }},
		{
			cause: "network/two-gateways", made: "two interfaces and two default routes; the reply leaves by the wrong one", possible: true,
			server: func(v *scenario.Server) {
				v.Ports = append(v.Ports, scenario.Port{Network: "second", FixedIPs: []string{"10.21.0.5"}, MAC: "fa:16:3e:00:00:05"})
				v.Console = &scenario.Console{Text: secondRoute()}
			},
			inside: func(m *made) { m.image(); m.sshd(); m.secondRoute() },
		},
		{
			cause: "network/guest-address", made: "the guest has given itself another address", outside: true,
			server: func(v *scenario.Server) {
				v.Console = &scenario.Console{Text: strings.ReplaceAll(scenario.HealthyConsole, "@ADDRESS@", "10.20.0.250")}
			},
			inside: func(m *made) { m.run("ip addr flush dev eth0; ip addr add 10.20.0.250/16 dev eth0") },
		},
		{cause: "network/guest-firewall", made: "nftables in the guest: reject, ICMP administratively prohibited", outside: true, inside: guestFirewall("tcp dport 22 reject with icmpx type admin-prohibited")},
		{cause: "network/guest-firewall", made: "nftables in the guest: reject, ICMP port unreachable", outside: true, inside: guestFirewall("tcp dport 22 reject with icmpx type port-unreachable")},
		{cause: "network/guest-firewall", made: "nftables in the guest: reject, ICMP host unreachable", outside: true, inside: guestFirewall("tcp dport 22 reject with icmpx type host-unreachable")},
		{cause: "network/guest-firewall", made: "nftables in the guest: drop, ping answers", possible: true, outside: true, inside: guestFirewall("tcp dport 22 drop")},
		{cause: "network/mtu", made: "a path that carries 1280 bytes and does not say so: large packets get lost", narrow: 1280, inside: (*made).hole},
		{cause: "network/mtu", made: "the same, and the real client", narrow: 1280, inside: (*made).hole, told: (*made).stalls},
		{cause: "network/mtu", made: "the same at an IPv6 address", narrow: 1280, inside: (*made).hole, server: withIPv6, asked: atIPv6},
		{cause: "network/unreachable", made: "a router on the way says ICMP network unreachable", outside: true, inside: wayRejects("net-unreachable")},
		{cause: "network/unreachable", made: "a router on the way says ICMP host unreachable", outside: true, inside: wayRejects("host-unreachable")},
		{cause: "network/unreachable", made: "a router on the way says ICMP administratively prohibited", outside: true, inside: wayRejects("admin-prohibited")},
		{cause: "network/unreachable", made: "nobody answers the cloud's router (ARP): ICMP host unreachable, from the floating IP", outside: true, inside: func(m *made) { m.run("ip link set eth0 arp off; ip addr flush dev eth0") }},
		{cause: "network/unreachable", made: "the router has no route to the IPv6 address", outside: true, server: withIPv6, asked: atIPv6, inside: func(m *made) {
			m.note(m.Way.Edge.Run(m.ctx, "ip -6 route del "+m.Way.Fixed6.String()+"; ip -6 route add unreachable "+m.Way.Fixed6.String()))
		}},
		{cause: "network/local-block", made: "the person's own firewall drops what the real client sends; probes get through", possible: true, asked: func(a *diag.Asked) {
			a.From = netip.MustParseAddr("192.0.2.99")
		}, told: func(m *made) []string {
			return m.sshAs("_apt", "-o", "ConnectTimeout=2")
		}},
	}
}

// noHostKeys is a console that shows none, as that of a server that makes its own.
func noHostKeys(v *scenario.Server) {
	v.Console = &scenario.Console{Text: strings.ReplaceAll(scenario.HealthyConsole, "@HOSTKEYS@", "")}
}

// withIPv6 gives the server an IPv6 address beside the others.
func withIPv6(v *scenario.Server) {
	a := netip.MustParseAddr(v.Ports[0].FixedIPs[0]).As4()
	v.Ports[0].FixedIPs = append(v.Ports[0].FixedIPs, fixed6(int(a[3])-10).String())
}

// atIPv6 has the person name that address, which is the only thing it knows the
// sample by.
func atIPv6(a *diag.Asked) {
	var n int
	if _, err := fmt.Sscanf(a.Query[strings.LastIndex(a.Query, "-")+1:], "%d", &n); err == nil {
		a.Query, a.Address, a.From = fixed6(n).String(), fixed6(n), parts.Here6
	}
}

func guestFirewall(rule string) func(*made) {
	return func(m *made) { m.firewall(rule) }
}

// wayRejects has a router reject packets before it translates addresses, as any
// router does that stands before the cloud's own.
func wayRejects(with string) func(*made) {
	return func(m *made) {
		m.note(m.Way.Edge.Firewall(m.ctx, "table ip way { chain in { type filter hook prerouting priority raw; iifname outer reject with icmp type "+with+"; }; }"))
	}
}

// hole makes the way one that loses large packets without a word.
func (m *made) hole() {
	m.image()
	m.sshd()
	for _, router := range m.Way.Routers() {
		m.note(router.Firewall(m.ctx, blackHole))
	}
}

// stalls is what the real client says until the person loses patience.
func (m *made) stalls() []string {
	args := append([]string{"6", "ssh", "-v", "-F", "none", "-o", "BatchMode=yes"}, m.withLaunchKey()...)
	return m.client("timeout", append(args, m.user+"@"+m.Way.Target().String(), "true")...)
}

// secondRoute is a console that shows two default routes.
func secondRoute() string {
	const first = "ci-info: |   0   |     0.0.0.0     | @GATEWAY@ |     0.0.0.0     |    ens4   |   UG  |"
	const second = "ci-info: |   1   |     0.0.0.0     | 10.21.0.1 |     0.0.0.0     |    ens5   |   UG  |"
	const device = "ci-info: |  ens4  | True |          @ADDRESS@          | 255.255.255.0 | global | @MAC@ |"
	const other = "ci-info: |  ens5  | True |          10.21.0.5           | 255.255.255.0 | global | fa:16:3e:00:00:05 |"
	text := strings.ReplaceAll(scenario.HealthyConsole, first, first+"\n[  110.480000] cloud-init[362]: "+second)
	return strings.ReplaceAll(text, device, device+"\n[  110.360000] cloud-init[362]: "+other)
}

// secondRoute gives the guest a second interface, by which its replies leave.
func (m *made) secondRoute() {
	m.run(`ip link add eth1 type veth peer name nowhere
ip addr add 10.21.0.5/16 dev eth1
ip link set nowhere up
ip link set eth1 arp off up
ip route replace default via 10.21.0.1 dev eth1`)
}
