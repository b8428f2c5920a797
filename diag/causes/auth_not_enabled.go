package causes

import (
	"strings"

	"sshhelp/diag"
)

var authNotEnabled = &diag.Cause{
	ID:    "auth/not-enabled",
	Title: "the account has no authorized_keys file on the server",
	Doc: `The server looks for public keys in a file of the account, as a rule
~/.ssh/authorized_keys. An account that was made later has none until somebody
writes it; or the server looks in another place than people think.`,
	Text:   "The account {user} on {server} has no authorized_keys file where the SSH server looks for it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `Could not open (?:user '[^']*' )?authorized (?:keys|principals) '([^']*)': No such file or directory`,
		Example:  `sshd[1]: debug1: Could not open user 'git' authorized keys '/home/git/.ssh/authorized_keys': No such file or directory`,
		NearMiss: `sshd[1]: debug1: trying public key file /home/git/.ssh/authorized_keys`,
	}, {
		In: diag.ClientText, Pattern: `^(?:cat|ls|less|tail|head|more|vi|nano|stat|chmod)\b.*?['‘]?(\S*authorized_keys)['’]?: No such file or directory`,
		Example:  `cat: /home/bob/.ssh/authorized_keys: No such file or directory`,
		NearMiss: `cat: /home/bob/.ssh/config: No such file or directory`,
	}},
	Check: checkNotEnabled,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Log in with the account that the image makes; it got the key of the key pair."},
		{Do: "From there give the other account a key of its own. After the second line, paste its public key and end with Ctrl-D.", Code: "sudo install -d -m 700 -o {user} ~{user}/.ssh\nsudo tee -a ~{user}/.ssh/authorized_keys\nsudo chown {user}: ~{user}/.ssh/authorized_keys && sudo chmod 600 ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "See where the server looks: if it is another place, put the key there or change that line.", Code: "sudo sshd -T | grep -i authorizedkeysfile", Who: diag.Inside},
	}},
}

// checkNotEnabled: sshd looks for authorized_keys2 as well, which hardly anybody
// has; and a file that is missing means nothing if another one was read. A server
// that takes a key for the account has found a file.
func checkNotEnabled(p *diag.Pass) diag.Verdict {
	if pasted(p.Evidence, "matching key found", "Accepted key ", "authorized_keys:1:", "bad ownership or modes") {
		return diag.Verdict{}
	}
	v := told(p, fromPastes(p, func(h diag.Hit) bool { return !strings.HasSuffix(h.Match[1], "authorized_keys2") }))
	if v.State == diag.Unknown && taken(p.Evidence) != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	return v
}
