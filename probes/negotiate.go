package probes

import "sshhelp/diag"

// What typical clients name, best first. Each list is that of one release as
// its sources have it (myproposal.h), without what only says that a client can
// do more.
var clients = []struct {
	kind  diag.ClientKind
	offer offer
}{
	{diag.CurrentClient, currentOffer},
	{diag.StrictClient, strictOffer},
	{diag.OldClient, oldOffer},
}

// currentOffer is OpenSSH 10.0 (April 2025).
var currentOffer = offer{
	kex: []string{
		"mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
		"curve25519-sha256", "curve25519-sha256@libssh.org",
		"ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
		"diffie-hellman-group-exchange-sha256", "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512",
		"diffie-hellman-group14-sha256",
	},
	hostKey: []string{
		"ssh-ed25519-cert-v01@openssh.com", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ecdsa-sha2-nistp384-cert-v01@openssh.com",
		"ecdsa-sha2-nistp521-cert-v01@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com",
		"sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com",
		"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
		"sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com", "rsa-sha2-512", "rsa-sha2-256",
	},
	cipher: []string{
		"chacha20-poly1305@openssh.com", "aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
		"aes128-ctr", "aes192-ctr", "aes256-ctr",
	},
	mac: []string{
		"umac-64-etm@openssh.com", "umac-128-etm@openssh.com", "hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
		"hmac-sha1-etm@openssh.com", "umac-64@openssh.com", "umac-128@openssh.com", "hmac-sha2-256", "hmac-sha2-512", "hmac-sha1",
	},
}

// strictOffer is a hardened OpenSSH 10.0: the current lists without SHA-1, NIST's
// curves, RSA host keys, groups of 2048 bits, and MACs of what is in clear, as
// ssh-audit's guides for clients have it.
var strictOffer = offer{
	kex: []string{
		"mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
		"curve25519-sha256", "curve25519-sha256@libssh.org",
		"diffie-hellman-group18-sha512", "diffie-hellman-group16-sha512", "diffie-hellman-group-exchange-sha256",
	},
	hostKey: []string{
		"sk-ssh-ed25519-cert-v01@openssh.com", "ssh-ed25519-cert-v01@openssh.com", "sk-ssh-ed25519@openssh.com", "ssh-ed25519",
	},
	cipher: []string{
		"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
		"aes256-ctr", "aes192-ctr", "aes128-ctr",
	},
	mac: []string{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "umac-128-etm@openssh.com"},
}

// oldOffer is OpenSSH 5.3 (2009; Enterprise Linux 6). PuTTY 0.62 (2011) has
// nothing that it lacks but host keys, ciphers and MACs of its own order.
var oldOffer = offer{
	kex: []string{
		"diffie-hellman-group-exchange-sha256", "diffie-hellman-group-exchange-sha1",
		"diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1",
	},
	hostKey: []string{"ssh-rsa", "ssh-dss"},
	cipher: []string{
		"aes128-ctr", "aes192-ctr", "aes256-ctr", "arcfour256", "arcfour128", "aes128-cbc", "3des-cbc", "blowfish-cbc",
		"cast128-cbc", "aes192-cbc", "aes256-cbc", "arcfour", "rijndael-cbc@lysator.liu.se",
	},
	mac: []string{
		"hmac-md5", "hmac-sha1", "umac-64@openssh.com", "hmac-ripemd160", "hmac-ripemd160@openssh.com", "hmac-sha1-96", "hmac-md5-96",
	},
}

// negotiations works out what typical clients and a server with these lists
// would agree on. The cipher and MAC are those of what the server sends.
func negotiations(server *diag.Algorithms) []diag.Negotiation {
	var all []diag.Negotiation
	for _, c := range clients {
		got, lacking := c.offer.agree(server)
		all = append(all, diag.Negotiation{
			Client: c.kind, Kex: got.kex, HostKey: got.hostKey, Cipher: got.cipher, MAC: got.mac, Lacking: lacking,
		})
	}
	return all
}
