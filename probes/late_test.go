package probes_test

import (
	"context"
	"net/netip"
	"testing"

	"golang.org/x/crypto/ssh"

	"sshhelp/diag"
	"sshhelp/sim/sshd/twin"
)

// TestLateAccount: the connection is made before the account is known, and waits
// for it.
func TestLateAccount(t *testing.T) {
	line := newKey(t, "ed25519")
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		t.Fatal(err)
	}
	server := start(t, twin.Options{AuthorizedKeys: []ssh.PublicKey{key}})
	asked := &diag.Evidence{Asked: diag.Asked{Address: server.Addr().Addr(), Port: server.Addr().Port()}}
	fact, err := loopback().ReadLogin(t.Context(), asked, func(context.Context) []diag.Login {
		until(t, "the connection is made", func() bool { return server.Connections() == 1 })
		return one("debian", line)
	})
	reaches, ok := fact.(diag.Reaches)
	if err != nil || !ok || len(reaches) != 1 {
		t.Fatalf("got %v, %v", fact, err)
	}
	if r := reaches[0]; said(r) != "ok publickey; ok ssh-ed25519" || r.SSH.SigAlgs == nil || server.Connections() != 1 {
		t.Errorf("got %q on %d connections: %+v", said(r), server.Connections(), r.SSH)
	}
}

// TestNoAccount: none may turn up, or our time may end first. What needs none is
// known all the same, and that we ended is not the server's fault.
func TestNoAccount(t *testing.T) {
	server := start(t, twin.Options{})
	asked := &diag.Evidence{Asked: diag.Asked{Address: server.Addr().Addr(), Port: server.Addr().Port()}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, c := range []struct {
		name  string
		login func(context.Context) []diag.Login
	}{
		{"none", func(context.Context) []diag.Login { return nil }},
		{"late", func(ctx context.Context) []diag.Login {
			until(t, "the second connection is made", func() bool { return server.Connections() == 2 })
			cancel()
			<-ctx.Done()
			return one("debian")
		}},
	} {
		name := c.name
		fact, err := loopback().ReadLogin(ctx, asked, c.login)
		reaches, ok := fact.(diag.Reaches)
		if err != nil || !ok || len(reaches) != 1 || reaches[0].SSH == nil {
			t.Fatalf("%s: got %v, %v", name, fact, err)
		}
		for _, a := range reaches[0].SSH.Auth {
			if a.Outcome != diag.Canceled {
				t.Errorf("%s: got %+v", name, a)
			}
		}
		if name == "none" && (reaches[0].SSH.Kex != diag.OK || reaches[0].SSH.SigAlgs == nil || reaches[0].Effort != diag.Effort{Connections: 1}) {
			t.Errorf("%s: got %+v, it cost %+v", name, reaches[0].SSH, reaches[0].Effort)
		}
	}
}

// TestOneMachine: a machine with two addresses is asked once, at the one that
// answers first.
func TestOneMachine(t *testing.T) {
	line := newKey(t, "ed25519")
	signer := newSigner(t)
	first := start(t, twin.Options{Listen: "127.0.0.1:0", HostKeys: []ssh.Signer{signer}})
	port := first.Addr().Port()
	second := start(t, twin.Options{Listen: netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), port).String(), HostKeys: []ssh.Signer{signer}})
	known := &diag.Evidence{Asked: diag.Asked{Port: port}, Instance: &diag.Instance{Addresses: []diag.Address{
		{IP: first.Addr().Addr(), Floating: true}, {IP: second.Addr().Addr(), Floating: true},
	}}}
	fact, err := loopback().ReadLogin(t.Context(), known, func(context.Context) []diag.Login { return one("debian", line) })
	reaches, ok := fact.(diag.Reaches)
	if err != nil || !ok || len(reaches) != 2 {
		t.Fatalf("got %v, %v", fact, err)
	}
	asked := 0
	for _, r := range reaches {
		if asked += len(r.SSH.Auth); r.SSH.Kex != diag.OK || len(r.SSH.HostKeys) != 1 {
			t.Errorf("%s: got %+v", r.Target, r.SSH)
		}
	}
	if asked != 1 {
		t.Errorf("%d addresses were asked", asked)
	}
}
