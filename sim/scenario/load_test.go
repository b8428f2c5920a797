package scenario

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func lab1(t *testing.T) *Cloud {
	t.Helper()
	c, err := Lab()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLabHasAServerForEveryCase: other tests go by these names.
func TestLabHasAServerForEveryCase(t *testing.T) {
	c := lab1(t)
	for _, name := range strings.Fields(`web-1 healthy healthy-ubuntu healthy-fixed-only boot-from-volume
		building build-stuck shutoff paused suspended error shelved shelved-offloaded rescued soft-deleted deleted
		rebooting verify-resize migrating locked host-down
		no-address private-only port-down port-admin-down port-binding-failed fip-down no-router
		router-without-gateway two-nics two-nics-silent fip-moved ipv6 ipv6-only-v4-rule dual-stack
		sg-none sg-empty sg-web-only sg-default sg-office sg-one-address sg-v6-only sg-from-group sg-address-group
		sg-2222 sg-range sg-any-protocol sg-protocol-6 sg-two-groups sg-no-egress sg-stateless sg-not-applied port-security-off
		no-keypair rsa-key key-deleted key-of-alice windows image-deleted image-no-properties rocky
		twin サーバー1 <!channel> web.* UPPER.example.org same-name other-server
		console-missing console-unsupported console-broken console-slow console-empty kernel-panic emergency-mode
		metadata-failure still-booting
		ssh-refused ssh-not-ssh ssh-silent ssh-closes-early ssh-resets ssh-old-algorithms ssh-other-port ssh-stalls
		ssh-no-key ssh-password-only ssh-throttled`) {
		if c.Server(name) == nil {
			t.Errorf("there is no server %q", name)
		}
	}
	for _, name := range []string{"name with spaces", `it's "quoted" & <b>bold</b>`} {
		if c.Server(name) == nil {
			t.Errorf("there is no server %q", name)
		}
	}
}

// TestLabCanBeListenedOn: whatever may be probed is on loopback, and has a
// listener that says what happens there; the rest has none.
func TestLabCanBeListenedOn(t *testing.T) {
	c := lab1(t)
	taken := map[netip.AddrPort]string{}
	for i := range c.Servers {
		s := &c.Servers[i]
		if a := s.Address(); a.IsValid() && a.IsLoopback() == (len(s.SSHD) == 0) {
			t.Errorf("%s at %s has %d listeners", s.Name, a, len(s.SSHD))
		}
		for _, l := range s.SSHD {
			a := s.ListenAddr(l)
			if !a.Addr().IsLoopback() || taken[a] != "" {
				t.Errorf("%s wants to listen on %s, taken by %q", s.Name, a, taken[a])
			}
			taken[a] = s.Name
		}
	}
}

func TestLabIdentifiersAreUniqueAndTheSameEachTime(t *testing.T) {
	c, again := lab1(t), lab1(t)
	seen := map[string]string{}
	for i := range c.Servers {
		s := &c.Servers[i]
		ids := []string{s.ID}
		for _, p := range s.Ports {
			ids = append(ids, p.ID, p.MAC)
			ids = append(ids, p.FixedIPs...)
		}
		for _, id := range ids {
			if seen[id] != "" {
				t.Errorf("%s belongs to %s and to %s", id, seen[id], s.Name)
			}
			seen[id] = s.Name
		}
	}
	if diff := cmp.Diff(c, again, cmpopts.IgnoreUnexported(KeyPair{})); diff != "" {
		t.Error(diff)
	}
}

func TestCompleteTwiceChangesNothing(t *testing.T) {
	c := lab1(t)
	before := lab1(t)
	if err := c.Complete(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, c, cmpopts.IgnoreUnexported(KeyPair{})); diff != "" {
		t.Error(diff)
	}
}

func TestLoad(t *testing.T) {
	c, err := Load(filepath.Join("testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s := c.Server("shut-in")
	if s.Console.Text != "quiet login: \n" {
		t.Errorf("console is %q", s.Console.Text)
	}
	if got := c.Server("healthy").ListenAddr(c.Server("healthy").SSHD[0]); got.String() != "127.30.0.10:22" {
		t.Errorf("healthy listens on %v", got)
	}
	if _, err := Load("testdata/none.yaml"); err == nil {
		t.Error("a file that is not there was loaded")
	}
}

func TestLoadTellsFileAndPath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(path, []byte("servers:\n  - {name: a, console: {file: none.log}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load(path)
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "servers[0] (a).console.file") {
		t.Errorf("got %v", err)
	}
}
