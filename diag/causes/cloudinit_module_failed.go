package causes

import (
	"regexp"

	"sshhelp/diag"
)

var cloudinitModuleFailed = &diag.Cause{
	ID:    "cloudinit/module-failed",
	Title: "a step of cloud-init failed",
	Doc: `cloud-init sets an instance up in many small steps, its modules: accounts,
keys, files, packages, scripts of one's own. One that fails does not stop the
others; what it should do is missing. Those that make the accounts and put the
keys in place decide over SSH.`,
	Text:        "A step of the cloud-init of {name} failed{what}, so what that should set up is missing.",
	Maybe:       "A step of the cloud-init of {name} may have failed{what}.",
	Breaks:      diag.AtKey,
	ExplainedBy: []*diag.Cause{cloudinitUserData, bootDiskFull, bootOutOfMemory, bootFilesystem},
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `Running module (\S+) \(.*\) failed|(?:WARNING|ERROR)\]: Running module (\S+) \(<module|Failed to run module (\S+)|failed run of stage (\S+)|failed stage (\S+)`,
		Example:  `util.py[WARNING]: Running module users-groups (<module 'cloudinit.config.cc_users_groups' from '/usr/lib/python3/dist-packages/cloudinit/config/cc_users_groups.py'>) failed`,
		NearMiss: `stages.py[WARNING]: Could not find module named cc_ubuntu_init_switch`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to create (user|group)|(Applying SSH credentials) failed|(Unable to disable SSH logins)|Failed generating (key type)|(?:Unable to render|Failed to apply) (network(?:ing| config))|No (network activator) found|(?:util|cc_\w+)\.py\[\w+\]: Failed to (write|set|add|import) `,
		Example:  `util.py[WARNING]: Applying SSH credentials failed!`,
		NearMiss: `cc_ssh.py[DEBUG]: Using existing host keys`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Failed to start .*(Cloudinit from|Initial cloud-init job|metadata service crawler|settings specified in cloud-config|cloud user/final scripts|Cloud-init: (?:Local|Network|Config|Final) Stage|Cloud-init: Single Process|cloud-(?:init|init-local|init-network|config|final)\.serv)|fatal error, run "systemctl status (cloud-init-main)`,
		Example:  `[FAILED] Failed to start cloud-final.service - Cloud-init: Final Stage.`,
		NearMiss: `[  OK  ] Finished cloud-final.service - Cloud-init: Final Stage.`,
	}},
	Check: checkModuleFailed,
	Fix: diag.Remedy{Steps: []diag.Step{
		{Do: "Read on the console what it said around that line.", Code: "openstack console log show {id}"},
		{Do: "If you can log in, read the whole of it there; q ends the reading.", Code: "sudo less /var/log/cloud-init.log /var/log/cloud-init-output.log", Who: diag.Inside},
		{Do: "Correct the part of the user-data that asks for that step, and launch the instance anew: most steps run at the first boot only."},
	}},
}

// forSSH are the steps without which SSH does not let people in; the rest is
// somebody's own affair.
var forSSH = regexp.MustCompile(`(?i)\((?:users.groups|ssh\)|ssh.authkey|ssh.import.id|set.passwords|write.files|user\)|group\)|(?:Applying|Unable to disable) SSH|key type|network|init)|crawler|cloud-init job|(?:Local|Network) Stage|Single Process|cloud-init`)

// checkModuleFailed takes the first step that matters for SSH, else the first. A
// key that is there all the same makes any of them a minor matter.
func checkModuleFailed(p *diag.Pass) diag.Verdict {
	any := func(*diag.Hit) bool { return true }
	hit := firstHit(p, func(h *diag.Hit) bool { return forSSH.MatchString(group(h, caught(h))) })
	minor := hit == nil
	if hit == nil {
		hit = firstHit(p, any)
	}
	v := planted(p, hit)
	if hit != nil {
		v.State, v.Minor = diag.Confirmed, minor || keyPlanted(p.Evidence)
		v.Args = diag.Args{"what": group(hit, caught(hit))}
	}
	return v
}
