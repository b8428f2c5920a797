package scenario

import (
	"strings"
	"testing"
	"time"
)

func TestMistakesAreNamedWithTheirPath(t *testing.T) {
	const nets = "networks: [{name: net, subnets: [{cidr: 127.20.0.0/24}]}, {name: ext, external: true, subnets: [{cidr: 127.30.0.0/24}]}]\n"
	for _, c := range []struct{ name, yaml, want string }{
		{"empty", "", "the file is empty"},
		{"not YAML", "a: [", "yaml:"},
		{"a list", "- a", "the file (line 1): a mapping is wanted"},
		{"unknown key", "servers:\n  - {name: a, colour: red}", "servers[0].colour (line 2): unknown key"},
		{"deep unknown key", nets + "servers: [{name: a, ports: [{speed: 1}]}]", "servers[0].ports[0].speed (line 2): unknown key"},
		{"key twice", "region: a\nregion: b", "region (line 2): given twice"},
		{"text for a list", "servers: web", "servers (line 1): a list is wanted"},
		{"list for a text", "region: [a]", "region (line 1): a single value is wanted"},
		{"list for a mapping", "defaults: [a]", "defaults (line 1): a mapping is wanted"},
		{"text for a boolean", "servers: [{name: a, locked: maybe}]", `servers[0].locked (line 1): "maybe" is not a bool`},
		{"bad age", "servers: [{name: a, created: soon}]", `servers[0].created (line 1): "soon" is not an age`},
		{"bad ports", "security_groups: [{name: a, rules: [{protocol: tcp, ports: 25-20}]}]", `security_groups[0].rules[0].ports (line 1): "25-20" is not a port`},
		{"nested value in properties", "images: [{name: a, properties: {x: [1]}}]", "images[0].properties.x (line 1): a single value is wanted"},
		{"no name", "servers: [{}]", "servers[0] (): the name is missing"},
		{"two networks", "networks: [{name: n}, {name: n}]", "networks[1] (n): given twice"},
		{"bad status", "servers: [{name: a, status: FINE}]", `servers[0] (a).status: "FINE" is not one of ACTIVE, BUILD`},
		{"bad role", "users: [{name: a, role: king}]", `users[0] (a).role: "king" is not one of admin, member, reader`},
		{"unknown project", "servers: [{name: a, project: x}]", `servers[0] (a).project: there is none called "x"`},
		{"unknown image", "servers: [{name: a, image: x}]", `servers[0] (a).image: there is none called "x"`},
		{"unknown key pair", "servers: [{name: a, key_name: x}]", `servers[0] (a).key_name: there is none called "x"`},
		{"unknown group", nets + "servers: [{name: a, security_groups: [x]}]", `servers[0] (a).ports[0].security_groups[0]: there is none called "x"`},
		{"unknown network", "servers: [{name: a, ports: [{network: x}]}]", `servers[0] (a).ports[0].network: there is none called "x"`},
		{"unknown remote group", "security_groups: [{name: a, rules: [{remote_group: x}]}]", `security_groups[0] (a).rules[0].remote_group: there is none called "x"`},
		{"two remotes", "security_groups: [{name: a, rules: [{remote_group: a, remote_ip_prefix: 0.0.0.0/0}]}]", "security_groups[0] (a).rules[0]: at most one"},
		{"ports of any protocol", "security_groups: [{name: a, rules: [{ports: 22}]}]", "security_groups[0] (a).rules[0].ports: ports need a protocol"},
		{"bad prefix", "security_groups: [{name: a, rules: [{remote_ip_prefix: x}]}]", `security_groups[0] (a).rules[0].remote_ip_prefix: "x" is not a prefix`},
		{"bad subnet", "networks: [{name: a, subnets: [{cidr: 10.0.0.1/24}]}]", "networks[0] (a).subnets[0].cidr"},
		{"address outside", nets + "servers: [{name: a, ports: [{fixed_ips: [10.0.0.1]}]}]", "servers[0] (a).ports[0].fixed_ips[0]: 10.0.0.1 is in no subnet of net"},
		{"gateway to the inside", nets + "routers: [{name: r, gateway: net}]", "routers[0] (r).gateway: there is no external network"},
		{"floating IP of no network", nets + "floating_ips: [10.0.0.1]", "floating_ips[0] (10.0.0.1).network"},
		{"floating IP without address", nets + "servers: [{name: a, ports: [], floating_ip: 127.30.0.1}]", "servers[0] (a).floating_ip: the server has no IPv4 address"},
		{"floating IP of nobody", nets + "floating_ips: [{address: 127.30.0.1, server: x}]", `floating_ips[0] (127.30.0.1).server: there is none called "x"`},
		{"floating IP twice", nets + "servers: [{name: a, floating_ip: 127.30.0.1}, {name: b, floating_ip: 127.30.0.1}]", "servers[1] (b).floating_ip: 127.30.0.1 is given twice"},
		{"listener without address", "servers: [{name: a, sshd: [{listen: floating}]}]", `servers[0] (a).sshd[0].listen: "floating" is not`},
		{"bad listener port", nets + "servers: [{name: a, sshd: [{port: 70000}]}]", "servers[0] (a).sshd[0].port: 70000 is not a port"},
		{"console from nowhere", "servers: [{name: a, console: {file: x}}]", "servers[0] (a).console.file: there is no folder"},
		{"console twice", "servers: [{name: a, console: {file: x, text: y}}]", "servers[0] (a).console: text and file are both given"},
		{"bad key", "key_pairs: [{name: a, public_key: x}]", "key_pairs[0] (a): public_key"},
		{"bad key type", "key_pairs: [{name: a, type: dsa}]", `key_pairs[0] (a): type: "dsa" is not`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse([]byte(c.yaml))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	_, err := Parse([]byte("colour: red\nservers: [{name: a, locked: maybe, speed: 1}]"))
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("want three lines, got %v", err)
	}
}

func TestAges(t *testing.T) {
	now := time.Date(2026, 1, 10, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{"90s": 90 * time.Second, "25m": 25 * time.Minute, "3d": 72 * time.Hour, "0.5d": 12 * time.Hour} {
		c, err := Parse([]byte("servers: [{name: a, created: " + text + "}]"))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Servers[0].Created.Before(now); got != now.Add(-want) {
			t.Errorf("%s ago is %v", text, got)
		}
	}
}
