package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var authDSAKey = &diag.Cause{
	ID:    "auth/dsa-key",
	Title: "the key is a DSA key, which current OpenSSH does not use any more",
	Doc: `DSA keys (ssh-dss) are limited to a strength that is not enough any more. OpenSSH
has left them aside since version 7.0 and does not know them at all since 10.0, on
either side.`,
	Text:   "Your key is a DSA key, and current OpenSSH does not use DSA keys any more.",
	Maybe:  "Your key is a DSA key, which most servers do not accept any more.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Skipping ssh-dss key (\S+)|ssh-dss(?:-cert-\S+)? not in Pubkey|[Uu]nsupported key type.*ssh-dss|unknown key type (?:ssh-)?ds[as]\b`,
		Example:  `debug1: Skipping ssh-dss key /home/alice/.ssh/id_dsa - not in PubkeyAcceptedKeyTypes`,
		NearMiss: `debug1: identity file /home/alice/.ssh/id_dsa type -1`,
	}, {
		In: diag.ServerLog, Pattern: `(?:key type|signature algorithm) ssh-dss not in Pubkey|unsupported public key algorithm: ssh-dss`,
		Example:  `sshd[77]: userauth_pubkey: key type ssh-dss not in PubkeyAcceptedKeyTypes [preauth]`,
		NearMiss: `sshd[77]: userauth_pubkey: key type ssh-rsa not in PubkeyAcceptedKeyTypes [preauth]`,
	}},
	Check: checkDSAKey,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Make a new key pair.", Code: "ssh-keygen -t ed25519"},
		{Do: "Let somebody who can log in add its public half (~/.ssh/id_ed25519.pub) to ~/.ssh/authorized_keys of {user} on the server.", Code: "cat ~/.ssh/id_ed25519.pub"},
		{Do: "If nobody can, and nothing on the instance needs to be kept, upload the new key and choose it when you launch the instance anew.", Code: "openstack keypair create --public-key ~/.ssh/id_ed25519.pub mykey"},
		{Do: "As a stopgap OpenSSH 7.0 to 9.9 can be told to use it, if the server does too.", Code: "ssh -o PubkeyAcceptedKeyTypes=+ssh-dss -p {port} {user}@{address}"},
	}},
}

// checkDSAKey: besides other keys that were offered, a DSA key that is skipped
// may be one that nobody meant. A key pair of the cloud's that is DSA is a fault
// waiting for a current client, and one already if the server does not know DSA.
func checkDSAKey(p *diag.Pass) diag.Verdict {
	v := told(p, fromPastes(p, nil))
	if a := clientAttempt(p.Evidence); a != nil && a.Offers > 0 {
		return maybe(v, "Is the DSA key the one that belongs to this server?")
	}
	if v.State != diag.Unknown || !usesDSA(p.Evidence) {
		return v
	}
	v = diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: []diag.Observation{keySource(p.Evidence)}}
	if v.Because[0].Text == "" {
		v.Because[0].Text = "ssh-dss"
	}
	if dsaUnknown(p.Evidence) {
		v.State = diag.Confirmed
		v.Because = append(v.Because, signatureLists(p.Evidence)...)
	}
	return v
}

// usesDSA reports whether the key that the person uses, as far as is known, is a
// DSA key.
func usesDSA(e *diag.Evidence) bool {
	if usedKey(e).Type == "ssh-dss" {
		return true
	}
	return e.Asked.Key == nil && e.KeyPair != nil && (e.KeyPair.Type == "ssh-dss" || strings.HasPrefix(e.KeyPair.PublicKey, "ssh-dss "))
}

// dsaUnknown reports whether the key is a DSA key and the server lists what it
// takes, and no DSA among it.
func dsaUnknown(e *diag.Evidence) bool {
	if !usesDSA(e) {
		return false
	}
	for _, r := range probes(e) {
		if r.SSH != nil && r.SSH.SigAlgs != nil {
			return !slices.Contains(r.SSH.SigAlgs, "ssh-dss")
		}
	}
	return false
}

// signatureLists quotes the signature algorithms that the server says it takes.
func signatureLists(e *diag.Evidence) []diag.Observation {
	for _, r := range probes(e) {
		if r.SSH != nil && r.SSH.SigAlgs != nil {
			return []diag.Observation{observeSSH(r, "takes signatures by "+strings.Join(r.SSH.SigAlgs, ", "))}
		}
	}
	return nil
}
