package probes

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// Servers by their lists, as their releases have them by default.
var (
	bookworm = &diag.Algorithms{ // OpenSSH 9.2
		Kex:     []string{"sntrup761x25519-sha512@openssh.com", "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"},
		HostKey: []string{"rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"},
		Cipher:  []string{"chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-gcm@openssh.com"},
		MAC:     []string{"umac-64-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha1"},
	}
	centos6 = &diag.Algorithms{ // OpenSSH 5.3
		Kex:     []string{"diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"},
		HostKey: []string{"ssh-rsa", "ssh-dss"},
		Cipher:  []string{"aes128-ctr", "aes192-ctr", "arcfour", "3des-cbc"},
		MAC:     []string{"hmac-md5", "hmac-sha1"},
	}
	oneWay = &diag.Algorithms{ // its two directions differ
		Kex: []string{"curve25519-sha256"}, HostKey: []string{"ssh-ed25519"},
		Cipher: []string{"aes128-ctr"}, CipherToServer: []string{"3des-cbc"}, MAC: []string{"hmac-sha2-256-etm@openssh.com"},
	}
)

// TestNegotiations: what typical clients and servers come to, by their lists
// alone.
func TestNegotiations(t *testing.T) {
	const chacha = "chacha20-poly1305@openssh.com"
	for name, c := range map[string]struct {
		server *diag.Algorithms
		want   []diag.Negotiation
	}{
		"OpenSSH 9.2": {bookworm, []diag.Negotiation{
			{Client: diag.CurrentClient, Kex: "sntrup761x25519-sha512@openssh.com", HostKey: "ssh-ed25519", Cipher: chacha},
			{Client: diag.StrictClient, Kex: "sntrup761x25519-sha512@openssh.com", HostKey: "ssh-ed25519", Cipher: chacha},
			{Client: diag.OldClient, Lacking: "key exchange"},
		}},
		"OpenSSH 5.3": {centos6, []diag.Negotiation{
			{Client: diag.CurrentClient, Kex: "diffie-hellman-group-exchange-sha256", Lacking: "host key"},
			{Client: diag.StrictClient, Kex: "diffie-hellman-group-exchange-sha256", Lacking: "host key"},
			{Client: diag.OldClient, Kex: "diffie-hellman-group-exchange-sha256", HostKey: "ssh-rsa", Cipher: "aes128-ctr", MAC: "hmac-md5"},
		}},
		"two directions": {oneWay, []diag.Negotiation{
			{Client: diag.CurrentClient, Kex: "curve25519-sha256", HostKey: "ssh-ed25519", Cipher: "aes128-ctr", Lacking: "cipher"},
			{Client: diag.StrictClient, Kex: "curve25519-sha256", HostKey: "ssh-ed25519", Cipher: "aes128-ctr", Lacking: "cipher"},
			{Client: diag.OldClient, Lacking: "key exchange"},
		}},
		"nothing": {&diag.Algorithms{}, []diag.Negotiation{
			{Client: diag.CurrentClient, Lacking: "key exchange"},
			{Client: diag.StrictClient, Lacking: "key exchange"},
			{Client: diag.OldClient, Lacking: "key exchange"},
		}},
	} {
		if diff := cmp.Diff(c.want, negotiations(c.server)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestNoMethodIsNone: names that only say what a side can do are never agreed on.
func TestNoMethodIsNone(t *testing.T) {
	server := &diag.Algorithms{Kex: []string{extInfo, strictKex}, HostKey: []string{"ssh-ed25519"}}
	if got, lacking := wholeOffer.agree(server); lacking != "key exchange" {
		t.Errorf("agreed on %q", got.kex)
	}
	for _, name := range wholeOffer.kex {
		if exchanges[name] == nil && name != extInfo && name != strictKex {
			t.Errorf("%s is offered and not known", name)
		}
	}
	for _, name := range smallOffer.kex {
		if exchanges[name] == nil {
			t.Errorf("%s is offered and not known", name)
		}
	}
}
