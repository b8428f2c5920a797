package causes

import (
	"slices"

	"sshhelp/diag"
)

var authPasswordLogin = &diag.Cause{
	ID:    "auth/password-login",
	Title: "the server takes no passwords; a key is needed",
	Doc: `Cloud images let nobody in by password: guessing passwords is what the internet
does all day. The list in brackets behind "Permission denied", or behind "server
sent", names what the server would take; if it names neither "password" nor
"keyboard-interactive", only a key helps.`,
	Text:   "{subject} takes no passwords: your client offered no key, and a key is needed.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `(?:[Bb]ad authentication type|BadAuthenticationType).*allowed types: ?\[?'?u?'?publickey`,
		Example:  `paramiko.ssh_exception.BadAuthenticationType: Bad authentication type; allowed types: ['publickey']`,
		NearMiss: `paramiko.ssh_exception.AuthenticationException: Authentication failed.`,
	}, {
		In: diag.ClientText, Pattern: `^(?:FATAL ERROR: |Disconnected: )?No supported authentication methods (?:available|left to try)`,
		Example:  `FATAL ERROR: No supported authentication methods available (server sent: publickey)`,
		NearMiss: `Server refused our key`,
	}, {
		In: diag.ClientText, Pattern: `^(?:[\w.+-]+@\S+: )?Permission denied \([a-z0-9,@.-]+\)`,
		Example:  `debian@203.0.113.5: Permission denied (publickey).`,
		NearMiss: `Permission denied, please try again.`,
	}, {
		In: diag.ClientText, Pattern: passwordWanted,
		Example:  `$ ssh -o PubkeyAuthentication=no debian@203.0.113.5`,
		NearMiss: `$ ssh -o PubkeyAuthentication=yes debian@203.0.113.5`,
	}, {
		In: diag.ClientText, Pattern: passwordTried,
		Example:  `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none password], no supported methods remain`,
		NearMiss: `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain`,
	}},
	ExplainedBy: slices.Concat([]*diag.Cause{hostkeyChanged, authDSAKey, clientKeyPath, clientKeyFormat, clientKeyPermissions}, accountRules),
	Check:       checkPasswordLogin,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use the private key of the instance's key pair.", Code: "ssh -i ~/.ssh/KEY-FILE -p {port} {user}@{address}"},
		{Do: "In PuTTY name the key (.ppk) under Connection, SSH, Auth, Credentials; in WinSCP under Advanced, SSH, Authentication."},
		{Do: "If your client was told to use passwords only (PubkeyAuthentication no, PreferredAuthentications password, sshpass), take that away."},
		{Do: "It is better to leave it so: guessing begins within minutes. If there must be passwords, whoever can log in may allow them; then choose good ones.", Code: "echo 'PasswordAuthentication yes' | sudo tee /etc/ssh/sshd_config.d/10-passwords.conf && sudo systemctl reload ssh", Who: diag.Inside},
	}},
}

// What shows that a password was meant to be used.
const (
	passwordWanted = `PubkeyAuthentication[ =]no|PreferredAuthentications[ =](?:password|keyboard-interactive)|\bsshpass +-`
	passwordTried  = `attempted methods \[(?:none )?password\]`
)

// accountRules are reasons that keep an account out whatever it shows.
var accountRules = []*diag.Cause{authAccountLocked, authNotAllowed, authBooting}

// checkPasswordLogin: the server must name its methods, to the client or to a
// probe, and none of them a password; and the client must show that it had no key to offer: because it was
// told so, or because it tells all it does and offered none.
func checkPasswordLogin(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	if a == nil || a.LoggedIn() || !a.Failed {
		return diag.Verdict{}
	}
	var wanted, refused []diag.Hit
	for _, h := range fromPastes(p, nil) {
		switch h.Line.Pattern {
		case passwordWanted, passwordTried:
			wanted = append(wanted, h)
		default:
			refused = append(refused, h)
		}
	}
	methods := a.Methods
	if len(methods) == 0 {
		methods = p.Methods(a.User)
	}
	takes := slices.Contains(methods, "password") || slices.Contains(methods, "keyboard-interactive")
	tells := pasted(p.Evidence, "Using username") && !pasted(p.Evidence, "Reading key file", "Unable to ")
	typed := pasted(p.Evidence, "allowed types: ") || a.Passwords > 0
	switch {
	case takes || a.Offers > 0 || len(methods) == 0:
		return diag.Verdict{}
	case len(wanted) > 0 || tells || typed:
		return told(p, append(refused, wanted...))
	}
	return diag.Verdict{}
}
