package causes

import "sshhelp/diag"

var instanceSuspended = &diag.Cause{
	ID:    "instance/suspended",
	Title: "the instance is suspended",
	Doc: `A suspended instance had its memory written to disk and was then stopped, like a
laptop in hibernation. It cannot answer, and it goes on where it was when it is
resumed.`,
	Text:   "{name} is suspended: it is asleep and cannot answer until it is resumed.",
	Breaks: diag.AtInstance,
	Check:  inStatus("SUSPENDED"),
	// While it is being resumed, "resume it" is the wrong advice.
	ExplainedBy: []*diag.Cause{instanceBusy},
	Fix: diag.Remedy{
		Action: diag.Resume,
		Steps: []diag.Step{
			{Do: `Resume it, unless somebody suspended it on purpose. In the dashboard: "Resume Instance".`, Code: "openstack server resume {id}"},
			{Do: "See who suspended it, and when. If that was one of the cloud's operators, ask them why first.", Code: "openstack server event list --long {id}"},
			{Do: "If resuming is refused because the instance is locked, ask whoever locked it: somebody in your project, or the cloud's operators."},
			{Do: "If it does not wake up, hard reboot it. What was in its memory is lost.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
		},
	},
}
