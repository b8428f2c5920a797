package causes

import (
	"slices"
	"strings"

	"sshhelp/diag"
)

var instanceBusy = &diag.Cause{
	ID:    "instance/busy",
	Title: "the cloud is at work on the instance",
	Doc: `The instance is being rebooted, resized, rebuilt, moved to another host or
otherwise changed. While that lasts it may be down or cut off, and most commands
for it are refused. A resized instance waits in VERIFY_RESIZE until somebody
confirms the new size or goes back to the old one.`,
	Text:   "{name} is in the middle of a change: {doing}{since}.",
	Maybe:  "{name} may be slow to answer just now: {doing}{since}.",
	Breaks: diag.AtInstance,
	Check:  checkBusy,
	// A task whose host died never comes to its end.
	ExplainedBy: []*diag.Cause{instanceHostDown},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait a few minutes and see whether it is done.", Code: "openstack server show {id} -c status -c OS-EXT-STS:task_state"},
		{Do: "If its status is VERIFY_RESIZE, confirm the new size if it suits you. There is no way back from that.", Code: "openstack server resize confirm {id}"},
		{Do: "Or go back to the old size.", Code: "openstack server resize revert {id}", Risk: diag.Restarts},
		{Do: "If the same task goes on for more than ten minutes, see what happened, and tell the cloud's support its ID, {id}.", Code: "openstack server event list {id}"},
		{Do: "If nothing works on that task any more, reset the state so that the instance can be hard rebooted.", Code: "openstack server set --state active {id}", Who: diag.Operator},
	}},
}

// underWay says what each status means that tells of a change by itself.
var underWay = map[string]string{
	"REBOOT": "it is being rebooted", "HARD_REBOOT": "it is being hard rebooted",
	"RESIZE": "it is being resized", "REVERT_RESIZE": "it is going back to its old size",
	"VERIFY_RESIZE": "it was resized and waits until somebody confirms or reverts that",
	"MIGRATING":     "it is being moved to another host", "REBUILD": "its disk is being made anew from an image",
	"PASSWORD": "its password is being changed",
}

// taskWords says what Nova's tasks mean, by how their names begin; the first
// that fits counts.
var taskWords = []struct{ begins, means string }{
	{"image_", "a snapshot of it is being taken"},
	{"rebooting_hard", "it is being hard rebooted"},
	{"reboot", "it is being rebooted"},
	{"resize_reverting", "it is going back to its old size"},
	{"resize_", "it is being resized"},
	{"rebuild", "its disk is being made anew from an image"},
	{"powering-on", "it is being started"},
	{"powering-off", "it is being shut off, and will stay so until it is started"},
	{"unpausing", "it is being unpaused"},
	{"pausing", "it is being paused, and will stay so until it is unpaused"},
	{"suspending", "it is being suspended, and will stay so until it is resumed"},
	{"resuming", "it is being resumed"},
	{"unshelving", "it is being unshelved"},
	{"shelving", "it is being shelved, and will stay so until it is unshelved"},
	{"rescuing", "a rescue system is being started in place of its own"},
	{"unrescuing", "it is going back from the rescue system to its own"},
	{"migrating", "it is being moved to another host"},
	{"deleting", "it is being deleted"},
	{"soft-deleting", "it is being deleted"},
	{"restoring", "it is being brought back after a deletion"},
	{"updating_password", "its password is being changed"},
	{"spawning", "it is being set up on a host"},
}

// checkBusy: a server that answers SSH is not kept from it by what goes on, and
// a snapshot mostly goes unnoticed.
func checkBusy(p *diag.Pass) diag.Verdict {
	i := p.Instance
	switch {
	case i == nil:
		return diag.Verdict{}
	case slices.Contains([]string{"BUILD", "ERROR", "DELETED", "SOFT_DELETED"}, i.Status):
		return diag.Verdict{} // what is told of those says it better
	case i.Task == "" && underWay[i.Status] == "", p.SSHAnswers() != nil:
		return diag.Verdict{State: diag.RuledOut}
	}
	v := diag.Verdict{State: diag.Confirmed, Because: statusSeen(i), Args: diag.Args{"doing": doing(i), "since": sinceUpdate(p.Evidence)}}
	if strings.HasPrefix(i.Task, "image_") {
		v.State = diag.Possible
	}
	return v
}

func doing(i *diag.Instance) string {
	for _, w := range taskWords {
		if strings.HasPrefix(i.Task, w.begins) {
			return w.means
		}
	}
	if i.Task == "" || underWay[i.Status] != "" {
		return underWay[i.Status]
	}
	return "the task " + quoted(i.Task) + " is under way"
}

// sinceUpdate tells for how long; Nova notes the time of every change.
func sinceUpdate(e *diag.Evidence) string {
	if e.Instance.Updated.IsZero() || e.Now.IsZero() {
		return ""
	}
	return " (for " + ageInWords(e.Now.Sub(e.Instance.Updated)) + ")"
}
