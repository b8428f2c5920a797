package diag

import (
	"regexp"
	"strings"
)

// The last state of a service wins: a server that is restarted fails first and
// starts then, or the other way round. What systemd, upstart, sysv scripts,
// OpenRC and FreeBSD's rc print differs; the unit's name may be cut in its
// middle.

// A Service is what was said last of the SSH service in the last boot.
type Service struct {
	Running bool // started, or its socket listens; else it failed
	Line    LogLine
}

// sshUnit matches the SSH service's unit or description, but not the making of
// its keys nor the server of one connection.
const sshUnit = `(?:OpenBSD Se|Secure Shell|Shell server|OpenSSH (?:[Ss]erver [Dd]aemon|Daemon|server)|\bsshd?\.serv|\bsshd?\.sock|SSH [Dd]aemon|Dropbear)`

var (
	sshUp = regexp.MustCompile(`(?:Started|Listening on|Active) .*` + sshUnit +
		`|(?i:Starting (?:OpenSSH|dropbear|ssh)\S*.*(?:: *OK|\[ *ok *\]|done))|Server listening on .* port \d+`)
	sshDown = regexp.MustCompile(`(?:Failed to start|Failed to listen on|Dependency failed for|Timed out starting) .*` + sshUnit +
		`|(?i:Starting (?:OpenSSH|dropbear|sshd?\b).*(?:: *FAIL|\[ *fail(?:ed)? *\]|\[ *!! *\]))` +
		`|failed to start sshd|sshd failed to start|start-stop-daemon: failed to start .*sshd|sshd: no hostkeys available` +
		`|\bsshd?\.service: (?:Start request repeated too quickly|Failed with result '(?:exit-code|start-limit-hit|timeout|core-dump|resources)')`)
	sshKeys = regexp.MustCompile(`(?i)key ?gen|host ?keys?|per-connection`)
)

// serviceTexts are in every line that tells of the SSH service.
var serviceTexts = []string{
	"Secure Shell", "OpenBSD Se", "Shell server", "OpenSSH", "ssh.serv", "sshd.serv", "ssh.sock", "sshd.sock", "SSH Daemon", "dropbear",
	"Starting ssh", "Server listening on", "start sshd", "sshd failed", "no hostkeys available",
}

func readService(r *consoleReader, line LogLine) {
	switch up := sshUp.MatchString(line.Text); {
	case up && !sshKeys.MatchString(line.Text):
		r.c.SSHD = &Service{Running: true, Line: line}
		r.c.reach(StageSSHD, line)
	case !up && sshDown.MatchString(line.Text) && (!sshKeys.MatchString(line.Text) || strings.Contains(line.Text, "no hostkeys")):
		r.c.SSHD = &Service{Line: line}
	}
}
