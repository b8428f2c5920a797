package commands

import (
	"encoding/base64"
	"encoding/binary"
	"regexp"
	"strings"

	"sshhelp/diag"
)

var (
	// publicKey is a key of authorized_keys form (sshd(8)): its type, its blob,
	// a comment.
	publicKey = regexp.MustCompile(`\b((?:ssh-(?:rsa|dss|ed25519|ed448)|ecdsa-sha2-nistp(?:256|384|521)|sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com)(?:-cert-v01@openssh\.com)?)[ \t]+(AAAA[A-Za-z0-9+/]*={0,2})(?:[ \t]+[^\n"]*)?`)
	// printed is a fingerprint, bare or as ssh-keygen -l prints it: its length in
	// bits before it, and the comment and type after it.
	printed   = regexp.MustCompile(`(?:\b\d{3,5}[ \t]+)?\b(?i:(SHA256:[A-Za-z0-9+/]+)=?|(?:MD5:)?((?:[0-9a-f]{2}:){15}[0-9a-f]{2}))(?:[ \t][^\n]*\((?:RSA|DSA|ECDSA|ED25519|ED25519-SK|ECDSA-SK)\))?`)
	sha256Sum = regexp.MustCompile(`^(?i:SHA256:)[A-Za-z0-9+/]{43}$`)
)

// ParseKey reads how a person names their public key: by its fingerprint, SHA256
// or MD5, or by the whole line of the .pub file. A private key is no such thing.
func ParseKey(text string) (*diag.GivenKey, error) {
	if m := publicKey.FindStringSubmatch(text); m != nil {
		if !whole(m[1], m[2]) {
			return nil, usage("Paste the whole line of the file that ends in .pub.", "That public key is not whole.")
		}
		return &diag.GivenKey{Line: m[1] + " " + m[2]}, nil
	}
	m := printed.FindStringSubmatch(text)
	switch {
	case m != nil && sha256Sum.MatchString(m[1]):
		return &diag.GivenKey{Fingerprint: "SHA256:" + m[1][len("SHA256:"):]}, nil
	case m != nil && m[2] != "":
		return &diag.GivenKey{Fingerprint: strings.ToLower(m[2])}, nil
	}
	return nil, usage("Write the fingerprint that ssh-keygen -lf FILE.pub prints, or paste the line of the .pub file. Never paste the private key.",
		"%q is not a public key or its fingerprint.", clip(text))
}

// whole reports whether a key's blob begins with the type that stands before it
// (RFC 4253, 6.6) and is not cut off within it.
func whole(kind, blob string) bool {
	data, err := base64.StdEncoding.DecodeString(blob)
	if err != nil || len(data) < 4 {
		return false
	}
	n := int(binary.BigEndian.Uint32(data))
	if n > len(data)-4 || string(data[4:4+n]) != kind {
		return false
	}
	for data = data[4+n:]; len(data) >= 4; {
		n := int(binary.BigEndian.Uint32(data))
		if n > len(data)-4 {
			return false
		}
		data = data[4+n:]
	}
	return len(data) == 0
}

// keyValue is the one word for a key: what an [Intent] holds.
func keyValue(k *diag.GivenKey) string {
	if k.Line != "" {
		return k.Line
	}
	return k.Fingerprint
}
