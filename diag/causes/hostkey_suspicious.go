package causes

import (
	"slices"

	"sshhelp/diag"
)

var hostkeySuspicious = &diag.Cause{
	ID:    "hostkey/suspicious",
	Title: "the server shows another key than the instance printed on its console",
	Doc: `At its first boot an instance prints the fingerprints of its keys on its console,
which nobody on the network can forge. If what answers at its address shows another
key, it is another machine: the address belongs to something else now, or somebody
is in between. It may also be harmless: an administrator made new keys later.`,
	Text:   "What answers at {server} shows a key ({shown}) that the instance did not print on its console: it may be another machine.",
	Maybe:  "What answers at {server} shows a key ({shown}) that is not on its console; its keys may have been made anew since.",
	Breaks: diag.AtHostKey,
	Check:  checkHostKeySuspicious,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Do not type a password there, and do not accept the key, before this is settled."},
		{Do: "Check that the address is still the instance's.", Code: "openstack server show {id} -c addresses"},
		{Do: "Print its keys on its own console and compare.", Code: "for k in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf \"$k\"; done", Who: diag.Inside},
		{Do: "If they differ from what the network shows, tell the cloud's support: somebody else answers at this address."},
	}},
}

// checkHostKeySuspicious compares keys of a type that the console printed: a
// server has several, and of the others the console says nothing.
func checkHostKeySuspicious(p *diag.Pass) diag.Verdict {
	printed := consoleKeys(p.Evidence)
	if len(printed) == 0 {
		return diag.Verdict{}
	}
	for i := range p.Reach {
		r := &p.Reach[i]
		if r.SSH == nil || r.Target != p.Target() {
			continue
		}
		if v := compareKeys(p, r); v.State != diag.Unknown {
			return v
		}
	}
	shown := fingerprintsShown(p.Evidence)
	if len(shown) == 0 || slices.ContainsFunc(shown, func(f string) bool { return slices.Contains(printed, f) }) {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State: diag.Possible, Args: suspectKey(p.Evidence, shown[0]),
		Because: []diag.Observation{{Source: diag.SourcePaste, Where: "pasted text", Text: shown[0]}},
		Ask:     "Were the instance's SSH host keys made anew after its first boot?",
	}
}

func suspectKey(e *diag.Evidence, shown string) diag.Args {
	args := textArgs(e, nil)
	args["shown"] = shown
	return args
}

// compareKeys holds what a probe was shown against the console.
func compareKeys(p *diag.Pass, r *diag.Reach) diag.Verdict {
	for _, shown := range r.SSH.HostKeys {
		same := func(k diag.HostKey) bool { return k.SHA256 == shown.SHA256 }
		if slices.ContainsFunc(p.Console.HostKeys, same) {
			return diag.Verdict{State: diag.RuledOut}
		}
	}
	for _, shown := range r.SSH.HostKeys {
		if slices.ContainsFunc(p.Console.HostKeys, func(k diag.HostKey) bool { return k.Type == shown.Type }) {
			return diag.Verdict{
				State: diag.Confirmed, Args: suspectKey(p.Evidence, shown.SHA256),
				Because: []diag.Observation{observeSSH(r, shown.Type+" "+shown.SHA256)},
			}
		}
	}
	return diag.Verdict{}
}
