package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

var sshdClosesEarly = &diag.Cause{
	ID:    "sshd/closes-early",
	Title: "the server ends the connection before anybody can log in",
	Doc: `The connection comes about and is then closed or reset from the other side,
before or while the two sides agree on encryption. Usual reasons: the SSH server
has no usable host keys or a broken installation and dies at once; an access list
(/etc/hosts.deny) or a ban forbids the address; it has too many unfinished
connections; or a device in between lets nothing through that looks like SSH.`,
	Text:   "{subject} accepts connections on port {port} and then closes them before anybody can log in.",
	Maybe:  "{subject} closed a connection on port {port} before the log-in: it may be limiting connections for a moment, or refuse some addresses.",
	Breaks: diag.AtSSH,
	Lines: []diag.Line{{
		In: diag.ClientText, Pattern: `^[^A-Za-z]*(?:.* via ssh: )?(?:ssh|kex)_exchange_identification: (?:read: )?Connection (?:closed by remote host|reset)`,
		Example:  `kex_exchange_identification: read: Connection reset by peer`,
		NearMiss: `Nov 18 09:14:10 web-01 sshd[4120]: kex_exchange_identification: Connection closed by remote host`,
	}, {
		In: diag.ClientText, Pattern: `banner exchange: Connection to (\S+) port (\d+): (?:Connection reset by peer|Broken pipe)`,
		Example:  `banner exchange: Connection to 203.0.113.5 port 22: Broken pipe`,
		NearMiss: `banner exchange: Connection to 203.0.113.5 port 22: invalid format`,
	}, {
		In: diag.ClientText, Pattern: `ssh: handshake failed: (?:EOF|read tcp \S+: (?:read|wsarecv): .*(?:reset|forcibly closed))`,
		Example:  `ssh: handshake failed: read tcp 192.0.2.7:51234->203.0.113.5:22: read: connection reset by peer`,
		NearMiss: `ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey]`,
	}, {
		In: diag.ClientText, Pattern: `Session\.connect: java\.(?:io\.IOException: End of IO Stream Read|net\.SocketException: Connection reset)|Connection lost before handshake|Server closed connection during identification|JSchException: connection is closed by foreign host|Net::SSH::Disconnect|Failed getting banner|Socket error: (?:disconnected|Connection reset)|Connection closed prematurely|ConnectionClosedException|Remote closed the connection|An established connection was aborted by the server`,
		Example:  `com.jcraft.jsch.JSchException: Session.connect: java.io.IOException: End of IO Stream Read`,
		NearMiss: `com.jcraft.jsch.JSchException: Session.connect: java.net.SocketTimeoutException: Read timed out`,
	}, {
		In: diag.ClientText, Pattern: `Error reading SSH protocol banner\[Errno (?:104|54|10054)\]|ConnectionResetError|^(?:Error: )?read ECONNRESET|(?:Exception|SSHException): .*(?:EOFError|Connection reset by peer)`,
		Example:  `paramiko.ssh_exception.SSHException: Error reading SSH protocol banner[Errno 104] Connection reset by peer`,
		NearMiss: `paramiko.ssh_exception.SSHException: Error reading SSH protocol banner`,
	}, {
		In: diag.ClientText, Pattern: `^` + pythonEOF + `\s*$`,
		Example:  `EOFError`,
		NearMiss: `EOFError: Ran out of input`,
	}, {
		In: diag.ClientText, Pattern: puttyClosed,
		Example:  `FATAL ERROR: Remote side unexpectedly closed network connection`,
		NearMiss: `FATAL ERROR: Network error: Connection refused`,
	}, {
		In: diag.ClientText, Pattern: `^ssh_dispatch_run_fatal: Connection to (\S+) port (\d+): (?:Connection (?:reset|corrupted)|Broken pipe|message authentication code incorrect|incorrect signature|unexpected internal error|error in libcrypto|invalid (?:format|argument))`,
		Example:  `ssh_dispatch_run_fatal: Connection to 203.0.113.5 port 22: message authentication code incorrect`,
		NearMiss: `ssh_dispatch_run_fatal: Connection to 203.0.113.5 port 22: Operation timed out`,
	}, {
		In: diag.ServerLog, Pattern: `ssh_dispatch_run_fatal: Connection from \S+ port \d+: (?:unexpected internal error|error in libcrypto|invalid argument|No such file or directory)|sshd_hostkey_sign: .*failed`,
		Example:  `sshd[6059]: ssh_dispatch_run_fatal: Connection from 203.0.113.7 port 60885: unexpected internal error [preauth]`,
		NearMiss: `sshd[6059]: ssh_dispatch_run_fatal: Connection from 203.0.113.7 port 60885: Connection corrupted [preauth]`,
	}, {
		In: diag.ClientText, Pattern: closedAnyTime,
		Example:  `Connection closed by 203.0.113.5 port 22`,
		NearMiss: `Connection to login.example.ac.uk closed.`,
	}},
	ExplainedBy: slices.Concat([]*diag.Cause{
		clientJumpHost, networkLocalBlock, sshdBanned, sshdOtherPort, sshdThrottled, sshdProtocol1, sshdOldAlgorithms, networkMTU,
		authTooManyKeys, authCertificate, authRSASHA1, hostkeyChanged, hostkeyUnknown, bootSSHDFailed,
	}, accountTrouble, guestNotReady),
	Check: checkClosesEarly,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait ten minutes, then try once: bans and limits on connections wear off."},
		{Do: "Try from another network, such as a mobile phone's: if that works, your address is refused, or a device on your way does not let SSH through."},
		{Do: "If the instance has only just been made, see on its console log whether it has finished booting and made its host keys.", Code: "openstack console log show --lines 100 {id}"},
		{Do: "Open its own console; an account with a password is needed there.", Code: "openstack console url show {id}"},
		{Do: "There, see what the SSH server logs when you connect, check its configuration and host keys, and the access list.", Code: "sudo journalctl -u ssh -u sshd --since -15min\nsudo sshd -t\nsudo ssh-keygen -A\ncat /etc/hosts.allow /etc/hosts.deny", Who: diag.Inside},
		{Do: "Then restart it. (The service is called sshd on Red Hat's and SUSE's systems.)", Code: "sudo systemctl restart ssh", Who: diag.Inside},
	}},
}

// closedAnyTime is what clients print whenever the other side hangs up; only
// what stands above it tells whether that was early.
const closedAnyTime = `^[^A-Za-z]*Connection (?:closed|reset) by (\S+?)(?: port (\d+))?\s*$`

// pythonEOF is the line of a traceback by which paramiko shows that it was the
// other side that hung up.
const pythonEOF = "EOFError"

// puttyClosed is the same in the words of PuTTY, its tools and WinSCP, which say
// little of what went before.
const puttyClosed = `(?:Remote side|Server) unexpectedly closed network connection|Network error: (?:Software caused connection abort|Connection reset by peer)`

// limits are what a server says that hangs up because of too many connections,
// not because something is wrong with it.
var limits = []string{"Exceeded MaxStartups", "Not allowed at this time"}

func checkClosesEarly(p *diag.Pass) diag.Verdict {
	ends := func(r *diag.Reach) bool {
		hungUp := []diag.Outcome{diag.Closed, diag.Reset}
		return r.SSH != nil && (slices.Contains(hungUp, r.SSH.Ident) || slices.Contains(hungUp, r.SSH.Kex))
	}
	goesOn := func(r *diag.Reach) bool { return identified(r) && (r.SSH.Kex == diag.OK || r.SSH.Kex == diag.NoMatch) }
	s := sight(p.Evidence, ends, goesOn)
	var o diag.Observation
	limited := pasted(p.Evidence, limits...)
	if s.fails != nil {
		limit := limitSaid(s.fails.SSH.Before)
		limited = limited || limit != ""
		o = observeSSH(s.fails, limit, s.fails.SSH.IdentErr, s.fails.SSH.KexErr, "the other side hung up")
	}
	hits := closedEarly(p)
	vague := len(hits) > 0 && s.fails == nil && !slices.ContainsFunc(hits, func(s said) bool { return s.Line.Pattern != puttyClosed }) &&
		!eventLog(p.Evidence) && (!heardOf(p.Evidence, toConnect) || heardOf(p.Evidence, inSession))
	v := judgeSSH(p, s, o, hits)
	if s.fails != nil && s.works && !s.own { // it goes by who asks, as access lists and bans do
		v = diag.Verdict{State: diag.Possible, Args: serverArgs(p.Evidence, hits), Because: append([]diag.Observation{o}, quote(hits)...)}
	}
	if logged := fromPastes(p, func(h diag.Hit) bool { return h.Line.In == diag.ServerLog }); v.State == diag.Unknown && len(logged) > 0 {
		return told(p, logged)
	}
	if (limited || vague) && v.State == diag.Confirmed {
		v.State = diag.Possible
	}
	return v
}

// inSession is how people tell that they were logged in when it happened: PuTTY
// says the same at any time.
var inSession = regexp.MustCompile(`(?i)\b(?:after|every) (?:about |a |an |some |few )*(?:\d+ ?)?(?:while|hours?|min(?:ute)?s?|h|idle)\b|\bidle\b|keeps? (?:dropping|disconnecting)|disconnects? me|logs? me out|while (?:i|it) (?:was|is|am)|in the middle|during (?:the )?(?:transfer|upload|download|copy|session)|\b(?:transfer|upload|download|session|keepalive)`)

// toConnect is how people tell that they do not even get in.
var toConnect = regexp.MustCompile(`(?i)(?:can(?:'t|not| not)|unable to|cant|won't|fails? to|try(?:ing)? to|tried to|when(?:ever)? (?:i|we)|refuses? to|not able to|able to|doesn't) +(?:ssh|log ?in|log on|connect|get in|open|reach|access)`)

// eventLog reports whether PuTTY's own log shows the attempt from its beginning,
// so that its messages tell how far that came.
func eventLog(e *diag.Evidence) bool {
	a := clientAttempt(e)
	return a != nil && a.Stage <= diag.ReachedHostKey && pasted(e, "Looking up host", "We claim version", "We believe remote version")
}

// heardOf reports whether anything in the pasted texts, people's words included,
// matches.
func heardOf(e *diag.Evidence, pattern *regexp.Regexp) bool {
	for _, paste := range e.Pastes {
		if slices.ContainsFunc(paste.Heard, func(l diag.LogLine) bool { return pattern.MatchString(l.Text) }) {
			return true
		}
	}
	return false
}

// limitSaid returns the line by which a server tells of a limit, "" if none does.
func limitSaid(lines []string) string {
	for _, line := range lines {
		if slices.ContainsFunc(limits, func(l string) bool { return strings.Contains(line, l) }) {
			return line
		}
	}
	return ""
}

// blunt reports whether all that a client said is that the other side hung up:
// with nothing said of a login, it did not come to that.
func blunt(e *diag.Evidence) bool {
	a := clientAttempt(e)
	return a != nil && a.Failed && a.Stage <= diag.ReachedConnect && a.Offers+a.Passwords == 0 && !pasted(e, "debug1:", "assword", "assphrase", "SSH2_MSG_NEWKEYS")
}

// closedEarly returns what clients said, unless the same text shows that it
// was a proxy that hung up, that no SSH server spoke, or that it was not early.
func closedEarly(p *diag.Pass) []said {
	if a := clientAttempt(p.Evidence); a != nil && a.LoggedIn() {
		return nil
	}
	if throughProxy(p.Evidence) || pasted(p.Evidence, "banner line 0: HTTP", "banner line 0: <") {
		return nil
	}
	early := pasted(p.Evidence, "Local version string", "SSH2_MSG_KEXINIT sent") &&
		!pasted(p.Evidence, "SSH2_MSG_NEWKEYS", "Authentications that can continue", "Authenticated to")
	early = early || blunt(p.Evidence)
	late := pasted(p.Evidence, "login as:", "Using username", "Server refused our key", "Access granted", "Authenticating with")
	return slices.DeleteFunc(saidOfTarget(p), func(s said) bool {
		return strings.HasPrefix(s.Text, pythonEOF) && !pasted(p.Evidence, "Error reading SSH protocol banner") || s.Line.Pattern == closedAnyTime && !early || s.Line.Pattern == puttyClosed && late
	})
}
