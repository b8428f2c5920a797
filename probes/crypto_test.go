package probes

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"math/big"
	"testing"

	"golang.org/x/crypto/ssh"
)

// TestPoly1305 is the example of RFC 8439, 2.5.2.
func TestPoly1305(t *testing.T) {
	key := must(hex.DecodeString("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"))
	if got := hex.EncodeToString(poly1305(key, []byte("Cryptographic Forum Research Group"))); got != "a8061dc1305136c6c22b8baf0c0127a9" {
		t.Errorf("got %s", got)
	}
	// Sums of 2^128 and more lose what is above.
	key = append(bytes.Repeat([]byte{0xff}, 16), bytes.Repeat([]byte{0xff}, 16)...)
	if got := poly1305(key, bytes.Repeat([]byte{0xff}, 64)); len(got) != 16 {
		t.Errorf("got %d bytes", len(got))
	}
}

// TestPrimes: the groups are safe primes of their sizes, whose beginnings and
// ends are those of RFC 3526. (Real servers agree on all of them elsewhere.)
func TestPrimes(t *testing.T) {
	for bits, p := range map[int]*big.Int{1024: group1(), 2048: group14(), 4096: group16(), 8192: group18()} {
		text := p.Text(16)
		if p.BitLen() != bits || text[:24] != "ffffffffffffffffc90fdaa2" || text[len(text)-16:] != "ffffffffffffffff" {
			t.Errorf("%d bits: %s", bits, text)
		}
		if bits <= 2048 && (!p.ProbablyPrime(1) || !new(big.Int).Rsh(p, 1).ProbablyPrime(1)) {
			t.Errorf("the number of %d bits is no safe prime", bits)
		}
	}
}

// TestFirstPacket: the first packet of the main connection fills a segment of
// Ethernet, as that of OpenSSH 9.2 does (1560 bytes), and the small one passes
// everywhere.
func TestFirstPacket(t *testing.T) {
	if n := len(pad(must(wholeOffer.message(rand.Reader)), noBox{})); n < 1560 {
		t.Errorf("the large one has %d bytes", n)
	}
	if n := len(pad(must(smallOffer.message(rand.Reader)), noBox{})); n > 500 {
		t.Errorf("the small one has %d bytes", n)
	}
}

// TestBoxes: what one side seals, the other opens, and nothing else.
func TestBoxes(t *testing.T) {
	for _, name := range wholeOffer.cipher {
		for _, mac := range wholeOffer.mac {
			s, ok := suiteOf(name, mac)
			if !ok {
				continue
			}
			m := material{key: bytes.Repeat([]byte{7}, s.key), iv: bytes.Repeat([]byte{9}, s.iv), mac: []byte("mac")}
			clone := func() material {
				return material{key: m.key, iv: bytes.Clone(m.iv), mac: m.mac}
			}
			out := lane{box: s.open(clone(), true)}
			sender, receiver := &wire{out: out}, &wire{in: lane{box: s.open(clone(), false)}}
			for _, text := range []string{"x", "0123456789", string(make([]byte, 1000))} {
				sender.put([]byte(text))
			}
			receiver.unread = sender.unsent
			for _, text := range []string{"x", "0123456789", string(make([]byte, 1000))} {
				if got, err := receiver.packet(); string(got) != text {
					t.Errorf("%s, %s: got %q, %v", name, mac, got, err)
				}
			}
			sender.unsent = nil
			sender.put([]byte("forged"))
			receiver.unread = sender.unsent
			receiver.unread[len(receiver.unread)-1] ^= 1
			if got, err := receiver.packet(); err == nil {
				t.Errorf("%s, %s: a forged packet is %q", name, mac, got)
			}
		}
	}
}

// FuzzExchange: whatever a server contributes to a key exchange, there is an end
// to it.
func FuzzExchange(f *testing.F) {
	methods := wholeOffer.kex[:len(wholeOffer.kex)-2]
	for i := range methods {
		f.Add(uint8(i), ssh.Marshal(curveReply{HostKey: []byte("key"), Theirs: make([]byte, 32), Signature: []byte("sig")}), []byte{31})
		f.Add(uint8(i), ssh.Marshal(groupGiven{P: group14(), G: big.NewInt(2)}), ssh.Marshal(groupReply{Theirs: big.NewInt(5)}))
		f.Add(uint8(i), ssh.Marshal(groupGiven{P: new(big.Int), G: new(big.Int)}), []byte{33})
		f.Add(uint8(i), ssh.Marshal(groupReply{Theirs: big.NewInt(-1)}), []byte{})
	}
	f.Fuzz(func(t *testing.T, method uint8, first, second []byte) {
		x := exchanges[methods[int(method)%len(methods)]]()
		if m, err := x.begin(rand.Reader); err != nil || len(m) == 0 {
			t.Fatal(err)
		}
		answer, r, err := x.next(first)
		if err == nil && r == nil && answer == nil {
			t.Error("neither a result, an answer nor an error")
		}
		if err != nil || r != nil {
			return
		}
		if _, r, err = x.next(second); err == nil && r == nil {
			t.Error("no end")
		}
	})
}

// FuzzVerify: host keys and signatures of any form are refused, and none is
// taken that has not signed.
func FuzzVerify(f *testing.F) {
	key := must(ssh.NewPublicKey(must(privateKey25519()).Public()))
	f.Add(key.Marshal(), ssh.Marshal(ssh.Signature{Format: "ssh-ed25519", Blob: make([]byte, 64)}))
	f.Add([]byte("\x00\x00\x00\x07ssh-rsa"), []byte{})
	f.Fuzz(func(t *testing.T, hostKey, signature []byte) {
		h := &handshake{w: &wire{}, method: exchanges["curve25519-sha256"](), agreed: agreed{hostKey: "ssh-ed25519"}}
		if err := h.verify(&result{hostKey: hostKey, signature: signature}); err == nil || h.key != nil {
			t.Errorf("verified %v", h.key)
		}
	})
}
