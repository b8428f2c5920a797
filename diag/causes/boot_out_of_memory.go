package causes

import (
	"strings"

	"sshhelp/diag"
)

var bootOutOfMemory = &diag.Cause{
	ID:    "boot/out-of-memory",
	Title: "its memory is used up",
	Doc: `When memory runs out, the kernel ends processes to get some back. That may
hit the SSH server, cloud-init or what they need, and until then the instance is
so slow that it does not answer.`,
	Text:   "{name} has run out of memory{what}, so its services are ended or do not answer.",
	Maybe:  "{name} ran out of memory when it ran last{what}.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `(?:^|[^p] )(?i:out of memory: kill(?:ed)? process) \d+ \(([^)]*)\)`,
		Example:  `[  301.2] Out of memory: Killed process 812 (mysqld) total-vm:1820044kB, anon-rss:401220kB`,
		NearMiss: `[  301.2] Memory cgroup out of memory: Killed process 812 (java) total-vm:1820044kB`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `(\S+) invoked oom-killer:`,
		Example:  `[    8.4] apt-get invoked oom-killer: gfp_mask=0x201da, order=0, oom_score_adj=0`,
		NearMiss: `[    8.4] oom_reaper: started`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `Out of memory and no killable processes|System is deadlocked on memory|was killed: (?:out of swap space|failed to reclaim memory)|page allocation failure: order:0|killed by the OOM killer|swap_pager: out of swap space|systemd-oomd\S*: Killed \S+|Failed with result 'oom-kill'`,
		Example:  `pid 812 (mysqld), jid 0, uid 88, was killed: failed to reclaim memory`,
		NearMiss: `systemd-oomd[400]: Swap is currently not detected; memory pressure usage will be degraded`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `CONSTRAINT_MEMCG|Memory cgroup out of memory|as a result of limit of`,
		Example:  `[  301.2] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=java,pid=812,uid=0`,
		NearMiss: `[  301.2] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),task=mysqld,pid=812,uid=27`,
	}},
	Check: checkOutOfMemory,
	Fix: diag.Remedy{
		Action: diag.HardReboot,
		Steps: []diag.Step{
			{Do: "Save the console log and hard reboot it, which frees its memory. What programs had not yet written to disk is lost.", Code: "openstack console log show {id} > console.log\nopenstack server reboot --hard {id}", Risk: diag.Restarts},
			{Do: "Log in then, and limit or stop what took it, or add swap space."},
			{Do: "If it needs that much, resize it to a flavor with more memory, and confirm the new size once it works.", Code: "openstack server resize --flavor FLAVOR {id}\nopenstack server resize confirm {id}", Risk: diag.Restarts},
		},
	},
}

// memcgReach is within how many lines the kernel tells that only a container's
// limit was met, after it says that the OOM killer runs.
const memcgReach = 80

// checkOutOfMemory takes it for an event: the guest may get over it. A container
// that meets its own limit says nothing of the guest.
func checkOutOfMemory(p *diag.Pass) diag.Verdict {
	container := func(h *diag.Hit) bool {
		return strings.Contains(h.Text, "MEMCG") || strings.Contains(h.Text, "emory cgroup") || strings.Contains(h.Text, "result of limit")
	}
	hit := standingOf(p, func(h *diag.Hit) bool {
		return !container(h) && firstHit(p, func(of *diag.Hit) bool { return container(of) && of.N >= h.N && of.N <= h.N+memcgReach }) == nil
	})
	args := diag.Args{"what": ""}
	if hit != nil && len(hit.Match) > 1 && hit.Match[1] != "" && strings.Contains(strings.ToLower(hit.Text), "kill") {
		args["what"] = " (" + shorten(strings.TrimSpace(hit.Match[1]), 40) + ")"
	}
	return stuck(p, hit, args)
}
