package diag

import (
	"strings"
	"testing"
)

func TestRecognise(t *testing.T) {
	for _, test := range []struct {
		name string
		want TextKind
		text string
	}{
		{"refused", ClientText, "ssh: connect to host 203.0.113.5 port 22: Connection refused"},
		{"refused, quoted by a person", ClientText, "hi, I get: ssh: connect to host 203.0.113.5 port 22: Connection refused"},
		{"no route", ClientText, "ssh: connect to host web-1 port 22: No route to host\r\n"},
		{"timed out on a Mac", ClientText, "ssh: connect to host 203.0.113.5 port 22: Operation timed out"},
		{"banner", ClientText, "Connection timed out during banner exchange\nConnection to 203.0.113.5 port 22 timed out"},
		{"closed early", ClientText, "kex_exchange_identification: read: Connection reset by peer\nConnection reset by 203.0.113.5 port 22"},
		{"closed early, old", ClientText, "ssh_exchange_identification: Connection closed by remote host"},
		{"denied", ClientText, "debian@203.0.113.5: Permission denied (publickey)."},
		{"verbose", ClientText, "OpenSSH_9.6p1, OpenSSL 3.0.13\ndebug1: Reading configuration data /etc/ssh/ssh_config\ndebug1: Connecting to 203.0.113.5 [203.0.113.5] port 22.\ndebug1: Connection established."},
		{"PuTTY", ClientText, "Event Log: Network error: Connection timed out"},
		{"changed key", ClientText, "@@@@@@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification failed."},
		{"not SSH", ClientText, "Invalid SSH identification string.\n"},
		{"auth.log", ServerLog, "May 20 09:00:00 web-1 sshd[812]: Authentication refused: bad ownership or modes for directory /home/debian\nMay 20 09:00:00 web-1 sshd[812]: Connection closed by authenticating user debian 203.0.113.7 port 40000 [preauth]"},
		{"journal of a new sshd", ServerLog, "May 20 09:00:00 web-1 sshd-session[812]: User bob from 203.0.113.7 not allowed because not listed in AllowUsers"},
		{"a single line of sshd", ServerLog, "User bob not allowed because account is locked"},
		{"console", ConsoleLog, testBoot},
		{"end of a console", ConsoleLog, "[   64.935930] systemd[1]: x\n[   65.935930] y\nweb-1 login: "},
		{"console of a boot loader", ConsoleLog, "error: no such partition.\nEntering rescue mode...\ngrub rescue> "},
		{"console of a journal", ConsoleLog, "Nov 20 12:00:00 web systemd[1]: Failed to start dev-vdb.mount.\nNov 20 12:00:01 web kernel: EXT4-fs (vda1): mounted filesystem"},
		{"console of old init", ConsoleLog, "Freeing unused kernel memory: 508k freed\nLoading, please wait...\nSIOCADDRT: Network is unreachable\nSIOCADDRT: Network is unreachable"},
		{"console of GRUB", ConsoleLog, "error: ../../grub-core/kern/efi/sb.c:182:bad shim signature.\nPress any key to continue..."},
		{"sshd -d", ServerLog, "# /usr/sbin/sshd -d\ndebug1: sshd version OpenSSH_9.2, OpenSSL 3.0.11\ndebug1: Bind to port 22 on 0.0.0.0.\ndebug1: userauth-request for user bob service ssh-connection method none [preauth]"},
		{"fail2ban", ServerLog, "2026-11-20 12:00:01,941 fail2ban.actions [860]: NOTICE  [sshd] Ban 198.51.100.7"},
		{"no client, in Spanish", ClientText, ">C:\\Users\\a>ssh\n\"ssh\" no se reconoce como un comando interno o externo,"},
		{"a key", KeyMaterial, "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAx\n-----END RSA PRIVATE KEY-----"},
		{"a key of PuTTY's", KeyMaterial, "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: a\nPublic-Lines: 2\nAAAA"},
		{"a runbook", "", "SSH does not work\n- Permission denied (publickey): check the user name and the key first of all\n- Connection refused: the server is not running, so start it on the console\n- Connection timed out: look at the security group and at the address you use\n- Host key verification failed: remove the old key from your known_hosts file\n- Too many authentication failures: let the client offer one key only"},
		{"talk", "", "thanks, that worked!\nsee you tomorrow"},
		{"nothing", "", ""},
	} {
		if got := Recognise(test.text); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestReadPaste(t *testing.T) {
	p := ReadPaste("\x1b[32m$\x1b[0m ssh debian@203.0.113.5\r\n\r\nssh: connect to host 203.0.113.5 port 22: Connection refused\r\nmy password: hunter2\n")
	if p.Kind != ClientText || len(p.Lines) != 3 || p.PrivateKey {
		t.Fatalf("%+v", p)
	}
	if l := p.Lines[1]; l.N != 3 || l.Text != "ssh: connect to host 203.0.113.5 port 22: Connection refused" {
		t.Errorf("%+v", l)
	}
	if l := p.Lines[2]; strings.Contains(l.Text, "hunter2") {
		t.Errorf("a password was kept: %q", l.Text)
	}
}

// TestPasteBounds: of a long paste the end is kept, where the error stands.
func TestPasteBounds(t *testing.T) {
	p := ReadPaste(strings.Repeat("debug1: x\n", 3*maxPasteLines) + "Connection refused")
	if len(p.Lines) > maxPasteLines || p.Lines[len(p.Lines)-1].Text != "Connection refused" {
		t.Errorf("%d lines kept", len(p.Lines))
	}
}

func FuzzPaste(f *testing.F) {
	f.Add("ssh: connect to host 203.0.113.5 port 22: Connection refused")
	f.Add("debug1: Offering public key: x\r\n\x1b[0mdebug1: y")
	f.Add("sshd[1]: x\n\xff\xfe")
	f.Add(testBoot)
	f.Fuzz(func(t *testing.T, text string) {
		p := ReadPaste(text)
		if p.Kind != Recognise(text) {
			t.Fatalf("%q is not %q", p.Kind, Recognise(text))
		}
		for _, l := range p.Lines {
			if l.N < 1 || strings.ContainsFunc(l.Text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Fatalf("line %d is not clean: %q", l.N, l.Text)
			}
		}
	})
}
