package causes

import "sshhelp/diag"

var authAccountLocked = &diag.Cause{
	ID:    "auth/account-locked",
	Title: "the account on the server is locked, expired, or not meant for logging in",
	Doc: `The account exists but is closed: an administrator locked it, its end date has
passed, its password ran out, too many wrong passwords were tried, or its shell is
"nologin". A right key does not help. Some systems treat an account that never had
a password as locked.`,
	Text:   "The account {user} on {server} is locked, expired or not meant for logging in.",
	Breaks: diag.AtAccount,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `User (\S+) (?:from \S+ )?not allowed because account is (?:locked|expired)|Account (\S+) (?:is locked|has expired)|account '?(\S+?)'? is locked|User '(\S+)' is locked`,
		Example:  `sshd[3719]: User root not allowed because account is locked`,
		NearMiss: `sshd[3719]: User root from 203.0.113.7 not allowed because not listed in AllowUsers`,
	}, {
		In: diag.ServerLog, Pattern: `pam_unix\(sshd:account\): (?:account (\S+) has expired|expired password for user (\S+)|password for user \S+ will expire in 0)|pam_(?:tally2?|faillock)\(sshd[:\w]*\): .*(?:deny|temporarily locked|account temporarily)|Password expired for user|User (\S+) password has expired|(?:LsaLogonUser\(\)|user_token: \S+) failed\. User '([^']*)' Status: 0x(?i:C0000234|C0000072|C0000193|C0000071|C0000224|C000006E)`,
		Example:  `sshd[812]: pam_unix(sshd:account): account bob has expired (account expired)`,
		NearMiss: `sshd[812]: pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)`,
	}, {
		In: diag.ClientText, Pattern: `^This account is currently not available|^Your account has (?:expired|been locked|been disabled)|^(?:WARNING: )?Your password has expired|^You are required to change your password immediately|^Account (?:locked|disabled|expired)`,
		Example:  `This account is currently not available.`,
		NearMiss: `Your password will expire in 7 days.`,
	}},
	Check: checkServerLog,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use another account that may log in, such as the one that the image makes."},
		{Do: "See what is wrong with the account: an L or ! means locked, then come the dates and the shell.", Code: "sudo passwd -S {user}; sudo chage -l {user}; getent passwd {user}", Who: diag.Inside},
		{Do: "Open it again with the line that fits: locked (which also takes an old password away), expired, too many wrong passwords, no shell.", Code: "sudo usermod -p '*' {user}\nsudo chage -E -1 -M -1 {user}\nsudo faillock --user {user} --reset\nsudo usermod -s /bin/bash {user}", Who: diag.Inside},
	}},
}
