package parts_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/diag/causes"
	"sshhelp/sim/parts"
	"sshhelp/sim/scenario"
)

var newCatalogue = sync.OnceValues(func() (*diag.Catalogue, error) { return diag.NewCatalogue(causes.All) })

// A made sample is its guest and what runs in it. The first error ends the
// making; what is called after it does nothing.
type made struct {
	*parts.Guest
	ctx    context.Context
	t      *testing.T
	lab    *lab
	sample *sample
	server *scenario.Server
	user   string // the account that the image has
	err    error

	programs []*parts.Program
	keys     int
	key, ca  string // files of keys that a sample needs twice
}

// make makes the guest of server i.
func (m *made) make(i int) {
	way := &parts.Way{N: i + 1, Floating: floating(i), Fixed: fixed(i), MTU: m.sample.narrow}
	if len(m.server.Ports[0].FixedIPs) > 1 {
		way.Fixed6 = fixed6(i)
	}
	m.Guest, m.err = parts.NewGuest(m.ctx, m.dir(), m.server.Name, way)
	if m.err != nil {
		return
	}
	m.note(m.HostKey(m.server.HostKey()))
	if m.sample.inside != nil {
		m.sample.inside(m)
		return
	}
	m.image()
	m.sshd()
}

func (m *made) dir() string {
	dir, err := os.MkdirTemp(m.t.TempDir(), "")
	m.note(err)
	m.note(os.Chmod(dir, 0o755))
	return dir
}

func (m *made) note(err error) {
	if m.err == nil {
		m.err = err
	}
}

func (m *made) close() {
	for _, p := range m.programs {
		p.Stop()
	}
	if m.Guest != nil {
		m.Guest.Close()
	}
}

// image makes the account that a cloud image has, with the launch key.
func (m *made) image() { m.account(parts.Account{Keys: m.lab.launchKey().PublicKey}) }

func (m *made) account(a parts.Account) {
	if a.Name == "" {
		a.Name = m.user
	}
	if a.UID == 0 {
		a.UID = 1500
	}
	if m.err == nil {
		m.note(m.AddAccount(a))
	}
}

// sshd starts OpenSSH with lines that come before the image's own.
func (m *made) sshd(lines ...string) *parts.Program {
	if m.err != nil {
		return nil
	}
	p, err := m.OpenSSH(m.ctx, lines...)
	return m.runs(p, err)
}

func (m *made) runs(p *parts.Program, err error) *parts.Program {
	m.note(err)
	if p != nil {
		m.programs = append(m.programs, p)
	}
	return p
}

// start starts another program and waits for a word of it.
func (m *made) start(text, name string, args ...string) {
	if m.err != nil {
		return
	}
	p, err := m.Start(m.ctx, name, args...)
	if m.runs(p, err); err == nil && text != "" {
		m.note(p.Await(m.ctx, text))
	}
}

// twin starts an SSH twin in the guest.
func (m *made) twin(behaviour string) {
	self, err := os.Executable()
	m.note(err)
	m.start("listening on", "env", twinVariable+"="+behaviour, self)
}

// firewall loads rules into the guest, edge into the cloud's router.
func (m *made) firewall(rule string) {
	if m.err == nil {
		m.note(m.Firewall(m.ctx, "table inet guest { chain input { type filter hook input priority 0; "+rule+"; }; }"))
	}
}

func (m *made) edge(rule string) {
	if m.err == nil {
		m.note(m.Way.Edge.Firewall(m.ctx, "table inet cloud { chain forward { type filter hook forward priority 0; "+rule+"; }; }"))
	}
}

func (m *made) run(script string) {
	if m.err == nil {
		m.note(m.Run(m.ctx, script))
	}
}

func (m *made) write(name, text string) {
	if m.err == nil {
		m.note(m.Write(name, text, 0o644))
	}
}

// log is what the guest's servers have logged, as a person reads it there.
func (m *made) log() []string {
	text, err := os.ReadFile(m.Path("/var/log/auth.log"))
	m.note(err)
	return []string{string(text)}
}

// logOf waits until something is logged, and returns the log.
func (m *made) logOf(text string) []string {
	for _, p := range m.programs {
		ctx, cancel := context.WithTimeout(m.ctx, 20*time.Second)
		m.note(p.Await(ctx, text))
		cancel()
		break
	}
	return m.log()
}

// ssh runs the real client, as the person does, and returns all that it said.
func (m *made) ssh(args ...string) []string {
	args = append([]string{"-v", "-F", "none", "-o", "BatchMode=yes", "-o", "IdentityAgent=none", "-o", "ConnectTimeout=5"}, args...)
	args = append(args, "-o", "UserKnownHostsFile=/dev/null", "-o", "StrictHostKeyChecking=no") // the first of a kind counts
	return m.client("ssh", append(args, m.Way.Target().String(), "true")...)
}

func (m *made) client(name string, args ...string) []string {
	if m.err != nil {
		return nil
	}
	out, err := exec.CommandContext(m.ctx, name, args...).CombinedOutput()
	if err != nil && len(out) == 0 {
		m.note(fmt.Errorf("%s: %w", name, err))
	}
	return []string{string(out)}
}

// sshTo tries another address than the guest's.
func (m *made) sshTo(address string, args ...string) []string {
	return m.client("ssh", append([]string{"-F", "none", "-o", "BatchMode=yes"}, append(args, m.user+"@"+address, "true")...)...)
}

// sshAs tries as an account of this place that may not send to port 22: as a
// person does behind a firewall of their own.
func (m *made) sshAs(account string, args ...string) []string {
	m.local("nft", "-f", m.file("table inet person { chain output { type filter hook output priority 0; meta skuid "+account+" tcp dport 22 drop; }; }"))
	args = append([]string{"-u", account, "--", "ssh", "-F", "none", "-o", "BatchMode=yes"}, args...)
	return m.client("runuser", append(args, m.user+"@"+m.Way.Target().String(), "true")...)
}

func (m *made) file(text string) string {
	m.keys++
	path := filepath.Join(m.t.TempDir(), fmt.Sprintf("%s-%d", m.server.Name, m.keys))
	m.note(os.WriteFile(path, []byte(text), 0o600))
	return path
}

// local runs a program here.
func (m *made) local(name string, args ...string) {
	if m.err != nil {
		return
	}
	if out, err := exec.CommandContext(m.ctx, name, args...).CombinedOutput(); err != nil {
		m.note(fmt.Errorf("%s: %w: %s", name, err, out))
	}
}

// withLaunchKey are the arguments that name the launch key.
func (m *made) withLaunchKey() []string {
	return []string{"-o", "IdentitiesOnly=yes", "-i", m.file(string(m.lab.launchKey().PrivatePEM()))}
}

// newKey makes a key by ssh-keygen and returns its file.
func (m *made) newKey(args ...string) string {
	m.keys++
	path := filepath.Join(m.t.TempDir(), fmt.Sprintf("%s-%d", m.server.Name, m.keys))
	out, err := exec.CommandContext(m.ctx, "ssh-keygen", append([]string{"-q", "-N", "", "-f", path}, args...)...).CombinedOutput()
	if err != nil {
		m.note(fmt.Errorf("ssh-keygen: %w: %s", err, out))
	}
	return path
}

func (m *made) public(file string) string {
	text, err := os.ReadFile(file + ".pub")
	m.note(err)
	return string(text)
}

// freeze stops the first program where it is, as a machine does that hangs.
func (m *made) freeze() {
	if m.err == nil {
		m.note(m.programs[0].Signal(syscall.SIGSTOP))
	}
}
