package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"sshhelp/diag"
)

// leads is what the answer must begin with for each server of the built-in
// cloud, asked by a member of its project who sits at this machine: the first
// confirmed cause, "possible X" for the first possible one of an answer that
// confirms none, "" for nothing wrong.
var leads = map[string]string{
	"web-1":   "secgroup/port-closed",
	"healthy": "", "healthy-ubuntu": "", "boot-from-volume": "",

	"building": "instance/building", "build-stuck": "instance/build-stuck", "shutoff": "instance/shutoff",
	"paused": "instance/paused", "suspended": "instance/suspended", "error": "instance/error",
	"shelved": "instance/shelved", "shelved-offloaded": "instance/shelved", "rescued": "instance/rescued",
	"soft-deleted": "instance/deleted", "deleted": "instance/not-found", "rebooting": "instance/busy",
	// A task that does not keep SSH from answering is not the cause.
	"verify-resize": "", "migrating": "", "locked": "",
	// The loopback answers ping for a dead host too, which clears the host.
	"host-down": "possible network/guest-firewall",

	"no-address": "network/no-address", "port-down": "network/port-down", "port-admin-down": "network/port-down",
	"port-binding-failed": "network/port-down", "fip-down": "network/floating-ip-down", "two-nics": "",
	"two-nics-silent": "possible network/two-gateways", "fip-moved": "network/floating-ip-down",
	"port-security-off": "",

	"sg-none": "secgroup/none", "sg-empty": "secgroup/port-closed", "sg-web-only": "secgroup/port-closed",
	"sg-default": "secgroup/port-closed", "sg-office": "secgroup/source-excluded",
	"sg-one-address": "secgroup/source-excluded", "sg-v6-only": "secgroup/family-excluded",
	"sg-from-group": "secgroup/source-excluded", "sg-address-group": "secgroup/source-excluded",
	"sg-2222": "secgroup/port-closed", "sg-range": "", "sg-any-protocol": "", "sg-protocol-6": "",
	"sg-two-groups": "", "sg-stateless": "secgroup/port-closed", "sg-not-applied": "possible network/guest-firewall",

	"no-keypair": "auth/no-keypair", "rsa-key": "", "key-deleted": "", "key-of-alice": "",
	"windows": "instance/windows-image", "image-deleted": "", "image-no-properties": "", "rocky": "",

	"name with spaces": "", "サーバー1": "", "<!channel>": "", "it's \"quoted\" & <b>bold</b>": "", "web.*": "",
	"same-name": "", "twin": "2 instances",

	"console-missing": "", "console-unsupported": "", "console-broken": "", "console-slow": "", "console-empty": "",
	"kernel-panic": "boot/root-not-found", "panic-once": "boot/root-not-found", "emergency-mode": "boot/fstab",
	"metadata-failure": "cloudinit/metadata", "sg-no-egress": "secgroup/egress-blocked", "still-booting": "boot/in-progress",

	"ssh-refused": "sshd/refused", "ssh-not-ssh": "sshd/not-ssh", "ssh-silent": "sshd/no-banner",
	"ssh-closes-early": "sshd/closes-early", "ssh-resets": "sshd/closes-early",
}

// insideOnly are servers whose addresses are not on the loopback, or whose names
// look like DNS names, so that no test may probe them.
var insideOnly = map[string]string{
	"private-only": "network/private-only", "no-router": "network/no-router",
	"router-without-gateway": "network/no-router", "ipv6-only-v4-rule": "network/private-only",
	"UPPER.example.org": "", // a probe would ask DNS for it
}

// TestLab diagnoses the servers of the built-in cloud end to end: the real
// clients of OpenStack and SSH against the twins.
func TestLab(t *testing.T) {
	t.Setenv("OS_CLIENT_CONFIG_FILE", startLab(t))
	t.Setenv("OS_CLOUD", "demo")
	t.Setenv("SSHHELP_SSH_PORT", "2322")
	t.Setenv("SSHHELP_PROBES_OTHER_PORTS", "2323") // a machine's own SSH server answers on its loopback addresses too
	checkLeads(t, leads)
	t.Setenv("SSHHELP_PROBES_DISABLED", "true")
	checkLeads(t, insideOnly)
}

// TestLabAsReader: who may not read consoles gets the same answers where the
// console does not decide, and the console as a stated gap.
func TestLabAsReader(t *testing.T) {
	t.Setenv("OS_CLIENT_CONFIG_FILE", startLab(t))
	t.Setenv("OS_CLOUD", "demo-reader")
	t.Setenv("SSHHELP_SSH_PORT", "2322")
	t.Setenv("SSHHELP_PROBES_OTHER_PORTS", "2323") // a machine's own SSH server answers on its loopback addresses too
	for _, name := range []string{"shutoff", "sg-none", "sg-web-only", "healthy", "ssh-refused"} {
		d := diagnosed(t, name)
		if got := lead(d); got != leads[name] {
			t.Errorf("%s: %q, want %q", name, got, leads[name])
		}
		if !slices.ContainsFunc(d.Gaps, func(g diag.Gap) bool { return g.Source == diag.SourceConsole && g.Why == diag.GapForbidden }) {
			t.Errorf("%s: the console is no gap: %+v", name, d.Gaps)
		}
	}
}

func checkLeads(t *testing.T, leads map[string]string) {
	t.Helper()
	slots := make(chan struct{}, 12) // most wait for packets that never come
	var wg sync.WaitGroup
	for name, want := range leads {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			d := diagnosed(t, name)
			if got := lead(d); got != want {
				t.Errorf("%s: %q, want %q (causes %q, possible %q, gaps %+v)", name, got, want, d.Causes, d.Possible, d.Gaps)
			}
		})
	}
	wg.Wait()
}

// diagnosed runs the command and reads its JSON as another tool would.
func diagnosed(t *testing.T, name string, flags ...string) *diagnosisJSON {
	status, out, errOut := sshhelp(t, "", append([]string{"diagnose", name, "--json"}, flags...)...)
	d := &diagnosisJSON{}
	if err := json.Unmarshal([]byte(out), d); err != nil {
		t.Errorf("%s: exit status %d, %s: %v", name, status, errOut, err)
		return d
	}
	want := exitFine
	switch {
	case d.Instance == nil:
		want = exitUsage
	case len(d.Causes)+len(d.Possible) > 0:
		want = exitFound
	}
	if status != want || errOut != "" {
		t.Errorf("%s: exit status %d, want %d; standard error %q", name, status, want, errOut)
	}
	return d
}

// diagnosisJSON is the part of the contract that this test reads.
type diagnosisJSON struct {
	Causes   []string
	Possible []string
	Gaps     []diag.Gap
	Instance *struct{ ID string }
	Matches  []struct{ ID string }
	Path     []struct{ Name, State string }
	Effort   diag.Effort
}

func (d *diagnosisJSON) hop(name string) string {
	for _, h := range d.Path {
		if h.Name == name {
			return h.State
		}
	}
	return ""
}

func lead(d *diagnosisJSON) string {
	switch {
	case len(d.Matches) > 1:
		return strings.Repeat("2 instances", len(d.Matches)/2)
	case len(d.Causes) > 0:
		return d.Causes[0]
	case len(d.Possible) > 0:
		return "possible " + d.Possible[0]
	}
	return ""
}

// TestLabLogin: what the server is asked about accounts and keys, end to end. The
// member of the project owns the key pair, so that its public half is known.
func TestLabLogin(t *testing.T) {
	t.Setenv("OS_CLIENT_CONFIG_FILE", startLab(t))
	t.Setenv("OS_CLOUD", "demo")
	t.Setenv("SSHHELP_SSH_PORT", "2322")
	t.Setenv("SSHHELP_PROBES_OTHER_PORTS", "2323")
	const own = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAICWecqdb+4872QNEDqc1j9mXs5o5lGVLlr/UPHHLd62U alice@laptop"
	file := filepath.Join(t.TempDir(), "id.pub")
	if err := os.WriteFile(file, []byte(own+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		args []string
		want string
		key  string // the state of the hop "key"
	}{
		{[]string{"healthy"}, "", "ok"},
		{[]string{"healthy", "--user", "ubuntu"}, "auth/wrong-user", "not reached"},
		{[]string{"healthy", "--user", "alice"}, "possible auth/wrong-user", "unknown"},
		{[]string{"healthy", "--user", "root"}, "possible auth/root-login", "unknown"},
		{[]string{"healthy", "--key", file}, "auth/wrong-key", "broken"},
		{[]string{"healthy", "--key", "SHA256:8B3+utRzAojZhoouAxmQdnZhc1PNuffIG1Z9/jn2pJY"}, "possible auth/wrong-key", "unknown"},
		{[]string{"no-keypair", "--key", file}, "auth/no-keypair", "broken"},
	}
	for _, tt := range tests {
		d := diagnosed(t, tt.args[0], tt.args[1:]...)
		if got := lead(d); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.args, got, tt.want)
		}
		if got := d.hop("key"); got != tt.key {
			t.Errorf("%q: the key is %q, want %q", tt.args, got, tt.key)
		}
		if d.Effort.Connections == 0 || d.Effort.Connections > 5 || d.Effort.Attempts == 0 || d.Effort.Attempts > 8 {
			t.Errorf("%q: effort %+v", tt.args, d.Effort)
		}
	}
	if _, _, errOut := sshhelp(t, "", "diagnose", "healthy", "--key", "/nowhere/id.pub"); !strings.Contains(errOut, "/nowhere/id.pub") {
		t.Errorf("a key file that is not there: %q", errOut)
	}
}
