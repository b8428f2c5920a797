package probes_test

import (
	"net/netip"
	"sync"
	"testing"

	"sshhelp/diag"
	"sshhelp/probes"
	"sshhelp/sim/sshd/twin"
)

// seen is what a table says of one behaviour.
type seen struct {
	connect, ident, kex diag.Outcome
	keyType             string
	lists               bool // the server's algorithms are known
	before              string
}

// behaviours are all of them; a test sees to that.
var behaviours = map[string]seen{
	"refused": {connect: diag.Refused},
	"drop":    {connect: diag.TimedOut},
	"silent":  {connect: diag.OK, ident: diag.TimedOut},
	"close":   {connect: diag.OK, ident: diag.Closed},
	"reset":   {connect: diag.OK, ident: diag.Reset},

	"slow-banner":   {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"http":          {connect: diag.OK, ident: diag.NotSSH, before: "HTTP/1.1 400 Bad Request"},
	"garbage":       {connect: diag.OK, ident: diag.NotSSH, before: `\x15\x03\x01\x00\x02\x02(\x00\xff\xfe\x00`},
	"smtp":          {connect: diag.OK, ident: diag.NotSSH, before: "220 mail.example.org ESMTP"},
	"endless":       {connect: diag.OK, ident: diag.NotSSH, before: "Please hold the line."},
	"maxstartups":   {connect: diag.OK, ident: diag.Closed, before: "Exceeded MaxStartups"},
	"not-allowed":   {connect: diag.OK, ident: diag.Closed, before: "Not allowed at this time"},
	"protocol-1":    {connect: diag.OK, ident: diag.OK},
	"protocol-1.99": {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"pre-banner":    {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true, before: "Authorised users only."},

	"close-kex":      {connect: diag.OK, ident: diag.OK, kex: diag.Closed},
	"reset-kex":      {connect: diag.OK, ident: diag.OK, kex: diag.Reset},
	"stall-kex":      {connect: diag.OK, ident: diag.OK, kex: diag.TimedOut},
	"kexinit-lies":   {connect: diag.OK, ident: diag.OK, kex: diag.Failed},
	"no-match":       {connect: diag.OK, ident: diag.OK, kex: diag.NoMatch, lists: true},
	"disconnect-kex": {connect: diag.OK, ident: diag.OK, kex: diag.Closed},
	"old-algorithms": {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-rsa", lists: true},

	"healthy":           {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"no-key":            {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"rsa-sha1":          {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"password-only":     {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"second-factor":     {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"too-many-failures": {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
	"root-banner":       {connect: diag.OK, ident: diag.OK, kex: diag.OK, keyType: "ssh-ed25519", lists: true},
}

// loopback is a prober that may probe what the tests start.
func loopback() *probes.Prober {
	return probes.New(probes.Options{Name: "here", Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
}

// TestBehaviours probes all of them at once, because some take as long as the
// budgets allow.
func TestBehaviours(t *testing.T) {
	t.Parallel()
	var wg sync.WaitGroup
	for _, name := range twin.Behaviours() {
		server := start(t, twin.Options{Behaviour: name})
		wg.Go(func() {
			r := loopback().Target(t.Context(), server.Addr())
			t.Run(name, func(t *testing.T) { checkBehaviour(t, server, r) })
		})
	}
	wg.Wait()
}

func checkBehaviour(t *testing.T, server *twin.Server, r diag.Reach) {
	want, ok := behaviours[server.Behaviour()]
	if !ok {
		t.Fatal("no expectation is written down for this behaviour")
	}
	compare(t, r, want)
	if want.keyType != "" && (r.SSH == nil || len(r.SSH.HostKeys) != 1 || r.SSH.HostKeys[0].SHA256 != server.HostKeyFingerprints()[0]) {
		t.Errorf("host keys %+v, the server has %s", r.SSH, server.HostKeyFingerprints())
	}
	connections := 1
	if r.SSH != nil && r.SSH.SmallKex != diag.NotTried {
		connections = 2
	}
	if n := server.Connections(); want.connect == diag.OK && (n != connections || r.Effort.Connections != n) {
		t.Errorf("%d connections were made, and %+v noted, want %d", n, r.Effort, connections)
	}
}

func compare(t *testing.T, r diag.Reach, want seen) {
	t.Helper()
	got := seen{connect: r.Connect.Outcome}
	if s := r.SSH; s != nil {
		got.ident, got.kex, got.lists = s.Ident, s.Kex, s.Algorithms != nil
		if len(s.Before) > 0 {
			got.before = s.Before[0]
		}
		if len(s.HostKeys) > 0 {
			got.keyType = s.HostKeys[0].Type
		}
		t.Logf("%s after %s; %q, %q; %q", r.Connect.Outcome, r.Connect.Took, s.Version, s.IdentErr, s.KexErr)
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if r.FromAddr != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("connected from %s", r.FromAddr)
	}
}

func start(t *testing.T, o twin.Options) *twin.Server {
	t.Helper()
	server, err := twin.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}
