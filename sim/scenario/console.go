package scenario

import (
	"crypto/sha256"
	_ "embed" // for the healthy console
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HealthyConsole is a first boot of Debian 12 in which everything went well:
// what a server says that has no console of its own. It is a shortened log of
// a real guest, with words in place of what differs between servers (see
// Console.Text).
//
//go:embed consoles/healthy.log
var HealthyConsole string

// fillIn puts what is the server's own into a console log.
func (f *filler) fillIn(s *Server, text string) string {
	address, mac, gateway := "127.0.0.1", "00:00:00:00:00:00", "0.0.0.0"
	if len(s.Ports) > 0 {
		mac = s.Ports[0].MAC
	}
	if fixed := s.FixedIPs(); len(fixed) > 0 {
		address, gateway = fixed[0].String(), f.gatewayOf(s.Ports[0].Network, fixed[0])
	}
	return strings.NewReplacer(
		"@NAME@", hostname(s.Name), "@ID@", s.ID, "@USER@", s.AdminUser,
		"@ADDRESS@", address, "@MAC@", mac, "@GATEWAY@", gateway,
		"@AUTHKEYS@", f.authKeys(s), "@HOSTKEYS@", hostKeys(s),
	).Replace(text)
}

func (f *filler) gatewayOf(network string, a netip.Addr) string {
	if n := f.Network(network); n != nil {
		if s := n.SubnetOf(a); s != nil {
			return s.Gateway
		}
	}
	return "0.0.0.0"
}

// hostname makes a host name of a server's name, as Nova does: what cannot be
// in one goes, and spaces become dashes.
func hostname(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-', r == '.':
			return r
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		case r == ' ', r == '_':
			return '-'
		}
		return -1
	}, name)
	if clean = strings.Trim(clean, "-."); clean == "" {
		return "instance"
	}
	return clean
}

// authKeys is the table in which cloud-init shows the keys it has planted.
func (f *filler) authKeys(s *Server) string {
	k := f.KeyPair(s.User, *s.KeyName)
	if k == nil {
		return "ci-info: no authorized SSH keys fingerprints found for user " + s.AdminUser + "."
	}
	key, comment, _, _, err := ssh.ParseAuthorizedKey([]byte(k.PublicKey))
	if err != nil {
		return "" // reported where the key pair is
	}
	sum := sha256.Sum256(key.Marshal())
	print := strings.ReplaceAll(fmt.Sprintf("% x", sum[:]), " ", ":")
	cells := [][2]string{{"Keytype", key.Type()}, {"Fingerprint (sha256)", print}, {"Options", "-"}, {"Comment", comment}}
	line, head, row := "+", "|", "|"
	for _, c := range cells {
		width := max(len(c[0]), len(c[1]))
		line += strings.Repeat("-", width+2) + "+"
		head += fmt.Sprintf(" %-*s |", width, c[0])
		row += fmt.Sprintf(" %-*s |", width, c[1])
	}
	title := fmt.Sprintf("Authorized keys from /home/%s/.ssh/authorized_keys for user %s", s.AdminUser, s.AdminUser)
	side := strings.Repeat("+", max(1, (len(row)-len(title))/2))
	return "ci-info: " + strings.Join([]string{side + title + side, line, head, line, row, line}, "\nci-info: ")
}

// hostKeys is what cloud-init prints of a guest's host keys at its first boot.
func hostKeys(s *Server) string {
	key, err := ssh.NewPublicKey(s.HostKey().Public())
	if err != nil {
		return "" // cannot be: ed25519 is known
	}
	const mark = "<14>Nov 20 16:21:09 cloud-init: "
	at := "root@" + hostname(s.Name)
	return mark + strings.Repeat("#", 61) + "\n" +
		mark + "-----BEGIN SSH HOST KEY FINGERPRINTS-----\n" +
		mark + "256 " + ssh.FingerprintSHA256(key) + " " + at + " (ED25519)\n" +
		mark + "-----END SSH HOST KEY FINGERPRINTS-----\n" +
		mark + strings.Repeat("#", 61) + "\n" +
		"-----BEGIN SSH HOST KEY KEYS-----\n" +
		authorizedKey(key, at) + "\n" +
		"-----END SSH HOST KEY KEYS-----"
}
