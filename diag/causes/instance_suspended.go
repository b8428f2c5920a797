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
			{Do: "Resume it.", Code: "openstack server resume {id}"},
			{Do: "See who suspended it, and when.", Code: "openstack server event list {id}"},
			{Do: "If it does not wake up, hard reboot it. What was in its memory is lost.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
			{Do: "If it was suspended by an operator, or is locked, ask them why before it goes on.", Who: diag.Operator},
		},
	},
}
