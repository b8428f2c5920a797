package probes

import (
	"crypto/subtle"
	"encoding/binary"
	"math/big"
	"slices"

	"golang.org/x/crypto/chacha20"
)

// A chachaBox is chacha20-poly1305@openssh.com (OpenSSH's
// PROTOCOL.chacha20poly1305). Some servers know nothing else.
type chachaBox struct {
	body, lengths []byte // keys of 32 bytes
}

func (b *chachaBox) block() (int, bool) { return 8, false }
func (b *chachaBox) head() int          { return 4 }
func (b *chachaBox) tag() int           { return 16 }

func (b *chachaBox) length(seq uint32, head []byte) uint32 {
	var plain [4]byte
	stream(b.lengths, seq).XORKeyStream(plain[:], head)
	return binary.BigEndian.Uint32(plain[:])
}

func (b *chachaBox) seal(seq uint32, packet []byte) []byte {
	s, key := b.start(seq)
	stream(b.lengths, seq).XORKeyStream(packet[:4], packet[:4])
	s.XORKeyStream(packet[4:], packet[4:])
	return append(packet, poly1305(key, packet)...)
}

func (b *chachaBox) open(seq uint32, whole []byte) ([]byte, error) {
	s, key := b.start(seq)
	packet, tag := whole[:len(whole)-16], whole[len(whole)-16:]
	if subtle.ConstantTimeCompare(tag, poly1305(key, packet)) != 1 {
		return nil, errForged
	}
	s.XORKeyStream(packet[4:], packet[4:])
	return packet[4:], nil
}

// start returns the cipher of one packet's body, and the key of its tag: the
// first block makes the key, the body begins with the second.
func (b *chachaBox) start(seq uint32) (*chacha20.Cipher, []byte) {
	s, key := stream(b.body, seq), make([]byte, 32)
	s.XORKeyStream(key, key)
	s.SetCounter(1)
	return s, key
}

func stream(key []byte, seq uint32) *chacha20.Cipher {
	var nonce [chacha20.NonceSize]byte
	binary.BigEndian.PutUint32(nonce[8:], seq)
	s, err := chacha20.NewUnauthenticatedCipher(key, nonce[:])
	if err != nil {
		panic(err) // unreachable: both lengths are right
	}
	return s
}

// poly1305 is the authenticator of RFC 8439, 2.5. It is slow and not in constant
// time, which matters little here: it sees a dozen small packets that hold no
// secret. (The library's own is not exported.)
func poly1305(key, message []byte) []byte {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))
	r := slices.Clone(key[:16])
	for _, i := range []int{3, 7, 11, 15} {
		r[i] &= 15
	}
	for _, i := range []int{4, 8, 12} {
		r[i] &= 252
	}
	factor, sum := little(r), new(big.Int)
	for part := range slices.Chunk(message, 16) {
		sum.Add(sum, little(append(slices.Clone(part), 1)))
		sum.Mod(sum.Mul(sum, factor), p)
	}
	sum.Add(sum, little(key[16:32]))
	tag := sum.FillBytes(make([]byte, 17))[1:] // modulo 2^128
	slices.Reverse(tag)
	return tag
}

// little reads a number whose least byte comes first.
func little(b []byte) *big.Int {
	b = slices.Clone(b)
	slices.Reverse(b)
	return new(big.Int).SetBytes(b)
}
