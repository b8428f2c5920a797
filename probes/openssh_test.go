package probes_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
	"sshhelp/sim/sshd/twin"
)

// startOpenSSH runs the real server (Debian's openssh-server) with host keys
// of its own and returns its address, its folder and its log.
func startOpenSSH(t *testing.T, options ...string) (netip.AddrPort, string, <-chan string) {
	t.Helper()
	const sshd = "/usr/sbin/sshd"
	if _, err := os.Stat(sshd); err != nil {
		t.Fatalf("the package openssh-server is needed: %v", err)
	}
	if os.Geteuid() == 0 { // sshd insists on it when run by root
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	for _, kind := range []string{"ed25519", "rsa", "ecdsa"} {
		if !slices.Contains(options, "HostKey=DIR/"+kind) {
			continue
		}
		if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-N", "", "-t", kind, "-f", filepath.Join(dir, kind)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	// A port that is free is found by holding it for a moment.
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := held.Addr().(*net.TCPAddr).AddrPort()
	held.Close()
	args := []string{
		"-D", "-e", "-f", "/dev/null", "-o", fmt.Sprintf("Port=%d", addr.Port()), "-o", "ListenAddress=127.0.0.1",
		"-o", "PidFile=none", "-o", "UsePAM=no",
	}
	for _, o := range options {
		args = append(args, "-o", strings.ReplaceAll(o, "DIR", dir))
	}
	return addr, dir, run(t, exec.CommandContext(t.Context(), sshd, args...), "Server listening on")
}

// run starts a server, waits until it listens, and returns its further log.
func run(t *testing.T, cmd *exec.Cmd, listens string) <-chan string {
	t.Helper()
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	log := make(chan string, 1000)
	go func() {
		defer close(log)
		for s := bufio.NewScanner(stderr); s.Scan(); {
			log <- s.Text()
		}
	}()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		for range log {
		}
		cmd.Wait()
	})
	await(t, log, listens)
	return log
}

// await reads the log up to a line that has the text, and returns all lines.
func await(t *testing.T, log <-chan string, text string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var lines []string
	for {
		select {
		case line, ok := <-log:
			lines = append(lines, line)
			if strings.Contains(line, text) {
				return lines
			}
			if !ok {
				t.Fatalf("%q is not in the log:\n%s", text, strings.Join(lines, "\n"))
			}
		case <-ctx.Done():
			t.Fatalf("%q is not in the log in time:\n%s", text, strings.Join(lines, "\n"))
		}
	}
}

// keygen returns what ssh-keygen says of a public key, by one kind of hash.
func keygen(t *testing.T, hash, file string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-l", "-E", hash, "-f", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimPrefix(strings.Fields(string(out))[1], "MD5:")
}

// TestOpenSSH probes the real server: one connection for each host key, no login
// attempted, and fingerprints as ssh-keygen has them.
func TestOpenSSH(t *testing.T) {
	addr, dir, log := startOpenSSH(t, "HostKey=DIR/ed25519", "HostKey=DIR/rsa", "HostKey=DIR/ecdsa", "LogLevel=DEBUG1")
	r := loopback().Target(t.Context(), addr)
	if r.SSH == nil || r.SSH.Ident != diag.OK || r.SSH.Kex != diag.OK {
		t.Fatalf("got %+v, %+v", r.Connect, r.SSH)
	}
	if !strings.HasPrefix(r.SSH.Version, "SSH-2.0-OpenSSH_") || len(r.SSH.Before) != 0 {
		t.Errorf("got version %q after %q", r.SSH.Version, r.SSH.Before)
	}
	var want []diag.HostKey
	for _, k := range []struct{ file, kind string }{{"ed25519", "ssh-ed25519"}, {"ecdsa", "ecdsa-sha2-nistp256"}, {"rsa", "ssh-rsa"}} {
		file := filepath.Join(dir, k.file+".pub")
		want = append(want, diag.HostKey{Type: k.kind, SHA256: keygen(t, "sha256", file), MD5: keygen(t, "md5", file)})
	}
	if diff := cmp.Diff(want, r.SSH.HostKeys); diff != "" {
		t.Errorf("host keys (-want +got):\n%s", diff)
	}
	if !slices.Contains(r.SSH.SigAlgs, "rsa-sha2-512") || len(r.SSH.Clients) != 3 || r.SSH.Clients[0].Lacking != "" || r.SSH.Auth != nil {
		t.Errorf("got signature algorithms %q, clients %+v, accounts %+v", r.SSH.SigAlgs, r.SSH.Clients, r.SSH.Auth)
	}
	a := r.SSH.Algorithms
	if a == nil || !slices.Contains(a.HostKey, "rsa-sha2-512") || !slices.Contains(a.Kex, "curve25519-sha256") ||
		!slices.Contains(a.Cipher, "aes256-ctr") || !slices.Contains(a.MAC, "hmac-sha2-256") {
		t.Errorf("got algorithms %+v", a)
	}
	if want := (diag.Effort{Connections: 3}); r.Effort != want {
		t.Errorf("it cost %+v, want %+v", r.Effort, want)
	}
	var said []string
	for range 3 {
		said = append(said, await(t, log, "sshhelp has seen enough")...)
	}
	for _, line := range said {
		if strings.Contains(line, "userauth-request") || strings.Contains(line, " user ") || strings.Contains(line, "error") {
			t.Errorf("the server is not at ease: %s", line)
		}
	}
}

// TestOpenSSHKinds: any kind of host key is good enough, and a server with
// rare algorithms is seen all the same.
func TestOpenSSHKinds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		key, kind string
		options   []string
	}{
		{"rsa", "ssh-rsa", nil},
		{"ecdsa", "ecdsa-sha2-nistp256", nil},
		{"rsa", "ssh-rsa", []string{"KexAlgorithms=diffie-hellman-group1-sha1", "HostKeyAlgorithms=ssh-rsa", "Ciphers=aes128-cbc", "MACs=hmac-sha1"}},
	} {
		addr, dir, _ := startOpenSSH(t, append(c.options, "HostKey=DIR/"+c.key)...)
		r := loopback().Target(t.Context(), addr)
		if r.SSH == nil || r.SSH.Kex != diag.OK || len(r.SSH.HostKeys) != 1 || r.SSH.HostKeys[0].Type != c.kind ||
			r.SSH.HostKeys[0].SHA256 != keygen(t, "sha256", filepath.Join(dir, c.key+".pub")) {
			t.Errorf("%s %s: got %+v", c.key, c.options, r.SSH)
		}
	}
}

// TestOpenSSHNoMatch: what OpenSSH can do and our library cannot is still listed.
func TestOpenSSHNoMatch(t *testing.T) {
	addr, _, _ := startOpenSSH(t, "HostKey=DIR/ed25519", "KexAlgorithms=sntrup761x25519-sha512@openssh.com")
	r := loopback().Target(t.Context(), addr)
	if r.SSH == nil || r.SSH.Kex != diag.NoMatch || r.SSH.Algorithms == nil || r.SSH.Algorithms.Kex[0] != "sntrup761x25519-sha512@openssh.com" {
		t.Errorf("got %+v", r.SSH)
	}
}

// TestOpenSSHFull: the real words of a server that has too many connections.
func TestOpenSSHFull(t *testing.T) {
	addr, _, log := startOpenSSH(t, "HostKey=DIR/ed25519", "MaxStartups=1", "LogLevel=DEBUG1")
	conn, err := net.Dial("tcp", addr.String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	await(t, log, "Connection from 127.0.0.1")
	r := loopback().Target(t.Context(), addr)
	if r.SSH == nil || r.SSH.Ident != diag.Closed || !slices.Equal(r.SSH.Before, []string{"Exceeded MaxStartups"}) {
		t.Errorf("got %+v, %+v", r.Connect, r.SSH)
	}
}

// BenchmarkTarget is one complete probe of a server that is well.
func BenchmarkTarget(b *testing.B) {
	server, err := twin.Start(b.Context(), twin.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer server.Close()
	p := loopback()
	for b.Loop() {
		if r := p.Target(b.Context(), server.Addr()); r.SSH.Kex != diag.OK {
			b.Fatal(r.SSH)
		}
	}
}
