package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var authRSASHA1 = &diag.Cause{
	ID:    "auth/rsa-sha1",
	Title: "the two sides cannot agree on a signature for your RSA key, because one of them wants SHA-1 and the other refuses it",
	Doc: `An RSA key can sign in an old way, with SHA-1, and in newer ones. OpenSSH has
refused the old way since 8.8, and Red Hat's systems since version 9; old servers,
and old clients such as early PuTTY, JSch and paramiko, know nothing else. The key
itself is good.`,
	Text:        "Your RSA key does not get you in: {how}.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{sshdOldAlgorithms},
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `no mutual signature (?:supported|algorithm)|Unable to agree on a pubkey algorithm for signing`,
		Example:  `debug1: send_pubkey_test: no mutual signature algorithm`,
		NearMiss: `sign_and_send_pubkey: signing failed: agent refused operation`,
	}, {
		In: diag.ServerLog, Pattern: `(?:key type|signature algorithm) (?:ssh-rsa|rsa-sha2-\d+)(?:-cert-v01@openssh\.com)? not in Pubkey`,
		Example:  `sshd[8]: userauth_pubkey: signature algorithm ssh-rsa not in PubkeyAcceptedAlgorithms [preauth]`,
		NearMiss: `sshd[8]: userauth_pubkey: key type ssh-dss not in PubkeyAcceptedKeyTypes [preauth]`,
	}, {
		In: diag.ClientText, Pattern: `Server refused public-key signature despite accepting key`,
		Example:  `Server refused public-key signature despite accepting key!`,
		NearMiss: `Server refused our key`,
	}},
	Check: checkRSASHA1,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use a key of another kind, which all sides have known for years; its public half must be put on the server first.", Code: "ssh-keygen -t ed25519"},
		{Do: "Or bring the older side up to date: PuTTY 0.75 and WinSCP 5.19, JSch's successor com.github.mwiede, paramiko 2.9, OpenSSH 7.2 sign in the newer way."},
		{Do: "As a stopgap for an old server let your client use the old way, for this server only.", Code: "ssh -o PubkeyAcceptedAlgorithms=+ssh-rsa -o HostKeyAlgorithms=+ssh-rsa -p {port} {user}@{address}"},
		{Do: "Or let the server take it, for as long as old clients need it.", Code: "echo 'PubkeyAcceptedAlgorithms +ssh-rsa' | sudo tee /etc/ssh/sshd_config.d/10-sha1.conf && sudo systemctl reload ssh", Who: diag.Inside},
	}},
}

// checkRSASHA1: another key may have been taken, and root is refused in PuTTY's
// same words for being root. A server that takes SHA-1 alone keeps out everybody
// with an RSA key and a current client.
func checkRSASHA1(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	if a != nil && len(a.Accepted) > 0 && slices.ContainsFunc(a.Accepted, func(k diag.OfferedKey) bool { return k.Type != "" && k.Type != "RSA" }) {
		return diag.Verdict{}
	}
	v := told(p, fromPastes(p, func(h diag.Hit) bool {
		return !strings.Contains(h.Text, "despite accepting") || a == nil || a.User != "root"
	}))
	how := "your client and " + textArgs(p.Evidence, nil)["server"] + " cannot agree on a way to sign with it (SHA-1 is no longer accepted)"
	if seen := sha1Only(p.Evidence); v.State == diag.Unknown && seen != nil && (a == nil || !a.LoggedIn()) {
		v = diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil), Because: append(seen, keySource(p.Evidence))}
		how = "the server takes its signatures with SHA-1 only, which current clients (OpenSSH since 8.8) do not make any more"
	}
	if v.Args != nil {
		v.Args["how"] = how
	}
	return v
}

// sha1Only quotes what shows that the server knows no newer way to sign with an
// RSA key, if the person's is one: the list of signatures that it takes, or, of a
// server that sends none, that it signs with SHA-1 only itself (RFC 8332 brought
// both at once). Nil if it does know, or cannot be told.
func sha1Only(e *diag.Evidence) []diag.Observation {
	if usedKey(e).Type != "ssh-rsa" {
		return nil
	}
	newer := func(name string) bool { return strings.HasPrefix(name, "rsa-sha2-") }
	for _, r := range probes(e) {
		switch {
		case r.SSH == nil:
		case r.SSH.SigAlgs != nil:
			if slices.Contains(r.SSH.SigAlgs, "ssh-rsa") && !slices.ContainsFunc(r.SSH.SigAlgs, newer) {
				return signatureLists(e)
			}
			return nil
		case r.SSH.Algorithms != nil && slices.Contains(r.SSH.Algorithms.HostKey, "ssh-rsa"):
			if !slices.ContainsFunc(r.SSH.Algorithms.HostKey, newer) {
				return []diag.Observation{observeSSH(r, "signs with "+strings.Join(r.SSH.Algorithms.HostKey, ", ")+" itself, and names no way for clients")}
			}
			return nil
		}
	}
	return nil
}
