package causes

import (
	"sshhelp/diag"
)

// standing is the first hit on the console that the boot did not come past: what
// was said before a later stage is history. It is nil if there is none.
func standing(p *diag.Pass) *diag.Hit {
	return standingOf(p, func(*diag.Hit) bool { return true })
}

// standingOf is the first standing hit that is of the kind asked for.
func standingOf(p *diag.Pass, kind func(*diag.Hit) bool) *diag.Hit {
	return firstHit(p, func(h *diag.Hit) bool { return kind(h) && !p.Console.WentOn(h.N) })
}

// firstHit is the first hit on the console of the kind asked for, nil if there
// is none.
func firstHit(p *diag.Pass, kind func(*diag.Hit) bool) *diag.Hit {
	for i := range p.Hits {
		if h := &p.Hits[i]; h.Line.In == diag.ConsoleLog && p.Console != nil && kind(h) {
			return h
		}
	}
	return nil
}

// countHits counts the hits on the console of the kind asked for.
func countHits(p *diag.Pass, kind func(*diag.Hit) bool) int {
	n := 0
	for i := range p.Hits {
		if h := &p.Hits[i]; h.Line.In == diag.ConsoleLog && kind(h) {
			n++
		}
	}
	return n
}

// stuck is the check of a cause that stops a boot for good, from the hit that
// tells. A server that answers now outweighs whatever the log says, and the log
// of an instance that is not running tells only how it ended.
func stuck(p *diag.Pass, hit *diag.Hit, args diag.Args) diag.Verdict {
	if p.SSHAnswers() != nil {
		return diag.Verdict{State: diag.RuledOut}
	}
	return lasting(p, hit, args)
}

// lasting is the check of a fault that may keep people out while the guest runs,
// so that an SSH server that answers only makes it less certain.
func lasting(p *diag.Pass, hit *diag.Hit, args diag.Args) diag.Verdict {
	switch {
	case hit == nil && p.Console != nil && p.Console.WholeBoot:
		return diag.Verdict{State: diag.RuledOut}
	case hit == nil:
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: args}
	v.Because = []diag.Observation{diag.LogLine{N: hit.N, Text: hit.Text}.Observe()}
	if i := p.Instance; i != nil && i.Status != "ACTIVE" || p.SSHAnswers() != nil {
		v.State = diag.Possible
	}
	return v
}

// group returns a part that the hit's pattern caught, in brackets and quotes for
// the middle of a sentence; "" if it caught none.
func group(hit *diag.Hit, n int) string {
	if hit == nil || len(hit.Match) <= n || hit.Match[n] == "" {
		return ""
	}
	return " (" + shorten(hit.Match[n], 100) + ")"
}
