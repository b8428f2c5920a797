package causes

import (
	"slices"
	"time"

	"sshhelp/diag"
)

// notRunning are the causes under which the guest does not run, or not yet:
// whatever fails on the way to it may follow from that.
var notRunning = []*diag.Cause{
	instanceBuildStuck, instanceBuilding, instanceBusy, instanceDeleted, instanceError,
	instanceHostDown, instancePaused, instanceShelved, instanceShutoff, instanceSuspended,
}

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
	seen := []diag.Observation{serverSays(i, text)}
	if i.Locked {
		text = "locked"
		if i.LockReason != "" {
			text += ": " + i.LockReason
		}
		seen = append(seen, serverSays(i, text))
	}
	return seen
}

func serverSays(i *diag.Instance, text string) diag.Observation {
	return diag.Observation{Source: diag.SourceServer, Where: "instance " + i.ID, Text: text}
}

// buildLimit is how long a build may take before it counts as stuck.
const buildLimit = 10 * time.Minute

// inBuild judges an instance in BUILD by its age, of which it is told whether
// it is too long. An unknown age counts as short: nothing says that it is long.
func inBuild(tooLong bool) func(*diag.Pass) diag.Verdict {
	return func(p *diag.Pass) diag.Verdict {
		i := p.Instance
		switch {
		case i == nil:
			return diag.Verdict{}
		case i.Status != "BUILD" || (age(p.Evidence) >= buildLimit) != tooLong:
			return diag.Verdict{State: diag.RuledOut}
		}
		since := "an unknown time"
		if !i.Created.IsZero() {
			since = ageInWords(age(p.Evidence))
		}
		return diag.Verdict{
			State:   diag.Confirmed,
			Because: append(statusSeen(i), serverSays(i, "created "+since+" ago")),
			Args:    diag.Args{"age": since},
		}
	}
}

// age is how long ago the instance was created, 0 if that is not known.
func age(e *diag.Evidence) time.Duration {
	if e.Instance.Created.IsZero() || e.Now.IsZero() {
		return 0
	}
	return e.Now.Sub(e.Instance.Created)
}

// active reports whether the instance runs and nothing is being done to it.
func active(e *diag.Evidence) bool {
	return e.Instance != nil && e.Instance.Status == "ACTIVE" && e.Instance.Task == ""
}
