package causes

import "sshhelp/diag"

var instancePaused = &diag.Cause{
	ID:    "instance/paused",
	Title: "the instance is paused",
	Doc: `A paused instance is frozen in the middle of what it did: it keeps its memory
but gets no time on the processor, so it cannot answer. It goes on exactly where
it was as soon as it is unpaused.`,
	Text:   "{name} is paused: it is frozen and cannot answer until it is unpaused.",
	Breaks: diag.AtInstance,
	Check:  inStatus("PAUSED"),
	// While it is being unpaused, "unpause it" is the wrong advice.
	ExplainedBy: []*diag.Cause{instanceBusy},
	Fix: diag.Remedy{
		Action: diag.Unpause,
		Steps: []diag.Step{
			{Do: `Unpause it, unless somebody paused it on purpose. In the dashboard: "Resume Instance".`, Code: "openstack server unpause {id}"},
			{Do: "See who paused it, and when. If that was one of the cloud's operators, ask them why first.", Code: "openstack server event list --long {id}"},
			{Do: "If unpausing is refused because the instance is locked, ask whoever locked it: somebody in your project, or the cloud's operators."},
			{Do: "If unpausing fails, hard reboot it. What was in its memory is lost.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
		},
	},
}
