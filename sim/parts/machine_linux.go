package parts

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// A Machine is a network namespace and a mount namespace, in which programs run
// by [Machine.Command]. It lives until [Machine.Close], or until the program
// ends.
type Machine struct {
	Name string

	holder *exec.Cmd
	hold   io.Closer
}

// NewMachine makes a machine. The script is run by the shell in it at first, as
// root of its own namespaces; it may mount things.
func NewMachine(name, script string) (*Machine, error) {
	m := &Machine{Name: name}
	// The holder ends when nobody holds its standard input.
	m.holder = exec.Command("sh", "-ec", begin+script+"\necho ready\nexec cat")
	m.holder.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	in, err := m.holder.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("make machine %s: %w", name, err)
	}
	out, err := m.holder.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("make machine %s: %w", name, err)
	}
	var said strings.Builder
	m.holder.Stderr, m.hold = &said, in
	if err := m.holder.Start(); err != nil {
		return nil, fmt.Errorf("make machine %s: %w", name, err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		m.Close()
		return nil, fmt.Errorf("make machine %s: got %q, %w: %s", name, line, err, said.String())
	}
	return m, nil
}

// Close ends the machine. Programs in it that run on keep what they have.
func (m *Machine) Close() {
	m.hold.Close()
	_ = m.holder.Wait() // it has nothing to say
}

// pid is a process in the machine.
func (m *Machine) pid() string { return strconv.Itoa(m.holder.Process.Pid) }

// Command returns a program that will run in the machine.
func (m *Machine) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	in := "/proc/" + m.pid() + "/ns/"
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=" + in + "net", "--mount=" + in + "mnt", "--root=" + in + "../root", "--wd=" + in + "../root", "--", name}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd
}

// Run runs a shell script in the machine and waits for it.
func (m *Machine) Run(ctx context.Context, script string) error {
	cmd := m.Command(ctx, "sh", "-ec", script)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("on %s: %s: %w: %s", m.Name, script, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// Firewall loads rules of nftables (nft(8)) into the machine.
func (m *Machine) Firewall(ctx context.Context, rules string) error {
	cmd := m.Command(ctx, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(rules)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("firewall of %s: %w: %s", m.Name, err, strings.TrimSpace(string(out)))
	}
	return nil
}
