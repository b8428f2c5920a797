package diag

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// hostileLines are what may cost a reader that goes back and forth too much.
var hostileLines = []string{
	"\x1b[0m", "\x1b[", "\x1b]0;", "\x1bP", "\x1b", "[0m", "[", "[K", "]3008;", "M[K", "\r", " \r", "\x00", "\x7f", "\xff", "\ufffd", "…", "\t", " ",
	"-----BEGIN OPENSSH PRIVATE KEY-----", "-----BEGIN ", "-----END PRIVATE KEY-----", "PRIVATE KEY", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "Private-Lines: 9",
	"-----BEGIN SSH HOST KEY KEYS-----", "-----BEGIN SSH HOST KEY FINGERPRINTS-----", "ssh-ed25519 AAAA", "Generating public/private rsa key pair. ", "SHA256:",
	"ci-info: | a | b | c | ", "ci-info: +++Net device info+++", "ci-info: |", "Authorized keys from /x for user y ", "| ", "+--", "<", "<password>", "</", "=== sshd host keys ===",
	"password: ", "password=a ", "password:\"", "password='", "token=", "passpasspass", "a_", "a.b-c_", "://", "a://b:c", "a://b:c@", "eyJ", "eyJaaaaaaaa.eyJ", "gAAAA", "$6$", "$6$aaaaaaaaaaaa",
	"echo a:b | chpasswd", "echo ", "mysql -p", "mysql ", "curl -u a:b ", "curl ", " -pw ", "Authorization: ", "chpasswd: |\n", "a:b\n", "Set the following 'random' passwords\n",
	"Linux version 6.1 ", "Kernel panic - not syncing: ", "SeaBIOS (version ", "[    1.000000] ", "[99999999999.999999] ", "setting system clock to (", "Cloud-init v. 22 running 'init' at ",
	"A start job is running for (", "Started ", "Started OpenBSD Secure Shell ", "Reached target ", "Reached target Multi-User ", "login: ", "x login:", "login as '", "bound to 1", "debug1: ", "OpenSSH_",
	"ssh: connect to host ", "Permission denied (", "sshd[1]: ", "@@@@@@@@", "Starting ssh", "GRUB", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "b3BlbnNzaC1rZXktdjE", "x",
}

// readings of one text, for TestHostile and BenchmarkHostile. Each fails if it keeps
// more than it may.
var hostileReadings = []hostileReading{
	{"console", func(t testing.TB, text string) {
		s := hostileScanner()
		c := piecewise(text, s, len(text))
		s.scan(&Evidence{Console: c})
		if len(c.Lines) > maxConsoleLines || len(c.HostKeys) > maxKeys || len(c.Authorized) > maxKeys {
			t.Errorf("%d lines kept", len(c.Lines))
		}
	}},
	{"paste", func(t testing.TB, text string) {
		if p := ReadPaste(text); len(p.Lines) > maxPasteLines {
			t.Errorf("%d lines kept", len(p.Lines))
		}
	}},
	{"redact", func(t testing.TB, text string) {
		if got := Redact(text); len(got) > 32*len(text) {
			t.Errorf("%d bytes became %d", len(text), len(got))
		}
	}},
}

type hostileReading struct {
	name string
	read func(t testing.TB, text string)
}

// took is what a reading of so many bytes takes of the processor.
func (r hostileReading) took(t testing.TB, unit string, size int) time.Duration {
	t.Helper()
	text := strings.Repeat(unit, size/len(unit))
	began := cpuTime()
	r.read(t, text)
	return cpuTime() - began
}

var hostileScanner = sync.OnceValue(func() *scanner { return newScanner(manyCauses(300)) })

// TestHostile: eight times as much of anything takes about eight times as long,
// in lines and as one line, not sixty-four times. The race detector takes ten times
// as long for everything, so it is given less, and each time another part of it.
func TestHostile(t *testing.T) {
	const (
		noise = 30 * time.Millisecond // what is over sooner is not measured
		most  = 24
	)
	small, large, units := 4<<10, 32<<10, slices.Clone(hostileLines)
	if underRace {
		small, large = small/4, large/4
		rand.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
		units = units[:len(units)/10]
	}
	for _, unit := range units {
		for _, end := range []string{"", "\n", "\r"} {
			for _, r := range hostileReadings {
				if r.took(t, unit+end, large) < noise {
					continue
				}
				a, b := r.took(t, unit+end, small), r.took(t, unit+end, large)
				if b > noise && b > most*a {
					t.Errorf("%s of %q repeated took %v for %d bytes, %v for %d", r.name, unit+end, a, small, b, large)
				}
			}
		}
	}
}

// BenchmarkHostile holds 1 MiB of anything repeated against a second.
func BenchmarkHostile(b *testing.B) {
	for b.Loop() {
		worst := time.Duration(0)
		for _, unit := range hostileLines {
			for _, end := range []string{"", "\n", "\r"} {
				for _, r := range hostileReadings {
					took := r.took(b, unit+end, 1<<20)
					if worst = max(worst, took); took > time.Second {
						b.Errorf("%s of %q repeated took %v", r.name, unit+end, took)
					}
				}
			}
		}
		b.ReportMetric(worst.Seconds(), "s-worst")
	}
}
