package parts

import (
	"context"
	"crypto"
	"encoding/pem"
	"fmt"
	"strings"

	"golang.org/x/crypto/ssh"
)

// cloudImage is how cloud images set up OpenSSH's server: keys only.
const cloudImage = `
HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PidFile none
Subsystem sftp internal-sftp
`

// HostKey puts a host key where OpenSSH's server looks for it.
func (g *Guest) HostKey(key crypto.Signer) error {
	block, err := ssh.MarshalPrivateKey(key, "root@"+g.Name)
	if err != nil {
		return fmt.Errorf("host key of %s: %w", g.Name, err)
	}
	return g.Write("/etc/ssh/ssh_host_ed25519_key", string(pem.EncodeToMemory(block)), 0o600)
}

// OpenSSH starts Debian's OpenSSH server, set up as in a cloud image; lines of
// sshd_config(5) that are given come first, and the first of a kind counts. It
// returns when the server listens.
func (g *Guest) OpenSSH(ctx context.Context, lines ...string) (*Program, error) {
	if err := g.Write("/etc/ssh/sshd_config", strings.Join(lines, "\n")+cloudImage, 0o644); err != nil {
		return nil, err
	}
	p, err := g.Start(ctx, "/usr/sbin/sshd", "-D", "-e")
	if err != nil {
		return nil, err
	}
	if err := p.Await(ctx, "Server listening on"); err != nil {
		return nil, fmt.Errorf("sshd of %s: %w", g.Name, err)
	}
	return p, nil
}

// Dropbear starts Debian's dropbear on a port, with a host key of its own.
func (g *Guest) Dropbear(ctx context.Context, port string, args ...string) (*Program, error) {
	if err := g.Run(ctx, "mkdir -p /run/dropbear; dropbearkey -t ed25519 -f /run/dropbear/key >/dev/null"); err != nil {
		return nil, err
	}
	args = append([]string{"-F", "-E", "-m", "-r", "/run/dropbear/key", "-p", port, "-P", "/run/dropbear/pid"}, args...)
	p, err := g.Start(ctx, "/usr/sbin/dropbear", args...)
	if err != nil {
		return nil, err
	}
	return p, p.Await(ctx, "Not backgrounding")
}
