package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sshhelp/config"
	"sshhelp/diag"
)

// startRedis starts Debian's redis-server on a free loopback port.
func startRedis(t *testing.T) (url string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	ln.Close()
	cmd := exec.Command("redis-server", "--bind", "127.0.0.1", "--port", port, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start redis-server (Debian package redis-server): %v", err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if strings.Contains(lines.Text(), "Ready to accept connections") {
			return "redis://127.0.0.1:" + port
		}
	}
	t.Fatal("redis-server ended before it was ready")
	return ""
}

// startProber runs this program as `sshhelp prober` in a process of its own. stop
// asks it to end, and returns its exit status and what it logged.
func startProber(t *testing.T, name, redis string) (stop func() (int, string)) {
	t.Helper()
	var log bytes.Buffer
	cmd := exec.Command(os.Args[0], "prober", "--name", name, "--redis", redis)
	cmd.Args[0] = "sshhelp" // see TestMain
	cmd.Env = []string{"SSHHELP_PROBES_ALLOW_NETWORKS=127.0.0.0/8", "SSHHELP_LOG_FORMAT=text", "PATH=" + os.Getenv("PATH")}
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return func() (int, string) {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait() // the status tells
		return cmd.ProcessState.ExitCode(), log.String()
	}
}

// vantageMark waits until the self-test says so of a place.
func vantageMark(t *testing.T, cfg *config.Config, want diag.CheckState) {
	t.Helper()
	var got []diag.Check
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got = vantageStatus(t.Context(), cfg, newLogger(cfg, discard{})); len(got) == 1 && got[0].Mark == want {
			return
		}
	}
	t.Fatalf("not in time %s: %+v", want, got)
}

// TestProber: another process looks at the same instances, from what it takes for
// another place.
func TestProber(t *testing.T) {
	redis := startRedis(t)
	t.Setenv("OS_CLIENT_CONFIG_FILE", startLab(t))
	t.Setenv("OS_CLOUD", "demo")
	t.Setenv("SSHHELP_SSH_PORT", "2322")
	t.Setenv("REDIS_URL", redis)
	t.Setenv("SSHHELP_PROBES_VANTAGE", "lab")
	t.Setenv("SSHHELP_PROBES_VANTAGES", "melbourne")
	cfg, err := config.Load("", config.Environment(os.Environ()))
	if err != nil {
		t.Fatal(err)
	}
	stop := startProber(t, "melbourne", redis)
	vantageMark(t, cfg, diag.CheckOK)

	for _, place := range []string{"lab", "melbourne"} {
		if where := seenFrom(t, "sg-not-applied"); !slices.Contains(where, place) {
			t.Errorf("not seen from %s: %q", place, where)
		}
	}
	logs := vantageLogs(cfg, newLogger(cfg, discard{}))
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		text := fmt.Sprintf("%q", logs(t.Context()))
		if strings.Contains(text, "log of melbourne") && strings.Contains(text, "answered") && strings.Contains(text, "probing for others") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("its log is %s", text)
		}
	}

	status, log := stop()
	if status != 0 || !strings.Contains(log, "msg=stopped") || strings.Contains(log, "level=WARN") {
		t.Errorf("exit status %d, log:\n%s", status, log)
	}
	vantageMark(t, cfg, diag.CheckLimited)
	exit, out, errOut := sshhelp(t, "", "diagnose", "healthy")
	out = strings.Join(strings.Fields(out), " ")
	if exit != exitFine || !strings.HasPrefix(out, "Nothing wrong was found") || !strings.Contains(out, "melbourne is offline (it was stopped") {
		t.Errorf("exit status %d, %s\n%s", exit, errOut, out)
	}
}

// seenFrom lists the places that the answer quotes.
func seenFrom(t *testing.T, name string) []string {
	t.Helper()
	_, out, errOut := sshhelp(t, "", "diagnose", name, "--json")
	var d struct {
		Findings []struct{ Observations []diag.Observation }
	}
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v: %s", err, errOut)
	}
	var places []string
	for _, f := range d.Findings {
		for _, o := range f.Observations {
			if _, place, ok := strings.Cut(o.Where, " from "); ok {
				places = append(places, place)
			}
		}
	}
	return places
}

// TestProberRefuses: what it cannot work with is said at once, without a secret.
func TestProberRefuses(t *testing.T) {
	t.Setenv("REDIS_URL", "")
	t.Setenv("SSHHELP_PROBES_DISABLED", "")
	for _, tt := range []struct {
		args []string
		says string
	}{
		{[]string{"--name", "melbourne"}, "set REDIS_URL"},
		{[]string{"--name", "melbourne", "--redis", "http://u:hunter2@redis"}, "the Redis URL cannot be read"},
		{[]string{"--name", "<!channel>", "--redis", "redis://127.0.0.1:1"}, "is no name for a vantage point"},
		{[]string{"melbourne"}, "--name NAME"},
	} {
		status, _, errOut := sshhelp(t, "", append([]string{"prober"}, tt.args...)...)
		if status != exitUsage || !strings.Contains(errOut, tt.says) || strings.Contains(errOut, "hunter2") {
			t.Errorf("%q: exit status %d, %s", tt.args, status, errOut)
		}
	}
	t.Setenv("SSHHELP_PROBES_DISABLED", "true")
	if status, _, errOut := sshhelp(t, "", "prober", "--redis", "redis://127.0.0.1:1"); status != exitUsage {
		t.Errorf("with probes switched off: exit status %d, %s", status, errOut)
	}
}

// TestVantagesNeedRedis: the bot does not start with places that it cannot ask;
// a terminal looks from where it is.
func TestVantagesNeedRedis(t *testing.T) {
	cfg := config.Default()
	cfg.Probes.Vantage, cfg.Probes.Vantages = "lab", []string{"melbourne"}
	logger := newLogger(cfg, discard{})
	if _, err := newWitness(cfg, logger, false); err == nil {
		t.Error("the bot starts")
	}
	if w, err := newWitness(cfg, logger, true); err != nil || fmt.Sprintf("%T", w) != "*probes.Prober" {
		t.Errorf("on a terminal: %T, %v", w, err)
	}
	cfg.Redis.URL = "redis://127.0.0.1:1"
	for _, terminal := range []bool{false, true} {
		if w, err := newWitness(cfg, logger, terminal); err != nil || fmt.Sprintf("%T", w) == "*probes.Prober" {
			t.Errorf("with a Redis: %T, %v", w, err)
		}
	}
	if logs := vantageLogs(cfg, logger)(t.Context()); len(logs) != 1 || logs[0].Lines[0] != "It could not be read." {
		t.Errorf("logs without a Redis: %q", logs)
	}
	if cfg.Probes.Vantages = nil; vantageLogs(cfg, logger) != nil {
		t.Error("there are logs of no place")
	}
	cfg.Probes.Vantages = []string{"lab"}
	if _, err := newWitness(cfg, logger, true); err == nil {
		t.Error("a place that has this one's name is accepted")
	}
}
