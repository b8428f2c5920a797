package parts

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Program is one that runs in a guest until it is stopped, and what it has
// said.
type Program struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and all it said is read

	mu    sync.Mutex
	lines []string
	more  chan struct{} // closed and replaced when there are more lines
}

// Start starts a program whose words, on either output, go into the guest's
// /var/log/auth.log too, as syslog writes them.
func (g *Guest) Start(ctx context.Context, name string, args ...string) (*Program, error) {
	p := &Program{cmd: g.Command(ctx, name, args...), done: make(chan struct{}), more: make(chan struct{})}
	r, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, w
	p.cmd.WaitDelay = 100 * time.Millisecond // for children with sessions of their own
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s on %s: %w", name, g.Name, err)
	}
	base := name[strings.LastIndex(name, "/")+1:]
	go func() {
		_ = p.cmd.Wait() // how it ended is of no interest, what it said is
		w.Close()
	}()
	go func() {
		defer close(p.done)
		for s := bufio.NewScanner(r); s.Scan(); {
			line := strings.TrimRight(s.Text(), "\r")
			_ = g.append("/var/log/auth.log", fmt.Sprintf("%s %s %s[%d]: %s\n", time.Now().Format(time.Stamp), g.Name, base, p.cmd.Process.Pid, line))
			p.add(line)
		}
	}()
	return p, nil
}

func (p *Program) add(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines = append(p.lines, line)
	close(p.more)
	p.more = make(chan struct{})
}

// Said returns all lines so far.
func (p *Program) Said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.lines...)
}

// Await waits until the program has said something that holds text.
func (p *Program) Await(ctx context.Context, text string) error {
	for seen := 0; ; {
		p.mu.Lock()
		lines, more := p.lines, p.more
		p.mu.Unlock()
		for _, line := range lines[seen:] {
			if strings.Contains(line, text) {
				return nil
			}
		}
		seen = len(lines)
		select {
		case <-more:
		case <-p.done:
			if len(p.Said()) == seen {
				return fmt.Errorf("%s ended without a word of %q: %s", p.cmd.Path, text, strings.Join(lines, "\n"))
			}
		case <-ctx.Done():
			return fmt.Errorf("waiting for %q: %w: %s", text, ctx.Err(), strings.Join(lines, "\n"))
		}
	}
}

// Signal sends a signal to the program and its children.
func (p *Program) Signal(s syscall.Signal) error { return syscall.Kill(-p.cmd.Process.Pid, s) }

// Stop ends the program and waits for it.
func (p *Program) Stop() {
	_ = p.Signal(syscall.SIGKILL) // it may have ended by itself
	<-p.done
}
