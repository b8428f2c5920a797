package twin

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// banner is the identification of the OpenSSH of Debian 12.
const banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7"

// say writes the text, if there is any.
func say(conn net.Conn, text string) error {
	if text == "" {
		return nil
	}
	_, err := io.WriteString(conn, text)
	return err
}

// listenOnly says something and then listens until the client goes.
func listenOnly(text string) func(*Server, *net.TCPConn) error {
	return func(_ *Server, conn *net.TCPConn) error {
		if err := say(conn, text); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, conn)
		return err
	}
}

// sayAndClose says something and closes in good order: our half first, then,
// when the client has closed its own, the rest. To close while bytes of the
// client are unread would make a reset of it.
func sayAndClose(text string) func(*Server, *net.TCPConn) error {
	return func(_ *Server, conn *net.TCPConn) error {
		if err := say(conn, text); err != nil {
			return err
		}
		if err := conn.CloseWrite(); err != nil {
			return err
		}
		_, err := io.Copy(io.Discard, conn)
		return err
	}
}

// resetAfter says something and resets the connection, at once or when the
// client has said something too.
func resetAfter(text string, wait bool) func(*Server, *net.TCPConn) error {
	return func(_ *Server, conn *net.TCPConn) error {
		if err := say(conn, text); err != nil {
			return err
		}
		if wait {
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				return err
			}
		}
		return conn.SetLinger(0)
	}
}

// bannerDelay is how long slow-banner keeps its client waiting: longer than a
// client listens before it speaks, shorter than it waits at all.
const bannerDelay = 3 * time.Second

func slowBanner(s *Server, conn *net.TCPConn) error {
	select {
	case <-time.After(bannerDelay):
	case <-s.ctx.Done():
		return s.ctx.Err()
	}
	return login()(s, conn)
}

// web answers as a web server does that was spoken to in a strange tongue.
func web(_ *Server, conn *net.TCPConn) error {
	if _, err := conn.Read(make([]byte, 4096)); err != nil {
		return err
	}
	const body = "<html><head><title>400 Bad Request</title></head></html>\r\n"
	return sayAndClose(fmt.Sprintf("HTTP/1.1 400 Bad Request\r\nServer: nginx/1.22.1\r\n"+
		"Content-Type: text/html\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", len(body), body))(nil, conn)
}

func endless(_ *Server, conn *net.TCPConn) error {
	lines := strings.Repeat("Please hold the line.\r\n", 1000)
	for {
		if err := say(conn, lines); err != nil {
			return err
		}
	}
}

// preBanner says what tcp wrappers and some gateways put before sshd, with a
// colour in it.
func preBanner(s *Server, conn *net.TCPConn) error {
	if err := say(conn, "Authorised users only.\r\n\x1b[31mAll is logged.\x1b[0m\r\n"); err != nil {
		return err
	}
	return login()(s, conn)
}

// packet wraps a payload as RFC 4253, 6 says, before keys are in use.
func packet(payload []byte) string {
	padding := 8 - (len(payload)+5)%8
	if padding < 4 {
		padding += 8
	}
	b := binary.BigEndian.AppendUint32(nil, uint32(len(payload)+padding+1))
	b = append(b, byte(padding))
	return string(append(append(b, payload...), make([]byte, padding)...))
}

// lyingKexInit says that its first list has 4 GiB.
var lyingKexInit = packet(append(append([]byte{20}, make([]byte, 16)...), 0xff, 0xff, 0xff, 0xff, 'x'))

var goodbye = packet(ssh.Marshal(struct {
	Reason   uint32 `sshtype:"1"`
	Message  string
	Language string
}{Reason: 11, Message: "This service is being moved"}))

// strangeKexInit is well formed and names algorithms that nobody else has.
var strangeKexInit = packet(ssh.Marshal(struct {
	Cookie                                           [16]byte `sshtype:"20"`
	Kex, HostKey, Cipher1, Cipher2, MAC1, MAC2       []string
	Compression1, Compression2, Language1, Language2 []string
	FirstFollows                                     bool
	Reserved                                         uint32
}{
	Kex: []string{"own-kex@example.org"}, HostKey: []string{"ssh-ed25519"},
	Cipher1: []string{"own-cipher@example.org"}, Cipher2: []string{"own-cipher@example.org"},
	MAC1: []string{"hmac-sha2-256"}, MAC2: []string{"hmac-sha2-256"},
	Compression1: []string{"none"}, Compression2: []string{"none"},
}))
