package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var sshdNoBanner = &diag.Cause{
	ID:    "sshd/no-banner",
	Title: "the port opens, but the SSH server says nothing",
	Doc: `The connection comes about, but the first line that every SSH server sends does
not arrive. Opening a connection is the work of the system's kernel, answering is
the server's: most often the instance is starved, of memory, processor or disk, so
that the server does not get its turn. A firewall or load balancer that accepts
connections for a server that is gone looks the same.`,
	Text:   "Port {port} of {server} opens, but its SSH server does not say a word: the instance is probably overloaded or hangs.",
	Maybe:  "The SSH server of {server} did not answer you in time, though it answers from here: it may be slow, or your network.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `(?:Connection timed out |^)during banner exchange|(?:ssh|kex)_exchange_identification: read: (?:Connection|Operation) timed out`,
		Example:  `Connection timed out during banner exchange`,
		NearMiss: `ssh: connect to host 203.0.113.5 port 22: Connection timed out`,
	}, {
		In: diag.ClientText, Pattern: `banner exchange: Connection to (\S+) port (\d+): Connection timed out`,
		Example:  `banner exchange: Connection to 203.0.113.5 port 22: Connection timed out`,
		NearMiss: `banner exchange: Connection to 203.0.113.5 port 22: invalid format`,
	}, {
		In: diag.ClientText, Pattern: `Cannot connect to \S+ Banner timeout|Timed out while waiting for handshake|Timeout during SSH handshake|Error reading SSH protocol banner$|ssh: handshake failed: read tcp .*i/o timeout|JSchException: Session\.connect: java\.net\.SocketTimeoutException|Socket read operation has timed out|Host is not communicating for more than`,
		Example:  `PHP Notice:  Cannot connect to host.example.com Banner timeout in /srv/app/Net/SSH2.php on line 793`,
		NearMiss: `PHP Notice:  Cannot connect to host.example.com:22. Error 110. Connection timed out`,
	}},
	ExplainedBy: append([]*diag.Cause{clientJumpHost, networkLocalBlock, sshdThrottled}, guestNotReady...),
	Check:       checkNoBanner,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait a few minutes and try again, with patience: a busy machine may answer late.", Code: "ssh -o ConnectTimeout=120 -p {port} {user}@{address}"},
		{Do: "Look at the end of the console log for what it is busy with: \"Out of memory\", \"blocked for more than 120 seconds\", I/O errors, a full disk.", Code: "openstack console log show --lines 100 {id}"},
		{Do: "Open its own console and see what uses it up; an account with a password is needed there.", Code: "openstack console url show {id}"},
		{Do: "There: load, memory and disk.", Code: "uptime; free -m; df -h", Who: diag.Inside},
		{Do: "If nothing else helps, save the console log, reboot it, and hard reboot it if that is ignored. What was in memory is lost.", Code: "openstack console log show {id} > console.log\nopenstack server reboot {id}\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
	}},
}

func checkNoBanner(p *diag.Pass) diag.Verdict {
	s := sight(p.Evidence, identEnds(diag.TimedOut), identified)
	var o diag.Observation
	if s.fails != nil {
		o = observeSSH(s.fails, s.fails.SSH.IdentErr, "connected, but no identification string came in time")
	}
	hits := saidOfTarget(p)
	if pasted(p.Evidence, pythonEOF, "Banner: ") { // paramiko's: it was hung up, or something else spoke
		hits = slices.DeleteFunc(hits, func(s said) bool { return strings.Contains(s.Text, "SSH protocol banner") })
	}
	return judgeSSH(p, s, o, hits)
}
