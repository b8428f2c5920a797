package causes

import (
	"slices"

	"sshhelp/diag"
)

var sshdRefused = &diag.Cause{
	ID:    "sshd/refused",
	Title: "nothing listens on the SSH port",
	Doc: `"Connection refused" means that the machine was reached and its system answered,
but no program listens on that port. Either the SSH server is not running: it is
not started yet, failed to start, was stopped, or the system came up only in part;
or it listens on another port. A ban by fail2ban after failed logins looks the
same, and ends by itself after some minutes.`,
	Text:   "{subject} answers, but nothing listens on port {port}: its SSH server is not running, or uses another port.",
	Maybe:  "{subject} refused your connection on port {port}, but accepts one from here: it may have banned your address for a while.",
	Breaks: diag.AtPort,
	// From outside its network, what refuses at a private address is another
	// machine that has the same.
	ExplainedBy: append([]*diag.Cause{networkPrivateOnly, clientJumpHost, sshdBanned, sshdOtherPort, bootSSHDFailed}, guestNotReady...),
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: openSSHSays(saysRefused),
		Example:  `ssh: connect to host 203.0.113.5 port 22: Connection refused`,
		NearMiss: `channel 3: open failed: connect failed: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `(?:Network error|FATAL ERROR): Connection (?:refused|to "[^"]*" refused)`,
		Example:  `FATAL ERROR: Network error: Connection refused`,
		NearMiss: `Error: (SSH) Channel open failure: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `dial tcp (\S+):(\d+): connect: connection refused`,
		Example:  `ssh: dial tcp 203.0.113.5:22: connect: connection refused`,
		NearMiss: `dial tcp :22: connect: connection refused`,
	}, {
		In: diag.ClientText, Pattern: `connect ECONNREFUSED (\S+):(\d+)`,
		Example:  `Error: connect ECONNREFUSED 203.0.113.5:22`,
		NearMiss: `Error: connect EHOSTUNREACH 203.0.113.5:22`,
	}, {
		In: diag.ClientText, Pattern: `JSchException: java\.net\.ConnectException: Connection refused`,
		Example:  `com.jcraft.jsch.JSchException: java.net.ConnectException: Connection refused`,
		NearMiss: `java.net.ConnectException: Connection refused: localhost/127.0.0.1:5432`,
	}, {
		In: diag.ClientText, Pattern: `nc: connect to (\S+)(?: \(\S+\))? port (\d+) \(tcp\) failed: Connection refused`,
		Example:  `nc: connect to 203.0.113.5 port 22 (tcp) failed: Connection refused`,
		NearMiss: `nc: connect to 203.0.113.5 port 22 (tcp) failed: Connection timed out`,
	}, {
		In: diag.ClientText, Pattern: vagrantRefused,
		Example:  `Warning: Connection refused. Retrying...`,
		NearMiss: `Warning: Connection timeout. Retrying...`,
	}, {
		In: diag.ClientText, Pattern: `NoValidConnectionsError|Unable to connect to port \d+ on |telnet: Unable to connect to remote host: Connection refused|(?:Connect failed|Error connecting): Connection refused|ECONNREFUSED: Connection refused - connect|ECONNREFUSED - Connection refused by server|Cannot connect to \S+ Error 111|^22/tcp +closed`,
		Example:  `paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 22 on 203.0.113.5`,
		NearMiss: `TimeoutError: [Errno 110] Connection timed out`,
	}},
	Check: checkRefused,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "If the instance has only just started, wait two minutes and try again. If you tried in vain several times, wait ten: you may be banned."},
		{Do: "If its SSH server listens on another port, name that one.", Code: "ssh -p PORT {user}@{address}"},
		{Do: "See on the console log whether the system came up, and whether the SSH service failed.", Code: "openstack console log show --lines 100 {id}"},
		{Do: "Open the instance's own console; an account with a password is needed there.", Code: "openstack console url show {id}"},
		{Do: "There, see why the SSH server does not run, check its configuration, and start it for good. (The service is called sshd on Red Hat's and SUSE's systems.)", Code: "sudo systemctl status ssh\nsudo sshd -t\nsudo systemctl enable --now ssh", Who: diag.Inside},
		{Do: "See which port it is set to: the line Port in the configuration, 22 if there is none.", Code: "sudo grep -ri '^Port' /etc/ssh/sshd_config /etc/ssh/sshd_config.d", Who: diag.Inside},
		rescue("If you cannot log in there, boot it from a rescue image, mount its disk and mend it there."),
	}},
}

// checkRefused takes a reset for an answer of the host itself. An ICMP error, of
// which the sender is known, is a firewall's.
func checkRefused(p *diag.Pass) diag.Verdict {
	s := sight(p.Evidence,
		func(r *diag.Reach) bool { return r.Connect.Outcome == diag.Refused && !r.Connect.By.IsValid() },
		func(r *diag.Reach) bool { return r.Connect.Outcome == diag.OK })
	var o diag.Observation
	if s.fails != nil {
		o = s.fails.ObserveConnect()
	}
	return judgeSSH(p, s, o, retried(p, saidOfTarget(p), vagrantRefused))
}

// vagrantRefused is what Vagrant prints each time that it tries while a machine
// boots; manyRetries is from how many on that was in vain.
const (
	vagrantRefused = `Warning: Connection refused\. Retrying`
	manyRetries    = 3
)

// retried leaves out the tries of Vagrant's if they are few or if it got in later.
func retried(p *diag.Pass, hits []said, pattern string) []said {
	if countOf(hits, pattern) >= manyRetries && !pasted(p.Evidence, "Machine booted and ready", "Inserting generated public key") {
		return hits
	}
	return slices.DeleteFunc(hits, func(s said) bool { return s.Line.Pattern == pattern })
}
