package causes

import (
	"regexp"
	"slices"
	"strings"

	"sshhelp/diag"
)

// standing is the first hit on the console that the boot did not come past: what
// was said before a later stage is history. It is nil if there is none.
func standing(p *diag.Pass) *diag.Hit {
	for i := range p.Hits {
		if h := &p.Hits[i]; h.Line.In == diag.ConsoleLog && p.Console != nil && !p.Console.WentOn(h.N) {
			return h
		}
	}
	return nil
}

// stuck is the check of a cause that stops a boot for good, from the hit that
// tells. A server that answers now outweighs whatever the log says, and the log
// of an instance that is not running tells only how it ended.
func stuck(p *diag.Pass, hit *diag.Hit, args diag.Args) diag.Verdict {
	switch {
	case p.SSHAnswers() != nil:
		return diag.Verdict{State: diag.RuledOut}
	case hit == nil && p.Console != nil && p.Console.WholeBoot:
		return diag.Verdict{State: diag.RuledOut}
	case hit == nil:
		return diag.Verdict{}
	}
	v := diag.Verdict{State: diag.Confirmed, Args: args}
	v.Because = []diag.Observation{diag.LogLine{N: hit.N, Text: hit.Text}.Observe()}
	if i := p.Instance; i != nil && i.Status != "ACTIVE" {
		v.State = diag.Possible
	}
	return v
}

// faults keep people out although the boot may go on after them. They, and not
// the time that the boot takes, are then what is wrong.
var faults = []string{
	"soft lockup - CPU#", " blocked for more than ", "Out of memory: Kill", "No space left on device",
	"Gave up waiting for root", "dracut-initqueue timeout", "No bootable option or device",
	"Giving up on md from",
}

var sshFailed = regexp.MustCompile(`Failed to start .*(?:Secure Shell|OpenSSH|sshd?\.serv|SSH [Dd]aemon)`)

// hasFault reports whether the last boot met such a fault.
func hasFault(c *diag.Console) bool {
	return slices.ContainsFunc(c.Lines, func(l diag.LogLine) bool {
		return slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(l.Text, f) }) ||
			strings.Contains(l.Text, "Failed to start") && sshFailed.MatchString(l.Text)
	})
}
