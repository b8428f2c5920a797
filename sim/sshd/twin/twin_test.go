package twin_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"sshhelp/sim/scenario"
	"sshhelp/sim/sshd/twin"
)

func start(t *testing.T, o twin.Options) *twin.Server {
	t.Helper()
	server, err := twin.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server
}

// TestDescriptions: every behaviour is told in one sentence.
func TestDescriptions(t *testing.T) {
	for _, name := range twin.Behaviours() {
		if d := twin.Describe(name); !strings.HasSuffix(d, ".") || strings.Contains(d, ". ") {
			t.Errorf("%s: %q is not one sentence", name, d)
		}
	}
	if twin.Describe("nonsense") != "" {
		t.Error("nonsense is described")
	}
}

func TestMistakes(t *testing.T) {
	if _, err := twin.Start(t.Context(), twin.Options{Behaviour: "nonsense"}); err == nil || !strings.Contains(err.Error(), "no such behaviour") {
		t.Errorf("got %v", err)
	}
	first := start(t, twin.Options{})
	for _, behaviour := range []string{"healthy", "refused", "drop"} {
		_, err := twin.Start(t.Context(), twin.Options{Behaviour: behaviour, Listen: first.Addr().String()})
		if !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%s on a port that is taken: got %v", behaviour, err)
		}
	}
}

// TestEnds: with Close or its context a server gives up its address and ends
// the connections that it has.
func TestEnds(t *testing.T) {
	for _, behaviour := range twin.Behaviours() {
		ctx, cancel := context.WithCancel(t.Context())
		server, err := twin.Start(ctx, twin.Options{Behaviour: behaviour})
		if err != nil {
			t.Fatal(err)
		}
		var conn net.Conn
		if behaviour != "refused" && behaviour != "drop" {
			if conn, err = net.Dial("tcp", server.Addr().String()); err != nil && !errors.Is(err, syscall.ECONNRESET) {
				t.Fatal(err)
			}
		}
		cancel()
		server.Close()
		if conn != nil {
			io.Copy(io.Discard, conn) // ends, or the test does not
			conn.Close()
		}
		again, err := net.Listen("tcp", server.Addr().String())
		if err != nil {
			t.Errorf("%s: the address is not free: %v", behaviour, err)
			continue
		}
		again.Close()
	}
}

const cloud = `
networks: [{name: net, subnets: [{name: sub, cidr: 127.40.0.0/16}]}]
images: [{name: Debian 12}]
key_pairs: [{name: mine}]
servers:
  - {name: web, image: Debian 12, key_name: mine, ports: [{network: net, fixed_ips: [127.40.0.10]}],
     sshd: [{port: 20022}, {port: 20023, behaviour: old-algorithms}]}
  - {name: db, image: Debian 12, ports: [{network: net, fixed_ips: [127.40.0.11]}]}
`

// TestFromCloud: servers are started where a scenario wants them, with the
// keys that its console shows and that it was launched with.
func TestFromCloud(t *testing.T) {
	c, err := scenario.Parse([]byte(cloud))
	if err != nil {
		t.Fatal(err)
	}
	all, err := twin.FromCloud(c)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 2 || all[0].Listen != "127.40.0.10:20022" || all[1].Behaviour != "old-algorithms" {
		t.Fatalf("got %+v", all)
	}
	server := start(t, all[0])
	if print := server.HostKeyFingerprints()[0]; !strings.Contains(c.Servers[0].Console.Text, print) {
		t.Errorf("the console does not show %s", print)
	}
	if len(all[0].AuthorizedKeys) != 1 {
		t.Error("no key is authorized")
	}
	c.Servers[0].SSHD[0].Behaviour = "nonsense"
	if _, err := twin.FromCloud(c); err == nil || !strings.Contains(err.Error(), `server web: sshd: there is no behaviour "nonsense"`) {
		t.Errorf("got %v", err)
	}
}

// TestLab: the built-in scenario names behaviours and addresses that exist.
func TestLab(t *testing.T) {
	c, err := scenario.Lab()
	if err != nil {
		t.Fatal(err)
	}
	if all, err := twin.FromCloud(c); err != nil || len(all) < 10 {
		t.Errorf("got %d servers, %v", len(all), err)
	}
}
