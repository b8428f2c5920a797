package causes

import (
	"net/netip"
	"slices"

	"sshhelp/diag"
)

var networkUnreachable = &diag.Cause{
	ID:    "network/unreachable",
	Title: "the network says that the address cannot be reached",
	Doc: `"No route to host" and "Network is unreachable" are answers, unlike silence: a
machine on the way, or your own, says that it knows no way to the address, that
the host does not respond to it, or that a firewall forbids it. The last reads
the same to many programs, so a firewall on the server is a suspect too.`,
	Text:   "Packets to {server} are turned back on the way{by}: there is no route to it, or a firewall forbids it.",
	Maybe:  "From where you are, packets to {server} are turned back on the way, although it can be reached from elsewhere: it may be your own network.",
	Breaks: diag.AtAddress,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: openSSHSays(saysNoRoute),
		Example:  `ssh: connect to host 203.0.113.5 port 22: No route to host`,
		NearMiss: `<urlopen error [Errno 101] Network is unreachable>`,
	}, {
		In: diag.ClientText, Pattern: `(?:Network error|FATAL ERROR): (?:No route to host|Network is unreachable|Network is down|Host is unreachable)`,
		Example:  `FATAL ERROR: Network error: No route to host`,
		NearMiss: `FATAL ERROR: Network error: Connection timed out`,
	}, {
		In: diag.ClientText, Pattern: `dial tcp (\S+):(\d+): connect: (?:no route to host|network is unreachable|host is down)`,
		Example:  `dial tcp 203.0.113.5:22: connect: no route to host`,
		NearMiss: `dial udp 203.0.113.5:53: connect: network is unreachable`,
	}, {
		In: diag.ClientText, Pattern: `connect E(?:HOST|NET)UNREACH (\S+):(\d+)`,
		Example:  `Error: connect EHOSTUNREACH 203.0.113.5:22`,
		NearMiss: `Error: connect ECONNREFUSED 203.0.113.5:22`,
	}, {
		In: diag.ClientText, Pattern: `java\.net\.NoRouteToHostException`,
		Example:  `com.jcraft.jsch.JSchException: java.net.NoRouteToHostException: No route to host`,
		NearMiss: `com.jcraft.jsch.JSchException: java.net.ConnectException: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `nc: connect to (\S+)(?: \(\S+\))? port (\d+) \(tcp\) failed: (?:No route to host|Network is unreachable)|telnet: Unable to connect to remote host: No route|(?:Connect failed|Error connecting): (?:No route|Network is)|EHOSTUNREACH: No route`,
		Example:  `nc: connect to 203.0.113.5 port 22 (tcp) failed: No route to host`,
		NearMiss: `nc: connect to 203.0.113.5 port 22 (tcp) failed: Connection refused`,
	}},
	Check: checkUnreachable,
	// A firewall in the guest sends the same answers; a host that is off lets
	// the router before it say that it does not respond.
	ExplainedBy: append([]*diag.Cause{
		clientJumpHost,
		networkFloatingIPDown, networkGuestAddress, networkGuestFirewall, networkNoAddress, networkNoRouter, networkPortDown, networkPrivateOnly,
	}, notRunning...),
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See whether your own machine is online, and whether the address needs a VPN that is off just now."},
		{Do: "Compare the address with those that the instance has.", Code: "openstack server show {id} -c addresses"},
		{Do: "If it is an IPv6 address, try IPv4, or the other way round: your network may have one of them only."},
		{Do: "If the server's own firewall is switched on, it must allow the port that SSH uses.", Code: "sudo ufw allow {port}/tcp\nsudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload", Who: diag.Inside},
		{Do: "Otherwise this is for a network administrator: tell your local IT support, or the cloud's, from where to where it fails and the exact message."},
	}},
}

// checkUnreachable: an answer from the instance itself shows that packets do
// reach it; then it is its firewall that speaks.
func checkUnreachable(p *diag.Pass) diag.Verdict {
	var seen, own []diag.Observation // own: from where the person sits, and only there
	var by netip.Addr
	passed, passedHere := false, false
	for _, r := range probes(p.Evidence) {
		switch r.Connect.Outcome {
		case diag.Unreachable, diag.Prohibited:
			if rejectedItself(p.Evidence, r) {
				continue
			}
			if other := otherwise(p.Evidence, r); other == nil {
				seen, by = append(seen, r.ObserveConnect()), r.Connect.By
			} else if p.FromPerson(r) {
				own, by = append(own, r.ObserveConnect(), other.ObserveConnect()), r.Connect.By
			}
		case diag.OK, diag.Refused:
			passed, passedHere = true, passedHere || p.FromPerson(r)
		}
	}
	hits := saidOfTarget(p)
	v := diag.Verdict{Args: serverArgs(p.Evidence, hits)}
	v.Args["by"] = ""
	if by.IsValid() {
		v.Args["by"] = " by " + by.String()
	}
	v.Because = slices.Concat(seen, own, quote(hits))
	switch {
	case len(seen) > 0 || len(hits) > 0 && !passed:
		v.State = diag.Confirmed
	case len(own) > 0, len(hits) > 0 && !passedHere:
		v.State = diag.Possible
	case passed:
		return diag.Verdict{State: diag.RuledOut}
	}
	return v
}
