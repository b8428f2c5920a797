package diag

import (
	"strings"
	"testing"
)

// BenchmarkRedact cleans a console log, as `sshhelp redact` does.
func BenchmarkRedact(b *testing.B) {
	lines := strings.Split(logOf(1<<20), "\n")
	began := cpuTime()
	for b.Loop() {
		var r Redactor
		for _, line := range lines {
			r.Line(line)
		}
	}
	b.ReportMetric(float64(b.N)/(cpuTime()-began).Seconds(), "MiB/cpu-s")
}
