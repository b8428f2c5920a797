package diag

import (
	"regexp"
	"slices"
	"strings"
)

// What programs print reaches a support thread in many wrappings: quoted, with
// the time of another program's log before it, as a JSON string of Ansible's, or
// with all its lines run together. Here it is unwrapped, so that a message stands
// at the beginning of a line again.

// maxMessages bounds how many messages one line is taken apart into.
const maxMessages = 64

var (
	// wrapper is what stands before a message without being part of it.
	wrapper = regexp.MustCompile("^(?:\\s+|_|\\*\\*|[>|]+\\s*|[`\"'“”„«「]+|\\[\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?\\]\\s|" +
		`(?:[.!*<>] )?\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?: \[\w+\]| \d\d[OE])?\s+|` +
		// Python's logging in its usual orders, and paramiko's own.
		`(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)[ :-]{1,3})?paramiko\.transport(?:[ :-]{1,3}(?:DEBUG|INFO|WARNING|ERROR|CRITICAL)\b)?[ :-]{0,4}|` +
		`(?:DEB|INF|WAR|ERR|CRI) +\[[\d.:-]+\] +thr=\d+ +|` +
		`[DIWEF], +\[[^\]]*\] +[A-Z]+ -- \S+: |` + // Ruby's logger
		`\d\d:\d\d:\d\d  ?(?:std(?:err|out): )?|` + // Jenkins's time stamps
		`\[\d\d/\d\d/\d\d \d\d:\d\d:\d\d\] (?:\[SSH\] )?|` + // Jenkins's agents
		`(?:Status|Response|Trace|Command|Error|Statut|Réponse|Commande|Erreur|Antwort|Befehl|Fehler|Estado|Respuesta|Comando): +|` + // FileZilla
		`(?:\S*/)?packer-[\w.-]+(?: plugin)?: |ui: |TCP connection to SSH ip/port failed: |(?:SSH handshake err|Error waiting for SSH): |` + // Packer
		`Event Log: |[\w.-]+[-_]\d+ +\| |(?:default|[\w.\[\]"-]+ \((?:remote|local)-exec\)): |` +
		`(?:std(?:err|out)> ?|Got stderr from ssh: |Received install output: |==> \S+: |\[(?i:info|error|warn|debug)\]\s+))`)
	// loggedBy is what a server's programs put before their messages.
	loggedBy = regexp.MustCompile(`(?:^|[\s[(])(?:sshd(?:-session|-auth)?|dropbear|fail2ban(?:[.-]\w+)*|sshguard|blocklistd|OpenSSH-sshd)\]?(?:\(\S+\))? *(?:\[\d+\])?: |^\[\d+\] [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d |^\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ `)
	// jsonText is where a message begins within a JSON or Ansible result.
	jsonText = guard(`"(?:msg|stderr|module_stderr|err|error|message)": ?"|(?:via|over) ssh: `)
	// inside is how messages begin that cannot be mistaken, so that they count
	// wherever they stand.
	inside = guard(`ssh: handshake failed: |ssh: connect to (?:host|address) \S+ port \d|ssh: Could not resolve hostname \S+|[\w.-]+@[\w.:\[\]-]+: Permission denied \(|` +
		`debug[123]: \w|(?:kex|ssh)_exchange_identification: |Unable to negotiate with \S+ port \d|Load key "|Permissions (?:\d{3,4} )?for '|@{20,}|` +
		`The authenticity of host '|no such identity: /|Warning: Identity file |Warning: Permanently added|sign_and_send_pubkey: \w|` +
		`Connection (?:closed|reset) by (?:\d+\.|\S+ port \d)|Received disconnect from \S+|banner exchange: Connection to|stdio forwarding failed|` +
		`Bad owner or permissions on|ssh_dispatch_run_fatal: |bad permissions: ignore key|This private key will be ignored`)
	// after is how messages begin that people also speak about: they count
	// where one ends or where a program or a person is quoted.
	after = guard(`(?:[.:)\]] |\\r|[:：] ?["'“„«「]?|(?i:\b(?:i(?: always| just| still| only|'m)? (?:get|got|receive|see)(?:ting)?|(?:gives?|gave)(?: me)?|says|said|tells me|answers|prints?|reports?|displays?|throws|fails with|ends with|results? in|returns?|shows?|but|with(?: the)? (?:error|message)|(?:the )?(?:error|message)(?: is| message)?|bekomme ich|kommt|meldet|obtengo|me sale|me dice|ça dit|j'ai))[:,]? (?:an? |the |this )?(?:(?:following|same|error|message|response):? )*["'“„«「` + "`" + `]*)` +
		`(Permission denied \([a-z]|Host key verification failed|Too many authentication failures)`)
)

// messages takes one line of a paste apart into the messages in it, without
// what others wrapped around them. There is always one at least.
func messages(line string) []string {
	if logged(line) {
		return []string{strings.TrimLeft(line, " >|`\"")}
	}
	var found []string
	for piece := range strings.SplitSeq(unescape(line), "\n") {
		for _, text := range split(piece) {
			if text = unwrap(text); text != "" && len(found) < maxMessages {
				found = append(found, text)
			}
		}
	}
	if found == nil {
		return []string{line}
	}
	return found
}

// unescape breaks a line at the line ends that a program wrote as text.
func unescape(s string) string {
	if !strings.Contains(s, `\n`) && !strings.Contains(s, `\r`) {
		return s
	}
	s = strings.ReplaceAll(s, `\r\n`, "\n")
	if strings.Contains(s, `": "`) || strings.Contains(s, `":"`) || strings.Contains(s, `\n"`) {
		s = strings.ReplaceAll(s, `\n`, "\n")
		s = strings.ReplaceAll(s, `\"`, `"`)
	}
	return s
}

// maxDebug is more than most lines of ssh -v take; in longer ones several may
// have run together.
const maxDebug = 1_000

// split cuts a line where another message begins.
func split(s string) []string {
	if strings.HasPrefix(s, "debug") && len(s) < maxDebug && strings.Count(s, "debug") == 1 {
		return []string{s}
	}
	if !jsonText.may(s) && !inside.may(s) && !after.may(s) {
		return []string{s}
	}
	var cuts []int
	for _, at := range jsonText.FindAllStringIndex(s, maxMessages) {
		cuts = append(cuts, at[1])
	}
	whole := inside.FindAllStringIndex(s, maxMessages)
	for _, at := range whole {
		cuts = append(cuts, at[0])
	}
	for _, at := range after.FindAllStringSubmatchIndex(s, maxMessages) {
		if !slices.ContainsFunc(whole, func(w []int) bool { return w[0] <= at[2] && at[2] < w[1] }) {
			cuts = append(cuts, at[2])
		}
	}
	return cutAt(s, cuts)
}

func cutAt(s string, cuts []int) []string {
	if len(cuts) == 0 {
		return []string{s}
	}
	marks := make(map[int]bool, len(cuts))
	for _, c := range cuts {
		marks[c] = true
	}
	var parts []string
	from := 0
	for i := 1; i < len(s); i++ {
		if marks[i] {
			parts, from = append(parts, s[from:i]), i
		}
	}
	return append(parts, s[from:])
}

// writers are the programs whose log lines loggedBy matches.
var writers = newFinder([]string{"sshd", "dropbear", "fail2ban", "sshguard", "blocklistd"})

// logged reports whether a line is one of a server's log.
func logged(s string) bool {
	numbered := s != "" && (s[0] == '[' || '0' <= s[0] && s[0] <= '9')
	return (numbered || len(writers.find(s, nil)) > 0) && loggedBy.MatchString(s)
}

// maxWrappers bounds how many wrappings are taken off one line.
const maxWrappers = 8

func unwrap(s string) string {
	for range maxWrappers {
		at := wrapper.FindStringIndex(s)
		if at == nil {
			break
		}
		s = s[at[1]:]
	}
	return strings.TrimRight(s, " `")
}
