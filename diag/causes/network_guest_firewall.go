package causes

import (
	"cmp"
	"slices"

	"sshhelp/diag"
)

var networkGuestFirewall = &diag.Cause{
	ID:    "network/guest-firewall",
	Title: "a firewall inside the instance blocks the connection",
	Doc: `The cloud's security groups are one firewall, and the instance's own system may
have a second one (ufw, firewalld, nftables, iptables). The cloud can let the SSH
port in while the second one still blocks it. Security groups only ever drop
packets in silence; a rejection comes from inside, or from a device on the way.`,
	Text:   "{name} itself turns connections to port {port} away: a firewall inside it does not let them in.",
	Maybe:  "A firewall inside {name} may block port {port}: the cloud lets it in and the system inside is up, yet no connection comes about.",
	Breaks: diag.AtPort,
	Lines:  clientTimeouts,
	Check:  checkGuestFirewall,
	// A guest that is off, or Windows with its own ways, needs no firewall.
	ExplainedBy: slices.Concat([]*diag.Cause{instanceWindowsImage, networkGuestAddress, networkTwoGateways, sshdBanned}, notRunning, bootTrouble),
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in on the instance's own console, in the dashboard (\"Console\") or by the link that this prints. An account with a password is needed there.", Code: "openstack console url show {id}"},
		{Do: "See which firewall is on, and what it lets in.", Code: "sudo ufw status verbose; sudo firewall-cmd --list-all; sudo nft list ruleset", Who: diag.Inside},
		{Do: "Let the SSH port in: the first line is for ufw, the second for firewalld. Other firewalls have their own files, such as /etc/nftables.conf.", Code: "sudo ufw allow {port}/tcp\nsudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload", Who: diag.Inside},
		rescue("If you cannot log in there, boot it from a rescue image, mount its disk and change the firewall's files on that."),
	}},
}

// checkGuestFirewall: a rejection sent by the instance's own address settles it.
// TCP by itself refuses with a reset; an ICMP error instead is a firewall's doing.
func checkGuestFirewall(p *diag.Pass) diag.Verdict {
	tried := probes(p.Evidence)
	for _, r := range tried {
		if rejectedItself(p.Evidence, r) {
			o := r.ObserveConnect()
			o.Text = cmp.Or(r.Connect.Err, r.Connect.Outcome.String()) + ", said by " + r.Connect.By.String() + " itself"
			if other := otherwise(p.Evidence, r); other != nil && !p.FromPerson(r) {
				return suspect([]diag.Observation{o, other.ObserveConnect()}) // whom it turns away is not known
			}
			return diag.Verdict{State: diag.Confirmed, Because: []diag.Observation{o}}
		}
	}
	up := guestUp(p.Evidence)
	for _, r := range tried {
		switch {
		case divided(p.Evidence, r.Target):
			return diag.Verdict{} // it goes by who asks; a firewall inside may do that, or one on the way
		case r.Connect.Outcome == diag.OK:
			return diag.Verdict{State: diag.RuledOut}
		case r.Connect.Outcome == diag.Prohibited, r.Connect.Outcome == diag.Unreachable && up != nil && !floating(p.Evidence, r.Connect.By):
			return suspect(append([]diag.Observation{r.ObserveConnect()}, up...))
		}
	}
	if seen := unexplainedSilence(p); seen != nil && up != nil {
		v := suspect(append(seen, up...))
		v.Vague = true
		return v
	}
	return diag.Verdict{}
}

// rejectedItself reports whether an ICMP error was sent by the instance itself. A
// router that translates a floating IP puts that into the errors that it sends
// on its own account, too: "host unreachable" from there mostly means that
// nothing answers behind it, unless the instance is seen to live.
func rejectedItself(e *diag.Evidence, r *diag.Reach) bool {
	switch r.Connect.Outcome {
	case diag.Prohibited, diag.Refused:
		return ours(e, r.Connect.By)
	case diag.Unreachable:
		return ours(e, r.Connect.By) && (!floating(e, r.Connect.By) || lives(e))
	}
	return false
}

// lives reports whether the instance answers something, be it in the negative.
func lives(e *diag.Evidence) bool {
	return slices.ContainsFunc(e.Pings, func(p diag.Ping) bool { return p.Outcome == diag.OK }) ||
		slices.ContainsFunc(e.Reach, func(r diag.Reach) bool {
			return r.Connect.Outcome == diag.OK || r.Connect.Outcome == diag.Refused && !r.Connect.By.IsValid()
		})
}

func suspect(seen []diag.Observation) diag.Verdict {
	return diag.Verdict{
		State: diag.Possible, Because: seen,
		Ask: "Was a firewall (ufw, firewalld, nftables) switched on inside the instance, or changed?",
	}
}

// guestUp quotes what shows that the guest came up: an answer on another port,
// an answer to ping, or the end of its boot on the console. nil if nothing does.
func guestUp(e *diag.Evidence) []diag.Observation {
	for i := range e.Pings {
		if e.Pings[i].Outcome == diag.OK {
			return []diag.Observation{e.Pings[i].Observe()}
		}
	}
	for i := range e.Reach {
		if r := &e.Reach[i]; r.Connect.Outcome == diag.OK || r.Connect.Outcome == diag.Refused {
			return []diag.Observation{r.ObserveConnect()}
		}
	}
	return bootedBy(e)
}
