package probes

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// openEcho opens a socket for echo requests to one address: a ping socket,
// which needs no privilege where net.ipv4.ping_group_range admits us (icmp(7)),
// else a raw one, which needs CAP_NET_RAW.
func openEcho(to netip.Addr) (net.Conn, error) {
	family, protocol := unix.AF_INET, unix.IPPROTO_ICMP
	if to.Is6() {
		family, protocol = unix.AF_INET6, unix.IPPROTO_ICMPV6
	}
	fd, raw, err := icmpSocket(family, protocol)
	if err != nil {
		return nil, err
	}
	keepErrors(fd)
	keepWhole(fd)
	if err := unix.Connect(fd, sockaddr(to)); err != nil {
		unix.Close(fd)
		if isNoRoute(err) {
			return nil, errNoRoute
		}
		return nil, fmt.Errorf("connect ICMP socket to %s: %w", to, err)
	}
	file := os.NewFile(uintptr(fd), "icmp")
	defer file.Close()
	conn, err := net.FileConn(file)
	if err != nil {
		return nil, fmt.Errorf("use ICMP socket: %w", err)
	}
	return &echoSocket{Conn: conn, raw: raw, header: raw && to.Is4()}, nil
}

// keepWhole forbids to split packets, here and on the way, and has their size
// decided by the interface alone, not by what is remembered of the path
// (IP_MTU_DISCOVER, ip(7)). On a socket of the other family it is refused.
func keepWhole(fd int) {
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_PROBE)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_PROBE)
	_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_DONTFRAG, 1)
}

// icmpSocket opens a ping socket or a raw one and says which it is.
func icmpSocket(family, protocol int) (fd int, raw bool, err error) {
	const flags = unix.SOCK_CLOEXEC | unix.SOCK_NONBLOCK
	fd, pingErr := unix.Socket(family, unix.SOCK_DGRAM|flags, protocol)
	if pingErr == nil {
		return fd, false, nil
	}
	fd, rawErr := unix.Socket(family, unix.SOCK_RAW|flags, protocol)
	if rawErr == nil {
		return fd, true, nil
	}
	if errors.Is(rawErr, unix.EPERM) || errors.Is(rawErr, unix.EACCES) {
		return -1, false, fmt.Errorf("%w (%w)", errNoEcho, rawErr)
	}
	return -1, false, fmt.Errorf("open ICMP socket: %w", errors.Join(pingErr, rawErr))
}

func sockaddr(a netip.Addr) unix.Sockaddr {
	if a.Is4() {
		return &unix.SockaddrInet4{Addr: a.As4()}
	}
	return &unix.SockaddrInet6{Addr: a.As16(), ZoneId: zoneID(a.Zone())}
}

func zoneID(zone string) uint32 {
	if i, err := net.InterfaceByName(zone); err == nil {
		return uint32(i.Index)
	}
	return 0
}

// An echoSocket is a connected ICMP socket.
type echoSocket struct {
	net.Conn
	raw    bool
	header bool // a raw IPv4 socket gives the IP header too
}

// kind says for the self-test what permits us to ping.
func (s *echoSocket) kind() string {
	if s.raw {
		return "a raw socket (CAP_NET_RAW)"
	}
	return "a ping socket, without privilege"
}

// Read implements [net.Conn].
func (s *echoSocket) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if err != nil {
		return 0, s.told(err)
	}
	if s.header {
		n = stripHeader(b[:n])
	}
	return n, nil
}

// Write implements [net.Conn]. It may fail for an error that came before.
func (s *echoSocket) Write(b []byte) (int, error) {
	n, err := s.Conn.Write(b)
	return n, s.told(err)
}

// told replaces an error by the ICMP message that is behind it, if one is.
func (s *echoSocket) told(err error) error {
	if err == nil || isTimeout(err) {
		return err
	}
	sc, ok := s.Conn.(syscall.Conn)
	if !ok {
		return err
	}
	raw, rawErr := sc.SyscallConn()
	if rawErr != nil {
		return err
	}
	var icmp *icmpError
	if err := raw.Control(func(fd uintptr) { icmp = takeError(int(fd)) }); err == nil && icmp != nil {
		return icmp
	}
	return err
}

// stripHeader moves the payload of an IPv4 packet to the front and returns its
// length; 0 if there is none.
func stripHeader(packet []byte) int {
	if len(packet) == 0 {
		return 0
	}
	length := int(packet[0]&0x0f) * 4
	if length > len(packet) {
		return 0
	}
	return copy(packet, packet[length:])
}
