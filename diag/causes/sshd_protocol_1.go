package causes

import (
	"regexp"
	"strings"

	"sshhelp/diag"
)

var sshdProtocol1 = &diag.Cause{
	ID:    "sshd/protocol-1",
	Title: "one side speaks only version 1 of the SSH protocol",
	Doc: `Version 1 of the protocol has been unsafe for many years; clients and servers have
dropped it (OpenSSH in 7.6). Very old systems and network devices know nothing else.
A server that says 1.99 speaks both and is fine.`,
	Text:   "{subject} speaks only version 1 of the SSH protocol, which current clients refuse.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Protocol major versions differ`,
		Example:  `Protocol major versions differ: 2 vs. 1`,
		NearMiss: `debug1: Remote protocol version 1.99, remote software version Cisco-1.25`,
	}, {
		In: diag.ClientText, Pattern: `(?:Remote protocol version|Remote version: SSH-) ?1\.[0-8]`,
		Example:  `debug1: Remote protocol version 1.5, remote software version Cisco-1.25`,
		NearMiss: `debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1`,
	}, {
		In: diag.ClientText, Pattern: `SSH protocol version [12] required by|only provides \(old, insecure\) SSH-1|Incompatible version \(1\.|Incompatible remote version 'SSH-1|[Ss]erver (?:only )?(?:supports|offers)(?: only)? SSH-?1|Remote side uses SSH protocol version 1`,
		Example:  `FATAL ERROR: SSH protocol version 2 required by our configuration but remote only provides (old, insecure) SSH-1`,
		NearMiss: `Using SSH protocol version 2`,
	}, {
		In: diag.ServerLog, Pattern: `Protocol major versions differ for \S+(?: port \d+)?: \S+ vs\. (SSH-1\S*)|Protocol major versions differ for \S+`,
		Example:  `sshd[7]: Protocol major versions differ for 192.0.2.9 port 40000: SSH-2.0-OpenSSH_9.2 vs. SSH-1.5-PuTTY`,
		NearMiss: `sshd[7]: Bad protocol version identification 'GET / HTTP/1.1' from 192.0.2.9 port 40000`,
	}},
	ExplainedBy: guestNotReady,
	Check:       checkProtocol1,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Check that the address is the instance's: current cloud images do not have such an old server.", Code: "openstack server show {id} -c addresses"},
		{Do: "If it is an old system or device, switch version 2 on there, or update it (on Cisco's: ip ssh version 2)."},
		{Do: "If your own client is the old one, take a current one. In PuTTY set the protocol version to 2 under Connection, SSH."},
	}},
}

// oldIdent is an identification string of version 1 alone (RFC 4253, 5.1: 1.99
// means both).
var oldIdent = regexp.MustCompile(`^SSH-1\.[0-8]`)

// checkProtocol1: port scanners claim version 1 to see what happens.
func checkProtocol1(p *diag.Pass) diag.Verdict {
	for _, r := range probes(p.Evidence) {
		if r.SSH == nil {
			continue
		}
		for _, line := range append([]string{r.SSH.Version}, r.SSH.Before...) {
			if oldIdent.MatchString(line) {
				return diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil), Because: []diag.Observation{observeSSH(r, line)}}
			}
		}
	}
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		return h.Line.In == diag.ClientText || !strings.Contains(h.Text, "Nmap") && !strings.Contains(h.Text, "Scan") && !strings.Contains(h.Text, "Probe")
	}))
}
