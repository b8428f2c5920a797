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

// twoPlaces is evidence of two probes of one instance, from here and from
// melbourne.
func twoPlaces(here, there Reach) *Evidence {
	here.From, there.From, there.Target = "lab", "melbourne", seenAt
	e := lookedAt(here)
	e.Reach = append(e.Reach, there)
	e.Vantages = []Vantage{{Name: "melbourne", State: VantageOnline}}
	return e
}

// TestPlacesDisagree: what works in one place and fails in another is neither
// fine nor broken, unless it is known where the person sits.
func TestPlacesDisagree(t *testing.T) {
	works := Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK, Version: "SSH-2.0-x"}}
	silent := Reach{Connect: Dial{Outcome: TimedOut}}
	stalls := Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: TimedOut, KexErr: "no answer in time"}}
	unknown := Reach{Connect: Dial{Outcome: Canceled}}
	const (
		nothingWrong = "Nothing wrong was found: an SSH server answers for web-1 at 203.0.113.9:22."
		notHere      = "An SSH server answers for web-1 at 203.0.113.9:22 from melbourne, but from lab nothing answers there: it depends on where one connects from."
		notThere     = "An SSH server answers for web-1 at 203.0.113.9:22 from lab, but from melbourne nothing answers there: it depends on where one connects from."
		notAllHere   = "An SSH server answers for web-1 at 203.0.113.9:22 from melbourne, but from lab the key exchange fails (no answer in time): it depends on where one connects from."
		neither      = "Nothing answers at 203.0.113.9:22. What could be seen does not tell why."
	)
	for _, tt := range []struct {
		name        string
		here, there Reach
		why         FromWhy
		verdict     string
		exit        int
		port, ssh   HopState
		ask         string
	}{
		{"both work", works, works, "", nothingWrong, 0, HopOK, HopOK, (&Evidence{}).askLogin()},
		{"both fail", silent, silent, "", neither, 1, HopUnknown, HopUnknown, ""},
		{"not here", silent, works, "", notHere, 1, HopUnknown, HopOK, askFrom},
		{"not there", works, silent, "", notThere, 1, HopUnknown, HopOK, askFrom},
		{"not all here", stalls, works, "", notAllHere, 1, HopOK, HopUnknown, askFrom},
		{"no time here", unknown, works, "", nothingWrong, 0, HopOK, HopOK, (&Evidence{}).askLogin()},
		{"person here, works here", works, silent, FromHere, nothingWrong, 0, HopOK, HopOK, (&Evidence{}).askLogin()},
		{"person here, fails here", silent, works, FromHere, notHere, 1, HopUnknown, HopUnknown, askFrom},
		{"person here, stalls here", stalls, works, FromHere, notAllHere, 1, HopOK, HopBroken, askFrom},
		{"person here, fails here and there", silent, stalls, FromHere, neither, 1, HopUnknown, HopUnknown, ""},
	} {
		e := twoPlaces(tt.here, tt.there)
		e.Asked.FromWhy = tt.why
		d := none(t, e)
		port, ssh := hopNamed(d, AtPort), hopNamed(d, AtSSH)
		if d.Verdict != tt.verdict || d.ExitStatus() != tt.exit || port.State != tt.port || ssh.State != tt.ssh || d.Ask != tt.ask {
			t.Errorf("%s: %q, exit %d, port %s, ssh %s, asks %q", tt.name, d.Verdict, d.ExitStatus(), port.State, ssh.State, d.Ask)
		}
		if tt.verdict == notHere && (port.Text != "it works from melbourne, not from lab" || len(port.Because) != 2) {
			t.Errorf("%s: port %+v", tt.name, port)
		}
	}
}

// TestOtherPortsAreNoAnswer: what listens on another port may be another server.
func TestOtherPortsAreNoAnswer(t *testing.T) {
	e := lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}})
	if e.SSHAnswers() == nil || e.Connects() == nil {
		t.Error("the asked port counts for nothing")
	}
	e.Asked.Port = 2222
	if e.SSHAnswers() != nil || e.Connects() != nil {
		t.Error("port 22 counts for 2222")
	}
}

// TestGapsNameThePlace: what another place could not see is not unseen from here.
func TestGapsNameThePlace(t *testing.T) {
	d := none(t, twoPlaces(Reach{Connect: Dial{Outcome: NotPermitted}}, Reach{Connect: Dial{Outcome: Canceled}}))
	want := []string{
		"It could not be seen from here whether 203.0.113.9:22 answers (not-permitted).",
		"There was no time left to see whether 203.0.113.9:22 answers from melbourne.",
	}
	var got []string
	for _, g := range d.Gaps {
		got = append(got, g.Text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}
