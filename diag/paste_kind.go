package diag

import (
	"regexp"
	"strings"
)

// KeyMaterial is a text that is nothing but a private key.
const KeyMaterial TextKind = "key"

// A tell is what only one kind of program writes. A tell of weight 0 says whose
// side a line is on, once it is known that the text is of interest.
type tell struct {
	kind   TextKind
	weight int
	re     *guarded
}

// tells weigh one message. What a client prints once outweighs a line of a log,
// because logs are long and clients brief.
var tells = []tell{
	{ConsoleLog, 4, guard(`SeaBIOS \(version|Welcome to GRUB|Linux version \d|ci-info: |Cloud-init v\. |cloud-init\[\d+\]: |BdsDxe: |Kernel panic - not|Command line: BOOT_IMAGE`)},
	{ConsoleLog, 2, guard(`\[  OK  \]|\[FAILED\]|\[DEPEND\]|\[ TIME \]|A start job is running for|^\S+ login: |You are in emergency mode|\(initramfs\)|grub rescue>|No bootable device`)},
	{ConsoleLog, 1, guard(`^\[ *\d+\.\d{6}\] `)},
	{ConsoleLog, 2, guard(`\b(?:url_helper|util|stages|handlers|schema|netinfo)\.py\[|\bcc_\w+\.py|DataSource[A-Z]\w+|cloud-init\S*\[\d+\]|^cloud-init|\bkernel: |\bdracut\b|initramfs|BusyBox v\d|EXT[234]-fs|XFS \(|VFS: |soft lockup|(?:nf|ip)_conntrack: |ignition\[\d+\]|^Ignition `)},
	{ConsoleLog, 4, guard(`systemd\[1\]: |Freeing unused kernel|SSH host key: SHA256:|Buffer I/O error|XENBUS: |Loading, please wait|/lib/modules/\d`)},
	{ConsoleLog, 2, guard(`Booting from |GRUB |grubdom>|^grub>|^error: (?:file |no such |unknown |symbol |you need |bad shim)|^Error \d+: (?:File|Filesystem|Unknown|Selected|Inconsistent)|Security Violation|[Bb]ad shim|fsck\.|^Give root password|Freezing execution|SELinux: |Unable to load SELinux|xenbus|\bmount: (?:mounting|unknown|wrong|special|can't find)|switch_root|^ramfs|FreeBSD/|Trying to mount root|Entering (?:emergency|rescue) mode|^Checking (?:file ?systems|root)|\[ *(?:FAIL|fail|ok)(?:ED|ed)? *\]|: clean, \d+/\d+ files|[Nn]et device info|[Rr]oute IPv[46]? info|No init found`)},
	{ServerLog, 4, guard(`^(?:error: |fatal: )*(?:` + serverSays + `)`)},
	{ServerLog, 4, guard(`sshd(?:\.service|\.exe)? .*(?:could not be started|failed|start)|(?i:SSHD? service could not be started)|^\S*/?sshd(?:\.exe)?: |pam_\w+\(sshd[\w:-]*\)`)},
	{ServerLog, 5, guard(`[$#>%] ?(?:sudo )?(?:\S*[/\\])?(?:sshd(?:\.exe)? -|(?:journalctl|tail|cat|grep|less|systemctl|service)\b.*(?:ssh|auth\.log|secure|fail2ban))|^-+ ?server ?-+|Banned IP list:|^PS \S+ (?:net start|Start-Service) sshd`)},
	{ClientText, 5, guard(`^(?:` + clientDebugs + `)`)},
	{ClientText, 5, commandLine},
	{ClientText, 5, guard(`^(?i:ssh|scp|sftp|dbclient|rsync|plink|pscp|ssh_askpass|git@\S+): |^(?:kex|ssh)_exchange_identification: |^ssh_dispatch_run_fatal|banner exchange: Connection to |^Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED|^The authenticity of host '|^Warning: Permanently added|Host key for \S+ has changed|^No \S+ host key is known for|knownhosts: key|UnknownHostKey|HostKey has been changed|[Hh]ost key (?:is not cached|does not match|mismatch|not in manually|for server '?\S+ does not match)|not found in known_hosts|POTENTIAL SECURITY BREACH|reject HostKey`)},
	{ClientText, 5, guard(`^(?:[\w.+-]+@\S+: )?Permission denied(?: \([a-z]|, please try again)|^Received disconnect from|^Disconnected from|^Connection (?:closed|reset) by|^Connection to \S+ (?:closed|port \d+ timed out)|^(?:Read from remote host|Timeout, server|Write failed:|client_loop: |packet_write_)|^Unable to negotiate (?:with|a key)|^(?:Load key|Bad owner|Bad permissions|Permissions (?:\d{3,4} )?for '|Identity file|Bad passphrase|Enter passphrase for key|no such identity: )|Identity file \S+ not accessible|UNPROTECTED PRIVATE KEY|no mutual signature|sign_and_send_pubkey|identity_sign: |^Could not resolve|^Too many authentication failures|Bad configuration option|bad configuration options|authentication agent|connecting to agent|agent refused operation|stdio forwarding failed|^channel \d+: open failed|'s password:|Skipping ssh-dss key|Server accepts key|^(?:Last login: |sftp> )|PTY allocation request failed|\bscp: \S+: Permission denied|unexpectedly closed network|Shared connection to \S+ closed|Authenticated (?:to \S+|using|with partial)|[Pp]lease login as`)},
	{ClientText, 5, guard(`Network error: |(?i:server refused (?:our|my|the) (?:private |public )?key|no supported authentication methods)|PuTTY|SSH protocol banner|^fzSftp started|Could not connect to server|private key\(s\) for \S+ \(credentialId|Failed to authenticate as|BapPublisherException|Known Hosts file|authori[sz]ation methods failed|^EOFError$|FATAL ERROR: |No supported authentication methods|Server (?:refused|unexpectedly closed|offered|rejected)|Remote side |Couldn't (?:agree a|load (?:this )?(?:private )?key)|^(?:Event|Outgoing|Incoming) (?:Log|packet)|WinSCP|Unable to (?:use|load) (?:private )?key|^Using (?:username|keyboard-interactive)|^login as: |Authenticating with public key|protocol version 2 required|Host does not exist|Access (?:denied|granted)$|Further authentication required`)},
	{ClientText, 5, guard(`Connection timed out|Connection refused|No route to host|Operation timed out|Network is unreachable|Host is down|Invalid SSH identification|invalid server's version|Protocol major versions differ|connect to (?:host|address) \S+ port \d+`)},
	{ClientText, 5, guard(`com\.jcraft\.jsch|JSchException|\bparamiko\b|ssh: (?:handshake failed|unable to authenticate|no key found|cannot decode|this private key is)|dial tcp \S*:\d+: |ssh2|libssh|phpseclib|Net/SSH2|Net::SSH|authentication methods failed|Algorithm negotiation fail|Auth fail|USERAUTH fail|Incompatible ssh|no common algorithm|Authentication failure\. Retrying|SSH auth method|getaddrinfo|gaierror|UnknownHostException|SSH_MSG_|SSH_AUTH_SOCK|\bssh-agent\b|Renci\.SshNet|private ?[kK]ey|UNREACHABLE!|no such host|No matching|connect E[A-Z]+ |socket is not established|Terraform|SSHException|SshAuthentication|ECONNREFUSED|HOST_KEY_NOT_VERIFIABLE|UserAuthException|failed \(tcp\)|(?:nc|telnet): .*(?:refused|timed out|No route)|Error (?:resolving|connecting)|Connect failed: |Access denied for '\w|Host denied|no file exists at|ssh2_(?:connect|auth)`)},
	{ClientText, 5, guard(NoClient)},
}

// serverSays are messages of a server's own, clientDebugs of a client's.
const (
	serverSays = `sshd_hostkey_sign: |Authentication refused: |User \S+ (?:from \S+ )?not allowed because|User '?\S+'? has invalid shell|Failed (?:password|publickey|keyboard-interactive\S*|none|hostbased) for |Accepted (?:password|publickey|key|certificate|keyboard\S*) |` +
		`ROOT LOGIN REFUSED|Invalid user |Illegal user |input_userauth_request: |Server listening on |Connection from \S+ port \d+|userauth-request for user|userauth_pubkey|trying public key file|Could not open (?:user|authorized keys)|` +
		`sshd version|Bind to (?:port|address)|Server will not fork|rexec_argv|private host key|attempt \d+ failures|PAM: |pam_\w+\(sshd|Postponed |Partial (?:publickey|password|keyboard)|Connection closed by (?:authenticating|invalid) user|` +
		`Disconnecting(?: (?:authenticating|invalid) user |: )|maximum authentication attempts|Access denied for user|refused connect from|(?:beginning|exited) MaxStartups|drop connection #|temporarily_use_uid|restore_uid|matching key found|` +
		`Starting session: |Unable to load host key|no hostkeys available|Could not load host key|/etc/ssh/sshd_config|Child connection from|Exit before auth|Login attempt for nonexistent|Client protocol version|Bad password attempt|` +
		`(?:Password|Pubkey) auth succeeded|root login rejected|monitor_|mm_|do_cleanup|Killing privsep|audit_event|Certificate invalid: |userauth_\w+: (?:key type|signature algorithm)|(?:key type|signature algorithm) ssh-\w+ not in Pubkey|refusing previously-used|cert: `
	clientDebugs = `Connecting to \S+|Reading configuration data|identity file |Authentications that can continue|Offering (?:\S+ )?public key|Next authentication method|Trying private key|Will attempt key|Server host key:|Authenticating to |` +
		`Executing proxy command|connect to address \S+ port|Connection established|Remote protocol version|Host '\S+' is known|Authentication succeeded|No more authentication methods|get_agent_identities|send_pubkey_test|load_hostkeys|resolve_canonicalize|Entering interactive session|Skipping ssh-dss|we sent a publickey|Applying options for`
)

// commandLine is a client called by its name, at a prompt or with options and a
// destination.
var commandLine = guard(`(?:^(?:\(\S+\) ?)?[^\s"]{0,60}[^"]{0,60}[$#%>❯➜] ?|^|connection command: )(?:sudo |exec |time |sshpass (?:-\S+ )*(?:\S+ )??)*(?:\S*[/\\])?(?:ssh|scp|sftp|plink|pscp|psftp|dbclient|ssh-add|ssh-copy-id)(?:\.exe)? +(?:-\w|\S+@|\S+ -\w|~|/)|` +
	`[$#%>❯➜] ?(?:sudo )?(?:\S*[/\\])?(?:(?:ssh|sftp|scp|plink|pscp|dbclient)(?:\.exe)? [\w\[]|git (?:push|pull|fetch|clone|ls-remote|submodule)|ssh-add|ssh-copy-id|ssh-keygen)`)

// NoClient is a pattern of how shells say, in many languages, that there is no ssh command.
const NoClient = `(?:^|[\s:])(?:ssh|sftp|ssh-keygen|ssh-add): (?:command )?not found|command not found: (?:ssh|sftp|ssh-keygen)\b|(?:^|["'„“«‘’「])\s?(?:ssh|sftp|ssh-keygen)(?:\.exe)?\s?["'”“»’‘」]+ ?(?:is not recognized|no se reconoce|n[’']est pas reconnu|não é reconhecido|non è riconosciuto|ist entweder falsch|не является|nie jest rozpozn|不是内部或外部命令|不是內部或外部命令|は、?内部コマンド|은\(는\) 내부|is niet herkend|iç ya da dış komut|項目|项识别|wurde nicht als Name|est pas reconnu|不被視為|não foi reconhecido|non riconosciuto|は、コマンドレット|' 용어)|` +
	`[Tt]he term ['"‘]ssh(?:\.exe)?['"’] is not recognized|[Uu]nknown command:? '?ssh'?\b|exec: "ssh": executable file not found|(?:cannot run|[Ff]ailed to exec|spawn) ssh(?:\.exe)?(?: ENOENT|: No such file)|No such file or directory: b?'ssh'|program 'ssh' is currently not installed|` +
	`(?:^|[\s:])(?:ssh|sftp|ssh-keygen) ?[:：] ?(?:commande introuvable|orden no encontrada|no se encontró la orden|Kommando nicht gefunden|Befehl nicht gefunden|команда не найдена|未找到命令|コマンドが見つかりません|명령어를 찾을 수 없음|명령을 찾을 수 없습니다|comando não encontrado|comando non trovato|nie znaleziono polecenia|opdracht niet gevonden|komut bulunamadı|lệnh không tìm thấy)`

// maxRecognised bounds how many lines are looked at to tell the kind of a text.
const maxRecognised = 2_000

// Recognise tells by its content what kind of text this is, "" if it is none
// that a program of interest writes. A text that only speaks of what such
// programs write, such as an article, is none.
func Recognise(text string) TextKind { return newSorter(nil).recognise(text) }

// Recognise is [Recognise] for a text that somebody wants explained: what the
// causes' lines match tells of its writer too.
func (c *Catalogue) Recognise(text string) TextKind { return newSorter(c.scanner).recognise(text) }

func (s *sorter) recognise(text string) TextKind {
	score, shared := map[TextKind]int{}, map[TextKind]int{}
	seen := map[string]bool{} // what is said again and again counts once
	var a about
	n, key := 0, false
	for raw := range strings.SplitSeq(text, "\n") {
		line := clean(strings.TrimSuffix(raw[:min(len(raw), maxConsoleLine)], "\r"))
		key = key || keyBegins(line)
		for _, m := range s.messages(line) {
			switch {
			case seen[m.text]:
			case anybodys.MatchString(m.text):
				shared[m.kind] += m.weight
			default:
				score[m.kind] += m.weight
			}
			seen[m.text] = true
			a.hear(m.text, m.weight)
		}
		if n++; n == maxRecognised {
			break
		}
	}
	if len(shared) > 0 && ofSSH.MatchString(text) {
		for kind, weight := range shared {
			score[kind] += weight
		}
	}
	best := TextKind("")
	for _, kind := range []TextKind{ClientText, ServerLog, ConsoleLog} {
		if score[kind] > score[best] {
			best = kind
		}
	}
	switch {
	case key && score[best] <= 5 && best != ServerLog:
		return KeyMaterial
	case best != ConsoleLog && a.talk():
		return ""
	}
	return best
}

func keyBegins(line string) bool {
	return strings.Contains(line, "-----BEGIN ") && strings.Contains(line, "PRIVATE KEY") || strings.Contains(line, "PuTTY-User-Key-File-")
}

// A weighed message is one message of a paste with what it tells of its writer.
type weighed struct {
	text   string
	kind   TextKind
	weight int
}

// A sorter takes lines apart and weighs the messages in them. It remembers lines,
// because a text is gone through more than once and logs repeat themselves.
type sorter struct {
	known   map[string][]weighed
	scanner *scanner // whose lines tell of a message's writer; nil without causes
}

func newSorter(lines *scanner) *sorter { return &sorter{map[string][]weighed{}, lines} }

// maxSorted bounds what a sorter remembers.
const maxSorted = 4_096

func (s *sorter) messages(line string) []weighed {
	if found, known := s.known[line]; known {
		return found
	}
	var found []weighed
	quoted := quotes(line)
	for _, text := range messages(line) {
		if quoted {
			found = append(found, weighed{text: ""})
			continue
		}
		kind, weight := weigh(text)
		if weight == 0 && s.scanner != nil {
			kind, weight = s.scanner.weigh(text)
		}
		found = append(found, weighed{text, kind, weight})
	}
	if len(s.known) < maxSorted {
		s.known[line] = found
	}
	return found
}

// quoting is how headings and tables of manuals, programs and patterns hold
// messages that nobody got.
var quoting = guard(`^#{1,6} (?:Error: )?[A-Z][a-z]|^\|.*\x60[^|]*\x60.*\|\s*$|^\s*(?:case [\w.]+:|(?:\}? ?else )?if \(|(?:fatal|error|debug[123]?|logit|verbose|f?printf|puts|echo|raise \w+|throw new \w+|assert\w*|expect|log(?:ger)?\.\w+|t\.\w+|fmt\.\w+|errors\.New)\()|^\s*[\[({]"[^"]*", ?"[^"]*"[\])}],?$|<HOST>|\\s[*+]|failregex`)

// otherClients is what other clients than SSH's name in their errors.
var otherClients = guard(`\b(?:Get|Post|Put|Head) "?https?://|(?:dial tcp|ECONNREFUSED) \S+:(?:80|443|6443|5432|3306|6379|2379|27017)\b|ENOTFOUND (?:smtp|mail|registry|api|www)\.|^tls: |localhost:8080`)

var (
	// anybodys are errors of libraries that any program writes; they are of
	// interest in a text of SSH.
	anybodys = guard(`ConnectionResetError|^(?:Error: )?read ECONNRESET|asn1: `)
	ofSSH    = regexp.MustCompile(`(?i)ssh|paramiko|sftp|\bscp\b|git@|(?::|port )22\b|local ident`)
)

// quotes reports whether a line shows what nobody got, or got of another protocol.
func quotes(line string) bool {
	if otherClients.MatchString(line) && !strings.Contains(line, "ssh") && !strings.Contains(line, "169.254.") {
		return true
	}
	return len(line) < maxDebug && !logged(line) && quoting.MatchString(line)
}

// weigh weighs a message by what the causes' lines match.
func (s *scanner) weigh(message string) (TextKind, int) {
	hits := map[*Cause][]Hit{}
	for _, kind := range []TextKind{ClientText, ServerLog} {
		s.lines([]LogLine{{Text: message}}, kind, hits)
		if len(hits) > 0 {
			return kind, 5
		}
	}
	return "", 0
}

func weigh(message string) (TextKind, int) {
	switch {
	case logged(message):
		return ServerLog, 5
	case strings.HasPrefix(message, "debug"):
		return weighDebug(message)
	}
	for i := range tells {
		if tells[i].re.MatchString(message) {
			return tells[i].kind, tells[i].weight
		}
	}
	return "", 0
}

// weighDebug weighs what is printed with -v or -d, of which there is much.
func weighDebug(message string) (TextKind, int) {
	switch {
	case serverDebug.MatchString(message):
		return ServerLog, 4
	case clientDebug.MatchString(message):
		return ClientText, 5
	}
	return ClientText, 1
}

var (
	serverDebug = regexp.MustCompile(`^(?:debug[123]: |error: |fatal: )*(?:` + serverSays + `)`)
	clientDebug = regexp.MustCompile(`^debug[123]: (?:` + clientDebugs + `)`)
)

// sideOf tells whose side a message is on: what it says itself, else that of
// the one before it, because the two sides share many messages.
func sideOf(m weighed, before TextKind) TextKind {
	if m.weight > 1 && m.kind != ConsoleLog && (logged(m.text) || !both.MatchString(m.text)) {
		return m.kind
	}
	return before
}

// both are messages that a client and a server write alike.
var both = guard(`^(?:debug[123]: )?(?:(?:kex|ssh)_exchange_identification: |banner exchange: |ssh_dispatch_run_fatal|Connection (?:closed|reset) by \S+(?: port \d+)?(?: \[preauth\])?$|Unable to negotiate with|Received disconnect from|Disconnected from|Protocol major versions differ|Too many authentication failures|Connection established)`)

// about weighs whether a text speaks about errors in place of showing one.
type about struct {
	prose, printed, shown int
	// told counts errors within sentences; taught those in sentences that teach.
	told, taught int
	mine         bool // somebody speaks of what happened to them
	topics       map[int]bool
}

var (
	// teaching is how manuals, runbooks and courses speak of errors.
	teaching = regexp.MustCompile(`(?i)\b(?:if (?:the|you|your|a|an|it)|you(?:'re| are| can| may| will| should| might| need| must| see| get| receive)|make sure|usually|typically|commonly|most (?:likely|common)|means (?:that|two things|one of)|[\x60"'] (?:error |message )?means|for example|e\.g\.|troubleshoot\w*|best practices?|then it will)\b`)
	// mine is how people speak of their own.
	mine = regexp.MustCompile(`(?:^|[\s("'])(?:I|I'm|I've|my|me|My)(?:[\s,.:!?]|$)`)
)

// sentence is from how many words on a message is taken to stand in one of
// somebody's sentences.
const sentence = 20

// topic are errors that exclude each other within one attempt.
var topic = guard(`(Connection timed out|Operation timed out)|(Connection refused)|(No route to host|unreachable)|(Could not resolve|name resolution)|(Host key verification failed|HAS CHANGED|authenticity of host)|(Permission denied)|(Too many authentication)|(UNPROTECTED|too open)|(not accessible: No such|invalid format)|(no matching (?:key|host|cipher|mac))|(ROOT LOGIN|AllowUsers|locked)`)

func (a *about) hear(message string, weight int) {
	switch words := len(strings.Fields(message)); {
	case logged(message), weight > 0 && strings.HasPrefix(message, "debug"), commandLine.MatchString(message):
		a.shown++
	case weight > 0 && words >= sentence && !strings.ContainsAny(message, "{}"):
		a.told++
		if teaching.MatchString(message) {
			a.taught++
		}
	case weight > 0:
		a.printed++
	case words >= 6 || len(message) > 60:
		a.prose++
	}
	a.mine = a.mine || mine.MatchString(message)
	if !topic.may(message) {
		return
	}
	if m := topic.FindStringSubmatchIndex(message); m != nil {
		for group := 1; 2*group < len(m); group++ {
			if m[2*group] >= 0 {
				if a.topics == nil {
					a.topics = map[int]bool{}
				}
				a.topics[group] = true
			}
		}
	}
}

// minTopics is how many different errors make an article; one person meets two
// in one go at most.
const minTopics = 4

func (a *about) talk() bool {
	if a.taught > 0 && a.printed+a.shown == 0 && !a.mine {
		return true
	}
	return len(a.topics) >= minTopics && a.prose > a.printed && a.prose > 2*a.shown
}
