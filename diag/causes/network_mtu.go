package causes

import (
	"net/netip"
	"slices"
	"strings"

	"sshhelp/diag"
)

var networkMTU = &diag.Cause{
	ID:    "network/mtu",
	Title: "small packets pass, but the large ones of the key exchange get lost",
	Doc: `The first large packets of an SSH connection are those of the key exchange. If a
part of the way, such as a VPN or a tunnel between compute hosts, carries only smaller
ones, and the message that says so is filtered out, the connection comes about and then
stands still.`,
	Text:   "The connection to {server} comes about, then stands still in the key exchange: large packets probably get lost on the way (MTU).",
	Maybe:  "The connection to {server} stands still in the key exchange: large packets may get lost on the way (MTU).",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^debug\d: (?:expecting SSH2_MSG_KEX\w+|SSH2_MSG_KEX(?:INIT|DH\w*|_\w+) sent)`,
		Example:  `debug1: expecting SSH2_MSG_KEX_ECDH_REPLY`,
		NearMiss: `debug1: SSH2_MSG_NEWKEYS sent`,
	}},
	ExplainedBy: guestNotReady,
	Check:       checkMTU,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See whether a large packet that must not be split passes, and how large it may be: lower 1472 until it answers. The MTU is that number and 28 (48 for IPv6). On macOS the options are -D -s 1472, on Windows -f -l 1472.", Code: "ping -M do -s 1472 -c 3 {address}"},
		{Do: "Try without the VPN, or from another network."},
		{Do: "Lower the MTU on your own computer for a test, until its next start. eth0 stands for the name of your interface; a VPN's is often tun0.", Code: "sudo ip link set dev eth0 mtu 1400"},
		{Do: "A shorter list of algorithms makes the first packet smaller and may get you in.", Code: "ssh -o KexAlgorithms=curve25519-sha256 -o HostKeyAlgorithms=ssh-ed25519 -o Ciphers=aes128-ctr -p {port} {user}@{address}"},
		{Do: "Inside the instance the MTU must be that of its network; with tunnels that is often 1450 or less.", Code: "ip link show", Who: diag.Inside},
	}},
}

// checkMTU: the key exchange is the last that happens, and nothing is said after
// it, or that it took too long. A probe that stalls there while the server has
// identified itself shows the same; that smaller packets pass settles it, be they
// of a second key exchange or pings.
func checkMTU(p *diag.Pass) diag.Verdict {
	s := sight(p.Evidence,
		func(r *diag.Reach) bool { return r.SSH != nil && r.SSH.Ident == diag.OK && r.SSH.Kex == diag.TimedOut },
		func(r *diag.Reach) bool { return r.SSH != nil && r.SSH.Kex == diag.OK })
	hits := fromPastes(p, nil)
	a := clientAttempt(p.Evidence)
	stalls := a != nil && a.Stage == diag.ReachedKex && endsInKex(p.Evidence)
	switch {
	case s.fails != nil:
		v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil)}
		v.Because = []diag.Observation{observeSSH(s.fails, s.fails.SSH.KexErr, "identified itself, then the key exchange stood still")}
		lost := lostPings(pingsFrom(p.Pings, s.fails.From), s.fails.Target.Addr())
		if s.fails.SSH.SmallKex == diag.OK {
			v.Because = append(v.Because, observeSSH(s.fails, "", "with a smaller first packet it went on"))
		}
		if v.Because = append(v.Because, lost...); len(v.Because) > 1 && (!s.works || p.FromPerson(s.fails)) {
			v.State = diag.Confirmed
		}
		return v
	case stalls && len(hits) > 0:
		v := told(p, hits[len(hits)-1:])
		v.Because = append(v.Because, lostPings(p.Pings, p.Target().Addr())...)
		return v
	case s.works:
		return diag.Verdict{State: diag.RuledOut}
	}
	return diag.Verdict{}
}

// lostPings quotes a large ping that vanished on a way that a small one passed;
// nil if there is none, or if a router told how much it can carry: clients heed
// that.
func lostPings(pings []diag.Ping, a netip.Addr) []diag.Observation {
	var lost, passed *diag.Ping
	for i := range pings {
		switch ping := &pings[i]; {
		case ping.Target != a:
		case ping.Outcome == diag.OK && (passed == nil || ping.Size > passed.Size):
			passed = ping
		case ping.Outcome == diag.TimedOut && ping.Size > 0 && (lost == nil || ping.Size < lost.Size):
			lost = ping
		}
	}
	if lost == nil || passed == nil || passed.Size >= lost.Size || slices.ContainsFunc(pings, func(p diag.Ping) bool { return p.Target == a && p.MTU > 0 }) {
		return nil
	}
	return []diag.Observation{lost.Observe(), passed.Observe()}
}

// pingsFrom returns the pings of one place: a way has an MTU, an instance has none.
func pingsFrom(all []diag.Ping, place string) []diag.Ping {
	return slices.DeleteFunc(slices.Clone(all), func(p diag.Ping) bool { return p.From != "" && p.From != place })
}

// endsInKex reports whether the last thing that a client says of the connection
// is that it waits for the server's part of the key exchange.
func endsInKex(e *diag.Evidence) bool {
	waits := false
	for _, paste := range e.Pastes {
		for _, line := range paste.Lines {
			switch t := line.Text; {
			case paste.Kind != diag.ClientText:
			case strings.Contains(t, "expecting SSH2_MSG_KEX") || strings.Contains(t, "SSH2_MSG_KEX") && strings.HasSuffix(t, " sent"):
				waits = true
			case strings.Contains(t, "SSH2_MSG_KEX") && strings.Contains(t, "received") && !strings.Contains(t, "KEXINIT"), strings.Contains(t, "Server host key"), strings.Contains(t, "no matching "):
				waits = false
			case slices.ContainsFunc([]string{"Connection closed by", "Connection reset", "Broken pipe"}, func(s string) bool { return strings.HasPrefix(t, s) }):
				waits = false
			}
		}
	}
	return waits
}
