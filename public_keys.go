package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"sshhelp/commands"
	"sshhelp/diag"
)

// readPublicKeys reads a file of public keys in authorized_keys form; "" reads
// none. A private key is refused: nothing here needs it.
func readPublicKeys(path string) ([]ssh.PublicKey, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err // says which file and why
	}
	if private(data) {
		return nil, privateKeyError(path)
	}
	var keys []ssh.PublicKey
	for len(data) > 0 {
		k, _, _, rest, err := ssh.ParseAuthorizedKey(data)
		if err != nil {
			break
		}
		keys = append(keys, k)
		data = rest
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%s holds no public key in the form that ssh-keygen writes to .pub files", path)
	}
	return keys, nil
}

// private reports whether this is a private key, of OpenSSH or of PuTTY, with a
// passphrase or without.
func private(data []byte) bool {
	_, err := ssh.ParseRawPrivateKey(data)
	var locked *ssh.PassphraseMissingError
	return err == nil || errors.As(err, &locked) || bytes.Contains(data, []byte("PRIVATE KEY-----")) || bytes.HasPrefix(data, []byte("PuTTY-User-Key-File-"))
}

// privateKeyError says where the public half is, or how to get it.
func privateKeyError(path string) error {
	hint := fmt.Sprintf("Write its public half: --key %s.pub", path)
	if _, err := os.Stat(path + ".pub"); err != nil {
		hint = fmt.Sprintf("Make its public half first: ssh-keygen -y -f %s > %s.pub", path, path)
	}
	if strings.HasSuffix(path, ".ppk") {
		hint = fmt.Sprintf("Make its public half first: puttygen %s -O public-openssh -o %s.pub", path, strings.TrimSuffix(path, ".ppk"))
	}
	return &commands.UsageError{Text: path + " is a private key, which nobody needs to see. It was not used.", Hint: hint}
}

func fingerprints(keys []ssh.PublicKey) []diag.HostKey {
	var all []diag.HostKey
	for _, k := range keys {
		all = append(all, diag.HostKey{Type: k.Type(), SHA256: ssh.FingerprintSHA256(k), MD5: ssh.FingerprintLegacyMD5(k)})
	}
	return all
}

// loginKeys are the keys in the form that a server is asked with.
func loginKeys(keys []ssh.PublicKey) []diag.LoginKey {
	var all []diag.LoginKey
	for _, k := range keys {
		all = append(all, diag.LoginKey{Whose: diag.PersonKey, Line: strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k)))})
	}
	return all
}
