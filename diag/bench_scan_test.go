package diag_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

const (
	bigLog   = 100 << 20 // bytes
	maxRSS   = 64 << 20
	bigTries = 5
)

// BenchmarkAgainstRipgrep holds `sshhelp console` against `rg -c` with the
// catalogue's patterns, on a log of 100 MiB. The better of some runs counts for
// both, because other work on the machine only ever slows them down.
func BenchmarkAgainstRipgrep(b *testing.B) {
	dir := b.TempDir()
	program, log, patterns := filepath.Join(dir, "sshhelp"), filepath.Join(dir, "console.log"), filepath.Join(dir, "patterns")
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "sshhelp")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	writeLog(b, log)
	list := consolePatterns()
	if err := os.WriteFile(patterns, []byte(strings.Join(list, "\n")+"\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var ours, theirs run
		for range bigTries {
			theirs.better(runOf(b, "rg", "-c", "-f", patterns, log))
			ours.better(runOf(b, program, "console", log))
		}
		b.Logf("%d patterns, %d MiB\nrg -c           %v\nsshhelp console %v", len(list), bigLog>>20, theirs, ours)
		b.Logf("of the processors' time, sshhelp takes %.2f times as much", ours.cpu.Seconds()/theirs.cpu.Seconds())
		ratio := theirs.wall.Seconds() / ours.wall.Seconds()
		b.ReportMetric(ratio, "times-as-fast")
		b.ReportMetric(float64(ours.rss)/(1<<20), "MiB-RSS")
		if ratio < 1 {
			b.Errorf("sshhelp is %.2f times as fast as ripgrep", ratio)
		}
		if ours.rss > maxRSS {
			b.Errorf("sshhelp took %d bytes of memory, more than %d", ours.rss, maxRSS)
		}
	}
}

func writeLog(b *testing.B, path string) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	if err := diag.WriteLog(f, bigLog); err != nil {
		b.Fatal(err)
	}
}

// consolePatterns are all that the catalogue looks for in a console log.
func consolePatterns() []string {
	var list []string
	for _, c := range causes.All {
		for _, l := range c.Lines {
			if l.In == diag.ConsoleLog {
				list = append(list, l.Pattern)
			}
		}
	}
	return list
}

// A run is what one run of a program took.
type run struct {
	wall, cpu time.Duration
	rss       int64 // bytes at most, of which the kernel counts the parent's for a moment
}

func (r *run) better(other run) {
	if r.wall == 0 || other.wall < r.wall {
		*r = other
	}
}

func (r run) String() string {
	return fmt.Sprintf("%6d ms, %6d ms of CPU, %5.0f MB/s, at most %d MiB of memory", r.wall.Milliseconds(), r.cpu.Milliseconds(),
		bigLog/1e6/r.wall.Seconds(), r.rss>>20)
}

// runOf runs a program; that it finds something, or nothing, is no error.
func runOf(b *testing.B, name string, args ...string) run {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), name, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began)
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 || stderr.Len() > 0 {
		b.Fatalf("%s: %v\n%s", cmd, err, stderr.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return run{wall: took, cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(), rss: usage.Maxrss << 10}
}
