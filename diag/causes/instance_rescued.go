package causes

import "sshhelp/diag"

var instanceRescued = &diag.Cause{
	ID:    "instance/rescued",
	Title: "the instance runs its rescue system",
	Doc: `In rescue mode an instance boots from another image, with its own disk attached
as a second one so that it can be repaired. Whatever answers at its address is
the rescue system: it has other host keys, perhaps another account name and a
password that was shown when the rescue began.`,
	Text:   "{name} is in rescue mode: a rescue system runs in place of its own.",
	Breaks: diag.AtInstance,
	Check:  inStatus("RESCUE"),
	// While the rescue is being ended, "end it" is the wrong advice.
	ExplainedBy: []*diag.Cause{instanceBusy},
	Fix: diag.Remedy{
		Action: diag.Unrescue,
		Steps: []diag.Step{
			{Do: "Ask in your project whether somebody is repairing it just now, and see who began the rescue, and when.", Code: "openstack server event list --long {id}"},
			{Do: `If the repair is done, go back to its own system. In the dashboard: "Unrescue Instance".`, Code: "openstack server unrescue {id}", Risk: diag.Restarts},
			{Do: "If you mean to use the rescue system, log in with the account of the rescue image, and expect a warning about a changed host key."},
		},
	},
}
