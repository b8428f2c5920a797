package diag

import "testing"

// TestRedactLeavesWords: names of functions and what a library says of a key are no
// secrets, and a diagnosis rests on them.
func TestRedactLeavesWords(t *testing.T) {
	for _, line := range []string{
		"debug1: read_passphrase: requested to askpass",
		"84312 2020-04-16 17:22:26.504 debug1: generate_s4u_user_token: LsaLogonUser() failed. User 'bob' Status: 0xC0000234 SubStatus 0.",
		"ssh.ParsePrivateKey: ssh: this private key is passphrase protected",
		"Enter passphrase for key '/home/bob/.ssh/id_rsa':",
	} {
		if got := Redact(line); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
	for line, want := range map[string]string{
		"passphrase: ssh-abc1":            "passphrase: [removed]",
		"private_key: c3NoLXJzYQ==":       "private_key: [removed]",
		"debug: user_token: a1b2c3d4e5f6": "debug: user_token: [removed]",
	} {
		if got := Redact(line); got != want {
			t.Errorf("%q became %q, want %q", line, got, want)
		}
	}
}
