package causes

import (
	"net/netip"
	"strings"

	"sshhelp/diag"
)

var networkWrongAddress = &diag.Cause{
	ID:    "network/wrong-address",
	Title: "the address that is used is not one of the instance's",
	Doc: `Addresses change hands: an instance that is rebuilt keeps its address, one that is
made anew gets another, and a floating IP that was given back soon belongs to somebody
else. An old entry in the client's configuration or in a note then leads to another
machine or to none.`,
	Text:   "The address {detail}.",
	Breaks: diag.AtAddress,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `dial tcp :\d+: |connect to (?:host|address)  port \d+: |Could not resolve hostname :|connect E\w+ (?:127\.0\.0\.1|::1):22$`,
		Example:  `dial tcp :22: connect: connection refused`,
		NearMiss: `dial tcp 203.0.113.5:22: connect: connection refused`,
	}},
	Check: checkWrongAddress,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use an address that the instance has.", Code: "ssh -p {port} {user}@{right}"},
		{Do: "See them all.", Code: "openstack server show {id} -c addresses"},
		{Do: "Look for the old one in your configuration, and change it there.", Code: "grep -n {used} ~/.ssh/config /etc/hosts"},
	}},
}

// checkWrongAddress compares what the person said, or what their client did, with
// the instance.
func checkWrongAddress(p *diag.Pass) diag.Verdict {
	if v := told(p, fromPastes(p, nil)); v.State == diag.Confirmed {
		v.Args["detail"] = "that the client was given is empty, so it dialled its own computer"
		v.Args["right"], v.Args["used"] = "ADDRESS", "HostName"
		if t := p.Target(); t.IsValid() {
			v.Args["right"] = t.Addr().String()
		}
		return v
	}
	if p.Instance == nil || len(p.Instance.Addresses) == 0 {
		return diag.Verdict{}
	}
	used, seen := p.Asked.Address, diag.Observation{Source: diag.SourcePerson, Where: "what you said", Text: p.Asked.Address.String()}
	if a := clientAttempt(p.Evidence); a != nil && !a.Jump {
		if ip, err := netip.ParseAddr(a.Host); err == nil {
			used, seen = ip, diag.Observation{Source: diag.SourcePaste, Where: "pasted text", Text: strings.TrimSpace(a.Command + " " + a.Host)}
		}
	}
	switch {
	case !used.IsValid() || used.IsLoopback() && used != p.Asked.Address:
		return diag.Verdict{}
	case belongs(p.Evidence, used):
		return diag.Verdict{State: diag.RuledOut}
	}
	right := *p.Evidence
	right.Asked.Address = netip.Addr{}
	args := textArgs(&right, nil)
	var have []string
	for _, a := range p.Instance.Addresses {
		have = append(have, a.IP.String())
	}
	args["used"], args["right"] = used.String(), have[0]
	args["detail"] = used.String() + " is not one of " + args["server"] + ": that has " + listed(have)
	if t := right.Target(); t.IsValid() {
		args["right"] = t.Addr().String()
	}
	return diag.Verdict{State: diag.Confirmed, Args: args, Because: []diag.Observation{seen, serverSays(p.Instance, "addresses "+listed(have))}}
}
