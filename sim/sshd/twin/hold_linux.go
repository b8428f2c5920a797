package twin

import (
	"fmt"
	"net/netip"

	"golang.org/x/sys/unix"
)

// holdClosed binds a socket and never listens: the port answers with resets,
// and nobody else can take it.
func holdClosed(listen string) (netip.AddrPort, func(), error) {
	fd, addr, err := bound(listen)
	if err != nil {
		return netip.AddrPort{}, func() {}, err
	}
	return addr, func() { unix.Close(fd) }, nil
}

// holdFull listens with the shortest queue and fills it: while nobody accepts,
// Linux drops every further SYN without an answer (tcp_conn_request).
func holdFull(listen string) (netip.AddrPort, func(), error) {
	fd, addr, err := bound(listen)
	if err != nil {
		return netip.AddrPort{}, func() {}, err
	}
	held := []int{fd}
	release := func() {
		for _, fd := range held {
			unix.Close(fd)
		}
	}
	if err := unix.Listen(fd, 0); err != nil {
		release()
		return addr, func() {}, fmt.Errorf("listen: %w", err)
	}
	// A backlog of 0 still lets one connection in.
	client, err := unix.Socket(family(addr), unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		held = append(held, client)
		err = unix.Connect(client, sockaddr(addr))
	}
	if err != nil {
		release()
		return addr, func() {}, fmt.Errorf("fill the queue: %w", err)
	}
	return addr, release, nil
}

// bound makes a socket that is bound to an address and returns both.
func bound(listen string) (int, netip.AddrPort, error) {
	addr, err := fixed(listen)
	if err != nil {
		return -1, addr, err
	}
	fd, err := unix.Socket(family(addr), unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, addr, fmt.Errorf("make socket: %w", err)
	}
	unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	err = unix.Bind(fd, sockaddr(addr))
	if err == nil {
		addr, err = name(fd)
	}
	if err != nil {
		unix.Close(fd)
		return -1, addr, fmt.Errorf("bind: %w", err)
	}
	return fd, addr, nil
}

func family(a netip.AddrPort) int {
	if a.Addr().Is4() {
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Addr: a.Addr().As4(), Port: int(a.Port())}
	}
	return &unix.SockaddrInet6{Addr: a.Addr().As16(), Port: int(a.Port())}
}

// name returns the address that a socket is bound to.
func name(fd int) (netip.AddrPort, error) {
	sa, err := unix.Getsockname(fd)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if sa, ok := sa.(*unix.SockaddrInet4); ok {
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), nil
	}
	sa6, ok := sa.(*unix.SockaddrInet6)
	if !ok {
		return netip.AddrPort{}, fmt.Errorf("socket name is a %T", sa)
	}
	return netip.AddrPortFrom(netip.AddrFrom16(sa6.Addr), uint16(sa6.Port)), nil
}
