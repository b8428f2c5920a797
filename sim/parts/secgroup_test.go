package parts_test

import (
	"os"

	"sshhelp/sim/scenario"
)

// groups gives a server these security groups.
func groups(names ...string) func(*scenario.Server) {
	return func(v *scenario.Server) { v.SecurityGroups = append([]string{}, names...) }
}

// drops is what a security group does to what it does not let in: nothing comes
// of it.
func drops(rule string) func(*made) {
	return func(m *made) { m.image(); m.sshd(); m.edge(rule) }
}

func secgroupSamples() []sample {
	return []sample{
		{cause: "secgroup/none", made: "no group; the router drops everything", server: groups(), inside: drops("drop")},
		{cause: "secgroup/port-closed", made: "rules for 80 and 443; the router drops the rest", server: groups("web"), inside: drops("tcp dport != { 80, 443 } drop; icmp type echo-request drop")},
		{cause: "secgroup/source-excluded", made: "a rule for another network; the router drops the rest", server: groups("office"), inside: drops("ip saddr 198.51.100.7 drop")},
		{cause: "secgroup/family-excluded", made: "a rule for IPv6 only; the router drops IPv4", server: groups("ssh-v6"), inside: drops("meta nfproto ipv4 drop")},
		{
			cause: "secgroup/egress-blocked", made: "a group without egress rules; the guest got no metadata, and no key", inside: func(m *made) { m.image(); m.run("rm /home/debian/.ssh/authorized_keys"); m.sshd() },
			server: func(v *scenario.Server) { groups("shut-in")(v); v.Console = &scenario.Console{Text: metadataTimeout()} },
		},
		{cause: "secgroup/not-applied", made: "rules for SSH and ping; the router drops both, the console is healthy", possible: true, not: "from outside a host that is down looks the same", inside: drops("drop")},
		{cause: "secgroup/not-applied", made: "the same, as an administrator sees it: the host is up", possible: true, admin: true, not: "a firewall in the guest looks the same; both are named", inside: drops("drop")},
	}
}

// metadataTimeout is the console of a guest that waited for metadata in vain.
func metadataTimeout() string {
	text, err := os.ReadFile("../scenario/consoles/metadata-timeout.log")
	if err != nil {
		return err.Error()
	}
	return string(text)
}
