package probes

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net"
	"net/netip"
	"testing"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/sim/sshd/twin"
)

// A sequence is randomness that can be had again, so that a recorded talk can be
// played once more: all that we say is the same.
type sequence struct{ n uint64 }

// Read implements [io.Reader].
func (s *sequence) Read(b []byte) (int, error) {
	for i := range b {
		s.n++
		sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, s.n))
		b[i] = sum[0]
	}
	return len(b), nil
}

// A recorder keeps what was read.
type recorder struct {
	net.Conn
	heard []byte
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	r.heard = append(r.heard, b[:n]...)
	return n, err
}

// A tape says what was recorded, and then closes. What it is told does not matter.
type tape struct {
	net.Conn
	left []byte
}

func (c *tape) Read(b []byte) (int, error) {
	if len(c.left) == 0 {
		return 0, io.EOF
	}
	n := copy(b, c.left)
	c.left = c.left[n:]
	return n, nil
}

func (c *tape) Write(b []byte) (int, error) { return len(b), nil }

// talk probes a connection, and asks about one account with one key.
func talk(t *testing.T, conn net.Conn, key ssh.PublicKey) diag.Reach {
	t.Helper()
	p := New(Options{AllowAny: true, OtherPorts: []uint16{}, Dial: func(context.Context, string, string) (net.Conn, error) { return conn, nil }})
	p.rand = &sequence{}
	e := &diag.Evidence{Asked: diag.Asked{Address: netip.MustParseAddr("192.0.2.1"), Port: 22}}
	fact, err := p.ReadLogin(t.Context(), e, func(context.Context) []diag.Login { return []diag.Login{exampleLogin(key)} })
	if found, ok := fact.(diag.Reaches); ok && len(found) == 1 && found[0].SSH != nil {
		return found[0]
	}
	t.Fatalf("got %v, %v", fact, err)
	return diag.Reach{}
}

// record returns what a healthy server sends in a whole talk.
func record(t *testing.T) []byte {
	t.Helper()
	server, err := twin.Start(t.Context(), twin.Options{AuthorizedKeys: []ssh.PublicKey{exampleKey}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{Conn: conn}
	if reach := talk(t, r, exampleKey); reached(reach) != 5 {
		t.Fatalf("got %+v", reach.SSH)
	}
	return r.heard
}

// reached counts the stages that came to a good end.
func reached(r diag.Reach) (stages int) {
	s := r.SSH
	for _, done := range []bool{
		s.Ident == diag.OK, s.Algorithms != nil, s.Kex == diag.OK && len(s.HostKeys) == 1,
		len(s.Auth) == 1 && len(s.Auth[0].Methods) > 0, len(s.Auth) == 1 && len(s.Auth[0].Keys) == 1 && s.Auth[0].Keys[0].Accepted == diag.OK,
	} {
		if !done {
			break
		}
		stages++
	}
	return stages
}

// TestClosedAtAnyByte plays a whole talk and ends it after each byte: there is
// always an answer, it says that the other side closed, and never more than what
// had come by then.
func TestClosedAtAnyByte(t *testing.T) {
	whole, last := record(t), 0
	for n := range len(whole) + 1 {
		r := talk(t, &tape{Conn: nowhere(t), left: whole[:n]}, exampleKey)
		stages := reached(r)
		if stages < last || stages > last+1 || stages == 5 && n < len(whole) {
			t.Fatalf("after %d of %d bytes: %d stages, %d before", n, len(whole), stages, last)
		}
		last = stages
		if got := ending(r); stages < 5 && got != diag.Closed || stages == 5 && got != diag.OK {
			t.Fatalf("after %d of %d bytes: %s; %+v", n, len(whole), got, r.SSH)
		}
	}
	if last != 5 {
		t.Errorf("%d stages in the end", last)
	}
}

// TestChangedAnyByte turns over a bit of each byte: what is not as it was sent is
// never believed. (The padding of the two packets that come in clear does not
// matter, and is nowhere looked at.)
func TestChangedAnyByte(t *testing.T) {
	whole := record(t)
	from := 0 // behind the lists, nothing may be changed
	for n := range whole {
		if reached(talk(t, &tape{Conn: nowhere(t), left: whole[:n]}, exampleKey)) >= 2 {
			from = n
			break
		}
	}
	padding := 0
	for n := from; n < len(whole); n++ {
		changed := append([]byte{}, whole...)
		changed[n] ^= 1
		r := talk(t, &tape{Conn: nowhere(t), left: changed}, exampleKey)
		if a := r.SSH.Auth; len(a) == 1 && len(a[0].Keys) == 1 && a[0].Keys[0].Accepted == diag.OK {
			padding++
		}
	}
	if padding > 2*11 {
		t.Errorf("%d of the last %d bytes may be changed unnoticed", padding, len(whole)-from)
	}
}

// ending is how the last stage that was begun ended.
func ending(r diag.Reach) diag.Outcome {
	switch s := r.SSH; {
	case len(s.Auth) > 0:
		return s.Auth[0].Outcome
	case s.Kex != diag.NotTried:
		return s.Kex
	default:
		return s.Ident
	}
}

// nowhere is a connection for its addresses and deadlines only.
func nowhere(t *testing.T) net.Conn {
	t.Helper()
	conn, other := net.Pipe()
	other.Close()
	return conn
}
