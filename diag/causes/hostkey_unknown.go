package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var hostkeyUnknown = &diag.Cause{
	ID:    "hostkey/unknown",
	Title: "your client does not know the server's key yet",
	Doc: `Every server has keys of its own, by which clients recognise it. At the first
connection a client cannot know them and asks; a program that cannot ask, or was
told to be strict, stops. It is normal at the first time. The fingerprint should be
compared with the one on the instance's console before it is accepted.`,
	Text:   "Your client does not know the key of {server} yet and waits for your word, or stops because it cannot ask{compare}.",
	Breaks: diag.AtHostKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^The authenticity of host '[^']+' can't be established`,
		Example:  `The authenticity of host '203.0.113.5 (203.0.113.5)' can't be established.`,
		NearMiss: `debug1: Host '203.0.113.5' is known and matches the ED25519 host key.`,
	}, {
		In: diag.ClientText, Pattern: `^No (?:\S+ )?host key is known for \S+ and you have requested strict checking|^Host key verification failed`,
		Example:  `No ED25519 host key is known for 203.0.113.5 and you have requested strict checking.`,
		NearMiss: `Warning: Permanently added '203.0.113.5' (ED25519) to the list of known hosts.`,
	}, {
		In: diag.ClientText, Pattern: `[Hh]ost key is not cached|Host key (?:not|did not appear) in manually configured list|[Hh]ost denied \(verification failed\)|HOST_KEY_NOT_VERIFIABLE|Could not verify .* host key|Server key did not validate|SSH remote key was not OK|[Hh]ost key could not be verified|HostKeyUnknown|not cached in the registry`,
		Example:  `The host key is not cached for this server:`,
		NearMiss: `WARNING - POTENTIAL SECURITY BREACH!`,
	}, {
		In: diag.ClientText, Pattern: `knownhosts: key is unknown|HostKeyNotVerifiable|No entry currently exists in the Known Hosts file|JSchException: (?:UnknownHostKey|reject HostKey)|not found in known_hosts|because Host Key checking is enabled and sshpass|Host is not in known_hosts|no hostkey(?:s)? (?:known|found) for|is unknown\. .*fingerprint|unknown host key|HostKeyException|[Hh]ost ?[Kk]ey (?:for \S+ )?(?:is )?(?:unknown|not known)`,
		Example:  `ssh: handshake failed: knownhosts: key is unknown`,
		NearMiss: `ssh: handshake failed: knownhosts: key mismatch`,
	}, {
		In: diag.ClientText, Pattern: `^Host '[^']+' is not in the trusted hosts file`,
		Example:  `Host '203.0.113.5' is not in the trusted hosts file.`,
		NearMiss: `dbclient: Caution, skipping hostkey check for 203.0.113.5`,
	}},
	ExplainedBy: []*diag.Cause{hostkeyChanged, hostkeySuspicious, clientJumpHost},
	Check:       checkHostKeyUnknown,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Compare the fingerprint with the ones that the instance printed at its first boot: look for \"SSH HOST KEY FINGERPRINTS\".", Code: "openstack console log show {id}"},
		{Do: "If it is among them, connect once in a terminal and answer yes.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "For programs that cannot ask, fetch the key beforehand, compare what the second line prints, and only then put it into known_hosts with the third.", Code: "ssh-keyscan -p {port} {address} > new-keys\nssh-keygen -lf new-keys\ncat new-keys >> ~/.ssh/known_hosts"},
		{Do: "In PuTTY answer Accept; plink with -batch cannot ask, so run it once without."},
	}},
}

// checkHostKeyUnknown: the question is no fault once it has been answered, which
// whatever comes later shows.
func checkHostKeyUnknown(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	answered := pasted(p.Evidence, "Permanently added", "continue connecting? (y/n) y", "s password:") || a != nil && a.Stage > diag.ReachedHostKey
	v := told(p, fromPastes(p, func(h diag.Hit) bool {
		asks := strings.Contains(h.Text, "authenticity of host") || strings.Contains(h.Text, "not cached") || strings.Contains(h.Text, "in the trusted hosts file")
		return !asks || !answered
	}))
	if v.Args == nil {
		return v
	}
	v.Args["compare"] = ""
	if keys := consoleKeys(p.Evidence); len(keys) > 0 {
		v.Args["compare"] = "; the instance printed these on its console: " + listed(keys)
	}
	for _, t := range p.HostKeys() {
		v.Because = append(v.Because, t.Observe())
	}
	return v
}

// consoleKeys are the host keys that the instance printed.
func consoleKeys(e *diag.Evidence) []string {
	if e.Console == nil {
		return nil
	}
	var keys []string
	for _, k := range e.Console.HostKeys {
		keys = append(keys, k.Fingerprint())
	}
	slices.Sort(keys)
	return keys
}
