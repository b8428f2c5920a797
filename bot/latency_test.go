package bot

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sshhelp/sim/slack/twin"
)

var load = flag.Bool("load", false, "send the whole load and hold acks to 50 ms; on a machine with nothing else to do")

// TestAckLatency sends commands at 20 a second to a bot in a process of its own
// and prints how fast the acks are and what memory the process has after it.
// With -load it sends 500 and holds the 99th percentile to 50 ms; without, 60,
// held to Slack's own limit, because a machine that runs all tests at once
// measures itself.
func TestAckLatency(t *testing.T) {
	const (
		rate     = 20 // a second
		channels = 25 // Slack takes one post a second in each
	)
	commands, limit := 60, 3*time.Second
	if *load {
		commands, limit = 500, 50*time.Millisecond
	}
	m := newRedisServer(t)
	r := newRig(t, m, func(o *twin.Options) {
		o.Scenario = twin.DefaultScenario()
		for i := range channels {
			o.Scenario.Channels = append(o.Scenario.Channels, twin.ChannelSpec{Name: fmt.Sprintf("load-%d", i), Bot: true})
		}
	})
	begun, _, pid := r.serveChild(m)
	go func() { // ends with the child
		for begun.Scan() {
		}
	}()
	before := memoryOf(t, pid)
	latencies := make([]time.Duration, commands)
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Second / rate)
	defer tick.Stop()
	for i := range commands {
		<-tick.C
		wg.Go(func() {
			got, err := r.twin.As("mia").Command(t.Context(), fmt.Sprintf("#load-%d", i%channels), "/sshhelp web-1")
			if err != nil || !strings.HasPrefix(got.Text, "Checking web-1") {
				t.Errorf("command %d: %q %v", i, got.Text, err)
			}
			latencies[i] = got.Latency
		})
	}
	wg.Wait()
	slices.Sort(latencies)
	p50, p99, worst := latencies[commands/2], latencies[commands*99/100], latencies[commands-1]
	t.Logf("%d commands at %d/s: ack p50 %s, p99 %s, max %s; process %s before, %s after", commands, rate, p50, p99, worst, before, memoryOf(t, pid))
	if p99 > limit {
		t.Errorf("p99 is %s, limit %s", p99, limit)
	}
}

// memoryOf reads a process's resident memory.
func memoryOf(t *testing.T, pid int) string {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			return strings.Join(strings.Fields(rest), " ")
		}
	}
	t.Fatal("no VmRSS")
	return ""
}
