package causes

import (
	"regexp"

	"sshhelp/diag"
)

var authBooting = &diag.Cause{
	ID:    "auth/booting",
	Title: "the server lets nobody but root in until its boot has ended, or because it is being shut down",
	Doc: `While a system boots or shuts down, a file named nologin keeps everybody but root
out. It goes away by itself when the boot is over. If a service never comes up, or
an administrator made the file and forgot it, it stays.`,
	Text:   "{subject} lets nobody log in for now: it is still booting or being shut down, or its nologin file was left behind.",
	Breaks: diag.AtAccount,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `System is booting up|[Uu]nprivileged users are not permitted to log in|see pam_nologin|^The system is going down|^System is going down`,
		Example:  `"System is booting up. Unprivileged users are not permitted to log in yet. Please come back later. For technical details, see pam_nologin(8)."`,
		NearMiss: `System information as of Fri Nov 20 12:00:00 UTC 2026`,
	}, {
		In: diag.ServerLog, Pattern: `System is booting up|[Uu]nprivileged users are not permitted|pam_nologin\(sshd|not allowed because \S*/nologin exists`,
		Example:  `sshd[911]: fatal: pam_nologin(sshd:account): cannot determine username`,
		NearMiss: `sshd[911]: pam_unix(sshd:account): account bob has expired`,
	}},
	Check: checkBooting,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait two minutes and try again.", Code: "ssh -p {port} {user}@{address}"},
		{Do: "If it stays, see on the console log which service the boot waits for.", Code: "openstack console log show --lines 100 {id}"},
		{Do: "If the boot has long ended, take the file away.", Code: "sudo systemctl list-jobs; sudo rm -f /run/nologin /var/run/nologin /etc/nologin", Who: diag.Inside},
		{Do: "If nobody can get in, reboot it.", Code: "openstack server reboot {id}", Risk: diag.Restarts},
	}},
}

// checkBooting: servers say so to a client that has shown its key, as a rule, and
// some of them to everybody.
func checkBooting(p *diag.Pass) diag.Verdict {
	v := byText(p)
	if seen := saidAtLogin(p.Evidence, shutsOut.MatchString); v.State == diag.Unknown && seen != nil {
		v = diag.Verdict{State: diag.Confirmed, Args: textArgs(p.Evidence, nil), Because: seen}
	}
	return v
}

// shutsOut are pam_nologin's words and systemd's.
var shutsOut = regexp.MustCompile(`System is booting up|[Uu]nprivileged users are not permitted to log in|pam_nologin|^The system is going down|^System is going down`)
