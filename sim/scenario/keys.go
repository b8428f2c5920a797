package scenario

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/md5"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// A KeyPair is the public half of a key that Nova keeps for one user. Without
// PublicKey one is made: always the same for ed25519, another in each run for
// the other types, because Go makes those from true randomness only.
type KeyPair struct {
	Name      string `yaml:"name"`
	User      string `yaml:"user"` // the first user if empty
	Type      string `yaml:"type"` // ed25519 (default), rsa or ecdsa
	PublicKey string `yaml:"public_key"`
	// Deleted: servers were launched with it, but Nova has it no longer.
	Deleted bool `yaml:"deleted"`

	private crypto.Signer
}

// Signer returns the private half, or nil if the scenario gave the public one.
func (k *KeyPair) Signer() crypto.Signer { return k.private }

// PrivatePEM returns the private half as an OpenSSH key file, or nil if the
// scenario gave the public one.
func (k *KeyPair) PrivatePEM() []byte {
	if k.private == nil {
		return nil
	}
	block, err := ssh.MarshalPrivateKey(k.private, k.Name)
	if err != nil {
		return nil // cannot be: complete made it of a type that ssh knows
	}
	return pem.EncodeToMemory(block)
}

// Fingerprint is the MD5 form that Nova shows.
func (k *KeyPair) Fingerprint() string {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey))
	if err != nil {
		return ""
	}
	sum := md5.Sum(key.Marshal())
	return strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":")
}

func (k *KeyPair) complete() error {
	if k.PublicKey != "" {
		if _, _, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey)); err != nil {
			return fmt.Errorf("public_key: %w", err)
		}
		return nil
	}
	setDefault(&k.Type, "ed25519")
	var err error
	if k.private, err = newKey(k.Type, "key pair\x00"+k.User+"\x00"+k.Name); err != nil {
		return fmt.Errorf("type: %w", err)
	}
	public, err := ssh.NewPublicKey(k.private.Public())
	if err != nil {
		return fmt.Errorf("type: %w", err)
	}
	k.PublicKey = authorizedKey(public, k.Name) + "\n"
	return nil
}

func newKey(kind, seed string) (crypto.Signer, error) {
	switch kind {
	case "ed25519":
		h := sha256.Sum256([]byte(seed))
		return ed25519.NewKeyFromSeed(h[:]), nil
	case "rsa":
		return rsa.GenerateKey(rand.Reader, 2048)
	case "ecdsa":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	return nil, fmt.Errorf("%q is not ed25519, rsa or ecdsa", kind)
}

func authorizedKey(key ssh.PublicKey, comment string) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " " + comment
}

// HostKey is the ed25519 host key that the server's healthy console shows. An
// SSH twin that is to be believed uses it. It is the same in every run.
func (s *Server) HostKey() crypto.Signer {
	h := sha256.Sum256([]byte("host key\x00" + s.ID))
	return ed25519.NewKeyFromSeed(h[:])
}
