package causes

import "sshhelp/diag"

var bootConntrackFull = &diag.Cause{
	ID:    "boot/conntrack-full",
	Title: "its table of connections is full",
	Doc: `A guest with a firewall or containers keeps a table of connections. When
that is full, the kernel drops the first packet of every new one: people who are
in stay in, everybody else times out, now and then somebody gets through.`,
	Text:   "{name} drops new connections because its table of connections is full.",
	Maybe:  "{name} may drop new connections: its table of connections was full.",
	Breaks: diag.AtPort,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `(?:nf|ip)_conntrack: (?:\S+: )?table full, dropping packet`,
		Example:  `[ 8123.1] nf_conntrack: nf_conntrack: table full, dropping packet`,
		NearMiss: `[    6.1] nf_conntrack version 0.5.0 (7936 buckets, 31744 max)`,
	}},
	Check: func(p *diag.Pass) diag.Verdict {
		return lasting(p, firstHit(p, func(*diag.Hit) bool { return true }), nil)
	},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Try several times: a connection gets through whenever an entry of the table ends.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "Once in, make the table larger, and find out what opens so many connections. The number holds until the next boot.", Code: "sudo sysctl net.netfilter.nf_conntrack_max=262144", Who: diag.Inside},
		{Do: "If nobody gets in, do so on its virtual console, with an account that has a password.", Code: "openstack console url show {id}", Who: diag.Inside},
	}},
}
