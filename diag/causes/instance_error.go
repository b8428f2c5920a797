package causes

import "sshhelp/diag"

var instanceError = &diag.Cause{
	ID:    "instance/error",
	Title: "the instance is in the state ERROR",
	Doc: `Something the cloud tried to do with the instance failed, and it says so in the
"fault". An instance that was never built has nothing inside and can only be
launched again; one that ran before is often still whole and comes back after a
hard reboot or with an operator's help.`,
	Text:   "{name} {how}{fault}.",
	Breaks: diag.AtInstance,
	Check:  checkError,
	// A host that dies in the middle of a task leaves an instance in ERROR.
	ExplainedBy: []*diag.Cause{instanceHostDown},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Read the fault, and what was being done when it happened.", Code: "openstack server show {id} -c status -c fault\nopenstack server event list {id}"},
		{Do: `If the fault says "No valid host was found", no host had room for it: launch it again with a smaller flavor or in another availability zone.`},
		{Do: "If it ran before, try a hard reboot: that sets it up anew on its host and mostly clears the error. What was in its memory is lost. In the dashboard: \"Hard Reboot Instance\".", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
		{Do: "If that does not help, give the cloud's support the ID {id} and the fault."},
		{Do: "If the system inside turns out to be well, reset the state.", Code: "openstack server set --state active {id}", Who: diag.Operator},
		{Do: "If it was never built, delete it and launch another.", Code: "openstack server delete {id}", Risk: diag.LosesData},
	}},
}

func checkError(p *diag.Pass) diag.Verdict {
	v := inStatus("ERROR")(p)
	if v.State != diag.Confirmed {
		return v
	}
	i := p.Instance
	v.Args = diag.Args{"how": "is in the state ERROR", "fault": ""}
	// Nova takes the addresses of a failed build back, and it was never launched.
	if i.Launched.IsZero() && len(i.Addresses) == 0 {
		v.Args["how"] = "could not be built"
	}
	if i.Fault != nil && i.Fault.Message != "" {
		v.Args["fault"] = ": " + quoted(i.Fault.Message)
		v.Because = append(v.Because, serverSays(i, "fault: "+i.Fault.Message))
	}
	return v
}
