package diag_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

// novaLog is all that Nova gives of a console, in bytes.
const novaLog = 100 << 10

// maxNovaLog is what reading that and looking for all causes may take.
const maxNovaLog = 2 * time.Millisecond

// BenchmarkNovaLog reads a log as Nova gives it, without control characters, and
// diagnoses from it.
func BenchmarkNovaLog(b *testing.B) {
	var log strings.Builder
	if err := diag.WriteLog(&log, novaLog*21/20); err != nil {
		b.Fatal(err)
	}
	text := strings.NewReplacer("\x1b", "", "\r", "").Replace(log.String())
	text = text[len(text)-novaLog:]
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		b.Fatal(err)
	}
	evidence := func() *diag.Evidence {
		return &diag.Evidence{Now: time.Date(2026, 5, 20, 10, 0, 0, 0, time.UTC), Console: diag.ReadConsole(text)}
	}
	catalogue.Diagnose(evidence())
	began := cpuTime(b)
	for b.Loop() {
		catalogue.Diagnose(evidence())
	}
	each := (cpuTime(b) - began) / time.Duration(b.N)
	b.ReportMetric(each.Seconds()*1e3, "cpu-ms/op")
	if each > maxNovaLog && b.N > 100 {
		b.Errorf("%v of the processor, more than %v", each, maxNovaLog)
	}
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
