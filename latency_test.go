package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	openstack "sshhelp/sim/openstack/twin"
	"sshhelp/sim/scenario"
)

// dependsOn says which answers a call has to wait for, whoever makes it: what a
// diagnosis cannot do side by side. A call is named by its service and the last
// word of its path that is no ID. A call that is not listed fails the benchmark.
var dependsOn = map[string][]string{
	"identity tokens":         {},
	"compute versions":        {"identity tokens"},  // where Nova is stands in the token's catalogue
	"compute detail":          {"compute versions"}, // which fields to ask for
	"compute action":          {"compute detail"},
	"compute os-keypairs":     {"compute detail"},
	"image images":            {"compute detail"},
	"network ports":           {"compute detail"},
	"network security-groups": {"network ports"},
	"network floatingips":     {"network ports"},
	"network subnets":         {"network ports"},
	"network networks":        {"network ports"},
	"network router-ports":    {"network ports"},
	"network routers":         {"network ports"}, // all of the project: cheaper than one more step
	"network address-groups":  {"network security-groups"},
	"network group-members":   {"network security-groups"},
}

// slowest is the limit: a diagnosis may take this times its slowest chain of
// dependent calls.
const slowest = 1.2

// BenchmarkDiagnosisLatency runs whole diagnoses, each by a new process's
// client (no token, no catalogue), against a cloud whose every call takes
// 100 ms, and prints the HTTP calls of one and its time over the slowest chain
// of calls that depend on each other.
func BenchmarkDiagnosisLatency(b *testing.B) {
	lab, err := scenario.Lab()
	if err != nil {
		b.Fatal(err)
	}
	cloud, err := openstack.New(lab, openstack.Options{Latency: 100 * time.Millisecond})
	if err != nil {
		b.Fatal(err)
	}
	defer cloud.Close()
	path, err := cloud.WriteCloudsYAML(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Setenv("OS_CLIENT_CONFIG_FILE", path)
	b.Setenv("OS_CLOUD", "demo")
	b.Setenv("SSHHELP_PROBES_DISABLED", "true") // the network's time is not the cloud's

	var ratios []float64
	for b.Loop() {
		cloud.ForgetCalls()
		started := time.Now()
		if status := run(b.Context(), []string{"diagnose", "sg-office", "--json"}, streams{nil, discard{}, discard{}}); status != exitFound {
			b.Fatalf("exit status %d", status)
		}
		took, calls := time.Since(started), cloud.Calls()
		chain, names := slowestChain(b, calls)
		ratios = append(ratios, took.Seconds()/chain.Seconds())
		b.Logf("%d HTTP calls in %v; slowest chain %v: %s; ratio %.2f", len(calls), took.Round(time.Millisecond),
			chain.Round(time.Millisecond), strings.Join(names, " > "), ratios[len(ratios)-1])
		b.ReportMetric(float64(len(calls)), "calls/op")
	}
	slices.Sort(ratios)
	median := ratios[len(ratios)/2]
	b.ReportMetric(median, "ratio")
	if median > slowest {
		b.Errorf("a diagnosis takes %.2f times its slowest chain of calls, more than %v", median, slowest)
	}
}

// slowestChain returns the longest sum of durations along dependsOn.
func slowestChain(b *testing.B, calls []openstack.Call) (time.Duration, []string) {
	took := map[string]time.Duration{}
	for _, c := range calls {
		name := callName(c)
		if _, ok := dependsOn[name]; !ok {
			b.Fatalf("a call that the table does not know: %s (%s %s?%s)", name, c.Method, c.Path, c.Query)
		}
		took[name] = max(took[name], c.End.Sub(c.Start))
	}
	var longest time.Duration
	var names []string
	for name := range took {
		if d, chain := chainTo(name, took); d > longest {
			longest, names = d, chain
		}
	}
	return longest, names
}

func chainTo(name string, took map[string]time.Duration) (time.Duration, []string) {
	var before time.Duration
	var names []string
	for _, d := range dependsOn[name] {
		if t, chain := chainTo(d, took); t > before {
			before, names = t, chain
		}
	}
	return before + took[name], append(slices.Clone(names), name)
}

// callName names a call as the table does.
func callName(c openstack.Call) string {
	parts := strings.Split(strings.Trim(c.Path, "/"), "/")
	service, last := parts[0], parts[len(parts)-1]
	switch {
	case service == "compute" && len(parts) <= 2:
		last = "versions"
	case service == "network" && last == "ports" && strings.Contains(c.Query, "device_owner"):
		last = "router-ports"
	case service == "network" && last == "ports" && strings.Contains(c.Query, "security_groups"):
		last = "group-members"
	case len(parts) > 2 && (strings.Contains(c.Path, "/images/") || strings.Contains(c.Path, "/os-keypairs/")):
		last = parts[len(parts)-2]
	}
	return service + " " + last
}
