package causes

import "sshhelp/diag"

var authServerPermissions = &diag.Cause{
	ID:    "auth/server-permissions",
	Title: "wrong owner or mode on the server: home directory, ~/.ssh or authorized_keys",
	Doc: `The SSH server does not trust a key file that others could have changed. The home
directory, ~/.ssh and authorized_keys must belong to the account (or root) and
nobody else may write to them. One careless chmod -R 777 is enough. The client
reads only "Permission denied"; the server's log says which file it is.`,
	Text:   "On {server} the owner or the mode of the account's key file, or of a directory above it, is wrong{named}: the SSH server ignores the keys in it.",
	Breaks: diag.AtKey,
	Lines: []diag.Line{{
		In: diag.ServerLog, Pattern: `Authentication refused: bad ownership or modes for (?:file|directory) (\S+)`,
		Example:  `sshd[812]: Authentication refused: bad ownership or modes for directory /home/debian`,
		NearMiss: `sshd[812]: Authentication refused for debian: bad password`,
	}, {
		In: diag.ServerLog, Pattern: `bad ownership or modes for (?:chroot directory(?: component)?|file|directory) "?([^"\s]+)`,
		Example:  `sshd[812]: fatal: bad ownership or modes for chroot directory "/srv/sftp"`,
		NearMiss: `sshd[812]: Bad owner of nothing`,
	}, {
		In: diag.ServerLog, Pattern: `(\S+) must be owned by user or root,? and not writable by`,
		Example:  `dropbear[77]: /home/git/.ssh must be owned by user or root, and not writable by others`,
		NearMiss: `dropbear[77]: Pubkey auth succeeded for 'root' with ssh-ed25519 key`,
	}, {
		In: diag.ServerLog, Pattern: `Could not open (?:user '[^']*' )?authorized keys '([^']*)': Permission denied|[Bb]ad (?:owner|permissions)\b.* (\S*authorized_keys)`,
		Example:  `sshd[812]: debug1: Could not open user 'git' authorized keys '/home/git/.ssh/authorized_keys': Permission denied`,
		NearMiss: `sshd[812]: debug1: Could not open user 'git' authorized keys '/home/git/.ssh/authorized_keys': No such file or directory`,
	}, {
		In: diag.ClientText, Pattern: `Authentication refused: bad ownership or modes for (?:file|directory) (\S+)`,
		Example:  `debug1: Remote: Authentication refused: bad ownership or modes for directory /home/debian`,
		NearMiss: `debug1: Remote: /home/debian/.ssh/authorized_keys:1: key options: pty`,
	}, {
		In: diag.ConsoleLog, Pattern: `Authentication refused: bad ownership or modes for (?:file|directory) (\S+)`,
		Example:  `web-1 sshd[723]: Authentication refused: bad ownership or modes for directory /usr/home/alice`,
		NearMiss: `web-1 sshd[723]: Authentication refused: realpath /home/alice/.ssh/authorized_keys failed`,
	}},
	Check: checkServerPermissions,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See who owns what, and who may write; the one that the log names comes first.", Code: "ls -ld ~{user} ~{user}/.ssh ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "Set it right.", Code: "sudo chown {user}: ~{user} ~{user}/.ssh ~{user}/.ssh/authorized_keys\nsudo chmod go-w ~{user}\nsudo chmod 700 ~{user}/.ssh && sudo chmod 600 ~{user}/.ssh/authorized_keys", Who: diag.Inside},
		{Do: "On Red Hat's systems restore the labels of SELinux as well.", Code: "sudo restorecon -R -v ~{user}/.ssh", Who: diag.Inside},
		rescue("If nobody can log in, boot it from a rescue image, mount its disk, and do the same there."),
	}},
}

// checkServerPermissions also takes what a server's log says that goes to the
// console; another account than the person's may be meant there. A server that
// takes a key for the account now trusts its file.
func checkServerPermissions(p *diag.Pass) diag.Verdict {
	if v := byText(p); v.State != diag.Unknown {
		return v
	}
	if taken(p.Evidence) != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	hit := firstHit(p, func(*diag.Hit) bool { return true })
	if hit == nil {
		return diag.Verdict{}
	}
	return lasting(p, hit, textArgs(p.Evidence, []diag.Hit{*hit}))
}
