package diag

import (
	"regexp"
	"strings"
)

// Paste is a text that a person gave, cleaned and redacted, with the kind of
// program that wrote it.
type Paste struct {
	Kind  TextKind
	Lines []LogLine
	// PrivateKey: the text held a private key. It is not kept, but whoever
	// posted it should replace the key.
	PrivateKey bool
}

// maxPasteLines bounds what is kept of a pasted text: its end, where the error
// stands.
const maxPasteLines = 10_000

// ReadPaste reads what a person pasted: the output of an SSH client or a log of
// the server. Its kind is "" if the text is neither; a console log has the kind
// [ConsoleLog] and is better read by [ReadConsole]. It takes any bytes and never
// fails.
func ReadPaste(text string) *Paste {
	p := &Paste{Kind: Recognise(text)}
	var r redactor
	n := 0
	for raw := range strings.SplitSeq(text, "\n") {
		n++
		for part := range strings.SplitSeq(raw, "\r") {
			line := r.line(clean(part[:min(len(part), maxConsoleLine)]))
			if strings.TrimSpace(line) != "" {
				p.keep(LogLine{N: n, Text: line})
			}
		}
	}
	p.PrivateKey = r.privateKey
	return p
}

func (p *Paste) keep(line LogLine) {
	if len(p.Lines) == maxPasteLines {
		p.Lines = append(p.Lines[:0], p.Lines[maxPasteLines/2:]...)
	}
	p.Lines = append(p.Lines, line)
}

// A tell is what only one kind of program writes.
type tell struct {
	kind   TextKind
	weight int
	re     *regexp.Regexp
}

// tells weigh one line. What a client prints once outweighs a line of a log,
// because logs are long and clients brief.
var tells = []tell{
	{ClientText, 5, regexp.MustCompile(`^\s*debug[123]: |^OpenSSH_\d|^\s*[$#>].*\b(ssh|scp|sftp) `)},
	{ClientText, 5, regexp.MustCompile(`(?i)^(ssh|scp|sftp): |\b(kex|ssh)_exchange_identification: |banner exchange: Connection to |Host key verification failed|REMOTE HOST IDENTIFICATION HAS CHANGED`)},
	{ClientText, 5, regexp.MustCompile(`^\S+@\S+: Permission denied \(|^Permission denied|^Received disconnect from|^Connection (closed|reset|to \S+ closed)|^(Read from remote host|Timeout, server) |^Unable to negotiate with|^(Load key|Bad owner|Permissions \d{4} for)|UNPROTECTED PRIVATE KEY|no mutual signature|sign_and_send_pubkey|^Could not resolve`)},
	{ClientText, 5, regexp.MustCompile(`Network error: |PuTTY|FATAL ERROR: |Disconnected: No supported authentication|Server (refused|unexpectedly closed)|Remote side unexpectedly closed|Couldn't agree a |^(Event|Outgoing|Incoming) (Log|packet)|WinSCP|Connection timed out|Connection refused|No route to host|Operation timed out|Network is unreachable|Invalid SSH identification`)},
	{ServerLog, 5, regexp.MustCompile(`\b(sshd|sshd-session|sshd-auth|dropbear)(\[\d+\])?: `)},
	{ServerLog, 3, regexp.MustCompile(`^(Authentication refused: bad ownership|User \S+ not allowed because|Failed (password|publickey) for |Accepted (password|publickey) for |ROOT LOGIN REFUSED|error: maximum authentication attempts)`)},
	{ConsoleLog, 4, regexp.MustCompile(`SeaBIOS \(version|Welcome to GRUB|Linux version \d|ci-info: |Cloud-init v\. |cloud-init\[\d+\]: |BdsDxe: |Kernel panic - not|Command line: BOOT_IMAGE`)},
	{ConsoleLog, 2, regexp.MustCompile(`\[  OK  \]|\[FAILED\]|\[DEPEND\]|\[ TIME \]|A start job is running for|^\S+ login: |You are in emergency mode|\(initramfs\)|grub rescue>|No bootable device`)},
	{ConsoleLog, 1, regexp.MustCompile(`^\[ *\d+\.\d{6}\] `)},
}

// maxRecognised bounds how many lines are looked at to tell the kind of a text.
const maxRecognised = 2_000

// Recognise tells by its content what kind of text this is, "" if it is none
// that a program of interest writes.
func Recognise(text string) TextKind {
	score := map[TextKind]int{}
	n := 0
	for raw := range strings.SplitSeq(text, "\n") {
		line := clean(strings.TrimSuffix(raw[:min(len(raw), maxConsoleLine)], "\r"))
		if kind, weight := weigh(line); weight > 0 {
			score[kind] += weight
		}
		if n++; n == maxRecognised {
			break
		}
	}
	best := TextKind("")
	for _, kind := range []TextKind{ClientText, ServerLog, ConsoleLog} {
		if score[kind] > score[best] {
			best = kind
		}
	}
	return best
}

func weigh(line string) (TextKind, int) {
	for i := range tells {
		if tells[i].re.MatchString(line) {
			return tells[i].kind, tells[i].weight
		}
	}
	return "", 0
}
