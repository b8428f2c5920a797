package causes

import (
	"regexp"

	"sshhelp/diag"
)

var bootSSHDFailed = &diag.Cause{
	ID:    "boot/sshd-failed",
	Title: "its SSH server failed to start",
	Doc: `The guest has booted, but its SSH server did not start: mostly for a mistake
in its configuration, or because it has no host keys. Why is in the guest's own
journal only. Connections are refused then.`,
	Text:        "The SSH server of {name} failed to start, so nothing listens on port {port}.",
	Maybe:       "The SSH server of {name} failed to start when the instance ran last.",
	Breaks:      diag.AtPort,
	ExplainedBy: []*diag.Cause{bootDiskFull, bootFilesystem, bootEmergencyMode},
	Lines: append([]diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Failed to start .*(?:(?:OpenSSH|SSH|sshd?)\b.*[Kk]ey|[Kk]ey.*\b(?:OpenSSH|SSH|sshd?)\b|sshd-?keygen|sshdgenkeys|ssh-host-keys)`,
		Example:  `[FAILED] Failed to start OpenSSH Server Key Generation.`,
		NearMiss: `[FAILED] Failed to start Session Key Store.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `sshd: no hostkeys available|Missing privilege separation directory|Privilege separation user sshd does not exist|sshd\S*: .*(?:Bad configuration option|terminating, \d+ bad configuration|Cannot bind any address)|(?:/var/empty/sshd|/run/sshd|/var/run/sshd) must be owned by root`,
		Example:  `sshd: no hostkeys available -- exiting.`,
		NearMiss: `sshd[812]: Server listening on 0.0.0.0 port 22.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to start .*(?:OpenBSD Se|Secure Shell|Shell server|OpenSSH (?:[Ss]erver [Dd]aemon|Daemon)|\bsshd?\.serv|SSH [Dd]aemon)`,
		Example:  `[FAILED] Failed to start ssh.service - OpenBSD Secure Shell server.`,
		NearMiss: `[  OK  ] Started ssh.service - OpenBSD Secure Shell server.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(?i:starting (?:OpenSSH|dropbear|sshd?\b).*(?:: *FAIL|\[ *fail(?:ed)? *\]|\[ *!! *\]))|failed to start sshd|sshd failed to start`,
		Example:  `Starting dropbear sshd: FAIL`,
		NearMiss: `Starting dropbear sshd: OK`,
	}}, sshdFailedText...),
	Check: checkSSHDFailed,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Open its virtual console (openstack console url show {id}), log in with an account that has a password, and ask the server what is wrong with its configuration.", Code: "sudo sshd -t; sudo journalctl -b --no-pager -u ssh -u sshd", Who: diag.Inside},
		{Do: "If host keys are missing, make them and start the server. (The service is called sshd on Red Hat's and SUSE's systems.)", Code: "sudo ssh-keygen -A && sudo systemctl restart ssh", Who: diag.Inside},
		rescue("If nobody can log in there, boot it from a rescue image, mount its disk and correct /etc/ssh/sshd_config on that."),
	}},
}

// sshdSays tells what the server itself said, or the making of its keys, from
// the state of its unit, which the reader of the console follows.
var sshdSays = regexp.MustCompile(`(?i)key|privilege separation|configuration option|bind any|must be owned`)

// checkSSHDFailed goes by the unit's last state: a server that is restarted may
// fail first.
func checkSSHDFailed(p *diag.Pass) diag.Verdict {
	if v := byText(p); v.State == diag.Confirmed && p.SSHAnswers() == nil {
		return v
	}
	c := p.Console
	if c == nil {
		return diag.Verdict{}
	}
	if s := c.SSHD; s != nil && !s.Running && c.Down == nil {
		return stuck(p, &diag.Hit{N: s.Line.N, Text: s.Line.Text}, nil)
	}
	hit := firstHit(p, func(h *diag.Hit) bool {
		return sshdSays.MatchString(h.Text) && (c.SSHD == nil || !c.SSHD.Running || c.SSHD.Line.N < h.N)
	})
	if hit == nil && c.SSHD != nil && c.SSHD.Running {
		return diag.Verdict{State: diag.RuledOut}
	}
	return stuck(p, hit, nil)
}
