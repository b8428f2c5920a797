package diag

import (
	"fmt"
	"strings"
	"testing"
)

// TestTables reads the tables of several versions of cloud-init, whole and
// broken.
func TestTables(t *testing.T) {
	for _, test := range []struct {
		name, text, interfaces, gateways string
		shown                            bool
	}{
		{
			"cloud-init 0.7.5, without scopes", `ci-info: ++Net device info++
ci-info: | Device |   Up  |  Address   |      Mask     |     Hw-Address    |
ci-info: |   lo   |  True | 127.0.0.1  |   255.0.0.0   |         .         |
ci-info: |  eth1  | False |     .      |       .       | fa:16:3e:00:00:06 |
ci-info: |  eth0  |  True | 192.0.2.5  | 255.255.255.0 | fa:16:3e:00:00:05 |
ci-info: +++Route info+++
ci-info: | Route | Destination |   Gateway   |    Genmask    | Interface | Flags |
ci-info: |   0   |   0.0.0.0   |  192.0.2.1  |    0.0.0.0    |    eth0   |   UG  |
ci-info: |   1   |  192.0.2.0  |   0.0.0.0   | 255.255.255.0 |    eth0   |   U   |`,
			"eth1 false fa:16:3e:00:00:06 [] eth0 true fa:16:3e:00:00:05 [192.0.2.5]", "192.0.2.1 eth0", true,
		},
		{
			"cloud-init 17.1, colons behind names", `[   17.1] cloud-init[812]: ci-info: | eth0:  | True | 192.0.2.5 | 255.255.255.0 | . | FA:16:3E:00:00:05 |
[   17.1] cloud-init[812]: ci-info: | eth0:  | True | . | . | d | FA:16:3E:00:00:05 |`,
			"eth0 true fa:16:3e:00:00:05 [192.0.2.5]", "", false,
		},
		{
			"both versions of IP", `ci-info: | ens3 | True | 192.0.2.5 | 255.255.255.0 | global | fa:16:3e:00:00:05 |
ci-info: | ens3 | True | 2001:db8::5/64 | . | global | fa:16:3e:00:00:05 |
ci-info: ++Route IPv4 info++
ci-info: |   0   | 0.0.0.0 | 192.0.2.1 | 0.0.0.0 | ens3 | UG |
ci-info: |   1   | 169.254.169.254 | 192.0.2.2 | 255.255.255.255 | ens3 | UGH |
ci-info: ++Route IPv6 info++
ci-info: |   0   | ::/0 | fe80::1 | ens3 | UG |`,
			"ens3 true fa:16:3e:00:00:05 [192.0.2.5 2001:db8::5]", "192.0.2.1 ens3", true,
		},
		{
			"cloud-init 0.6", "ci-info: lo    : 1 127.0.0.1       255.0.0.0       .\nci-info: eth0  : 1 192.0.2.5       255.255.255.0   fa:16:3e:00:00:05\nci-info: route-0: 0.0.0.0         192.0.2.1       0.0.0.0         eth0   UG\nci-info: route-1: 192.0.2.0       0.0.0.0         255.255.255.0   eth0   U",
			"eth0 true fa:16:3e:00:00:05 [192.0.2.5]", "192.0.2.1 eth0", true,
		},
		{"no routes at all", "ci-info: ++Route IPv4 info++\nci-info: | Route | Destination | Gateway | Genmask | Interface | Flags |", "", "", true},
		{"routes that cloud-init could not learn", "ci-info: !!!!Route IPv4 info failed!!!!", "", "", false},
		{
			"a row that another writer cut in two", "ci-info: |  ens3  | True | 192.0.2.5 | 255.255\n[   29.5] IPv6: ADDRCONF(NETDEV_CHANGE): ens4: link becomes ready\n.255.0 | global | fa:16:3e:00:00:05 |\nci-info: +---+",
			"ens3 true fa:16:3e:00:00:05 [192.0.2.5]", "", false,
		},
		{"a row whose end never comes", "ci-info: |  ens3  | True | 192.0.2.5 | 255.255\na\nb\nc\nd\n|\n", "", "", false},
		{
			"without prefix", "+++Net device info+++\n+-----+\n| eth0 | True | 192.0.2.5 | 255.255.255.0 | global | fa:16:3e:00:00:05 |\n+++Route IPv4 info+++\n|   0   | 0.0.0.0 | 192.0.2.1 | 0.0.0.0 | eth0 | UG |\nx\n| 1 | 0.0.0.0 | 192.0.2.9 | 0.0.0.0 | eth1 | UG |",
			"eth0 true fa:16:3e:00:00:05 [192.0.2.5]", "192.0.2.1 eth0", true,
		},
		{
			"a newer table takes the place of the older", "ci-info: ++Net device info++\nci-info: | eth0 | False | . | . | . | fa:16:3e:00:00:05 |\nci-info: ++Net device info++\nci-info: | eth0 | True | 192.0.2.5 | 255.255.255.0 | global | fa:16:3e:00:00:05 |",
			"eth0 true fa:16:3e:00:00:05 [192.0.2.5]", "", false,
		},
		{
			"CirrOS", "if-info: lo,up,127.0.0.1,8,,\nif-info: eth0,up,192.0.2.5,24,fe80::f816:3eff:fe00:5,64,\nip-route:default via 192.0.2.1 dev eth0 \nip-route:192.0.2.0/24 dev eth0  src 192.0.2.5 \n",
			"eth0 true  [192.0.2.5 fe80::f816:3eff:fe00:5]", "192.0.2.1 eth0", true,
		},
		{"from the boot before", "[    0.000000] Linux version 6.1.0 (x)\nci-info: | eth0 | True | 192.0.2.5 | 255.255.255.0 | global | fa:16:3e:00:00:05 |\n[    0.000000] Linux version 6.1.0 (x)\n", "", "", false},
	} {
		c := ReadConsole(test.text)
		var interfaces, gateways []string
		for _, i := range c.Interfaces {
			interfaces = append(interfaces, fmt.Sprintf("%s %v %s %v", i.Name, i.Up, i.MAC, i.Addrs))
		}
		for _, g := range c.Gateways {
			gateways = append(gateways, fmt.Sprintf("%s %s", g.IP, g.Interface))
		}
		if got := strings.Join(interfaces, " "); got != test.interfaces {
			t.Errorf("%s: interfaces %q, want %q", test.name, got, test.interfaces)
		}
		if got := strings.Join(gateways, ", "); got != test.gateways || c.RoutesShown != test.shown {
			t.Errorf("%s: gateways %q, want %q; shown %v", test.name, got, test.gateways, c.RoutesShown)
		}
	}
}

func TestUsable(t *testing.T) {
	c := ReadConsole("ci-info: | eth0 | True | 169.254.3.4 | 255.255.0.0 | link | fa:16:3e:00:00:05 |\nci-info: | eth0 | True | fe80::1/64 | . | link | fa:16:3e:00:00:05 |\nci-info: | eth0 | True | 2001:db8::5/64 | . | global | fa:16:3e:00:00:05 |")
	if got := fmt.Sprint(c.Interfaces[0].Usable()); got != "[2001:db8::5]" {
		t.Errorf("usable %s", got)
	}
}

// TestMasked: an address that was blotted out is not the lack of one.
func TestMasked(t *testing.T) {
	for address, want := range map[string]bool{".": false, "192.0.2.5": false, "x.x.x.x": true, "<removed>": true, "192.0.2.": true} {
		c := ReadConsole("ci-info: | eth0 | True | " + address + " | 255.255.0.0 | global | fa:16:3e:00:00:05 |")
		if got := c.Interfaces[0].Masked; got != want {
			t.Errorf("%q: masked %v", address, got)
		}
	}
}

func TestLease(t *testing.T) {
	for text, want := range map[string]bool{
		"dhclient[301]: bound to 192.0.2.5 -- renewal in 41000 seconds.":                  true,
		"udhcpc: lease of 192.0.2.5 obtained, lease time 86400":                           true,
		"DHCPACK from 192.0.2.1 (xid=0x2a)":                                               true,
		"IP-Config: Got DHCP answer from 192.0.2.1, my address is 192.0.2.5":              true,
		"systemd-networkd[301]: ens3: DHCPv4 address 192.0.2.5/24, gateway 192.0.2.1":     true,
		"dhcpcd[301]: eth0: leased 192.0.2.5 for 86400 seconds":                           true,
		"dhclient[301]: DHCPDISCOVER on ens3 to 255.255.255.255 port 67 interval 8":       false,
		"[    1.0] pci_bus 0000:00: resource 4 bound to the root bus":                     false,
		"kernel: please release of lock; the lease of life":                               false,
		"systemd[1]: Listening on D-Bus System Message Bus Socket, bound to /run/dbus/sb": false,
	} {
		if got := ReadConsole(text).Lease != nil; got != want {
			t.Errorf("%q: lease %v", text, got)
		}
	}
}
