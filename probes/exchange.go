package probes

import (
	"crypto"
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/sha256"
	_ "crypto/sha512" // for [crypto.SHA384] and [crypto.SHA512]
	"errors"
	"io"
	"math/big"

	"golang.org/x/crypto/ssh"
)

// An exchange is a method of key exchange, from our side.
type exchange interface {
	// begin returns our first message.
	begin(rand io.Reader) ([]byte, error)
	// next takes a message of the server and returns what to answer, or the
	// result, which ends it.
	next(m []byte) (answer []byte, r *result, err error)
	// hash is the one that goes with the method.
	hash() crypto.Hash
}

// A result is what a key exchange gave.
type result struct {
	hostKey, signature []byte
	public             []byte // what was said in it, as it goes into the hash
	secret             []byte // as it goes into the hash
}

// exchanges are the methods that we know, by name.
var exchanges = map[string]func() exchange{
	"curve25519-sha256":            curve(ecdh.X25519(), crypto.SHA256),
	"curve25519-sha256@libssh.org": curve(ecdh.X25519(), crypto.SHA256),
	"ecdh-sha2-nistp256":           curve(ecdh.P256(), crypto.SHA256),
	"ecdh-sha2-nistp384":           curve(ecdh.P384(), crypto.SHA384),
	"ecdh-sha2-nistp521":           curve(ecdh.P521(), crypto.SHA512),
	"mlkem768x25519-sha256":        func() exchange { return &hybrid{curved: curved{curve: ecdh.X25519()}} },

	"diffie-hellman-group18-sha512":        group(group18, crypto.SHA512),
	"diffie-hellman-group16-sha512":        group(group16, crypto.SHA512),
	"diffie-hellman-group14-sha256":        group(group14, crypto.SHA256),
	"diffie-hellman-group14-sha1":          group(group14, crypto.SHA1),
	"diffie-hellman-group1-sha1":           group(group1, crypto.SHA1),
	"diffie-hellman-group-exchange-sha256": chosenGroup(crypto.SHA256),
	"diffie-hellman-group-exchange-sha1":   chosenGroup(crypto.SHA1),
}

// errValue means that what a server contributed to a key exchange is nothing
// that can be reckoned with.
var errValue = errors.New("the server sent an impossible value in the key exchange")

// Message numbers of the key exchange (RFC 4253, 8; RFC 5656, 7.1; RFC 4419, 5).
const (
	msgKexFirst   = 30
	msgKexReply   = 31 // also the group that a server chose
	msgGroupInit  = 32
	msgGroupReply = 33
	msgGroupAsk   = 34
)

// curveInit and curveReply are messages of RFC 5656 in the form that
// [ssh.Marshal] takes.
type curveInit struct {
	Ours []byte `sshtype:"30"`
}

type curveReply struct {
	HostKey   []byte `sshtype:"31"`
	Theirs    []byte
	Signature []byte
}

// A curved exchange is Diffie and Hellman's on an elliptic curve (RFC 5656, RFC
// 8731).
type curved struct {
	curve  ecdh.Curve
	hashed crypto.Hash
	own    *ecdh.PrivateKey
	init   []byte
}

func curve(c ecdh.Curve, h crypto.Hash) func() exchange {
	return func() exchange { return &curved{curve: c, hashed: h} }
}

func (x *curved) hash() crypto.Hash { return x.hashed }

func (x *curved) begin(rand io.Reader) (m []byte, err error) {
	if x.own, err = privateKey(x.curve, rand); err != nil {
		return nil, err
	}
	x.init = x.own.PublicKey().Bytes()
	return ssh.Marshal(curveInit{x.init}), nil
}

// privateKey makes a key of the curve from given randomness, so that a recorded
// talk can be played again; [ecdh.Curve.GenerateKey] takes its own.
func privateKey(c ecdh.Curve, rand io.Reader) (*ecdh.PrivateKey, error) {
	sizes := map[ecdh.Curve]int{ecdh.X25519(): 32, ecdh.P256(): 32, ecdh.P384(): 48, ecdh.P521(): 66}
	b := make([]byte, sizes[c])
	for {
		if _, err := io.ReadFull(rand, b); err != nil {
			return nil, err
		}
		if c == ecdh.P521() {
			b[0] &= 1
		}
		if k, err := c.NewPrivateKey(b); err == nil {
			return k, nil
		}
	}
}

func (x *curved) next(m []byte) ([]byte, *result, error) {
	var reply curveReply
	if err := ssh.Unmarshal(m, &reply); err != nil {
		return nil, nil, err
	}
	secret, err := x.agree(reply.Theirs)
	if err != nil {
		return nil, nil, err
	}
	r := x.result(&reply)
	r.secret = marshalNumber(new(big.Int).SetBytes(secret))
	return nil, r, nil
}

func (x *curved) agree(theirs []byte) ([]byte, error) {
	key, err := x.curve.NewPublicKey(theirs)
	if err != nil {
		return nil, errValue
	}
	secret, err := x.own.ECDH(key)
	if err != nil {
		return nil, errValue
	}
	return secret, nil
}

func (x *curved) result(reply *curveReply) *result {
	return &result{
		hostKey: reply.HostKey, signature: reply.Signature,
		public: append(marshalText(x.init), marshalText(reply.Theirs)...),
	}
}

// A hybrid exchange adds a key encapsulation that withstands quantum computers
// to a curve (draft-ietf-sshm-mlkem-hybrid-kex). Some servers insist on it.
type hybrid struct {
	curved
	capsule *mlkem.DecapsulationKey768
}

func (x *hybrid) hash() crypto.Hash { return crypto.SHA256 }

func (x *hybrid) begin(rand io.Reader) ([]byte, error) {
	if _, err := x.curved.begin(rand); err != nil {
		return nil, err
	}
	seed := make([]byte, mlkem.SeedSize)
	_, err := io.ReadFull(rand, seed)
	if err == nil {
		x.capsule, err = mlkem.NewDecapsulationKey768(seed)
	}
	if err != nil {
		return nil, err
	}
	x.init = append(x.capsule.EncapsulationKey().Bytes(), x.init...)
	return ssh.Marshal(curveInit{x.init}), nil
}

func (x *hybrid) next(m []byte) ([]byte, *result, error) {
	var reply curveReply
	if err := ssh.Unmarshal(m, &reply); err != nil {
		return nil, nil, err
	}
	if len(reply.Theirs) != mlkem.CiphertextSize768+32 {
		return nil, nil, errValue
	}
	first, err := x.capsule.Decapsulate(reply.Theirs[:mlkem.CiphertextSize768])
	if err != nil {
		return nil, nil, errValue
	}
	second, err := x.agree(reply.Theirs[mlkem.CiphertextSize768:])
	if err != nil {
		return nil, nil, err
	}
	r, both := x.result(&reply), sha256.Sum256(append(first, second...))
	r.secret = marshalText(both[:])
	return nil, r, nil
}

// marshalText writes a string (RFC 4251, 5).
func marshalText(b []byte) []byte { return ssh.Marshal(struct{ B []byte }{b}) }

// marshalNumber writes an mpint (RFC 4251, 5).
func marshalNumber(n *big.Int) []byte { return ssh.Marshal(struct{ N *big.Int }{n}) }
