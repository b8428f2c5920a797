package probes

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"net"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/crypto/ssh"
)

// parse feeds the parser in pieces of one size. What it has not been fed
// counts as the rest.
func parse(b []byte, size int) (p identParser, done bool) {
	for len(b) > 0 && !done && p.err == nil {
		n := min(size, len(b))
		done = p.feed(b[:n])
		b = b[n:]
	}
	if done {
		p.rest = append(p.rest, b...)
	}
	return p, done
}

func TestIdentification(t *testing.T) {
	long := strings.Repeat("x", 300)
	for _, c := range []struct {
		sent, version string
		before        int
		fails         bool
	}{
		{"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n", "SSH-2.0-OpenSSH_9.2p1 Debian-2", 0, false},
		{"SSH-2.0-x\n", "SSH-2.0-x", 0, false},
		{"SSH-1.5-old\n", "SSH-1.5-old", 0, false},
		{"\r\n\nhello\r\nSSH-2.0-x\r\n", "SSH-2.0-x", 3, false},
		{long + "\r\nSSH-2.0-x\r\n", "SSH-2.0-x", 1, false},
		{strings.Repeat("line\n", 100) + "SSH-2.0-x\r\n", "SSH-2.0-x", 20, false},
		{"SSH-2.0-a\x1b[2J\u202eb\xffc\r\n", "", 0, true},
		{"SSH-2.0-a\x1b[2J\u202eb\r\n", `SSH-2.0-a\x1b[2J\u202eb`, 0, false},
		{"SSH-2.0-" + long + "\r\n", "", 0, true},
		{"HTTP/1.1 400 Bad Request\r\n", "", 0, true},
		{"<!DOCTYPE HTML>\n<html>\n", "", 0, true},
		{"<HTML>\n", "", 0, true},
		{"<< Authorised users only >>\nSSH-2.0-x\n", "SSH-2.0-x", 1, false},
		{"\x00", "", 0, true},
		{"\xff\xfd\x18", "", 0, true},
		{"not SSH-2.0-x\r\n", "", 1, false},
		{strings.Repeat("x", maxIdentBytes) + "\nSSH-2.0-x\r\n", "", 0, true},
	} {
		for _, size := range []int{1, 7, len(c.sent)} {
			p, done := parse([]byte(c.sent), size)
			if p.version != c.version || done != (c.version != "") || len(p.before) != c.before || (p.err != nil) != c.fails {
				t.Errorf("%.40q by %d: got %q, %d lines, %v", c.sent, size, p.version, len(p.before), p.err)
			}
		}
	}
}

// FuzzIdentification: whatever comes, and in whatever pieces, the parser keeps
// little of it, shows none of it raw, and loses nothing that the key exchange
// needs.
func FuzzIdentification(f *testing.F) {
	for _, s := range []string{
		"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n\x00\x00\x04", "hello\r\nSSH-1.99-x\n", "HTTP/1.1 400 Bad Request\r\n",
		"Exceeded MaxStartups\r\n", "SSH-", "\xff\xfb\x01", "é\n\nSSH-2.0-\xc3\r\n", "SSH-2.0-\u202e\x1b]0;x\x07\n",
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, b []byte, size uint8) {
		p, done := parse(b, int(size)+1)
		whole, wholeDone := parse(b, len(b)+1)
		if done != wholeDone || p.version != whole.version || (p.err == nil) != (whole.err == nil) || !bytes.Equal(p.rest, whole.rest) {
			t.Errorf("in pieces of %d: %q %v, in one: %q %v", int(size)+1, p.version, p.err, whole.version, whole.err)
		}
		if done && !bytes.HasSuffix(b, whole.rest) {
			t.Errorf("the rest %q is not the end of %q", whole.rest, b)
		}
		p.keepPartial()
		if len(p.before) > maxBefore || len(p.line) > maxLine+1 {
			t.Errorf("kept %d lines, and %d bytes of one", len(p.before), len(p.line))
		}
		for _, s := range append(p.before, p.version) {
			checkVisible(t, s)
		}
	})
}

func checkVisible(t *testing.T, s string) {
	t.Helper()
	if len(s) > 10*maxLine || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) {
		t.Errorf("%q (%d bytes) is not fit to be shown", s, len(s))
	}
}

// clear wraps payloads as packets that are not encrypted.
func clear(payloads ...[]byte) []byte {
	var all []byte
	for _, p := range payloads {
		padding := 4 + (16-(len(p)+9)%8)%8
		all = binary.BigEndian.AppendUint32(all, uint32(1+len(p)+padding))
		all = append(append(append(all, byte(padding)), p...), make([]byte, padding)...)
	}
	return all
}

var kexInitExample = ssh.Marshal(kexInit{
	Kex: []string{"curve25519-sha256", "kex-strict-s-v00@openssh.com"}, HostKey: []string{"ssh-ed25519"},
	CipherToServer: []string{"aes128-ctr"}, Cipher: []string{"aes256-ctr"}, MACToServer: []string{"hmac-sha1"}, MAC: []string{"hmac-sha2-256"},
	Compression: []string{"none"}, CompressionToServer: []string{"none"},
})

// hears returns a wire on which a server has said this and closed.
func hears(b []byte) *wire {
	client, server := net.Pipe()
	server.Close()
	w := newWire(client, rand.Reader)
	w.unread, w.heard = b, len(b)
	return w
}

func TestServerPackets(t *testing.T) {
	whole := clear([]byte{2, 0, 0, 0, 0}, kexInitExample, []byte{31, 1, 2}, ssh.Marshal(disconnect{Reason: 2, Message: "Too many\x07"}))
	w := hears(whole)
	h := &handshake{w: w}
	if _, err := h.hear(); err != nil || h.lists.Kex[1] != "kex-strict-s-v00@openssh.com" || h.lists.HostKey[0] != "ssh-ed25519" ||
		h.lists.Cipher[0] != "aes256-ctr" || h.lists.CipherToServer[0] != "aes128-ctr" || h.lists.MAC[0] != "hmac-sha2-256" {
		t.Errorf("got %+v, %v", h.lists, err)
	}
	if m, err := w.read(); err != nil || !bytes.Equal(m, []byte{31, 1, 2}) {
		t.Errorf("got %v, %v", m, err)
	}
	var bye goodbye
	if _, err := w.read(); !errors.As(err, &bye) || bye != `Too many\a` {
		t.Errorf("got %v", err)
	}
	many := ssh.Marshal(kexInit{Kex: strings.Split(strings.Repeat("a,", 5000)+"a", ",")})
	if h := (&handshake{w: hears(clear(many))}); len(must(h.hear()).Kex) != 5001 || len(h.lists.Kex) != maxNames {
		t.Error("a list is kept whole, or not at all")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestPacketLengths: lengths that cannot be are named, and nothing is read for
// them.
func TestPacketLengths(t *testing.T) {
	for _, b := range []string{"\xff\xff\xff\xff\x00\x14", "\x00\x00\x00\x00\x00\x14", "\x00\x00\x00\x01\x00\x14", "\x00\x00\x00\x02\x02\x14", "\x00\x01\x00\x01\x02\x14"} {
		if m, err := hears([]byte(b)).packet(); !errors.Is(err, errLength) {
			t.Errorf("%q: got %v, %v", b, m, err)
		}
	}
}

// FuzzKexInit: lengths may lie, lists may be of any size and hold anything.
func FuzzKexInit(f *testing.F) {
	f.Add(clear(kexInitExample))
	f.Add(clear([]byte{2, 0, 0, 0, 0}, kexInitExample))
	f.Add(clear(ssh.Marshal(disconnect{Reason: 2, Message: "x"})))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 20})
	f.Add([]byte{0, 0, 0, 1, 0, 20})
	f.Add(clear(append(append([]byte{20}, make([]byte, 16)...), 0xff, 0xff, 0xff, 0xff)))
	f.Fuzz(func(t *testing.T, b []byte) {
		h := &handshake{w: hears(b)}
		if _, err := h.hear(); err != nil {
			checkVisible(t, explain(err))
			return
		}
		for _, list := range [][]string{h.lists.Kex, h.lists.HostKey, h.lists.Cipher, h.lists.MAC, h.lists.Compression} {
			if len(list) > maxNames {
				t.Errorf("kept %d names", len(list))
			}
			for _, n := range list {
				checkVisible(t, n)
			}
		}
		if all := negotiations(h.lists); len(all) != len(clients) {
			t.Errorf("got %+v", all)
		}
	})
}

func TestOldProtocol(t *testing.T) {
	for version, want := range map[string]bool{
		"SSH-1.5-x": true, "SSH-1.3-": true, "SSH-1.99-OpenSSH_3.9p1": false, "SSH-2.0-x": false, "SSH-1.99x": true,
	} {
		if oldProtocol(version) != want {
			t.Errorf("%s: want %t", version, want)
		}
	}
}
