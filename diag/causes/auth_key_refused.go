package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

var authKeyRefused = &diag.Cause{
	ID:    "auth/key-refused",
	Title: "the server accepts none of the keys, and the text does not tell why",
	Doc: `"Permission denied (publickey)" means: the server was reached, and of all that your
client offered nothing was good enough for that account. It never says why, so
that strangers learn nothing. The usual reasons, in this order: another account
name is meant; another key than the one that the instance was launched with; the
key was never put there; wrong permissions on the server.`,
	Text:   "{subject} refuses the login as {who}: it accepts none of the keys or passwords that your client offered.",
	Maybe:  "{subject} takes none of the keys that are known here for {who}, and does not tell why.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^(?:[\w.+-]+@\S+: )?Permission denied \([a-z0-9,@.-]+\)`,
		Example:  `debian@203.0.113.5: Permission denied (publickey).`,
		NearMiss: `scp: /var/www/index.html: Permission denied`,
	}, {
		In: diag.ClientText, Pattern: `(?i:server refused (?:our|my|the) (?:private |public )?key|no supported authentication methods (?:available|left to try))|^(?:Event Log: |Error: |Disconnected: )?Authentication failed\.?$|^Access denied\.?$`,
		Example:  `FATAL ERROR: No supported authentication methods available (server sent: publickey)`,
		NearMiss: `Access granted`,
	}, {
		In: diag.ClientText, Pattern: `ssh: unable to authenticate, attempted methods|ssh: handshake failed: ssh: unable to authenticate`,
		Example:  `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain`,
		NearMiss: `ssh: handshake failed: EOF`,
	}, {
		In: diag.ClientText, Pattern: `JSchException: Auth fail|asyncssh\.\S*PermissionDenied|curl: \(67\)|\[Session\(-18\)\]|Message \[Auth (?:fail|cancel)|Failed to authenticate as \S+|Publickey authentication failed|All configured authentication methods failed|AuthenticationException: (?:Authentication (?:failed|timeout)|No authentication methods)|Authentication failure\. Retrying|PublicKey combination invalid|Authentication failed \((?:username|keyboard)|SSHAuthenticationError|Net::SSH::AuthenticationFailed|all authori[sz]ation methods failed|Exhausted available authentication methods|SshAuthenticationException|No more authentication methods available|No auth methods could be used|Authentication \(publickey\) failed|No existing session|Failed to authenticate|JSchException: Auth cancel|No suitable authentication method found|Access denied for '[\w-]+'\. Authentication|Configured password was not accepted|Invalid/incorrect (?:username/)?password|SSHException: No authentication methods available`,
		Example:  `paramiko.ssh_exception.AuthenticationException: Authentication failed.`,
		NearMiss: `com.jcraft.jsch.JSchException: Algorithm negotiation fail`,
	}, {
		In: diag.ClientText, Pattern: passwordWrong,
		Example:  `Permission denied, please try again.`,
		NearMiss: `Permission denied (publickey).`,
	}, {
		In: diag.ServerLog, Pattern: dropbearEnds,
		Example:  `dropbear[812]: Exit before auth from <203.0.113.7:51793>: (user 'debian', 0 fails): Exited normally`,
		NearMiss: `dropbear[812]: Exit before auth from <203.0.113.7:51793>: Disconnect received`,
	}, {
		In: diag.ServerLog, Pattern: `Failed publickey for (?:invalid user )?(\S+) from `,
		Example:  `sshd[812]: Failed publickey for debian from 203.0.113.7 port 40000 ssh2: RSA SHA256:abc`,
		NearMiss: `sshd[812]: Failed password for root from 203.0.113.7 port 40000 ssh2`,
	}},
	ExplainedBy: slices.Concat([]*diag.Cause{networkWrongAddress, clientJumpHost, hostkeyChanged, authNoKeypair, authKeyNotInstalled}, ownKeyTrouble, accountTrouble),
	Check:       checkKeyRefused,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Check the account name: it depends on the image, such as ubuntu, debian, almalinux, rocky, cloud-user, core; hardly ever root, and not your own name.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "Name the key that belongs to the key pair of the instance, and no other.", Code: "ssh -o IdentitiesOnly=yes -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "Compare that key's fingerprint with the key pair's: the first command prints your key's, the others which key pair it is and its fingerprint.", Code: "ssh-keygen -E md5 -lf ~/.ssh/KEY-FILE.pub\nopenstack server show {id} -c key_name\nopenstack keypair list"},
		{Do: "See on the console log whether a key was put there: look for \"Authorized keys\".", Code: "openstack console log show {id}"},
		{Do: "If somebody can log in, let them look into the server's log and at the permissions.", Code: "sudo journalctl -u ssh -u sshd --since -15min\nls -ld ~{user} ~{user}/.ssh ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "If the answer is not in here, run this and paste all it prints; it holds no key and no password.", Code: "ssh -vvv -p {port} {user}@{address}"},
	}},
}

// passwordWrong is what OpenSSH says before it asks for the password again,
// dropbearEnds how dropbear tells of a client that left without getting in.
const (
	passwordWrong = `^Permission denied, please try again`
	dropbearEnds  = `Exit before auth.*\(user '([^']+)', \d+ fails\): (?:Exited normally|Max auth tries)`
)

// ownTrouble is how people tell that it is they who do not get in.
var ownTrouble = regexp.MustCompile(`(?i)(?:does|do|did|is|wo|has|was)(?:n't|nt| not) (?:seem to )?(?:be )?(?:work|accept)|no longer works?|stopped working|can(?:'t|not| not) (?:log ?in|ssh|connect|get in|access)|unable to (?:log ?in|ssh|connect)|not able to`)

// checkKeyRefused: a server's log alone shows a refusal only if it is of one
// account.
func checkKeyRefused(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	v := told(p, ofPerson(p, fromPastes(p, func(h diag.Hit) bool {
		switch h.Line.Pattern {
		case passwordWrong: // after the keys were refused
			return a != nil && a.Offers > 0 && len(a.Accepted) == 0 && !a.LoggedIn()
		case dropbearEnds: // strangers leave so, too
			return heardOf(p.Evidence, ownTrouble)
		}
		// A password that PuTTY was told wrong may be told again.
		return !strings.HasPrefix(h.Text, "Access denied") || a == nil || a.Passwords > 0
	}), 1))
	if v.State == diag.Unknown {
		v = refusedFromHere(p)
	}
	if v.Args != nil {
		v.Args["who"] = "that account"
		if user, ok := v.Args["user"]; ok {
			v.Args["who"] = user
		}
	}
	return v
}

// refusedFromHere: where it is not known which account is the image's own, that
// the server does not take a key for the one that the person named is all there
// is to say.
func refusedFromHere(p *diag.Pass) diag.Verdict {
	user := p.Asked.User
	meant, _ := p.Admin()
	seen := refused(p.Evidence, user)
	if user == "" || meant != "" || len(seen) == 0 || !takesKeys(p.Evidence, user) {
		return diag.Verdict{}
	}
	return diag.Verdict{
		State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: seen,
		Ask: "Is " + user + " the account that the image makes, or was it made by somebody, and with which key?",
	}
}
