package probes_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/probes"
)

// roundTrip is how long a packet takes there and back.
const roundTrip = 50 * time.Millisecond

// carry takes what is written to one end to the other, half a round trip later.
func carry(from, to net.Conn) {
	type segment struct {
		data []byte
		due  time.Time
	}
	segments := make(chan segment, 1000)
	go func() {
		defer close(segments)
		for {
			buf := make([]byte, 64<<10)
			n, err := from.Read(buf)
			if n > 0 {
				segments <- segment{buf[:n], time.Now().Add(roundTrip / 2)}
			}
			if err != nil {
				return
			}
		}
	}()
	for s := range segments {
		time.Sleep(time.Until(s.due))
		to.Write(s.data)
	}
	time.Sleep(roundTrip / 2)
	to.Close()
}

// dialFar connects to a server that is half a round trip away: a connection is
// open for us after one, and for it half a one later.
func dialFar(serve func(net.Conn)) dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		time.Sleep(roundTrip)
		ours, near := net.Pipe()
		far, theirs := net.Pipe()
		go carry(near, far)
		go carry(far, near)
		go func() {
			time.Sleep(roundTrip / 2)
			defer theirs.Close()
			serve(theirs)
		}()
		return ours, nil
	}
}

// threeKeys are host keys of the three usual types.
func threeKeys(t *testing.T) []ssh.Signer {
	t.Helper()
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	keys := []ssh.Signer{newSigner(t)}
	for _, k := range []any{curve, long} {
		s, err := ssh.NewSignerFromKey(k)
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, s)
	}
	return keys
}

// TestRoundTrips counts them; what they are for stands in the package comment.
// The clock of the test moves only while packets travel.
func TestRoundTrips(t *testing.T) {
	keys, key := threeKeys(t), newKey(t, "rsa")
	for _, c := range []struct {
		logins []diag.Login
		trips  int
	}{
		{nil, 5},
		{one("debian"), 5},
		{one("debian", key), 7}, // an RSA key that is refused is shown once more
		{append(one("debian"), one("root")...), 6},
		{append(one("debian"), one("root", newKey(t, "ed25519"))...), 7},
	} {
		synctest.Test(t, func(t *testing.T) {
			config := &ssh.ServerConfig{PublicKeyCallback: func(ssh.ConnMetadata, ssh.PublicKey) (*ssh.Permissions, error) {
				return nil, errors.New("no key is accepted")
			}}
			for _, k := range keys {
				config.AddHostKey(k)
			}
			p := probes.New(probes.Options{OtherPorts: []uint16{}, AllowAny: true, Dial: dialFar(func(c net.Conn) {
				if s, _, _, err := ssh.NewServerConn(c, config); err == nil {
					s.Close()
				}
			})})
			began := time.Now()
			r := askAt(t, p, target, c.logins)
			if took := time.Since(began); took != time.Duration(c.trips)*roundTrip {
				t.Errorf("%d accounts: %s, which is %.1f round trips, want %d", len(c.logins), took, float64(took)/float64(roundTrip), c.trips)
			}
			if len(r.SSH.HostKeys) != 3 || len(r.SSH.Auth) != len(c.logins) || r.Effort.Connections != 3 {
				t.Errorf("got %+v, it cost %+v", r.SSH, r.Effort)
			}
			time.Sleep(time.Minute) // of the bubble: all connections end
		})
	}
}
