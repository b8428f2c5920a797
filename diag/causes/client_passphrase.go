package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var clientPassphrase = &diag.Cause{
	ID:    "client/passphrase",
	Title: "your private key stays locked: its passphrase is wrong or was not asked for, or the agent refuses to sign",
	Doc: `A private key may be locked with a passphrase, which is not the password of
your account on the server. The client must be able to ask for it, or an agent
must hold the unlocked key. An agent can refuse to sign: because the passphrase
dialogue was cancelled or could not open, the key wants to be confirmed or
touched, or the agent does not know the kind of key.`,
	Text:   "Your private key could not be used: its passphrase was wrong or was not asked for, or your agent refused to sign with it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `agent refused operation|signing failed(?: for \S+ "([^"]*)")?.*: (?:agent|device|communication with agent failed|incorrect|error communicating)|[Aa]gent admitted failure to sign`,
		Example:  `sign_and_send_pubkey: signing failed for ED25519 "alice@laptop" from agent: agent refused operation`,
		NearMiss: `sign_and_send_pubkey: no mutual signature supported`,
	}, {
		In: diag.ClientText, Pattern: `^(?:Load|Error loading) key "([^"]+)": incorrect passphrase supplied|[Bb]ad passphrase,? (?:try again|given)|^Bad passphrase\.?$|\(?[Ww]rong passphrase\)?\.?$`,
		Example:  `Load key "/home/alice/.ssh/id_rsa": incorrect passphrase supplied to decrypt private key`,
		NearMiss: `Load key "/home/alice/.ssh/id_rsa": invalid format`,
	}, {
		In: diag.ClientText, Pattern: `decryption password incorrect|this private key is passphrase protected|cannot decode encrypted private keys|Private key file is encrypted|PasswordRequiredException|SshPassPhraseNullOrEmpty|private OpenSSH key detected, but no passphrase|[Ee]ncrypted (?:private|OpenSSH).* no passphrase given|bad decrypt|JSchException: USERAUTH fail|OpenSSH private key file checkints do not match|OpenSSH key integrity check failed|(?:is|requires|needs) a? ?passphrase,? (?:but|and) (?:none|no)`,
		Example:  `x509: decryption password incorrect`,
		NearMiss: `com.jcraft.jsch.JSchException: Auth fail`,
	}, {
		In: diag.ClientText, Pattern: `read_passphrase: |ssh_askpass: exec\(`,
		Example:  `debug1: read_passphrase: requested to askpass`,
		NearMiss: `debug1: Will attempt key: /home/alice/.ssh/id_rsa`,
	}, {
		In: diag.ClientText, Pattern: `^Enter passphrase for key '([^']+)'`,
		Example:  `Enter passphrase for key '/home/alice/.ssh/id_rsa':`,
		NearMiss: `Enter passphrase (empty for no passphrase):`,
	}},
	ExplainedBy: []*diag.Cause{authWrongKey},
	Check:       checkPassphrase,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Find out whether you know the passphrase: this asks for it and prints the public half if it is right.", Code: "ssh-keygen -y -f ~/.ssh/KEY-FILE"},
		{Do: "Unlock the key once for all further logins.", Code: "ssh-add ~/.ssh/KEY-FILE"},
		{Do: "If the agent refuses, try without it; a key on a token wants to be touched, or its PIN.", Code: "SSH_AUTH_SOCK= ssh -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "Where nobody can type (scripts, CI, VS Code), the key must be in an agent before, or be one without a passphrase."},
		{Do: "A passphrase that is lost cannot be reset. Make a new key pair, and let somebody who can log in add its public half."},
	}},
}

// asking are messages that a client prints whenever it asks for a passphrase,
// which is no fault until it comes to nothing.
var asking = []string{"read_passphrase:", "ssh_askpass:", "Enter passphrase for key"}

// prompts counts how often a passphrase was asked for: ssh asks again if it was
// wrong.
func prompts(p *diag.Pass) int {
	seen := map[string]int{}
	most := 0
	for _, h := range p.Hits {
		if strings.HasPrefix(h.Text, "Enter passphrase for key") {
			seen[h.Text]++
			most = max(most, seen[h.Text])
		}
	}
	return most
}

// checkPassphrase: that a passphrase was asked for means something only if the
// server took the key and the client then gave up.
func checkPassphrase(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	gaveUp := a != nil && a.Denied && (len(a.Accepted) > 0 || prompts(p) > 1)
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		asks := slices.ContainsFunc(asking, func(s string) bool { return strings.Contains(h.Text, s) })
		return (gaveUp || !asks) && !strings.Contains(h.Text, "hostkey_sign") // that is the server's own key
	}))
}
