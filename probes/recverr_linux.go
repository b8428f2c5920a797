package probes

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// dialTold opens a TCP connection on a socket that keeps the ICMP messages it
// gets (IP_RECVERR, ip(7)): to "no route to host" they add whether a firewall
// said so, and which. The error queue dies with the socket, and net.Dialer
// closes that when it fails, so that a duplicate of its descriptor is kept
// until the queue has been read.
func dialTold(ctx context.Context, target string) (net.Conn, netip.Addr, error) {
	kept, told := -1, false
	forget := func() {
		if kept >= 0 {
			unix.Close(kept)
		}
		kept = -1
	}
	defer func() { forget() }()
	d := net.Dialer{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			forget() // the dialer tries again in rare cases
			told = keepErrors(int(fd))
			if dup, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0); err == nil {
				kept = dup
			}
		})
	}}
	conn, err := d.DialContext(ctx, "tcp", target)
	if err == nil {
		return conn, netip.Addr{}, nil
	}
	local := localAddr(kept)
	if icmp := takeError(kept); icmp != nil {
		return nil, local, icmp
	}
	if told && kept >= 0 && isNoRoute(err) {
		return nil, local, errNoRoute
	}
	return nil, local, err
}

// keepErrors asks for ICMP messages and reports whether the kernel can do that;
// those in user space may not. On IPv6 sockets the other option is refused.
func keepErrors(fd int) bool {
	v4 := unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	v6 := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
	return v4 == nil || v6 == nil
}

// localAddr returns the address that a socket is bound to, if it is to one.
func localAddr(fd int) netip.Addr {
	var a netip.Addr
	switch name, _ := unix.Getsockname(fd); name := name.(type) {
	case *unix.SockaddrInet4:
		a = netip.AddrFrom4(name.Addr)
	case *unix.SockaddrInet6:
		a = netip.AddrFrom16(name.Addr).Unmap()
	}
	if a.IsUnspecified() {
		return netip.Addr{}
	}
	return a
}

// maxQueued bounds how many queued errors are looked at; a connection attempt
// ends with the first.
const maxQueued = 16

// takeError returns the first ICMP message in a socket's error queue, nil if
// there is none.
func takeError(fd int) *icmpError {
	data, control := make([]byte, 512), make([]byte, 512)
	for range maxQueued {
		_, n, _, _, err := unix.Recvmsg(fd, data, control, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return nil
		}
		if e := parseQueued(control[:n]); e != nil {
			return e
		}
	}
	return nil
}

// parseQueued finds an ICMP message in the control data of a queued error.
func parseQueued(control []byte) *icmpError {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return nil
	}
	for _, m := range messages {
		v4 := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		v6 := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if (v4 || v6) && len(m.Data) >= extendedSize {
			if e := parseExtended(m.Data); e != nil {
				return e
			}
		}
	}
	return nil
}

const extendedSize = int(unsafe.Sizeof(unix.SockExtendedErr{}))

// parseExtended reads struct sock_extended_err (ip(7)) and the address behind
// it, which is that of whoever sent the message.
func parseExtended(data []byte) *icmpError {
	errno, info := syscall.Errno(binary.NativeEndian.Uint32(data)), int(binary.NativeEndian.Uint32(data[8:]))
	origin, typ, code := data[4], data[5], data[6]
	offender := data[extendedSize:]
	switch origin {
	case unix.SO_EE_ORIGIN_LOCAL:
		if errno == unix.EMSGSIZE {
			return &icmpError{own: true, mtu: info}
		}
	case unix.SO_EE_ORIGIN_ICMP:
		e := &icmpError{typ: typ, code: code}
		e.noteMTU(info)
		if len(offender) >= unix.SizeofSockaddrInet4 {
			e.by = netip.AddrFrom4([4]byte(offender[4:8]))
		}
		return e
	case unix.SO_EE_ORIGIN_ICMP6:
		e := &icmpError{v6: true, typ: typ, code: code}
		e.noteMTU(info)
		if len(offender) >= unix.SizeofSockaddrInet6 {
			e.by = netip.AddrFrom16([16]byte(offender[8:24])).Unmap()
		}
		return e
	}
	return nil // made by this machine itself
}

// noteMTU keeps the MTU that comes with a message of that kind; routers of old
// say 0 (RFC 1191, 5).
func (e *icmpError) noteMTU(info int) {
	if e.tooBig() && info < maxMTU {
		e.mtu = info
	}
}
