package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var authWrongUser = &diag.Cause{
	ID:    "auth/wrong-user",
	Title: "the account name is not the one to log in with",
	Doc: `Every cloud image makes one account and puts the key there, and only there: ubuntu,
debian, almalinux, rocky, cloud-user, core and so on. Without a name ssh takes the
one that you have on your own computer. An account that does not exist is refused
in the same words as a wrong key, so that only a key that is taken for another account
shows which one is meant; names are told apart by capital letters too.`,
	Text:   "{who} is not the account to log in with on {server}{instead}.",
	Maybe:  "{who} may not be the account to log in with on {server}{instead}.",
	Breaks: diag.AtAccount,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `[Pp]lease login as (?:the user )?["']([^"']+)["'](?: user)?,? (?:rather than|not as)(?: the user)? ["']?(\w+)`,
		Example:  `Please login as the user "ubuntu" rather than the user "root".`,
		NearMiss: `Please log in with your university account.`,
	}, {
		In: diag.ServerLog, Pattern: `(?:Invalid|Illegal) user (\S+) from|Failed \S+ for (?:invalid|illegal) user (\S+) from|input_userauth_request: invalid user (\S+)|by invalid user (\S+) |from invalid user (\S+) `,
		Example:  `sshd[9]: Invalid user ubunto from 203.0.113.7 port 40000`,
		NearMiss: `sshd[9]: Connection closed by authenticating user ubuntu 203.0.113.7 port 40000 [preauth]`,
	}, {
		In: diag.ServerLog, Pattern: `Login attempt for nonexistent user(?: '([^']*)')?|(?:LookupAccountName|lookup_sid)\(\) failed: 1332|check pass; user unknown`,
		Example:  `dropbear[1477]: Login attempt for nonexistent user from 192.0.2.34:60794`,
		NearMiss: `dropbear[1477]: Login attempt with wrong user root from 192.0.2.34:60794`,
	}, {
		In: diag.ClientText, Pattern: `^(?:([\w.+-]+)@\S+: )?Permission denied \([a-z0-9,@.-]+\)`,
		Example:  `bob@203.0.113.5: Permission denied (publickey).`,
		NearMiss: `Permission denied, please try again.`,
	}},
	ExplainedBy: []*diag.Cause{authAccountLocked, authNotAllowed, authNoHome, hostkeySuspicious},
	Check:       checkWrongUser,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in with the account of the image: {meant}.", Code: "ssh -p {port} {account}@{address}"},
		{Do: "If you do not know it, look at the image's description, or at the end of the console log, where the account with the key is named.", Code: "openstack console log show {id}"},
		{Do: "If another account is wanted, make it from there, and put your key into its ~/.ssh/authorized_keys.", Code: "sudo adduser {user}", Who: diag.Inside},
	}},
}

// checkWrongUser: the image itself may say so, or the server's log. Else, if
// another account is known to be the image's own, a refusal makes this one
// suspect.
func checkWrongUser(p *diag.Pass) diag.Verdict {
	hits := fromPastes(p, func(h diag.Hit) bool { return !strings.Contains(h.Text, "Permission denied") })
	hits = slices.DeleteFunc(hits, func(h diag.Hit) bool { return guessed(p.Evidence, h) })
	for i, h := range hits {
		for g := 1; g < len(h.Match); g++ {
			if h.Line.In == diag.ServerLog && hits[i].Match[1] == "" {
				hits[i].Match[1] = h.Match[g]
			}
		}
	}
	meant, _ := p.Admin()
	if v := told(p, ofPerson(p, hits, 1)); v.State == diag.Confirmed {
		if h := hits[0]; h.Line.In == diag.ClientText {
			meant = h.Match[1]
			v.Args["user"] = h.Match[2]
		}
		return namesAccount(p.Evidence, v, meant)
	}
	if v := otherAccount(p, meant); v.State != diag.Unknown {
		return v
	}
	a := clientAttempt(p.Evidence)
	if a == nil || !a.Denied || a.User == "" || meant == "" || a.User == meant {
		return diag.Verdict{}
	}
	v := told(p, fromPastes(p, nil))
	return namesAccount(p.Evidence, maybe(v, "Was the account "+a.User+" made on the instance by somebody?"), meant)
}

// guessed reports whether a line of a server's log shows a guess at a password,
// which strangers do all day, unless it is the person's own account.
func guessed(e *diag.Evidence, h diag.Hit) bool {
	if h.Line.In != diag.ServerLog || person(e) != "" && slices.Contains(h.Match[1:], person(e)) {
		return false
	}
	return pasted(e, "Failed password for invalid user", "password for illegal user", "Failed keyboard-interactive/pam for invalid user", "Bye Bye")
}

func namesAccount(e *diag.Evidence, v diag.Verdict, meant string) diag.Verdict {
	if v.Args == nil {
		return v
	}
	v.Args["who"], v.Args["instead"], v.Args["meant"], v.Args["account"] = "That name", "", "it depends on the system, such as ubuntu, debian, almalinux, rocky, cloud-user, core", "ACCOUNT"
	if user := v.Args["user"]; user != "" {
		v.Args["who"] = user
	} else if user = e.Account(); user != "" && user != meant {
		v.Args["who"] = user
	}
	if meant != "" {
		v.Args["instead"], v.Args["meant"], v.Args["account"] = "; it is "+meant, meant, meant
	}
	return v
}

// otherAccount judges what the server said: it takes a key for the image's own
// account and not for the person's, or sends them to another one by its banner.
// An account that somebody made, with a key that is not known here, is refused in
// the same way; but nobody makes one with the name of another system's.
func otherAccount(p *diag.Pass, meant string) diag.Verdict {
	user := person(p.Evidence)
	if user == "" {
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil)}
	v.Args["user"] = user
	if sent, seen := sentTo(p.Evidence, user); sent != "" {
		v.Because = seen
		return namesAccount(p.Evidence, v, sent)
	}
	no := refused(p.Evidence, user)
	launch, _ := p.Takes(user, diag.LaunchKey)
	own, _ := p.Takes(user, diag.PersonKey)
	switch {
	case user == "root" || meant == "" || meant == user:
		return diag.Verdict{}
	case launch == diag.Yes || own == diag.Yes:
		return diag.Verdict{State: diag.RuledOut}
	case len(no) == 0 && diag.UsualAccount(user) && p.SSHAnswers() != nil && clientAttempt(p.Evidence) == nil:
		return ofOtherSystem(p, user, meant)
	case len(no) == 0 || !takesKeys(p.Evidence, user):
		return diag.Verdict{}
	}
	there, seen := p.Takes(meant, diag.PersonKey)
	if there != diag.Yes {
		v.State = diag.Possible
		if there, seen = p.Takes(meant, diag.LaunchKey); there == diag.Yes && diag.UsualAccount(user) {
			v.State = diag.Confirmed
		}
	}
	if there == diag.No {
		return diag.Verdict{} // refused in either, so that it is not the account
	}
	v.Because = append(seen, no...)
	if v.State == diag.Possible {
		v.Ask = "Was the account " + user + " made on the instance by somebody?"
	}
	return namesAccount(p.Evidence, v, meant)
}

// ofOtherSystem is the verdict where no key is known that the server could be
// asked about: the person said an account that another system's images make, and
// this one is named by more than what is usual.
func ofOtherSystem(p *diag.Pass, user, meant string) diag.Verdict {
	v := diag.Verdict{State: diag.Possible, Args: textArgs(p.Evidence, nil), Ask: "Was the account " + user + " made on the instance by somebody?"}
	v.Args["user"] = user
	switch {
	case p.Image != nil && p.Image.AdminUser == meant:
		v.Because = []diag.Observation{{Source: diag.SourceImage, Where: "image " + p.Image.ID, Text: "os_admin_user: " + meant}}
	case p.Planted(meant):
		k := plantedKey(p.Evidence, meant)
		v.Because = []diag.Observation{{Source: diag.SourceConsole, Where: "console, keys authorised for " + meant, Text: k.Key.Type + " " + k.Key.Fingerprint()}}
	default:
		return diag.Verdict{}
	}
	return namesAccount(p.Evidence, v, meant)
}

// sentTo is the account that the server's banner sends the person to.
func sentTo(e *diag.Evidence, user string) (string, []diag.Observation) {
	for _, r := range e.Replies(user) {
		if account := r.SendsTo(); account != "" && account != user {
			return account, []diag.Observation{{Source: diag.SourceSSH, Where: r.Where(), Text: r.Said(func(s string) bool { return strings.Contains(s, account) })}}
		}
	}
	return "", nil
}
