package diag

import (
	"regexp"
	"strings"
)

// clientSayings are OpenSSH's (ssh.c, sshconnect.c, sshconnect2.c, packet.c),
// with -v and without, from version 5 on.
var clientSayings = []saying{
	says("OpenSSH_", `^(OpenSSH_[^,\s]+(?: [^,]+)?), `, (*attemptReader).version),
	says("Connecting to ", `^(?:debug1: )?Connecting to (\S+?)(?: \[[^\]]*\])? port (\d+)`, (*attemptReader).connecting),
	says("Connection established", `^debug1: Connection established`, reaches(ReachedBanner)),
	says("Local version string", `Local version string`, reaches(ReachedBanner)),
	says("Remote protocol version", `Remote protocol version 2\.0, remote software version (.+)`, func(r *attemptReader, m []string) { r.serverIs(m[1]) }),
	says("Remote protocol version 1.99", `Remote protocol version 1\.99, remote software version (.+)`, func(r *attemptReader, m []string) { r.serverIs(m[1]) }),
	says("Remote protocol version 1", `Remote protocol version 1\.\d`, reaches(ReachedBanner)),
	says("SSH2_MSG_KEXINIT", `SSH2_MSG_KEXINIT (?:sent|received)`, reaches(ReachedKex)),
	says("Server host key", `Server host key: `, reaches(ReachedHostKey)),
	says("SSH2_MSG_NEWKEYS received", `SSH2_MSG_NEWKEYS received`, reaches(ReachedAuth)),
	says("Authenticating to ", `Authenticating to (\S+):(\d+) as '([^']*)'`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.as(m[3])
	}),
	says("authenticity of host", `The authenticity of host '(\[?[^\s'\]]+\]?)(?::(\d+))?(?: \([^)]*\))?' can't be established`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.reach(ReachedHostKey)
	}),
	says("HAS CHANGED", `REMOTE HOST IDENTIFICATION HAS CHANGED`, reaches(ReachedHostKey)),
	says("requested strict checking", `(?:Host key for|host key is known for) (\[?[^\s\]]+\]?)(?::(\d+))? (?:has changed )?and you have requested strict checking`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedHostKey)
	}),
	says("ssh-keygen -f", `ssh-keygen -f "[^"]*" -R "\[?([^"\]]+)\]?(?::(\d+))?"`, func(r *attemptReader, m []string) { r.to(m[1], m[2]) }),
	says("Host key verification failed", `^Host key verification failed`, fails(ReachedHostKey)),
	says("Authentications that can continue", `Authentications that can continue: (\S+)`, func(r *attemptReader, m []string) {
		r.at.methods(m[1])
		r.at.reach(ReachedAuth)
	}),
	says("Offering", `Offering (?:(\S+) )?public key: (.+)`, (*attemptReader).offering),
	says("Server accepts key: ", `Server accepts key: (.+)`, (*attemptReader).accepts),
	says("Permission denied", `^(?:([\w.+-]+)@(\S+): )?Permission denied \(([a-z0-9,@.-]+)\)`, (*attemptReader).denied),
	says("Permission denied, please try again", `^Permission denied, please try again`, func(r *attemptReader, _ []string) {
		r.at.Passwords++
		r.at.reach(ReachedAuth)
	}),
	says("'s password:", `^\(?([\w.+-]+)@([^\s')]+?)\)?'s password:`, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.to(m[2], "")
		r.at.reach(ReachedAuth)
	}),
	says("connect to ", `^ssh: connect to (?:host|address) (\S+) port (\d+): `, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedConnect)
	}),
	says("Could not resolve hostname", `Could not resolve hostname (\S+?):? `, func(r *attemptReader, m []string) {
		r.to(strings.TrimRight(m[1], ":"), "")
		r.at.fail(ReachedConnect)
	}),
	says("_exchange_identification: ", `_exchange_identification: (?:read: )?(?:Connection|Operation|banner line contains|No SSH)`, fails(ReachedBanner)),
	says("banner line 0", `_exchange_identification: banner line 0: `, reaches(ReachedBanner)),
	says("during banner exchange", `during banner exchange`, fails(ReachedBanner)),
	says("banner exchange: ", `banner exchange: Connection to (\S+) port (\d+): `, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedBanner)
	}),
	says("Connection ", `^(?:ssh_dispatch_run_fatal: )?(?:Connection (?:closed|reset) by|Connection to) (\S+) port (\d+)`, (*attemptReader).ended),
	says("Unable to negotiate", `^Unable to negotiate with (\S+) port (\d+): `, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedKex)
	}),
	says("Received disconnect from", `^Received disconnect from (\S+) port (\d+)`, (*attemptReader).ended),
	says("Authenticated to ", `^Authenticated to (\S+) \(\[?([^\s\])]+)\]?(?::(\d+))?\)`, func(r *attemptReader, m []string) {
		r.to(m[1], m[3])
		r.loggedIn()
	}),
	says("Authentication succeeded", `Authentication succeeded \(`, logsIn),
	says("Entering interactive session", `Entering interactive session`, logsIn),
	says("stdio forwarding failed", `stdio forwarding failed`, fails(ReachedBanner)),
	says("UNKNOWN port 65535", `UNKNOWN port 65535`, (*attemptReader).pipeEnded),
	says("roxy", `Executing proxy command: |Setting implicit ProxyCommand`, func(r *attemptReader, _ []string) { r.at.Jump = true }),
}

// sessionSayings show that somebody is in, or was.
var sessionSayings = []saying{
	says("Last login: ", `^Last login: `, logsIn),
	says("Welcome to ", `^Welcome to (?:Ubuntu|Debian|Alibaba|Alpine|openSUSE)`, logsIn),
	says("request failed on channel", `^(?:PTY allocation|shell|exec|subsystem) request failed on channel`, logsIn),
	says("client_loop: ", `^(?:client_loop: send disconnect|packet_write_wait: Connection to|Write failed: Broken pipe|Timeout, server )`, logsIn),
	says("onnection to ", `^(?:Shared connection|Connection) to (\S+) closed\.?$`, func(r *attemptReader, m []string) {
		r.to(m[1], "")
		r.loggedIn()
	}),
	says("sftp>", `^p?sftp>`, logsIn),
	says("Remote working directory is", `^Remote working directory is `, logsIn),
	says("Connected to ", `^Connected to \S+\.$`, func(r *attemptReader, m []string) {
		if r.at.Command == "sftp" || r.at.Stage >= ReachedAuth {
			r.loggedIn()
		}
	}),
	says(": Permission denied", `(?:^(?:-?bash|zsh|sh|rsync|sftp): |(?:^|: |")scp: |\bdest open "|remote (?:open|mkdir|delete)\(?"?)\S*.*: Permission denied`, logsIn),
	says(" not found", `^ERROR: Repository not found|^remote: Repository not found`, logsIn),
	says("successfully authenticated", `You've successfully authenticated|Welcome to GitLab, @`, logsIn),
	says("closed by remote host", `^Connection to \S+ closed by remote host`, logsIn),
	says("Received message too long", `Received message too long \d`, logsIn),
	says("Machine booted and ready", `Machine booted and ready|Key inserted! Disconnecting`, logsIn),
	says("onnection", `Shared connection to (\S+) closed`, logsIn),
	says("Running remote connection script", `Running remote connection script|Acquiring lock on /`, logsIn),
	says("USERAUTH_SUCCESS", `(?:SSH_MSG_|Received )USERAUTH_SUCCESS`, logsIn),
	says("uthentication", `Authentication \(\S+\) successful!|^(?:DEBUG - )?Authentication succeeded$`, logsIn),
	says("Channel open failure", `Channel open failure: `, logsIn),
	says("Access granted", `^Access granted`, logsIn),
	says("lease login as", `[Pp]lease login as`, logsIn),
	says("currently not available", `account is currently not available`, logsIn),
	says("chdir to home", `Could not chdir to home directory`, logsIn),
	says("xit status", `^debug1: Exit status \d`, logsIn),
}

// clientTexts finds which sayings a message may be.
var clientTexts, clientSaid = indexSayings(clientSayings, sessionSayings, otherSayings)

// client reads one message of a client.
func (r *attemptReader) client(index int, message string) {
	r.index = index
	if r.command(message) {
		return
	}
	if r.peer {
		r.peerLine(message)
	}
	for _, i := range clientTexts.find(message, nil) {
		s := &clientSaid[i]
		if m := s.re.FindStringSubmatch(message); m != nil {
			if r.at == nil {
				r.start(ClientText)
			}
			s.read(r, m)
		}
	}
	if r.at != nil && strings.HasPrefix(message, "debug") {
		r.at.verbose = true
	}
}

// pipeEnded reads that what hung up is the pipe to a jump host or proxy command.
// If the person's words did not name the target, what was read was that host's.
func (r *attemptReader) pipeEnded(_ []string) {
	if !r.at.Jump && !r.named {
		r.at.Host, r.at.Port, r.at.User = "", 0, ""
	}
	r.at.Jump, r.at.Failed = true, true
}

// again starts another attempt if the one being read is over.
func (r *attemptReader) again() {
	if r.at.Failed || r.at.login >= 0 && !r.at.Jump {
		r.start(r.at.Side)
	}
}

func (r *attemptReader) version(m []string) {
	if !r.at.Jump {
		r.again()
	}
	if r.at.Client == "" {
		r.at.Client = m[1]
	}
}

func (r *attemptReader) connecting(m []string) {
	if !r.at.Jump {
		r.again()
	}
	if r.looked {
		m = []string{"", "", m[2]}
	}
	r.to(m[1], m[2])
	r.at.reach(ReachedConnect)
}

// to notes whom the attempt is to.
func (r *attemptReader) to(host, port string) {
	if r.at.Jump {
		return
	}
	if r.named && r.at.Host != "" && strings.Trim(host, "[]") != r.at.Host && r.at.Stage > ReachedConnect {
		host = "" // the address behind the name
	}
	r.at.to(host, port)
}

// as notes the account, unless it is a jump host's.
func (r *attemptReader) as(user string) {
	if !r.at.Jump && user != "" {
		r.at.User = user
	}
}

func (r *attemptReader) serverIs(software string) {
	if !r.at.Jump {
		r.at.Server = strings.TrimSpace(software)
	}
	r.at.reach(ReachedKex)
}

func (r *attemptReader) denied(m []string) {
	if r.at.login >= 0 && !r.at.Jump || r.at.Denied {
		r.start(ClientText)
	}
	r.as(m[1])
	if m[2] != "" {
		r.to(m[2], "")
	}
	r.at.methods(m[3])
	r.at.Denied = true
	r.at.fail(ReachedAuth)
}

// ended reads who hung up. After a login this ends a session, not an attempt.
func (r *attemptReader) ended(m []string) {
	r.to(m[1], m[2])
	if r.at.login < 0 || r.at.Jump {
		r.at.fail(ReachedConnect)
	}
}

// named keys: "/home/a/.ssh/id_rsa RSA SHA256:... agent" since OpenSSH 8.0,
// "RSA SHA256:... /home/a/.ssh/id_rsa" in 7.x, the path alone before.
var (
	keyPathFirst = regexp.MustCompile(`^(.*?) (RSA|DSA|ECDSA|ED25519|XMSS|MLDSA\S*|UNKNOWN|ECDSA-SK|ED25519-SK|[A-Z0-9]+-CERT)(?: (SHA256:\S+|MD5:\S+|[0-9a-f:]{47}).*)?$`)
	keyTypeFirst = regexp.MustCompile(`^(?:(RSA|DSA|ECDSA|ED25519|\S+-CERT) )?(SHA256:\S+|MD5:\S+|[0-9a-f:]{47}) (.+)$`)
)

// keyNamed reads how OpenSSH names a key.
func keyNamed(kind, s string) OfferedKey {
	s = strings.TrimRight(strings.TrimSpace(s), `"`)
	if m := keyTypeFirst.FindStringSubmatch(s); m != nil {
		return OfferedKey{Name: m[3], Type: m[1], Fingerprint: m[2]}
	}
	if m := keyPathFirst.FindStringSubmatch(s); m != nil {
		return OfferedKey{Name: m[1], Type: m[2], Fingerprint: m[3]}
	}
	return OfferedKey{Name: s, Type: kind}
}

func (r *attemptReader) offering(m []string) {
	if !r.at.Jump {
		r.at.offer(keyNamed(m[1], m[2]))
	}
}

func (r *attemptReader) accepts(m []string) {
	if r.at.Jump {
		return
	}
	k := keyNamed("", m[1])
	if strings.HasPrefix(k.Name, "pkalg ") && len(r.at.Offered) > 0 {
		k = r.at.Offered[len(r.at.Offered)-1]
	}
	r.at.reach(ReachedAuth)
	if len(r.at.Accepted) < maxOffered {
		r.at.Accepted = append(r.at.Accepted, k)
	}
}
