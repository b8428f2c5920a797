package causes

import "sshhelp/diag"

var instanceShutoff = &diag.Cause{
	ID:    "instance/shutoff",
	Title: "the instance is shut off",
	Doc: `An instance that is shut off is like a computer that is switched off: its
disk and its addresses are kept, but nothing runs on it, so nothing can answer.
It was stopped by somebody with access to the project, by the cloud's operators,
or from inside ("sudo poweroff").`,
	Text:   "{name} is shut off: nothing runs on it until it is started.",
	Breaks: diag.AtInstance,
	Check:  inStatus("SHUTOFF"),
	// While it is being started, "start it" is the wrong advice.
	ExplainedBy: []*diag.Cause{instanceBusy},
	Fix: diag.Remedy{
		Action: diag.Start,
		Steps: []diag.Step{
			{Do: `Start it, and give it a minute or two to boot. In the dashboard: "Start Instance".`, Code: "openstack server start {id}"},
			{Do: "If it is shut off again soon afterwards, see who or what stopped it.", Code: "openstack server event list --long {id}"},
			{Do: "If it will not start, hard reboot it: for a stopped instance that is the same as a start, but everything around it is set up anew.", Code: "openstack server reboot --hard {id}"},
			{Do: "If starting is refused because the instance is locked, ask whoever locked it: somebody in your project, or the cloud's operators."},
		},
	},
}
