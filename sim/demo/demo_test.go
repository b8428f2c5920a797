package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// asDemo makes the test's binary the demo itself, so that a test can start it
// as a process of its own.
const asDemo = "RUN_AS_DEMO"

func TestMain(m *testing.M) {
	if os.Getenv(asDemo) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// start starts the whole demo on free addresses and ends it with the test.
func start(t *testing.T) *Demo {
	t.Helper()
	d, err := Start(t.Context(), Options{Listen: "127.0.0.1:0", Log: t.Output()})
	if err != nil {
		t.Fatalf("start the demo: %v", err)
	}
	t.Cleanup(d.Close)
	return d
}

// A process is the demo as a person starts it.
type process struct {
	*exec.Cmd
	first string // its first line
	errs  *bytes.Buffer
	ended chan error
}

func launch(t *testing.T, args ...string) *process {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: exec.CommandContext(t.Context(), exe, args...), errs: &bytes.Buffer{}, ended: make(chan error, 1)}
	p.Env = append(os.Environ(), asDemo+"=1", "TMPDIR="+t.TempDir(), "SLACK_BOT_TOKEN=of-somebody-else", "OS_CLOUD=production")
	p.Stderr = p.errs
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	p.first, err = lines.ReadString('\n')
	go func() {
		_, _ = io.Copy(io.Discard, lines) // until it ends
		p.ended <- p.Wait()
	}()
	if err != nil {
		t.Fatalf("no first line: %v\n%v\n%s", err, <-p.ended, p.errs)
	}
	return p
}

// children lists the processes that a process has started.
func children(t *testing.T, pid int) (pids []int) {
	t.Helper()
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		var child, parent int
		var state string
		_, after, _ := strings.Cut(string(data), ") ")
		fmt.Sscan(string(data), &child)
		fmt.Sscan(after, &state, &parent)
		if parent == pid {
			pids = append(pids, child)
		}
	}
	return pids
}

// gone waits until a process is no more, not even as a zombie of init's.
func gone(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil || strings.Contains(string(data), ") Z ") {
			return
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("process %d still runs: %s", pid, data)
		}
	}
}

// TestProcess: the first line is the page's address, nothing of the caller's
// environment reaches the product, and Ctrl-C ends all of it.
func TestProcess(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := launch(t, "--listen", taken.Addr().String())
	url, rest, _ := strings.Cut(strings.TrimPrefix(p.first, "Open "), " ")
	if rest != "and type: /sshhelp web-1\n" || strings.Contains(url, taken.Addr().String()) {
		t.Errorf("the first line is %q", p.first)
	}
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if page, err := io.ReadAll(res.Body); err != nil || !bytes.Contains(page, []byte("<title>sshhelp demo</title>")) {
		t.Errorf("the page is %v %s", err, page)
	}
	product := children(t, p.Process.Pid)
	if len(product) != 1 {
		t.Fatalf("the demo has the children %v, want the product alone", product)
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := <-p.ended; err != nil {
		t.Errorf("it ended with %v\n%s", err, p.errs)
	}
	gone(t, product[0])
	if want := "is in use, so the page takes another.\n"; !strings.HasSuffix(p.errs.String(), want) {
		t.Errorf("stderr is %q, want only that the port %s", p.errs, want)
	}
}

// TestKilled: the product does not outlive a demo that was killed.
func TestKilled(t *testing.T) {
	p := launch(t, "--listen", "127.0.0.1:0")
	product := children(t, p.Process.Pid)
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-p.ended
	if len(product) != 1 {
		t.Fatalf("the demo has the children %v, want the product alone", product)
	}
	gone(t, product[0])
}

// TestProductEnds: when the product dies, the demo says so with its last words.
func TestProductEnds(t *testing.T) {
	d := start(t)
	if err := syscall.Kill(d.product.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	err := d.Wait(t.Context())
	if err == nil || !strings.Contains(err.Error(), "signal: killed") || !strings.Contains(err.Error(), "level=INFO") {
		t.Errorf("it ended with %v", err)
	}
}

// TestScenarioOfOnesOwn: another cloud can be tried, and its servers are listed.
func TestScenarioOfOnesOwn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.yaml")
	text := `
projects: [{name: p}]
users: [{name: u}]
flavors: [{name: small}]
images: [{name: i, properties: {os_admin_user: debian}}]
networks: [{name: n, subnets: [{name: s, cidr: 10.1.0.0/24}]}]
defaults: {image: i, network: n, sshd: []}
servers: [{name: only-one, status: SHUTOFF, description: It is off.}]
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := Start(t.Context(), Options{Listen: "127.0.0.1:0", Scenario: file, Log: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Close)
	if d.First() != "only-one" || d.tries[0].Tries[0].Says != "It is off." {
		t.Errorf("to try: %+v", d.tries)
	}
	a := asker{t: t, twin: d.slack, name: "sam", try: Try{Type: "only-one", Cause: "instance/shutoff"}}
	a.check()
}

// TestGuard: another site can neither read the chat nor act in it.
func TestGuard(t *testing.T) {
	p, err := servePage(Options{Listen: "127.0.0.1:0", Log: t.Output()}, "http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	for name, tc := range map[string]struct {
		host, origin, method, path string
		status                     int
	}{
		"own":            {method: "GET", path: "/", status: 200},
		"by localhost":   {host: "localhost:1234", method: "GET", path: "/tries", status: 200},
		"another name":   {host: "evil.example:80", method: "GET", path: "/sim/state", status: 403},
		"another origin": {origin: "https://evil.example", method: "POST", path: "/sim/say", status: 403},
		"a file of ours": {method: "GET", path: "/demo.go", status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), tc.method, strings.TrimSuffix(p.url, "/")+tc.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = tc.host
			if tc.origin != "" {
				r.Header.Set("Origin", tc.origin)
				r.Header.Set("Sec-Fetch-Site", "cross-site")
			}
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			res.Body.Close()
			if res.StatusCode != tc.status {
				t.Errorf("%s, want %d", res.Status, tc.status)
			}
			if got := res.Header.Get("Content-Security-Policy"); got != policy {
				t.Errorf("policy %q", got)
			}
		})
	}
}
