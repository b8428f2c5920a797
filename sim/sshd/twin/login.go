package twin

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"slices"

	"golang.org/x/crypto/ssh"
)

// login is a server that works, but for what the changes do to it.
func login(changes ...func(*ssh.ServerConfig)) func(*Server, *net.TCPConn) error {
	return func(s *Server, conn *net.TCPConn) error {
		config := s.config()
		for _, change := range changes {
			change(config)
		}
		for _, key := range s.options.HostKeys {
			config.AddHostKey(key)
		}
		c, channels, requests, err := ssh.NewServerConn(conn, config)
		if err != nil {
			return fmt.Errorf("handshake: %w", err)
		}
		s.running.Go(func() { ssh.DiscardRequests(requests) })
		return s.sessions(c, channels)
	}
}

// config lets in whoever has one of the authorized keys.
func (s *Server) config() *ssh.ServerConfig {
	return &ssh.ServerConfig{
		ServerVersion: banner,
		PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if !s.knows(meta.User()) {
				return nil, errors.New("no such account")
			}
			for _, known := range s.options.AuthorizedKeys {
				if slices.Equal(known.Marshal(), key.Marshal()) {
					return nil, nil
				}
			}
			return nil, errors.New("not an authorized key")
		},
	}
}

// knows reports whether an account is there. Of root cloud images take the key
// too, to say which account is meant.
func (s *Server) knows(user string) bool {
	return s.options.Account == "" || s.options.Account == user || user == "root"
}

func identifiedAs(version string) func(*ssh.ServerConfig) {
	return func(c *ssh.ServerConfig) { c.ServerVersion = version }
}

func acceptNone(c *ssh.ServerConfig) {
	c.PublicKeyCallback = func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
		return nil, errors.New("no key is accepted")
	}
}

func fewTries(c *ssh.ServerConfig) { c.MaxAuthTries = 2 }

func sha1Signatures(c *ssh.ServerConfig) { c.PublicKeyAuthAlgorithms = []string{ssh.KeyAlgoRSA} }

func passwordOnly(c *ssh.ServerConfig) {
	c.PublicKeyCallback = nil
	c.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
		if string(password) == "secret" {
			return nil, nil
		}
		return nil, errors.New("wrong password")
	}
}

func secondFactor(c *ssh.ServerConfig) {
	first := c.PublicKeyCallback
	code := func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
		answers, err := ask("", "", []string{"Verification code: "}, []bool{false})
		if err == nil && len(answers) == 1 && answers[0] == "123456" {
			return nil, nil
		}
		return nil, errors.New("wrong code")
	}
	c.PublicKeyCallback = func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if _, err := first(meta, key); err != nil {
			return nil, err
		}
		return nil, &ssh.PartialSuccessError{Next: ssh.ServerAuthCallbacks{KeyboardInteractiveCallback: code}}
	}
}

func oldAlgorithms(c *ssh.ServerConfig) {
	c.ServerVersion = "SSH-2.0-OpenSSH_5.3"
	c.KeyExchanges = []string{ssh.InsecureKeyExchangeDH14SHA1, ssh.InsecureKeyExchangeDH1SHA1}
	c.Ciphers = []string{ssh.InsecureCipherAES128CBC, ssh.InsecureCipherTripleDESCBC}
	c.MACs = []string{ssh.HMACSHA1, ssh.InsecureHMACSHA196}
}

// sha1HostKey makes an RSA key that signs with SHA-1 only (ssh-rsa).
func sha1HostKey() ([]ssh.Signer, error) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, err
	}
	old, err := ssh.NewSignerWithAlgorithms(signer.(ssh.AlgorithmSigner), []string{ssh.KeyAlgoRSA})
	return []ssh.Signer{old}, err
}
