package diag

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// ReadPublicKey reads a public key in authorized_keys form, also one with
// options before it or a comment behind. It reports false for what is none.
func ReadPublicKey(line string) (HostKey, bool) {
	words := strings.Fields(line)
	for i, kind := range words[:max(len(words)-1, 0)] {
		if !strings.HasPrefix(words[i+1], "AAAA") {
			continue
		}
		if k := keyOf(kind, words[i+1]); k.SHA256 != "" {
			return k, true
		}
	}
	return HostKey{}, false
}

// ReadFingerprint reads a fingerprint in any form that programs print: SHA256 in
// base64, or SHA256 and MD5 in hexadecimal, with colons or without, with the
// hash's name before it or without. What is none gives the zero key.
func ReadFingerprint(s string) HostKey {
	s = strings.TrimSpace(s)
	name, rest, named := strings.Cut(s, ":")
	if !named || len(name) == 2 {
		name, rest = "", s
	}
	if strings.EqualFold(name, "SHA256") {
		raw, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(rest, "="))
		if err == nil && len(raw) == 32 {
			return printed("", "SHA256:"+base64.RawStdEncoding.EncodeToString(raw))
		}
	}
	raw, err := hex.DecodeString(strings.ReplaceAll(rest, ":", ""))
	if err != nil || len(raw) != 16 && len(raw) != 32 {
		return HostKey{}
	}
	return colonKey("", colons(raw))
}

// Fingerprint is how ssh-keygen prints the key: SHA256, or MD5 if only that is
// known, "" if neither is.
func (k HostKey) Fingerprint() string {
	if k.SHA256 == "" && k.MD5 != "" {
		return "MD5:" + k.MD5
	}
	return k.SHA256
}

// Same reports whether two keys are the same one, as far as their fingerprints
// can be compared.
func (k HostKey) Same(other HostKey) Answer {
	switch {
	case k.SHA256 != "" && other.SHA256 != "":
		return answerOf(k.SHA256 == other.SHA256)
	case k.MD5 != "" && other.MD5 != "":
		return answerOf(strings.EqualFold(k.MD5, other.MD5))
	case k.Type != "" && other.Type != "" && k.Type != other.Type:
		return No
	}
	return NotKnown
}

func answerOf(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

// LaunchKey returns the key that the instance was launched with, the zero key if
// it is not known. Of a key pair whose public key is not shown it is only the MD5
// fingerprint that Nova prints.
func (e *Evidence) LaunchKey() HostKey {
	if e.KeyPair == nil {
		return HostKey{}
	}
	if k, ok := ReadPublicKey(e.KeyPair.PublicKey); ok {
		return k
	}
	return ReadFingerprint(e.KeyPair.Fingerprint)
}

// PersonKey returns the key that the person says they use, the zero key if they
// did not.
func (e *Evidence) PersonKey() HostKey {
	if e.Asked.Key == nil {
		return HostKey{}
	}
	if k, ok := ReadPublicKey(e.Asked.Key.Line); ok {
		return k
	}
	return ReadFingerprint(e.Asked.Key.Fingerprint)
}
