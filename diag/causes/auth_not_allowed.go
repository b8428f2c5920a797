package causes

import "sshhelp/diag"

var authNotAllowed = &diag.Cause{
	ID:    "auth/not-allowed",
	Title: "the server's rules keep the account out (AllowUsers, DenyUsers, groups, or PAM)",
	Doc: `An SSH server can be told which accounts or groups may log in, and so can the
system's login rules (PAM, access.conf, a directory service). An account that is
left out is refused whatever key it shows; the client reads only "Permission
denied", and the server's log may call the user "invalid".`,
	Text:   "The rules of {server} do not let {user} log in over SSH.",
	Breaks: diag.AtAccount,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `User (\S+) (?:from \S+ )?not allowed because (?:not listed in AllowUsers|listed in DenyUsers|not in any group|a group is listed in DenyGroups|none of user's groups are listed in AllowGroups|not listed in AllowGroups)`,
		Example:  `sshd[5]: User bob from 203.0.113.7 not allowed because not listed in AllowUsers`,
		NearMiss: `sshd[5]: User bob not allowed because account is locked`,
	}, {
		In: diag.ServerLog, Pattern: `pam_access\(sshd[:\w]*\): access denied for user [` + "`'" + `]?(\S+?)'? from|Access denied for user (\S+) by PAM account configuration|pam_listfile\(sshd[:\w]*\): Refused user (\S+) for service|pam_sss\(sshd:account\): Access denied for user (\S+): \d+`,
		Example:  `sshd[5]: pam_access(sshd:account): access denied for user 'bob' from '203.0.113.7'`,
		NearMiss: `sshd[5]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.7`,
	}, {
		In: diag.ServerLog, Pattern: `User '?(\S+?)'? (?:is )?not (?:in|a member of) (?:the )?(?:allowed|permitted) group|Login attempt for user not in group|(?:LsaLogonUser\(\)|user_token: \S+) failed\. User '([^']*)' Status: 0x(?i:C000015B|C0000070|C000006F)`,
		Example:  `dropbear[12]: User 'bob' is not in the permitted group`,
		NearMiss: `dropbear[12]: Login attempt for nonexistent user from 203.0.113.7:40000`,
	}},
	ExplainedBy: []*diag.Cause{authAccountLocked, authBooting},
	Check:       checkServerLog,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Use an account that may log in, if you have one."},
		{Do: "See the rules of the SSH server, and the account's groups.", Code: "sudo sshd -T | grep -i -e allowusers -e denyusers -e allowgroups -e denygroups; id {user}", Who: diag.Inside},
		{Do: "Add the account to the list, or to a group that is listed, check the file, and reload the server.", Code: "sudo usermod -aG GROUP {user}\nsudo sshd -t && sudo systemctl reload ssh", Who: diag.Inside},
		{Do: "If the log names PAM, the rule stands in /etc/security/access.conf or comes from your directory service.", Code: "grep -v '^#' /etc/security/access.conf", Who: diag.Inside},
	}},
}
