package diag

import (
	"net/netip"
	"strings"
	"testing"
)

var (
	seenAt  = netip.MustParseAddrPort("203.0.113.9:22")
	vantage = netip.MustParseAddr("192.0.2.1")
)

// lookedAt is evidence of a running instance and one probe of it.
func lookedAt(r Reach) *Evidence {
	r.Target = seenAt
	return &Evidence{
		Asked: Asked{Query: "web-1", Port: 22},
		Instance: &Instance{
			ID: "7d0c", Name: "web-1", Status: "ACTIVE",
			Addresses: []Address{{IP: seenAt.Addr(), Floating: true}},
		},
		Reach: []Reach{r},
	}
}

// none diagnoses with no cause to find.
func none(t *testing.T, e *Evidence) *Diagnosis {
	t.Helper()
	c, err := NewCatalogue(nil)
	if err != nil {
		t.Fatal(err)
	}
	return c.Diagnose(e)
}

// TestWithoutCause: where no cause is found, what fails is said, is not exit
// status 0, and is never called fine.
func TestWithoutCause(t *testing.T) {
	ok := Dial{Outcome: OK}
	tests := []struct {
		name  string
		reach Reach
		says  string
		exit  int
		gap   string
	}{
		{"works", Reach{Connect: ok, SSH: &SSHFacts{Ident: OK, Kex: OK}}, "Nothing wrong was found: an SSH server answers", 0, ""},
		{"silent", Reach{Connect: Dial{Outcome: TimedOut}}, "Nothing answers at 203.0.113.9:22. What could", 1, ""},
		{"refused", Reach{Connect: Dial{Outcome: Refused, Err: "connection refused"}}, "No connection to 203.0.113.9:22 comes about (connection refused).", 1, ""},
		{"no banner", Reach{Connect: ok, SSH: &SSHFacts{Ident: TimedOut, IdentErr: "no answer in time"}}, "no SSH server answers there (no answer in time).", 1, ""},
		{"stalls", Reach{Connect: ok, SSH: &SSHFacts{Ident: OK, Kex: TimedOut, KexErr: "no answer in time"}}, "fails to agree with a client on how to encrypt (no answer in time).", 1, ""},
		{"no time to connect", Reach{Connect: Dial{Outcome: Canceled}}, "that is not all: it is not known", 0, "whether 203.0.113.9:22 answers"},
		{"no time to listen", Reach{Connect: ok, SSH: &SSHFacts{Ident: Canceled}}, "that is not all: it is not known", 0, "whether an SSH server speaks"},
		{"no time for the key exchange", Reach{Connect: ok, SSH: &SSHFacts{Ident: OK, Kex: Canceled}}, "Nothing wrong", 0, "whether the key exchange"},
		{"not permitted", Reach{Connect: Dial{Outcome: NotPermitted, Err: "operation not permitted"}}, "that is not all: it is not known", 0, "(operation not permitted)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := none(t, lookedAt(tt.reach))
			if !strings.Contains(d.Verdict, tt.says) || d.ExitStatus() != tt.exit {
				t.Errorf("exit %d, %q; want exit %d and %q", d.ExitStatus(), d.Verdict, tt.exit, tt.says)
			}
			if got := len(d.Gaps) > 0; got != (tt.gap != "") || got && !strings.Contains(d.Gaps[0].Text, tt.gap) {
				t.Errorf("gaps %v, want %q", d.Gaps, tt.gap)
			}
		})
	}
}

// TestPathAgreesWithVerdict: what fails behind an open port is broken at ssh.
func TestPathAgreesWithVerdict(t *testing.T) {
	d := none(t, lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: TimedOut}}))
	if h := hopNamed(d, AtSSH); h.State != HopBroken || len(h.Because) == 0 {
		t.Errorf("ssh %+v", h)
	}
	if h := hopNamed(d, AtSession); h.State != HopNotReached {
		t.Errorf("session %s", h.State)
	}
}

// TestAsksForTheLogin: where all that can be seen is fine, what was not looked
// at is asked for.
func TestAsksForTheLogin(t *testing.T) {
	if d := none(t, lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}})); d.Ask != (&Evidence{}).askLogin() {
		t.Errorf("asks %q", d.Ask)
	}
	if d := none(t, lookedAt(Reach{Connect: Dial{Outcome: TimedOut}})); d.Ask != "" {
		t.Errorf("asks about the log-in of what does not answer: %q", d.Ask)
	}
}

// TestSilenceThatRulesMake: a machine that the rules leave out learns nothing
// of somebody whom they admit.
func TestSilenceThatRulesMake(t *testing.T) {
	e := lookedAt(Reach{Connect: Dial{Outcome: TimedOut}, FromAddr: vantage})
	e.Network = &Network{Ports: []Port{{
		Status: "ACTIVE", AdminUp: true, PortSecurity: true, Floating: []FloatingIP{{IP: seenAt.Addr()}},
		Groups: []Group{{Rules: []Rule{{Ingress: true, Protocol: "tcp", MinPort: 22, MaxPort: 22, Remote: netip.MustParsePrefix("198.51.100.0/24")}}}},
	}}}
	e.Asked.From, e.Asked.FromWhy = netip.MustParseAddr("198.51.100.7"), FromSaid
	d := none(t, e)
	if !strings.Contains(d.Verdict, "because the rules do not let in the machine that tried") || d.ExitStatus() != 0 {
		t.Errorf("exit %d, %q", d.ExitStatus(), d.Verdict)
	}
	e.Asked.From, e.Asked.FromWhy = vantage, FromHere
	if d := none(t, e); !strings.HasPrefix(d.Verdict, "Nothing answers") || d.ExitStatus() != 1 {
		t.Errorf("from here: exit %d, %q", d.ExitStatus(), d.Verdict)
	}
}

// TestPortReachedFromHere: who sits at the machine that got through is let in,
// whatever the rules that could be read say.
func TestPortReachedFromHere(t *testing.T) {
	e := lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}, FromAddr: vantage})
	e.Network = &Network{Ports: []Port{{PortSecurity: true, Floating: []FloatingIP{{IP: seenAt.Addr()}}, Groups: []Group{{Rules: []Rule{}}}}}}
	e.Asked.From, e.Asked.FromWhy = vantage, FromHere
	if h := hopNamed(none(t, e), AtRules); h.State != HopOK {
		t.Errorf("rules %s", h.State)
	}
	e.Asked.From, e.Asked.FromWhy = netip.MustParseAddr("198.51.100.7"), FromSaid
	if h := hopNamed(none(t, e), AtRules); h.State == HopOK {
		t.Error("rules ok for somebody elsewhere")
	}
}

func TestInstanceThatRuns(t *testing.T) {
	answers := Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}}
	tests := []struct {
		status, task string
		reach        Reach
		want         HopState
	}{
		{"VERIFY_RESIZE", "", answers, HopOK},
		{"MIGRATING", "migrating", answers, HopOK},
		{"MIGRATING", "migrating", Reach{Connect: Dial{Outcome: TimedOut}}, HopUnknown},
		{"REBOOT", "", answers, HopUnknown},
		{"", "", answers, HopUnknown},
	}
	for _, tt := range tests {
		e := lookedAt(tt.reach)
		e.Instance.Status, e.Instance.Task = tt.status, tt.task
		if h := hopNamed(none(t, e), AtInstance); h.State != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.status, tt.task, h.State, tt.want)
		}
	}
}

func hopNamed(d *Diagnosis, name HopName) Hop {
	for _, h := range d.Path {
		if h.Name == name {
			return h
		}
	}
	return Hop{}
}

// TestNotEverywhere: that an instance is not found is not told from a search
// that missed a cloud.
func TestNotEverywhere(t *testing.T) {
	e := &Evidence{Asked: Asked{Query: "web-1", Port: 22}, Search: &Search{Query: "web-1"}}
	if got := none(t, e).ExitStatus(); got != 2 {
		t.Errorf("searched everywhere: exit %d", got)
	}
	e.Gaps = []Gap{{Source: SourceServer, Why: GapUnavailable, Text: "Cloud north could not be searched."}}
	if got := none(t, e).ExitStatus(); got != 3 {
		t.Errorf("one cloud is down: exit %d", got)
	}
	e.Search.Matches = []Instance{{ID: "1"}, {ID: "2"}}
	if got := none(t, e).ExitStatus(); got != 2 {
		t.Errorf("several elsewhere: exit %d", got)
	}
	e.Search.More = true
	if d := none(t, e); !strings.HasPrefix(d.Verdict, "More than 2 instances fit") {
		t.Error(d.Verdict)
	}
}

func TestPortOfTheSite(t *testing.T) {
	e := lookedAt(Reach{})
	e.Asked.Port = 2222
	for _, a := range none(t, e).Assumptions {
		if a.What == "port" && (a.Why != "this site's configuration" || a.Correct != "port 22") {
			t.Errorf("%+v", a)
		}
	}
}

// TestAnswerIsShort: what is quoted is bounded, and nothing is quoted twice.
func TestAnswerIsShort(t *testing.T) {
	e := lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK, Version: strings.Repeat("x", 5000)}})
	for range 29 {
		e.Instance.Addresses = append([]Address{{IP: vantage}}, e.Instance.Addresses...)
	}
	seen := map[Item]bool{}
	for _, s := range none(t, e).Answer() {
		for _, item := range s.Items {
			if len(item.Text) > 500 {
				t.Errorf("%s: %d bytes", s.Kind, len(item.Text))
			}
			if s.Kind == SeenSection && seen[item] {
				t.Errorf("twice: %q", item.Text)
			}
			seen[item] = true
		}
	}
	if words := e.Instance.InWords(); !strings.Contains(words, "floating 203.0.113.9") || !strings.Contains(words, "26 more addresses") {
		t.Error(words)
	}
}

// TestEmptyConsoleIsAGap: a log without a word was read, and told nothing.
func TestEmptyConsoleIsAGap(t *testing.T) {
	e := lookedAt(Reach{Connect: Dial{Outcome: OK}, SSH: &SSHFacts{Ident: OK, Kex: OK}})
	e.Add(ReadConsole("\n"))
	if d := none(t, e); len(d.Gaps) != 1 || d.Gaps[0].Source != SourceConsole {
		t.Errorf("gaps %v", d.Gaps)
	}
}
