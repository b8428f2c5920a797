package causes

import "sshhelp/diag"

var bootHung = &diag.Cause{
	ID:    "boot/hung",
	Title: "its kernel hangs",
	Doc: `The kernel reports processors or tasks that have not got on for a long time:
they wait for a disk that does not answer, for each other, or for a host that is
overloaded. The instance may still answer pings while nothing else works.`,
	Text:   "The kernel of {name} hangs{what}, so its services do not answer.",
	Maybe:  "The kernel of {name} hung when it ran last{what}.",
	Breaks: diag.AtGuest,
	Lines: []diag.Line{{
		In:       diag.ConsoleLog,
		Pattern:  `soft lockup - CPU#\d+ stuck for \d+s|hard LOCKUP on cpu ?\d`,
		Example:  `[  482.3] NMI watchdog: BUG: soft lockup - CPU#0 stuck for 23s! [swapper:1]`,
		NearMiss: `[    0.2] NMI watchdog: Shutting down hard lockup detector on all cpus`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `INFO: task (\S+):\d+ blocked for more than \d+ seconds`,
		Example:  `[  363.1] INFO: task jbd2/vda1-8:212 blocked for more than 120 seconds.`,
		NearMiss: `"echo 0 > /proc/sys/kernel/hung_task_timeout_secs" disables this message.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `rcu\w* (?:self-)?detected (?:expedited )?stalls?|rcu\w* kthread starved for \d+ jiffies`,
		Example:  `[  121.0] rcu: INFO: rcu_sched self-detected stall on CPU`,
		NearMiss: `[    0.0] rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.`,
	}, {
		In:       diag.ConsoleLog,
		Pattern:  `timing out command, waited \d+s|nvme\d+: I/O \d+ .*timeout, (?:aborting|reset controller|disable controller)|virtio_\w+: .*(?:request|command) timed? ?out`,
		Example:  `[  181.0] sd 2:0:0:0: [sda] timing out command, waited 180s`,
		NearMiss: `[    1.0] nvme nvme0: 2/0/0 default/read/poll queues`,
	}},
	Check: func(p *diag.Pass) diag.Verdict {
		hit := standing(p)
		return stuck(p, hit, diag.Args{"what": group(hit, 1)})
	},
	Fix: diag.Remedy{
		Action: diag.HardReboot,
		Steps: []diag.Step{
			{Do: "Keep the console log: a hard reboot begins it anew.", Code: "openstack console log show {id} > console.log"},
			{Do: "Hard reboot it. What programs had not yet written to disk is lost.", Code: "openstack server reboot --hard {id}", Risk: diag.Restarts},
			{Do: "If it hangs again, give the cloud's support the ID {id}, and ask about the load of its host and the storage beneath it."},
		},
	},
}
