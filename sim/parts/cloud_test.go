package parts_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"sshhelp/cloud"
	"sshhelp/commands"
	"sshhelp/diag"
	"sshhelp/diag/causes"
	"sshhelp/probes"
	openstack "sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

// theCloud has a server for each sample; what is theirs is added to it.
const theCloud = `
projects: [{name: demo}]
users: [{name: demo}, {name: demo-admin, role: admin}]
images:
  - name: Debian 12
    properties: {os_distro: debian, os_version: "12", os_admin_user: debian, os_type: linux}
  - name: Windows Server 2022
    properties: {os_distro: windows, os_type: windows, os_admin_user: Administrator}
key_pairs: [{name: launch, user: demo}, {name: withdrawn, user: demo, deleted: true}]
networks:
  - {name: lab, mtu: 1500, subnets: [{cidr: 10.20.0.0/16}, {cidr: "2001:db8:20::/64"}]}
  - {name: second, mtu: 1500, subnets: [{cidr: 10.21.0.0/16}]}
  - {name: cut-off, subnets: [{cidr: 10.30.0.0/16}]}
  - {name: public, external: true, subnets: [{cidr: 203.0.113.0/24}, {cidr: "2001:db8:30::/64"}]}
routers:
  - {name: router, gateway: public, networks: [lab, second]}
address_groups: []
security_groups:
  - {name: ssh, rules: [{protocol: tcp, ports: 22}, {protocol: tcp, ports: 22, remote_ip_prefix: "::/0"}, {protocol: icmp}]}
  - {name: ssh-2222, rules: [{protocol: tcp, ports: 2222}]}
  - {name: web, rules: [{protocol: tcp, ports: 80}, {protocol: tcp, ports: 443}]}
  - {name: office, rules: [{protocol: tcp, ports: 22, remote_ip_prefix: 192.0.2.0/24}]}
  - {name: ssh-v6, rules: [{protocol: tcp, ports: 22, remote_ip_prefix: "::/0"}]}
  - {name: shut-in, no_egress: true, rules: [{protocol: tcp, ports: 22}]}
defaults: {key_name: launch, network: lab, security_groups: [ssh], sshd: []}
`

// A lab is a cloud with its servers, and the product that is asked about them.
type lab struct {
	scenario *scenario.Cloud
	clouds   []commands.Cloud // as a member sees it, and as an administrator does
	names    map[string]string
	path     string // of clouds.yaml
}

// newLab starts the cloud. Server i belongs to sample i and has the addresses
// that follow from i.
func newLab(t *testing.T, samples []sample) *lab {
	t.Helper()
	c, err := scenario.Parse([]byte(theCloud))
	if err != nil {
		t.Fatal(err)
	}
	launched := c.KeyPair("demo", "launch")
	for i := range samples {
		c.Servers = append(c.Servers, samples[i].instance(i))
		for name, key := range samples[i].keyPairs {
			c.KeyPairs = append(c.KeyPairs, scenario.KeyPair{Name: name, User: "demo", PublicKey: key})
		}
	}
	twin, err := openstack.New(c, openstack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(twin.Close)
	if launched.Signer() == nil {
		t.Fatal("the launch key has no private half")
	}
	l := &lab{scenario: c, names: map[string]string{"dns.example.org": "203.0.113.250"}}
	if l.path, err = twin.WriteCloudsYAML(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	for _, user := range []string{"demo", "demo-admin"} {
		opened, err := cloud.Open(cloud.Options{Name: user, LookupNetIP: l.resolver().LookupNetIP, Getenv: func(name string) string {
			return map[string]string{"OS_CLIENT_CONFIG_FILE": l.path}[name]
		}})
		if err != nil {
			t.Fatal(err)
		}
		l.clouds = append(l.clouds, opened)
	}
	return l
}

// engine is the whole product but for its words.
func (l *lab) engine(admin bool) (*commands.Engine, error) {
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		return nil, err
	}
	c := l.clouds[0]
	if admin {
		c = l.clouds[1]
	}
	return commands.New(commands.Options{
		Clouds: []commands.Cloud{c}, Catalogue: catalogue,
		Prober: probes.New(probes.Options{Name: "here", Resolver: l.resolver(), OtherPorts: []uint16{22, 2222, 22022, 4022}}),
	}), nil
}

// launchKey is the key that servers are launched with.
func (l *lab) launchKey() *scenario.KeyPair { return l.scenario.KeyPair("demo", "launch") }

// resolver answers from the names of the lab; every other name does not exist.
func (l *lab) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		client, server := net.Pipe()
		go l.serveName(server)
		return client, nil
	}}
}

// serveName answers one question over a stream (RFC 1035, 4.2.2).
func (l *lab) serveName(c net.Conn) {
	defer c.Close()
	for {
		m, err := readQuestion(c)
		if err != nil {
			return
		}
		m.Response, m.RecursionAvailable, m.Additionals, m.RCode = true, true, nil, dnsmessage.RCodeNameError
		q := m.Questions[0]
		if a, ok := l.names[q.Name.String()[:len(q.Name.String())-1]]; ok {
			m.RCode = dnsmessage.RCodeSuccess
			if q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(a).As4()},
				}}
			}
		}
		b, err := m.Pack()
		if err != nil {
			return
		}
		c.Write(append([]byte{byte(len(b) >> 8), byte(len(b))}, b...))
	}
}

func readQuestion(c net.Conn) (*dnsmessage.Message, error) {
	buf := make([]byte, 2048)
	n, err := c.Read(buf)
	if err != nil {
		return nil, err
	}
	var m dnsmessage.Message
	if n < 2 {
		return nil, errors.New("too short")
	}
	if err := m.Unpack(buf[2:n]); err != nil || len(m.Questions) != 1 {
		return nil, fmt.Errorf("not one question: %w", err)
	}
	return &m, nil
}
