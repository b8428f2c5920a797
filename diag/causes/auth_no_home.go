package causes

import "sshhelp/diag"

var authNoHome = &diag.Cause{
	ID:    "auth/no-home",
	Title: "the account's home directory or login shell is missing on the server",
	Doc: `The account names a home directory or a shell that does not exist: the disk that
holds /home is not mounted, the directory was never made, or a shell was set that
is not installed. Without the home the server finds no key for the account.`,
	Text:   "On {server} the home directory or the login shell of {user} is missing.",
	Breaks: diag.AtSession,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^Could not chdir to home directory (\S+): No such file or directory`,
		Example:  `Could not chdir to home directory /home/alice: No such file or directory`,
		NearMiss: `Could not chdir to home directory /home/alice: Permission denied`,
	}, {
		In: diag.ClientText, Pattern: `^/(?:usr/)?(?:local/)?s?bin/(?:ba|z|fi|k|c|tc|da)?sh: No such file or directory$`,
		Example:  `/bin/zsh: No such file or directory`,
		NearMiss: `bash: /opt/run.sh: No such file or directory`,
	}, {
		In: diag.ServerLog, Pattern: `User (\S+) (?:from \S+ )?not allowed because shell \S+ (?:does not exist|is not executable)|User '(\S+)' has invalid shell`,
		Example:  `sshd[9]: User bob not allowed because shell /bin/zsh does not exist`,
		NearMiss: `sshd[9]: User bob not allowed because account is locked`,
	}},
	Check: checkServerLog,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See which home and shell the account names, and whether they are there.", Code: "getent passwd {user}; ls -ld ~{user}; cat /etc/shells", Who: diag.Inside},
		{Do: "If the home is missing because its disk is not mounted, mount it.", Code: "sudo mount -a; findmnt /home", Who: diag.Inside},
		{Do: "Else make it, or give the account a shell that exists.", Code: "sudo mkhomedir_helper {user}\nsudo usermod -s /bin/bash {user}", Who: diag.Inside},
	}},
}
