package probes_test

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/probes"
)

// benchServers is how many real servers are started, each on an address of its
// own; benchAtOnce how many we probe at a time (ssh-keyscan and nmap choose for
// themselves, ssh-audit is told the same).
const (
	benchAtOnce = 32
	benchPort   = 22122
)

var (
	benchServers = flag.Int("servers", 200, "how many servers BenchmarkAgainstScanners starts")
	benchKex     = flag.String("kex", "", "their `KexAlgorithms`, if not OpenSSH's own")
)

// A scan is one tool's way over all servers.
type scan struct {
	name string
	run  func(t testing.TB) (cpu time.Duration)
}

// BenchmarkAgainstScanners learns all that there is to learn from 200 servers,
// and has three well-known scanners learn their part of it, from the same
// servers in the same run. The aim is to be faster than each, and to take at most
// 1.5 times what ssh-keyscan takes. (What ssh-keyscan takes is mostly the key
// exchange that withstands quantum computers, three times per host in one thread;
// -kex=curve25519-sha256 is without.)
func BenchmarkAgainstScanners(b *testing.B) {
	targets := startServers(b)
	list := filepath.Join(b.TempDir(), "list")
	if err := os.WriteFile(list, []byte(strings.Join(targets, "\n")+"\n"), 0o644); err != nil {
		b.Fatal(err)
	}
	withPorts := list + ".ports"
	if err := os.WriteFile(withPorts, []byte(strings.Join(targets, fmt.Sprintf(":%d\n", benchPort))+fmt.Sprintf(":%d\n", benchPort)), 0o644); err != nil {
		b.Fatal(err)
	}
	port := fmt.Sprint(benchPort)
	scans := []scan{
		{"sshhelp", func(t testing.TB) time.Duration { return probeAll(t, targets) }},
		{"ssh-keyscan", command("ssh-keyscan", "-T", "60", "-t", "rsa,ecdsa,ed25519", "-p", port, "-f", list)},
		{"nmap", command("nmap", "-Pn", "-n", "-p", port, "--script", "+ssh2-enum-algos,+ssh-hostkey,+ssh-auth-methods", "-iL", list)},
		{"ssh-audit", command("ssh-audit", "-T", withPorts, "--threads", fmt.Sprint(benchAtOnce))},
	}
	for b.Loop() {
		fmt.Printf("\n%d real servers, three host keys each\n%-12s %10s %12s %14s\n", *benchServers, "", "wall", "hosts/s", "CPU per host")
		for _, s := range scans {
			began := time.Now()
			cpu := s.run(b)
			wall := time.Since(began)
			fmt.Printf("%-12s %10s %12.1f %14s\n", s.name, wall.Round(time.Millisecond), float64(*benchServers)/wall.Seconds(),
				(cpu / time.Duration(*benchServers)).Round(10*time.Microsecond))
			b.ReportMetric(float64(*benchServers)/wall.Seconds(), s.name+"-hosts/s")
		}
	}
}

// startServers runs the real sshd for each target, with the same three host keys.
func startServers(b *testing.B) []string {
	b.Helper()
	if err := os.MkdirAll("/run/sshd", 0o755); err != nil && os.Geteuid() == 0 {
		b.Fatal(err)
	}
	dir := b.TempDir()
	args := []string{
		"-D", "-e", "-f", "/dev/null", "-o", "PidFile=none", "-o", "UsePAM=no",
		"-o", "LoginGraceTime=0", // ssh-keyscan connects to all at once, takes minutes, and is killed by a server that hangs up
		"-o", fmt.Sprintf("Port=%d", benchPort),
	}
	if *benchKex != "" {
		args = append(args, "-o", "KexAlgorithms="+*benchKex)
	}
	for _, kind := range []string{"rsa", "ecdsa", "ed25519"} {
		file := filepath.Join(dir, kind)
		if out, err := exec.CommandContext(b.Context(), "ssh-keygen", "-q", "-N", "", "-t", kind, "-f", file).CombinedOutput(); err != nil {
			b.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
		args = append(args, "-o", "HostKey="+file)
	}
	var targets []string
	for i := range *benchServers {
		target := fmt.Sprintf("127.77.%d.%d", i/100, i%100+1)
		cmd := exec.CommandContext(b.Context(), "/usr/sbin/sshd", append(args, "-o", "ListenAddress="+target)...)
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() {
			cmd.Process.Kill()
			cmd.Wait()
		})
		targets = append(targets, target)
	}
	for _, target := range targets {
		awaitPort(b, netip.AddrPortFrom(netip.MustParseAddr(target), benchPort))
	}
	return targets
}

// command runs a scanner, and fails if it learnt nothing.
func command(name string, args ...string) func(testing.TB) time.Duration {
	return func(t testing.TB) time.Duration {
		cmd := exec.CommandContext(t.Context(), name, args...)
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, io.Discard
		err := cmd.Run()
		if n := strings.Count(out.String(), "ssh-ed25519"); n < *benchServers || cmd.ProcessState == nil {
			t.Fatalf("%s: %v; %d host keys\n%.2000s", name, err, n, out.String())
		}
		return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
}

// probeAll learns all of it: lists, three host keys, what clients agree on, the
// methods of an account, and whether it would take a key.
func probeAll(t testing.TB, targets []string) time.Duration {
	began := cpuTime()
	p := probes.New(probes.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	key := newKey(t, "ed25519")
	slots := make(chan struct{}, benchAtOnce)
	var wg sync.WaitGroup
	for _, target := range targets {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			e := &diag.Evidence{Asked: diag.Asked{Address: netip.MustParseAddr(target), Port: benchPort}}
			fact, err := p.ReadLogin(t.Context(), e, func(context.Context) []diag.Login { return one("root", key) })
			found, ok := fact.(diag.Reaches)
			if !ok || len(found) != 1 || found[0].SSH == nil || len(found[0].SSH.HostKeys) != 3 || len(found[0].SSH.Auth) != 1 ||
				found[0].SSH.Auth[0].Keys[0].Accepted != diag.Refused || len(found[0].SSH.Clients) != 3 || len(found[0].SSH.SigAlgs) == 0 {
				t.Errorf("%s: got %+v, %v", target, fact, err)
			}
		})
	}
	wg.Wait()
	return cpuTime() - began
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
