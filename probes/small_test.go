package probes_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/probes"
)

// narrow loses what is larger than a path with a small MTU lets pass: from the
// first such write on, nothing more arrives.
type narrow struct {
	net.Conn
	lost atomic.Bool
}

func (c *narrow) Write(b []byte) (int, error) {
	if len(b) > 1240 {
		c.lost.Store(true)
	}
	if c.lost.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

// newSigner makes a host key.
func newSigner(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// serveSSH is a server that works.
func serveSSH(t *testing.T) func(net.Conn) {
	config := &ssh.ServerConfig{NoClientAuth: true}
	config.AddHostKey(newSigner(t))
	return func(conn net.Conn) {
		if c, _, _, err := ssh.NewServerConn(conn, config); err == nil {
			c.Close()
		}
	}
}

// TestSmallKeyExchange: where large packets are lost, the key exchange stands
// still as a person's does, and one with small packets goes through. Where
// nothing goes through, the second says so too.
func TestSmallKeyExchange(t *testing.T) {
	for name, c := range map[string]struct {
		serve func(*testing.T) func(net.Conn)
		small diag.Outcome
		keys  int
		took  time.Duration
	}{
		"large packets are lost": {serveSSH, diag.OK, 1, 11 * time.Second}, // a pipe has no room for our goodbye
		"all packets are lost":   {func(*testing.T) func(net.Conn) { return say("SSH-2.0-x\r\n") }, diag.TimedOut, 0, 15 * time.Second},
		"then it is not there":   {func(*testing.T) func(net.Conn) { return once(say("SSH-2.0-x\r\n")) }, diag.Closed, 0, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				open := dialServer(c.serve(t))
				began := time.Now()
				r := probes.New(probes.Options{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
					conn, err := open(ctx, network, addr)
					return &narrow{Conn: conn}, err
				}}).Target(t.Context(), target)
				if r.SSH.Kex != diag.TimedOut || r.SSH.SmallKex != c.small || len(r.SSH.HostKeys) != c.keys || time.Since(began) != c.took {
					t.Errorf("got %s, then %s, %d host keys after %s", r.SSH.Kex, r.SSH.SmallKex, len(r.SSH.HostKeys), time.Since(began))
				}
				if want := (diag.Effort{Connections: 2}); r.Effort != want {
					t.Errorf("it cost %+v", r.Effort)
				}
			})
		})
	}
}

// once serves one connection and closes all others.
func once(serve func(net.Conn)) func(net.Conn) {
	var begun atomic.Bool
	return func(c net.Conn) {
		if !begun.Swap(true) {
			serve(c)
		}
	}
}
