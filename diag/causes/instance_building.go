package causes

import "sshhelp/diag"

var instanceBuilding = &diag.Cause{
	ID:    "instance/building",
	Title: "the instance is still being built",
	Doc: `The cloud is still making the instance: it finds a host for it, copies the
image and plugs in the network. That usually takes a minute or two, longer for a
large image or a busy cloud. Only then does the system inside begin to boot.`,
	Text:   "{name} is still being built (for {age} now): give it a few minutes.",
	Breaks: diag.AtInstance,
	Check:  inBuild(false),
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Wait until its status is ACTIVE, and a minute or two more for it to boot.", Code: "openstack server show {id} -c status -c OS-EXT-STS:task_state"},
		{Do: "If it is still in BUILD ten minutes after its launch, tell the cloud's support its ID, {id}: something is wrong on their side then."},
	}},
}
