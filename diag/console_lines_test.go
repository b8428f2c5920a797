package diag

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// oneByOne reads a log with every line read, none skipped.
func oneByOne(text string, s *scanner) *Console {
	r := newConsoleReader(s)
	every := *r.lines.index
	every.every = true
	r.lines.index = &every
	r.Write([]byte(text))
	return r.Console()
}

// piecewise reads a log that comes in pieces of some size.
func piecewise(text string, s *scanner, size int) *Console {
	r := newConsoleReader(s)
	for text != "" {
		n, _ := r.Write([]byte(text[:min(size, len(text))]))
		text = text[n:]
	}
	return r.Console()
}

// testScanner looks for what the test logs hold, and what they nearly hold.
func testScanner() *scanner {
	return newScanner([]*Cause{
		testCause("boot/a", ConsoleLog, `Kernel panic`, `Started .*\.service`, `legacy IDE quirk`),
		testCause("boot/b", ConsoleLog, `^web-1 login`, `xy+z`),
	})
}

// sameConsole fails if two readings of one log differ in anything.
func sameConsole(t *testing.T, what string, want, got *Console) {
	t.Helper()
	if !reflect.DeepEqual(want, got) {
		t.Fatalf("%s (-want +got):\n%s\nIf a reading follows lines that hold none of its texts, attentive must tell of it.", what,
			cmp.Diff(want, got, cmp.AllowUnexported(Console{}), cmpopts.IgnoreUnexported(scanner{}), cmpopts.IgnoreTypes(Cause{})))
	}
}

// TestSkipping: that lines are skipped, or come in pieces, changes nothing.
func TestSkipping(t *testing.T) {
	noise := strings.Repeat("[    1.276551] pci 0000:00:01.1: BAR 0 [io  0x01f0-0x01f7]: legacy IDE quirk\n[12345.276551] systemd[1]: nothing\n \n", 40)
	key, _ := fakeKey("OPENSSH ")
	s := testScanner()
	for name, text := range map[string]string{
		"a boot":              testBoot,
		"with noise":          strings.ReplaceAll(testBoot, "\n", "\n"+noise),
		"boots":               testBoot + noise + testBoot + noise,
		"carriage returns":    strings.ReplaceAll(testBoot+noise, "\n", "\r\n"),
		"redrawn lines":       strings.ReplaceAll(testBoot+noise, "\n", "\rx\r\r\n"),
		"as Nova leaves it":   nova(testBoot + noise),
		"keys":                noise + key + "\n" + noise + "Set the following 'random' passwords\nroot:abc\n" + noise + "debian:def\n",
		"key without an end":  key[:len(key)-30] + "\n" + noise,
		"host keys":           noise + "-----BEGIN SSH HOST KEY KEYS-----\n" + edKey + "\n" + ecKey + "\n-----END SSH HOST KEY KEYS-----\n" + noise,
		"ssh-keygen":          "Generating public/private ed25519 key pair.\nYour public key has been saved in /etc/ssh/ssh_host_ed25519_key.pub\nThe key fingerprint is:\n" + edSHA256 + " root@web-1\n" + noise,
		"after a restart":     testBoot + "[  900.000001] reboot: Restarting system\n" + noise,
		"a long line":         testBoot + strings.Repeat("x", 3*maxConsoleLine) + "Kernel panic: \n" + noise,
		"one line":            strings.Repeat("abc xyyz ", pieceSize/8),
		"one line, redrawn":   strings.Repeat("Kernel panic\rabc\r", pieceSize/10),
		"blank":               strings.Repeat(" \r\n\n", pieceSize/2),
		"no line break":       "web-1 login: ",
		"what Nova left":      "c[?7l[2J[0mSeaBIOS\nM[Kx\nfoo M[K\n[mem 0x0]\n[K]\nx [1]\n[Hx\n[0;1mx\n]104\\x\n",
		"the kernel's clock":  "[    1.0] x\n[    3.581861] rtc_cmos 00:04: setting system clock to 2026-05-20T09:00:03 UTC (1779267603)\n" + noise,
		"long-running kernel": noise + "[    5.000000] \n[  OK  ]\nx\ny\n",
	} {
		want := oneByOne(text, s)
		sameConsole(t, name+": with skipping", want, piecewise(text, s, len(text)))
		for _, size := range []int{7, 4096, 1 << 20} {
			sameConsole(t, fmt.Sprintf("%s: in pieces of %d", name, size), want, piecewise(text, s, size))
		}
	}
}

// TestBoundedReader: of a boot of any length, head and tail are kept, and nothing
// of the middle escapes the scanner.
func TestBoundedReader(t *testing.T) {
	r := newConsoleReader(testScanner())
	fmt.Fprint(r, testBoot)
	for i := range 50 {
		if i == 25 {
			fmt.Fprint(r, "\nKernel panic - not syncing\n")
		}
		fmt.Fprint(r, strings.Repeat(fmt.Sprintf("[  100.000000] %d\n", i), 10_000))
	}
	c := r.Console()
	if len(c.Lines) != maxConsoleLines || !c.WholeBoot {
		t.Errorf("%d lines kept, WholeBoot %v", len(c.Lines), c.WholeBoot)
	}
	if first, last := c.Lines[0], c.Lines[len(c.Lines)-1]; !strings.HasPrefix(first.Text, "SeaBIOS") || last.Text != "[  100.000000] 49" {
		t.Errorf("kept from %q to %q", first.Text, last.Text)
	}
	for cause, hits := range c.hits {
		if cause.ID == "boot/a" && hits[len(hits)-1].Text != "Kernel panic - not syncing" {
			t.Errorf("last hit %+v", hits[len(hits)-1])
		}
	}
	bytes := 0
	r = newConsoleReader(nil)
	for range 50 {
		fmt.Fprint(r, strings.Repeat(strings.Repeat("x", maxConsoleLine-1)+"\n", 100))
	}
	for _, l := range r.Console().Lines {
		bytes += len(l.Text)
	}
	if bytes > maxHeadBytes+2*maxTailBytes+2*pieceSize {
		t.Errorf("%d bytes kept", bytes)
	}
}
