package twin_test

import (
	"context"
	"encoding/pem"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"sshhelp/sim/sshd/twin"
)

// client is OpenSSH's, with a key of its own.
type client struct {
	dir    string
	public ssh.PublicKey
}

func newClient(t *testing.T, kind string) *client {
	t.Helper()
	c := &client{dir: t.TempDir()}
	file := filepath.Join(c.dir, "key")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-N", "", "-t", kind, "-f", file).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen (package openssh-client): %v\n%s", err, out)
	}
	line, err := os.ReadFile(file + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	if c.public, _, _, _, err = ssh.ParseAuthorizedKey(line); err != nil {
		t.Fatal(err)
	}
	return c
}

// login returns what ssh printed and how it ended.
func (c *client) login(t *testing.T, user string, to netip.AddrPort, options ...string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	args := []string{"-F", "/dev/null", "-i", filepath.Join(c.dir, "key"), "-p", strconv.Itoa(int(to.Port()))}
	for _, o := range append(options, "IdentitiesOnly=yes", "BatchMode=yes", "ConnectTimeout=4", "StrictHostKeyChecking=no",
		"UserKnownHostsFile="+filepath.Join(c.dir, "known_hosts")) {
		args = append(args, "-o", o)
	}
	cmd := exec.CommandContext(ctx, "ssh", append(args, user+"@"+to.Addr().String(), "true")...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir}
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// TestRealClient has OpenSSH try the behaviours: it must fail, or get in, in
// the words that people know.
func TestRealClient(t *testing.T) {
	c := newClient(t, "ed25519")
	for _, tt := range []struct {
		behaviour, user, says string
		status                int
	}{
		{"healthy", "debian", "Welcome, debian.", 0},
		{"pre-banner", "debian", "Welcome, debian.", 0},
		{"slow-banner", "debian", "Welcome, debian.", 0},
		{"protocol-1.99", "debian", "Welcome, debian.", 0},
		{"root-banner", "debian", "Welcome, debian.", 0},
		{"root-banner", "root", `Please login as the user "debian" rather than the user "root".`, 142},
		{"refused", "debian", "Connection refused", 255},
		{"drop", "debian", "Connection timed out", 255},
		{"silent", "debian", "Connection timed out during banner exchange", 255},
		{"close", "debian", "kex_exchange_identification: Connection closed by remote host", 255},
		{"reset", "debian", "Connection reset by peer", 255},
		{"http", "debian", "kex_exchange_identification: ", 255},
		{"maxstartups", "debian", "kex_exchange_identification: Connection closed by remote host", 255},
		{"not-allowed", "debian", "kex_exchange_identification: Connection closed by remote host", 255},
		{"protocol-1", "debian", "Protocol major versions differ", 255},
		{"close-kex", "debian", "Connection closed by 127.0.0.1", 255},
		{"reset-kex", "debian", "Connection reset by ", 255},
		{"disconnect-kex", "debian", "This service is being moved", 255},
		{"no-match", "debian", "no matching key exchange method found", 255},
		{"old-algorithms", "debian", "no matching key exchange method found. Their offer: diffie-hellman-group14-sha1", 255},
		{"no-key", "debian", "Permission denied (publickey)", 255},
		{"password-only", "debian", "Permission denied (password)", 255},
		{"second-factor", "debian", "Permission denied (keyboard-interactive)", 255},
	} {
		t.Run(tt.behaviour+" "+tt.user, func(t *testing.T) {
			t.Parallel()
			server := start(t, twin.Options{Behaviour: tt.behaviour, AuthorizedKeys: []ssh.PublicKey{c.public}})
			out, status := c.login(t, tt.user, server.Addr())
			if !strings.Contains(out, tt.says) || status != tt.status {
				t.Errorf("ssh ended with %d and said:\n%s\nwant %d, %q", status, out, tt.status, tt.says)
			}
		})
	}
}

// TestTooManyFailures offers several keys that do not fit.
func TestTooManyFailures(t *testing.T) {
	c, more := newClient(t, "ed25519"), []string{}
	for range 3 {
		more = append(more, "IdentityFile="+filepath.Join(newClient(t, "ed25519").dir, "key"))
	}
	server := start(t, twin.Options{Behaviour: "too-many-failures"})
	out, status := c.login(t, "debian", server.Addr(), more...)
	if !strings.Contains(out, "oo many authentication failures") || status != 255 {
		t.Errorf("ssh ended with %d and said:\n%s", status, out)
	}
}

// TestSHA1Signatures: an RSA key gets in by old signatures only.
func TestSHA1Signatures(t *testing.T) {
	c := newClient(t, "rsa")
	server := start(t, twin.Options{Behaviour: "rsa-sha1", AuthorizedKeys: []ssh.PublicKey{c.public}})
	if out, status := c.login(t, "debian", server.Addr()); status != 255 || !strings.Contains(out, "Permission denied (publickey)") {
		t.Errorf("by default: ssh ended with %d and said:\n%s", status, out)
	}
	if out, status := c.login(t, "debian", server.Addr(), "PubkeyAcceptedAlgorithms=+ssh-rsa"); status != 0 {
		t.Errorf("with ssh-rsa allowed: ssh ended with %d and said:\n%s", status, out)
	}
}

// TestSecrets gives what password-only and second-factor ask for.
func TestSecrets(t *testing.T) {
	c := newClient(t, "ed25519")
	data, err := os.ReadFile(filepath.Join(c.dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if block, _ := pem.Decode(data); block == nil {
		t.Fatal("the key is not PEM")
	}
	signer, err := ssh.ParsePrivateKey(data)
	if err != nil {
		t.Fatal(err)
	}
	code := func(_, _ string, questions []string, _ []bool) ([]string, error) {
		return slices.Repeat([]string{"123456"}, len(questions)), nil
	}
	for behaviour, auth := range map[string][]ssh.AuthMethod{
		"password-only": {ssh.Password("secret")},
		"second-factor": {ssh.PublicKeys(signer), ssh.KeyboardInteractive(code)},
	} {
		server := start(t, twin.Options{Behaviour: behaviour, AuthorizedKeys: []ssh.PublicKey{c.public}})
		config := &ssh.ClientConfig{User: "debian", Auth: auth, HostKeyCallback: ssh.InsecureIgnoreHostKey()}
		conn, err := ssh.Dial("tcp", server.Addr().String(), config)
		if err != nil {
			t.Errorf("%s: %v", behaviour, err)
			continue
		}
		conn.Close()
	}
}
