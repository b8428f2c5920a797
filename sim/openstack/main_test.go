package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
)

// TestCommand starts the command as a person would, points a client at the
// file that its first line names, and interrupts it.
func TestCommand(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			path, stop := startCommand(t)
			if n := countServers(t, path); n != 2 {
				t.Errorf("%d servers, want the 2 of the scenario", n)
			}
			if err := stop(signal); err != nil {
				t.Errorf("it ended with %v", err)
			}
			if _, err := os.Stat(path); !os.IsNotExist(err) {
				t.Errorf("%s was left behind: %v", path, err)
			}
		})
	}
}

func startCommand(t *testing.T) (path string, stop func(os.Signal) error) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "openstack")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, binary, "--listen", "127.0.0.1:0", "--scenario", "../scenario/testdata/small.yaml")
	cmd.Stderr = t.Output()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatalf("no first line: %v", lines.Err())
	}
	return lines.Text(), func(s os.Signal) error {
		if err := cmd.Process.Signal(s); err != nil {
			return err
		}
		return cmd.Wait()
	}
}

func countServers(t *testing.T, cloudsYAML string) int {
	t.Helper()
	auth, endpoint, _, err := clouds.Parse(clouds.WithLocations(cloudsYAML), clouds.WithCloudName("demo"))
	if err != nil {
		t.Fatal(err)
	}
	provider, err := openstack.AuthenticatedClient(t.Context(), auth)
	if err != nil {
		t.Fatal(err)
	}
	client, err := openstack.NewComputeV2(provider, gophercloud.EndpointOpts(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	pages, err := servers.List(client, nil).AllPages(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	list, err := servers.ExtractServers(pages)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestRunSaysWhatIsWrong(t *testing.T) {
	for name, args := range map[string][]string{
		"unknown flag": {"--colour"}, "no such scenario": {"--scenario", "none.yaml"}, "bad address": {"--listen", "127.0.0.1:99999"},
	} {
		if err := run(t.Context(), args, io.Discard, t.Output()); err == nil {
			t.Errorf("%s: it ran", name)
		}
	}
}

// TestRunWithTheBuiltInScenario needs no file.
func TestRunWithTheBuiltInScenario(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, nil, w, t.Output()) }()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if n := countServers(t, line[:len(line)-1]); n < 60 {
		t.Errorf("%d servers, want the lab's", n)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
