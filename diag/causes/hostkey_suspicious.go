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
	// A rescue image has keys of its own.
	ExplainedBy: []*diag.Cause{instanceRescued},
	Check:       checkHostKeySuspicious,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Do not type a password there, and do not accept the key, before this is settled."},
		{Do: "Check that the address is still the instance's.", Code: "openstack server show {id} -c addresses"},
		{Do: "Print its keys on its own console and compare.", Code: "for k in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf \"$k\"; done", Who: diag.Inside},
		{Do: "If they differ from what the network shows, tell the cloud's support: somebody else answers at this address."},
	}},
}

// checkHostKeySuspicious compares keys of a type that the console printed: a
// server has several, and of the others the console says nothing. A key that was
// seen of this very instance before has not come in between lately: somebody may
// have made it anew with ssh-keygen -A.
func checkHostKeySuspicious(p *diag.Pass) diag.Verdict {
	printed := consoleKeys(p.Evidence)
	if len(printed) == 0 {
		return diag.Verdict{}
	}
	for _, t := range p.HostKeys() {
		switch {
		case t.Reach.Target != p.Target():
		case t.Standing == diag.KeyPrinted:
			return rightHere(p, &t)
		case t.Standing == diag.KeyForeign:
			return foreign(p, &t)
		}
	}
	shown := fingerprintsShown(p.Evidence)
	if len(shown) == 0 || slices.ContainsFunc(shown, func(f string) bool { return slices.Contains(printed, f) }) {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State: diag.Possible, Args: suspectKey(p.Evidence, shown[0]), Ask: madeAnew,
		Because: []diag.Observation{{Source: diag.SourcePaste, Where: "pasted text", Text: shown[0]}},
	}
}

// rightHere judges a key that is the rightful one here: another place may have
// been shown another, which is settled for a person who sits here.
func rightHere(p *diag.Pass, here *diag.HostKeyTruth) diag.Verdict {
	there := p.ForeignElsewhere()
	if there == nil || p.FromPerson(here.Reach) {
		return diag.Verdict{State: diag.RuledOut}
	}
	v := foreign(p, there)
	v.State, v.Ask = diag.Possible, ""
	v.Because = append(v.Because, here.Observe())
	return v
}

const madeAnew = "Were the instance's SSH host keys made anew after its first boot?"

func foreign(p *diag.Pass, t *diag.HostKeyTruth) diag.Verdict {
	v := diag.Verdict{
		State: diag.Confirmed, Args: suspectKey(p.Evidence, t.Key.Fingerprint()),
		Because: []diag.Observation{t.Observe()},
	}
	if t.Since != nil {
		v.State, v.Ask = diag.Possible, madeAnew
		v.Because = append(v.Because, t.Since.Observe())
	}
	return v
}

func suspectKey(e *diag.Evidence, shown string) diag.Args {
	args := textArgs(e, nil)
	args["shown"] = shown
	return args
}
