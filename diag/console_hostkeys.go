package diag

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"regexp"
	"strings"
)

// A guest prints its host keys in up to three ways at an instance's first boot:
// what ssh-keygen says while it makes them, cloud-init's block of fingerprints,
// and cloud-init's block of whole keys. Other images print fingerprints above
// each login prompt. The last word on a type of key counts, because a rebuilt
// guest makes new ones.

// A hostKeyReader follows those prints from line to line.
type hostKeyReader struct {
	pending string // type of a key being made, until it is known to be a host's
	making  string // type of the host key whose fingerprint is to come; "" if none
	prints  int    // lines that a block of fingerprints may still take
	keys    int    // lines that a block of keys may still take
}

// maxBlock is how many lines a block may take, with other writers' lines in
// between, so that one whose end was lost does not go on for ever.
const maxBlock = 60

var (
	generating  = regexp.MustCompile(`Generating public/private (\w+) key pair`)
	keygenPrint = regexp.MustCompile(`(?:^|\s)(SHA256:[A-Za-z0-9+/]{43}|(?:MD5:)?[0-9a-f]{2}(?::[0-9a-f]{2}){15})(?:\s|$)`)
	blockPrint  = regexp.MustCompile(`(?:^|\s)(\d{3,5}) (SHA256:[A-Za-z0-9+/]{43}|(?:MD5:)?[0-9a-f]{2}(?::[0-9a-f]{2}){15}) .*\(([A-Z0-9-]+)\)`)
	issuePrint  = regexp.MustCompile(`(?i)SSH host key: (SHA256:[A-Za-z0-9+/]{43}) \(([A-Z0-9-]+)\)`)
	publicKey   = regexp.MustCompile(`(?:^|\s)((?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521))) (AAAA[A-Za-z0-9+/]+={0,2})(?:\s|$)`)
)

func (h *hostKeyReader) read(t string, c *Console) {
	h.prints, h.keys = max(h.prints-1, 0), max(h.keys-1, 0)
	switch key := strings.Contains(t, "KEY"); {
	case key && strings.Contains(t, "BEGIN SSH HOST KEY FINGERPRINTS"):
		*h = hostKeyReader{prints: maxBlock}
	case key && strings.Contains(t, "BEGIN SSH HOST KEY KEYS"), strings.Contains(t, "=== sshd host keys ==="):
		*h = hostKeyReader{keys: maxBlock}
	case key && strings.Contains(t, "END SSH HOST KEY"):
		*h = hostKeyReader{}
	case h.prints > 0:
		if m := blockPrint.FindStringSubmatch(t); m != nil {
			c.hostKey(printed(keyType(m[3], m[1]), m[2]))
		}
	case h.keys > 0:
		if m := publicKey.FindStringSubmatch(t); m != nil {
			c.hostKey(keyOf(m[1], m[2]))
		}
	default:
		h.chatter(t, c)
	}
}

// chatter follows ssh-keygen. It makes people's keys as well, so that only the
// path tells that this one is the host's.
func (h *hostKeyReader) chatter(t string, c *Console) {
	switch {
	case strings.Contains(t, "Generating public/private"):
		if m := generating.FindStringSubmatch(t); m != nil {
			h.pending, h.making = keyType(strings.ToUpper(m[1]), ""), ""
		}
	case h.pending != "" && strings.Contains(t, "saved in ") && strings.Contains(t, "ssh_host_"):
		h.making = h.pending
	case strings.Contains(t, "SSH host key: "):
		if m := issuePrint.FindStringSubmatch(t); m != nil {
			c.hostKey(printed(keyType(m[2], ""), m[1]))
		}
	case h.making != "":
		if m := keygenPrint.FindStringSubmatch(t); m != nil {
			c.hostKey(printed(h.making, m[1]))
			h.pending, h.making = "", ""
		}
	}
}

// keyType turns ssh-keygen's name of a type into the protocol's. An ECDSA key
// of unknown size is taken to be of the usual one.
func keyType(name, bits string) string {
	switch name {
	case "RSA":
		return "ssh-rsa"
	case "DSA":
		return "ssh-dss"
	case "ED25519":
		return "ssh-ed25519"
	case "ECDSA":
		switch bits {
		case "384", "521":
			return "ecdsa-sha2-nistp" + bits
		}
		return "ecdsa-sha2-nistp256"
	}
	return strings.ToLower(name)
}

// printed makes a host key of a fingerprint in either form.
func printed(kind, fingerprint string) HostKey {
	if strings.HasPrefix(fingerprint, "SHA256:") {
		return HostKey{Type: kind, SHA256: fingerprint}
	}
	return HostKey{Type: kind, MD5: strings.TrimPrefix(fingerprint, "MD5:")}
}

// colonKey makes a key of cloud-init's own form of fingerprints: hex with
// colons, MD5 by 16 bytes, SHA-256 by 32.
func colonKey(kind, colons string) HostKey {
	raw, err := hex.DecodeString(strings.ReplaceAll(colons, ":", ""))
	if err != nil || len(raw) != sha256.Size {
		return HostKey{Type: kind, MD5: colons}
	}
	return HostKey{Type: kind, SHA256: "SHA256:" + base64.RawStdEncoding.EncodeToString(raw)}
}

// keyOf computes both fingerprints of a public key. A blob that was cut, or is
// of another type than it says, gives none.
func keyOf(kind, blob string) HostKey {
	raw, err := base64.StdEncoding.DecodeString(blob)
	if err != nil || !wholeBlob(raw, kind) {
		return HostKey{}
	}
	s, m := sha256.Sum256(raw), md5.Sum(raw)
	return HostKey{Type: kind, SHA256: "SHA256:" + base64.RawStdEncoding.EncodeToString(s[:]), MD5: colons(m[:])}
}

// wholeBlob reports whether a public key consists of whole fields, each with its
// length before it, of which the first is its type (RFC 4253, 6.6).
func wholeBlob(raw []byte, kind string) bool {
	fields := 0
	for len(raw) > 0 {
		if len(raw) < 4 {
			return false
		}
		n := binary.BigEndian.Uint32(raw)
		raw = raw[4:]
		if uint64(n) > uint64(len(raw)) || fields == 0 && string(raw[:n]) != kind {
			return false
		}
		raw = raw[n:]
		fields++
	}
	return fields > 1
}

func colons(raw []byte) string {
	pairs := make([]string, len(raw))
	for i, b := range raw {
		pairs[i] = hex.EncodeToString([]byte{b})
	}
	return strings.Join(pairs, ":")
}

// hostKey keeps a key in place of an older one of its type. Two prints of the
// same key, one in each form, become one.
func (c *Console) hostKey(k HostKey) {
	if k.SHA256 == "" && k.MD5 == "" {
		return
	}
	for i := range c.HostKeys {
		if old := &c.HostKeys[i]; old.Type == k.Type {
			if old.SHA256 == k.SHA256 && k.MD5 == "" {
				return
			}
			*old = k
			return
		}
	}
	if len(c.HostKeys) < maxKeys {
		c.HostKeys = append(c.HostKeys, k)
	}
}
