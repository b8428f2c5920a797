package diag

import (
	"regexp"
	"strings"
)

// otherSayings are those of clients that are not OpenSSH: PuTTY and its tools,
// WinSCP, paramiko, libraries, and programs that call them.
var otherSayings = []saying{
	says("exited: ", `^Connection to (?:([^@\s]+)@)?(\S+?)(?::(\d+))? exited: `, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.to(m[2], m[3])
		r.at.fail(ReachedConnect)
	}),
	says("Looking up host", `^Looking up host "([^"]+)"`, func(r *attemptReader, m []string) {
		r.again()
		r.to(m[1], "")
		r.looked = true
	}),
	says("open \"", `^open "(?:([^@"]+)@)?([^"\s]+)"(?: (\d+))?$`, func(r *attemptReader, m []string) { // FileZilla
		r.again()
		r.as(m[1])
		r.to(m[2], m[3])
	}),
	says("Attempting SSH connection to", `Attempting SSH connection to (\S+?):(\d+)`, func(r *attemptReader, m []string) { // Packer
		r.again()
		r.to(m[1], m[2])
	}),
	says("handshake complete!", `^handshake complete!|^Connected to SSH!`, func(r *attemptReader, _ []string) {
		r.again()
		r.loggedIn()
	}),
	says("Opening SSH connection to", `^Opening SSH connection to (\S+?):(\d+)\.?$`, func(r *attemptReader, m []string) { // Jenkins
		r.again()
		r.to(m[1], m[2])
	}),
	says("private key(s) for", `Server rejected the \d+ private key\(s\) for (\S+)`, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.at.offer(OfferedKey{})
		r.at.Denied = true
		r.at.fail(ReachedAuth)
	}),
	says("Failed to authenticate as", `Failed to authenticate as ([^\s.]+)`, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.at.Denied = true
		r.at.fail(ReachedAuth)
	}),
	says("UNREACHABLE!", `^(?:fatal: |failed: )?\[?([\w.:-]+)\]?:?(?: \|)? UNREACHABLE!`, func(r *attemptReader, m []string) {
		r.again()
		r.to(m[1], "")
	}),
	says("We claim version: ", `We claim version: SSH-[\d.]+-(.+)`, func(r *attemptReader, m []string) {
		r.at.Client = m[1]
		r.at.reach(ReachedBanner)
	}),
	says("Remote version: SSH-2", `Remote version: SSH-2\.0-(.+)`, func(r *attemptReader, m []string) { r.serverIs(m[1]) }),
	says("Remote version: SSH-1", `Remote version: SSH-1\.`, reaches(ReachedBanner)),
	says("Host key fingerprint is", `Host key fingerprint is`, reaches(ReachedHostKey)),
	says("host key is not cached", `host key is not cached`, func(r *attemptReader, _ []string) {
		r.at.reach(ReachedHostKey)
		r.peer = true
	}),
	says("has cached for this server", `does not match the one (?:\S+ )?has cached`, func(r *attemptReader, _ []string) {
		r.at.reach(ReachedHostKey)
		r.peer = true
	}),
	says("Connection abandoned", `Connection abandoned`, fails(ReachedHostKey)),
	says("Using username", `^Using username "([^"]*)"`, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.at.reach(ReachedAuth)
	}),
	says("login as: ", `^login as: (\S+)`, func(r *attemptReader, m []string) {
		r.again()
		r.as(m[1])
		r.at.reach(ReachedAuth)
	}),
	says("Offered public key", `^Offered public key|^Trying Pageant key`, func(r *attemptReader, _ []string) { r.at.offer(OfferedKey{}) }),
	says("Server refused our key", `Server refused our key`, func(r *attemptReader, _ []string) { r.at.offer(OfferedKey{}) }),
	says("Offer of public key accepted", `Offer of public key accepted`, reaches(ReachedAuth)),
	says("server sent: ", `\(server sent: ([^)]+)\)`, func(r *attemptReader, m []string) {
		r.at.methods(m[1])
		if !r.at.LoggedIn() {
			r.at.Denied = true
			r.at.fail(ReachedAuth)
		}
	}),
	says("Access denied", `^Access denied$`, func(r *attemptReader, _ []string) {
		r.at.Passwords++
		r.at.reach(ReachedAuth)
	}),
	says("Network error: ", `Network error: (?:Connection (?:timed out|refused)|No route|Network is)`, fails(ReachedConnect)),
	says("Network error: Connection to ", `Network error: Connection to "([^"]+)" (?:refused|timed out)`, func(r *attemptReader, m []string) { r.to(m[1], "") }),
	says("Couldn't agree a", `Couldn't agree a`, fails(ReachedKex)),
	says("ersion/idstring: ", `(Local|Remote) version/idstring: SSH-2\.0-(\S.*)`, func(r *attemptReader, m []string) {
		if m[1] == "Local" {
			r.at.Client = m[2]
		} else {
			r.serverIs(m[2])
		}
	}),
	says("Connected (version", `Connected \(version [\d.]+, client ([^)]+)\)`, func(r *attemptReader, m []string) { r.serverIs(m[1]) }),
	says("USERAUTH_FAILURE received", `SSH_MSG_USERAUTH_FAILURE received auths=(\S+)`, func(r *attemptReader, m []string) {
		r.at.methods(m[1])
		r.at.reach(ReachedAuth)
	}),
	says("allowed methods: ", `^allowed methods: (\S+)$`, func(r *attemptReader, m []string) { r.at.methods(m[1]) }),
	says("allowed types", `allowed types: \[?'?([^\])]+)`, func(r *attemptReader, m []string) {
		r.at.methods(strings.NewReplacer("u'", "", "'", "").Replace(m[1]))
		r.at.Denied = true
		r.at.fail(ReachedAuth)
	}),
	says("Auth fail for methods", `Auth fail for methods '([^']+)'`, func(r *attemptReader, m []string) { r.at.reach(ReachedAuth) }),
	says("SSH address: ", `SSH address: (\S+):(\d+)`, func(r *attemptReader, m []string) { r.to(m[1], m[2]) }),
	says("SSH username: ", `SSH username: (\S+)`, func(r *attemptReader, m []string) { r.as(m[1]) }),
	says("dial tcp ", `dial tcp (\S*):(\d+): `, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedConnect)
	}),
	says("connect E", `connect E[A-Z]+ (\S+):(\d+)`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedConnect)
	}),
	says("SSH authentication failed (", `SSH authentication failed \(([^@\s]+)@([^:\s]+):(\d+)\)`, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.to(m[2], m[3])
		r.at.fail(ReachedAuth)
	}),
	says("authentication method found", `No suitable authentication method found to complete authentication \(([^)]+)\)`, func(r *attemptReader, m []string) {
		r.at.methods(m[1])
		r.at.fail(ReachedAuth)
	}),
	says("Access denied for '", `Access denied for '[\w-]+'\. Authentication that can continue: (\S+)`, func(r *attemptReader, m []string) {
		r.at.methods(m[1])
		r.at.fail(ReachedAuth)
	}),
	says("unable to authenticate", `ssh: unable to authenticate`, fails(ReachedAuth)),
	says("Banner timeout", `Cannot connect to (\S+?)(?::(\d+))? Banner timeout`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedBanner)
	}),
	says("exited: ", `^(?:\S*/)?(?:dbclient|ssh): Connection to (?:(\S+)@)?(\S+):(\d+) exited: `, func(r *attemptReader, m []string) {
		r.as(m[1])
		r.to(m[2], m[3])
		r.at.fail(ReachedConnect)
	}),
	says("Unable to connect to port", `Unable to connect to port (\d+) on (\S+)`, func(r *attemptReader, m []string) {
		r.to(strings.TrimRight(m[2], ".'\""), m[1])
		r.at.fail(ReachedConnect)
	}),
	says("connect(2) for", `connect\(2\) for "?([^"\s]+)"?(?: port (\d+))?`, func(r *attemptReader, m []string) {
		r.to(m[1], m[2])
		r.at.fail(ReachedConnect)
	}),
}

var puttyPeer = regexp.MustCompile(`^\s*(\S+) \(port (\d+)\)\s*$`)

// peerLine reads the server that PuTTY names on the line below its message.
func (r *attemptReader) peerLine(message string) {
	if m := puttyPeer.FindStringSubmatch(message); m != nil {
		r.to(m[1], m[2])
		r.peer = false
	}
}

// called is the call of a client with its arguments.
var called = regexp.MustCompile(`(?:^|[$#%>❯➜✗»:] ?|\S> ?)(?:sudo |exec |time |sshpass (?:-p ?\S+ |-f ?\S+ |-e )?)*(?:\S*[/\\])?(ssh|scp|sftp|plink|pscp|psftp|dbclient|rsync|mosh|git|ssh-add|ssh-copy-id|ssh-keygen)(?:\.exe)?(?: +(.*))?$`)

// withValue are the options of ssh and its kin that take a value (ssh.c's
// getopt); "-P" and "-hostkey" are scp's and PuTTY's.
const withValue = "BbcDEeFIiJLlmOopPQRSWw"

// command reads a call of a client and reports whether the message is one.
func (r *attemptReader) command(message string) bool {
	if !commandLine.MatchString(message) {
		return false
	}
	m := called.FindStringSubmatch(message)
	if m == nil {
		return false
	}
	r.start(ClientText)
	r.at.Command = m[1]
	switch m[1] {
	case "git", "rsync", "mosh":
		r.at.Command = m[1]
	case "ssh-add", "ssh-keygen":
	default:
		r.arguments(m[1], strings.Fields(m[2]))
	}
	return true
}

var destination = regexp.MustCompile(`^(?:ssh://)?(?:([\w.+$-]+)@)?(\[[0-9a-fA-F:.%\w]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]+(?:%\w+)?|[\w][\w.-]*)(?::([^\\].*)?)?$`)

// arguments finds account, host, port and key in a client's arguments.
func (r *attemptReader) arguments(client string, args []string) {
	for i := 0; i < len(args); i++ {
		arg := strings.Trim(args[i], `"'`)
		if len(arg) > 1 && arg[0] == '-' {
			i += r.option(arg, strings.Trim(next(args, i), `"'`))
			continue
		}
		m := destination.FindStringSubmatch(arg)
		copies := client == "scp" || client == "pscp"
		if m == nil || copies && !strings.Contains(arg, ":") || r.named {
			continue
		}
		if m[1] != "" {
			r.at.User = m[1]
		}
		r.at.Host, r.named = strings.Trim(m[2], "[]"), true
	}
}

func next(args []string, i int) string {
	if i+1 < len(args) {
		return args[i+1]
	}
	return ""
}

// option reads one option and returns how many further arguments it took.
func (r *attemptReader) option(arg, value string) int {
	if arg == "-hostkey" || arg == "-pw" || arg == "-pwfile" || arg == "-proxycmd" {
		return 1
	}
	if arg == "-batch" || arg == "-agent" || arg == "-noagent" || arg == "-ssh" {
		return 0
	}
	letter, used := arg[len(arg)-1], 1
	if strings.IndexByte(withValue, arg[1]) >= 0 && len(arg) > 2 {
		letter, value, used = arg[1], arg[2:], 0
	}
	switch letter {
	case 'p', 'P':
		r.at.setPort(value)
	case 'l':
		r.at.User = value
	case 'i':
		r.at.Identity = value
	case 'J':
		r.at.Jump = true
	case 'o':
		r.setting(value)
	case 'v':
		r.at.verbose = true
	}
	if used == 1 && strings.IndexByte(withValue, letter) < 0 {
		return 0
	}
	return used
}

// setting reads the value of -o.
func (r *attemptReader) setting(value string) {
	name, value, _ := strings.Cut(value, "=")
	switch strings.ToLower(name) {
	case "port":
		r.at.setPort(value)
	case "user":
		r.at.User = value
	case "proxyjump", "proxycommand":
		r.at.Jump = true
	}
}
