package probes_test

import (
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sshhelp/probes"
)

// jail runs the real fail2ban with its own jail for sshd, its own filter and its
// own limits, on a file; what it bans, nobody carries out.
type jail struct {
	dir  string
	seen int
}

func startJail(t *testing.T) *jail {
	t.Helper()
	j := &jail{dir: t.TempDir()}
	config := j.file("config")
	if err := os.CopyFS(config, os.DirFS("/etc/fail2ban")); err != nil {
		t.Fatalf("the package fail2ban is needed: %v", err)
	}
	j.write(t, "config/jail.local", "[DEFAULT]\nignoreself = false\nignoreip =\nbackend = polling\naction =\n"+
		"[sshd]\nenabled = true\nlogpath = "+j.file("auth.log")+"\n")
	j.write(t, "config/fail2ban.local", "[Definition]\nlogtarget = STDOUT\nsyslogsocket = none\ndbfile = None\n"+
		"socket = "+j.file("sock")+"\npidfile = "+j.file("pid")+"\n")
	j.write(t, "auth.log", "")
	cmd := exec.CommandContext(t.Context(), "fail2ban-server", "-f", "-c", config)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if err := cmd.Start(); err != nil {
		t.Fatalf("the package fail2ban is needed: %v", err)
	}
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
	})
	until(t, "fail2ban answers", func() bool { return strings.Contains(j.status(t), "Banned IP list") })
	return j
}

func (j *jail) file(name string) string { return filepath.Join(j.dir, name) }

func (j *jail) write(t *testing.T, name, text string) {
	t.Helper()
	f, err := os.OpenFile(j.file(name), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(text); err != nil || f.Close() != nil {
		t.Fatal(err)
	}
}

func (j *jail) status(t *testing.T) string {
	out, _ := exec.CommandContext(t.Context(), "fail2ban-client", "-c", j.file("config"), "-s", j.file("sock"), "status", "sshd").CombinedOutput()
	return string(out)
}

var port = regexp.MustCompile(` port (\d+)`)

// feed hands over what sshd logged, as syslog would write it: each connection
// has a process of its own.
func (j *jail) feed(t *testing.T, lines []string) {
	t.Helper()
	var b strings.Builder
	for _, line := range lines {
		id := "1"
		if m := port.FindStringSubmatch(line); m != nil {
			id = m[1]
		}
		fmt.Fprintf(&b, "%s host sshd[%s]: %s\n", time.Now().Format(time.Stamp), id, line)
	}
	j.write(t, "auth.log", b.String())
}

// banned returns who is banned once all that was fed has been read, which it
// learns by feeding an address that must be.
func (j *jail) banned(t *testing.T) []string {
	t.Helper()
	j.seen++
	sign := fmt.Sprintf("192.0.2.%d", j.seen)
	for n := range 5 {
		j.feed(t, []string{fmt.Sprintf("Invalid user x from %s port %d", sign, n+1)})
	}
	var list []string
	until(t, "fail2ban has read all", func() bool {
		_, after, _ := strings.Cut(j.status(t), "Banned IP list:")
		list = strings.Fields(after)
		return slices.Contains(list, sign)
	})
	return list
}

// TestNotBanned: ten diagnoses within ten minutes, each of which asks about an
// account that does not exist and a key that does not fit, are not banned by
// fail2ban as it is installed. Without the ledger they are.
func TestNotBanned(t *testing.T) {
	t.Parallel()
	j := startJail(t)
	who, key := newAccount(t, "*"), newKey(t, "ed25519")
	addr, _, log := startOpenSSH(t, append(reading(who), "HostKey=DIR/ed25519", "HostKey=DIR/ecdsa", "HostKey=DIR/rsa")...)
	logins := slices.Concat(one("nobody-of-that-name", key), one(who.name, key))

	now := time.Now()
	p := probes.New(probes.Options{
		Allow:  []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Ledger: probes.NewLedger(func() time.Time { return now }),
	})
	asked, held := 0, 0
	for range 10 {
		r := askAt(t, p, addr, logins)
		asked, held = asked+r.Effort.Attempts, held+r.Effort.Held
		for range r.Effort.Connections {
			j.feed(t, await(t, log, "Disconnected from"))
		}
		now = now.Add(59 * time.Second)
	}
	if asked == 0 || held == 0 {
		t.Errorf("%d requests, %d held back", asked, held)
	}
	if list := j.banned(t); slices.Contains(list, "127.0.0.1") {
		t.Errorf("banned: %q\n%s", list, j.status(t))
	}
	t.Logf("%d requests, %d held back\n%s", asked, held, j.status(t))

	free := probes.New(probes.Options{Allow: p.Allow, Ledger: generous{}})
	for range 5 {
		r := askAt(t, free, addr, logins)
		for range r.Effort.Connections {
			j.feed(t, await(t, log, "Disconnected from"))
		}
	}
	if list := j.banned(t); !slices.Contains(list, "127.0.0.1") {
		t.Errorf("without the ledger it is not banned either: %q", list)
	}
}

// generous grants everything.
type generous struct{}

func (generous) Spend(netip.Addr, probes.Deed) bool { return true }
