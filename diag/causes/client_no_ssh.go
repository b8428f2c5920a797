package causes

import (
	"strings"

	"sshhelp/diag"
)

var clientNoSSH = &diag.Cause{
	ID:    "client/no-ssh",
	Title: "no SSH client is installed on your computer",
	Doc: `The shell does not know a command ssh. On Windows the client is a part that can
be switched off; in containers, minimal images and some Git set-ups it is missing;
or it is there, but its folder is not in the search path.`,
	Text:   "Your computer has no ssh command, or your shell does not find it.",
	Breaks: diag.AtName,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: diag.NoClient,
		Example:  `'ssh' is not recognized as an internal or external command,`,
		NearMiss: `ssh: connect to host 203.0.113.5 port 22: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `(?:^|[\s:])(?:ssh|sftp|ssh-keygen|ssh-add): (?:command )?not found|\bssh\W? executable not found in any|SSH installation couldn.t be found`,
		Example:  `/bin/bash: line 1: ssh: command not found`,
		NearMiss: `bash: scp: command not found`,
	}},
	Check: checkNoSSH,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "On Windows 10 and later, switch it on in a PowerShell of the administrator, then open a new window.", Code: "Add-WindowsCapability -Online -Name OpenSSH.Client~~~~0.0.1.0"},
		{Do: "On Debian and Ubuntu install openssh-client; on Red Hat's systems openssh-clients, on Alpine openssh-client, on Arch openssh.", Code: "sudo apt-get install openssh-client"},
		{Do: "If it is installed, its folder is missing from PATH: on Windows that is C:\\Windows\\System32\\OpenSSH, or C:\\Program Files\\Git\\usr\\bin for Git's."},
		{Do: "On Windows PuTTY does as well: host {address}, port {port}, and the key under Connection, SSH, Auth."},
	}},
}

// checkNoSSH: a proxy command that is not found fails in a shell too.
func checkNoSSH(p *diag.Pass) diag.Verdict {
	return told(p, fromPastes(p, func(h diag.Hit) bool {
		return !strings.Contains(h.Text, "exec: ssh: not found") || !throughProxy(p.Evidence)
	}))
}
