package causes

import (
	"strings"

	"sshhelp/diag"
)

var authRootLogin = &diag.Cause{
	ID:    "auth/root-login",
	Title: "the server does not let root log in",
	Doc: `Everybody knows that there is an account root, so servers rarely let it in:
PermitRootLogin is "no", or "prohibit-password", which takes keys only. Cloud
images want you to log in with their own account and to use sudo.`,
	Text:   "{subject} does not let root log in over SSH{how}.",
	Maybe:  "{subject} may not let root log in{how}.",
	Breaks: diag.AtAccount,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `ROOT LOGIN REFUSED|root login re(?:fused|jected)`,
		Example:  `sshd[1643]: ROOT LOGIN REFUSED FROM 198.51.100.4 port 12345`,
		NearMiss: `sshd[1643]: Failed password for root from 198.51.100.4 port 12345 ssh2`,
	}, {
		In: diag.ClientText, Pattern: `Server refused public-key signature despite accepting key`,
		Example:  `Server refused public-key signature despite accepting key!`,
		NearMiss: `Server refused our key`,
	}, {
		In: diag.ClientText, Pattern: `^(?:root@\S+: )?Permission denied \([a-z0-9,@.-]+\)`,
		Example:  `root@203.0.113.5: Permission denied (publickey,password).`,
		NearMiss: `debian@203.0.113.5: Permission denied (publickey,password).`,
	}},
	ExplainedBy: []*diag.Cause{authNotAllowed, authAccountLocked},
	Check:       checkRootLogin,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in with the account that the image makes, {meant}, then become root.", Code: "ssh -p {port} {account}@{address}\nsudo -i"},
		{Do: "It is better to leave it so. If root must log in, allow it keys only, and see what the server makes of it.", Code: "echo 'PermitRootLogin prohibit-password' | sudo tee /etc/ssh/sshd_config.d/10-root.conf\nsudo sshd -T | grep -i permitrootlogin && sudo systemctl reload ssh", Who: diag.Inside},
		{Do: "To get in as root when SSH itself fails, give root a password: it is meant for the instance's own console.", Code: "sudo passwd root", Who: diag.Inside},
	}},
}

// checkRootLogin: a server's own word settles it, and so does a key that it
// takes and then does not let in (sshd asks PermitRootLogin last). That a
// password of root's is refused is normal where the method is offered.
func checkRootLogin(p *diag.Pass) diag.Verdict {
	a := clientAttempt(p.Evidence)
	root := a != nil && a.User == "root" && !a.LoggedIn()
	v := told(p, fromPastes(p, func(h diag.Hit) bool {
		return h.Line.In == diag.ServerLog && isPerson(p.Evidence, "root")
	}))
	how := ""
	switch {
	case v.State == diag.Confirmed:
	case root && pasted(p.Evidence, "despite accepting key"), root && len(a.Accepted) > 0 && a.Denied && !pasted(p.Evidence, "signing failed", "read_passphrase", "partial success", "no mutual signature"):
		v = told(p, fromPastes(p, func(h diag.Hit) bool { return h.Line.In == diag.ClientText }))
		how = ": it takes the key and then refuses the account"
	case root && a.Passwords > 0 && a.Denied:
		v = told(p, fromPastes(p, func(h diag.Hit) bool { return strings.Contains(h.Text, "Permission denied (") }))
		if v.State == diag.Confirmed && !passwordsOfRootFail(p.Evidence) {
			v.State = diag.Possible
		}
		how = " with a password"
		if v.State == diag.Possible {
			how += ", whatever it is"
		}
	case v.State == diag.Unknown:
		v, how = rootAsked(p)
	}
	if v.Args != nil {
		v.Args["how"], v.Args["meant"], v.Args["account"] = how, "such as ubuntu, debian, almalinux, rocky or cloud-user", "ACCOUNT"
		if meant, _ := p.Admin(); meant != "" && meant != "root" {
			v.Args["meant"], v.Args["account"] = "which is "+meant, meant
		}
	}
	return v
}

// passwordsOfRootFail reports whether the server's log shows that root's
// passwords came as far as being judged, each time in vain: then the method is
// on and it is the account that it is refused to, or the password is wrong,
// which nobody but the person knows.
func passwordsOfRootFail(e *diag.Evidence) bool {
	return pasted(e, "Failed password for root from") && !pasted(e, "Accepted ")
}

// rootAsked judges what the server said of root's keys. Cloud images give root
// the launch key too, with a command that only tells which account is meant, and
// sshd asks PermitRootLogin after the key: that the key is taken shows nothing.
func rootAsked(p *diag.Pass) (v diag.Verdict, how string) {
	meant, _ := p.Admin()
	there, seen := p.Takes(meant, diag.LaunchKey)
	if person(p.Evidence) != "root" || meant == "" || meant == "root" || there != diag.Yes {
		return diag.Verdict{}, ""
	}
	root, word := p.Takes("root", diag.LaunchKey)
	v = diag.Verdict{
		State: diag.Possible, Args: textArgs(p.Evidence, nil), Because: append(seen, word...),
		Ask: "Does it say which account to use, and close the connection?",
	}
	switch root {
	case diag.Yes:
		return v, ": cloud images take the key for root only to say which account is meant, and that is " + meant
	case diag.No:
		return v, ": it takes the launch key for " + meant + " and not for root"
	}
	return diag.Verdict{}, ""
}
