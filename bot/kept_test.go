package bot

import (
	"net/netip"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
	"sshhelp/diag/causes"
)

// TestKeptEvidence: evidence that was kept gives the diagnosis that it gave when
// it was gathered.
func TestKeptEvidence(t *testing.T) {
	catalogue, err := diag.NewCatalogue(causes.All)
	if err != nil {
		t.Fatal(err)
	}
	m := newEmbeddedServer(t)
	s, err := openStore(Options{RedisURL: m.url()}.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	at := netip.MustParseAddr("203.0.113.9")
	logs := map[string]string{"panic": "[    0.000000] Linux version 6.1\n[    2.1] Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n", "none": ""}
	data, err := os.ReadFile("../diag/causes/testdata/boot/kernel-panic/found.txtar")
	if err == nil {
		_, log, _ := strings.Cut(string(data), "-- console.log --\n")
		logs["case"], _, _ = strings.Cut(log, "\n-- ")
	}
	for name, log := range logs {
		e := &diag.Evidence{
			Now: time.Now(), Asked: diag.Asked{Query: "web-1", Port: 22, From: netip.MustParseAddr("198.51.100.7"), FromWhy: diag.FromSaid},
			Instance: &diag.Instance{ID: "1", Name: "web-1", Status: "ACTIVE", Power: "running", Addresses: []diag.Address{{IP: at, Floating: true}}},
		}
		e.Add(&diag.Names{Name: "web-1", Outcome: diag.OK, Reverse: map[netip.Addr][]string{at: {"web-1.example.org"}}})
		e.Add(&diag.Network{Ports: []diag.Port{{ID: "p", Status: "ACTIVE", AdminUp: true, PortSecurity: true, Groups: []diag.Group{{Name: "web", Rules: []diag.Rule{}}}}}})
		e.Add(diag.Reaches{{Target: netip.AddrPortFrom(at, 22), Connect: diag.Dial{Outcome: diag.TimedOut, Took: time.Second}}})
		if log != "" {
			e.Add(catalogueConsole(catalogue, log))
		}
		want := catalogue.Diagnose(e)
		if err := s.keepEvidence(t.Context(), name, e); err != nil {
			t.Fatal(err)
		}
		back, err := s.keptOf(t.Context(), name)
		if err != nil {
			t.Fatal(err)
		}
		got := catalogue.Diagnose(back)
		if !slices.Equal(got.Causes, want.Causes) || !slices.Equal(got.Possible, want.Possible) || got.Verdict != want.Verdict {
			t.Errorf("%s: %v %v %q, was %v %v %q", name, got.Causes, got.Possible, got.Verdict, want.Causes, want.Possible, want.Verdict)
		}
		if diff := cmp.Diff(resultOf(want), resultOf(got)); diff != "" {
			t.Errorf("%s: -was +now\n%s", name, diff)
		}
		if log != "" && len(want.Causes) == 0 {
			t.Errorf("%s: nothing was found, so nothing is shown", name)
		}
	}
	if _, err := s.keptOf(t.Context(), "never"); err == nil {
		t.Error("evidence of a check that never was")
	}
}

func catalogueConsole(c *diag.Catalogue, log string) *diag.Console {
	r := c.NewConsoleReader()
	_, _ = r.Write([]byte(log)) // it never fails
	return r.Console()
}
