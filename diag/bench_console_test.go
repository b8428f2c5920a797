package diag

import (
	"syscall"
	"testing"
	"time"
)

// cpuTime is what this process has used of the processors.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkConsoleReader reads 16 MiB as they come.
func BenchmarkConsoleReader(b *testing.B) {
	text := []byte(logOf(16 << 20))
	scanner := newScanner(manyCauses(300))
	began := cpuTime()
	for b.Loop() {
		r := newConsoleReader(scanner)
		r.Write(text)
		r.Console()
	}
	b.ReportMetric(float64(b.N)*float64(len(text))/1e6/(cpuTime()-began).Seconds(), "MB/cpu-s")
}

func BenchmarkNewScanner(b *testing.B) {
	causes := manyCauses(600)
	for b.Loop() {
		newScanner(causes)
	}
}
