package probes

import (
	"io"
	"slices"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
)

// An offer is what we name in a KEXINIT message (RFC 4253, 7.1), best first.
type offer struct{ kex, hostKey, cipher, mac []string }

// wholeOffer is the offer of the main connection: all that we can do, safe or
// not, because the point is to see what the server has; what a person's client
// would agree to is judged by the server's lists. Behind that stands what
// OpenSSH 10 names and we cannot do, so that the first packet is as large as
// that client's (1.5 KB): a path that loses large packets is to lose ours too.
var wholeOffer = offer{
	kex: []string{
		"curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
		"diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256",
		"mlkem768x25519-sha256", "diffie-hellman-group18-sha512",
		"diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "diffie-hellman-group1-sha1",
		extInfo, strictKex,
	},
	hostKey: []string{
		"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ssh-dss",
		"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
		"ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
		"ecdsa-sha2-nistp521-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
	},
	cipher: []string{
		"aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes192-ctr", "aes256-ctr", "chacha20-poly1305@openssh.com",
		"aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc",
		"rijndael-cbc@lysator.liu.se", "blowfish-cbc", "arcfour256", "arcfour128", "arcfour",
	},
	mac: []string{
		"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1-etm@openssh.com",
		"hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96", "hmac-md5-etm@openssh.com",
		"umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "umac-64@openssh.com", "umac-128@openssh.com", "hmac-ripemd160",
	},
}

// smallOffer fits into a packet of some 500 bytes, which any path lets pass (RFC
// 1122, 3.3.3), and has what nearly all servers of the last twenty years can do.
var smallOffer = offer{
	kex:     []string{"curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256", "diffie-hellman-group14-sha1"},
	hostKey: []string{"ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"},
	cipher:  []string{"aes128-ctr", "aes256-ctr", "aes128-cbc", "chacha20-poly1305@openssh.com"},
	mac:     []string{"hmac-sha2-256", "hmac-sha1"},
}

// Names among the methods of key exchange that are none: we want to be told the
// server's extensions (RFC 8308, 2.1), and can do the strict exchange (OpenSSH's
// PROTOCOL, 1.9).
const (
	extInfo         = "ext-info-c"
	strictKex       = "kex-strict-c-v00@openssh.com"
	strictKexServer = "kex-strict-s-v00@openssh.com"
)

// kexInit is a message in the form that [ssh.Marshal] takes.
type kexInit struct {
	Cookie                 [16]byte `sshtype:"20"`
	Kex, HostKey           []string
	CipherToServer, Cipher []string
	MACToServer, MAC       []string
	CompressionToServer    []string
	Compression            []string
	LanguageToServer       []string
	Language               []string
	FirstKexFollows        bool
	Reserved               uint32
}

// message makes a KEXINIT of an offer.
func (o offer) message(rand io.Reader) ([]byte, error) {
	none := []string{"none"}
	m := kexInit{
		Kex: o.kex, HostKey: o.hostKey, CipherToServer: o.cipher, Cipher: o.cipher, MACToServer: o.mac, MAC: o.mac,
		CompressionToServer: none, Compression: none,
	}
	_, err := io.ReadFull(rand, m.Cookie[:])
	return ssh.Marshal(m), err
}

// facts returns the lists as they are kept.
func (m *kexInit) facts() *diag.Algorithms {
	a := &diag.Algorithms{
		Kex: names(m.Kex), HostKey: names(m.HostKey), Cipher: names(m.Cipher), MAC: names(m.MAC), Compression: names(m.Compression),
	}
	if to := names(m.CipherToServer); !slices.Equal(to, a.Cipher) {
		a.CipherToServer = to
	}
	if to := names(m.MACToServer); !slices.Equal(to, a.MAC) {
		a.MACToServer = to
	}
	return a
}

// names keeps what can be names of algorithms, made visible.
func names(list []string) []string {
	kept := make([]string, 0, min(len(list), maxNames))
	for _, n := range list[:min(len(list), maxNames)] {
		kept = append(kept, visible([]byte(n)))
	}
	return kept
}

// agreed is what an offer and a server come to.
type agreed struct {
	kex, hostKey                             string
	cipher, mac, cipherToServer, macToServer string
}

// agree does what RFC 4253, 7.1 says: of each list the first name of the
// client's that the server has too. lacking names the first list that has none,
// as [diag.Negotiation] does. A MAC is not needed with an authenticated cipher.
func (o offer) agree(a *diag.Algorithms) (got agreed, lacking string) {
	toServer, macToServer := a.CipherToServer, a.MACToServer
	if toServer == nil {
		toServer = a.Cipher
	}
	if macToServer == nil {
		macToServer = a.MAC
	}
	choices := []struct {
		what         string
		ours, theirs []string
		into         *string
		cipher       *string // a MAC goes with it
	}{
		{"key exchange", o.kex, a.Kex, &got.kex, nil},
		{"host key", o.hostKey, a.HostKey, &got.hostKey, nil},
		{"cipher", o.cipher, a.Cipher, &got.cipher, nil},
		{"cipher", o.cipher, toServer, &got.cipherToServer, nil},
		{"MAC", o.mac, a.MAC, &got.mac, &got.cipher},
		{"MAC", o.mac, macToServer, &got.macToServer, &got.cipherToServer},
	}
	for _, c := range choices {
		if c.cipher != nil && authenticated(*c.cipher) {
			continue
		}
		i := slices.IndexFunc(c.ours, func(n string) bool { return slices.Contains(c.theirs, n) && n != extInfo && n != strictKex })
		if i < 0 {
			return got, c.what
		}
		*c.into = c.ours[i]
	}
	return got, ""
}
