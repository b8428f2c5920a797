package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	readyMost = 30 * time.Second
	stopMost  = 8 * time.Second // the product finishes what it has begun
	logKept   = 32 << 10        // of the product's log, for its obituary
)

// A binary is the product, built, or why it could not be.
type binary struct {
	path string
	err  error
}

// buildInBackground builds the product while other things start. Exactly one
// binary comes over the channel, which holds it until somebody looks.
func buildInBackground(ctx context.Context, path string) <-chan binary {
	done := make(chan binary, 1)
	go func() { done <- binary{path, build(ctx, path)} }() // ends with ctx, which the build is bound to
	return done
}

// build builds the module that the working directory is in.
func build(ctx context.Context, path string) error {
	mod, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return fmt.Errorf("go env GOMOD: %w", err)
	}
	file := strings.TrimSpace(string(mod))
	if data, err := os.ReadFile(file); err != nil || !bytes.HasPrefix(data, []byte("module sshhelp\n")) {
		return errors.New("the demo builds the product from its source: start it in the folder that the repository was cloned to")
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", path, ".")
	cmd.Dir = filepath.Dir(file)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the product: %w\n%s", err, bytes.TrimSpace(out))
	}
	return nil
}

// A product is the running program.
type product struct {
	cmd    *exec.Cmd
	health string
	log    *tail
	ended  chan struct{} // closed when it has ended; then err is its fate
	err    error
}

// startProduct runs the product, with a configuration file and an environment
// of its own: nothing of ours that it would read comes through.
func startProduct(path, dir string, s settings, o Options) (*product, error) {
	health, err := freePort()
	if err != nil {
		return nil, err
	}
	s.config["http"] = map[string]any{"listen": health}
	config := filepath.Join(dir, "demo-config.yaml")
	if err := s.writeConfig(config); err != nil {
		return nil, err
	}
	p := &product{health: "http://" + health + "/readyz", log: &tail{}, ended: make(chan struct{})}
	p.cmd = exec.Command(path, "serve", "--config", config)
	p.cmd.Env = append(foreignEnv(os.Environ()), s.env...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if o.Verbose {
		p.cmd.Stdout, p.cmd.Stderr = io.MultiWriter(p.log, o.Log), io.MultiWriter(p.log, o.Log)
	}
	return p, p.run()
}

// foreignEnv leaves out what the product reads.
func foreignEnv(env []string) []string {
	var rest []string
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		ours := name == "REDIS_URL"
		for _, prefix := range []string{"SLACK_", "OS_", "SSHHELP_"} {
			ours = ours || strings.HasPrefix(name, prefix)
		}
		if !ours {
			rest = append(rest, e)
		}
	}
	return rest
}

// freePort finds a port for the health endpoint. Somebody may take it before
// the product does; then the product says so and the demo ends.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// ready waits until the product says that it can be used.
func (p *product) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, readyMost, fmt.Errorf("the product was not ready within %s\n%s", readyMost, p.log))
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !p.isReady(ctx) {
		select {
		case <-tick.C:
		case <-p.ended:
			return p.obituary()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (p *product) isReady(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.health, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// obituary says how the product ended.
func (p *product) obituary() error {
	return fmt.Errorf("the product has ended (%v); its log:\n%s", p.err, p.log) //nolint:errorlint // nil if it ended in peace
}

// stop asks the product to end and, if it does not, makes it; it returns when
// it has ended.
func (p *product) stop() {
	p.terminate()
	timer := time.NewTimer(stopMost)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		p.kill()
		<-p.ended
	}
}

// A tail keeps the end of a log.
type tail struct {
	mu   sync.Mutex
	data []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.data = append(t.data, b...)
	if over := len(t.data) - logKept; over > 0 {
		t.data = append(t.data[:0], t.data[over:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.data)
}
