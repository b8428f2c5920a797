package probes_test

import (
	"encoding/binary"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"
	"golang.org/x/sys/unix"

	"sshhelp/diag"
	"sshhelp/probes"
	"sshhelp/sim/sshd/twin"
)

// inNamespace runs the test once more in a network of its own, in which it may
// forge ICMP messages, and reports whether this is that run.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv("PROBES_TEST_NAMESPACE") != "" {
		raiseLoopback(t)
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), "PROBES_TEST_NAMESPACE=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if os.Geteuid() != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("in a namespace: %v\n%s", err, out)
	}
	return false
}

func raiseLoopback(t *testing.T) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	request, err := unix.NewIfreq("lo")
	if err != nil {
		t.Fatal(err)
	}
	request.SetUint16(unix.IFF_UP)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		t.Fatal(err)
	}
}

// setSysctl sets what belongs to this namespace only.
func setSysctl(t *testing.T, path, value string) {
	t.Helper()
	if err := os.WriteFile("/proc/sys/net/"+path, []byte(value), 0); err != nil {
		t.Fatal(err)
	}
}

// A router answers the first packet that passes it with an ICMP message.
type router struct {
	listen, send int
	by           netip.Addr
}

func newRouter(t *testing.T, family, protocol, icmpProtocol int, by netip.Addr) *router {
	t.Helper()
	socket := func(protocol int) int {
		fd, err := unix.Socket(family, unix.SOCK_RAW|unix.SOCK_CLOEXEC, protocol)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { unix.Close(fd) })
		unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: 10})
		return fd
	}
	r := &router{listen: socket(protocol), send: socket(icmpProtocol), by: by}
	if err := unix.Bind(r.send, address(by)); err != nil {
		t.Fatal(err)
	}
	return r
}

func address(a netip.Addr) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4()}
	}
	return &unix.SockaddrInet6{Addr: a.As16()}
}

// reject waits for a packet that want accepts (its transport header is given)
// and sends back a message that quotes it.
func (r *router) reject(to netip.Addr, protocol int, typ icmp.Type, code int, want func([]byte) bool) error {
	buf := make([]byte, 2048)
	for {
		n, _, err := unix.Recvfrom(r.listen, buf, 0)
		if err != nil {
			return err
		}
		packet := buf[:n]
		header := 20
		if to.Is6() { // a raw IPv6 socket gives no header
			packet, header = append(header6(to, protocol, n), packet...), 40
		}
		if len(packet) < header+8 || !want(packet[header:]) {
			continue
		}
		m := icmp.Message{Type: typ, Code: code, Body: &icmp.DstUnreach{Data: packet}}
		b, err := m.Marshal(nil)
		if err != nil {
			return err
		}
		return unix.Sendto(r.send, b, 0, address(to))
	}
}

func header6(a netip.Addr, next, length int) []byte {
	h := make([]byte, 40)
	h[0], h[6], h[7] = 0x60, byte(next), 64
	binary.BigEndian.PutUint16(h[4:], uint16(length))
	b := a.As16()
	copy(h[8:], b[:])
	copy(h[24:], b[:])
	return h
}

var (
	here4   = netip.MustParseAddr("127.0.0.1")
	here6   = netip.MustParseAddr("::1")
	router4 = netip.MustParseAddr("127.0.0.77")
)

var rejections = []struct {
	name    string
	to, by  netip.Addr
	typ     icmp.Type
	code    int
	outcome diag.Outcome
}{
	{"host unreachable", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 1, diag.Unreachable},
	{"network unreachable", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 0, diag.Unreachable},
	{"port unreachable", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 3, diag.Prohibited},
	{"network prohibited", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 9, diag.Prohibited},
	{"host prohibited", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 10, diag.Prohibited},
	{"prohibited", here4, router4, ipv4.ICMPTypeDestinationUnreachable, 13, diag.Prohibited},
	{"no route to v6", here6, here6, ipv6.ICMPTypeDestinationUnreachable, 0, diag.Unreachable},
	{"v6 prohibited", here6, here6, ipv6.ICMPTypeDestinationUnreachable, 1, diag.Prohibited},
	{"v6 address unreachable", here6, here6, ipv6.ICMPTypeDestinationUnreachable, 3, diag.Unreachable},
	{"v6 port unreachable", here6, here6, ipv6.ICMPTypeDestinationUnreachable, 4, diag.Prohibited},
}

// TestRejectedByRouter has a forged router answer SYNs, and expects to hear
// what it said and that it was the router who did.
func TestRejectedByRouter(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := probes.New(probes.Options{AllowAny: true})
	for _, c := range rejections {
		t.Run(c.name, func(t *testing.T) {
			server := start(t, twin.Options{Behaviour: "drop", Listen: netip.AddrPortFrom(c.to, 0).String()})
			family, icmpProtocol := unix.AF_INET, unix.IPPROTO_ICMP
			if c.to.Is6() {
				family, icmpProtocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
			}
			r := newRouter(t, family, unix.IPPROTO_TCP, icmpProtocol, c.by)
			done := make(chan error, 1)
			go func() {
				done <- r.reject(c.to, unix.IPPROTO_TCP, c.typ, c.code, func(tcp []byte) bool {
					return binary.BigEndian.Uint16(tcp[2:]) == server.Addr().Port()
				})
			}()
			reach := p.Target(t.Context(), server.Addr())
			if err := <-done; err != nil {
				t.Fatal(err)
			}
			if reach.Connect.Outcome != c.outcome || reach.Connect.By != c.by || reach.FromAddr != c.to {
				t.Errorf("got %+v from %s, want %s by %s", reach.Connect, reach.FromAddr, c.outcome, c.by)
			}
			t.Log(reach.Connect.Err)
		})
	}
}

// TestPingRejectedByRouter does the same with echo requests, by both kinds of
// sockets.
func TestPingRejectedByRouter(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	setSysctl(t, "ipv4/icmp_echo_ignore_all", "1")
	setSysctl(t, "ipv6/icmp/echo_ignore_all", "1")
	p := probes.New(probes.Options{AllowAny: true})
	for _, socket := range []string{"raw", "ping"} {
		if socket == "ping" { // a new network admits no group
			setSysctl(t, "ipv4/ping_group_range", "0 0")
		}
		for _, c := range rejections {
			t.Run(c.name+" "+socket, func(t *testing.T) { checkPingRejected(t, p, c.to, c.by, c.typ, c.code, c.outcome) })
		}
	}
}

func checkPingRejected(t *testing.T, p *probes.Prober, to, by netip.Addr, typ icmp.Type, code int, want diag.Outcome) {
	family, protocol, request := unix.AF_INET, unix.IPPROTO_ICMP, byte(ipv4.ICMPTypeEcho)
	if to.Is6() {
		family, protocol, request = unix.AF_INET6, unix.IPPROTO_ICMPV6, byte(ipv6.ICMPTypeEchoRequest)
	}
	r := newRouter(t, family, protocol, protocol, by)
	done := make(chan error, 1)
	go func() {
		done <- r.reject(to, protocol, typ, code, func(b []byte) bool { return b[0] == request })
	}()
	ping := p.Ping(t.Context(), to)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if ping.Outcome != want || ping.By != by {
		t.Errorf("got %+v, want %s by %s", ping, want, by)
	}
}

// TestPingSockets pings with a raw socket, none, and a ping socket, and asks
// the self-test about each.
func TestPingSockets(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := probes.New(probes.Options{AllowAny: true})
	check := func(outcome diag.Outcome, mark diag.CheckState, text string) {
		t.Helper()
		for _, a := range []netip.Addr{here4, here6} {
			if ping := p.Ping(t.Context(), a); ping.Outcome != outcome || (ping.RTT > 0) != (outcome == diag.OK) {
				t.Errorf("%s: %+v, want %s", a, ping, outcome)
			}
		}
		if c := p.Check(t.Context()); c.Mark != mark || !strings.Contains(c.Text, text) || (c.Fix == "") != (mark == diag.CheckOK) {
			t.Errorf("check: %+v, want %s, %q", c, mark, text)
		}
	}
	// A new network admits no group to ping sockets.
	check(diag.OK, diag.CheckOK, "raw socket")
	dropPrivilege(t)
	check(diag.NotPermitted, diag.CheckLimited, "without ping")
	setSysctl(t, "ipv4/ping_group_range", "0 0")
	check(diag.OK, diag.CheckOK, "ping socket")
}

// dropPrivilege takes CAP_NET_RAW from this thread, which ends with the test.
func dropPrivilege(t *testing.T) {
	t.Helper()
	runtime.LockOSThread()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		t.Fatal(err)
	}
	data[0].Effective &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&header, &data[0]); err != nil {
		t.Fatal(err)
	}
}

// TestPingSilence waits the whole budget for real, once.
func TestPingSilence(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	setSysctl(t, "ipv4/icmp_echo_ignore_all", "1")
	began := time.Now()
	ping := probes.New(probes.Options{AllowAny: true}).Ping(t.Context(), here4)
	if took := time.Since(began); ping.Outcome != diag.TimedOut || took < 3*time.Second || took > 4*time.Second {
		t.Errorf("got %+v after %s, want timed-out after 3 s", ping, took)
	}
}

// TestNoRoute: an address that this machine has no way to says nothing about
// the instance.
func TestNoRoute(t *testing.T) {
	if !inNamespace(t) {
		return
	}
	p := probes.New(probes.Options{})
	for _, a := range []string{"192.0.2.1", "2001:db8::1"} {
		r := p.Target(t.Context(), netip.AddrPortFrom(netip.MustParseAddr(a), 22))
		ping := p.Ping(t.Context(), r.Target.Addr())
		if r.Connect.Outcome != diag.Failed || ping.Outcome != diag.Failed || r.Connect.Err != "this machine has no route to it" {
			t.Errorf("%s: got %+v and %+v, want failed", a, r.Connect, ping)
		}
	}
}
