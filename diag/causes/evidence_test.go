package causes

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sshhelp/diag"
)

// without are the ways in which evidence can be missing.
var without = map[string]func(*diag.Evidence){
	"everything": func(e *diag.Evidence) { *e = diag.Evidence{Asked: e.Asked} },
	"search":     func(e *diag.Evidence) { e.Search = nil },
	"instance":   func(e *diag.Evidence) { e.Instance = nil },
	"image":      func(e *diag.Evidence) { e.Image = nil },
	"network":    func(e *diag.Evidence) { e.Network = nil },
	"console":    func(e *diag.Evidence) { e.Console = nil },
	"pings":      func(e *diag.Evidence) { e.Pings = nil },
	"reach":      func(e *diag.Evidence) { e.Reach = nil },
	"ssh": func(e *diag.Evidence) {
		for i := range e.Reach {
			e.Reach[i].SSH = nil
		}
	},
	"pastes":    func(e *diag.Evidence) { e.Pastes = nil },
	"now":       func(e *diag.Evidence) { e.Now = e.Now.AddDate(-5000, 0, 0) },
	"query":     func(e *diag.Evidence) { e.Asked.Query = "" },
	"addresses": dropAddresses,
	"routers": func(e *diag.Evidence) {
		for i := range ports(e) {
			e.Network.Ports[i].Routers, e.Network.Ports[i].Floating = nil, nil
		}
	},
}

func ports(e *diag.Evidence) []diag.Port {
	if e.Network == nil {
		return nil
	}
	return e.Network.Ports
}

func dropAddresses(e *diag.Evidence) {
	if e.Instance != nil {
		e.Instance.Addresses = nil
	}
}

// TestAnySourceMayBeMissing takes one source after the other out of every case:
// whatever is left can be judged and put into words.
func TestAnySourceMayBeMissing(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readCases(t) {
		for what, drop := range without {
			e := c.evidence(t)
			drop(e)
			d := catalogue.Diagnose(e)
			if m := brace.FindString(words(d)); m != "" {
				t.Errorf("%s without %s: %s is left in the answer", c.path, what, m)
			}
			for _, f := range d.Findings {
				c.checkFilled(t, d, f)
			}
		}
	}
}

// TestWhatWasNotTriedIsNoEvidence: an attempt that we gave up, could not make or
// did not make must weigh as much as none.
func TestWhatWasNotTriedIsNoEvidence(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readCases(t) {
		none := c.evidence(t)
		none.Reach, none.Pings = nil, nil
		want := findings(catalogue.Diagnose(none))
		for _, o := range []diag.Outcome{diag.NotTried, diag.Canceled, diag.NotPermitted, diag.Failed} {
			e := c.evidence(t)
			for i := range e.Reach {
				e.Reach[i].Connect.Outcome, e.Reach[i].SSH = o, nil
			}
			for i := range e.Pings {
				e.Pings[i].Outcome = o
			}
			if diff := cmp.Diff(want, findings(catalogue.Diagnose(e))); diff != "" {
				t.Errorf("%s: probes that ended %v changed the findings (-none +%v):\n%s", c.path, o, o, diff)
			}
		}
	}
}

// TestGapsAreNoEvidence: that something could not be learnt may weaken a
// finding, but never makes or strengthens one.
func TestGapsAreNoEvidence(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readCases(t) {
		before := map[string]diag.State{}
		for _, f := range catalogue.Diagnose(c.evidence(t)).Findings {
			before[f.ID] = f.State
		}
		e := c.evidence(t)
		for _, s := range []diag.Source{diag.SourceServer, diag.SourceNetwork, diag.SourceConsole, diag.SourceSSH, diag.SourcePing} {
			e.Gaps = append(e.Gaps, diag.Gap{Source: s, Why: diag.GapTimedOut, Text: "It took too long."})
		}
		for _, f := range catalogue.Diagnose(e).Findings {
			if f.State > before[f.ID] {
				t.Errorf("%s: gaps turned %s from %v into %v", c.path, f.ID, before[f.ID], f.State)
			}
		}
	}
}

// TestNothingKnownMeansNothing: what was not looked at is neither found nor
// ruled out.
func TestNothingKnownMeansNothing(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	d := catalogue.Diagnose(&diag.Evidence{Asked: diag.Asked{Query: "web-1", Port: 22}})
	if len(d.Findings) > 0 || len(d.RuledOut) > 0 {
		t.Errorf("from no evidence at all: findings %q, ruled out %q", findings(d), d.RuledOut)
	}
}

// TestLessEvidenceRulesNothingOut takes one source after the other out of every
// case: a cause that could not be judged before cannot be ruled out for it. (The
// instance is kept: its state tells whether the console is of any use.)
func TestLessEvidenceRulesNothingOut(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range readCases(t) {
		before := catalogue.Diagnose(c.evidence(t))
		judged := slices.Clone(before.RuledOut)
		for _, f := range before.Findings {
			judged = append(judged, f.ID)
		}
		for _, what := range []string{"everything", "search", "image", "network", "console", "pings", "reach", "ssh", "pastes"} {
			e := c.evidence(t)
			without[what](e)
			for _, id := range catalogue.Diagnose(e).RuledOut {
				if !slices.Contains(judged, id) {
					t.Errorf("%s: without %s, %s is ruled out", c.path, what, id)
				}
			}
		}
	}
}
