package probes_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/probes"
)

// newKey makes a key pair and returns its public half as .pub files have it.
func newKey(t testing.TB, kind string) string {
	t.Helper()
	var public any
	switch kind {
	case "rsa":
		k, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			t.Fatal(err)
		}
		public = &k.PublicKey
	default:
		k, _, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		public = k
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// one asks about one account, with keys that are the person's.
func one(name string, keys ...string) []diag.Login {
	l := diag.Login{User: name}
	for _, k := range keys {
		l.Keys = append(l.Keys, diag.LoginKey{Whose: diag.PersonKey, Line: k})
	}
	return []diag.Login{l}
}

// askAt asks the server at an address of loopback about accounts.
func askAt(t *testing.T, p *probes.Prober, addr netip.AddrPort, logins []diag.Login) diag.Reach {
	t.Helper()
	e := &diag.Evidence{Asked: diag.Asked{Address: addr.Addr(), Port: addr.Port()}}
	fact, err := p.ReadLogin(t.Context(), e, func(context.Context) []diag.Login { return logins })
	if reaches, ok := fact.(diag.Reaches); ok && len(reaches) == 1 && reaches[0].SSH != nil {
		return reaches[0]
	}
	t.Fatalf("got %+v, %v", fact, err)
	return diag.Reach{}
}

// said puts the answer about the first account into a line: the outcome, the
// methods, and the answer to each key.
func said(r diag.Reach) string {
	if len(r.SSH.Auth) == 0 {
		return "nothing"
	}
	a := r.SSH.Auth[0]
	text := fmt.Sprintf("%s %s", a.Outcome, strings.Join(a.Methods, ","))
	for _, k := range a.Keys {
		text += fmt.Sprintf("; %s %s", k.Accepted, k.Algorithm)
	}
	return text
}

// TestKeyAccepted: real OpenSSH says rightly whether it would take a key, in all
// the ways that it may not.
func TestKeyAccepted(t *testing.T) {
	t.Parallel()
	good, other, rsaKey := newKey(t, "ed25519"), newKey(t, "ed25519"), newKey(t, "rsa")
	who := newAccount(t, "*")
	who.authorize(t, 0o600, good, rsaKey)
	const ok, no = "; ok ssh-ed25519", "; refused ssh-ed25519"
	const methods = "ok publickey,password,keyboard-interactive"
	cases := []struct {
		name    string
		logins  []diag.Login
		options []string
		want    string
	}{
		{"right key", one(who.name, good), nil, methods + ok},
		{"wrong key", one(who.name, other), nil, methods + no},
		{"both", one(who.name, other, good), nil, methods + no + ok},
		{"no key", one(who.name), nil, methods},
		{"wrong user", one("nobody-of-that-name", good), nil, methods + no},
		{"not allowed", one(who.name, good), []string{"DenyUsers=*"}, methods + no},
		{"rsa", one(who.name, rsaKey), nil, methods + "; ok rsa-sha2-512"},
		{"rsa, SHA-1 only", one(who.name, rsaKey), []string{"PubkeyAcceptedAlgorithms=ssh-rsa"}, methods + "; ok ssh-rsa"},
		{"rsa, SHA-2 only", one(who.name, rsaKey), []string{"PubkeyAcceptedAlgorithms=rsa-sha2-256"}, methods + "; refused rsa-sha2-512"}, // as clients of today are: it lists what it does not take
		{"second factor", one(who.name, good), []string{"AuthenticationMethods=publickey,keyboard-interactive"}, "ok publickey" + ok},
		{"passwords only", one(who.name, good), []string{"PubkeyAuthentication=no"}, "ok password,keyboard-interactive; not-tried "},
		{"one attempt only", one(who.name, other, good), []string{"MaxAuthTries=1"}, "closed publickey,password,keyboard-interactive; closed ssh-ed25519; closed ssh-ed25519"},
		{"old algorithms", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group1-sha1", "Ciphers=3des-cbc", "MACs=hmac-md5-96"}, methods + ok},
		{"chosen group", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group-exchange-sha1", "Ciphers=aes256-cbc", "MACs=hmac-sha1-96"}, methods + ok},
		{"chosen group, newer", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group-exchange-sha256", "Ciphers=aes192-ctr", "MACs=hmac-sha2-512"}, methods + ok},
		{"group 14", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group14-sha256", "Ciphers=aes128-cbc", "MACs=hmac-sha1-etm@openssh.com"}, methods + ok},
		{"group 16", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group16-sha512", "Ciphers=aes256-gcm@openssh.com"}, methods + ok},
		{"group 18", one(who.name, good), []string{"KexAlgorithms=diffie-hellman-group18-sha512", "Ciphers=aes256-ctr", "MACs=hmac-sha2-256-etm@openssh.com"}, methods + ok},
		{"P-256", one(who.name, good), []string{"KexAlgorithms=ecdh-sha2-nistp256", "Ciphers=chacha20-poly1305@openssh.com"}, methods + ok},
		{"P-384", one(who.name, good), []string{"KexAlgorithms=ecdh-sha2-nistp384", "Ciphers=aes128-ctr", "MACs=hmac-md5"}, methods + ok},
		{"P-521", one(who.name, good), []string{"KexAlgorithms=ecdh-sha2-nistp521", "Ciphers=aes192-cbc", "MACs=hmac-md5-etm@openssh.com"}, methods + ok},
		{"a MAC we do not know", one(who.name, good), []string{"Ciphers=aes128-ctr", "MACs=umac-64@openssh.com"}, "failed ; failed "},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			options := append([]string{"HostKey=DIR/ed25519", "KbdInteractiveAuthentication=yes"}, c.options...)
			addr, _, _ := startOpenSSH(t, append(options, reading(who)...)...)
			r := askAt(t, loopback(), addr, c.logins)
			if got := said(r); got != c.want {
				t.Errorf("got %q, want %q: %+v", got, c.want, r.SSH)
			}
			if r.Effort.Connections != 1 || r.Effort.Attempts > 5 {
				t.Errorf("it cost %+v", r.Effort)
			}
		})
	}
}

// reading are sshd's options that have it read the keys of a test's account.
func reading(who inhabitant) []string {
	file := "AuthorizedKeysFile=" + filepath.Join(who.home, ".ssh", "authorized_keys")
	if os.Geteuid() != 0 { // modes count up to the home that the account really has
		return []string{file, "StrictModes=no"}
	}
	return []string{file}
}

// TestKeyNotReadable: the file is there and sshd does not use it, or has no use
// for the account.
func TestKeyNotReadable(t *testing.T) {
	good := newKey(t, "ed25519")
	who, empty := newAccount(t, "*"), newAccount(t, "*")
	who.authorize(t, 0o666, good)
	check := func(name string, who inhabitant, want diag.Outcome, options ...string) {
		addr, _, _ := startOpenSSH(t, append(append([]string{"HostKey=DIR/ed25519"}, options...), reading(who)...)...)
		r := askAt(t, loopback(), addr, one(who.name, good))
		if a := r.SSH.Auth; len(a) != 1 || len(a[0].Keys) != 1 || a[0].Keys[0].Accepted != want || a[0].Outcome != diag.OK {
			t.Errorf("%s: got %+v", name, a)
		}
	}
	check("wrong modes, not minded", who, diag.OK, "StrictModes=no")
	check("no authorized_keys", empty, diag.Refused)
	if os.Geteuid() != 0 {
		return // what follows needs an account of its own
	}
	check("wrong modes", who, diag.Refused)
	locked := newAccount(t, "!")
	locked.authorize(t, 0o600, good)
	check("locked", locked, diag.Refused)
}

// TestKeyOfRoot: cloud images leave root a key with a command that says which
// account to use. The key is accepted; what follows it is not for us to see.
func TestKeyOfRoot(t *testing.T) {
	good, who := newKey(t, "ed25519"), newAccount(t, "*")
	who.authorize(t, 0o600, `no-port-forwarding,command="echo 'Please login as the user \"debian\" rather than the user \"root\".';sleep 10;exit 142" `+good)
	name, taken := who.name, "ok"
	options := []string{"HostKey=DIR/ed25519", "StrictModes=no"}
	if os.Geteuid() == 0 {
		name = "root"
		if shadow, err := os.ReadFile("/etc/shadow"); err == nil && strings.HasPrefix(string(shadow), "root:!") {
			taken = "refused" // locked here, as on some machines
		}
	}
	// sshd looks at this option only when somebody has signed.
	for _, option := range []string{"PermitRootLogin=yes", "PermitRootLogin=forced-commands-only", "PermitRootLogin=no"} {
		addr, _, _ := startOpenSSH(t, append(append([]string{option}, options...), reading(who)...)...)
		r := askAt(t, loopback(), addr, one(name, good))
		if a := r.SSH.Auth; len(a) != 1 || len(a[0].Keys) != 1 || a[0].Keys[0].Accepted.String() != taken {
			t.Errorf("%s: got %+v", option, a)
		}
	}
}

// TestBanner: what a server says before anybody is let in, made harmless.
func TestBanner(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "issue.net")
	if err := os.WriteFile(file, []byte("\nAll is \x1b[31mlogged\x1b[0m.\npassword: hunter2hunter2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	addr, _, _ := startOpenSSH(t, "HostKey=DIR/ed25519", "Banner="+file)
	r := askAt(t, loopback(), addr, one("nobody-of-that-name"))
	if b := r.SSH.Auth[0].Banner; !strings.HasPrefix(b, `All is `) || strings.ContainsAny(b, "\x1b\r") || strings.Contains(b, "hunter2") {
		t.Errorf("got banner %q", b)
	}
}

// TestTwoAccounts: each has a connection of its own, which fetches a host key
// too, so that two accounts and three host keys cost three connections.
func TestTwoAccounts(t *testing.T) {
	t.Parallel()
	good, who := newKey(t, "ed25519"), newAccount(t, "*")
	who.authorize(t, 0o600, good)
	logins := slices.Concat(one("nobody-of-that-name", good), one(who.name, good))
	for _, c := range []struct {
		keys []string
		cost diag.Effort
	}{
		{[]string{"ed25519", "ecdsa", "rsa"}, diag.Effort{Connections: 3, Attempts: 3}},
		{[]string{"ed25519"}, diag.Effort{Connections: 2, Attempts: 3}},
	} {
		options := append(reading(who), "LogLevel=VERBOSE")
		for _, k := range c.keys {
			options = append(options, "HostKey=DIR/"+k)
		}
		addr, _, log := startOpenSSH(t, options...)
		r := askAt(t, loopback(), addr, logins)
		if len(r.SSH.HostKeys) != len(c.keys) || r.Effort != c.cost || len(r.SSH.Auth) != 2 {
			t.Fatalf("got %+v, it cost %+v", r.SSH, r.Effort)
		}
		if got := r.SSH.Auth[0].Keys[0].Accepted; got != diag.Refused || r.SSH.Auth[0].User != "nobody-of-that-name" {
			t.Errorf("got %+v", r.SSH.Auth[0])
		}
		if got := r.SSH.Auth[1].Keys[0].Accepted; got != diag.OK || r.SSH.Auth[1].User != who.name {
			t.Errorf("got %+v", r.SSH.Auth[1])
		}
		lines := await(t, log, "Disconnected from authenticating user "+who.name)
		t.Logf("sshd logs:\n%s", strings.Join(lines, "\n"))
	}
}
