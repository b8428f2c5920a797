package causes

import (
	"slices"

	"sshhelp/diag"
)

// inStatus is the check of a cause that Nova's status alone settles.
func inStatus(statuses ...string) func(*diag.Pass) diag.Verdict {
	return func(p *diag.Pass) diag.Verdict {
		switch {
		case p.Instance == nil:
			return diag.Verdict{}
		case slices.Contains(statuses, p.Instance.Status):
			return diag.Verdict{State: diag.Confirmed, Because: statusSeen(p.Instance)}
		}
		return diag.Verdict{State: diag.RuledOut}
	}
}

// statusSeen quotes the status, and the lock, because who may not unlock an
// instance may not start it either.
func statusSeen(i *diag.Instance) []diag.Observation {
	text := "status " + i.Status
	if i.Task != "" {
		text += ", task " + i.Task
	}
	if i.Power != "" {
		text += ", power " + i.Power
	}
	seen := []diag.Observation{{Source: diag.SourceServer, Where: "instance " + i.ID, Text: text}}
	if i.Locked {
		locked := "locked"
		if i.LockReason != "" {
			locked += ": " + i.LockReason
		}
		seen = append(seen, diag.Observation{Source: diag.SourceServer, Where: "instance " + i.ID, Text: locked})
	}
	return seen
}
