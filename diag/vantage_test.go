package diag

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixed is a cause whose verdict does not depend on the evidence.
func fixed(id string, s State, aside bool) *Cause {
	c := &Cause{
		ID: id, Title: "it is " + id, Doc: "For a test.", Text: "It is " + id + ".", Breaks: AtPort, Aside: aside,
		Check: func(*Pass) Verdict { return Verdict{State: s} }, Fix: Remedy{Steps: []Step{{Do: "Wait."}}},
	}
	if aside {
		c.Breaks = ""
	}
	return c
}

// TestAside: what tells of the looking stands behind what is only possible, and
// changes neither verdict nor exit status.
func TestAside(t *testing.T) {
	works := Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}}
	beside := fixed("network/aside", Confirmed, true)
	for _, tt := range []struct {
		causes  []*Cause
		verdict string
		exit    int
		also    int
	}{
		{[]*Cause{beside}, "Nothing wrong was found: an SSH server answers for web-1 at 203.0.113.9:22.", 0, 1},
		{[]*Cause{beside, fixed("sshd/maybe", Possible, false)}, "It may be that it is sshd/maybe.", 1, 1},
		{[]*Cause{beside, fixed("sshd/sure", Confirmed, false)}, "It is sshd/sure.", 1, 1},
	} {
		catalogue, err := NewCatalogue(tt.causes)
		if err != nil {
			t.Fatal(err)
		}
		d := catalogue.Diagnose(lookedAt(works))
		if last := d.Findings[len(d.Findings)-1].ID; last != beside.ID || d.Verdict != tt.verdict || d.ExitStatus() != tt.exit {
			t.Errorf("verdict %q, exit %d, last finding %s", d.Verdict, d.ExitStatus(), last)
		}
		if also := d.alsoItems(); len(also) != tt.also || also[0].Text != "It is network/aside." {
			t.Errorf("also %+v", also)
		}
		if slices.ContainsFunc(d.doItems(), func(i Item) bool { return i.Text != "Wait." }) || len(d.Causes) != len(tt.causes)-len(d.Possible) {
			t.Errorf("to do %+v, causes %q", d.doItems(), d.Causes)
		}
	}
	broken := fixed("network/aside", Confirmed, true)
	broken.Breaks = AtPort
	if err := Validate([]*Cause{broken}); err == nil {
		t.Error("a cause that is beside the point may break a hop")
	}
}

// TestWorstOfAPlace: three sources ask a place, and it falls silent meanwhile.
func TestWorstOfAPlace(t *testing.T) {
	var e Evidence
	for _, s := range []VantageState{VantageOnline, VantageOffline, VantageDegraded} {
		e.Add(Facts{Vantages{{Name: "melbourne", State: s}}, Reaches{{From: "melbourne"}}})
	}
	e.Add(Vantages{{Name: "sydney", State: VantageOnline}})
	want := []Vantage{{Name: "melbourne", State: VantageOffline}, {Name: "sydney", State: VantageOnline}}
	if diff := cmp.Diff(want, e.Vantages); diff != "" || len(e.Reach) != 3 {
		t.Errorf("%d probes, places (-want +got):\n%s", len(e.Reach), diff)
	}
	if !e.Remote("melbourne") || e.Remote("lab") || e.Remote("") {
		t.Error("which places are elsewhere")
	}
}
