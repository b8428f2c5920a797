package probes

import (
	"crypto"
	"io"
	"math/big"
	"slices"

	"golang.org/x/crypto/ssh"
)

type groupInit struct {
	Ours *big.Int `sshtype:"30|32"`
}

type groupReply struct {
	HostKey   []byte `sshtype:"31|33"`
	Theirs    *big.Int
	Signature []byte
}

// A grouped exchange is Diffie and Hellman's with a known prime (RFC 4253, 8),
// and generator 2.
type grouped struct {
	prime       func() *big.Int
	hashed      crypto.Hash
	number      byte // of our message
	p, g        *big.Int
	own, public *big.Int
}

func group(prime func() *big.Int, h crypto.Hash) func() exchange {
	return func() exchange { return &grouped{prime: prime, hashed: h, number: msgKexFirst} }
}

func (x *grouped) hash() crypto.Hash { return x.hashed }

func (x *grouped) begin(rand io.Reader) ([]byte, error) {
	if x.p == nil {
		x.p, x.g = x.prime(), big.NewInt(2)
	}
	secret := make([]byte, 32) // enough for what has no secret to keep, and quick
	if _, err := io.ReadFull(rand, secret); err != nil {
		return nil, err
	}
	x.own = new(big.Int).SetBytes(secret)
	x.public = new(big.Int).Exp(x.g, x.own, x.p)
	m := ssh.Marshal(groupInit{x.public})
	m[0] = x.number
	return m, nil
}

func (x *grouped) next(m []byte) ([]byte, *result, error) {
	var reply groupReply
	if err := ssh.Unmarshal(m, &reply); err != nil {
		return nil, nil, err
	}
	if !within(reply.Theirs, x.p) {
		return nil, nil, errValue
	}
	secret := new(big.Int).Exp(reply.Theirs, x.own, x.p)
	return nil, &result{
		hostKey: reply.HostKey, signature: reply.Signature,
		public: append(marshalNumber(x.public), marshalNumber(reply.Theirs)...), secret: marshalNumber(secret),
	}, nil
}

// within reports whether n is more than 1 and less than p-1.
func within(n, p *big.Int) bool {
	one := big.NewInt(1)
	return n.Cmp(one) > 0 && n.Cmp(new(big.Int).Sub(p, one)) < 0
}

// Sizes of a prime in bits that we ask for (RFC 8270, 2), and that we bear: old
// servers give less, and one that gives more wants to see us reckon.
const (
	groupLeast, groupWant, groupMost = 2048, 2048, 8192
	groupBearable                    = 1024
)

type groupAsk struct {
	Least, Want, Most uint32 `sshtype:"34"`
}

type groupGiven struct {
	P *big.Int `sshtype:"31"`
	G *big.Int
}

// A groupChosen exchange lets the server choose the prime (RFC 4419).
type groupChosen struct {
	grouped
	random io.Reader
	given  bool
}

func chosenGroup(h crypto.Hash) func() exchange {
	return func() exchange { return &groupChosen{grouped: grouped{hashed: h, number: msgGroupInit}} }
}

func (x *groupChosen) begin(rand io.Reader) ([]byte, error) {
	x.random = rand
	return ssh.Marshal(groupAsk{groupLeast, groupWant, groupMost}), nil
}

func (x *groupChosen) next(m []byte) ([]byte, *result, error) {
	if x.given {
		_, r, err := x.grouped.next(m)
		if r != nil {
			sizes := ssh.Marshal(groupAsk{groupLeast, groupWant, groupMost})[1:]
			r.public = slices.Concat(sizes, marshalNumber(x.p), marshalNumber(x.g), r.public)
		}
		return nil, r, err
	}
	var given groupGiven
	if err := ssh.Unmarshal(m, &given); err != nil {
		return nil, nil, err
	}
	if n := given.P.BitLen(); given.P.Sign() <= 0 || n < groupBearable || n > groupMost || given.P.Bit(0) == 0 || !within(given.G, given.P) {
		return nil, nil, errValue
	}
	x.given, x.p, x.g = true, given.P, given.G
	answer, err := x.grouped.begin(x.random)
	return answer, nil, err
}
