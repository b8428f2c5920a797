package causes

import (
	"cmp"
	"slices"

	"sshhelp/diag"
)

// guestNotReady are the causes under which the guest runs but not its services,
// or something else than its own system does.
var guestNotReady = slices.Concat(notRunning, bootTrouble, []*diag.Cause{instanceRescued, instanceWindowsImage})

// A sighting is what probes showed of one way to fail, at the addresses that
// the person may use.
type sighting struct {
	fails *diag.Reach   // the first that failed in that way
	again []*diag.Reach // others of the same address that failed likewise, from other places
	works bool          // the address that the person is taken to use did not
	own   bool          // likewise, seen from where the person sits
}

// sight looks for a way to fail in all probes that got as far as stage tells.
func sight(e *diag.Evidence, fails, works func(*diag.Reach) bool) sighting {
	var s sighting
	for _, r := range probes(e) {
		switch {
		case works(r) && (r.Target.Addr() == e.Target().Addr() || s.fails == nil):
			s.works, s.own = true, s.own || e.FromPerson(r)
		case fails(r) && s.fails == nil:
			s.fails = r
		case fails(r) && r.Target == s.fails.Target:
			s.again = append(s.again, r)
		}
	}
	return s
}

// judgeSSH weighs what probes saw against what clients said. A probe that works
// says more than an older text, but only if it was made from where the person
// sits can it contradict them.
func judgeSSH(p *diag.Pass, s sighting, o diag.Observation, hits []said) diag.Verdict {
	v := diag.Verdict{Args: serverArgs(p.Evidence, hits)}
	if s.fails != nil {
		v.Because = append(v.Because, o)
	}
	for _, r := range s.again {
		v.Because = append(v.Because, r.Observe())
	}
	v.Because = append(v.Because, quote(hits)...)
	switch {
	case s.works && (len(hits) == 0 || s.own):
		return diag.Verdict{State: diag.RuledOut}
	case s.works:
		v.State = diag.Possible
	case len(v.Because) > 0:
		v.State = diag.Confirmed
	}
	return v
}

// observeSSH quotes what came of talking SSH.
func observeSSH(r *diag.Reach, text ...string) diag.Observation {
	return diag.Observation{Source: diag.SourceSSH, Where: "ssh " + r.Where(), Text: cmp.Or(text...)}
}

// identified reports whether an SSH server said what it is.
func identified(r *diag.Reach) bool { return r.SSH != nil && r.SSH.Ident == diag.OK }

// identEnds makes a test of how reading the identification string ended.
func identEnds(outcomes ...diag.Outcome) func(*diag.Reach) bool {
	return func(r *diag.Reach) bool { return r.SSH != nil && slices.Contains(outcomes, r.SSH.Ident) }
}
