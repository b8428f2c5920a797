package scenario

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

// TestByHand builds a cloud in Go, as tests do.
func TestByHand(t *testing.T) {
	c := &Cloud{
		Networks: []Network{{Name: "net", Subnets: []Subnet{{CIDR: "127.20.0.0/24"}}}},
		Servers:  []Server{{Name: "a"}, {Name: "a"}, {Name: "off", Status: "SHUTOFF"}},
	}
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	a, twin, off := &c.Servers[0], &c.Servers[1], &c.Servers[2]
	if a.ID == twin.ID || a.Status != "ACTIVE" || a.VMState != "active" || *a.PowerState != 1 || a.Project != "demo" || a.User != "demo" {
		t.Errorf("got %+v and %+v", a, twin)
	}
	if a.Ports[0].Status != "ACTIVE" || off.Ports[0].Status != "DOWN" || a.Ports[0].FixedIPs[0] != "127.20.0.100" || twin.Ports[0].FixedIPs[0] != "127.20.0.101" {
		t.Errorf("ports are %+v, %+v and %+v", a.Ports, twin.Ports, off.Ports)
	}
	if c.SecurityGroup("demo", "default") == nil {
		t.Error("there is no default security group")
	}
}

func TestSecurityGroupsAreAsNeutronMakesThem(t *testing.T) {
	c, err := Parse([]byte(`security_groups:
  - {name: a, rules: [{protocol: tcp, ports: 22, remote_ip_prefix: "2001:db8::/32"}, {protocol: udp, ports: 20-25}]}
  - {name: shut, no_egress: true}`))
	if err != nil {
		t.Fatal(err)
	}
	show := func(name string) []string {
		var out []string
		for _, r := range c.SecurityGroup("demo", name).Rules {
			out = append(out, strings.TrimSpace(strings.Join([]string{r.Direction, r.EtherType, r.Protocol, r.RemoteIPPrefix, r.RemoteGroup}, " ")))
		}
		return out
	}
	for name, want := range map[string][]string{
		"a":       {"ingress IPv6 tcp 2001:db8::/32", "ingress IPv4 udp", "egress IPv4", "egress IPv6"},
		"shut":    nil,
		"default": {"ingress IPv4   default", "ingress IPv6   default", "egress IPv4", "egress IPv6"},
	} {
		if diff := cmp.Diff(want, show(name)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got := c.SecurityGroup("demo", "a").Rules[1].Ports; got != (PortRange{20, 25}) {
		t.Errorf("ports are %v", got)
	}
}

// TestHealthyConsoleTellsTheTruth: the keys on it are the ones there are.
func TestHealthyConsoleTellsTheTruth(t *testing.T) {
	c := lab1(t)
	for _, name := range []string{"healthy", "healthy-ubuntu", "<!channel>", "no-keypair", "key-of-alice"} {
		s := c.Server(name)
		host, err := ssh.NewPublicKey(s.HostKey().Public())
		if err != nil {
			t.Fatal(err)
		}
		wants := []string{s.FixedIPs()[0].String(), s.Ports[0].MAC, ssh.FingerprintSHA256(host), authorizedKey(host, "root@"), "for user " + s.AdminUser}
		if k := c.KeyPair(s.User, *s.KeyName); k != nil {
			wants = append(wants, "| ssh-ed25519 |", "| "+k.Name)
		} else {
			wants = append(wants, "no authorized SSH keys fingerprints found")
		}
		for _, want := range wants {
			if !strings.Contains(s.Console.Text, want) {
				t.Errorf("%s: no %q on the console", name, want)
			}
		}
		for _, word := range []string{"@NAME@", "@ADDRESS@", "@MAC@", "@USER@", "@HOSTKEYS@", "@AUTHKEYS@", "@GATEWAY@", "@ID@"} {
			if strings.Contains(s.Console.Text, word) {
				t.Errorf("%s: %s was left on the console", name, word)
			}
		}
	}
}

func TestKeyPairs(t *testing.T) {
	for _, kind := range []string{"ed25519", "rsa", "ecdsa"} {
		c, err := Parse([]byte("key_pairs: [{name: k, type: " + kind + "}]"))
		if err != nil {
			t.Fatal(err)
		}
		k := &c.KeyPairs[0]
		signer, err := ssh.ParsePrivateKey(k.PrivatePEM())
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(k.PublicKey, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))) || len(k.Fingerprint()) != 47 {
			t.Errorf("%s: the halves do not fit: %s", kind, k.PublicKey)
		}
		if k.Signer() == nil {
			t.Errorf("%s: no private half", kind)
		}
	}
	const public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICMrB6Z/FCJfMO8pS/5mVQGzfbYEVtdCVYpawE70SFh0 x"
	c, err := Parse([]byte("key_pairs: [{name: k, public_key: " + public + "}]"))
	if err != nil {
		t.Fatal(err)
	}
	// As Nova showed it for this key.
	if k := &c.KeyPairs[0]; k.PublicKey != public || k.PrivatePEM() != nil || k.Signer() != nil || k.Fingerprint() != "52:c8:59:dc:1c:03:b9:b3:14:63:fd:ae:9c:d4:f8:df" {
		t.Errorf("got %+v %s", k, k.Fingerprint())
	}
}

func TestFloatingIPs(t *testing.T) {
	c, err := Parse([]byte(`networks: [{name: net, subnets: [{cidr: 127.20.0.0/24}]}, {name: ext, external: true, subnets: [{cidr: 127.30.0.0/24}]}]
floating_ips: [127.30.0.1, {address: 127.30.0.2, server: b}, {address: 127.30.0.3, server: b, status: ERROR}]
servers: [{name: a, floating_ip: 127.30.0.4}, {name: b}]`))
	if err != nil {
		t.Fatal(err)
	}
	a, b := c.Server("a"), c.Server("b")
	var got []string
	for _, f := range c.FloatingIPs {
		got = append(got, strings.TrimSpace(f.Address+" "+f.Status+" "+f.PortID+" "+f.FixedIP))
	}
	want := []string{
		"127.30.0.1 DOWN", "127.30.0.2 ACTIVE " + b.Ports[0].ID + " 127.20.0.101", "127.30.0.3 ERROR " + b.Ports[0].ID + " 127.20.0.101",
		"127.30.0.4 ACTIVE " + a.Ports[0].ID + " 127.20.0.100",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if a.Address().String() != "127.30.0.4" || b.Address().String() != "127.20.0.101" {
		t.Errorf("addresses are %v and %v", a.Address(), b.Address())
	}
}

func TestAfterReboot(t *testing.T) {
	s := lab1(t).Server("panic-once")
	if len(s.AfterReboot.SSHD) != 1 || s.AfterReboot.SSHD[0] != (SSHD{"floating", 22, "healthy"}) || !strings.Contains(s.AfterReboot.Console.Text, "panic-once login:") {
		t.Errorf("got %+v", s.AfterReboot)
	}
}

func TestEnter(t *testing.T) {
	c := lab1(t)
	s := *c.Server("healthy")
	before := s
	if !s.Enter("PAUSED") || s.VMState != "paused" || *s.PowerState != 3 || s.Ports[0].Status != "ACTIVE" {
		t.Errorf("paused: %+v", s)
	}
	if !s.Enter("SHELVED_OFFLOADED") || *s.Host != "" || s.Ports[0].Status != "DOWN" {
		t.Errorf("offloaded: %+v", s)
	}
	if *before.Host != "compute-1" || before.Ports[0].Status != "ACTIVE" {
		t.Errorf("the copy changed too: %+v", before)
	}
	if !s.Enter("ACTIVE") || *s.Host != "compute-1" || s.Enter("NONSENSE") || s.Status != "ACTIVE" {
		t.Errorf("back: %+v", s)
	}
	down := *c.Server("port-admin-down")
	if down.Enter("ACTIVE"); down.Ports[0].Status != "DOWN" {
		t.Error("a disabled port came up")
	}
}

func TestHostname(t *testing.T) {
	for name, want := range map[string]string{"Web_1 a": "web-1-a", "サーバー": "instance", "<!channel>": "channel", "UPPER.example.org": "upper.example.org"} {
		if got := hostname(name); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
}
