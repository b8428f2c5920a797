package causes

import (
	"slices"
	"strings"
	"time"

	"sshhelp/diag"
)

var hostkeyChanged = &diag.Cause{
	ID:    "hostkey/changed",
	Title: "the server's key is not the one that your client remembers",
	Doc: `Your client remembers the key of every server. An instance that was rebuilt, or
another one that got the address after it was given back, has new keys; your client
cannot tell that from somebody who pretends to be the server, and stops. The new
fingerprint must be one of those that the instance printed on its console; then the
old entry can go.`,
	Text:   "The key of {server} is not the one that your client remembers{seen}.",
	Maybe:  "The key of {server} may not be the one that your client remembers{seen}.",
	Breaks: diag.AtHostKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `REMOTE HOST IDENTIFICATION HAS CHANGED|POSSIBLE DNS SPOOFING DETECTED|REVOKED HOST KEY DETECTED`,
		Example:  `@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @`,
		NearMiss: `@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @`,
	}, {
		In: diag.ClientText, Pattern: `^(?:\S+ )*[Hh]ost key for \S+ has changed and you have requested strict checking|^Offending \S* ?key in (\S+)`,
		Example:  `Host key for 203.0.113.5 has changed and you have requested strict checking.`,
		NearMiss: `No ED25519 host key is known for 203.0.113.5 and you have requested strict checking.`,
	}, {
		In: diag.ClientText, Pattern: `POTENTIAL SECURITY BREACH|host key does not match the one`,
		Example:  `WARNING - POTENTIAL SECURITY BREACH!`,
		NearMiss: `The host key is not cached for this server:`,
	}, {
		In: diag.ClientText, Pattern: `knownhosts: key mismatch|HostKey has been changed|Host key for server '?\S+ does not match|[Hh]ost key mismatch\b|HostKeyMismatch|(?:^|: )[Tt]he host key (?:has|was) changed|[Hh]ost ?[Kk]ey (?:verification failed|mismatch)[:,] .*(?:changed|mismatch|expected)|The host key for this server (?:was|has) changed`,
		Example:  `ssh: handshake failed: knownhosts: key mismatch`,
		NearMiss: `ssh: handshake failed: knownhosts: key is unknown`,
	}},
	ExplainedBy: []*diag.Cause{hostkeySuspicious, clientJumpHost, instanceRescued},
	Check:       checkHostKeyChanged,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Was the instance rebuilt, or did you get its address only lately? If not, do not go on, and ask first."},
		{Do: "Compare the new fingerprint with the ones that the instance printed at its first boot: look for \"SSH HOST KEY FINGERPRINTS\".", Code: "openstack console log show {id}"},
		{Do: "If it is among them, forget the old key and connect again. (For another port than 22 the name is written [{address}]:{port}.)", Code: "ssh-keygen -R {address}"},
		{Do: "In PuTTY choose Accept; WinSCP asks to update. Other programs keep a known_hosts file of their own, in which the old line must go."},
	}},
}

// checkHostKeyChanged: a client says so, and what is known of the key says why
// and whether it is the instance's own; that it is none of the console's is
// another cause's affair. Without a client, a change that was only just seen is a
// reason why clients that know the old key would stop.
func checkHostKeyChanged(p *diag.Pass) diag.Verdict {
	v := told(p, fromPastes(p, nil))
	t := changedTruth(p)
	if v.State == diag.Unknown && t != nil && justChanged(p, t) {
		v = diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Ask: "Does your client warn that the key of the server has changed?"}
	}
	if v.Args == nil {
		return v
	}
	v.Args["seen"] = vouchedFor(p, t)
	if t != nil {
		v.Because = append(v.Because, t.Observe(), t.ChangedFrom().Observe())
	}
	return v
}

// changedTruth is what is known of a key at the address that the person uses that
// differs from the one that was seen before, nil if none does.
func changedTruth(p *diag.Pass) *diag.HostKeyTruth {
	for _, t := range p.HostKeys() {
		if t.Reach.Target == p.Target() && t.ChangedFrom() != nil && t.Standing != diag.KeyForeign {
			return &t
		}
	}
	return nil
}

// fresh is for how long a change is news: by then those who connect have
// accepted the new key.
const fresh = 7 * 24 * time.Hour

func justChanged(p *diag.Pass, t *diag.HostKeyTruth) bool {
	return t.ChangedFrom().Address == t.Reach.Target.String() && (t.Since == nil || p.Now.Sub(t.Since.First) < fresh)
}

// vouchedFor continues the sentence that the key is another one with what is
// known of the new one and of how that came about.
func vouchedFor(p *diag.Pass, t *diag.HostKeyTruth) string {
	said := ""
	onConsole := func(f string) bool { return slices.Contains(consoleKeys(p.Evidence), f) }
	if slices.ContainsFunc(fingerprintsShown(p.Evidence), onConsole) || t != nil && t.Standing == diag.KeyPrinted {
		said = ", but it is the one that the instance printed on its console"
	}
	if t == nil {
		return said
	}
	old := t.ChangedFrom()
	until := old.Last.UTC().Format("2 January 2006")
	if p.Instance != nil && old.Instance == p.Instance.ID {
		return said + "; it had another one on " + until + ", so it was rebuilt or made new ones"
	}
	return said + "; on " + until + " the address was another instance's"
}

// fingerprintsShown are the fingerprints of host keys in a client's text that
// complains of one: the message ends with a full stop that is none of it.
func fingerprintsShown(e *diag.Evidence) []string {
	var shown []string
	for _, paste := range e.Pastes {
		for _, line := range paste.Lines {
			if strings.Contains(line.Text, "Offering ") || strings.Contains(line.Text, "accepts key") || strings.Contains(line.Text, "attempt key") {
				continue
			}
			for _, word := range strings.Fields(line.Text) {
				if word = strings.Trim(word, `.,"'()`); strings.HasPrefix(word, "SHA256:") {
					shown = append(shown, word)
				}
			}
		}
	}
	return shown
}
