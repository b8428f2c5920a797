package causes

import (
	"slices"
	"strings"
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
	"auth":      onSSH(func(s *diag.SSHFacts) { s.Auth = nil }),
	"keys":      onAuth(func(a *diag.AuthFacts) { a.Keys = nil }),
	"methods":   onAuth(func(a *diag.AuthFacts) { a.Methods = nil }),
	"lists":     onSSH(func(s *diag.SSHFacts) { s.SigAlgs, s.Clients, s.Algorithms = nil, nil, nil }),
	"hostkeys":  onSSH(func(s *diag.SSHFacts) { s.HostKeys = nil }),
	"memory":    func(e *diag.Evidence) { e.SeenKeys = nil },
	"key pair":  func(e *diag.Evidence) { e.KeyPair = nil },
	"own key":   func(e *diag.Evidence) { e.Asked.Key = nil },
	"user":      func(e *diag.Evidence) { e.Asked.User = "" },
	"effort":    dropEffort,
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

// marks are what a case holds if there is anything for a way to take; the other
// ways take something from every case.
var marks = map[string]string{
	"search": `"search"`, "image": `"image"`, "network": `"network"`, "console": "-- console.log --", "pings": `"pings"`,
	"reach": `"reach"`, "ssh": `"ssh"`, "auth": `"auth"`, "keys": `"auth"`, "methods": `"auth"`, "lists": `"ssh"`,
	"hostkeys": `"host_keys"`, "memory": `"seen_keys"`, "key pair": `"key_pair"`, "own key": `"key"`, "user": `"user"`,
	"effort": `"effort"`, "pastes": "-- paste.txt --", "routers": `"network"`,
}

// has reports whether a case has what a way takes, so that it is worth the time.
func (c *storyCase) has(what string) bool {
	return strings.Contains(c.text, marks[what])
}

func onSSH(drop func(*diag.SSHFacts)) func(*diag.Evidence) {
	return func(e *diag.Evidence) {
		for i := range e.Reach {
			if s := e.Reach[i].SSH; s != nil {
				drop(s)
			}
		}
	}
}

func onAuth(drop func(*diag.AuthFacts)) func(*diag.Evidence) {
	return onSSH(func(s *diag.SSHFacts) {
		for i := range s.Auth {
			drop(&s.Auth[i])
		}
	})
}

func dropEffort(e *diag.Evidence) {
	for i := range e.Reach {
		e.Reach[i].Effort = diag.Effort{}
	}
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
			if !c.has(what) {
				continue
			}
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

// TestWhatWasNotAskedIsNoEvidence: a question about an account that was not put,
// or that we gave up, weighs as much as none, and so does one about a key.
func TestWhatWasNotAskedIsNoEvidence(t *testing.T) {
	catalogue, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	weigh := func(c *storyCase, drop func(*diag.Evidence)) string {
		e := c.evidence(t)
		drop(e)
		return findings(catalogue.Diagnose(e))
	}
	for _, c := range readCases(t) {
		if !c.has("auth") {
			continue
		}
		for _, o := range []diag.Outcome{diag.NotTried, diag.Canceled, diag.NotPermitted, diag.Failed} {
			asked := weigh(c, onAuth(func(a *diag.AuthFacts) { a.Outcome = o }))
			if diff := cmp.Diff(weigh(c, without["auth"]), asked); diff != "" {
				t.Errorf("%s: accounts about which asking ended %v changed the findings (-none +%v):\n%s", c.path, o, o, diff)
			}
			keys := weigh(c, onAuth(func(a *diag.AuthFacts) {
				for i := range a.Keys {
					a.Keys[i].Accepted, a.Keys[i].Algorithm = o, ""
				}
			}))
			if diff := cmp.Diff(weigh(c, without["keys"]), keys); diff != "" {
				t.Errorf("%s: keys about which asking ended %v changed the findings (-none +%v):\n%s", c.path, o, o, diff)
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
		for _, what := range []string{"everything", "search", "image", "network", "console", "pings", "reach", "ssh", "auth", "keys", "lists", "hostkeys", "memory", "pastes"} {
			if !c.has(what) {
				continue
			}
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
