package probes_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sshhelp/diag"
	"sshhelp/probes"
	"sshhelp/sim/sshd/twin"
)

// TestHostile: servers that send far too much are left after a bounded number
// of bytes, which is also what bounds the memory.
func TestHostile(t *testing.T) {
	line := strings.Repeat("x", 999) + "\n"
	packet := "\x00\x00\x0f\xfc\x04\x02" + strings.Repeat("\x00", 4090) // SSH_MSG_IGNORE
	for name, c := range map[string]struct {
		first, again string
		most         int
		ident, kex   diag.Outcome
		text         string
	}{
		"10 MB before the identification": {"", line, 80 << 10, diag.NotSSH, diag.NotTried, "64 KiB without an identification"},
		"a line without end":              {"", strings.Repeat("x", 1000), 80 << 10, diag.NotSSH, diag.NotTried, "64 KiB without an identification"},
		"an identification without end":   {"SSH-2.0-", strings.Repeat("x", 1000), 16 << 10, diag.NotSSH, diag.NotTried, "longer than 255 bytes"},
		"packets without end":             {"SSH-2.0-x\r\n", packet, 300 << 10, diag.OK, diag.Failed, "far more than a key exchange needs"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				began := time.Now()
				r := probes.New(probes.Options{Dial: dialServer(func(conn net.Conn) {
					go io.Copy(io.Discard, conn)
					n, err := io.WriteString(conn, c.first)
					for sent = n; err == nil && sent < 10<<20; sent += n {
						n, err = io.WriteString(conn, c.again)
					}
				})}).Target(t.Context(), target)
				synctest.Wait()
				text := r.SSH.IdentErr + r.SSH.KexErr
				if r.SSH.Ident != c.ident || r.SSH.Kex != c.kex || !strings.Contains(text, c.text) || time.Since(began) > 0 {
					t.Errorf("got %s, %s, %q after %s", r.SSH.Ident, r.SSH.Kex, text, time.Since(began))
				}
				if sent > c.most {
					t.Errorf("%d bytes were taken, want at most %d", sent, c.most)
				}
				checkSmall(t, r.SSH)
			})
		})
	}
}

func checkSmall(t *testing.T, s *diag.SSHFacts) {
	t.Helper()
	if n := len(strings.Join(s.Before, "")); len(s.Before) > 20 || n > 20*260 {
		t.Errorf("%d lines with %d bytes are kept", len(s.Before), n)
	}
}

// TestClosedAnywhere takes what a healthy server sends and has it end after
// each byte. There is always an answer, and it is never that of a longer talk.
func TestClosedAnywhere(t *testing.T) {
	sent := recordServer(t)
	ident := bytes.IndexByte(sent, '\n') + 1
	length := int(sent[ident+2])<<8 + int(sent[ident+3])
	kexInit := ident + 4 + length
	for n := range sent[:kexInit] {
		r := probes.New(probes.Options{Dial: dialServer(func(c net.Conn) {
			var wg sync.WaitGroup
			defer wg.Wait()
			defer c.Close()
			wg.Go(func() { io.Copy(io.Discard, c) })
			c.Write(sent[:n])
		})}).Target(t.Context(), target)
		want := seen{connect: diag.OK, ident: diag.Closed}
		if n >= ident {
			want = seen{connect: diag.OK, ident: diag.OK, kex: diag.Closed}
		}
		got := seen{connect: r.Connect.Outcome, ident: r.SSH.Ident, kex: r.SSH.Kex, lists: r.SSH.Algorithms != nil}
		if got != want {
			t.Errorf("closed after %d bytes: got %+v, want %+v", n, got, want)
		}
	}
}

// recordServer returns what the twin sends to a probe.
func recordServer(t *testing.T) []byte {
	t.Helper()
	server := start(t, twin.Options{})
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tapped := &tap{Conn: conn}
	dial := func(context.Context, string, string) (net.Conn, error) { return tapped, nil }
	if r := probes.New(probes.Options{Dial: dial}).Target(t.Context(), target); r.SSH.Kex != diag.OK {
		t.Fatalf("got %+v", r.SSH)
	}
	return tapped.heard
}

// tap keeps what was read.
type tap struct {
	net.Conn
	heard []byte
}

func (c *tap) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.heard = append(c.heard, b[:n]...)
	return n, err
}
