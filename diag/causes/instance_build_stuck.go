package causes

import "sshhelp/diag"

var instanceBuildStuck = &diag.Cause{
	ID:    "instance/build-stuck",
	Title: "the instance does not get out of being built",
	Doc: `An instance that is in BUILD for ten minutes or more is hardly ever just slow.
Mostly something in the cloud's own machinery failed without saying so: a message
was lost, a compute host went away, or an image or volume could not be copied.
There is nothing in the instance yet that could be repaired.`,
	Text:   "{name} has been in BUILD for {age}: something in the cloud is stuck, and it will not come up by itself.",
	Breaks: diag.AtInstance,
	Check:  inBuild(true),
	// A host that died while it built an instance never reports back.
	ExplainedBy: []*diag.Cause{instanceHostDown},
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "See how far the build came.", Code: "openstack server event list {id}"},
		{Do: "Tell the cloud's support its ID, {id}, and that it has been in BUILD for {age}."},
		{Do: "If you can do without this one, launch another: it may be placed on another host."},
		{Do: "Find the request in the logs of the scheduler and of the compute host, then let the build fail so that it can be deleted.", Code: "openstack server set --state error {id}", Who: diag.Operator},
		{Do: "When support has seen it, delete the stuck one. Nothing was ever stored in it; a volume that it was to boot from may be deleted with it.", Code: "openstack server delete {id}", Risk: diag.LosesData},
	}},
}
