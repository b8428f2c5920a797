package probes_test

import (
	"context"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sshhelp/diag"
)

// startDropbear runs the small server of routers and rescue systems (Debian's
// dropbear-bin) with host keys of three types.
func startDropbear(t *testing.T, options ...string) netip.AddrPort {
	t.Helper()
	dir := t.TempDir()
	held, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := held.Addr().(*net.TCPAddr).AddrPort()
	held.Close()
	args := append([]string{"-F", "-E", "-p", addr.String(), "-P", filepath.Join(dir, "pid")}, options...)
	for _, kind := range []string{"ed25519", "ecdsa", "rsa"} {
		file := filepath.Join(dir, kind)
		if out, err := exec.CommandContext(t.Context(), "dropbearkey", "-t", kind, "-f", file).CombinedOutput(); err != nil {
			t.Fatalf("the package dropbear-bin is needed: %v\n%s", err, out)
		}
		args = append(args, "-r", file)
	}
	run(t, exec.CommandContext(t.Context(), "dropbear", args...), "Not backgrounding")
	awaitPort(t, addr)
	return addr
}

// awaitPort waits until a server listens.
func awaitPort(t testing.TB, addr netip.AddrPort) {
	t.Helper()
	until(t, "a server listens on "+addr.String(), func() bool {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", addr.String())
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
}

// until asks again until something is so.
func until(t testing.TB, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for again := time.NewTicker(50 * time.Millisecond); !is(); {
		select {
		case <-again.C:
		case <-ctx.Done():
			t.Fatalf("not in time: %s", what)
		}
	}
}

// TestDropbear: another implementation, with delays of its own, tells the same.
func TestDropbear(t *testing.T) {
	good, other, rsaKey := newKey(t, "ed25519"), newKey(t, "ed25519"), newKey(t, "rsa")
	who := newAccount(t, "*")
	who.authorize(t, 0o600, good, rsaKey)
	addr := startDropbear(t)
	cases := []struct {
		name   string
		logins []diag.Login
		want   string
	}{
		{"wrong key", one(who.name, other), "ok publickey,password; refused ssh-ed25519"},
		{"wrong user", one("nobody-of-that-name", good), "ok publickey,password; refused ssh-ed25519"},
	}
	if os.Geteuid() == 0 { // it reads the keys in the account's own home and nowhere else
		cases = append(cases, []struct {
			name   string
			logins []diag.Login
			want   string
		}{
			{"right key", one(who.name, good), "ok publickey,password; ok ssh-ed25519"},
			{"both", one(who.name, other, good), "ok publickey,password; refused ssh-ed25519; ok ssh-ed25519"},
			{"rsa", one(who.name, rsaKey), "ok publickey,password; ok rsa-sha2-256"},
		}...)
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := askAt(t, loopback(), addr, c.logins)
			if got := said(r); got != c.want || len(r.SSH.HostKeys) != 3 || r.Effort.Connections != 3 {
				t.Errorf("got %q, want %q: %+v, %+v", got, c.want, r.SSH, r.Effort)
			}
		})
	}
}
