package causes

import "sshhelp/diag"

var instanceShelved = &diag.Cause{
	ID:    "instance/shelved",
	Title: "the instance is shelved",
	Doc: `Shelving stops an instance and puts it away as a snapshot, so that it uses no
processor and no memory while nobody needs it. SHELVED means that it still holds
its place on a host; SHELVED_OFFLOADED, that only the snapshot is left. Some
clouds shelve idle instances by themselves. Its addresses and volumes are kept.`,
	Text:   "{name} is shelved ({how}), so it does not run until it is unshelved.",
	Breaks: diag.AtInstance,
	Check:  checkShelved,
	// While it is being unshelved, "unshelve it" is the wrong advice.
	ExplainedBy: []*diag.Cause{instanceBusy},
	Fix: diag.Remedy{
		Action: diag.Unshelve,
		Steps: []diag.Step{
			{Do: `Unshelve it. If only its snapshot was kept, that is copied back first, which takes some minutes. In the dashboard: "Unshelve Instance".`, Code: "openstack server unshelve {id}"},
			{Do: "See who shelved it, and when.", Code: "openstack server event list --long {id}"},
			{Do: "If unshelving ends in ERROR, there may be no host with room for it at present: try later, or give the cloud's support the ID {id}."},
		},
	},
}

func checkShelved(p *diag.Pass) diag.Verdict {
	v := inStatus("SHELVED", "SHELVED_OFFLOADED")(p)
	if v.State != diag.Confirmed {
		return v
	}
	how := "SHELVED: put away, but still with its place on a host"
	if p.Instance.Status == "SHELVED_OFFLOADED" {
		how = "SHELVED_OFFLOADED: put away, and only its snapshot is kept"
	}
	v.Args = diag.Args{"how": how}
	return v
}
