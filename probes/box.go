package probes

import (
	"crypto/cipher"
	"crypto/hmac"
	"encoding/binary"
	"hash"
)

// A box seals the packets of one direction and opens them. A packet begins with
// its length and that of its padding.
type box interface {
	// block returns the size that packets are padded to, and whether their
	// length field counts.
	block() (size int, counted bool)
	seal(seq uint32, packet []byte) []byte
	// head is the number of bytes from which length tells the packet's length;
	// it may decrypt them in place.
	head() int
	length(seq uint32, head []byte) uint32
	// tag is the number of bytes behind a packet.
	tag() int
	// open returns the packet behind its length. whole has passed length.
	open(seq uint32, whole []byte) ([]byte, error)
}

func putLength(b []byte, n uint32) { binary.BigEndian.PutUint32(b, n) }

// noBox is what is in use before the keys are.
type noBox struct{}

func (noBox) block() (int, bool)                          { return 8, true }
func (noBox) seal(_ uint32, packet []byte) []byte         { return packet }
func (noBox) head() int                                   { return 4 }
func (noBox) length(_ uint32, head []byte) uint32         { return binary.BigEndian.Uint32(head) }
func (noBox) tag() int                                    { return 0 }
func (noBox) open(_ uint32, whole []byte) ([]byte, error) { return whole[4:], nil }

// A macBox has a cipher and a MAC: either the MAC of what is in clear, all of
// which is encrypted (RFC 4253, 6.4), or, "etm", that of what is encrypted, with
// the length in clear (OpenSSH's PROTOCOL, 1.5).
type macBox struct {
	size  int // the cipher's block
	crypt func(dst, src []byte)
	mac   hash.Hash
	cut   int // so much of the MAC is sent
	etm   bool
}

func (b *macBox) block() (int, bool) { return max(8, b.size), !b.etm }

func (b *macBox) seal(seq uint32, packet []byte) []byte {
	if b.etm {
		b.crypt(packet[4:], packet[4:])
		return append(packet, b.sum(seq, packet)...)
	}
	sum := b.sum(seq, packet)
	b.crypt(packet, packet)
	return append(packet, sum...)
}

func (b *macBox) head() int {
	if b.etm {
		return 4
	}
	return max(8, b.size)
}

func (b *macBox) length(_ uint32, head []byte) uint32 {
	if !b.etm {
		b.crypt(head, head)
	}
	return binary.BigEndian.Uint32(head)
}

func (b *macBox) tag() int { return b.cut }

func (b *macBox) open(seq uint32, whole []byte) ([]byte, error) {
	packet, sum := whole[:len(whole)-b.cut], whole[len(whole)-b.cut:]
	from := b.head()
	if size := len(packet) - from; size < 0 || size%b.size != 0 {
		return nil, errLength
	}
	if b.etm && !hmac.Equal(sum, b.sum(seq, packet)) {
		return nil, errForged
	}
	b.crypt(packet[from:], packet[from:])
	if !b.etm && !hmac.Equal(sum, b.sum(seq, packet)) {
		return nil, errForged
	}
	return packet[4:], nil
}

func (b *macBox) sum(seq uint32, packet []byte) []byte {
	var n [4]byte
	putLength(n[:], seq)
	b.mac.Reset()
	b.mac.Write(n[:])
	b.mac.Write(packet)
	return b.mac.Sum(nil)[:b.cut]
}

// A gcmBox is AES in Galois/counter mode (RFC 5647): the length is in clear, and
// the last eight bytes of the nonce count the packets.
type gcmBox struct {
	aead  cipher.AEAD
	nonce []byte
}

func (b *gcmBox) block() (int, bool)                  { return 16, false }
func (b *gcmBox) head() int                           { return 4 }
func (b *gcmBox) length(_ uint32, head []byte) uint32 { return binary.BigEndian.Uint32(head) }
func (b *gcmBox) tag() int                            { return b.aead.Overhead() }

func (b *gcmBox) seal(_ uint32, packet []byte) []byte {
	defer b.count()
	return append(packet[:4:4], b.aead.Seal(nil, b.nonce, packet[4:], packet[:4])...)
}

func (b *gcmBox) open(_ uint32, whole []byte) ([]byte, error) {
	defer b.count()
	p, err := b.aead.Open(whole[4:4], b.nonce, whole[4:], whole[:4])
	if err != nil {
		return nil, errForged
	}
	return p, nil
}

func (b *gcmBox) count() {
	n := b.nonce[4:]
	binary.BigEndian.PutUint64(n, binary.BigEndian.Uint64(n)+1)
}
