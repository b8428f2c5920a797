package main

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	openstack "sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
	sshd "sshhelp/sim/sshd/twin"
)

// TestMain lets test scripts run the program as the command sshhelp.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sshhelp": main})
}

// TestScripts runs testdata/script: the command line's contract, against the
// OpenStack twin with its lab.
func TestScripts(t *testing.T) {
	clouds := startLab(t)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("OS_CLIENT_CONFIG_FILE", clouds)
			env.Setenv("OS_CLOUD", "demo")
			env.Setenv("SSHHELP_SSH_PORT", "2322")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}

// startLab starts the twins of the built-in cloud, on ports that need no root:
// 2322 in place of 22 (2222 is the demo's, whose tests run at the same time). It returns the path of a clouds.yaml.
func startLab(t *testing.T) string {
	t.Helper()
	lab, err := scenario.Lab()
	if err != nil {
		t.Fatal(err)
	}
	unprivileged(lab)
	return startCloud(t, lab)
}

func startCloud(t *testing.T, lab *scenario.Cloud) string {
	t.Helper()
	cloud, err := openstack.New(lab, openstack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cloud.Close)
	servers, err := sshd.FromCloud(lab)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range servers {
		s, err := sshd.Start(context.WithoutCancel(t.Context()), o)
		if err != nil {
			t.Fatalf("start %s at %s: %v", o.Behaviour, o.Listen, err)
		}
		t.Cleanup(func() { _ = s.Close() })
	}
	path, err := cloud.WriteCloudsYAML(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// unprivileged moves a scenario's SSH ports: 22 to 2322, and what was 2222 out
// of the way to 2300.
func unprivileged(lab *scenario.Cloud) {
	move := map[int]int{22: 2322, 2222: 2300, 20: 2320, 25: 2325}
	for g := range lab.SecurityGroups {
		for r := range lab.SecurityGroups[g].Rules {
			ports := &lab.SecurityGroups[g].Rules[r].Ports
			for _, p := range []*int{&ports.Min, &ports.Max} {
				if to, ok := move[*p]; ok {
					*p = to
				}
			}
		}
	}
	for s := range lab.Servers {
		for i := range lab.Servers[s].SSHD {
			l := &lab.Servers[s].SSHD[i]
			l.Port = move[max(l.Port, 22)]
		}
	}
}

// status is the script command "status N program args...": it runs the program
// and fails unless it exits with N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N program [args...]")
	}
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("%s: %v", args[1], err)
		}
		got = failed.ExitCode()
	}
	if want := args[0]; strconv.Itoa(got) != want {
		ts.Fatalf("exit status %d, want %s", got, want)
	}
}

// sshhelp runs the program in this process.
func sshhelp(t *testing.T, in string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = run(t.Context(), args, streams{strings.NewReader(in), &stdout, &stderr})
	return status, stdout.String(), stderr.String()
}
