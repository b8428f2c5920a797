package causes

import (
	"strings"

	"sshhelp/diag"
)

var authTooManyKeys = &diag.Cause{
	ID:    "auth/too-many-keys",
	Title: "your client offers too many keys before the right one, and the server hangs up",
	Doc: `A server counts every key that it does not know as a failed try and hangs up after
six, or fewer. A client with an agent offers all that is in it first, so the key
that was named with -i may never get its turn.`,
	Text:   "{subject} hangs up because your client tries too many keys; the right one does not get its turn.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `Too many authentication failures`,
		Example:  `Received disconnect from 203.0.113.5 port 22:2: Too many authentication failures`,
		NearMiss: `Permission denied, please try again.`,
	}, {
		In: diag.ServerLog, Pattern: `maximum authentication attempts exceeded for (?:invalid user )?(\S+) from|Too many authentication failures for (\S+)|Too many authentication failures \[preauth\]`,
		Example:  `sshd[9]: error: maximum authentication attempts exceeded for debian from 203.0.113.7 port 40000 ssh2 [preauth]`,
		NearMiss: `sshd[9]: Connection closed by authenticating user debian 203.0.113.7 port 40000 [preauth]`,
	}, {
		In: diag.ServerLog, Pattern: `Max auth tries reached - user '([^']*)'`,
		Example:  `dropbear[9]: Max auth tries reached - user 'root' from 203.0.113.7:40000`,
		NearMiss: `dropbear[9]: Bad password attempt for 'root' from 203.0.113.7:40000`,
	}},
	Check: checkTooManyKeys,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Offer the one key that belongs to the instance.", Code: "ssh -o IdentitiesOnly=yes -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "For good, put it into ~/.ssh/config.", Code: "printf 'Host %s\\n  User %s\\n  IdentityFile ~/.ssh/KEY-FILE\\n  IdentitiesOnly yes\\n' {address} {user} >> ~/.ssh/config"},
		{Do: "Or empty the agent and add what you need. In PuTTY switch off \"Attempt authentication using Pageant\".", Code: "ssh-add -D && ssh-add ~/.ssh/KEY-FILE"},
	}},
}

// checkTooManyKeys: wrong passwords end in the same words. In a server's log
// those are mostly strangers'.
func checkTooManyKeys(p *diag.Pass) diag.Verdict {
	hits := ofPerson(p, fromPastes(p, func(h diag.Hit) bool { return !strings.Contains(h.Text, "Permission denied") }), 1)
	a := clientAttempt(p.Evidence)
	byKeys := pasted(p.Evidence, "Failed publickey for", "Offering ", "Offered public key")
	byPasswords := a != nil && a.Passwords > 0 || pasted(p.Evidence, "Failed password for", "Bad password attempt", "Failed keyboard-interactive", "password for invalid user")
	if byPasswords && !byKeys {
		return diag.Verdict{}
	}
	return told(p, hits)
}
