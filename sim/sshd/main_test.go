package main

import (
	"bufio"
	"context"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sshhelp/diag"
	"sshhelp/probes"
	"sshhelp/sim/sshd/twin"
)

// running starts the command and returns what it prints, line by line.
func running(t *testing.T, args ...string) *bufio.Scanner {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, args, w, io.Discard)
		w.CloseWithError(err)
		ended <- err
	}()
	t.Cleanup(func() {
		cancel()
		go io.Copy(io.Discard, r)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return bufio.NewScanner(r)
}

func probe(t *testing.T, line string) diag.Reach {
	t.Helper()
	addr, err := netip.ParseAddrPort(line)
	if err != nil {
		t.Fatalf("%q is not an address: %v", line, err)
	}
	return probes.New(probes.Options{AllowAny: true}).Target(t.Context(), addr)
}

func TestOneBehaviour(t *testing.T) {
	out := running(t, "--scenario", "protocol-1")
	out.Scan()
	if r := probe(t, out.Text()); r.SSH == nil || !strings.HasPrefix(r.SSH.Version, "SSH-1.5-") {
		t.Errorf("%q: got %+v", out.Text(), r)
	}
}

func TestScenarioFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cloud.yaml")
	const text = `
networks: [{name: net, subnets: [{name: sub, cidr: 127.41.0.0/16}]}]
images: [{name: Debian 12}]
servers:
  - {name: web, image: Debian 12, ports: [{network: net, fixed_ips: [127.41.0.10]}], sshd: [{port: 20022}, {port: 20023, behaviour: maxstartups}]}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := running(t, "--scenario", file)
	want := []string{"", "Exceeded MaxStartups"}
	for i, addr := range []string{"127.41.0.10:20022", "127.41.0.10:20023"} {
		out.Scan()
		if out.Text() != addr {
			t.Fatalf("line %d is %q, want %s", i+1, out.Text(), addr)
		}
		if r := probe(t, addr); r.SSH == nil || strings.Join(r.SSH.Before, "") != want[i] {
			t.Errorf("%s: got %+v", addr, r.SSH)
		}
	}
}

func TestList(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), []string{"--list"}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, name := range twin.Behaviours() {
		if !strings.Contains(out.String(), name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
}

func TestMistakes(t *testing.T) {
	for _, args := range [][]string{{"--scenario", "nonsense"}, {"--nonsense"}, {"--listen", "127.0.0.1"}} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%q is accepted", args)
		}
	}
}
