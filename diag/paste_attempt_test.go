package diag

import (
	"slices"
	"strings"
	"testing"
)

// deciding reads a text and returns the attempt that it is about.
func deciding(t *testing.T, text string) Attempt {
	t.Helper()
	p := ReadPaste(text)
	a := p.Deciding()
	if a == nil {
		t.Fatalf("no attempt in %q", text)
	}
	return *a
}

func TestAttempt(t *testing.T) {
	a := deciding(t, `$ ssh -v -p 2222 -i key.pem alice@web-1
OpenSSH_for_Windows_9.5p1, LibreSSL 3.8.2
debug1: Connecting to web-1 [203.0.113.5] port 2222.
debug1: Connection established.
debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1 Debian-2
debug1: Authenticating to web-1:2222 as 'alice'
debug1: Authentications that can continue: publickey,password
debug1: Offering public key: key.pem RSA SHA256:abc explicit
debug1: Server accepts key: key.pem RSA SHA256:abc explicit
alice@web-1: Permission denied (publickey,password).`)
	if a.Client != "OpenSSH_for_Windows_9.5p1" || a.Server != "OpenSSH_9.2p1 Debian-2" || a.Host != "web-1" || a.Port != 2222 || a.User != "alice" {
		t.Errorf("%+v", a)
	}
	if a.Stage != ReachedAuth || !a.Denied || a.LoggedIn() || !slices.Equal(a.Methods, []string{"publickey", "password"}) || a.Identity != "key.pem" {
		t.Errorf("%+v", a)
	}
	key := OfferedKey{Name: "key.pem", Type: "RSA", Fingerprint: "SHA256:abc"}
	if !slices.Equal(a.Offered, []OfferedKey{key}) || !slices.Equal(a.Accepted, []OfferedKey{key}) {
		t.Errorf("offered %+v, accepted %+v", a.Offered, a.Accepted)
	}
}

// TestReached goes through what programs print last.
func TestReached(t *testing.T) {
	for text, want := range map[string]Reached{
		"ssh: connect to host 203.0.113.5 port 22: Connection refused":                                  ReachedConnect,
		"ssh: Could not resolve hostname web-1: Name or service not known":                              ReachedConnect,
		"kex_exchange_identification: read: Connection reset by peer":                                   ReachedBanner,
		"ssh_exchange_identification: Connection closed by remote host":                                 ReachedBanner,
		"Unable to negotiate with 203.0.113.5 port 22: no matching cipher found. Their offer: 3des-cbc": ReachedKex,
		"Host key verification failed.":                                                                 ReachedHostKey,
		"The host key is not cached for this server:\n  web-1 (port 22)":                                ReachedHostKey,
		"alice@web-1: Permission denied (publickey).":                                                   ReachedAuth,
		"login as: alice\nServer refused our key":                                                       ReachedAuth,
		"Authenticated to web-1 ([203.0.113.5]:22) using \"publickey\".":                                ReachedSession,
		"$ ssh web-1\nPTY allocation request failed on channel 0":                                       ReachedSession,
		"Shared connection to web-1 closed.":                                                            ReachedSession,
	} {
		if a := deciding(t, text); a.Stage != want || a.LoggedIn() != (want == ReachedSession) {
			t.Errorf("%q: %v, logged in %t", text, a.Stage, a.LoggedIn())
		}
	}
}

// TestKeyNamed: OpenSSH has named keys in three ways.
func TestKeyNamed(t *testing.T) {
	for text, want := range map[string]OfferedKey{
		"/home/a/.ssh/id_rsa RSA SHA256:abc agent":       {"/home/a/.ssh/id_rsa", "RSA", "SHA256:abc"},
		"C:\\Users\\A B/.ssh/id_ed25519 ED25519 MD5:1:2": {"C:\\Users\\A B/.ssh/id_ed25519", "ED25519", "MD5:1:2"},
		"RSA SHA256:abc /home/a/.ssh/id_rsa":             {"/home/a/.ssh/id_rsa", "RSA", "SHA256:abc"},
		"/home/a/.ssh/id_rsa":                            {"/home/a/.ssh/id_rsa", "DSA", ""},
	} {
		if got := keyNamed("DSA", text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func TestCommands(t *testing.T) {
	for line, want := range map[string]Attempt{
		"$ ssh alice@web-1":                                {Host: "web-1", User: "alice"},
		"PS C:\\> ssh -i .\\k.pem -p 2222 alice@web-1":     {Host: "web-1", User: "alice", Port: 2222, Identity: ".\\k.pem"},
		"root@box:~# ssh -l bob -oPort=2200 203.0.113.5":   {Host: "203.0.113.5", User: "bob", Port: 2200},
		"% ssh git@git.example.org -v":                     {Host: "git.example.org", User: "git"},
		"C:\\Users\\a>plink -v -batch -pw [removed] a@b.c": {Host: "b.c", User: "a"},
		"$ scp -P 2222 a.txt alice@web-1:/tmp":             {Host: "web-1", User: "alice", Port: 2222},
		"$ ssh -J bob@jump alice@10.0.0.5":                 {Host: "10.0.0.5", User: "alice"},
		"$ ssh alice@2001:db8::25":                         {Host: "2001:db8::25", User: "alice"},
	} {
		a := deciding(t, line+"\nPermission denied (publickey).")
		if a.Host != want.Host || a.User != want.User || a.Port != want.Port || a.Identity != want.Identity {
			t.Errorf("%q: %+v", line, a)
		}
	}
}

// TestWrapped: the same message, as other programs hand it on.
func TestWrapped(t *testing.T) {
	const message = "debian@203.0.113.5: Permission denied (publickey)."
	for _, text := range []string{
		"> " + message,
		"    " + message,
		"`" + message + "`",
		"[14:58:36.981] > " + message,
		"[08:34:38.958] stderr> " + message,
		`fatal: [web]: UNREACHABLE! => {"msg": "Failed to connect to the host via ssh: ` + message + `", "unreachable": true}`,
		`{"msg": "Warning: x\r\n` + message + `\r\n"}`,
		"since today I get: " + message,
		"2026-11-20 12:00:00.123 [info] " + message,
	} {
		found := messages(text)
		if !slices.ContainsFunc(found, func(m string) bool { return strings.HasPrefix(m, message) }) {
			t.Errorf("%q: %q", text, found)
		}
		if a := deciding(t, text); a.User != "debian" || a.Host != "203.0.113.5" || !a.Denied {
			t.Errorf("%q: %+v", text, a)
		}
	}
}

// TestOvertaken: what a later attempt has mended does not count.
func TestOvertaken(t *testing.T) {
	const denied = "a@web: Permission denied (publickey).\n"
	for name, test := range map[string]struct {
		text string
		left bool // a denial counts
	}{
		"alone":               {"$ ssh a@web\n" + denied, true},
		"then in":             {"$ ssh a@web\n" + denied + "$ ssh -i k a@web\nLast login: today", false},
		"another host's":      {"$ ssh a@web\n" + denied + "$ ssh a@db\nLast login: today", true},
		"in, then denied":     {"$ ssh a@web\nLast login: today\n$ ssh a@web\n" + denied, true},
		"denied on the way":   {"debug1: Authentications that can continue: publickey\nAuthenticated to web ([203.0.113.5]:22) using \"publickey\".\n", false},
		"server let it in":    {"sshd[1]: Failed publickey for a from 203.0.113.7 port 1 ssh2\nsshd[1]: Accepted publickey for a from 203.0.113.7 port 1 ssh2", false},
		"server let b in":     {"sshd[1]: Failed publickey for a from 203.0.113.7 port 1 ssh2\nsshd[2]: Accepted publickey for b from 203.0.113.7 port 1 ssh2", true},
		"on from that server": {"$ ssh a@web\nLast login: today\n$ git pull\ngit@git.example.org: Permission denied (publickey).", true},
	} {
		e := &Evidence{}
		e.Add(ReadPaste(test.text))
		left := false
		for _, p := range e.Pastes {
			for _, l := range p.Lines {
				left = left || strings.Contains(l.Text, "Permission denied (") || strings.Contains(l.Text, "Failed publickey for a")
			}
		}
		if left != test.left {
			t.Errorf("%s: a denial counts: %t", name, left)
		}
	}
}

// TestSides: a text of both sides is two texts as evidence.
func TestSides(t *testing.T) {
	e := &Evidence{}
	e.Add(ReadPaste("$ ssh a@web\nkex_exchange_identification: Connection closed by remote host\n\n# journalctl -u ssh\nNov 20 12:00:00 web sshd[7]: kex_exchange_identification: Connection closed by remote host"))
	if len(e.Pastes) != 2 || e.Pastes[0].Kind != ClientText || e.Pastes[1].Kind != ServerLog {
		t.Fatalf("%+v", e.Pastes)
	}
	for _, p := range e.Pastes {
		n := 0
		for _, l := range p.Lines {
			if strings.Contains(l.Text, "kex_exchange_identification") {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the %s text has the message %d times", p.Kind, n)
		}
	}
}

func TestSecretsInPastes(t *testing.T) {
	p := ReadPaste("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmU\n-----END OPENSSH PRIVATE KEY-----")
	if p.Kind != KeyMaterial || !p.PrivateKey {
		t.Errorf("a key: %+v", p)
	}
	p = ReadPaste("$ ssh a@web\na@web: Permission denied (publickey).\nmy password: hunter2")
	if !p.Secret || p.PrivateKey {
		t.Errorf("a password: %+v", p)
	}
	for _, l := range slices.Concat(p.Lines, p.Heard) {
		if strings.Contains(l.Text, "hunter2") {
			t.Errorf("kept: %q", l.Text)
		}
	}
	if p = ReadPaste("$ ssh a@web\ndebug1: Next authentication method: password\na@web: Permission denied (publickey)."); p.Secret {
		t.Error("ssh -v that speaks of passwords is no secret")
	}
}

// BenchmarkReadPaste: a megabyte of any repeated line is read soon, because lines are
// remembered and only so many are kept.
func BenchmarkReadPaste(b *testing.B) {
	for name, line := range map[string]string{
		"debug":  "debug1: Authentications that can continue: publickey,password\n",
		"server": "Nov 20 12:00:00 web sshd[812]: Failed password for root from 198.51.100.9 port 22 ssh2\n",
		"denied": "a@b: Permission denied (publickey). ",
		"call":   "$ ssh a@b\n",
		"json":   `"msg": "x\r\n`,
	} {
		b.Run(name, func(b *testing.B) {
			text := strings.Repeat(line, 1<<20/len(line))
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				ReadPaste(text)
			}
		})
	}
}
