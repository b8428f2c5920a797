package probes

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"crypto/hmac"
	_ "crypto/md5" // old servers have nothing better, and there is nothing to protect
	_ "crypto/sha1"
	"strings"
)

// A suite says how much key material a cipher takes and makes a box of it.
type suite struct {
	key, iv int
	open    func(m material, encrypt bool) box
}

// material is what the key exchange gave for one direction.
type material struct{ key, iv, mac []byte }

// suiteOf returns a cipher and MAC that we can really use, which is needed for
// asking about accounts and not before. mac is "" with an authenticated cipher.
func suiteOf(name, mac string) (suite, bool) {
	switch name {
	case "aes128-gcm@openssh.com":
		return suite{16, 12, newGCM}, true
	case "aes256-gcm@openssh.com":
		return suite{32, 12, newGCM}, true
	case "chacha20-poly1305@openssh.com":
		return suite{64, 0, newChaCha}, true
	}
	m, ok := macOf(mac)
	if !ok {
		return suite{}, false
	}
	switch name {
	case "aes128-ctr":
		return suite{16, 16, m.ctr}, true
	case "aes192-ctr":
		return suite{24, 16, m.ctr}, true
	case "aes256-ctr":
		return suite{32, 16, m.ctr}, true
	case "aes128-cbc":
		return suite{16, 16, m.cbc(aes.NewCipher)}, true
	case "aes192-cbc":
		return suite{24, 16, m.cbc(aes.NewCipher)}, true
	case "aes256-cbc":
		return suite{32, 16, m.cbc(aes.NewCipher)}, true
	case "3des-cbc":
		return suite{24, 8, m.cbc(des.NewTripleDESCipher)}, true
	}
	return suite{}, false
}

// authenticated reports whether a cipher needs no MAC.
func authenticated(name string) bool {
	return strings.Contains(name, "-gcm@") || strings.Contains(name, "poly1305@")
}

func newGCM(m material, _ bool) box {
	aead, err := cipher.NewGCM(mustBlock(aes.NewCipher(m.key)))
	if err != nil {
		panic(err) // unreachable: the block has 16 bytes
	}
	return &gcmBox{aead: aead, nonce: m.iv}
}

func newChaCha(m material, _ bool) box { return &chachaBox{body: m.key[:32], lengths: m.key[32:]} }

// mustBlock is for keys whose length is right by the table above.
func mustBlock(b cipher.Block, err error) cipher.Block {
	if err != nil {
		panic(err)
	}
	return b
}

// A mac is a message authentication code: HMAC with a hash, cut or whole.
type mac struct {
	hash crypto.Hash
	cut  int
	etm  bool
}

var macs = map[string]mac{
	"hmac-sha2-256": {hash: crypto.SHA256, cut: 32}, "hmac-sha2-512": {hash: crypto.SHA512, cut: 64},
	"hmac-sha1": {hash: crypto.SHA1, cut: 20}, "hmac-sha1-96": {hash: crypto.SHA1, cut: 12},
	"hmac-md5": {hash: crypto.MD5, cut: 16}, "hmac-md5-96": {hash: crypto.MD5, cut: 12},
}

func macOf(name string) (mac, bool) {
	plain, etm := strings.CutSuffix(name, "-etm@openssh.com")
	m, ok := macs[plain]
	m.etm = etm
	return m, ok
}

// keySize is that of the MAC's key.
func (m mac) keySize() int { return m.hash.Size() }

func (m mac) box(size int, crypt func(dst, src []byte), key []byte) box {
	return &macBox{size: size, crypt: crypt, mac: hmac.New(m.hash.New, key), cut: m.cut, etm: m.etm}
}

// ctr needs no padding to the block, but RFC 4253, 6 wants it.
func (m mac) ctr(k material, _ bool) box {
	return m.box(aes.BlockSize, cipher.NewCTR(mustBlock(aes.NewCipher(k.key)), k.iv).XORKeyStream, k.mac)
}

func (m mac) cbc(open func([]byte) (cipher.Block, error)) func(material, bool) box {
	return func(k material, encrypt bool) box {
		block := mustBlock(open(k.key))
		crypt := cipher.NewCBCDecrypter(block, k.iv).CryptBlocks
		if encrypt {
			crypt = cipher.NewCBCEncrypter(block, k.iv).CryptBlocks
		}
		return m.box(block.BlockSize(), crypt, k.mac)
	}
}
