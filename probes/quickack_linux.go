package probes

import (
	"net"

	"golang.org/x/sys/unix"
)

// acknowledge has what came acknowledged at once, and what comes next
// (TCP_QUICKACK, tcp(7); it wears off). Servers that answer in small pieces hold
// the second back until the first is acknowledged (RFC 896), for which a kernel
// that hopes to have something to send waits 40 ms.
func acknowledge(conn net.Conn) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) { // a wish, no more
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
